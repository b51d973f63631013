//! The dialogs that reach Yoti for one session: letter, media, and what changes something there.
//!
//! Each is bound to the session that was under the cursor when its key was pressed (fault V04).
//! Closing one drops what it showed, and the terminal is wiped.

pub mod state;

use crate::app::action::Action;
use crate::app::dialogs::overlay::Overlay;
use crate::app::dialogs::yoti::state::{YotiDialog, YotiReply};
use crate::app::dialogs::{confirm, letter, media};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::privacy;
use crate::app::view::{Cell, Tone};

impl Model {
    /// A dialog that changes something at Yoti is open and has not been on the screen: keys that
    /// were typed before it do not count (fault T14).
    #[must_use]
    pub fn confirm_is_fresh(&self) -> bool {
        match &self.overlay {
            Some(Overlay::Yoti(hand)) => {
                matches!(&**hand, YotiDialog::Confirm(dialog) if !dialog.drawn)
            }
            _ => false,
        }
    }

    /// Words of a time, for a dialog.
    pub(crate) fn now_stamp(&self) -> String {
        self.clock.strftime("%Y%m%dT%H%M%SZ").to_string()
    }
}

/// A key while one is open.
pub(crate) fn act(model: &mut Model, hand: YotiDialog, action: Action) -> Vec<Effect> {
    if matches!(action, Action::Back | Action::Quit | Action::QuitNow) {
        return vec![Effect::Redraw];
    }
    let (hand, effects) = match hand {
        YotiDialog::Letter(dialog) => letter::act(dialog, action),
        YotiDialog::Media(dialog) => media::act(dialog, action, model),
        YotiDialog::Confirm(dialog) => confirm::act(dialog, action),
    };
    model.overlay = hand.map(|hand| Overlay::Yoti(Box::new(hand)));
    effects
}

/// What came of a request goes to its dialog, if that is still open; personal data goes nowhere else.
pub(crate) fn told(model: &mut Model, told: YotiReply) {
    model.dirty = true;
    let until = model.clock + model.settings.for_operator(privacy::REVEALED);
    let hand = match &mut model.overlay {
        Some(Overlay::Yoti(hand)) => Some(&mut **hand),
        _ => None,
    };
    match (told, hand) {
        (YotiReply::Contact(id, contact), Some(YotiDialog::Letter(dialog))) if dialog.id == id => {
            dialog.busy = false;
            dialog.said = None;
            dialog.contact = contact;
            dialog.contact_until = Some(until);
        }
        (YotiReply::Picture(id, media, picture, size), Some(YotiDialog::Media(dialog)))
            if dialog.id == id =>
        {
            dialog.show(&media, picture, size);
        }
        (YotiReply::LastExports(id, last), Some(YotiDialog::Confirm(dialog)))
            if dialog.id == id =>
        {
            dialog.exports = Some(last);
        }
        (YotiReply::Contact(..) | YotiReply::Picture(..) | YotiReply::LastExports(..), _) => {}
        (YotiReply::Done(id, text), Some(hand)) if hand.id() == id => {
            hand.say(Cell::new(crate::text::shown_str(&text, 200), Tone::Good));
        }
        (YotiReply::Failed(id, text), Some(hand)) if hand.id() == id => {
            hand.say(Cell::new(crate::text::shown_str(&text, 200), Tone::Bad));
        }
        (YotiReply::Done(_, text), _) => {
            model.set_message(crate::text::shown_str(&text, 200), Tone::Good);
        }
        (YotiReply::Failed(_, text), _) => {
            model.set_message(crate::text::shown_str(&text, 200), Tone::Bad);
        }
    }
}

/// What was revealed for a time is hidden again.
pub(crate) fn tick(model: &mut Model) -> Vec<Effect> {
    let now = model.clock;
    if let Some(Overlay::Yoti(hand)) = &mut model.overlay
        && let YotiDialog::Letter(dialog) = &mut **hand
        && dialog.contact_until.is_some()
    {
        model.dirty = true;
        dialog.left =
            dialog.contact_until.map(|until| model.settings.left_for_operator(until, now));
        if dialog.contact_until.is_some_and(|until| now >= until) {
            dialog.contact.clear();
            dialog.contact_until = None;
            return vec![Effect::Redraw];
        }
    }
    Vec::new()
}
