//! What in a store is not to be believed: altered, taken away, or put back by somebody else.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::Connection;

use super::{MESSAGES, OWN_VALUES, Sqlite};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::storage::StoreFault;
use crate::persist::header::{Header, POSTS, STATES, SessionMark};
use crate::persist::key::Vault;
use crate::persist::list_rows::BriefRow;
use crate::persist::rows::{self, ListedRow, SessionRow};
use crate::persist::write::Write;
use crate::persist::{PersistError, Persistence, posts, schema, second_copy, state};

/// What the digest is compared for.
#[derive(Clone, Copy)]
pub(super) enum Examined<'a> {
    /// All of the list, where a first look found it doubtful.
    All,
    Named(&'a [SessionId]),
}

/// What a count of all rows came to, and the version of then.
#[derive(Clone, Debug, Default)]
pub(super) struct Compared {
    version: i64,
    differing: HashSet<usize>,
    /// Sessions that should be there, less those that are.
    missing: u64,
    /// Those of which an operator has not heard yet.
    lost: u64,
}

/// How many groups of sessions differ of which no session on the list says so.
fn silent(differing: &HashSet<usize>, told: &HashSet<usize>) -> u64 {
    let of_sessions = differing.iter().filter(|group| !matches!(**group, STATES | POSTS));
    let silent = of_sessions.filter(|group| !told.contains(group)).count();
    u64::try_from(silent).unwrap_or(u64::MAX)
}

