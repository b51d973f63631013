//! What happened, as a plain sentence: for lines that are read aloud, and for logs.
//!
//! No sign and no colour carries a meaning here; every server text passes `words`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::app::text::words::server;
use crate::domain::assessment::reason::Reason;
use crate::domain::events::event_kind::EventKind;
use crate::domain::events::session_event::SessionEvent;
use crate::domain::personal::Privacy;
use crate::domain::watchlist::labels::SafeLabels;
use crate::domain::watchlist::snapshot::Connection;
use crate::domain::watchlist::watched::WatchedSession;
use crate::text;

/// One event as a line: when, whose, what.
#[must_use]
pub fn line(
    happening: &SessionEvent,
    labels: &SafeLabels,
    privacy: Privacy,
    zone: &TimeZone,
) -> String {
    // One form for all of them: a reader hears the day where it matters.
    let at = happening.at.to_zoned_datetime(zone.clone()).strftime("%d %b %H:%M:%S");
    let what = aloud(&sentence(happening));
    match &happening.session {
        Some(session) => format!("{at}  {}: {what}", name(session, labels, privacy)),
        None => format!("{at}  {what}"),
    }
}

/// A session's reference as far as it may be shown, else its short ID.
#[must_use]
pub fn name(session: &WatchedSession, labels: &SafeLabels, privacy: Privacy) -> String {
    text::shown_str(&labels.name(session, privacy), 60)
}

/// Names of the sessions that need somebody, by why.
pub type Needing = BTreeMap<Reason, Vec<String>>;

/// `24 sessions, 9 need attention: 2 REJECT, 7 due soon`; of each reason so many names.
#[must_use]
pub fn summary(counted: &str, needing: &Needing, named: usize) -> String {
    let all: usize = needing.values().map(Vec::len).sum();
    if all == 0 {
        return format!("{counted}, none needs attention");
    }
    let part = |(reason, names): (&Reason, &Vec<String>)| {
        let words = format!("{} {}", names.len(), reason.word());
        let shown = names.iter().take(named).map(String::as_str).collect::<Vec<_>>().join(", ");
        match names.len().saturating_sub(named) {
            _ if named == 0 => words,
            0 => format!("{words} ({shown})"),
            more => format!("{words} ({shown} and {more} more)"),
        }
    };
    let parts: Vec<String> = needing.iter().map(part).collect();
    format!("{counted}, {}: {}", crate::text::need_attention(all), parts.join(", "))
}

/// A shown text without what stands in it for control characters and for the sequences that they
/// begin, which read aloud are noise.
fn aloud(shown: &str) -> String {
    let mut said = String::new();
    let mut rest = shown;
    while let Some((before, after)) = rest.split_once("\\x") {
        said.push_str(before);
        let code = after.get(..2).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        let behind = after.get(2..).unwrap_or_default();
        rest = match code {
            // The ESC is gone, what it began is still text: `[31m` would be read letter by letter.
            Some("1b") => behind_sequence(behind),
            Some(_) => behind,
            None => {
                said.push_str("\\x");
                after
            }
        };
    }
    said.push_str(rest);
    said
}

/// What follows a terminal's sequence whose ESC has been read.
fn behind_sequence(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('[') {
        let end = rest.find(|c: char| c.is_ascii_alphabetic());
        // One that never ends takes the rest with it: nothing tells where the text begins.
        return end.and_then(|end| rest.get(end + 1..)).unwrap_or_default();
    }
    let title = text.strip_prefix(']');
    title.map_or(text, |rest| rest.split_once("\\x07").map_or(rest, |(_, behind)| behind))
}

/// What happened, without when and whose; in our words but for what a server said.
#[must_use]
pub fn sentence(happening: &SessionEvent) -> String {
    if let Some(event) = &happening.change {
        return text::change_words(event).sentence;
    }
    if let Some(words) = &happening.words {
        return server(words);
    }
    if let Some(connection) = &happening.connection {
        return connected(connection).to_owned();
    }
    match happening.kind {
        EventKind::Visit | EventKind::Approve => milestone(happening.kind).to_owned(),
        EventKind::Expired => "expired: the deadline passed before completion".to_owned(),
        EventKind::Added => "added to the watch-list".to_owned(),
        EventKind::Removed => "removed from the watch-list".to_owned(),
        kind => kind.word().replace('_', " "),
    }
}

const fn connected(connection: &Connection) -> &'static str {
    match connection {
        Connection::Starting => "not connected to Yoti yet",
        Connection::Live => "connection to Yoti restored",
        Connection::Slowed { .. } => "Yoti limits the requests; fewer are sent for a time",
        Connection::Offline { .. } => "Yoti cannot be reached; trying again",
        Connection::Unavailable { .. } => "Yoti is unavailable; trying again",
        Connection::Refused { .. } => "Yoti refuses the key; run branchwatch doctor",
        Connection::AppNotFound => "key and SDK ID do not belong together",
        Connection::ClockSkew(_) => "Yoti refuses the signature: this machine's clock is off",
        Connection::Following => "another branchwatch polls Yoti; its results are shown",
        Connection::Silent { .. } => {
            "another branchwatch polls Yoti, but has had no response for more than a minute"
        }
        Connection::NoHolder => "no requests: the local store cannot be written",
        Connection::Disabled => "offline: no requests (--offline)",
    }
}

/// A step of a session in a few words.
#[must_use]
pub const fn milestone(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Visit => "first branch visit",
        EventKind::Approve => "completed, and the pass rule is met",
        EventKind::Reject => "completed, with a REJECT",
        EventKind::Refer => "completed, to review",
        other => other.word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_aloud_has_no_escape_codes() {
        for (shown, said) in [
            ("PASSPORT\\x1b[5m\\x07", "PASSPORT"),
            ("\\x1b[2J\\x1b]0;owned\\x07 evil", " evil"),
            ("C:\\xample", "C:\\xample"),
            ("\\x1b[", ""),
        ] {
            assert_eq!(aloud(shown), said, "{shown}");
        }
    }

    #[test]
    fn the_summary_counts_by_reason_and_names_some() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let needing = Needing::from([
            (Reason::DueSoon, names(&["d"])),
            (Reason::TurnedAway, names(&["a", "b", "c"])),
        ]);
        for (named, text) in [
            (0, "24 sessions, 4 need attention: 3 turned away?, 1 due soon"),
            (2, "24 sessions, 4 need attention: 3 turned away? (a, b and 1 more), 1 due soon (d)"),
        ] {
            assert_eq!(summary("24 sessions", &needing, named), text);
        }
        let none = summary("1 session", &Needing::new(), 2);
        assert_eq!(none, "1 session, none needs attention");
    }
}
