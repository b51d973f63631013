//! Sessions as rows and back.
//!
//! An answer that can no longer be read stays in the store and is shown as not loaded.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::event;
use super::own;
use super::seal::Seal;
use crate::api::wire;
use crate::domain::session::answer::Answer;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::watchlist::labels::{SharedPrefixes, is_long};
use crate::domain::watchlist::watched::{PollState, TIMELINE_CAP, WatchEntry, WatchedSession};

type Sql<T> = Result<T, rusqlite::Error>;

fn time(text: Option<String>) -> Option<Timestamp> {
    text.and_then(|text| text.parse().ok())
}

/// The watch-list without answers, by position; rows that cannot be read are left out.
pub(super) fn list(connection: &Connection) -> Sql<Vec<(i64, WatchedSession)>> {
    let mut query = connection.prepare(&listing("ORDER BY position"))?;
    let rows = query.query_map([], listed)?;
    Ok(rows.collect::<Sql<Vec<_>>>()?.into_iter().flatten().collect())
}

fn listing(whom: &str) -> String {
    format!(
        "SELECT position, id, reference, tags, added_at, deadline, resources_ttl, missing_since,
                visit_at, letter_not_set_at, last_ok, {}
         FROM session {whom}",
        own::COLUMNS
    )
}

/// Those of the list that are there, as [`list`] has them.
pub(super) fn named(connection: &Connection, ids: &[SessionId]) -> Sql<Vec<(i64, WatchedSession)>> {
    let mut query = connection.prepare_cached(&listing("WHERE id = ?1"))?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(query.query_row([id.to_string()], listed).optional()?.flatten());
    }
    found.sort_unstable_by_key(|(position, _)| *position);
    Ok(found)
}

fn listed(row: &Row<'_>) -> Sql<Option<(i64, WatchedSession)>> {
    let id: String = row.get(1)?;
    // One bad row must not hide the rest of the list (fault D05).
    let Ok(id) = SessionId::parse(&id) else { return Ok(None) };
    let tags: String = row.get(3)?;
    let ttl: Option<i64> = row.get(6)?;
    let mut watched = WatchedSession::new(WatchEntry {
        id,
        reference: row.get(2)?,
        tags: tags.split_whitespace().map(str::to_owned).collect(),
        added_at: time(row.get(4)?).unwrap_or(Timestamp::UNIX_EPOCH),
        deadline: time(row.get(5)?),
        resources_ttl: ttl.map(SignedDuration::from_secs),
    });
    watched.answers = Arc::new(Answers {
        missing_since: time(row.get(7)?),
        visit_notified_at: time(row.get(8)?),
        letter: time(row.get(9)?).map_or(Letter::NotKnown, Letter::NotSet),
        ..Answers::default()
    });
    watched.poll = PollState { last_ok: time(row.get(10)?), ..PollState::default() };
    watched.own = Arc::new(own::read(row, 11)?);
    Ok(Some((row.get(0)?, watched)))
}

/// So many sessions are looked up one by one.
const FEW: usize = 100;

/// Puts answers and timelines to the listed sessions. Also
/// returns how many answers are sealed and cannot be opened.
pub(super) fn complete(
    connection: &Connection,
    listed: Vec<(i64, WatchedSession)>,
    seal: Option<&Seal>,
) -> Sql<(Vec<WatchedSession>, usize)> {
    let places: HashMap<i64, usize> =
        listed.iter().enumerate().map(|(place, (position, _))| (*position, place)).collect();
    let mut sessions: Vec<WatchedSession> =
        listed.into_iter().map(|(_, watched)| watched).collect();
    let mut unreadable = 0;
    // All are read in one go, and of a few no other's.
    // Joined into the text of the query: these are numbers of our own table, never a server's text.
    let whose = if places.len() <= FEW {
        let positions: Vec<String> = places.keys().map(i64::to_string).collect();
        format!("WHERE session IN ({})", positions.join(","))
    } else {
        String::new()
    };
    let mut query = connection
        .prepare(&format!("SELECT session, part, sealed, body, fetched_at FROM answer {whose}"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let place = places.get(&row.get(0)?).copied();
        let Some(watched) = place.and_then(|place| sessions.get_mut(place)) else { continue };
        let (part, sealed, body): (String, bool, Vec<u8>) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let fetched_at = time(row.get(4)?).unwrap_or(Timestamp::UNIX_EPOCH);
        let raw = if sealed {
            seal.and_then(|seal| seal.open(watched.id(), &part, &body))
        } else {
            String::from_utf8(body).ok()
        };
        match raw {
            Some(raw) => reread(watched, &part, raw, fetched_at),
            None => unreadable += 1,
        }
    }
    let mut query = connection
        .prepare(&format!("SELECT session, body FROM event {whose} ORDER BY session, number"))?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let place = places.get(&row.get(0)?).copied();
        let Some(watched) = place.and_then(|place| sessions.get_mut(place)) else { continue };
        let body: String = row.get(1)?;
        if let Some(event) = event::read(&body) {
            Arc::make_mut(&mut watched.timeline).push(event);
        }
    }
    mark_shared(connection, &mut sessions)?;
    Ok((sessions, unreadable))
}

