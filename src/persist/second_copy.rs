//! What goes from the store into the journal of the watch-list, and back where a commit was lost.

use super::PersistError;
use super::header::Header;
use super::journal::{Journal, JournalHead, JournalRecord};
use super::key::Vault;
use super::list_record::ListRecord;
use super::rows::{self, FoundRow, SessionRow};
use super::sqlite::keyring;
use super::write::Write;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::storage::StoreFault;

pub(super) fn kept(header: &Header, vault: &Vault, record: &JournalRecord) -> Option<ListRecord> {
    let text = vault.open(ListRecord::place(header, record.version), record.body.as_ref()?).ok()?;
    serde_json::from_slice(&text).ok()
}

/// One record of the journal into the store. Returns whether anything was lacking.
pub(super) fn restore(
    write: &mut Write<'_>,
    record: &JournalRecord,
    here: Option<&SessionId>,
) -> Result<bool, PersistError> {
    if record.body.is_none() {
        return here.map_or(Ok(false), |id| write.forget(*id));
    }
    let Some(kept) = kept(&write.header, write.vault, record) else { return Ok(false) };
    let (known, mut row) = match write.found(kept.entry.id)? {
        Some(FoundRow { row: Ok(row), .. }) if row.kept >= record.version => return Ok(false),
        Some(FoundRow { position, version, row: Ok(row), .. }) => (Some((position, version)), row),
        Some(found) => (Some((found.position, found.version)), SessionRow::new(kept.entry.clone())),
        None => (None, SessionRow::new(kept.entry.clone())),
    };
    row.take(kept);
    write.put_row(known, &mut row, true).map(|_position| true)
}

impl Write<'_> {
    /// Puts what has changed into the journal, before it is committed.
    pub(super) fn write_journal(&mut self, journal: &Journal) -> Result<(), PersistError> {
        let Some(last) = self.records.iter().map(|record| record.version).max() else {
            return Ok(());
        };
        let gone = self.records.iter().any(|record| record.body.is_none());
        // What is taken off the list must be gone from here too.
        if gone || !journal.exists() || journal.is_long(self.header.journal_length) {
            return self.rewrite_journal(journal);
        }
        journal.append(&self.records)?;
        self.header.journal = last;
        Ok(())
    }

    /// The journal as the rows are now; a removal of this transaction stays in it, for the case
    /// that its commit is lost.
    pub(super) fn rewrite_journal(&mut self, journal: &Journal) -> Result<(), PersistError> {
        let mut records: Vec<JournalRecord> =
            self.records.drain(..).filter(|record| record.body.is_none()).collect();
        for one in rows::list(self.sql, &self.header.store, self.vault)? {
            if one.row.storage.fault == Some(StoreFault::Altered) {
                continue;
            }
            let kept = one.row.list_record();
            let text = serde_json::to_vec(&kept).unwrap_or_default();
            let place = ListRecord::place(&self.header, one.row.kept);
            let body = self.vault.close(place, &text).map_err(PersistError::sealing)?;
            let whose = self.vault.name(&kept.entry.id.to_string());
            records.push(JournalRecord { version: one.row.kept, whose, body: Some(body) });
        }
        let head = JournalHead { store: self.header.store.clone(), keyring: keyring(self.sql)? };
        let last = self.header.version;
        self.header.journal_length = journal.rewrite(&head, records.iter(), last)?;
        self.header.journal = last;
        Ok(())
    }
}