impl Sqlite {
    /// What to say of what the last loading did not believe.
    pub(super) fn doubts(&self) -> Option<String> {
        let mut counts: BTreeMap<StoreFault, Vec<SessionId>> = BTreeMap::new();
        for (id, fault) in &self.faults {
            counts.entry(*fault).or_default().push(*id);
        }
        let line = |(fault, ids): (&StoreFault, &Vec<SessionId>)| {
            let sessions = crate::text::count(ids.len(), "session");
            match fault {
                StoreFault::NoKey => format!(
                    "the local store is sealed and no key can be read: {sessions} shown by ID alone"
                ),
                StoreFault::OtherKey => format!(
                    "the local store is sealed with the key of another application: {sessions} \
                     shown by ID alone; after a new key: branchwatch store rekey"
                ),
                damage => {
                    let first: Vec<String> = ids.iter().take(3).map(|id| id.short()).collect();
                    let more = if ids.len() > first.len() { ", …" } else { "" };
                    format!(
                        "{}: {sessions} ({}{more}); what was stored is not shown, and is fetched \
                         again",
                        damage.word(),
                        first.join(", ")
                    )
                }
            }
        };
        let mended = self.mended.clone().into_iter();
        let altered = self.altered.iter().map(|what| format!("{what}: altered, and left out"));
        let lost = (self.lost > 0).then(|| {
            format!(
                "{} missing from the local store and from its second copy, or put back as it was \
                 earlier: compare the list with your own records; branchwatch store check ends this \
                 message",
                crate::text::count(usize::try_from(self.lost).unwrap_or(usize::MAX), "session")
            )
        });
        let told: Vec<String> =
            mended.chain(counts.iter().map(line)).chain(altered).chain(lost).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Whether all of the list is what belongs there. `marks`: what its rows add to the digest.
    pub(super) fn is_whole(
        &mut self,
        marks: Vec<SessionMark>,
        told: &[BriefRow],
    ) -> Result<bool, PersistError> {
        let compared = self.compare(Some(marks))?;
        if !self.is_sealed() {
            return Ok(true);
        }
        let altered = |one: &BriefRow| one.fault().is_some_and(StoreFault::is_damage);
        let whole = compared.differing.is_empty() && !told.iter().any(altered);
        if whole {
            self.lost = compared.lost;
        }
        Ok(whole)
    }

    /// Compares what is there with what the header says should be, and takes from the journal what
    /// is not to be believed. Returns whether anything was wrong.
    pub(super) fn examine(
        &mut self,
        listed: &mut Vec<ListedRow>,
        of: Examined<'_>,
    ) -> Result<bool, PersistError> {
        let compared = self.compare(None)?;
        let named = match of {
            Examined::All => None,
            Examined::Named(ids) => Some(ids),
        };
        if !self.is_sealed() {
            return Ok(false);
        }
        let Compared { differing, missing, lost, .. } = compared;
        // Of a few sessions alone it is not found who is missing.
        self.lost = if named.is_none() { lost } else { lost.max(self.lost) };
        let others = [(STATES, OWN_VALUES), (POSTS, MESSAGES)].into_iter();
        self.altered.extend(others.filter(|(of, _)| differing.contains(of)).map(|(_, word)| word));
        let altered = |one: &ListedRow| one.row.storage.fault.is_some_and(StoreFault::is_damage);
        if differing.is_empty() && !listed.iter().any(altered) {
            return Ok(false);
        }
        let header = Header::read(&self.connection, &self.vault)?;
        let contents = self.journal.read(&header.store, &self.vault)?;
        let vault = self.vault.clone();
        let group = |one: &ListedRow| Header::group(&vault, &one.row.entry.id.to_string());
        let here: HashMap<String, usize> = listed
            .iter()
            .enumerate()
            .map(|(place, one)| (vault.name(&one.row.entry.id.to_string()), place))
            .collect();
        let mut removed = 0;
        for (name, word) in contents.records {
            let Some(kept) = word.kept else { continue };
            match here.get(&name).and_then(|place| listed.get_mut(*place)) {
                Some(one) if altered(one) || differing.contains(&group(one)) => {
                    one.row.amend(word.version, kept);
                }
                None if word.version > header.journal => {}
                None if named.is_none_or(|ids| ids.contains(&kept.entry.id)) => {
                    let mut row = SessionRow::faulty(kept.entry.id, StoreFault::Removed);
                    row.amend(word.version, kept);
                    listed.push(ListedRow { position: None, version: 0, row });
                    removed += 1;
                }
                // A change is on its way: it stands in the journal first.
                Some(_) | None => {}
            }
        }
        // Nothing in the rows themselves tells which one of a group was put back; one that is
        // known to be altered may hide another.
        for one in listed.iter_mut().filter(|one| one.row.storage.fault.is_none()) {
            if differing.contains(&group(one)) {
                one.row.storage.fault = Some(StoreFault::Older);
            }
        }
        if named.is_none() {
            let told = listed.iter().filter(|one| altered(one)).map(group).collect();
            self.lost += silent(&differing, &told).max(missing.saturating_sub(removed));
        }
        Ok(true)
    }

    /// The groups in which what is there is not what belongs there. What this process writes leaves
    /// them as they are, so all rows are counted again only where another one has written.
    fn compare(&mut self, read: Option<Vec<SessionMark>>) -> Result<Compared, PersistError> {
        // Asked first: what is written while they are counted is counted the next time.
        let version = self.data_version()?;
        if let Some(known) = self.compared.as_ref().filter(|known| known.version == version) {
            return Ok(known.clone());
        }
        let compared = self.at_one_moment(|store| {
            let marks = match read {
                Some(marks) => marks,
                None => rows::marks(&store.connection, &store.name, &store.vault)?,
            };
            rows::check_index(&store.connection, &marks)?;
            let mut compared = Compared { version, ..Compared::default() };
            if store.is_sealed() {
                let header = Header::read(&store.connection, &store.vault)?;
                let found = counted(&store.connection, &header, &store.vault, &marks)?;
                compared.differing = header.differing(&found).into_iter().collect();
                compared.missing = header.sessions.saturating_sub(found.sessions);
                compared.lost = header.lost;
            }
            Ok(compared)
        })?;
        self.compared = Some(compared.clone());
        Ok(compared)
    }

    /// The holder saves what it now takes for true, with the faults, so that they are told until
    /// the sessions have answered again, and counts anew.
    pub(super) fn accept(&mut self, listed: &[ListedRow]) -> Result<(), PersistError> {
        let states = self.altered.contains(OWN_VALUES);
        let lost = self.lost;
        self.compared = None;
        let swept = self.write(|write| {
            if states {
                // Any of them may be an older one.
                write.sql.execute("DELETE FROM state", [])?;
            }
            for position in rows::without_id(write.sql)? {
                write.sql.execute("DELETE FROM session WHERE position = ?1", [position])?;
            }
            let swept = write.sweep()?;
            let marks = rows::marks(write.sql, &write.header.store, write.vault)?;
            write.header = counted(write.sql, &write.header, write.vault, &marks)?;
            write.header.lost = lost;
            // An older header has an older counter.
            let read = listed.iter().filter(|one| !one.row.unread).map(|one| one.version);
            let kept = listed.iter().map(|one| one.row.kept);
            write.header.go_above(read.chain(kept));
            for one in listed {
                if !one.row.storage.fault.is_some_and(StoreFault::is_damage) {
                    continue;
                }
                let mut row = one.row.clone();
                // Neither its row nor the journal says that the list ever had it.
                row.entry.unverified |= row.kept == 0;
                let known = one.position.map(|position| (position, one.version));
                write.put_row(known, &mut row, true)?;
            }
            Ok(swept)
        })?;
        if swept > 0 { self.leave_nothing() } else { Ok(()) }
    }

    /// Compares the second copy with the list, and writes it anew where it is damaged. Deletes what
    /// no removal would reach. Says what there was.
    pub(super) fn mend_beside(&mut self) -> Result<Option<String>, PersistError> {
        if self.vault.is_shut() {
            return Ok(None);
        }
        let journal = self.journal.clone();
        let look = |sql: &Connection, vault: &Vault| second_copy::compare(sql, vault, &journal);
        if look(&self.connection, &self.vault)?.words().is_none() && !self.has_orphans()? {
            return Ok(None);
        }
        // Once more, while nobody else writes: a change stands in the journal first.
        let (told, swept) = self.write(|write| {
            let told = look(write.sql, write.vault)?.words();
            if told.is_some() {
                write.rewrite_journal(&journal)?;
            }
            Ok((told, write.sweep()?))
        })?;
        let swept = (swept > 0).then(|| {
            format!(
                "{} of sessions that are not in the store: deleted",
                crate::text::count(swept, "row")
            )
        });
        if swept.is_some() {
            self.leave_nothing()?;
        }
        Ok(told.into_iter().chain(swept).reduce(|told, swept| format!("{told}; {swept}")))
    }

    /// An operator has heard of the sessions that are lost.
    pub(super) fn forget_lost(&mut self) -> Result<(), PersistError> {
        if self.lost == 0 || self.vault.is_shut() {
            return Ok(());
        }
        self.holding(|store| {
            if store.lock.is_some() {
                // Else the rows would say the same again.
                store.briefs()?;
            }
            store.write(|write| {
                write.header.lost = 0;
                Ok(())
            })
        })?;
        (self.lost, self.compared) = (0, None);
        Ok(())
    }

    fn has_orphans(&self) -> Result<bool, PersistError> {
        let exists = |table: &str| -> Result<bool, rusqlite::Error> {
            let text = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {ORPHAN})");
            self.connection.query_row(&text, [], |row| row.get(0))
        };
        Ok(exists("answer")? || exists("event")?)
    }

