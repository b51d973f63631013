//! What processes without the store's lock leave for the one that holds it, as rows and back.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::PersistError;
use super::header::{Header, POSTS};
use super::key::Vault;
use super::rows::FoundRow;
use super::write::Write;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// A row of the table `post`.
pub(super) struct Posted {
    pub(super) number: i64,
    pub(super) version: u64,
    /// `None`: it is not believed, or cannot be read.
    pub(super) message: Option<OutboxMessage>,
}

impl Posted {
    /// It was taken in once: where it stands there again, somebody has put it back.
    pub(super) const fn was_taken(&self, header: &Header) -> bool {
        self.version != 0 && self.version <= header.taken
    }
}

fn place(store: &str, session: &str, kind: &str, version: u64) -> String {
    format!("{store} post {session} {kind} {version}")
}

/// The session that it is about; `None`: all of the list.
pub(super) const fn whose(message: &OutboxMessage) -> Option<SessionId> {
    match message {
        OutboxMessage::Added(entry) => Some(entry.id),
        OutboxMessage::Removed(id) | OutboxMessage::Kept(id, ..) => Some(*id),
        OutboxMessage::Asked(id) => *id,
        OutboxMessage::Told(told) => Some(told.session),
    }
}

const fn kind(message: &OutboxMessage) -> &'static str {
    match message {
        OutboxMessage::Added(_) => "added",
        OutboxMessage::Removed(_) => "removed",
        OutboxMessage::Asked(_) => "asked",
        OutboxMessage::Kept(..) => "kept",
        OutboxMessage::Told(_) => "told",
    }
}

/// The kinds of earlier messages of the same session that one of this kind makes needless: the last
/// word on the list or on asking is all that counts.
fn replaced(kind: &str) -> &'static [&'static str] {
    match kind {
        // Not so for an addition: one before it may have other tags, and after a removal that is not
        // heard of, what the holder knows of the session would come back.
        "removed" => &["added", "removed"],
        "asked" => &["asked"],
        _ => &[],
    }
}

/// The earlier message says nothing that this one does not.
pub(super) fn replaces(message: &OutboxMessage, earlier: &OutboxMessage) -> bool {
    whose(message) == whose(earlier) && replaced(kind(message)).contains(&kind(earlier))
}

/// Session and kind, as they stand in the row.
fn head(message: &OutboxMessage) -> (String, &'static str) {
    (whose(message).map_or_else(String::new, |id| id.to_string()), kind(message))
}

/// An entry without anything that only the key could vouch for.
fn unverified(message: &OutboxMessage) -> Option<OutboxMessage> {
    match message {
        OutboxMessage::Added(entry) => {
            Some(OutboxMessage::Added(WatchEntry { unverified: true, ..entry.clone() }))
        }
        OutboxMessage::Asked(id) => Some(OutboxMessage::Asked(*id)),
        OutboxMessage::Removed(_) | OutboxMessage::Kept(..) | OutboxMessage::Told(_) => None,
    }
}

/// Leaves a post in a store that this process cannot open: it is taken in as not verified.
pub(super) fn leave_unsealed(
    connection: &Connection,
    message: &OutboxMessage,
) -> Result<(), PersistError> {
    let message = unverified(message).ok_or(PersistError::Sealed)?;
    let (session, kind) = head(&message);
    let text = serde_json::to_vec(&message).unwrap_or_default();
    let body = Vault::Plain.close(String::new(), &text).map_err(PersistError::sealing)?;
    connection.execute(
        "INSERT INTO post (session, kind, version, body) VALUES (?1, ?2, 0, ?3)",
        params![session, kind, body],
    )?;
    Ok(())
}

