//! A new store in the place of one that is damaged, empty or missing: the watch-list from its
//! journal, and everything that can still be read of the file.
//!
//! Nothing is mended that another process holds.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, params};

use super::header::{self, Header};
use super::journal::{Journal, JournalContents};
use super::key::Vault;
use super::location::Location;
use super::pages::Pages;
use super::rows::{self, SessionRow};
use super::second_copy::kept;
use super::sqlite::{Sqlite, keyring};
use super::write::Write;
use super::{PersistError, detail_rows, files, posts, schema, schema4, state};
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
    let contents = journal.read().unwrap_or_default();
    // An empty file is opened by nobody: SQLite would take what lies beside it for its own.
    let sound_enough = path.exists() && !files::is_empty(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let old = sound_enough.then(|| Connection::open_with_flags(path, flags).ok()).flatten();
    let pages = Pages::of(path);
    let saved = Saved::of(location, old.as_ref(), pages.as_ref(), &contents)?;
    let mut returned = Returned::default();
    let aside = schema::make(path, true, |new| {
        let sql = new.transaction_with_behavior(TransactionBehavior::Immediate)?;
        returned = saved.put(&sql, old.as_ref(), pages.as_ref(), &contents)?;
        sql.commit()?;
        Ok(())
    })?;
    drop(old);
    let store = Sqlite::connected(location)?;
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
}

impl Returned {
    fn words(&self, what: &str, aside: Option<&Path>) -> String {
        let Self { sessions, from_journal, whole } = self;
        let moved = aside.map_or(String::new(), |to| format!(" and is now {}", to.display()));
        format!(
            "the local store was {what}{moved}; recovered: {} of the watch-list ({from_journal} \
             from its second copy, {} from the pages of the file), {whole} with their responses; the others are \
             fetched again",
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
}

impl Saved {
    fn of(
        location: &Location,
        old: Option<&Connection>,
        pages: Option<&Pages>,
        contents: &JournalContents,
    ) -> Result<Self, PersistError> {
        let known = old.and_then(|old| header::name(old).ok());
        let head = contents.head.as_ref();
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
        let shut = known.is_some_and(|(_, sealed)| sealed) && location.key.is_none();
        let vault = if keys.is_empty() && !shut {
            Vault::Plain
        } else {
            let key = location.key.as_ref();
            let data = key.and_then(|key| key.data_key(&name, &keys));
            let data = data.ok_or_else(|| {
                PersistError::Damaged(String::from(
                    "it is sealed, and only a process with the key of its application can \
                     rebuild it",
                ))
            })?;
            Vault::Sealed(Arc::new(data))
        };
        let mut saved = Self { name, keyring: keys, vault, sessions: Vec::new(), from_journal: 0 };
        let mut sessions = old.map(schema4::salvage).unwrap_or_default();
        if let Some(pages) = pages {
            saved.add_pages(&mut sessions, pages);
        }
        if sessions.is_empty() && contents.records.is_empty() {
            // An old copy of the list is better than none: entries that are too many are easily
            // taken off.
            let copies = files::copies(&location.path).into_iter();
            let copied = copies.filter_map(|copy| Connection::open(copy).ok());
            let mut lists = copied.map(|copy| schema4::salvage(&copy));
            sessions = lists.find(|list| !list.is_empty()).unwrap_or_default();
        }
        saved.add_journal(&mut sessions, contents);
        saved.sessions = sessions.into_values().collect();
        saved.sessions.sort_by_key(|(position, row)| (*position, row.entry.added_at));
        Ok(saved)
    }

    /// The list as far as the file can be read.
    fn add_pages(&self, sessions: &mut BTreeMap<SessionId, (i64, SessionRow)>, pages: &Pages) {
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
                let row = rows::read(&self.name, &self.vault, id, number, body);
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
        let header = Header::new(self.name.clone());
        for (name, record) in &contents.records {
            if record.body.is_none() {
                let known = names.get(name);
                let id =
                    known.filter(|id| sessions.get(id).is_some_and(|s| s.1.kept < record.version));
                id.map(|id| sessions.remove(id));
                continue;
            }
            let Some(kept) = kept(&header, &self.vault, record) else { continue };
            let id = kept.entry.id;
            let (_, row) = sessions.entry(id).or_insert_with(|| {
                // Behind those whose place is known.
                (i64::MAX, SessionRow::new(kept.entry.clone()))
            });
            if row.kept < record.version {
                self.from_journal += 1;
                row.take(kept);
                row.kept = record.version;
            }
        }
    }

    /// A header that counts nothing yet, above whatever was given out before.
    fn header(&self, known: Option<&Header>, contents: &JournalContents) -> Header {
        let mut header = Header::new(self.name.clone()).emptied();
        let highest = |row: &SessionRow| {
            row.manifest.answers.values().map(|mark| mark.version).max().unwrap_or(0).max(row.kept)
        };
        let highest = self.sessions.iter().map(|(_, row)| highest(row)).max().unwrap_or(0);
        // Above whatever was given out: a version is never used twice.
        let versions = [highest, contents.last, known.map_or(0, |known| known.version)];
        header.version = versions.into_iter().max().unwrap_or(0) + 1_000;
        let epochs = self.sessions.iter().map(|(_, row)| row.epoch).max().unwrap_or(0);
        header.epoch = known.map_or(epochs, |known| known.epoch.max(epochs)) + 1;
        header
    }

    /// Fills the new store with what was saved.
    fn put(
        mut self,
        sql: &Transaction<'_>,
        old: Option<&Connection>,
        pages: Option<&Pages>,
        contents: &JournalContents,
    ) -> Result<Returned, PersistError> {
        let known = old.and_then(|old| Header::read(old, &self.vault).ok());
        let header = self.header(known.as_ref(), contents);
        sql.execute("DELETE FROM header", [])?;
        for (recipient, wrapped) in &self.keyring {
            sql.execute(
                "INSERT OR IGNORE INTO keyring (recipient, wrapped) VALUES (?1, ?2)",
                params![recipient, wrapped],
            )?;
        }
        let mut write = Write { sql, vault: &self.vault, header, records: Vec::new() };
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
        let sound = pages.map(|pages| copy_parts(sql, pages, &self.name, &self.vault, session));
        let sound = sound.transpose()?.unwrap_or_default();
        let mut returned = Returned { from_journal: self.from_journal, ..Returned::default() };
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
                if let Ok((Some(value), _)) = state::read(old, &self.name, &self.vault, &name) {
                    write.put_state(&name, &value)?;
                }
            }
            let left = known.and_then(|known| posts::after(old, &known, &self.vault, 0).ok());
            for message in left.into_iter().flatten().filter_map(|posted| posted.message) {
                write.leave(&message)?;
            }
        }
        write.header.write(sql, &self.vault)?;
        Ok(returned)
    }
}

