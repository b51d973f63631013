//! `F`: the cursor follows the newest change of any session that is listed.

use crate::app::list::cursor::go_to;
use crate::app::model::Model;
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;

pub(crate) fn toggle(model: &mut Model) {
    model.layout_settings.following ^= true;
    let on = model.layout_settings.following;
    let text = if on { "following the newest change; moving the cursor ends it" } else { ENDED };
    model.set_message(text, Tone::Plain);
}

const ENDED: &str = "not following any more";

/// Goes to the one of these that changed last.
pub(crate) fn newest(model: &mut Model, changed: &[SessionId]) {
    if !model.layout_settings.following {
        return;
    }
    let fresh = changed.iter().filter_map(|id| {
        let item = model.sessions.item(*id).filter(|item| item.changed)?;
        let seen = item.session.brief.last_seen()?;
        model.sessions.row_of(*id).map(|_| (seen, *id))
    });
    if let Some((_, id)) = fresh.max() {
        go_to(model, id);
        model.dirty = true;
    }
}

/// The operator has moved the cursor.
pub(crate) fn moved(model: &mut Model, before: Option<SessionId>) {
    if model.layout_settings.following && !model.in_past() && model.selected != before {
        model.layout_settings.following = false;
        model.set_message(ENDED, Tone::Plain);
    }
}
