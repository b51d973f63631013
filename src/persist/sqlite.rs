//! The store in one SQLite file: WAL, every commit on the disk, deleted rows overwritten.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};

use super::seal::Seal;
use super::{Opened, PersistError, Persistence, files, mend, own, posts, rows, schema};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// An open store: one file, one connection.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    lock: Option<files::StoreLock>,
    seal: Option<Arc<Seal>>,
    unreadable: usize,
}

impl From<rusqlite::Error> for PersistError {
    fn from(why: rusqlite::Error) -> Self {
        let text = why.to_string();
        match why.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked(String::new())
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(text),
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Self::NotWritable(text),
            _ => Self::Other(text),
        }
    }
}

impl Sqlite {
    /// Opens or makes the store file with mode 0600 in a folder of mode 0700. `exclusive` takes the
    /// lock that only one dashboard can hold; commands open without it. A damaged file, or an
    /// empty one, is moved aside, and the watch-list is saved from it as far as it can be read,
    /// else from the newest copy.
    pub fn open(path: &Path, exclusive: bool) -> Result<Opened<Self>, PersistError> {
        // Before SQLite opens anything: it gives its other files the mode of this one (fault F03).
        if !files::prepare(path)? {
            schema::make(path)?;
        }
        // Before the file is looked at: without it two
        // processes would mend at once and lose additions.
        let lock = if exclusive { Some(files::lock(path)?) } else { None };
        let found = match schema::connect(path) {
            // Another process is mending it: it is made by who comes first.
            Err(_gone) if !path.exists() => schema::make(path).and_then(|()| schema::connect(path)),
            other => other,
        };
        let (connection, lock, warning) = match found {
            Ok(connection) => (connection, lock, None),
            Err(PersistError::Damaged(why)) => {
                let turn = match lock {
                    Some(lock) => lock,
                    None => mend::turn(path).ok_or(PersistError::Damaged(why))?,
                };
                let (connection, warning) = mend::mended(path)?;
                (connection, exclusive.then_some(turn), warning)
            }
            Err(other) => return Err(other),
        };
        let mut persistence = Self::of(connection, path, lock);
        if exclusive {
            // Before it is loaded: what others left is part of the list.
            persistence.settle()?;
        }
        Ok(Opened { persistence, warning })
    }

