//! A new store in the place of one that is damaged, empty or missing: the watch-list from its
//! journal, and everything that can still be read of the file.
//!
//! Nothing is mended that another process holds.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};

use super::header::{self, Header};
use super::journal::{Journal, JournalContents, LastWord};
use super::key::{DataKey, Vault};
use super::location::Location;
use super::pages::Pages;
use super::parts::copy_parts;
use super::rows::{self, SessionRow};
use super::second_copy::damaged_words;
use super::sqlite::{Sqlite, keyring};
use super::write::Write;
use super::{PersistError, files, posts, schema, schema4, state};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::storage::StoreFault;
use crate::text::count;

/// Who makes or mends a store.
pub(super) enum MendingTurn {
    /// This process does, under this lock.
    Ours(files::StoreLock),
    /// Another one has done it.
    Theirs(Box<Sqlite>),
}

/// The lock for mending: nobody else may hold the store, or mend it at the same time. Who mends it
/// is soon done. `None`: it is held, and stays as it is.
#[expect(clippy::disallowed_methods, reason = "the store is opened in real time, and blocks")]
pub(super) fn turn(location: &Location) -> Option<MendingTurn> {
    // Five seconds: a lock that is held longer is a running dashboard's.
    for _ in 0..50 {
        if let Ok(lock) = files::lock(&location.path) {
            return Some(MendingTurn::Ours(lock));
        }
        std::thread::sleep(Duration::from_millis(100));
        // Whoever holds it made it, and goes on holding it: the first start of a dashboard.
        if let Ok(made) = Sqlite::connected(location) {
            return Some(MendingTurn::Theirs(Box::new(made)));
        }
    }
    None
}

