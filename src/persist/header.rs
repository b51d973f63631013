//! The header of a store: what belongs to it, so that what was put in, put back or taken away by
//! somebody else is told.

use rusqlite::{Connection, OptionalExtension, Transaction};
use serde::{Deserialize, Serialize};

use super::PersistError;
use super::key::{Vault, is_sealed};
use super::location::StoreOwner;

/// Sessions are counted in so many groups, so that an older copy of one is told to within a few.
const GROUPS: usize = 256;
/// The group of the values of `state`, and the one of what was posted.
pub(super) const STATES: usize = GROUPS;
pub(super) const POSTS: usize = GROUPS + 1;
/// No version of ours ever gets as high; a column of SQLite's holds twice as many.
pub(super) const HIGHEST: u64 = 1 << 62;
/// So far above whatever can still be read a counter begins that was lost: what was given out and
/// cannot be read is not given out again.
const MARGIN: u64 = 1 << 20;

/// What the sealed part of the header says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Names the store in the place of each body; stands beside the sealed part.
    #[serde(skip)]
    pub(super) store: String,
    /// The last version that was given to a row.
    pub(super) version: u64,
    /// Grows when another process becomes the holder: of two answers the one of the later holder is
    /// the newer one, whatever the machine's clock said.
    pub(super) epoch: u64,
    pub(super) sessions: u64,
    /// The last posted version that was taken in.
    pub(super) taken: u64,
    /// The last version that stands in the journal of the list.
    pub(super) journal: u64,
    /// Length of the journal when it was last written whole, in bytes.
    pub(super) journal_length: u64,
    /// Sessions that were taken away or put back, and of which nothing can be told; told until an
    /// operator has heard of it.
    #[serde(default)]
    pub(super) lost: u64,
    #[serde(default)]
    pub(super) owner: StoreOwner,
    /// The schema of who wrote it last, so that the number in the file's own header, which has no
    /// seal, is not believed alone. 0: not known.
    #[serde(default)]
    pub(super) schema: usize,
    /// Keyed sums over (row, version), one for each group; empty where there is no key.
    digest: Vec<u64>,
}

impl Header {
    pub(super) fn new(store: String) -> Self {
        Self {
            store,
            version: 0,
            epoch: 0,
            sessions: 0,
            taken: 0,
            journal: 0,
            journal_length: 0,
            lost: 0,
            owner: StoreOwner::default(),
            schema: 0,
            digest: Vec::new(),
        }
    }

