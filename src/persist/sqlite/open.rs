//! Opening a store: made, mended, unlocked, and brought up to date with its journal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::Sqlite;
use crate::domain::watchlist::storage::StoreFault;
use crate::persist::header::{self, Header};
use crate::persist::journal::Journal;
use crate::persist::key::Vault;
use crate::persist::location::Location;
use crate::persist::mend::MendingTurn;
use crate::persist::second_copy::was_sealed;
use crate::persist::{
    Opened, PersistError, SCHEMA, SharedPersistence, files, mend, posts, read_only, schema, wal,
};

/// Who opens a store, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenedBy {
    /// A command works on it, whoever holds it.
    Command,
    /// This process takes it, and loads it then.
    Holder,
    /// This process held it and has loaded it: it takes in what others leave while it runs.
    HolderAgain,
}

impl OpenedBy {
    const fn is_holder(self) -> bool {
        !matches!(self, Self::Command)
    }
}

impl Location {
    /// Opens or makes it; see [`Sqlite::at`].
    pub fn open(&self, exclusive: bool) -> Result<Opened, PersistError> {
        let Opened { persistence, warning } = Sqlite::at(self, exclusive)?;
        Ok(Opened { persistence: Box::new(persistence), warning })
    }

    /// Opens it beside the process that keeps it; nothing is checked or mended.
    pub fn beside(&self) -> Result<Box<dyn SharedPersistence>, PersistError> {
        Ok(Box::new(Sqlite::beside(self)?))
    }
}

impl Sqlite {
    /// Opens or makes a store without a key; see [`Sqlite::at`].
    pub fn open(path: &Path, exclusive: bool) -> Result<Opened<Self>, PersistError> {
        Self::at(&Location::new(path, None), exclusive)
    }

    /// Opens or makes the store file with mode 0600 in a folder of mode 0700. `exclusive` takes the
    /// lock that only one dashboard can hold; commands open without it. What is missing or damaged
    /// is made anew by whoever has the lock: from the journal of the watch-list, and from what can
    /// be read of the file, which is moved aside.
    ///
    /// One that cannot be written is opened to be read, unless it is to be held: then changes are
    /// refused, and the warning says why.
    pub fn at(location: &Location, exclusive: bool) -> Result<Opened<Self>, PersistError> {
        Self::opened_by(location, if exclusive { OpenedBy::Holder } else { OpenedBy::Command })
    }

    pub(super) fn opened_by(
        location: &Location,
        by: OpenedBy,
    ) -> Result<Opened<Self>, PersistError> {
        let exclusive = by.is_holder();
        match Self::to_write(location, by) {
            Err(PersistError::NotWritable(why)) if !exclusive && location.path.exists() => {
                let persistence = Self::to_read(location, why.clone())?;
                let warning = Some(persistence.warning_of_reading(&why));
                Ok(Opened { persistence, warning })
            }
            // To SQLite a file system without locks is one where all is locked.
            Err(PersistError::Locked(who)) if !exclusive => match files::lock(&location.path) {
                Err(why @ PersistError::NoLocks(_)) => Err(why),
                _ => Err(PersistError::Locked(who)),
            },
            other => other,
        }
    }

    fn to_read(location: &Location, why: String) -> Result<Self, PersistError> {
        let opened = Self::of(read_only::connect(&location.path)?, location)?;
        Ok(Self { refused: Some(why), ..opened })
    }

    fn warning_of_reading(&self, why: &str) -> String {
        let behind = if self.is_behind().unwrap_or(false) {
            "; its second copy has changes that are not shown until it can be written"
        } else {
            ""
        };
        format!("the local store is read-only: {why}{behind}")
    }

    fn to_write(location: &Location, by: OpenedBy) -> Result<Opened<Self>, PersistError> {
        let path = &location.path;
        let exclusive = by.is_holder();
        // Before SQLite opens anything: it gives its other files the mode of this one (fault F03).
        files::prepare(path)?;
        // Before the file is looked at: without it two processes would mend at once and lose
        // additions.
        let mut lock = if exclusive { Some(files::lock(path)?) } else { None };
        // What a kill left in the log is looked at by whoever comes first, a command too where no
        // process holds the store: SQLite cuts off in silence what it does not believe.
        let free = if exclusive { None } else { files::lock(path).ok() };
        let ours = lock.is_some() || free.is_some();
        let damage = if ours { wal::damage(&files::beside(path, "wal")) } else { None };
        drop(free);
        let mut warning = damage.map(|lost| {
            format!(
                "the write-ahead log of the local store was damaged, and {lost} of its pages were \
                 lost; changes to the watch-list come from its second copy, and the sessions are \
                 fetched again"
            )
        });
        let mut store = match Self::connected(location) {
            Err(why @ (PersistError::Damaged(_) | PersistError::Missing)) => {
                let turn = match lock.take() {
                    Some(lock) => MendingTurn::Ours(lock),
                    None => mend::turn(location).ok_or(why)?,
                };
                let (made, told) = Self::made_in(turn, location)?;
                warning = told.or(warning);
                made
            }
            other => Self { lock, ..other? },
        };
        let told = match store.settle_in(by) {
            Err(PersistError::Damaged(why)) => {
                warning = store.mend(PersistError::Damaged(why))?.or(warning);
                store.settle_in(by)?
            }
            other => other?,
        };
        if !exclusive {
            store.lock = None;
        }
        let warning = joined(warning.into_iter().chain(store.mended.take()).chain(told));
        Ok(Opened { persistence: store, warning })
    }

