//! `c`: one note, for the sessions that were meant when the key was pressed.

pub(crate) mod state;

use std::collections::BTreeSet;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow};
use crate::app::dialogs::note::state::NoteDialog;
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::operator::annotations::{
    items, keep, labels_shown, same_for_all, subject, targets,
};
use crate::app::text::text_field::TextField;
use crate::app::view::Tone;
use crate::domain::watchlist::annotations::AnnotationChange;

pub(crate) fn open(model: &mut Model) {
    let ids = targets(model);
    let notes: BTreeSet<&str> =
        items(model, &ids).map(|item| item.session.own.note.as_str()).collect();
    let masked = |item: &Item| !item.session.own.note.is_empty() && !labels_shown(model, item);
    let hidden = items(model, &ids).any(masked);
    // Several notes at once begin empty, equal ones with their text.
    let one = notes.len() == 1 && !hidden;
    let text = if one { notes.first().copied().unwrap_or_default() } else { "" };
    let (field, subject) = (TextField::new(text), subject(model, &ids));
    if !ids.is_empty() {
        model.open(NoteDialog { ids, subject, field, hidden });
    }
}

impl Dialog for NoteDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        let subject = &self.subject;
        let text = self.field.text().trim().to_owned();
        // The masked note was not in the field: an empty one is no wish to delete it.
        if text.is_empty() && self.hidden {
            let unchanged = format!("nothing typed: the note for {subject} is unchanged");
            model.set_message(unchanged, Tone::Notice);
            return CLOSE;
        }
        let what = if text.is_empty() { "note removed from" } else { "note for" };
        let changes = same_for_all(&self.ids, &AnnotationChange::Note(text));
        Flow::Close(keep(model, &format!("{what} {subject}"), changes))
    }

    fn typing(&self) -> Option<&'static str> {
        Some("save")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(&mut self.field)
    }
}
