//! Stores of schema 4, read once to be moved to the tables of this build. Never changed any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, Transaction, params};
use serde::Deserialize;

use super::PersistError;
use super::header::Header;
use super::key::{Vault, former};
use super::rows::SessionRow;
use super::write::Write;
use crate::domain::assessment::reason::Reason;
use crate::domain::events::notification::Notification;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::Topic;
use crate::domain::watchlist::annotations::{
    Acknowledged, AnnotationChange, Annotations, Made, OwnAction, Personal,
};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchEntry;

const REASONS: [(&str, Reason); 6] = [
    ("at_counter", Reason::AtCounter),
    ("turned_away", Reason::TurnedAway),
    ("rejected", Reason::Rejected),
    ("due_soon", Reason::DueSoon),
    ("refer", Reason::Refer),
    ("stale", Reason::Stale),
];

#[derive(Deserialize)]
struct StoredAction {
    at: Timestamp,
    kind: String,
    #[serde(default)]
    texts: Vec<String>,
    by: Option<String>,
}

#[derive(Deserialize)]
struct StoredEntry {
    reference: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    added_at: Timestamp,
    deadline: Option<Timestamp>,
    resources_ttl: Option<i64>,
}

#[derive(Deserialize)]
struct StoredNotification {
    at: Timestamp,
    topic: String,
    subject: Option<String>,
}

fn reasons<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Reason> {
    let reason = |word: &str| REASONS.iter().find(|(known, _)| *known == word);
    words.filter_map(reason).map(|(_, reason)| *reason).collect()
}

impl StoredAction {
    fn action(self) -> Option<OwnAction> {
        let first = self.texts.first().map(String::as_str);
        let on = first == Some("true");
        let at = first.and_then(|at| at.parse().ok());
        let what = match self.kind.as_str() {
            "note" => AnnotationChange::Note(first?.to_owned()),
            // The history then had all tags after the change.
            "tags" => AnnotationChange::Tags { added: self.texts, removed: Vec::new() },
            "pinned" => AnnotationChange::Pinned(on),
            "archived" => AnnotationChange::Archived(on),
            "acknowledged" => {
                AnnotationChange::Acknowledged(Some(reasons(self.texts.iter().map(String::as_str))))
            }
            "unacknowledged" => AnnotationChange::Acknowledged(None),
            "snoozed" => AnnotationChange::Snoozed(at),
            "looked" => AnnotationChange::LookedAt(at),
            _ => return None,
        };
        Some(OwnAction { made: Made { at: self.at, by: self.by.map(Arc::from), edit: None }, what })
    }
}

fn time(text: Option<String>) -> Option<Timestamp> {
    text.and_then(|text| text.parse().ok())
}

/// A session's row; `None` where its ID cannot be read.
fn session(row: &Row<'_>) -> Result<Option<(i64, SessionRow)>, rusqlite::Error> {
    let id: String = row.get("id")?;
    let Ok(id) = SessionId::parse(&id) else { return Ok(None) };
    let at =
        |name: &str| -> Result<Option<Timestamp>, rusqlite::Error> { Ok(time(row.get(name)?)) };
    let tags: String = row.get("tags")?;
    let ttl: Option<i64> = row.get("resources_ttl")?;
    let (why, history): (String, String) = (row.get("acknowledged")?, row.get("own_history")?);
    let history: Vec<StoredAction> = serde_json::from_str(&history).unwrap_or_default();
    let entry = WatchEntry {
        reference: row.get("reference")?,
        tags: tags.split_whitespace().map(str::to_owned).collect(),
        deadline: at("deadline")?.into(),
        resources_ttl: ttl.map(SignedDuration::from_secs).into(),
        ..WatchEntry::new(id, at("added_at")?.unwrap_or(Timestamp::UNIX_EPOCH))
    };
    let own = Annotations {
        note: row.get("note")?,
        pinned: row.get("pinned")?,
        archived_at: at("archived_at")?,
        acknowledged: at("acknowledged_at")?
            .map(|at| Acknowledged { at, reasons: reasons(why.split_whitespace()) }),
        snoozed_until: at("snoozed_until")?,
        history: history.into_iter().filter_map(StoredAction::action).collect(),
    };
    let session = SessionRow {
        own,
        personal: Personal { looked_at: at("looked_at")?.into() },
        missing_since: at("missing_since")?,
        visit_notified_at: at("visit_at")?,
        letter_not_set_at: at("letter_not_set_at")?,
        last_ok: at("last_ok")?,
        ..SessionRow::new(entry)
    };
    Ok(Some((row.get("position")?, session)))
}