impl Write<'_> {
    pub(super) fn leave(&mut self, message: &OutboxMessage) -> Result<(), PersistError> {
        let (session, kind) = head(message);
        for earlier in replaced(kind) {
            self.strike("session = ?1 AND kind = ?2", &[&session, earlier])?;
        }
        let version = self.header.next();
        self.header.count(self.vault, POSTS, "post", version);
        let text = serde_json::to_vec(message).unwrap_or_default();
        let place = place(&self.header.store, &session, kind, version);
        let body = self.vault.close(place, &text).map_err(PersistError::sealing)?;
        self.sql
            .prepare_cached(
                "INSERT INTO post (session, kind, version, body) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![session, kind, i64::try_from(version).unwrap_or(i64::MAX), body])?;
        Ok(())
    }

    /// Does what was posted, where nobody holds the store.
    pub(super) fn settle(&mut self, message: &OutboxMessage) -> Result<(), PersistError> {
        match message {
            OutboxMessage::Added(entry) => self.put_entry(entry),
            OutboxMessage::Kept(id, change, made) => {
                let Some(FoundRow { row: Ok(row), .. }) = self.found(*id)? else { return Ok(()) };
                let mut watched = row.watched();
                watched.keep(change, made.clone());
                self.put_kept(&watched)
            }
            OutboxMessage::Told(_) => self.leave(message),
            // The row went when it was posted; and who takes the store asks everybody.
            OutboxMessage::Removed(_) | OutboxMessage::Asked(_) => Ok(()),
        }
    }

    /// Deletes posts, which then are no longer expected. Returns the highest version of them.
    pub(super) fn strike(
        &mut self,
        which: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<u64, PersistError> {
        let mut query = self
            .sql
            .prepare_cached(&format!("DELETE FROM post WHERE {which} RETURNING version"))?;
        let versions = query.query_map(values, |row| row.get::<_, i64>(0))?;
        let mut highest = 0;
        for version in versions.collect::<Result<Vec<_>, _>>()? {
            // Version 0 was left without the key, and is not counted.
            if let Some(version) = u64::try_from(version).ok().filter(|version| *version > 0) {
                self.header.discount(self.vault, POSTS, "post", version);
                highest = highest.max(version);
            }
        }
        Ok(highest)
    }
}

/// The versions of those that were left with the key, for the digest.
pub(super) fn versions(connection: &Connection) -> Result<Vec<u64>, PersistError> {
    let mut query = connection.prepare("SELECT version FROM post WHERE version > 0")?;
    let versions = query.query_map([], |row| row.get::<_, i64>(0))?;
    let version = |version: Result<i64, _>| Ok(u64::try_from(version?).unwrap_or(0));
    versions.map(version).collect()
}

/// Whether anything was left by a process without the key.
pub(super) fn any_unsealed(connection: &Connection) -> Result<bool, PersistError> {
    let text = "SELECT EXISTS (SELECT 1 FROM post WHERE version = 0)";
    Ok(connection.prepare_cached(text)?.query_row([], |row| row.get(0))?)
}

/// All that were left after this one, oldest first.
pub(super) fn after(
    connection: &Connection,
    header: &Header,
    vault: &Vault,
    number: i64,
) -> Result<Vec<Posted>, PersistError> {
    let mut query = connection.prepare_cached(
        "SELECT number, session, kind, version, body FROM post WHERE number > ?1 ORDER BY number",
    )?;
    let mut rows = query.query([number])?;
    let mut posted = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column| -> Result<String, rusqlite::Error> {
            Ok(String::from_utf8_lossy(row.get_ref(column)?.as_bytes().unwrap_or_default()).into())
        };
        let (session, kind) = (text(1)?, text(2)?);
        let version = row.get_ref(3)?.as_i64().ok().and_then(|v| u64::try_from(v).ok());
        let version = version.unwrap_or(0);
        let body = row.get_ref(4)?.as_bytes().unwrap_or_default();
        let read = |vault: &Vault, place| {
            let text = vault.open(place, body).ok()?;
            serde_json::from_slice::<OutboxMessage>(&text).ok()
        };
        let message = match vault {
            Vault::Sealed(_) if version == 0 => {
                read(&Vault::Plain, String::new()).as_ref().and_then(unverified)
            }
            _ => read(vault, place(&header.store, &session, &kind, version)),
        };
        posted.push(Posted { number: row.get(0)?, version, message });
    }
    Ok(posted)
}

/// The messages that can be read and were not taken in yet, oldest first.
pub(super) fn waiting(
    connection: &Connection,
    header: &Header,
    vault: &Vault,
) -> Result<Vec<OutboxMessage>, PersistError> {
    let left = after(connection, header, vault, 0)?;
    let new = left.into_iter().filter(|posted| !posted.was_taken(header));
    Ok(new.filter_map(|posted| posted.message).collect())
}

/// Those that are about one session, by it.
pub(super) fn by_session(posts: Vec<OutboxMessage>) -> HashMap<SessionId, Vec<OutboxMessage>> {
    let mut of: HashMap<SessionId, Vec<OutboxMessage>> = HashMap::new();
    for post in posts {
        if let Some(id) = whose(&post) {
            of.entry(id).or_default().push(post);
        }
    }
    of
}

/// Puts what is posted on top of what is saved.
pub(super) fn overlay<'a>(
    sessions: impl Iterator<Item = &'a mut WatchedSession>,
    posts: Vec<OutboxMessage>,
) {
    let mut sessions: HashMap<SessionId, &mut WatchedSession> =
        sessions.map(|session| (session.id(), session)).collect();
    for post in posts {
        match post {
            OutboxMessage::Kept(id, change, made) => {
                let Some(session) = sessions.get_mut(&id) else { continue };
                session.keep(&change, made);
            }
            OutboxMessage::Added(entry) => {
                let Some(session) = sessions.get_mut(&entry.id) else { continue };
                session.add_again(&entry);
            }
            // A removal has taken the row away already; the others say nothing of what is kept.
            OutboxMessage::Removed(_) | OutboxMessage::Told(_) | OutboxMessage::Asked(_) => {}
        }
    }
}