    /// Above all of these versions, and whatever was given out beside them.
    pub(super) fn go_above(&mut self, versions: impl IntoIterator<Item = u64>) {
        let highest = versions.into_iter().fold(self.version, u64::max);
        self.version = highest.saturating_add(MARGIN);
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// Where a body of this store stands.
    pub(super) fn place(&self, what: &str) -> String {
        format!("{} {what}", self.store)
    }

    /// The group of a session. Keyed, so that nobody can choose sessions of one group.
    pub(super) fn group(vault: &Vault, id: &str) -> usize {
        usize::try_from(vault.mark(&format!("group {id}")) % 256).unwrap_or(0)
    }

    /// Counts a row in, under its version.
    pub(super) fn count(&mut self, vault: &Vault, group: usize, what: &str, version: u64) {
        self.add(group, row_mark(&self.store, vault, what, version));
    }

    fn add(&mut self, group: usize, mark: u64) {
        if let Some(sum) = self.sum(group) {
            *sum = sum.wrapping_add(mark);
        }
    }

    /// Counts the row of a session in.
    pub(super) fn count_session(&mut self, session: &SessionMark) {
        self.add(session.group, session.mark);
        self.sessions += 1;
    }

    /// Takes a row out, as it was counted in.
    pub(super) fn discount(&mut self, vault: &Vault, group: usize, what: &str, version: u64) {
        let mark = row_mark(&self.store, vault, what, version);
        if let Some(sum) = self.sum(group) {
            *sum = sum.wrapping_sub(mark);
        }
    }

    fn sum(&mut self, group: usize) -> Option<&mut u64> {
        self.digest.resize(GROUPS + 2, 0);
        self.digest.get_mut(group)
    }

    /// A header that counts nothing yet, to be filled with what is found.
    pub(super) fn emptied(&self) -> Self {
        Self { sessions: 0, digest: vec![0; GROUPS + 2], ..self.clone() }
    }

    /// The groups in which what was found is not what belongs there.
    pub(super) fn differing(&self, found: &Self) -> Vec<usize> {
        let ours = self.digest.iter().chain(std::iter::repeat(&0));
        let differs = |(group, (a, b)): (usize, (&u64, &u64))| (a != b).then_some(group);
        ours.zip(&found.digest).enumerate().filter_map(differs).collect()
    }

    /// As it stands in the store.
    ///
    /// # Errors
    /// When there is none, or it was altered.
    pub(super) fn read(connection: &Connection, vault: &Vault) -> Result<Self, PersistError> {
        let (store, body) = stored(connection)?;
        let text = vault.open(format!("{store} header"), &body).map_err(|why| {
            PersistError::Damaged(format!("the header of the store: {}", why.word()))
        })?;
        let read: Self = serde_json::from_slice(&text)
            .map_err(|why| PersistError::Damaged(format!("the header of the store: {why}")))?;
        if read.version > HIGHEST {
            // The next ones would not fit their columns.
            let why = "the header of the store: a version that was never given out";
            return Err(PersistError::Damaged(String::from(why)));
        }
        Ok(Self { store, ..read })
    }

    pub(super) fn write(&self, sql: &Transaction<'_>, vault: &Vault) -> Result<(), PersistError> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let body = vault.close(self.place("header"), &text).map_err(PersistError::sealing)?;
        sql.prepare_cached(
            "INSERT INTO header (one, store, body) VALUES (1, ?1, ?2)
             ON CONFLICT (one) DO UPDATE SET store = ?1, body = ?2",
        )?
        .execute((&self.store, body))?;
        Ok(())
    }
}

/// What a row of this version adds to the digest: counted in and out, it must be the same.
fn row_mark(store: &str, vault: &Vault, what: &str, version: u64) -> u64 {
    vault.mark(&format!("{store} {what} {version}"))
}

/// What the row of a session adds to the digest.
pub(super) struct SessionMark {
    /// As it stands in the row.
    pub(super) id: String,
    group: usize,
    mark: u64,
}

impl SessionMark {
    pub(super) fn new(store: &str, vault: &Vault, id: String, version: u64) -> Self {
        let group = Header::group(vault, &id);
        let mark = row_mark(store, vault, &id, version);
        Self { id, group, mark }
    }
}

/// The store's own name, and the sealed part.
fn stored(connection: &Connection) -> Result<(String, Vec<u8>), PersistError> {
    connection
        .prepare_cached("SELECT store, body FROM header")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or_else(|| PersistError::Damaged(String::from("the store has no header")))
}

/// The store's own name, and whether everything in it is sealed.
pub(super) fn name(connection: &Connection) -> Result<(String, bool), PersistError> {
    let (store, body) = stored(connection)?;
    Ok((store, is_sealed(&body)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::key::DataKey;
    use super::*;

    #[test]
    fn a_row_that_was_put_back_or_taken_away_is_told_by_its_group() {
        let vault = Vault::Sealed(Arc::new(DataKey::generate().unwrap()));
        let mut header = Header::new(String::from("s"));
        let ids = ["a", "b", "c"];
        for id in ids {
            let version = header.next();
            header.count(&vault, Header::group(&vault, id), id, version);
        }
        let found = |versions: &[(&str, u64)]| {
            let mut found = header.emptied();
            for (id, version) in versions {
                found.count(&vault, Header::group(&vault, id), id, *version);
            }
            header.differing(&found)
        };
        assert_eq!(found(&[("a", 1), ("b", 2), ("c", 3)]), [0_usize; 0]);
        assert_eq!(found(&[("a", 1), ("b", 2)]), [Header::group(&vault, "c")]);
        assert_eq!(found(&[("a", 1), ("b", 1), ("c", 3)]), [Header::group(&vault, "b")]);
    }
}