    /// Reads all of the file.
    pub(in crate::persist) fn is_sound(&self) -> Result<(), PersistError> {
        schema::sound(&self.connection)
    }

    /// Whether the program's own values are those that were written last: an older one is opened
    /// as well as the newest.
    pub(super) fn states_are_whole(&mut self) -> Result<bool, PersistError> {
        if !self.is_sealed() {
            return Ok(true);
        }
        self.at_one_moment(|store| {
            let header = Header::read(&store.connection, &store.vault)?;
            let mut found = header.emptied();
            count_states(&store.connection, &mut found, &store.vault)?;
            Ok(!header.differing(&found).contains(&STATES))
        })
    }
}

/// What stands beside a session that is not there.
const ORPHAN: &str = "session NOT IN (SELECT position FROM session)";

impl Write<'_> {
    /// Deletes what no removal of a session would ever reach. Returns how much there was.
    fn sweep(&self) -> Result<usize, PersistError> {
        let sweep =
            |table: &str| self.sql.execute(&format!("DELETE FROM {table} WHERE {ORPHAN}"), []);
        Ok(sweep("answer")? + sweep("event")?)
    }
}

fn count_states(
    connection: &Connection,
    found: &mut Header,
    vault: &Vault,
) -> Result<(), PersistError> {
    for (name, version) in state::versions(connection)? {
        found.count(vault, STATES, &name, u64::try_from(version).unwrap_or(0));
    }
    Ok(())
}