/// The store, made anew where it must be, and what to say of it. Only for who has the lock: another
/// process may have mended it in between.
pub(super) fn mended(location: &Location) -> Result<(Sqlite, Option<String>), PersistError> {
    let path = &location.path;
    let what = match Sqlite::connected(location) {
        Err(PersistError::Missing) => "missing",
        Err(PersistError::Damaged(_)) if files::is_empty(path) => "empty",
        Err(PersistError::Damaged(_)) => "damaged",
        Ok(opened) => match opened.is_sound() {
            Err(PersistError::Damaged(_)) => "damaged",
            other => return other.map(|()| (opened, None)),
        },
        Err(other) => return Err(other),
    };
    let journal = Journal::beside(path);
    if what == "missing" && !journal.exists() {
        schema::make(path, false, |_empty| Ok(()))?;
        return Ok((Sqlite::connected(location)?, None));
    }
    // An empty file is opened by nobody: SQLite would take what lies beside it for its own.
    let sound_enough = path.exists() && !files::is_empty(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let old = sound_enough.then(|| Connection::open_with_flags(path, flags).ok()).flatten();
    let pages = Pages::of(path);
    let saved = Saved::of(location, old.as_ref(), pages.as_ref(), &journal)?;
    let key_is_lost = saved.key_is_lost;
    let mut returned = Returned::default();
    let aside = schema::make(path, true, |new| {
        let sql = new.transaction_with_behavior(TransactionBehavior::Immediate)?;
        returned = saved.put(&sql, old.as_ref(), pages.as_ref())?;
        sql.commit()?;
        Ok(())
    })?;
    drop(old);
    if key_is_lost && journal.exists() {
        // A backup of the store may have the key that opens it.
        let beside = aside.clone().unwrap_or_else(|| files::beside(path, "damaged-0"));
        journal.move_beside(&beside)?;
    }
    let mut store = Sqlite::connected(location)?;
    if !store.is_shut() {
        store.rewrite_journal()?;
    }
    Ok((store, Some(returned.words(what, aside.as_deref()))))
}

/// What came back from where.
#[derive(Debug, Default)]
struct Returned {
    /// Sessions of the new list.
    sessions: usize,
    /// Of these, known from the journal alone, or newer there.
    from_journal: usize,
    /// Of all, those with all their responses.
    whole: usize,
    /// Lines of the journal that were damaged, or not this store's.
    strange: usize,
}

impl Returned {
    fn words(&self, what: &str, aside: Option<&Path>) -> String {
        let Self { sessions, from_journal, whole, strange } = self;
        let moved = aside.map_or(String::new(), |to| format!(" and is now {}", to.display()));
        let lines =
            if *strange > 0 { format!("; {}", damaged_words(*strange)) } else { String::new() };
        format!(
            "the local store was {what}{moved}; recovered: {} of the watch-list ({from_journal} \
             from its second copy, {} from the pages of the file), {whole} with their responses; the others are \
             fetched again{lines}",
            count(*sessions, "session"),
            sessions - from_journal,
        )
    }
}

/// What the new store is made of.
struct Saved {
    name: String,
    keyring: Vec<(String, Vec<u8>)>,
    vault: Vault,
    /// In the order of the list.
    sessions: Vec<(i64, SessionRow)>,
    from_journal: usize,
    strange: usize,
    /// What the old file is read with.
    reads: Vault,
    /// It was sealed, and no copy of its key is left: of what stands there nothing is believed.
    key_is_lost: bool,
    /// Of the rows that could be read, and of the journal.
    highest: u64,
}

/// What the store that is rebuilt is sealed with; where its own key is lost, another one.
fn rebuilt_vault(
    location: &Location,
    name: &str,
    keys: &mut Vec<(String, Vec<u8>)>,
    was_sealed: bool,
) -> Result<Vault, PersistError> {
    let no_key = || {
        let why = "it is sealed, and only a process with the key of its application can rebuild it";
        PersistError::Damaged(String::from(why))
    };
    Ok(match &location.key {
        _ if !was_sealed && keys.is_empty() => Vault::Plain,
        None => return Err(no_key()),
        Some(key) if keys.is_empty() => {
            let data = DataKey::generate().ok_or_else(PersistError::no_randomness)?;
            let wrapped = key.wrap(name, &data).map_err(PersistError::sealing)?;
            keys.push((key.recipient().to_owned(), wrapped));
            Vault::Sealed(Arc::new(data))
        }
        Some(key) => Vault::Sealed(Arc::new(key.data_key(name, keys).ok_or_else(no_key)?)),
    })
}

/// An old copy of the list is better than none: entries that are too many are easily taken off.
fn old_copy(location: &Location) -> BTreeMap<SessionId, (i64, SessionRow)> {
    let copies = files::copies(&location.path).into_iter();
    let copied = copies.filter_map(|copy| Connection::open(copy).ok());
    let mut lists = copied.map(|copy| schema4::salvage(&copy));
    lists.find(|list| !list.is_empty()).unwrap_or_default()
}

impl Saved {
    fn of(
        location: &Location,
        old: Option<&Connection>,
        pages: Option<&Pages>,
        journal: &Journal,
    ) -> Result<Self, PersistError> {
        let known = old.and_then(|old| header::name(old).ok());
        // Before it is known what opens it.
        let first = journal.read("", &Vault::Plain).unwrap_or_default();
        let head = first.head.as_ref();
        // Of the two the sealed one is ours: it cannot be made by anybody else.
        let sealed = head.filter(|head| !head.keyring.is_empty()).map(|head| head.store.clone());
        let name = sealed.or_else(|| known.as_ref().map(|(name, _)| name.clone()));
        let name = name.or_else(|| head.map(|head| head.store.clone()));
        let mut keys = old.and_then(|old| keyring(old).ok()).unwrap_or_default();
        let in_pages = pages.filter(|_| name.is_none()).and_then(Pages::names);
        let name = name.or_else(|| in_pages.as_ref().map(|found| found.store.clone()));
        keys.extend(in_pages.into_iter().flat_map(|found| found.keyring));
        if name.is_none() && location.key.is_some() {
            // Each key is wrapped for the store's name: without it nothing is ever opened again, and
            // only the IDs come back.
            keys.clear();
        }
        let name = name.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        keys.extend(
            head.filter(|head| head.store == name).into_iter().flat_map(|h| h.keyring.clone()),
        );
        keys.dedup();
        let was_sealed = first.is_sealed
            || known.is_some_and(|(_, sealed)| sealed)
            || pages.is_some_and(Pages::has_sealed);
        let key_is_lost = was_sealed && keys.is_empty();
        let vault = rebuilt_vault(location, &name, &mut keys, was_sealed)?;
        let reads = if key_is_lost { Vault::Shut(StoreFault::Altered) } else { vault.clone() };
        let contents = journal.read(&name, &reads).unwrap_or_default();
        let mut saved = Self {
            name,
            keyring: keys,
            vault,
            sessions: Vec::new(),
            from_journal: 0,
            strange: contents.damaged - contents.cut,
            reads,
            key_is_lost,
            highest: contents.last,
        };
        // Rows of an older schema have no seal that could be asked for.
        let older = old.filter(|_| !was_sealed);
        let mut sessions = older.map(schema4::salvage).unwrap_or_default();
        if let Some(pages) = pages {
            saved.add_pages(&mut sessions, pages);
        }
        if sessions.is_empty() && contents.records.is_empty() && !was_sealed {
            sessions = old_copy(location);
        }
        saved.add_journal(&mut sessions, &contents);
        saved.sessions = sessions.into_values().collect();
        saved.sessions.sort_by_key(|(position, row)| (*position, row.entry.added_at));
        Ok(saved)
    }

    /// The list as far as the file can be read.
    fn add_pages(&mut self, sessions: &mut BTreeMap<SessionId, (i64, SessionRow)>, pages: &Pages) {
        let mut versions: HashMap<SessionId, i64> = HashMap::new();
        pages.each_row(|position, values| {
            let [Value::Null, Value::Text(id), Value::Integer(version), Value::Blob(body)] = values
            else {
                return;
            };
            let Ok(id) = SessionId::parse(id) else { return };
            // Of two rows, as a damaged tree may have them, the newer one.
            if versions.insert(id, *version).is_none_or(|other| other <= *version) {
                let number = u64::try_from(*version).unwrap_or(0);
                let row = rows::read(&self.name, &self.reads, id, number, &mut body.clone());
                if row.is_ok() {
                    self.highest = self.highest.max(number);
                }
                let row = row.unwrap_or_else(|fault| SessionRow::faulty(id, fault));
                sessions.insert(id, (position, row));
            }
        });
    }

    fn add_journal(
        &mut self,
        sessions: &mut BTreeMap<SessionId, (i64, SessionRow)>,
        contents: &JournalContents,
    ) {
        let names: HashMap<String, SessionId> =
            sessions.keys().map(|id| (self.vault.name(&id.to_string()), *id)).collect();
        for (name, LastWord { version, kept }) in &contents.records {
            let Some(kept) = kept else {
                let known = names.get(name);
                let id = known.filter(|id| sessions.get(id).is_some_and(|s| s.1.kept < *version));
                id.map(|id| sessions.remove(id));
                continue;
            };
            let (_, row) = sessions.entry(kept.entry.id).or_insert_with(|| {
                // Behind those whose place is known.
                (i64::MAX, SessionRow::new(kept.entry.clone()))
            });
            self.from_journal += usize::from(row.amend(*version, kept.clone()));
        }
    }

    /// A header that counts nothing yet, above whatever was given out before.
    fn header(&self, known: Option<&Header>) -> Header {
        let mut header = Header::new(self.name.clone()).emptied();
        // The rows beside a session's are older than it is.
        header.go_above([self.highest, known.map_or(0, |known| known.version)]);
        let epochs = self.sessions.iter().map(|(_, row)| row.epoch).max().unwrap_or(0);
        header.owner = known.map(|known| known.owner.clone()).unwrap_or_default();
        header.epoch = known.map_or(epochs, |known| known.epoch.max(epochs)) + 1;
        header
    }

    /// Fills the new store with what was saved.
    fn put(
        mut self,
        sql: &Transaction<'_>,
        old: Option<&Connection>,
        pages: Option<&Pages>,
    ) -> Result<Returned, PersistError> {
        let known = old.and_then(|old| Header::read(old, &self.reads).ok());
        let header = self.header(known.as_ref());
        sql.execute("DELETE FROM header", [])?;
        for (recipient, wrapped) in &self.keyring {
            sql.execute(
                "INSERT OR IGNORE INTO keyring (recipient, wrapped) VALUES (?1, ?2)",
                params![recipient, wrapped],
            )?;
        }
        let mut write = Write::new(sql, &self.vault, header);
        let mut places: HashMap<i64, usize> = HashMap::new();
        let mut new: Vec<i64> = Vec::new();
        for (index, (position, row)) in self.sessions.iter_mut().enumerate() {
            if row.storage.fault == Some(StoreFault::NoKey) {
                row.storage.fault = Some(StoreFault::Altered);
            }
            new.push(write.put_row(None, row, true)?);
            places.insert(*position, index);
        }
        let session = |position: i64| {
            let index = *places.get(&position)?;
            Some((*new.get(index)?, &self.sessions.get(index)?.1))
        };
        let sound = pages.map(|pages| copy_parts(sql, pages, &self.name, &self.reads, session));
        let sound = sound.transpose()?.unwrap_or_default();
        let (from_journal, strange) = (self.from_journal, self.strange);
        let mut returned = Returned { from_journal, strange, ..Returned::default() };
        for ((_, row), position) in self.sessions.iter_mut().zip(new) {
            let id = row.entry.id;
            let before = row.manifest.clone();
            row.manifest.answers.retain(|part, _| sound.answers.contains(&(id, part.clone())));
            row.manifest.events = sound.events.get(&id).copied().unwrap_or(0);
            returned.sessions += 1;
            let (had, has) = (before.answers.len(), row.manifest.answers.len());
            returned.whole += usize::from(had > 0 && had == has);
            if row.manifest != before {
                row.brief = None;
                write.put_row(Some((position, row.kept)), row, false)?;
            }
        }
        if let Some(old) = old {
            for (name, _) in state::versions(old).unwrap_or_default() {
                if let Ok((Some(value), _)) = state::read(old, &self.name, &self.reads, &name) {
                    write.put_state(&name, &value)?;
                }
            }
            let known = known.unwrap_or_else(|| Header::new(self.name.clone()));
            for message in posts::waiting(old, &known, &self.reads).unwrap_or_default() {
                write.leave(&message)?;
            }
        }
        write.header.write(sql, &self.vault)?;
        Ok(returned)
    }
}
