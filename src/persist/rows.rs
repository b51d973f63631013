//! Sessions as rows and back. What is not believed is told with its session, and never read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::PersistError;
use super::key::Vault;
use super::list_record::ListRecord;
use crate::domain::brief::{Brief, DERIVATION};
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::watchlist::annotations::{Annotations, Personal};
use crate::domain::watchlist::storage::{Storage, StoreFault};
use crate::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};

/// What one answer's row must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AnswerMark {
    pub(super) version: u64,
    pub(super) fetched_at: Timestamp,
}

/// The other rows of a session, as they must be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) answers: BTreeMap<String, AnswerMark>,
    /// Grows when the events are written anew, so that an older set is not taken for this one.
    pub(super) generation: u64,
    pub(super) events: u64,
}

/// The body of a session's row: all that the list needs of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SessionRow {
    pub(super) entry: WatchEntry,
    #[serde(default)]
    pub(super) own: Annotations,
    #[serde(default)]
    pub(super) personal: Personal,
    #[serde(default)]
    pub(super) storage: Storage,
    /// The version at which entry or own part changed last: the journal has the same.
    #[serde(default)]
    pub(super) kept: u64,
    #[serde(default)]
    pub(super) missing_since: Option<Timestamp>,
    #[serde(default)]
    pub(super) visit_notified_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) letter_not_set_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) last_ok: Option<Timestamp>,
    /// The epoch of the holder that got the last good answer.
    #[serde(default)]
    pub(super) epoch: u64,
    #[serde(default)]
    pub(super) manifest: Manifest,
    /// `None`: it is made of the answers and events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) brief: Option<StoredBrief>,
}

/// A brief in its session's row. Its text is read apart: one that cannot be read is made anew, and
/// the row that it stands in is not lost with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredBrief {
    made_by: u32,
    text: Box<RawValue>,
}

impl StoredBrief {
    pub(super) fn of(brief: &Brief) -> Option<Self> {
        let text = serde_json::value::to_raw_value(brief).ok()?;
        Some(Self { made_by: DERIVATION, text })
    }

    /// `None`: an older build made it, or it cannot be read. Of a newer one's what is known is read.
    fn read(&self) -> Option<Brief> {
        let current = self.made_by >= DERIVATION;
        current.then(|| serde_json::from_str(self.text.get()).ok()).flatten()
    }
}

impl SessionRow {
    pub(super) fn new(entry: WatchEntry) -> Self {
        Self {
            entry,
            own: Annotations::default(),
            personal: Personal::default(),
            storage: Storage::default(),
            kept: 0,
            missing_since: None,
            visit_notified_at: None,
            letter_not_set_at: None,
            last_ok: None,
            epoch: 0,
            manifest: Manifest::default(),
            brief: None,
        }
    }

    /// All that is known where the row itself cannot be read: the session's ID.
    pub(super) fn faulty(id: SessionId, fault: StoreFault) -> Self {
        let storage = Storage { fault: Some(fault), ..Storage::default() };
        Self { storage, ..Self::new(WatchEntry::new(id, Timestamp::UNIX_EPOCH)) }
    }

    /// Its part in the journal.
    pub(super) fn list_record(&self) -> ListRecord {
        let (entry, own) = (self.entry.clone(), self.own.clone());
        ListRecord { entry, own, personal: self.personal }
    }

    /// Takes over what the list says of the session. False: it is nothing new.
    pub(super) fn take(&mut self, record: ListRecord) -> bool {
        let differs = self.list_record() != record;
        (self.entry, self.own, self.personal) = (record.entry, record.own, record.personal);
        differs
    }

    /// Names an answer that is stored beside this row.
    pub(super) fn expect_answer(&mut self, part: &str, version: u64, fetched_at: Timestamp) {
        self.manifest.answers.insert(part.to_owned(), AnswerMark { version, fetched_at });
    }

    /// So many events are stored beside this row.
    pub(super) fn expect_events(&mut self, count: usize) {
        self.manifest.events = u64::try_from(count).unwrap_or(u64::MAX);
    }

    /// What the row itself says of the answers.
    pub(super) fn answers(&self) -> Answers {
        Answers {
            missing_since: self.missing_since,
            visit_notified_at: self.visit_notified_at,
            letter: self.letter_not_set_at.map_or(Letter::NotKnown, Letter::NotSet),
            ..Answers::default()
        }
    }

    /// No answer and no event stands beside it.
    fn is_alone(&self) -> bool {
        self.manifest.answers.is_empty() && self.manifest.events == 0
    }

