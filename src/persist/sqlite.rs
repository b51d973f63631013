//! The store in one SQLite file: WAL, every commit on the disk, deleted rows overwritten, and a
//! second copy of the watch-list beside it.

mod briefs;
mod erase;
mod former;
mod open;
mod reader;
mod seal;
mod shared;
mod verify;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior};

use super::brief_text::Derivations;
use super::header::{self, Header};
use super::journal::Journal;
use super::key::Vault;
use super::location::Location;
use super::shared::SharedPersistence;
use super::write::{Saving, Write};
use super::{Opened, PersistError, Persistence, SCHEMA, files, posts, state};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

use former::Former;
pub use reader::DetailReader;

use open::OpenedBy;
pub(super) use open::keyring;

/// What [`Persistence::trouble`] says was altered, beside sessions.
const MESSAGES: &str = "messages between processes";
const OWN_VALUES: &str = "the arrangement of the list or another value of the program's own";

/// An open store: one file, one connection.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    location: Location,
    journal: Journal,
    lock: Option<files::StoreLock>,
    /// Why it can be read and not written.
    refused: Option<String>,
    vault: Vault,
    /// The store's own name, part of every place.
    name: String,
    /// The file that was opened: another one may stand in its place later.
    file: files::FileId,
    /// What the last loading did not believe.
    faults: BTreeMap<SessionId, StoreFault>,
    /// What had to be done while it was read.
    mended: Option<String>,
    /// What else than sessions was altered, and is left out.
    altered: BTreeSet<&'static str>,
    /// Sessions that were taken away or put back, and are in neither copy.
    lost: u64,
    /// The last version that was given out here, also where nothing came of it.
    given: u64,
    /// How the digest stood when all rows were counted last.
    compared: Option<verify::Compared>,
    erase_waits: bool,
    /// The file that was removed or replaced, still open: it has the answers of those saved next.
    former: Option<Former>,
}

impl Sqlite {
    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) const fn is_sealed(&self) -> bool {
        matches!(self.vault, Vault::Sealed(_))
    }

    pub(super) const fn is_shut(&self) -> bool {
        self.vault.is_shut()
    }

    fn put(&mut self, sessions: &[Arc<WatchedSession>], what: Saving) -> Result<(), PersistError> {
        if sessions.is_empty() {
            return Ok(());
        }
        let former = self.former.take();
        let saved = self.write(|write| {
            // Nothing else writes what the list says of a session.
            let mut waiting = match what {
                Saving::All => {
                    posts::by_session(posts::waiting(write.sql, &write.header, write.vault)?)
                }
                Saving::Learned | Saving::Times => HashMap::new(),
            };
            sessions.iter().try_for_each(|session| {
                let whole = former.as_ref().and_then(|former| former.whole(session));
                let known = whole.as_ref().unwrap_or(session);
                let Some(left) = waiting.remove(&session.id()) else {
                    return write.put_known(known, what);
                };
                // What was left stands in the row, and this process has yet to take it in.
                let mut known = known.clone();
                posts::overlay(std::iter::once(&mut known), left);
                write.put_known(&known, what)
            })
        });
        if saved.is_err() {
            self.former = former;
        }
        saved?;
        if sessions.iter().any(|session| session.storage.erased_at.get().is_some()) {
            self.leave_nothing()?;
        }
        Ok(())
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Write<'_>) -> Result<T, PersistError>,
    ) -> Result<T, PersistError> {
        self.is_writable()?;
        if self.vault.is_shut() {
            return Err(PersistError::Sealed);
        }
        // Immediate: two that read first and write later
        // would both fail, and not wait for each other.
        let sql = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut header = match Header::read(&sql, &self.vault) {
            Err(_) if matches!(self.vault, Vault::Plain) && header::name(&sql)?.1 => {
                return Err(PersistError::Sealed);
            }
            other => other?,
        };
        header.owner = header.owner.or(&self.location.owner);
        header.schema = SCHEMA;
        header.version = header.version.max(self.given);
        let before = header.clone();
        let mut write = Write::new(&sql, &self.vault, header);
        write.journal = Some(&self.journal);
        let worked = work(&mut write);
        self.given = write.header.version;
        let result = worked?;
        // On the disk before the commit: what is acknowledged stands in both.
        write.write_journal(&self.journal)?;
        let header = write.header;
        if header != before {
            header.write(&sql, &self.vault)?;
        }
        sql.commit()?;
        Ok(result)
    }

    fn is_writable(&self) -> Result<(), PersistError> {
        let refused = |why: &String| Err(PersistError::NotWritable(why.clone()));
        self.refused.as_ref().map_or_else(|| self.is_in_place(), refused)
    }

    /// An error when the store's file or its lock is gone, or another stands in its place.
    fn is_in_place(&self) -> Result<(), PersistError> {
        let here = self.file.stands_at(&self.location.path)
            && self.lock.as_ref().is_none_or(files::StoreLock::stands);
        if here { Ok(()) } else { Err(PersistError::Missing) }
    }

    fn data_version(&self) -> Result<i64, PersistError> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Changes the list, and leaves word for the process that holds the store; where there is none,
    /// its part is done here. Returns how many were forgotten.
    fn carry_out(&mut self, changes: &[OutboxMessage]) -> Result<usize, PersistError> {
        self.is_writable()?;
        if self.vault.is_shut() {
            for change in changes {
                posts::leave_unsealed(&self.connection, change)?;
            }
            return Ok(0);
        }
        let holds = self.lock.is_some();
        // Where nobody holds the store, the posts are settled here.
        let forgotten = self.holding(|store| store.carried_out(changes, holds))?;
        if changes.iter().any(|change| matches!(change, OutboxMessage::Removed(_))) {
            self.leave_nothing()?;
        }
        Ok(forgotten)
    }

    /// Has the lock for the time of this work, where nobody else has it, so that no other process
    /// takes the store before it is done.
    fn holding<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let holds = self.lock.is_some();
        if !holds {
            self.lock = files::lock(&self.location.path).ok();
        }
        let done = work(self);
        if !holds {
            self.lock = None;
        }
        done
    }

    fn carried_out(
        &mut self,
        changes: &[OutboxMessage],
        holds: bool,
    ) -> Result<usize, PersistError> {
        // Held for this work alone: all of it is done here, after what was left before.
        let alone = !holds && self.lock.is_some();
        let is_shared = self.location.is_shared;
        if alone {
            self.settle()?;
        }
        self.write(|write| {
            let mut forgotten = 0;
            for change in changes {
                match change {
                    OutboxMessage::Removed(id) => {
                        write.strike("session = ?1", &[&id.to_string()])?;
                        forgotten += usize::from(write.forget(*id)?);
                    }
                    OutboxMessage::Added(entry) if !alone => write.put_entry(entry)?,
                    // In the second copy too: the post alone would go with the file.
                    OutboxMessage::Kept(..) if !alone && !holds => write.settle(change)?,
                    OutboxMessage::Added(_)
                    | OutboxMessage::Kept(..)
                    | OutboxMessage::Told(_)
                    | OutboxMessage::Asked(_) => {}
                }
                if alone {
                    write.settle(change)?;
                } else if !holds {
                    write.leave(change)?;
                }
            }
            if alone && is_shared {
                write.leave_unsent(changes)?;
            }
            Ok(forgotten)
        })
    }

    /// Saves what was posted of the list and of what the operator keeps. Only for who holds the
    /// store and has not loaded it yet.
    fn settle(&mut self) -> Result<(), PersistError> {
        let (posts, last) = self.posts(0)?;
        if last == 0 {
            return Ok(());
        }
        let is_shared = self.location.is_shared;
        self.write(|write| {
            let last = write.strike("true", &[])?;
            write.header.taken = write.header.taken.max(last);
            if is_shared {
                write.leave_unsent(&posts)?;
            }
            posts.iter().try_for_each(|post| write.settle(post))
        })
    }

    /// With what the rows alone do not say.
    fn completed(
        &mut self,
        mut sessions: Vec<WatchedSession>,
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let fault = |s: &WatchedSession| Some((s.id(), s.storage.fault?));
        self.faults = sessions.iter().filter_map(fault).collect();
        // The holder took these in; for everybody else they are newer than the rows.
        if self.lock.is_none() {
            posts::overlay(sessions.iter_mut(), self.posts(0)?.0);
        }
        self.expire(&mut sessions);
        Ok(sessions)
    }
}

