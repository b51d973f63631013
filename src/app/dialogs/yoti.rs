//! The dialogs that reach Yoti for one session: letter, media, and what changes something there.
//!
//! Each is bound to the session that was under the cursor when its key was pressed (fault V04).
//! Closing one drops what it showed, and the terminal is wiped.

pub mod state;

use crate::app::dialogs;
use crate::app::dialogs::open::OpenDialog;
use crate::app::dialogs::yoti::state::YotiReply;
use crate::app::model::Model;
use crate::app::operator::privacy;
use crate::app::view::{Cell, Tone};

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

/// What came of a request goes to its dialog, if that is still open; personal data goes nowhere else.
pub(crate) fn told(model: &mut Model, told: YotiReply) {
    model.dirty = true;
    let until = model.clock + model.settings.for_operator(privacy::REVEALED);
    let said = |text: &str, tone| Cell::new(crate::text::shown_str(text, 200), tone);
    match (told, &mut model.dialog) {
        (YotiReply::Contact(id, contact), Some(OpenDialog::Letter(dialog))) if dialog.id == id => {
            dialog.busy = false;
            dialog.said = None;
            dialog.contact = contact;
            dialog.contact_until = Some(until);
        }
        (YotiReply::Picture(id, media, picture, size), Some(OpenDialog::Media(dialog)))
            if dialog.id == id =>
        {
            dialog.show(&media, picture, size);
        }
        (YotiReply::LastExports(id, last), Some(OpenDialog::Confirm(dialog)))
            if dialog.id == id =>
        {
            dialog.exports = Some(last);
        }
        (YotiReply::Contact(..) | YotiReply::Picture(..) | YotiReply::LastExports(..), _) => {}
        (YotiReply::Done(id, text), _) => {
            dialogs::answered(model, id, said(&text, Tone::Good));
        }
        (YotiReply::Failed(id, text), _) => {
            dialogs::answered(model, id, said(&text, Tone::Bad));
        }
    }
}
