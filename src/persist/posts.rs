//! What processes without the store's lock leave for the one that holds it, as rows and back.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction, params};
use serde::{Deserialize, Serialize};

use super::own::{self, Stored};
use crate::domain::events::notification::Notification;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::Topic;
use crate::domain::watchlist::annotations::OwnAction;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

type Sql<T> = Result<T, rusqlite::Error>;

#[derive(Serialize, Deserialize)]
struct StoredNotification {
    at: Timestamp,
    topic: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
}

/// An entry as it was left. It stands in the post itself: the row of the list may be written over by
/// the process that asks before that one has read the post.
#[derive(Serialize, Deserialize)]
struct StoredEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    added_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<Timestamp>,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resources_ttl: Option<i64>,
}

impl StoredEntry {
    fn of(entry: &WatchEntry) -> Self {
        Self {
            reference: entry.reference.clone(),
            tags: entry.tags.clone(),
            added_at: entry.added_at,
            deadline: entry.deadline,
            resources_ttl: entry.resources_ttl.map(|span| span.as_secs()),
        }
    }

    fn revived(self, id: SessionId) -> WatchEntry {
        WatchEntry {
            id,
            reference: self.reference,
            tags: self.tags,
            added_at: self.added_at,
            deadline: self.deadline,
            resources_ttl: self.resources_ttl.map(SignedDuration::from_secs),
        }
    }
}

fn parts(post: &OutboxMessage) -> (Option<SessionId>, &'static str, String) {
    match post {
        OutboxMessage::Added(entry) => {
            let body = serde_json::to_string(&StoredEntry::of(entry)).unwrap_or_default();
            (Some(entry.id), "added", body)
        }
        OutboxMessage::Removed(id) => (Some(*id), "removed", String::new()),
        OutboxMessage::Asked(id) => (*id, "asked", String::new()),
        OutboxMessage::Kept(id, change, made) => {
            let action = OwnAction { made: made.clone(), what: change.clone() };
            (Some(*id), "kept", serde_json::to_string(&own::stored(&action)).unwrap_or_default())
        }
        OutboxMessage::Told(told) => {
            let stored = StoredNotification {
                at: told.at,
                topic: told.topic.as_raw().to_owned(),
                subject: told.subject.as_ref().map(|subject| subject.as_raw().to_owned()),
            };
            let body = serde_json::to_string(&stored).unwrap_or_default();
            (Some(told.session), "told", body)
        }
    }
}

pub(super) fn leave(transaction: &Transaction<'_>, post: &OutboxMessage) -> Sql<()> {
    let (session, kind, body) = parts(post);
    let session = session.map_or_else(String::new, |id| id.to_string());
    // The last word on the list or on asking is all that counts.
    let earlier: &[&str] = match kind {
        "added" | "removed" => &["added", "removed"],
        "asked" => &["asked"],
        _ => &[],
    };
    for earlier in earlier {
        transaction
            .prepare_cached("DELETE FROM post WHERE session = ?1 AND kind = ?2")?
            .execute([&session, *earlier])?;
    }
    transaction
        .prepare_cached("INSERT INTO post (session, kind, body) VALUES (?1, ?2, ?3)")?
        .execute(params![session, kind, body])
        .map(drop)
}

/// All that were left after this one, oldest first, with their numbers. `entry` finds what the list
/// says of a session, for posts of earlier versions.
pub(super) fn after(
    connection: &Connection,
    number: i64,
    entry: impl Fn(SessionId) -> Option<WatchEntry>,
) -> Sql<Vec<(i64, Option<OutboxMessage>)>> {
    let mut query = connection.prepare_cached(
        "SELECT number, session, kind, body FROM post WHERE number > ?1 ORDER BY number",
    )?;
    let rows = query.query_map([number], |row| {
        let (session, kind, body): (String, String, String) =
            (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((row.get(0)?, revived(&session, &kind, &body, &entry)))
    })?;
    rows.collect()
}

fn revived(
    session: &str,
    kind: &str,
    body: &str,
    entry: &impl Fn(SessionId) -> Option<WatchEntry>,
) -> Option<OutboxMessage> {
    let id = SessionId::parse(session).ok();
    match kind {
        "added" => {
            let listed: Option<StoredEntry> = serde_json::from_str(body).ok();
            let (id, row) = (id?, entry(id?));
            let Some(left) = listed else { return row.map(OutboxMessage::Added) };
            // One that was known before keeps the time at which it came on the list.
            let added_at = row.map_or(left.added_at, |row| row.added_at);
            Some(OutboxMessage::Added(StoredEntry { added_at, ..left }.revived(id)))
        }
        "removed" => id.map(OutboxMessage::Removed),
        "asked" => Some(OutboxMessage::Asked(id)),
        "kept" => {
            let stored: Stored = serde_json::from_str(body).ok()?;
            let action = own::revived(stored)?;
            Some(OutboxMessage::Kept(id?, action.what, action.made))
        }
        "told" => {
            let told: StoredNotification = serde_json::from_str(body).ok()?;
            Some(OutboxMessage::Told(Notification {
                session: id?,
                topic: Topic::from_wire(&told.topic),
                subject: told.subject.map(ServerText::from),
                at: told.at,
            }))
        }
        _ => None,
    }
}

/// These, up to this one, have been taken in and saved.
pub(super) fn taken(transaction: &Transaction<'_>, number: i64) -> Sql<()> {
    transaction.prepare_cached("DELETE FROM post WHERE number <= ?1")?.execute([number]).map(drop)
}

/// The list, and what the operator keeps, are saved as
/// they were posted; who takes the store asks everybody.
pub(super) fn settled(transaction: &Transaction<'_>) -> Sql<()> {
    transaction.prepare_cached("DELETE FROM post WHERE kind <> 'told'")?.execute([]).map(drop)
}

/// Puts what is posted on top of what is saved. Returns whom it changes.
pub(super) fn overlay<'a>(
    sessions: impl Iterator<Item = &'a mut WatchedSession>,
    posts: Vec<OutboxMessage>,
) -> HashSet<SessionId> {
    let mut sessions: HashMap<SessionId, &mut WatchedSession> =
        sessions.map(|session| (session.id(), session)).collect();
    let mut changed = HashSet::new();
    for post in posts {
        match post {
            OutboxMessage::Kept(id, change, made) => {
                let Some(session) = sessions.get_mut(&id) else { continue };
                session.keep(&change, made);
                changed.insert(id);
            }
            OutboxMessage::Added(entry) => {
                let id = entry.id;
                let Some(session) = sessions.get_mut(&id) else { continue };
                session.entry = std::sync::Arc::new(entry);
                session.come_back();
                changed.insert(id);
            }
            // A removal has taken the row away already; the others say nothing of what is kept.
            OutboxMessage::Removed(_) | OutboxMessage::Told(_) | OutboxMessage::Asked(_) => {}
        }
    }
    changed
}
