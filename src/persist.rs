//! The watch-list, the last answers and the timeline on disk.
//!
//! Owns what is kept between runs. Must never keep a secret or personal data, and never decide what
//! is shown. May use `api::wire` to read answers it kept.

pub mod arrangement;
pub mod brief_text;
mod detail_rows;
mod event;
mod files;
mod header;
mod journal;
pub mod key;
pub mod ledger;
mod list_record;
mod list_rows;
pub mod location;
pub mod memory;
mod mend;
mod packed_detail;
mod pages;
mod parallel;
mod parts;
mod posts;
mod prefixes;
mod read_only;
mod rows;
mod salvage;
mod saved_sessions;
mod schema;
mod schema4;
mod second_copy;
mod shared;
pub mod sqlite;
mod state;
mod transfer;
mod unsent;
mod wal;
mod write;
mod writer;

use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

pub use detail_rows::reread;
pub use memory::in_memory;
pub use saved_sessions::SavedSessions;
pub use schema::SCHEMA;
pub use shared::{ReadThrough, SeenRows, SharedPersistence};
pub use unsent::UnsentBeside;
pub use writer::{WriterEvent, writer};

/// Name of the state that says when the operator last looked.
pub const LAST_LOOK: &str = "last_look";

/// How the names of files begin that are not whole yet.
pub const TEMPORARY: [&str; 2] = [files::TEMPORARY, journal::TEMPORARY];

/// A backend; calls block, so the task that uses it runs them on a blocking thread.
pub trait Persistence: std::fmt::Debug + Send + 'static {
    /// All sessions in the order of adding, each with its brief; answers and timelines are not read.
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError>;

    /// The same, where a brief that an earlier build made is taken as it is: making many anew takes
    /// long, and is done behind a list that is shown.
    fn briefs_as_stored(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        self.briefs()
    }

    /// Those that are named, and are there, with their last answers and timelines.
    fn details(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError>;

    /// All sessions with their answers and timelines: as much memory as these take.
    fn load(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        let ids: Vec<SessionId> = self.briefs()?.iter().map(WatchedSession::id).collect();
        self.details(&ids)
    }

    /// What is stored, for reading beside who writes it.
    fn source(&self) -> Arc<dyn DetailSource>;

    /// Puts entries on the list; known ones are updated, archived
    /// ones come back. Durable when it returns.
    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError>;

    /// Forgets sessions, on the list or archived, with their answers and timelines, leaving nothing
    /// in the files. Returns how many there were.
    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError>;

    /// Saves sessions as they are now, in one transaction. Who is not on the list is left out: it
    /// may have been taken off by another process. For the process that holds the store: another
    /// one has old copies of what the operator keeps.
    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError>;

    /// Saves what was learned of sessions by asking, and nothing of what the operator keeps. Who is
    /// not on the list, or has answered another process since, is left out.
    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError>;

    /// Saves no more than when the parts of sessions were last
    /// answered: what an answer that says nothing new needs.
    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError>;

    /// What the program remembers of itself under a name.
    fn state(&mut self, name: &str) -> Result<Option<String>, PersistError>;

    /// Remembers a value under a name, in the place of the one before.
    fn set_state(&mut self, name: &str, value: &str) -> Result<(), PersistError>;

    /// What of it is not believed, in words that may be shown.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// An error when what is written would be lost, because another file stands in its place.
    fn check(&mut self) -> Result<(), PersistError> {
        Ok(())
    }

    /// True: the file that it was opened on has gone, and with it what was saved there.
    fn was_removed(&self) -> bool {
        false
    }

    /// An error when a change could not be written now: the disk is full, or read-only. Writes
    /// nothing where the file system alone can tell.
    fn can_write(&mut self) -> Result<(), PersistError> {
        Ok(())
    }

    /// Opens it again after [`Persistence::check`] or a write has failed. Returns a warning for the
    /// operator where something had to be mended.
    fn reopen(&mut self) -> Result<Option<String>, PersistError> {
        Ok(None)
    }
}

/// Why the local store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PersistError {
    #[error("the local store is in use by another branchwatch{0}")]
    Locked(String),
    /// It was written by a newer branchwatch.
    #[error("the local store has schema {found}, this build knows up to {known}")]
    Newer { found: u32, known: u32 },
    /// It is damaged and could not be repaired or moved aside.
    #[error("the local store is damaged: {0}")]
    Damaged(String),
    /// It is not ours, or another application's; it is left as it is.
    #[error("the local store is not this profile's: {0}")]
    Foreign(String),
    /// It is sealed and this process cannot open it: only additions are taken.
    #[error(
        "the local store is sealed, and no key that opens it can be read: only sessions can be \
         added"
    )]
    Sealed,
    /// Its file or its lock is gone, or another stands in its place.
    #[error("the file of the local store was removed or replaced")]
    Missing,
    /// Its file system has no locks, which keep two processes from writing it at once.
    #[error("the local store is on a file system without locks: {0}")]
    NoLocks(String),
    /// A store cannot be moved into or out of this file.
    #[error("{0}")]
    Transfer(String),
    /// The disk is full or a file cannot be written; the view goes on without saving.
    #[error("the local store cannot be written: {0}")]
    NotWritable(String),
    #[error("the local store failed: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for PersistError {
    fn from(why: rusqlite::Error) -> Self {
        let text = why.to_string();
        match why.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Locked(String::new())
            }
            // SQLite has no code of its own for it: the file's header was altered.
            _ if text.contains("unsupported file format") => Self::Damaged(text),
            // What is written is looked up first: only an index that disagrees with its table
            // makes a constraint fail.
            Some(
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ConstraintViolation,
            ) => Self::Damaged(text),
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Self::NotWritable(text),
            // A value of another kind than the one that was written.
            _ if matches!(
                why,
                rusqlite::Error::FromSqlConversionFailure(..)
                    | rusqlite::Error::InvalidColumnType(..)
                    | rusqlite::Error::IntegralValueOutOfRange(..)
                    | rusqlite::Error::Utf8Error(..)
            ) =>
            {
                Self::Damaged(text)
            }
            _ => Self::Other(text),
        }
    }
}

impl PersistError {
    pub(super) fn sealing(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Other(String::from("nothing could be sealed"))
    }

    pub(super) fn no_randomness() -> Self {
        Self::Other(String::from("the machine gave no random numbers for a key"))
    }
}

/// An open store, and what had to be done to open it.
#[derive(Debug)]
pub struct Opened<P = Box<dyn SharedPersistence>> {
    pub persistence: P,
    /// A warning for the operator: a damaged file was moved aside, and what was saved of it.
    pub warning: Option<String>,
}
