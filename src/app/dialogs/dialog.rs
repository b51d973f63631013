//! What a dialog is: keys go to it while it is open.

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::motion::Motion;
use crate::app::text::text_field::TextField;
use crate::app::view::Cell;
use crate::domain::session::ids::SessionId;

/// What becomes of a dialog after a key.
pub(crate) enum Flow {
    Stay(Vec<Effect>),
    /// It is dropped, or another one has been opened in its place.
    Close(Vec<Effect>),
    /// The key means nothing here beyond what it means in every dialog.
    Ignored,
}

pub(crate) const STAY: Flow = Flow::Stay(Vec::new());
pub(crate) const CLOSE: Flow = Flow::Close(Vec::new());

/// The cursor among the rows of a dialog.
pub(crate) struct RowCursor<'a> {
    pub(crate) at: &'a mut usize,
    pub(crate) rows: usize,
}

/// Rows of a page, where the size of the box does not say it.
pub(crate) const PAGE: usize = 10;

/// One dialog. It has been taken out of the model while it is asked.
pub(crate) trait Dialog {
    /// A key that neither leaves nor edits.
    fn act(&mut self, model: &mut Model, action: Action) -> Flow;

    /// The operator wants to leave: with Esc, or as from the whole program.
    fn leave(&mut self, _model: &Model) -> Flow {
        CLOSE
    }

    /// Typed ahead of the first frame, such a key would confirm what nobody has seen: it is dropped.
    fn confirms(&self, action: Action) -> bool {
        action == Action::Enter
    }

    /// What Enter does with what is typed, for the footer; `None`: keys are no text now.
    fn typing(&self) -> Option<&'static str> {
        None
    }

    fn field(&mut self) -> Option<&mut TextField> {
        None
    }

    /// The field holds another text than before.
    fn typed(&mut self, _model: &Model) {}

    /// A paste while keys are text.
    fn pasted(&mut self, model: &Model, text: &str) {
        if let Some(field) = self.field() {
            field.paste(text);
        }
        self.typed(model);
    }

    /// The cursor that moving moves.
    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        None
    }

    fn moved(&mut self, _model: &Model, motion: Motion) -> Vec<Effect> {
        if let Some(RowCursor { at, rows }) = self.cursor() {
            *at = motion.target(*at, rows, PAGE);
        }
        Vec::new()
    }

    /// A second has passed while it is open.
    fn tick(&mut self, _model: &mut Model) -> Vec<Effect> {
        Vec::new()
    }

    /// What came of a request for this session; true where the dialog shows it.
    fn answered(&mut self, _id: SessionId, _answer: &Cell) -> bool {
        false
    }
}