/// A header that counts what is there.
fn counted(
    connection: &Connection,
    header: &Header,
    vault: &Vault,
    sessions: &[SessionMark],
) -> Result<Header, PersistError> {
    let mut found = header.emptied();
    for session in sessions {
        found.count_session(session);
    }
    count_states(connection, &mut found, vault)?;
    for post in posts::versions(connection)? {
        found.count(vault, POSTS, "post", post);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::watchlist::watched::WatchEntry;
    use crate::persist::key::{KEY_LENGTH, StoreKey};
    use crate::persist::location::Location;
    use crate::persist::write::Saving;

    fn location(folder: &Path) -> Location {
        let key = StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH]);
        Location::new(&folder.join("store.db"), key)
    }

    fn held(folder: &Path) -> Sqlite {
        Sqlite::at(&location(folder), true).unwrap().persistence
    }

    fn entry(n: u128, reference: &str) -> WatchEntry {
        let entry =
            WatchEntry::new(SessionId::new(uuid::Uuid::from_u128(n)), Timestamp::UNIX_EPOCH);
        WatchEntry { reference: Some(reference.to_owned()), ..entry }
    }

    fn header(store: &Sqlite) -> Header {
        Header::read(&store.connection, &store.vault).unwrap()
    }

    /// Puts a header in the place of the one that is there.
    fn put_header(store: &Sqlite, body: &[u8]) {
        store.connection.execute("UPDATE header SET body = ?1", [body]).unwrap();
    }

    fn header_body(store: &Sqlite) -> Vec<u8> {
        store.connection.query_row("SELECT body FROM header", [], |row| row.get(0)).unwrap()
    }

    fn touched(store: &mut Sqlite, times: usize) -> u64 {
        for _ in 0..times {
            let known = store.load().unwrap().remove(0);
            store.write(|write| write.put_known(&known, Saving::Times)).unwrap();
        }
        header(store).version
    }

    #[test]
    fn a_change_whose_commit_failed_does_not_come_back_from_the_second_copy() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = held(folder.path());
        store.write(|write| write.put_entry(&entry(1, "first"))).unwrap();
        let failed = store.write(|write| {
            write.put_entry(&entry(1, "never told to be done"))?;
            // An answer of no session: the commit fails.
            Ok(write.sql.execute_batch(
                "PRAGMA defer_foreign_keys = ON; INSERT INTO answer VALUES (99, 'x', 1, x'00')",
            )?)
        });
        assert!(failed.is_err());
        let given = store.given;
        store.write(|write| write.put_entry(&entry(2, "second"))).unwrap();
        let versions = rows::versions(&store.connection).unwrap();
        assert!(versions[1].1 > given, "nor is a version given out twice");
        drop(store);
        std::fs::remove_file(folder.path().join("store.db")).unwrap();
        let list = held(folder.path()).load().unwrap();
        let references: Vec<_> = list.iter().map(|one| one.entry.reference.as_deref()).collect();
        assert_eq!(references, [Some("first"), Some("second")]);
    }

    #[test]
    fn a_counter_that_was_put_back_or_lost_goes_on_above_whatever_was_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = held(folder.path());
        store.write(|write| write.put_entry(&entry(1, "one"))).unwrap();
        let older = header_body(&store);
        let given = touched(&mut store, 5);
        put_header(&store, &older);
        drop(store);
        let mut store = held(folder.path());
        store.briefs().unwrap();
        assert!(header(&store).version > given, "put back");
        // More than any margin that could be guessed, and the header is gone.
        store
            .write(|write| {
                write.header.version += 1 << 30;
                Ok(())
            })
            .unwrap();
        let given = touched(&mut store, 2);
        store.connection.execute("DELETE FROM header", []).unwrap();
        drop(store);
        let store = held(folder.path());
        assert!(header(&store).version > given, "lost");
    }

    #[test]
    fn a_session_that_is_gone_is_told_beside_one_of_its_group_that_speaks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = held(folder.path());
        let group = |store: &Sqlite, n: u128| {
            let id = SessionId::new(uuid::Uuid::from_u128(n));
            Header::group(&store.vault, &id.to_string())
        };
        // One of 256 is in the same group; that none of so many is will not happen.
        let first = group(&store, 1);
        let other = (2..100_000).find(|n| group(&store, *n) == first).unwrap();
        for n in [1, other] {
            store.write(|write| write.put_entry(&entry(n, "one"))).unwrap();
        }
        let gone = entry(other, "one").id;
        let ids = [gone.to_string()];
        store.connection.execute("DELETE FROM session WHERE id = ?1", ids).unwrap();
        drop(store);
        std::fs::remove_file(folder.path().join("store.db-watchlist")).unwrap();
        let mut store = held(folder.path());
        let list = store.load().unwrap();
        assert_eq!((list.len(), list[0].storage.fault), (1, Some(StoreFault::Older)));
        let told = store.trouble().unwrap();
        assert!(told.contains("1 session missing"), "{told}");
    }
}
