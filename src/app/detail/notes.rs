//! The notes pane: note, tags, pin, acknowledgement, snooze, and the operator's own actions.

use crate::app::action::Action;
use crate::app::text::words::Times;
use crate::app::view::{Cell, LabelRow, Tone};
use crate::domain::assessment::reason::Reason;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::watched::WatchedSession;
use crate::text::shown_str;

/// The longest line, in columns; the ui cuts further.
const LONGEST: usize = 1_024;
/// The longest name of an operator, in columns.
const LONGEST_NAME: usize = 20;

/// The rows of one session.
pub(crate) fn rows(session: &WatchedSession, times: &Times) -> Vec<LabelRow> {
    let own = &session.own;
    let row = |label: &str, value: Cell| LabelRow { label: Cell::new(label, Tone::Dim), value };
    let note = if own.note.is_empty() {
        let writes = times.keys.after("; ", Action::Note, "writes one");
        Cell::new(format!("none{writes}"), Tone::Dim)
    } else {
        Cell::new(times.note(session, &own.note, LONGEST), Tone::Strong)
    };
    let wrote = own.note_made().filter(|_| !own.note.is_empty()).map(|made| signed(made, times));
    let tags = if session.entry.tags.is_empty() {
        let sets = times.keys.after("; ", Action::Tags, "sets some");
        Cell::new(format!("none{sets}"), Tone::Dim)
    } else {
        Cell::plain(times.tags(session, &session.entry.tags, 40))
    };
    let mut rows = vec![row("note", note)];
    rows.extend(wrote.map(|wrote| row("", Cell::new(wrote, Tone::Dim))));
    rows.push(row("tags", tags));
    if session.entry.unverified {
        let text = "added by a process without the key of the application";
        rows.push(row("not verified", Cell::new(text, Tone::Warn)));
    }
    if own.pinned {
        let unpins = times.keys.after("; ", Action::Pin, "unpins");
        rows.push(row("pinned", Cell::plain(format!("stays at the top{unpins}"))));
    }
    if let Some(known) = &own.acknowledged {
        let made = own.acknowledgement_made().cloned().unwrap_or_else(|| known.at.into());
        let text = format!("{} · {}", signed(&made, times), reasons(&known.reasons));
        rows.push(row("acknowledged", Cell::plain(text)));
    }
    if let Some(until) = own.snoozed_until.filter(|until| *until > times.now) {
        let text = format!("until {}", times.of_day(until));
        rows.push(row("snoozed", Cell::plain(text)));
    }
    let mut label = "own actions";
    for action in own.history.iter().rev() {
        let text =
            format!("{}  {}", signed(&action.made, times), said(&action.what, session, times));
        rows.push(row(label, Cell::plain(text)));
        label = "";
    }
    rows
}

/// `jane · 09:12`; without the name where it is not known.
fn signed(made: &Made, times: &Times) -> String {
    let at = times.past(made.at);
    match &made.by {
        Some(by) => format!("{} · {at}", shown_str(by, LONGEST_NAME)),
        None => at,
    }
}

fn reasons(reasons: &[Reason]) -> String {
    let words: Vec<&str> = reasons.iter().map(|reason| reason.word()).collect();
    words.join(", ")
}

fn said(change: &AnnotationChange, session: &WatchedSession, times: &Times) -> String {
    match change {
        AnnotationChange::Note(text) if text.is_empty() => "note removed".to_owned(),
        AnnotationChange::Note(text) => format!("note: {}", times.note(session, text, LONGEST)),
        AnnotationChange::Tags { added, removed } => {
            let part = |word: &str, tags: &[String]| {
                (!tags.is_empty()).then(|| format!("{word} {}", times.tags(session, tags, 40)))
            };
            let parts = [part("added", added), part("removed", removed)];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            format!("tags: {}", parts.join(", "))
        }
        AnnotationChange::Pinned(true) => "pinned".to_owned(),
        AnnotationChange::Pinned(false) => "unpinned".to_owned(),
        AnnotationChange::Archived(true) => "archived".to_owned(),
        AnnotationChange::Archived(false) => "brought back".to_owned(),
        AnnotationChange::Acknowledged(Some(why)) => format!("acknowledged {}", reasons(why)),
        AnnotationChange::Acknowledged(None) => "acknowledgement removed".to_owned(),
        AnnotationChange::Snoozed(Some(until)) => format!("snoozed until {}", times.of_day(*until)),
        AnnotationChange::Snoozed(None) => "snooze removed".to_owned(),
        AnnotationChange::LookedAt(_) => "looked at".to_owned(),
    }
}
