//! What goes from the store into the journal of the watch-list, and back: where a commit was lost,
//! and for a row that is older or cannot be read, over which the journal always wins.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::PersistError;
use super::header::Header;
use super::journal::{Journal, JournalContents, JournalHead, JournalRecord, LastWord};
use super::key::Vault;
use super::list_record::ListRecord;
use super::rows::{self, FoundRow, ListedRow, SessionRow};
use super::sqlite::keyring;
use super::write::Write;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::storage::StoreFault;
use crate::text::count;

impl SessionRow {
    /// What the journal says of a session wins over a row that is older, or was not read: that has
    /// never been kept. Returns whether it was so.
    pub(super) fn amend(&mut self, version: u64, kept: ListRecord) -> bool {
        let wins = self.kept < version;
        if wins {
            self.take(kept);
            self.kept = version;
        }
        wins
    }
}

/// What was found in a journal that was not as it was left.
#[derive(Debug, Default)]
pub(super) struct CaughtUp {
    /// Changes that the store lacked.
    pub(super) restored: usize,
    missing: bool,
    /// Lines that are damaged, or that this store has not written.
    strange: usize,
}

impl CaughtUp {
    /// What to say of it; a commit that was lost is no fault of the journal.
    pub(super) fn words(&self) -> Option<String> {
        if self.missing {
            return Some(String::from(
                "the second copy of the watch-list was missing; it was written again",
            ));
        }
        (self.strange > 0).then(|| damaged_words(self.strange))
    }
}

/// Of lines that were not taken in.
pub(super) fn damaged_words(lines: usize) -> String {
    format!(
        "the second copy of the watch-list had {} that {} damaged or not written by this store; \
         it was written again without",
        count(lines, "line"),
        if lines == 1 { "was" } else { "were" },
    )
}

/// What of the journal is not as it belongs to the list.
#[derive(Debug, Default)]
pub(super) struct CopyFaults {
    strange: usize,
    lacking: usize,
}

impl CopyFaults {
    pub(super) fn words(&self) -> Option<String> {
        let Self { strange, lacking } = self;
        (strange + lacking > 0).then(|| {
            format!(
                "the second copy of the watch-list was damaged ({}, {} missing) and was \
                 rewritten",
                count(*strange, "line"),
                count(*lacking, "session"),
            )
        })
    }
}

/// Compares the journal with the rows.
pub(super) fn compare(
    sql: &Connection,
    vault: &Vault,
    journal: &Journal,
) -> Result<CopyFaults, PersistError> {
    let header = Header::read(sql, vault)?;
    let contents = journal.read_as(&header.store, vault, drop)?;
    // With the version that the journal has of it, where it can be read.
    let version = |one: ListedRow| {
        let ListedRow { row, .. } = one;
        (vault.name(&row.entry.id.to_string()), (!row.unread).then_some(row.kept))
    };
    let names: HashMap<String, Option<u64>> =
        rows::list_as(sql, &header.store, vault, version)?.into_iter().collect();
    let kept = |name: &String| contents.records.get(name).filter(|word| word.kept.is_some());
    let lacks = |(name, version): &(&String, &Option<u64>)| {
        version.is_some_and(|version| kept(name).is_none_or(|word| word.version != version))
    };
    let head = usize::from(contents.head.is_none());
    let lacking = names.iter().filter(lacks).count();
    Ok(CopyFaults { strange: head + strange(&contents, &header, &names), lacking })
}

/// Lines that are damaged or somebody else's. What an earlier build may have left is neither: an end,
/// and the removal of who is gone.
fn strange<K, T>(
    contents: &JournalContents<K>,
    header: &Header,
    names: &HashMap<String, T>,
) -> usize {
    let is_strange = |record: &&JournalRecord| {
        record.version > header.version || names.contains_key(&record.whose)
    };
    let unsealed = contents.unsealed.iter().filter(is_strange).count();
    contents.damaged - contents.cut + unsealed
}

/// One record of the journal into the store. Returns whether anything was lacking.
fn restore(
    write: &mut Write<'_>,
    word: &LastWord,
    here: Option<&SessionId>,
) -> Result<bool, PersistError> {
    let Some(kept) = &word.kept else {
        return here.map_or(Ok(false), |id| write.forget(*id));
    };
    let (known, mut row) = match write.found(kept.entry.id)? {
        Some(FoundRow { position, version, row: Ok(row), .. }) => (Some((position, version)), row),
        // Only the rows that are read at once have another result.
        Some(_) => return Ok(false),
        None => (None, SessionRow::new(kept.entry.clone())),
    };
    if !row.amend(word.version, kept.clone()) {
        return Ok(false);
    }
    write.put_row(known, &mut row, true).map(|_position| true)
}

