//! The letter of one session: what it says, its PDF, whom it is for.
//!
//! The contact profile is in it for twenty seconds, and only when asked for.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::letter::state::{CHOICES, LetterDialog};
use crate::app::dialogs::moved;
use crate::app::dialogs::overlay::Overlay;
use crate::app::dialogs::yoti::state::YotiDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::requests::state::OperatorRequest;
use crate::app::view::{Cell, Tone};

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
        rows: crate::app::detail::letter::letter(session, &model.times, LETTER_WIDTH),
        selected: 0,
        contact: Vec::new(),
        contact_until: None,
        left: None,
        path: model.settings.general.export_dir.join(file),
        said: None,
        busy: false,
        drawn: false,
    };
    model.overlay = Some(Overlay::Yoti(Box::new(YotiDialog::Letter(dialog))));
    Vec::new()
}

pub(crate) fn act(mut dialog: LetterDialog, action: Action) -> (Option<YotiDialog>, Vec<Effect>) {
    let mut effects = Vec::new();
    if action == Action::Enter && dialog.drawn && !dialog.busy {
        dialog.busy = true;
        dialog.said = Some(Cell::new("requesting…", Tone::Dim));
        let (id, path) = (dialog.id, dialog.path.clone());
        effects.push(Effect::Request(match dialog.selected {
            0 => OperatorRequest::Letter { id, save_to: Some(path) },
            1 => OperatorRequest::Letter { id, save_to: None },
            _ => OperatorRequest::Contact(id),
        }));
    } else {
        dialog.selected = moved(dialog.selected, CHOICES.len(), action);
    }
    (Some(YotiDialog::Letter(dialog)), effects)
}
