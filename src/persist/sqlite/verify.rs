//! What in a store is not to be believed: altered, taken away, or put back by somebody else.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::Connection;

use super::{MESSAGES, OWN_VALUES, Sqlite};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::storage::StoreFault;
use crate::persist::header::{Header, POSTS, STATES, SessionMark};
use crate::persist::key::Vault;
use crate::persist::rows::{self, ListedRow, SessionRow};
use crate::persist::second_copy::kept;
use crate::persist::{PersistError, posts, schema, state};

/// What the digest is compared for.
pub(super) enum Examined<'a> {
    /// All of the list, with what each adds to the digest.
    All(Vec<SessionMark>),
    Named(&'a [SessionId]),
}

/// What a count of all rows came to, and the version of then.
#[derive(Debug)]
pub(super) struct Compared {
    version: i64,
    differing: HashSet<usize>,
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
        let told: Vec<String> = mended.chain(counts.iter().map(line)).chain(altered).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Compares what is there with what the header says should be, and takes from the journal what
    /// is not to be believed. Returns whether anything was wrong.
    pub(super) fn examine(
        &mut self,
        listed: &mut Vec<ListedRow>,
        of: Examined<'_>,
    ) -> Result<bool, PersistError> {
        let (differing, named) = match of {
            Examined::All(marks) => (self.differing(Some(marks))?, None),
            Examined::Named(ids) => (self.differing(None)?, Some(ids)),
        };
        if !self.is_sealed() {
            return Ok(false);
        }
        if differing.contains(&STATES) {
            self.altered.insert(OWN_VALUES);
        }
        if differing.contains(&POSTS) {
            self.altered.insert(MESSAGES);
        }
        let altered = |one: &ListedRow| one.row.storage.fault.is_some_and(StoreFault::is_damage);
        if differing.is_empty() && !listed.iter().any(altered) {
            return Ok(false);
        }
        let header = Header::read(&self.connection, &self.vault)?;
        let contents = self.journal.read()?;
        let here: HashMap<String, usize> = listed
            .iter()
            .enumerate()
            .map(|(place, one)| (self.vault.name(&one.row.entry.id.to_string()), place))
            .collect();
        for (name, record) in &contents.records {
            let Some(kept) = kept(&header, &self.vault, record) else { continue };
            match here.get(name).and_then(|place| listed.get_mut(*place)) {
                Some(one) if altered(one) => {
                    one.row.take(kept);
                    one.row.kept = record.version;
                }
                None if named.is_none_or(|ids| ids.contains(&kept.entry.id)) => {
                    let mut row = SessionRow::faulty(kept.entry.id, StoreFault::Removed);
                    row.take(kept);
                    listed.push(ListedRow { position: None, version: 0, row });
                }
                _ => {}
            }
        }
        // Nothing in the rows themselves tells which one of a group was put back; one that is
        // known to be altered may hide another.
        for one in listed.iter_mut().filter(|one| one.row.storage.fault.is_none()) {
            let group = Header::group(&self.vault, &one.row.entry.id.to_string());
            if differing.contains(&group) {
                one.row.storage.fault = Some(StoreFault::Older);
            }
        }
        Ok(true)
    }

    /// The groups in which what is there is not what belongs there. What this process writes leaves
    /// them as they are, so all rows are counted again only where another one has written.
    fn differing(
        &mut self,
        read: Option<Vec<SessionMark>>,
    ) -> Result<HashSet<usize>, PersistError> {
        // Asked first: what is written while they are counted is counted the next time.
        let version = self.data_version()?;
        if let Some(known) = self.compared.as_ref().filter(|known| known.version == version) {
            return Ok(known.differing.clone());
        }
        let differing = self.at_one_moment(|store| {
            let marks = match read {
                Some(marks) => marks,
                None => rows::marks(&store.connection, &store.name, &store.vault)?,
            };
            rows::check_index(&store.connection, &marks)?;
            if !store.is_sealed() {
                return Ok(Vec::new());
            }
            let header = Header::read(&store.connection, &store.vault)?;
            let found = counted(&store.connection, &header, &store.vault, &marks)?;
            Ok(header.differing(&found))
        })?;
        let differing: HashSet<usize> = differing.into_iter().collect();
        self.compared = Some(Compared { version, differing: differing.clone() });
        Ok(differing)
    }

    /// The holder saves what it now takes for true, with the faults, so that they are told until
    /// the sessions have answered again, and counts anew.
    pub(super) fn accept(&mut self, listed: &[ListedRow]) -> Result<(), PersistError> {
        let states = self.altered.contains(OWN_VALUES);
        self.compared = None;
        self.write(|write| {
            if states {
                // Any of them may be an older one.
                write.sql.execute("DELETE FROM state", [])?;
            }
            let marks = rows::marks(write.sql, &write.header.store, write.vault)?;
            write.header = counted(write.sql, &write.header, write.vault, &marks)?;
            for one in listed {
                let fault = one.row.storage.fault.filter(|fault| fault.is_damage());
                let known = one.position.map(|position| (position, one.version));
                match (fault, known) {
                    // Its ID is not one that the list ever had: the journal has no such record.
                    (Some(StoreFault::Altered), Some(_)) if one.row.kept == 0 => {
                        write.forget(one.row.entry.id)?;
                    }
                    (Some(_), known) => drop(write.put_row(known, &mut one.row.clone(), true)?),
                    (None, _) => {}
                }
            }
            Ok(())
        })
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