/// Moves what stands in the old tables to the new ones, unsealed; whoever has the key seals them next.
pub(super) fn move_to_new_tables(
    sql: &Transaction<'_>,
    mut header: Header,
) -> Result<(), PersistError> {
    header.version = 1;
    let mut write = Write::new(sql, &Vault::Plain, header);
    let mut query = sql.prepare("SELECT * FROM session_4 ORDER BY position")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let Some((old, mut session)) = session(row)? else { continue };
        answers(sql, old, &mut write, &mut session)?;
        let events = events(sql, old)?;
        session.expect_events(events.len());
        let position = write.put_row(None, &mut session, true)?;
        sql.execute("UPDATE answer SET session = ?2 WHERE session = ?1", [-old, position])?;
        for (number, text) in events.iter().enumerate() {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            let body = Vault::Plain.close(String::new(), text).map_err(PersistError::sealing)?;
            sql.prepare_cached("INSERT INTO event (session, number, body) VALUES (?1, ?2, ?3)")?
                .execute(params![position, number, body])?;
        }
    }
    drop(rows);
    let mut query = sql.prepare("SELECT name, value FROM state_4")?;
    let states = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (name, value) in states.collect::<Result<Vec<(String, String)>, rusqlite::Error>>()? {
        write.put_state(&name, &value)?;
    }
    for message in posts(sql)? {
        write.leave(&message)?;
    }
    write.header.write(sql, &Vault::Plain)?;
    Ok(sql.execute_batch(
        "DROP TABLE answer_4; DROP TABLE event_4; DROP TABLE session_4; DROP TABLE state_4;
         DROP TABLE post_4;",
    )?)
}

/// Puts the answers of a session below its old position, negative until it has a new one.
fn answers(
    sql: &Transaction<'_>,
    old: i64,
    write: &mut Write<'_>,
    session: &mut SessionRow,
) -> Result<(), PersistError> {
    // The rows are there before their session: the reference is checked at the end.
    sql.pragma_update(None, "defer_foreign_keys", true)?;
    let mut query = sql
        .prepare_cached("SELECT part, sealed, body, fetched_at FROM answer_4 WHERE session = ?1")?;
    let rows = query
        .query_map([old], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, time(row.get(3)?))))?;
    for (part, sealed, body, at) in
        rows.collect::<Result<Vec<(String, bool, Vec<u8>, Option<Timestamp>)>, rusqlite::Error>>()?
    {
        let body = if sealed {
            former(&body)
        } else {
            Vault::Plain.close(String::new(), &body).map_err(PersistError::sealing)?
        };
        let version = write.header.next();
        session.expect_answer(&part, version, at.unwrap_or(Timestamp::UNIX_EPOCH));
        sql.prepare_cached(
            "INSERT INTO answer (session, part, version, body) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![-old, part, i64::try_from(version).unwrap_or(i64::MAX), body])?;
    }
    Ok(())
}

fn events(sql: &Transaction<'_>, old: i64) -> Result<Vec<Vec<u8>>, PersistError> {
    let mut query =
        sql.prepare_cached("SELECT body FROM event_4 WHERE session = ?1 ORDER BY number")?;
    let rows = query.query_map([old], |row| row.get(0))?;
    let events = rows.collect::<Result<Vec<String>, rusqlite::Error>>()?.into_iter().map(|body| {
        let event = super::event::read(&body);
        event.and_then(|event| serde_json::to_vec(&event).ok()).unwrap_or(body.into_bytes())
    });
    Ok(events.collect())
}

fn posts(connection: &Connection) -> Result<Vec<OutboxMessage>, PersistError> {
    let mut query = connection.prepare("SELECT session, kind, body FROM post_4 ORDER BY number")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows = rows.collect::<Result<Vec<(String, String, String)>, rusqlite::Error>>()?;
    Ok(rows.iter().filter_map(|(session, kind, body)| post(session, kind, body)).collect())
}

fn post(session: &str, kind: &str, body: &str) -> Option<OutboxMessage> {
    let id = SessionId::parse(session).ok();
    match kind {
        "added" => {
            let stored: StoredEntry = serde_json::from_str(body).ok()?;
            Some(OutboxMessage::Added(WatchEntry {
                reference: stored.reference,
                tags: stored.tags,
                deadline: stored.deadline.into(),
                resources_ttl: stored.resources_ttl.map(SignedDuration::from_secs).into(),
                ..WatchEntry::new(id?, stored.added_at)
            }))
        }
        "removed" => id.map(OutboxMessage::Removed),
        "asked" => Some(OutboxMessage::Asked(id)),
        "kept" => {
            let action = serde_json::from_str::<StoredAction>(body).ok()?.action()?;
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

/// The list of a damaged store of schema 4, row by row, without what cannot be read.
pub(super) fn salvage(connection: &Connection) -> BTreeMap<SessionId, (i64, SessionRow)> {
    let mut saved = BTreeMap::new();
    super::salvage::each_row(connection, "session", |position| {
        let text = "SELECT * FROM session WHERE position = ?1";
        let found = connection.prepare_cached(text)?.query_row([position], session)?;
        if let Some((position, row)) = found {
            saved.insert(row.entry.id, (position, row));
        }
        Ok(())
    });
    saved
}
