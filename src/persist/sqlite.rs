//! The store in one SQLite file: WAL, every commit on the disk, deleted rows overwritten.
//!
//! Owns opening, migrating and mending. The SQL of a session is in `rows`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};

use super::{LIST_VERSION, Opened, PersistError, Persistence, files, own, rows};
use crate::domain::ids::SessionId;
use crate::domain::watched::{WatchEntry, WatchedSession};

/// Applied in order, each once; never changed after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("../../assets/migrations/sqlite/0001_first.sql"),
    include_str!("../../assets/migrations/sqlite/0002_own.sql"),
];

/// An open store.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    lock: Option<File>,
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
    /// lock that only one dashboard can hold; commands open without it. A damaged file is moved
    /// aside, and the watch-list is saved from it as far as it can be read.
    ///
    /// # Errors
    /// See [`PersistError`].
    pub fn open(path: &Path, exclusive: bool) -> Result<Opened<Self>, PersistError> {
        files::prepare(path)?;
        let lock = if exclusive { Some(files::lock(path)?) } else { None };
        match connect(path) {
            Ok(connection) => {
                let persistence = Self { connection, path: path.to_path_buf(), lock };
                Ok(Opened { persistence, warning: None })
            }
            Err(PersistError::Damaged(_)) => {
                let saved = salvage(path);
                let aside = files::move_aside(path)?;
                files::prepare(path)?;
                let connection = connect(path)?;
                let mut persistence = Self { connection, path: path.to_path_buf(), lock };
                let entries: Vec<WatchEntry> =
                    saved.iter().map(|watched| WatchEntry::clone(&watched.entry)).collect();
                persistence.add(&entries)?;
                persistence.save(&saved)?;
                let warning = format!(
                    "the local store was damaged and is now {}; {} sessions of the watch-list were \
                     saved from it, their answers are fetched again",
                    aside.display(),
                    saved.len()
                );
                Ok(Opened { persistence, warning: Some(warning) })
            }
            Err(other) => Err(other),
        }
    }

    /// A store that another process keeps, for reading: nothing is checked, mended or moved. Whoever
    /// begins beside it has opened it once.
    ///
    /// # Errors
    /// See [`PersistError`].
    pub fn beside(path: &Path) -> Result<Self, PersistError> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(Self { connection, path: path.to_path_buf(), lock: None })
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, PersistError> {
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Grows with whatever another connection writes.
    ///
    /// # Errors
    /// See [`PersistError`].
    pub fn data_version(&self) -> Result<i64, PersistError> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// All sessions as [`Persistence::load`] has them, without answers and timelines.
    ///
    /// # Errors
    /// See [`PersistError`].
    pub fn listed(&self) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(rows::list(&self.connection)?.into_iter().map(|(_, watched)| watched).collect())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Tells the process that holds the lock, which looks at this alone.
fn list_changed(transaction: &rusqlite::Transaction<'_>) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached(
            "INSERT INTO state (name, value) VALUES (?1, '1')
             ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
        )?
        .execute([LIST_VERSION])
        .map(drop)
}

fn connect(path: &Path) -> Result<Connection, PersistError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(PersistError::Damaged(sound));
    }
    migrate(&mut connection, path)?;
    // A file of another program, or one whose tables are gone, is as good as damaged.
    connection
        .prepare("SELECT position, id, last_ok FROM session")
        .map(drop)
        .map_err(|why| PersistError::Damaged(why.to_string()))?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), PersistError> {
    let version = |connection: &Connection| {
        connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))
    };
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found = version(connection)?;
    if found > known {
        return Err(PersistError::Newer { found, known });
    }
    if found == known {
        return Ok(());
    }
    if found > 0 {
        let copy = files::beside(path, &format!("before-schema-{known}"));
        connection.backup("main", &copy, None::<fn(rusqlite::backup::Progress)>)?;
    }
    // Another process may have done it in between: look again inside the transaction.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// What can still be read of the watch-list of a damaged store, with the operator's part.
fn salvage(path: &Path) -> Vec<Arc<WatchedSession>> {
    let Ok(connection) = Connection::open(path) else { return Vec::new() };
    let listed = rows::list(&connection).unwrap_or_default();
    listed.into_iter().map(|(_, watched)| Arc::new(watched)).collect()
}

impl Persistence for Sqlite {
    fn load(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        let listed = rows::list(&self.connection)?;
        Ok(rows::complete(&self.connection, listed)?)
    }

    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError> {
        let told = self.lock.is_some();
        self.write(|transaction| {
            entries.iter().try_for_each(|entry| rows::put_entry(transaction, entry))?;
            if told { Ok(()) } else { list_changed(transaction) }
        })
    }

    fn archive(&mut self, ids: &[SessionId], at: Timestamp) -> Result<usize, PersistError> {
        let told = self.lock.is_some();
        self.write(|transaction| {
            let mut archived = 0;
            for id in ids {
                archived += usize::from(own::archive(transaction, *id, at)?);
            }
            if !told {
                list_changed(transaction)?;
            }
            Ok(archived)
        })
    }

    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError> {
        let told = self.lock.is_some();
        let removed = self.write(|transaction| {
            let mut delete = transaction.prepare_cached("DELETE FROM session WHERE id = ?1")?;
            let mut removed = 0;
            for id in ids {
                removed += delete.execute([id.to_string()])?;
            }
            if !told {
                list_changed(transaction)?;
            }
            Ok(removed)
        })?;
        // What was deleted must not stay in the write-ahead log either.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))?;
        Ok(removed)
    }

    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.write(|transaction| {
            sessions.iter().try_for_each(|watched| rows::put_known(transaction, watched))
        })
    }

    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.write(|transaction| {
            sessions.iter().try_for_each(|watched| rows::put_learned(transaction, watched))
        })
    }

    fn touch(&mut self, answered: &[(SessionId, Timestamp)]) -> Result<(), PersistError> {
        self.write(|transaction| {
            let mut update =
                transaction.prepare_cached("UPDATE session SET last_ok = ?2 WHERE id = ?1")?;
            answered.iter().try_for_each(|(id, at)| {
                update.execute([id.to_string(), at.to_string()]).map(|_rows| ())
            })
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
