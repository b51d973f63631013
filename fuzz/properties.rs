//! What holds for any bytes, one function for each input that somebody else writes.
//!
//! Run without end by `cargo fuzz`, and bounded by `cargo test --test fuzz`.

pub(crate) mod rows;

use std::io::Write;
use std::sync::Arc;

use branchwatch::api::key::SigningKey;
use branchwatch::api::{http_date, raw, retry_after, wire};
use branchwatch::app::list::views::{View, ViewTexts};
use branchwatch::config::{Environment, Flags, resolve};
use branchwatch::domain::brief::Brief;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::wire_enum::SessionState;
use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::import;
use branchwatch::notifications::lines::Lines;
use branchwatch::notifications::wire as notification;
use branchwatch::persist::brief_text;
use branchwatch::store::{Observation, Store};
use branchwatch::text::{shown_str, width};
use jiff::Timestamp;

/// A property of any bytes; it panics where it does not hold.
pub(crate) type Property = fn(&[u8]);

/// Every property, by the name of its target and of its corpus.
pub(crate) const ALL: &[(&str, Property)] = &[
    ("answer", answer),
    ("answers", answers),
    ("notification", notifications),
    ("shown", shown),
    ("filter", filter),
    ("config", config),
    ("list", list),
    ("key", key),
    ("headers", headers),
    ("brief", brief),
    ("rows", rows::rows),
];

const NOW: Timestamp = Timestamp::constant(1_792_141_200, 0);

fn id() -> SessionId {
    SessionId::parse("0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33").unwrap()
}

fn fetched<T>(value: T, raw: &Arc<str>) -> Answer<T> {
    Answer { value, raw: Arc::clone(raw), fetched_at: NOW }
}

/// Yoti's JSON: what is taken in is JSON without secrets, is not changed by being taken in again, and
/// is read as each of the three answers without a fault.
pub(crate) fn answer(bytes: &[u8]) {
    let Ok((text, value)) = raw::checked_without_secrets(bytes.to_vec()) else { return };
    assert!(value.is_object() || value.is_array());
    let (again, _) = raw::checked_without_secrets(text.clone().into_bytes()).unwrap();
    assert_eq!(again, text);
    let _other = (wire::configuration(&text, id()), wire::instructions(&text));
    if let Ok(session) = wire::session(&text, id()) {
        let _words = format!("{session:?}");
    }
}

/// Answers one after the other, a line each: a session that has ended never runs again, and what the
/// list says is what its answers say.
pub(crate) fn answers(bytes: &[u8]) {
    let watched = WatchedSession::new(WatchEntry::new(id(), NOW));
    let (mut store, snapshots) = Store::new(vec![watched]);
    let mut ended = false;
    for line in bytes.split(|byte| *byte == b'\n').take(20) {
        let Ok((text, _)) = raw::checked_without_secrets(line.to_vec()) else { continue };
        let raw: Arc<str> = text.into();
        if let Ok(value) = wire::session(&raw, id()) {
            store.observe(id(), Observation::Session(fetched(value, &raw)));
        }
        if let Ok(value) = wire::configuration(&raw, id()) {
            store.observe(id(), Observation::Configuration(fetched(value, &raw)));
        }
        store.publish(Health::default(), Vec::new());
        let snapshot = Arc::clone(&snapshots.borrow());
        let watched = snapshot.sessions.get(id()).unwrap();
        let state = watched.brief.state().cloned();
        let over = matches!(state, Some(SessionState::Completed | SessionState::Expired));
        assert!(over || !ended, "it had ended and is {state:?}");
        ended |= over;
        let detail = watched.detail.clone().unwrap();
        assert_eq!(*watched.brief, Brief::of(&detail.answers, &detail.timeline));
        brief(brief_text::text(&watched.brief).as_bytes());
    }
}

/// Notifications: what is taken is printed as one line of JSON and read again as the same; bytes that
/// come in pieces are the same lines.
pub(crate) fn notifications(bytes: &[u8]) {
    if let Ok(told) = notification::read(bytes, NOW) {
        let line = notification::line(&told, Some(true));
        assert!(!line.contains('\n'));
        assert_eq!(notification::read(line.as_bytes(), NOW).unwrap().session, told.session);
    }
    let (mut whole, mut pieces) = (Lines::default(), Lines::default());
    let mut read = whole.push(bytes, NOW);
    read.extend(whole.end(NOW));
    let parts = bytes.chunks(7).flat_map(|part| pieces.push(part, NOW)).collect::<Vec<_>>();
    let parts = parts.into_iter().chain(pieces.end(NOW)).collect::<Vec<_>>();
    assert_eq!(read, parts);
}

/// The sanitising function: nothing acts on a terminal, and nothing is wider than allowed.
pub(crate) fn shown(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for columns in [0, 1, 7, 80] {
        let safe = shown_str(&text, columns);
        assert!(width(&safe) <= columns, "{columns}: {safe:?}");
        assert!(safe.len() <= 32 * columns.max(1), "{columns} columns have {} bytes", safe.len());
        let acts = |c: char| {
            c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
                || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        };
        assert!(!safe.contains(acts), "{safe:?}");
    }
}

/// The filter language: an error says where, within the text.
pub(crate) fn filter(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let length = text.chars().count();
    let texts = ViewTexts { filter: text, ..ViewTexts::default() };
    if let Err(why) = View::read("", &texts) {
        assert!(!why.what.is_empty());
        assert!(why.at.is_none_or(|at| at <= length), "{why} of {length}");
    }
}

/// The configuration: an error has words, on lines that no byte of the file can act on.
pub(crate) fn config(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let flags = Flags { config: Some(file.path().to_owned()), ..Flags::default() };
    if let Err(why) = resolve(&flags, &Environment::default()) {
        let text = why.to_string();
        assert!(!text.is_empty());
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
}

/// Lists of sessions: every row has a line of the text and is safe to show.
pub(crate) fn list(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for row in import::read(&text, NOW) {
        assert!(row.line >= 1 && row.line <= text.split(['\n', '\r']).count(), "{row:?}");
        assert_eq!(row.text, shown_str(&row.text, 200), "{row:?}");
    }
}

/// Key files: an error says nothing of what stands in the file.
pub(crate) fn key(bytes: &[u8]) {
    if let Err(why) = SigningKey::from_pem(bytes) {
        let why = why.to_string();
        // Blanks and hyphens stand in the lines around a key.
        let of_key = |part: &[u8]| !part.iter().any(|byte| b" -\n".contains(byte));
        let told = |part| of_key(part) && why.as_bytes().windows(16).any(|w| w == part);
        let secret = bytes.windows(16).any(told);
        assert!(!secret, "{why}");
    }
}

/// Retry-After is within its bounds, and a date is one or none.
pub(crate) fn headers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(wait) = retry_after(&text, NOW) {
        assert!((1..=900).contains(&wait.as_secs()), "{text}: {wait:?}");
    }
    let _date = http_date(&text);
}

/// The list's part of a row of the store: what can be read is written and read again as the same.
pub(crate) fn brief(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(brief) = brief_text::read(&text) {
        assert_eq!(brief_text::read(&brief_text::text(&brief)), Some(brief));
    }
}
