//! What stands beside a session's row, its answers and events, and back. What is not believed is
//! told with its session, and never read.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;

use super::PersistError;
use super::key::Vault;
use super::rows::{ListedRow, Manifest};
use crate::api::wire;
use crate::domain::events::change::TimelineEvent;
use crate::domain::session::answer::Answer;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::WatchedSession;

/// What stands beside so many rows is read at once.
pub(super) const FEW: usize = 100;

/// Puts answers and timelines to [`FEW`] listed sessions. What is not as it must be is not read, and
/// stands in the session's fault.
pub(super) fn complete(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    listed: Vec<ListedRow>,
) -> Result<Vec<WatchedSession>, PersistError> {
    let readings = beside(connection, store, vault, listed, true)?;
    Ok(readings.into_iter().map(Reading::done).collect())
}

/// Opens what stands beside [`FEW`] listed sessions, and says of which of them something is not as it
/// must be. No answer is parsed: that takes most of the time of [`complete`].
pub(super) fn faults(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    listed: Vec<ListedRow>,
) -> Result<Vec<(SessionId, StoreFault)>, PersistError> {
    let readings = beside(connection, store, vault, listed, false)?;
    let sessions = readings.into_iter().map(Reading::done);
    Ok(sessions.filter_map(|session| Some((session.id(), session.storage.fault?))).collect())
}

fn beside(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    listed: Vec<ListedRow>,
    keeps: bool,
) -> Result<Vec<Reading>, PersistError> {
    let position = |(place, one): (usize, &ListedRow)| Some((one.position?, place));
    let places: HashMap<i64, usize> = listed.iter().enumerate().filter_map(position).collect();
    // Joined into the text of the query: these are numbers of our own table, never a server's text.
    let positions: Vec<String> = places.keys().map(i64::to_string).collect();
    let whose = format!("WHERE session IN ({})", positions.join(","));
    let mut readings: Vec<Reading> =
        listed.into_iter().map(|listed| Reading::of(listed, keeps)).collect();
    let mut query =
        connection.prepare(&format!("SELECT session, part, version, body FROM answer {whose}"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let reading = places.get(&row.get(0)?).and_then(|place| readings.get_mut(*place));
        let Some(reading) = reading else { continue };
        let part = row.get_ref(1)?.as_bytes().ok().and_then(|part| str::from_utf8(part).ok());
        let body = row.get_ref(3)?.as_bytes().unwrap_or_default();
        let version = row.get_ref(2)?.as_i64().ok().and_then(|v| u64::try_from(v).ok());
        reading.answer(store, vault, part.unwrap_or_default(), version.unwrap_or(0), body);
    }
    let mut query = connection.prepare(&format!(
        "SELECT session, number, body FROM event {whose} ORDER BY session, number"
    ))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let reading = places.get(&row.get(0)?).and_then(|place| readings.get_mut(*place));
        let Some(reading) = reading else { continue };
        let body = row.get_ref(2)?.as_bytes().unwrap_or_default();
        reading.event(store, vault, row.get(1)?, body);
    }
    Ok(readings)
}

/// A session whose rows are being read.
struct Reading {
    watched: WatchedSession,
    answers: Answers,
    timeline: Vec<TimelineEvent>,
    manifest: Manifest,
    /// So many events were read.
    events: u64,
    /// Its own row has a fault.
    distrusted: bool,
    /// What is opened is read too.
    keeps: bool,
}

impl Reading {
    fn of(listed: ListedRow, keeps: bool) -> Self {
        let distrusted = listed.row.storage.fault.is_some();
        let manifest = listed.row.manifest.clone();
        let answers = listed.row.answers();
        // Its brief is made when all has been read.
        let (watched, timeline) = (listed.row.with(Arc::default(), None), Vec::new());
        Self { watched, answers, timeline, manifest, events: 0, distrusted, keeps }
    }

    fn fault(&mut self, fault: StoreFault) {
        let known = &mut self.watched.storage.fault;
        *known = (*known).max(Some(fault));
    }

    fn answer(&mut self, store: &str, vault: &Vault, part: &str, version: u64, body: &[u8]) {
        let mark = self.manifest.answers.remove(part);
        // Of a session that is not believed as a whole no answer is, until Yoti answers again.
        if self.distrusted {
            return;
        }
        let Some(mark) = mark else { return self.fault(StoreFault::Altered) };
        let id = self.watched.id();
        let text = match version.cmp(&mark.version) {
            std::cmp::Ordering::Less => Err(StoreFault::Older),
            std::cmp::Ordering::Greater => Err(StoreFault::Altered),
            std::cmp::Ordering::Equal => vault.open(answer_place(store, id, part, version), body),
        };
        match text
            .and_then(|text| String::from_utf8(text).map_err(|_unreadable| StoreFault::Altered))
        {
            Ok(_) if !self.keeps => {}
            Ok(raw) => reread(&mut self.answers, id, part, raw, mark.fetched_at),
            Err(fault) => self.fault(fault),
        }
    }

    fn event(&mut self, store: &str, vault: &Vault, number: i64, body: &[u8]) {
        if self.distrusted {
            return;
        }
        let place = event_place(store, self.watched.id(), self.manifest.generation, number);
        match vault.open(place, body) {
            Ok(text) => {
                self.events += 1;
                // A kind that this build does not know is left out: the rest of the timeline is
                // worth more than an error.
                let event = || serde_json::from_slice::<TimelineEvent>(&text).ok();
                self.timeline.extend(self.keeps.then(event).flatten());
            }
            Err(fault) => self.fault(fault),
        }
    }

    fn done(mut self) -> WatchedSession {
        let missing = !self.manifest.answers.is_empty() || self.events < self.manifest.events;
        if missing && !self.distrusted {
            self.fault(StoreFault::Removed);
        }
        if self.keeps {
            self.watched.learn(Arc::new(self.answers), Arc::new(self.timeline));
        }
        self.watched
    }
}

pub(super) fn answer_place(store: &str, id: SessionId, part: &str, version: u64) -> String {
    format!("{store} {id} answer {part} {version}")
}

pub(super) fn event_place(store: &str, id: SessionId, generation: u64, number: i64) -> String {
    format!("{store} {id} event {generation} {number}")
}

// Read anew at every start: a newer build may know more of the same text.
/// Reads the answer for one part from its text. One that cannot be read leaves its part out.
pub fn reread(
    answers: &mut Answers,
    id: SessionId,
    part: &str,
    raw: String,
    fetched_at: Timestamp,
) {
    match part {
        "session" => {
            let value = wire::session(&raw, id).ok();
            answers.session = value.map(|value| answer(value, raw, fetched_at));
        }
        "configuration" => {
            let value = wire::configuration(&raw, id).ok();
            answers.configuration = value.map(|value| answer(value, raw, fetched_at));
        }
        _ => {
            if let Ok(value) = wire::instructions(&raw) {
                answers.letter = Letter::of(Answer { value, raw: raw.into(), fetched_at });
            }
        }
    }
}

fn answer<T>(value: T, raw: String, fetched_at: Timestamp) -> Arc<Answer<T>> {
    Arc::new(Answer { value, raw: raw.into(), fetched_at })
}
