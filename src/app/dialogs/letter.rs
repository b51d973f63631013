//! The letter of one session: what it says, its PDF, whom it is for.
//!
//! Owns the dialog. The contact profile is in it for twenty seconds, and only when asked for.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::moved;
use crate::app::dialogs::overlay::Overlay;
use crate::app::dialogs::yoti::Hand;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::desk::Wish;
use crate::app::text::hidden::Hidden;
use crate::app::view::{Cell, LabelRow, Tone};
use crate::domain::session::ids::SessionId;

/// What can be done, in the order of the dialog.
pub const CHOICES: [&str; 3] =
    ["save the PDF", "open the PDF", "show the recipient for 20 s (logged)"];

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterDialog {
    /// The session under the cursor when the key was pressed.
    pub id: SessionId,
    /// Its reference or short id.
    pub name: String,
    /// Branch, promised documents.
    pub rows: Vec<LabelRow>,
    /// Index into [`CHOICES`].
    pub selected: usize,
    /// Whom it is for, while that is revealed.
    pub contact: Vec<(&'static str, Hidden)>,
    /// Hidden again at this time.
    pub contact_until: Option<Timestamp>,
    /// How long that is, in words.
    pub left: Option<String>,
    /// Where the PDF goes.
    pub path: PathBuf,
    /// What came of the last choice.
    pub said: Option<Cell>,
    /// A choice is under way.
    pub busy: bool,
    /// It has been on the screen: Enter acts only then.
    pub drawn: bool,
}

/// Columns of the letter in the dialog.
const LETTER_WIDTH: usize = 70;

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(item) = model.item() else { return Vec::new() };
    let session = &item.session;
    let stem = model.times.labels.file_stem(session);
    let file = format!("{stem}_letter_{}.pdf", model.now_stamp());
    let dialog = LetterDialog {
        id: session.id(),
        name: model.times.name(session, 40),
        rows: crate::app::detail::letter::letter(session, (&model.times, LETTER_WIDTH)),
        selected: 0,
        contact: Vec::new(),
        contact_until: None,
        left: None,
        path: model.settings.export_dir.join(file),
        said: None,
        busy: false,
        drawn: false,
    };
    model.overlay = Some(Overlay::Hand(Box::new(Hand::Letter(dialog))));
    Vec::new()
}

pub(crate) fn act(mut dialog: LetterDialog, action: Action) -> (Option<Hand>, Vec<Effect>) {
    let mut effects = Vec::new();
    if action == Action::Enter && dialog.drawn && !dialog.busy {
        dialog.busy = true;
        dialog.said = Some(Cell::new("requesting…", Tone::Dim));
        let (id, path) = (dialog.id, dialog.path.clone());
        effects.push(Effect::Desk(match dialog.selected {
            0 => Wish::Letter { id, save_to: Some(path) },
            1 => Wish::Letter { id, save_to: None },
            _ => Wish::Contact(id),
        }));
    } else {
        dialog.selected = moved(dialog.selected, CHOICES.len(), action);
    }
    (Some(Hand::Letter(dialog)), effects)
}
