//! The dialogs that reach Yoti for one session: letter, media, and what changes something there.
//!
//! Each is bound to the session that was under the cursor when its key was pressed (fault V04).
//! Closing one drops what it showed, and the terminal is wiped.

use std::path::Path;

use crate::app::dialogs;
use crate::app::dialogs::open::OpenDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::privacy;
use crate::app::text::hidden::{Hidden, Picture};
use crate::app::view::{Cell, Tone};
use crate::domain::events::audit_action::LastExports;
use crate::domain::session::ids::{MediaId, SessionId};

impl Model {
    /// A dialog that changes something at Yoti is open and has not been on the screen: keys that
    /// were typed before it do not count (fault T14).
    #[must_use]
    pub fn confirm_is_fresh(&self) -> bool {
        matches!(&self.dialog, Some(OpenDialog::Confirm(_))) && !self.dialog_drawn
    }

    /// Words of a time, for a dialog.
    pub(crate) fn now_stamp(&self) -> String {
        self.clock.strftime("%Y%m%dT%H%M%SZ").to_string()
    }
}

/// What was done, or why it was not: in the dialog of this session, else as a message.
pub(crate) fn done(model: &mut Model, session: Option<SessionId>, result: Result<String, String>) {
    model.dirty = true;
    let (text, tone) = match result {
        Ok(text) => (text, Tone::Good),
        Err(why) => (why, Tone::Bad),
    };
    let text = crate::text::shown_str(&text, 200);
    match session {
        Some(id) => dialogs::answered(model, id, Cell::new(text, tone)),
        None => model.set_message(text, tone),
    }
}

/// The letter lies in this file: the desktop opens it.
pub(crate) fn letter_fetched(model: &mut Model, id: SessionId, path: &Path) -> Vec<Effect> {
    let text = "the letter is open; its copy is removed when branchwatch ends";
    done(model, Some(id), Ok(text.to_owned()));
    vec![Effect::Open { what: "the letter", target: path.display().to_string() }]
}

/// The recipient goes to the dialog of this letter, and nowhere else.
pub(crate) fn contact(model: &mut Model, id: SessionId, contact: Vec<(&'static str, Hidden)>) {
    let until = model.clock + model.settings.for_operator(privacy::REVEALED);
    if let Some(OpenDialog::Letter(dialog)) = &mut model.dialog
        && dialog.id == id
    {
        dialog.busy = false;
        dialog.said = None;
        dialog.contact = contact;
        dialog.contact_until = Some(until);
        model.dirty = true;
    }
}

/// A picture goes to the dialog of these media, and nowhere else.
pub(crate) fn picture(
    model: &mut Model,
    id: SessionId,
    media: &MediaId,
    picture: Picture,
    size: usize,
) {
    if let Some(OpenDialog::Media(dialog)) = &mut model.dialog
        && dialog.id == id
    {
        dialog.show(media, picture, size);
        model.dirty = true;
    }
}

pub(crate) fn last_exports(model: &mut Model, id: SessionId, last: Option<LastExports>) {
    if let Some(OpenDialog::Confirm(dialog)) = &mut model.dialog
        && dialog.id == id
    {
        dialog.exports = Some(last);
        model.dirty = true;
    }
}