/// Says of each whether its reference begins as many others of the list do. The others are read only
/// where that makes a difference.
pub(super) fn mark_shared(connection: &Connection, sessions: &mut [WatchedSession]) -> Sql<()> {
    let long = |watched: &WatchedSession| watched.entry.reference.as_deref().is_some_and(is_long);
    if !sessions.iter().any(long) {
        return Ok(());
    }
    let mut query = connection.prepare(
        "SELECT reference FROM session WHERE reference IS NOT NULL AND archived_at IS NULL",
    )?;
    let references = query.query_map([], |row| row.get(0))?.collect::<Sql<Vec<String>>>()?;
    let shared = SharedPrefixes::of(references.iter().map(String::as_str));
    for watched in sessions {
        let reference = watched.entry.reference.as_deref();
        watched.shared_prefix = reference.is_some_and(|text| shared.covers(text));
    }
    Ok(())
}

// Read anew at every start: a newer build may know more of the same text.
fn reread(watched: &mut WatchedSession, part: &str, raw: String, fetched_at: Timestamp) {
    let id = watched.id();
    let answers = Arc::make_mut(&mut watched.answers);
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

/// Writes the operator's part of a session; a new one goes to the end.
pub(super) fn put_entry(transaction: &Transaction<'_>, entry: &WatchEntry) -> Sql<()> {
    transaction
        .prepare_cached(
            "INSERT INTO session (id, reference, tags, added_at, deadline, resources_ttl)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET reference = ?2, tags = ?3, deadline = ?5,
                 resources_ttl = ?6, archived_at = NULL",
        )?
        .execute(params![
            entry.id.to_string(),
            entry.reference,
            entry.tags.join(" "),
            entry.added_at.to_string(),
            entry.deadline.map(|at| at.to_string()),
            entry.resources_ttl.map(|span| span.as_secs()),
        ])?;
    Ok(())
}

/// Where a session stands, and when it last answered.
fn found(transaction: &Transaction<'_>, id: SessionId) -> Sql<Option<(i64, Option<Timestamp>)>> {
    transaction
        .prepare_cached("SELECT position, last_ok FROM session WHERE id = ?1")?
        .query_row([id.to_string()], |row| Ok((row.get(0)?, time(row.get(1)?))))
        .optional()
}

/// Writes what is known of a session that is on the list.
pub(super) fn put_known(
    transaction: &Transaction<'_>,
    watched: &WatchedSession,
    seal: Option<&Seal>,
) -> Sql<()> {
    let Some((position, _)) = found(transaction, watched.id())? else { return Ok(()) };
    own::put(transaction, position, &watched.own)?;
    put_answers(transaction, position, watched, seal)
}

/// Writes what was learned of a session, unless somebody has learned of it since.
pub(super) fn put_learned(
    transaction: &Transaction<'_>,
    watched: &WatchedSession,
    seal: Option<&Seal>,
) -> Sql<()> {
    match found(transaction, watched.id())? {
        // Another process may have asked since; its answer is the newer one.
        Some((position, last_ok)) if last_ok <= watched.poll.last_ok => {
            put_answers(transaction, position, watched, seal)
        }
        _ => Ok(()),
    }
}

/// One answer of a session as its row.
struct Part<'a> {
    name: &'static str,
    raw: &'a str,
    fetched_at: Timestamp,
}

impl<'a> Part<'a> {
    fn of<T>(name: &'static str, answer: &'a Answer<T>) -> Self {
        Self { name, raw: &answer.raw, fetched_at: answer.fetched_at }
    }

    fn all(answers: &'a Answers) -> impl Iterator<Item = Self> {
        let letter = match &answers.letter {
            Letter::Set(answer) => Some(Self::of("letter", answer)),
            Letter::NotKnown | Letter::NotSet(_) => None,
        };
        let session = answers.session.as_ref().map(|answer| Self::of("session", answer));
        let configuration =
            answers.configuration.as_ref().map(|answer| Self::of("configuration", answer));
        session.into_iter().chain(configuration).chain(letter)
    }

    fn put(
        &self,
        transaction: &Transaction<'_>,
        position: i64,
        id: SessionId,
        seal: Option<&Seal>,
    ) -> Sql<()> {
        let body = match seal {
            Some(seal) => closed(seal, id, self.name, self.raw)?,
            None => self.raw.as_bytes().to_vec(),
        };
        transaction
            .prepare_cached(
                "INSERT INTO answer (session, part, sealed, body, fetched_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (session, part) DO UPDATE SET sealed = ?3, body = ?4, fetched_at = ?5",
            )?
            .execute(params![
                position,
                self.name,
                seal.is_some(),
                body,
                self.fetched_at.to_string()
            ])
            .map(drop)
    }
}

