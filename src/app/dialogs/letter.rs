//! The letter of one session: what it says, its PDF, whom it is for.
//!
//! The contact profile is in it for twenty seconds, and only when asked for.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{Dialog, Flow, RowCursor, STAY};
use crate::app::dialogs::letter::state::{CHOICES, LetterDialog};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::view::{Cell, Tone};
use crate::domain::session::ids::SessionId;

/// Columns of the letter in the dialog.
const LETTER_WIDTH: usize = 70;

pub(crate) fn open(model: &mut Model) {
    let Some(session) = &model.opened() else { return };
    let stem = model.times.labels.file_stem(session);
    let file = format!("{stem}_letter_{}.pdf", model.now_stamp());
    let dialog = LetterDialog {
        id: session.id(),
        name: model.times.name(session, 40),
        rows: crate::app::detail::letter::letter(session, &model.times, LETTER_WIDTH),
        selected: 0,
        contact: Vec::new(),
        contact_until: None,
        left: None,
        path: model.settings.general.export_dir.join(file),
        said: None,
        busy: false,
    };
    model.open(dialog);
}

impl Dialog for LetterDialog {
    fn act(&mut self, _: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        if self.busy {
            return STAY;
        }
        self.busy = true;
        self.said = Some(Cell::new("requesting…", Tone::Dim));
        let (id, path) = (self.id, self.path.clone());
        Flow::Stay(vec![match self.selected {
            0 => Effect::SaveLetter { id, path },
            1 => Effect::FetchLetter(id),
            _ => Effect::ShowContact(id),
        }])
    }

    /// What was revealed goes with it, and the terminal is wiped.
    fn leave(&mut self, _: &Model) -> Flow {
        Flow::Close(vec![Effect::Redraw])
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: CHOICES.len() })
    }

    /// What was revealed for a time is hidden again.
    fn tick(&mut self, model: &mut Model) -> Vec<Effect> {
        let Some(until) = self.contact_until else { return Vec::new() };
        model.dirty = true;
        self.left = Some(model.settings.left_for_operator(until, model.clock));
        if model.clock < until {
            return Vec::new();
        }
        self.contact.clear();
        self.contact_until = None;
        vec![Effect::Redraw]
    }

    fn answered(&mut self, id: SessionId, answer: &Cell) -> bool {
        if id == self.id {
            self.busy = false;
            self.said = Some(answer.clone());
        }
        id == self.id
    }
}