    /// A store that another process keeps: nothing is checked, mended or moved. Whoever begins
    /// beside it has opened it once.
    pub(in crate::persist) fn beside(location: &Location) -> Result<Self, PersistError> {
        let open = || -> Result<Self, PersistError> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
            let connection = Connection::open_with_flags(&location.path, flags)?;
            schema::set_up(&connection)?;
            Self::of(connection, location)
        };
        match open() {
            Err(PersistError::NotWritable(why)) => Self::to_read(location, why),
            other => other,
        }
    }

    /// As the file stands, with the lock of nobody.
    pub(in crate::persist) fn connected(location: &Location) -> Result<Self, PersistError> {
        if !location.path.exists() {
            return Err(PersistError::Missing);
        }
        let connection = schema::connect(&location.path).map_err(|why| match why {
            why @ (PersistError::Newer { .. }
            | PersistError::Foreign(_)
            | PersistError::Other(_))
                if is_ours(location).unwrap_or(false) =>
            {
                PersistError::Damaged(format!("the header of its file was altered: {why}"))
            }
            other => other,
        })?;
        let mut store = Self::of(connection, location)?;
        // Its rows are known to be readable to their first page at least.
        store.connection.prepare("SELECT position, id, version, body FROM session").map(drop)?;
        let sealed_before = || store.journal.head().is_some_and(|head| !head.keyring.is_empty());
        if matches!(store.vault, Vault::Plain) && sealed_before() {
            return Err(was_sealed());
        }
        if !store.is_shut() {
            Header::read(&store.connection, &store.vault)?;
        }
        if let (Vault::Plain, Some(key)) = (&store.vault, location.key.clone()) {
            // Also where its first line does not say so any more.
            if store.journal.read(&store.name, &store.vault)?.is_sealed {
                return Err(was_sealed());
            }
            // What was acknowledged before its commit was lost is sealed too.
            if store.journal.exists() && store.is_behind()? {
                store.mended = store.catch_up()?;
            }
            let sealed = store.seal(&key)?.then(|| {
                String::from(
                    "the local store was not encrypted until now: whatever stood in it is taken as \
                     it is, and encrypted",
                )
            });
            store.mended = joined(store.mended.take().into_iter().chain(sealed));
        }
        Ok(store)
    }

    pub(in crate::persist) fn of(
        connection: Connection,
        location: &Location,
    ) -> Result<Self, PersistError> {
        let (name, sealed) = header::name(&connection)?;
        let journal = Journal::beside(&location.path);
        let vault =
            if sealed { unlocked(&connection, location, &journal, &name)? } else { Vault::Plain };
        // One that cannot be read is damaged, which is found next.
        let owner =
            Header::read(&connection, &vault).map(|header| header.owner).unwrap_or_default();
        if let Some(why) = owner.refuses(&location.owner) {
            return Err(PersistError::Foreign(why));
        }
        Ok(Self {
            file: files::FileId::of(&location.path)?,
            connection,
            location: location.clone(),
            journal,
            lock: None,
            refused: None,
            vault,
            name,
            faults: BTreeMap::new(),
            mended: None,
            altered: BTreeSet::new(),
            lost: 0,
            given: 0,
            compared: None,
            erase_waits: false,
            former: None,
        })
    }

    /// Makes the store anew where this process may; else `why` it was to be done.
    pub(super) fn mend(&mut self, why: PersistError) -> Result<Option<String>, PersistError> {
        let (held, turn) = match self.lock.take() {
            Some(lock) => (true, MendingTurn::Ours(lock)),
            None => (false, mend::turn(&self.location).ok_or(why)?),
        };
        let (made, told) = Self::made_in(turn, &self.location)?;
        let lock = made.lock.filter(|_| held);
        *self = Self { lock, ..made };
        Ok(told)
    }

    /// With the lock, where it is this process's turn.
    fn made_in(
        turn: MendingTurn,
        location: &Location,
    ) -> Result<(Self, Option<String>), PersistError> {
        match turn {
            MendingTurn::Theirs(made) => Ok((*made, None)),
            MendingTurn::Ours(lock) => {
                let (made, told) = mend::mended(location)?;
                Ok((Self { lock: Some(lock), ..made }, told))
            }
        }
    }

    /// Does it once more where the file turns out to be damaged while it is read.
    pub(super) fn mending<T>(
        &mut self,
        work: impl Fn(&mut Self) -> Result<T, PersistError>,
    ) -> Result<T, PersistError> {
        match work(self) {
            Err(why @ PersistError::Damaged(_)) => {
                self.mended = self.mend(why)?;
                work(self)
            }
            other => other,
        }
    }

    /// The journal has what the store lacks, or is not as it was left.
    fn is_behind(&self) -> Result<bool, PersistError> {
        let header = Header::read(&self.connection, &self.vault)?;
        Ok(self.journal.last() != Some(header.journal))
    }

    /// Takes in what the journal has and the store lacks, and what was posted while nobody held it.
    /// Returns what to say of it.
    pub(super) fn settle_in(&mut self, by: OpenedBy) -> Result<Option<String>, PersistError> {
        if self.vault.is_shut() {
            return Ok(None);
        }
        let told = if self.is_behind()? { self.catch_up()? } else { None };
        // Before it is loaded: what others left is part of the list. What was left without the key
        // is sealed by whoever has it, where nobody holds the store.
        let settles = match by {
            OpenedBy::Holder => true,
            OpenedBy::Command => self.lock.is_some() || posts::any_unsealed(&self.connection)?,
            OpenedBy::HolderAgain => false,
        };
        if settles {
            self.holding(|store| if store.lock.is_some() { store.settle() } else { Ok(()) })?;
        }
        if by.is_holder() {
            self.write(|write| {
                write.header.epoch += 1;
                Ok(())
            })?;
        }
        Ok(told)
    }

    /// It has just come here, and its journal did not.
    pub(in crate::persist) fn has_no_second_copy(&mut self) -> Result<(), PersistError> {
        self.write(|write| {
            write.header.journal = 0;
            Ok(())
        })
    }

    pub(in crate::persist) fn rewrite_journal(&mut self) -> Result<(), PersistError> {
        let journal = self.journal.clone();
        self.write(|write| write.rewrite_journal(&journal))
    }

    /// Puts into the store what stands in the journal alone. Returns what to say of the journal.
    pub(super) fn catch_up(&mut self) -> Result<Option<String>, PersistError> {
        let journal = self.journal.clone();
        let caught = self.write(|write| write.catch_up(&journal))?;
        let restored = caught.restored;
        if restored > 0 {
            tracing::warn!(restored, "changes to the watch-list came from its second copy");
        }
        Ok(caught.words())
    }
}