/// What came back beside the sessions.
#[derive(Default)]
struct Sound {
    answers: HashSet<(SessionId, String)>,
    /// From the first event on, so many.
    events: HashMap<SessionId, u64>,
}

/// Copies the rows beside the sessions that can be read and are what they must be, as they are
/// sealed. `session` finds the new position and the row for an old position.
fn copy_parts<'a>(
    sql: &Transaction<'_>,
    pages: &Pages,
    name: &str,
    vault: &Vault,
    session: impl Fn(i64) -> Option<(i64, &'a SessionRow)>,
) -> Result<Sound, PersistError> {
    let mut sound = Sound::default();
    let mut answer = sql.prepare(
        "INSERT OR IGNORE INTO answer (session, part, version, body) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let mut event =
        sql.prepare("INSERT OR IGNORE INTO event (session, number, body) VALUES (?1, ?2, ?3)")?;
    let mut events: BTreeMap<(i64, i64), SessionId> = BTreeMap::new();
    let mut failed = None;
    pages.each_row(|_number, values| {
        let copied = match values {
            [
                Value::Integer(place),
                Value::Text(part),
                Value::Integer(version),
                Value::Blob(body),
            ] => {
                let Some((position, row)) = session(*place) else { return };
                let due = u64::try_from(*version).unwrap_or(0);
                let mark = row.manifest.answers.get(part).filter(|mark| mark.version == due);
                let place = detail_rows::answer_place(name, row.entry.id, part, due);
                if mark.is_none() || vault.open(place, body).is_err() {
                    return;
                }
                sound.answers.insert((row.entry.id, part.clone()));
                answer.execute(params![position, part, version, body])
            }
            [Value::Integer(place), Value::Integer(number), Value::Blob(body)] => {
                let Some((position, row)) = session(*place) else { return };
                let place =
                    detail_rows::event_place(name, row.entry.id, row.manifest.generation, *number);
                if vault.open(place, body).is_err() {
                    return;
                }
                events.insert((position, *number), row.entry.id);
                event.execute(params![position, number, body])
            }
            _ => return,
        };
        failed = failed.take().or(copied.err());
    });
    if let Some(why) = failed {
        return Err(why.into());
    }
    drop_behind_gaps(sql, events, &mut sound)?;
    Ok(sound)
}

/// Keeps the events of each session as far as none is missing: one is opened at its number alone.
fn drop_behind_gaps(
    sql: &Transaction<'_>,
    events: BTreeMap<(i64, i64), SessionId>,
    sound: &mut Sound,
) -> Result<(), PersistError> {
    let mut rest = sql.prepare("DELETE FROM event WHERE session = ?1 AND number >= ?2")?;
    for ((position, number), id) in events {
        let next = sound.events.entry(id).or_insert(0);
        if u64::try_from(number) == Ok(*next) {
            *next += 1;
        } else {
            rest.execute(params![position, number])?;
        }
    }
    Ok(())
}
