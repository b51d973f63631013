//! Sessions as rows and back. What is not believed is told with its session, and never read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::PersistError;
use super::brief_text;
use super::header::SessionMark;
use super::key::Vault;
use super::list_record::ListRecord;
use super::parallel;
use crate::domain::brief::Brief;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::watchlist::annotations::{Annotations, Personal};
use crate::domain::watchlist::detail::Detail;
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
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) own: Annotations,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) personal: Personal,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) storage: Storage,
    /// The version at which entry or own part changed last: the journal has the same.
    #[serde(default)]
    pub(super) kept: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) missing_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) visit_notified_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) letter_not_set_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_ok: Option<Timestamp>,
    /// The epoch of the holder that got the last good answer.
    #[serde(default)]
    pub(super) epoch: u64,
    #[serde(default)]
    pub(super) manifest: Manifest,
    /// The row itself could not be read.
    #[serde(skip)]
    pub(super) unread: bool,
    /// `None`: it is made of the answers and events.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "brief_text")]
    pub(super) brief: Option<Arc<Brief>>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
            unread: false,
            brief: None,
        }
    }

    /// All that is known where the row itself cannot be read: the session's ID.
    pub(super) fn faulty(id: SessionId, fault: StoreFault) -> Self {
        let storage = Storage { fault: Some(fault), ..Storage::default() };
        Self { storage, unread: true, ..Self::new(WatchEntry::new(id, Timestamp::UNIX_EPOCH)) }
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
    pub(super) fn is_alone(&self) -> bool {
        self.manifest.answers.is_empty() && self.manifest.events == 0
    }

    /// The session by its row alone.
    pub(super) fn watched(self) -> WatchedSession {
        let answers = Arc::new(self.answers());
        let brief = Arc::new(Brief::of(&answers, &[]));
        let detail = Detail { answers, timeline: Arc::default() };
        self.with(brief, Some(Arc::new(detail)))
    }

    pub(super) fn with(self, brief: Arc<Brief>, detail: Option<Arc<Detail>>) -> WatchedSession {
        let nothing = Annotations::nothing();
        WatchedSession {
            own: if self.own == *nothing { nothing } else { Arc::new(self.own) },
            personal: self.personal,
            brief,
            detail,
            poll: PollState { last_ok: self.last_ok.into(), ..PollState::default() },
            storage: self.storage,
            ..WatchedSession::new(self.entry)
        }
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

/// A session's row as it stands in the file.
pub(super) struct RawRow {
    position: i64,
    /// `None`: what stands there is no ID.
    id: Option<SessionId>,
    /// The ID as it stands there.
    text: String,
    version: u64,
    body: Vec<u8>,
}

impl RawRow {
    fn of(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        // One bad row must not hide the rest of the list (fault D05): whatever stands in a column
        // is taken as bytes first.
        let text = id_text(row, 1)?;
        let body = row.get_ref(3)?.as_bytes().unwrap_or_default().to_vec();
        let id = SessionId::parse(&text).ok();
        Ok(Self { position: row.get(0)?, id, text, version: version(row, 2)?, body })
    }

    /// Opens the body where it lies. `None`: what stands there is no session.
    pub(super) fn read(&mut self, store: &str, vault: &Vault) -> Option<FoundRow> {
        let Self { position, id, version, ref mut body, .. } = *self;
        let id = id?;
        Some(FoundRow { position, id, version, row: read(store, vault, id, version, body) })
    }

    pub(super) fn mark(self, store: &str, vault: &Vault) -> SessionMark {
        SessionMark::new(store, vault, self.text, self.version)
    }
}

/// A damaged ID counts as itself, and then does not fit the header.
fn id_text(row: &Row<'_>, column: usize) -> Result<String, rusqlite::Error> {
    Ok(String::from_utf8_lossy(row.get_ref(column)?.as_bytes().unwrap_or_default()).into())
}

fn version(row: &Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    let version = row.get_ref(column)?.as_i64().ok().and_then(|v| u64::try_from(v).ok());
    Ok(version.unwrap_or(0))
}

impl FoundRow {
    pub(super) fn listed(self) -> ListedRow {
        let Self { position, id, version, row } = self;
        let row = row.unwrap_or_else(|fault| SessionRow::faulty(id, fault));
        ListedRow { position: Some(position), version, row }
    }
}

/// The body of a session's row, where it is the one of this version. It is opened where it lies.
pub(super) fn read(
    store: &str,
    vault: &Vault,
    id: SessionId,
    version: u64,
    body: &mut [u8],
) -> Result<SessionRow, StoreFault> {
    let text = vault.open_in_place(format!("{store} {id} session {version}"), body)?;
    let row: Option<SessionRow> = serde_json::from_slice(text).ok();
    // Without a seal nothing else binds it: it would be listed as a session that is not found.
    row.filter(|row| row.entry.id == id).ok_or(StoreFault::Altered)
}

const COLUMNS: &str = "SELECT position, id, version, body FROM session";

/// The watch-list without answers, by position.
pub(super) fn list(
    connection: &Connection,
    store: &str,
    vault: &Vault,
) -> Result<Vec<ListedRow>, PersistError> {
    list_as(connection, store, vault, |listed| listed)
}

/// As [`list`], with no more of each row than is needed.
pub(super) fn list_as<T: Send>(
    connection: &Connection,
    store: &str,
    vault: &Vault,
    of: impl Fn(ListedRow) -> T + Sync,
) -> Result<Vec<T>, PersistError> {
    let read = |mut raw: RawRow| raw.read(store, vault).map(FoundRow::listed).map(&of);
    Ok(each_session(connection, read)?.into_iter().flatten().collect())
}

/// What is made of each row of a query, in its order.
fn each<R: Send, T: Send>(
    connection: &Connection,
    query: &str,
    row_of: impl Fn(&Row<'_>) -> Result<R, rusqlite::Error>,
    work: impl Fn(R) -> T + Sync,
) -> Result<Vec<T>, PersistError> {
    let mut query = connection.prepare(query)?;
    let mut rows = query.query([])?;
    // Some at a time, so that their texts are not all in memory at once.
    let some = || -> Result<Vec<R>, PersistError> {
        let mut some = Vec::with_capacity(parallel::MANY);
        while some.len() < parallel::MANY {
            match rows.next()? {
                Some(row) => some.push(row_of(row)?),
                None => break,
            }
        }
        Ok(some)
    };
    parallel::each(some, work)
}

/// What is made of each session's row, by position.
pub(super) fn each_session<T: Send>(
    connection: &Connection,
    work: impl Fn(RawRow) -> T + Sync,
) -> Result<Vec<T>, PersistError> {
    each(connection, &format!("{COLUMNS} ORDER BY position"), RawRow::of, work)
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
        .query_row([id.to_string()], RawRow::of)
        .optional()?;
    Ok(found.and_then(|mut raw| raw.read(store, vault)))
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

const VERSIONS: &str = "SELECT id, version FROM session";

fn id_and_version(row: &Row<'_>) -> Result<(String, u64), rusqlite::Error> {
    Ok((id_text(row, 0)?, version(row, 1)?))
}

/// IDs and versions of all rows, without what stands in them: for the digest.
pub(super) fn versions(connection: &Connection) -> Result<Vec<(String, u64)>, PersistError> {
    Ok(connection.prepare(VERSIONS)?.query_map([], id_and_version)?.collect::<Result<_, _>>()?)
}

/// Rows whose ID is none: no session is ever found by it.
pub(super) fn without_id(connection: &Connection) -> Result<Vec<i64>, PersistError> {
    let mut query = connection.prepare("SELECT position, id FROM session")?;
    let mut rows = query.query([])?;
    let mut without = Vec::new();
    while let Some(row) = rows.next()? {
        if SessionId::parse(&id_text(row, 1)?).is_err() {
            without.push(row.get(0)?);
        }
    }
    Ok(without)
}

/// What all rows add to the digest.
pub(super) fn marks(
    connection: &Connection,
    store: &str,
    vault: &Vault,
) -> Result<Vec<SessionMark>, PersistError> {
    let mark = |(id, version)| SessionMark::new(store, vault, id, version);
    each(connection, VERSIONS, id_and_version, mark)
}

/// An error where the index of the IDs has others than its table: a session would be on the list and
/// not be found by its ID.
pub(super) fn check_index(
    connection: &Connection,
    sessions: &[SessionMark],
) -> Result<(), PersistError> {
    // Read from the index alone, which has no other column. If it is out of order, SQLite does not
    // find the rows by it either.
    let mut query = connection.prepare("SELECT id FROM session ORDER BY id")?;
    let mut rows = query.query([])?;
    let mut listed: Vec<&[u8]> = sessions.iter().map(|session| session.id.as_bytes()).collect();
    listed.sort_unstable();
    let mut listed = listed.into_iter();
    let mut same = true;
    while let Some(row) = rows.next()? {
        same &= listed.next() == Some(row.get_ref(0)?.as_bytes().unwrap_or_default());
    }
    if same && listed.next().is_none() {
        return Ok(());
    }
    Err(PersistError::Damaged(String::from("the index of the sessions does not fit their table")))
}