fn joined(told: impl Iterator<Item = String>) -> Option<String> {
    told.reduce(|before, more| format!("{before}; {more}"))
}

/// The data key of a sealed store, by this process's key: from the store, else from the journal.
fn unlocked(
    connection: &Connection,
    location: &Location,
    journal: &Journal,
    name: &str,
) -> Result<Vault, PersistError> {
    let Some(key) = &location.key else { return Ok(Vault::Shut(StoreFault::NoKey)) };
    let data = key.data_key(name, &keyring(connection)?).or_else(|| {
        let head = journal.head().filter(|head| head.store == name)?;
        key.data_key(name, &head.keyring)
    });
    Ok(data.map_or(Vault::Shut(StoreFault::OtherKey), |data| Vault::Sealed(Arc::new(data))))
}

/// The store's own header, as its key opens it, says that it is one of this build's schema. The file's
/// header may say something else.
fn is_ours(location: &Location) -> Result<bool, PersistError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let connection = Connection::open_with_flags(&location.path, flags)?;
    let (name, sealed) = header::name(&connection)?;
    if !sealed {
        // Anybody could have written it, and a newer build may.
        return Ok(false);
    }
    let journal = Journal::beside(&location.path);
    let vault = unlocked(&connection, location, &journal, &name)?;
    Ok(Header::read(&connection, &vault)?.schema == SCHEMA)
}

pub(in crate::persist) fn keyring(
    connection: &Connection,
) -> Result<Vec<(String, Vec<u8>)>, PersistError> {
    let mut query = connection.prepare("SELECT recipient, wrapped FROM keyring")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // D02
    #[test]
    fn whoever_writes_the_store_waits_until_it_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::new(&folder.path().join("store.db"), None);
        let holder = Sqlite::at(&location, true).unwrap().persistence;
        let command = Sqlite::at(&location, false).unwrap().persistence;
        let beside = Sqlite::beside(&location).unwrap();
        for (who, store) in [("holder", holder), ("command", command), ("beside", beside)] {
            let set = |name: &str| -> String {
                let value = store.connection.pragma_query_value(None, name, |row| row.get(0));
                value.map(|value: rusqlite::types::Value| format!("{value:?}")).unwrap()
            };
            assert_eq!(set("synchronous"), "Integer(2)", "{who}: FULL");
            assert_eq!(set("journal_mode"), "Text(\"wal\")", "{who}");
        }
    }
}