    /// The session with its brief, and without what stands beside its row; the row, where a brief can
    /// only be made of that.
    pub(super) fn in_brief(self) -> Result<WatchedSession, Box<Self>> {
        if self.is_alone() || self.storage.fault.is_some() {
            return Ok(self.watched());
        }
        let Some(brief) = self.brief.as_ref().and_then(StoredBrief::read) else {
            return Err(Box::new(self));
        };
        let mut watched = self.watched();
        (watched.brief, watched.detail) = (Arc::new(brief), None);
        Ok(watched)
    }

    /// The session by its row alone.
    pub(super) fn watched(self) -> WatchedSession {
        let answers = self.answers();
        let mut watched = WatchedSession::new(self.entry);
        watched.answered(answers);
        watched.poll = PollState { last_ok: self.last_ok, ..PollState::default() };
        watched.own = Arc::new(self.own);
        watched.personal = self.personal;
        watched.storage = self.storage;
        watched
    }
}

/// A session's row as it was found.
pub(super) struct FoundRow {
    pub(super) position: i64,
    pub(super) id: SessionId,
    pub(super) version: u64,
    pub(super) row: Result<SessionRow, StoreFault>,
}

/// A session of the list; what is not believed of it stands in the row's fault.
#[derive(Clone, Debug)]
pub(super) struct ListedRow {
    /// `None`: its row is gone, and it is known from the journal.
    pub(super) position: Option<i64>,
    pub(super) version: u64,
    pub(super) row: SessionRow,
}

impl FoundRow {
    pub(super) fn of(
        row: &Row<'_>,
        store: &str,
        vault: &Vault,
    ) -> Result<Option<Self>, rusqlite::Error> {
        // One bad row must not hide the rest of the list (fault D05): whatever stands in a column
        // is taken as bytes first.
        let id = row.get_ref(1)?.as_bytes().ok().and_then(|id| str::from_utf8(id).ok());
        let Some(id) = id.and_then(|id| SessionId::parse(id).ok()) else { return Ok(None) };
        let version = row.get_ref(2)?.as_i64().ok().and_then(|v| u64::try_from(v).ok());
        let body = row.get_ref(3)?.as_bytes().unwrap_or_default();
        let read = read(store, vault, id, version.unwrap_or(0), body);
        Ok(Some(Self { position: row.get(0)?, id, version: version.unwrap_or(0), row: read }))
    }

    fn listed(self) -> ListedRow {
        let Self { position, id, version, row } = self;
        let row = row.unwrap_or_else(|fault| SessionRow::faulty(id, fault));
        ListedRow { position: Some(position), version, row }
    }
}

/// The body of a session's row, where it is the one of this version.
pub(super) fn read(
    store: &str,
    vault: &Vault,
    id: SessionId,
    version: u64,
    body: &[u8],
) -> Result<SessionRow, StoreFault> {
    let text = vault.open(format!("{store} {id} session {version}"), body)?;
    serde_json::from_slice(&text).map_err(|_unreadable| StoreFault::Altered)
}

const COLUMNS: &str = "SELECT position, id, version, body FROM session";

/// The watch-list without answers, by position.
pub(super) fn list(
    connection: &Connection,
    store: &str,
    vault: &Vault,
) -> Result<Vec<ListedRow>, PersistError> {
    let mut query = connection.prepare(&format!("{COLUMNS} ORDER BY position"))?;
    let mut rows = query.query([])?;
    let mut listed = Vec::new();
    while let Some(row) = rows.next()? {
        listed.extend(FoundRow::of(row, store, vault)?.map(FoundRow::listed));
    }
    Ok(listed)
}

/// The row of one session, by its ID.
pub(super) fn found(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    id: SessionId,
) -> Result<Option<FoundRow>, PersistError> {
    let found = connection
        .prepare_cached(&format!("{COLUMNS} WHERE id = ?1"))?
        .query_row([id.to_string()], |row| FoundRow::of(row, store, vault))
        .optional()?;
    Ok(found.flatten())
}

/// Those of the list that are there, as [`list`] has them.
pub(super) fn named(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    ids: &[SessionId],
) -> Result<Vec<ListedRow>, PersistError> {
    let mut named = Vec::new();
    for id in ids {
        named.extend(found(connection, store, vault, *id)?.map(FoundRow::listed));
    }
    named.sort_unstable_by_key(|listed: &ListedRow| listed.position);
    Ok(named)
}

/// IDs and versions of all rows, without what stands in them: for the digest.
pub(super) fn versions(connection: &Connection) -> Result<Vec<(String, u64)>, PersistError> {
    let mut query = connection.prepare("SELECT id, version FROM session")?;
    let mut rows = query.query([])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        // A damaged ID counts as itself, and then does not fit the header.
        let id = String::from_utf8_lossy(row.get_ref(0)?.as_bytes().unwrap_or_default()).into();
        let version = row.get_ref(1)?.as_i64().ok().and_then(|v| u64::try_from(v).ok());
        versions.push((id, version.unwrap_or(0)));
    }
    Ok(versions)
}
