//! The question before something is changed at Yoti: it is answered by typing what will happen.
//!
//! Without `--allow-writes` and the profile's word it does not open.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::confirm::state::{ConfirmDialog, What};
use crate::app::dialogs::dialog::{Dialog, Flow, STAY};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::text::text_field::TextField;
use crate::app::text::words::wire;
use crate::app::view::Tone;

pub(crate) fn open(model: &mut Model, what: What) -> Vec<Effect> {
    let Some(item) = model.item() else { return Vec::new() };
    let permissions = model.privacy.config.permissions;
    let (allowed, key) = match what {
        What::DeleteSession => (permissions.delete, "allow_delete"),
        What::SendLetter => (permissions.email, "allow_email"),
    };
    if !allowed {
        let text = format!(
            "read-only: needs --allow-writes, and {key} = true in the profile; nothing was done"
        );
        model.set_message(text, Tone::Bad);
        return Vec::new();
    }
    let session = &item.session;
    let id = session.id();
    let name = model.times.name(session, 40);
    let state = session.brief.state().map(|state| wire(state.as_raw()));
    let state = state.unwrap_or_else(|| "not fetched".to_owned());
    let badge = crate::text::shown_str(&model.settings.badge, 20);
    // What has to be typed can be read off the screen: of a masked reference, the short ID.
    let shown = model.times.labels.shows_reference(session);
    let reference = session.entry.reference.as_deref().filter(|_| shown);
    let reference = reference.map_or_else(|| id.short(), |text| crate::text::shown_str(text, 40));
    let word = if what == What::DeleteSession { "DELETE" } else { "SEND" };
    let dialog = ConfirmDialog {
        what,
        id,
        subject: format!("{name} · {} · {state} · {badge}", id.short()),
        phrase: format!("{word} {reference}"),
        typed: TextField::default(),
        exports: None,
        error: None,
    };
    model.open(dialog);
    // What is deleted is gone: whether it was taken out before is worth knowing.
    let deletes = what == What::DeleteSession;
    deletes.then_some(Effect::LastExports(id)).into_iter().collect()
}

impl Model {
    /// `Last export: 09:12 today, masked.  Unmasked: never.`
    #[must_use]
    pub fn last_export(&self, dialog: &ConfirmDialog) -> Option<String> {
        if dialog.what != What::DeleteSession {
            return None;
        }
        let Some(found) = dialog.exports else { return Some("Last export: …".to_owned()) };
        let Some(last) = found else { return Some("Last export: unknown.".to_owned()) };
        let when = |at| match self.time_of_day(at) {
            time if time.contains(' ') => time,
            time => format!("{time} today"),
        };
        Some(match (last.masked, last.unmasked) {
            (None, None) => "Never exported.".to_owned(),
            (None, Some(open)) => format!("Last export: {}, unmasked.", when(open)),
            (Some(masked), Some(open)) if open > masked => {
                format!("Last export: {}, unmasked.", when(open))
            }
            (Some(masked), open) => {
                let open = open.map_or_else(|| "never".to_owned(), when);
                format!("Last export: {}, masked.  Unmasked: {open}.", when(masked))
            }
        })
    }
}

impl Dialog for ConfirmDialog {
    fn act(&mut self, _: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        if self.typed.text().trim() != self.phrase {
            self.error = Some(format!("that is not {}", self.phrase));
            return STAY;
        }
        Flow::Close(vec![match self.what {
            What::DeleteSession => Effect::DeleteSession(self.id),
            What::SendLetter => Effect::SendLetter(self.id),
        }])
    }

    fn leave(&mut self, _: &Model) -> Flow {
        Flow::Close(vec![Effect::Redraw])
    }

    fn typing(&self) -> Option<&'static str> {
        Some("confirm")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        self.error = None;
        Some(&mut self.typed)
    }
}