/// Writes when a session was last answered, and its parts that were answered since; the result
/// itself says nothing new and stays with the time at which its clocks were read.
pub(super) fn put_times(
    transaction: &Transaction<'_>,
    watched: &WatchedSession,
    seal: Option<&Seal>,
) -> Sql<()> {
    let Some((position, _)) = found(transaction, watched.id())? else { return Ok(()) };
    put_standing(transaction, position, watched)?;
    for part in Part::all(&watched.answers).filter(|part| part.name != "session") {
        let stored: Option<String> = transaction
            .prepare_cached("SELECT fetched_at FROM answer WHERE session = ?1 AND part = ?2")?
            .query_row(params![position, part.name], |row| row.get(0))
            .optional()?;
        // A row that says the same is not written: most
        // polls change nothing, and each write is synced.
        if time(stored) != Some(part.fetched_at) {
            part.put(transaction, position, watched.id(), seal)?;
        }
    }
    Ok(())
}

fn put_standing(transaction: &Transaction<'_>, position: i64, watched: &WatchedSession) -> Sql<()> {
    let answers = &watched.answers;
    let not_set = match &answers.letter {
        Letter::NotSet(at) => Some(at.to_string()),
        Letter::NotKnown | Letter::Set(_) => None,
    };
    transaction
        .prepare_cached(
            "UPDATE session SET missing_since = ?2, visit_at = ?3, letter_not_set_at = ?4,
                 last_ok = ?5 WHERE position = ?1",
        )?
        .execute(params![
            position,
            answers.missing_since.map(|at| at.to_string()),
            answers.visit_notified_at.map(|at| at.to_string()),
            not_set,
            watched.poll.last_ok.map(|at| at.to_string()),
        ])
        .map(drop)
}

fn put_answers(
    transaction: &Transaction<'_>,
    position: i64,
    watched: &WatchedSession,
    seal: Option<&Seal>,
) -> Sql<()> {
    put_standing(transaction, position, watched)?;
    for part in Part::all(&watched.answers) {
        part.put(transaction, position, watched.id(), seal)?;
    }
    put_events(transaction, position, watched)
}

fn closed(seal: &Seal, id: SessionId, part: &str, raw: &str) -> Sql<Vec<u8>> {
    seal.close(id, part, raw).map_err(|why| rusqlite::Error::ToSqlConversionFailure(Box::new(why)))
}

/// Whether any answer is not sealed.
pub(super) fn any_open(connection: &Connection) -> Sql<bool> {
    connection
        .query_row("SELECT EXISTS (SELECT 1 FROM answer WHERE sealed = 0)", [], |row| row.get(0))
}

/// Seals what is not sealed yet.
pub(super) fn close_all(transaction: &Transaction<'_>, seal: &Seal) -> Sql<()> {
    let mut query = transaction.prepare(
        "SELECT answer.session, session.id, part, body FROM answer
         JOIN session ON session.position = answer.session WHERE sealed = 0",
    )?;
    let open = query.query_map([], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
    })?;
    let open: Vec<(i64, String, String, Vec<u8>)> = open.collect::<Sql<_>>()?;
    for (position, id, part, body) in &open {
        // One that cannot be read stays open; it must not keep the others from being sealed.
        let (Ok(id), Ok(raw)) = (SessionId::parse(id), str::from_utf8(body)) else { continue };
        transaction
            .prepare_cached(
                "UPDATE answer SET sealed = 1, body = ?3 WHERE session = ?1 AND part = ?2",
            )?
            .execute(params![position, part, closed(seal, id, part, raw)?])?;
    }
    Ok(())
}

/// Adds the events that are not stored yet. At the cap the oldest go, so all are written anew.
fn put_events(transaction: &Transaction<'_>, position: i64, watched: &WatchedSession) -> Sql<()> {
    let stored: u32 = transaction
        .prepare_cached("SELECT count(*) FROM event WHERE session = ?1")?
        .query_row([position], |row| row.get(0))?;
    let stored = usize::try_from(stored).unwrap_or(usize::MAX);
    let full = watched.timeline.len() >= TIMELINE_CAP;
    // At the cap numbers move; and another process may have stored a longer timeline.
    let known = if full || stored > watched.timeline.len() {
        transaction.prepare_cached("DELETE FROM event WHERE session = ?1")?.execute([position])?;
        0
    } else {
        stored
    };
    let mut insert = transaction
        .prepare_cached("INSERT INTO event (session, number, body) VALUES (?1, ?2, ?3)")?;
    for (number, event) in watched.timeline.iter().enumerate().skip(known) {
        let body = serde_json::to_string(event).unwrap_or_default();
        insert.execute(params![position, i64::try_from(number).unwrap_or(i64::MAX), body])?;
    }
    Ok(())
}