impl Persistence for Sqlite {
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| store.all_in_brief(Derivations::Present))
    }

    fn briefs_as_stored(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| store.all_in_brief(Derivations::Any))
    }

    fn details(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| store.loaded_named(ids))
    }

    fn source(&self) -> Arc<dyn DetailSource> {
        Arc::new(DetailReader::new(self.location.clone()))
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
        self.put(sessions, Saving::All)
    }

    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.put(sessions, Saving::Learned)
    }

    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.put(answered, Saving::Times)
    }

    fn state(&mut self, name: &str) -> Result<Option<String>, PersistError> {
        let (value, believed) = state::read(&self.connection, &self.name, &self.vault, name)?;
        if believed && self.states_are_whole()? {
            return Ok(value);
        }
        self.altered.insert(OWN_VALUES);
        Ok(None)
    }

    fn set_state(&mut self, name: &str, value: &str) -> Result<(), PersistError> {
        self.write(|write| write.put_state(name, value))
    }

    fn trouble(&self) -> Option<String> {
        self.doubts()
    }

    fn check(&mut self) -> Result<(), PersistError> {
        self.is_in_place()
    }

    fn was_removed(&self) -> bool {
        self.former.is_some()
    }

    fn can_write(&mut self) -> Result<(), PersistError> {
        self.refused.as_ref().map_or(Ok(()), |why| Err(PersistError::NotWritable(why.clone())))?;
        files::can_write(&self.location.path)
    }

    /// The lock is let go first: another process may have taken the new file's.
    fn reopen(&mut self) -> Result<Option<String>, PersistError> {
        self.lock = None;
        let nothing = Connection::open_in_memory()?;
        let connection = std::mem::replace(&mut self.connection, nothing);
        if self.former.is_none() && !self.file.stands_at(&self.location.path) {
            let (vault, name) = (self.vault.clone(), self.name.clone());
            self.former = Some(Former { connection, vault, name });
        } else {
            // Closed first, while nothing of a new store lies in its place.
            drop(connection);
        }
        let left = self.former.as_ref().map(Former::waiting).unwrap_or_default();
        let Opened { mut persistence, warning } =
            Self::opened_by(&self.location.clone(), OpenedBy::HolderAgain)?;
        // Its rows have it from the second copy; what this process keeps has not.
        if !left.is_empty() {
            persistence.write(|write| left.iter().try_for_each(|message| write.leave(message)))?;
        }
        *self = Self { former: self.former.take(), ..persistence };
        Ok(warning)
    }
}
