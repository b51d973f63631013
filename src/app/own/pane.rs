//! The notes pane: note, tags, pin, acknowledgement, snooze, and the operator's own actions.
//!
//! Owns what its rows say.

use crate::app::action::Action;
use crate::app::view::{Cell, LabelRow, Tone};
use crate::app::words::Times;
use crate::domain::attention::Reason;
use crate::domain::own::OwnChange;
use crate::domain::watched::WatchedSession;
use crate::text::shown_str;

/// The longest line, in columns; the ui cuts further.
const LONGEST: usize = 1_024;

/// The rows of one session.
pub(crate) fn rows(session: &WatchedSession, times: &Times) -> Vec<LabelRow> {
    let own = &session.own;
    let row = |label: &str, value: Cell| LabelRow { label: Cell::new(label, Tone::Dim), value };
    let note = if own.note.is_empty() {
        let writes = times.keys.after("; ", Action::Note, "writes one");
        Cell::new(format!("none{writes}"), Tone::Dim)
    } else {
        Cell::new(shown_str(&own.note, LONGEST), Tone::Strong)
    };
    let tags = if session.entry.tags.is_empty() {
        let sets = times.keys.after("; ", Action::Tags, "sets some");
        Cell::new(format!("none{sets}"), Tone::Dim)
    } else {
        Cell::plain(tags(&session.entry.tags))
    };
    let mut rows = vec![row("note", note), row("tags", tags)];
    if own.pinned {
        let lets_go = times.keys.after("; ", Action::Pin, "lets go");
        rows.push(row("pinned", Cell::plain(format!("stands first{lets_go}"))));
    }
    if let Some(known) = &own.acknowledged {
        let text = format!("{} · {}", times.moment(known.at), reasons(&known.reasons));
        rows.push(row("acknowledged", Cell::plain(text)));
    }
    if let Some(until) = own.snoozed_until.filter(|until| *until > times.now) {
        let text = format!("until {}", times.of_day(until));
        rows.push(row("snoozed", Cell::plain(text)));
    }
    let mut label = "own actions";
    for action in own.history.iter().rev() {
        let text = format!("{}  {}", times.moment(action.at), said(&action.what, times));
        rows.push(row(label, Cell::plain(text)));
        label = "";
    }
    rows
}

fn tags(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| format!("#{}", shown_str(tag, 40))).collect();
    tags.join(" ")
}

fn reasons(reasons: &[Reason]) -> String {
    let words: Vec<&str> = reasons.iter().map(|reason| reason.word()).collect();
    words.join(", ")
}

fn said(change: &OwnChange, times: &Times) -> String {
    match change {
        OwnChange::Note(text) if text.is_empty() => "note taken away".to_owned(),
        OwnChange::Note(text) => format!("note: {}", shown_str(text, LONGEST)),
        OwnChange::Tags(none) if none.is_empty() => "tags taken away".to_owned(),
        OwnChange::Tags(some) => format!("tags {}", tags(some)),
        OwnChange::Pinned(true) => "pinned".to_owned(),
        OwnChange::Pinned(false) => "unpinned".to_owned(),
        OwnChange::Archived(true) => "archived".to_owned(),
        OwnChange::Archived(false) => "brought back".to_owned(),
        OwnChange::Acknowledged(Some(why)) => format!("acknowledged {}", reasons(why)),
        OwnChange::Acknowledged(None) => "acknowledgement taken back".to_owned(),
        OwnChange::Snoozed(Some(until)) => format!("snoozed until {}", times.of_day(*until)),
        OwnChange::Snoozed(None) => "snooze taken back".to_owned(),
        OwnChange::LookedAt(_) => "looked at".to_owned(),
    }
}
