//! `F`: the cursor follows the newest change of any session that is listed.
//!
//! Owns when it goes there, and that moving the cursor ends it.

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::list::cursor::go_to;
use crate::app::model::Model;
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;

/// The action of this room; `None`: it is another's.
pub(crate) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    (action == Action::Follow).then(|| {
        model.fitting.following ^= true;
        let on = model.fitting.following;
        let text =
            if on { "following the newest change; moving the cursor ends it" } else { ENDED };
        model.set_message(text, Tone::Plain);
        Vec::new()
    })
}

const ENDED: &str = "not following any more";

/// Goes to the one of these that changed last.
pub(crate) fn newest(model: &mut Model, changed: &[SessionId]) {
    if !model.fitting.following {
        return;
    }
    let fresh = changed.iter().filter_map(|id| {
        let item = model.sessions.item(*id).filter(|item| item.changed)?;
        let seen = item.session.timeline.last()?.seen_at;
        model.sessions.row_of(*id).map(|_| (seen, *id))
    });
    if let Some((_, id)) = fresh.max() {
        go_to(model, id);
        model.dirty = true;
    }
}

/// The operator has moved the cursor.
pub(crate) fn moved(model: &mut Model, before: Option<SessionId>) {
    if model.fitting.following && !model.in_past() && model.selected != before {
        model.fitting.following = false;
        model.set_message(ENDED, Tone::Plain);
    }
}