impl Write<'_> {
    /// The row of a session. One that cannot be read has what the journal says of it, and one that
    /// somebody has taken away is put back with that.
    pub(super) fn found(&mut self, id: SessionId) -> Result<Option<FoundRow>, PersistError> {
        let found = rows::found(self.sql, &self.header.store, self.vault, id)?;
        let (known, fault) = match found {
            Some(FoundRow { position, version, row: Err(fault), .. }) => {
                (Some((position, version)), fault)
            }
            None if self.lacks_rows()? => (None, StoreFault::Removed),
            sound_or_new => return Ok(sound_or_new),
        };
        let mut row = SessionRow::faulty(id, fault);
        if let Some(LastWord { version, kept: Some(kept) }) = self.last_word(id)? {
            row.amend(*version, kept.clone());
        }
        let (position, version) = match known {
            Some(known) => known,
            None if row.kept == 0 => return Ok(None),
            None => {
                // It was counted when it was added.
                self.header.sessions = self.header.sessions.saturating_sub(1);
                let position = self.put_row(None, &mut row, true)?;
                (position, self.header.version)
            }
        };
        Ok(Some(FoundRow { position, id, version, row: Ok(row) }))
    }

    /// There are fewer rows than the header counts. What this transaction does changes both.
    fn lacks_rows(&mut self) -> Result<bool, PersistError> {
        if let Some(lacks) = self.lacks {
            return Ok(lacks);
        }
        let count = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
        let there = self.sql.query_row("SELECT count(*) FROM session", [], count)?;
        let lacks = u64::try_from(there).unwrap_or(0) < self.header.sessions;
        self.lacks = Some(lacks);
        Ok(lacks)
    }

    /// What the journal says of a session.
    fn last_word(&mut self, id: SessionId) -> Result<Option<&LastWord>, PersistError> {
        let Some(journal) = self.journal else { return Ok(None) };
        let name = self.vault.name(&id.to_string());
        let contents = match self.copy.take() {
            Some(contents) => contents,
            None => journal.read(&self.header.store, self.vault)?,
        };
        Ok(self.copy.insert(contents).records.get(&name))
    }

    /// Puts what has changed into the journal, before it is committed.
    pub(super) fn write_journal(&mut self, journal: &Journal) -> Result<(), PersistError> {
        let Some(last) = self.records.iter().map(|record| record.version).max() else {
            return Ok(());
        };
        // What is taken off the list must be gone from here too. A journal that does not end as it
        // was left is missing, damaged, or has changes that were never committed.
        let gone = self.records.iter().any(JournalRecord::is_removal);
        let astray = journal.last() != Some(self.header.journal);
        if gone || astray || journal.is_long(self.header.journal_length) {
            return self.rewrite_journal(journal);
        }
        journal.append(&self.records)?;
        self.header.journal = last;
        Ok(())
    }

    /// Puts into the store what stands in the journal alone: acknowledged changes whose commits
    /// were lost. Then the journal is written anew.
    pub(super) fn catch_up(&mut self, journal: &Journal) -> Result<CaughtUp, PersistError> {
        let contents = journal.read(&self.header.store, self.vault)?;
        let vault = self.vault;
        let name = |one: ListedRow| {
            let id = one.row.entry.id;
            (vault.name(&id.to_string()), id)
        };
        let names: HashMap<String, SessionId> =
            rows::list_as(self.sql, &self.header.store, vault, name)?.into_iter().collect();
        let from = self.header.journal;
        let mut caught = CaughtUp {
            restored: 0,
            // A new store has never had one.
            missing: from > 0 && !journal.exists(),
            strange: strange(&contents, &self.header, &names),
        };
        self.header.version = self.header.version.max(contents.last);
        self.header.journal = from.max(contents.last);
        for (name, word) in contents.records.iter().filter(|(_, word)| word.version > from) {
            caught.restored += usize::from(restore(self, word, names.get(name))?);
        }
        self.rewrite_journal(journal)?;
        Ok(caught)
    }

    /// The journal as the rows are now; a removal of this transaction stays in it, for the case
    /// that its commit is lost.
    pub(super) fn rewrite_journal(&mut self, journal: &Journal) -> Result<(), PersistError> {
        let (store, vault) = (self.header.store.clone(), self.vault);
        let mut records: Vec<JournalRecord> =
            self.records.drain(..).filter(JournalRecord::is_removal).collect();
        let mut done: HashSet<String> = records.iter().map(|one| one.whose.clone()).collect();
        let record = |ListedRow { row, .. }: ListedRow| {
            (!row.unread).then(|| JournalRecord::kept(&store, vault, row.kept, &row.list_record()))
        };
        let listed = rows::list_as(self.sql, &store, vault, record)?;
        let unread = listed.iter().any(Option::is_none);
        let whole = !unread && u64::try_from(listed.len()) == Ok(self.header.sessions);
        for record in listed.into_iter().flatten() {
            let record = record?;
            done.insert(record.whose.clone());
            records.push(record);
        }
        // Of rows that cannot be read, or that somebody has taken away, the labels stand in the
        // journal alone. What is newer than its last commit was never acknowledged.
        let is_plain = matches!(vault, Vault::Plain);
        let before = if whole && !is_plain {
            JournalContents::default()
        } else {
            journal.read(&store, vault)?
        };
        if is_plain && before.is_sealed {
            return Err(was_sealed());
        }
        for (name, LastWord { version, kept }) in before.records {
            if let Some(kept) = kept.filter(|_| version <= self.header.journal)
                && !done.contains(&name)
            {
                records.push(JournalRecord::kept(&store, vault, version, &kept)?);
            }
        }
        let head = JournalHead { store, keyring: keyring(self.sql)? };
        let last = self.header.version;
        self.header.journal_length = journal.rewrite(&head, vault, records.iter(), last)?;
        self.header.journal = last;
        Ok(())
    }
}

/// Whoever can write the file cannot make it one that never had a key.
pub(super) fn was_sealed() -> PersistError {
    PersistError::Damaged(String::from("it was sealed and no longer is"))
}