    /// A store that another process keeps: nothing is checked, mended or moved. Whoever begins
    /// beside it has opened it once.
    pub fn beside(path: &Path) -> Result<Self, PersistError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::set_up(&connection)?;
        Ok(Self::of(connection, path, None))
    }

    fn of(connection: Connection, path: &Path, lock: Option<files::StoreLock>) -> Self {
        Self { connection, path: path.to_path_buf(), lock, seal: None, unreadable: 0 }
    }

    /// With the seal that answers are kept under. Those that were saved while no key was known are
    /// sealed by who holds the store. Without one, sealed answers stay as they are and are not read.
    pub fn sealed(mut self, seal: Option<Arc<Seal>>) -> Result<Self, PersistError> {
        self.seal = seal;
        if let Some(seal) = self.seal.clone().filter(|_| self.lock.is_some())
            && rows::any_open(&self.connection)?
        {
            // Only who holds the store: another process would write under the holder's hands.
            self.write(|transaction| rows::close_all(transaction, &seal))?;
            self.leave_nothing()?;
        }
        Ok(self)
    }

    /// What to say of answers that the last loading could not
    /// read: they are sealed with another key, or altered.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        let (number, none) = (self.unreadable, self.seal.is_none());
        let why = if none { "no key can be read" } else { "they are sealed with another key" };
        (number > 0).then(|| {
            format!(
                "{number} stored responses cannot be read ({why}); they stay until the sessions \
                 are fetched again"
            )
        })
    }

    /// What was deleted or written over must not stay in the write-ahead log either.
    fn leave_nothing(&self) -> Result<(), PersistError> {
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?)
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, PersistError> {
        // Immediate: two that read first and write later
        // would both fail, and not wait for each other.
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Grows with whatever another connection writes.
    pub fn data_version(&self) -> Result<i64, PersistError> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Leaves these for the process that holds the store; durable
    /// when it returns. The list itself is changed at once.
    pub fn post(&mut self, left: &[OutboxMessage]) -> Result<(), PersistError> {
        self.carry_out(left).map(drop)
    }

    /// Takes sessions off the list and keeps all that is known of them, for when they are added
    /// again. Returns how many were on it.
    pub fn archive(
        &mut self,
        ids: &[SessionId],
        made: impl Into<Made>,
    ) -> Result<usize, PersistError> {
        let made = made.into();
        let listed = self.listed()?;
        let archived = |s: &&WatchedSession| ids.contains(&s.id()) && s.own.archived_at.is_none();
        let archived: Vec<OutboxMessage> = listed
            .iter()
            .filter(archived)
            .map(|session| {
                OutboxMessage::Kept(session.id(), AnnotationChange::Archived(true), made.clone())
            })
            .collect();
        self.post(&archived)?;
        Ok(archived.len())
    }

    /// Changes the list, and leaves word for the process that holds the store; where there is none,
    /// its part is done here. Returns how many were forgotten.
    fn carry_out(&mut self, changes: &[OutboxMessage]) -> Result<usize, PersistError> {
        let holds = self.lock.is_some();
        // Until this is done nobody takes the store.
        // Where nobody holds the store, the lock is taken
        // for a moment and the posts are settled here.
        let turn = if holds { None } else { files::lock(&self.path).ok() };
        let forgotten = self.write(|transaction| {
            let mut forgotten = 0;
            for change in changes {
                match change {
                    OutboxMessage::Added(entry) => rows::put_entry(transaction, entry)?,
                    OutboxMessage::Removed(id) => forgotten += forget(transaction, *id)?,
                    OutboxMessage::Kept(..) | OutboxMessage::Told(_) | OutboxMessage::Asked(_) => {}
                }
                if !holds {
                    posts::leave(transaction, change)?;
                }
            }
            Ok(forgotten)
        })?;
        if turn.is_some() {
            self.settle()?;
        }
        if changes.iter().any(|change| matches!(change, OutboxMessage::Removed(_))) {
            self.leave_nothing()?;
        }
        Ok(forgotten)
    }

    /// Saves what was posted of the list and of what the operator keeps. Only for who holds the
    /// store and has not loaded it yet.
    fn settle(&mut self) -> Result<(), PersistError> {
        let posts = self.posts(0)?.0;
        if posts.is_empty() {
            return Ok(());
        }
        let mut listed = rows::list(&self.connection)?;
        let changed = posts::overlay(listed.iter_mut().map(|(_, session)| session), posts);
        self.write(|transaction| {
            for (position, session) in listed.iter().filter(|(_, s)| changed.contains(&s.id())) {
                rows::put_entry(transaction, &session.entry)?;
                own::put(transaction, *position, &session.own)?;
            }
            posts::settled(transaction)
        })
    }

    /// What was left after this number, oldest first, and the last number.
    pub fn posts(&self, after: i64) -> Result<(Vec<OutboxMessage>, i64), PersistError> {
        let entry = |id| self.entry(id).ok().flatten();
        let left = posts::after(&self.connection, after, entry)?;
        let last = left.last().map_or(after, |(number, _)| *number);
        Ok((left.into_iter().filter_map(|(_, post)| post).collect(), last))
    }

    /// What the list says of one session.
    pub fn entry(&self, id: SessionId) -> Result<Option<WatchEntry>, PersistError> {
        let found = rows::named(&self.connection, &[id])?.pop();
        Ok(found.map(|(_, watched)| WatchEntry::clone(&watched.entry)))
    }

    /// All sessions, archived ones too, without answers and timelines: enough to find one by name.
    pub fn listed(&self) -> Result<Vec<WatchedSession>, PersistError> {
        let listed = rows::list(&self.connection)?;
        let mut listed: Vec<WatchedSession> = listed.into_iter().map(|(_, s)| s).collect();
        rows::mark_shared(&self.connection, &mut listed)?;
        posts::overlay(listed.iter_mut(), self.posts(0)?.0);
        Ok(listed)
    }

    /// Those of [`Persistence::load`] that are named, and are there.
    pub fn load_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        let listed = rows::named(&self.connection, ids)?;
        self.complete(listed)
    }

    fn complete(
        &mut self,
        listed: Vec<(i64, WatchedSession)>,
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let seal = self.seal.as_deref();
        let (mut sessions, unreadable) = rows::complete(&self.connection, listed, seal)?;
        self.unreadable = unreadable;
        // The holder took these in; for everybody else they are newer than the rows.
        if self.lock.is_none() {
            posts::overlay(sessions.iter_mut(), self.posts(0)?.0);
        }
        Ok(sessions)
    }

    /// What was left up to this number has been taken in and saved.
    pub fn taken(&mut self, number: i64) -> Result<(), PersistError> {
        self.write(|transaction| posts::taken(transaction, number))
    }

    /// Path of the file, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// All that is known of a session, also what was posted of it. Returns how many were on the list.
fn forget(
    transaction: &rusqlite::Transaction<'_>,
    id: SessionId,
) -> Result<usize, rusqlite::Error> {
    let id = id.to_string();
    transaction.prepare_cached("DELETE FROM post WHERE session = ?1")?.execute([&id])?;
    transaction.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([&id])
}

impl Persistence for Sqlite {
    fn load(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        let listed = rows::list(&self.connection)?;
        self.complete(listed)
    }

    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError> {
        let added: Vec<OutboxMessage> = entries.iter().cloned().map(OutboxMessage::Added).collect();
        self.carry_out(&added).map(drop)
    }

    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError> {
        let removed: Vec<OutboxMessage> = ids.iter().copied().map(OutboxMessage::Removed).collect();
        self.carry_out(&removed)
    }

    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        let seal = self.seal.clone();
        self.write(|transaction| {
            let put = |watched: &Arc<_>| rows::put_known(transaction, watched, seal.as_deref());
            sessions.iter().try_for_each(put)
        })
    }

    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        let seal = self.seal.clone();
        self.write(|transaction| {
            let put = |watched: &Arc<_>| rows::put_learned(transaction, watched, seal.as_deref());
            sessions.iter().try_for_each(put)
        })
    }

    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        let seal = self.seal.clone();
        self.write(|transaction| {
            let put = |watched: &Arc<_>| rows::put_times(transaction, watched, seal.as_deref());
            answered.iter().try_for_each(put)
        })
    }

    fn state(&mut self, name: &str) -> Result<Option<String>, PersistError> {
        let mut query =
            self.connection.prepare_cached("SELECT value FROM state WHERE name = ?1")?;
        Ok(query.query_row([name], |row| row.get(0)).optional()?)
    }

    fn set_state(&mut self, name: &str, value: &str) -> Result<(), PersistError> {
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO state (name, value) VALUES (?1, ?2)
                     ON CONFLICT (name) DO UPDATE SET value = ?2",
                )?
                .execute([name, value])
                .map(drop)
        })
    }
}
