//! Sessions into their rows, each with a version that the header counts.

use std::sync::Arc;

use rusqlite::{Transaction, params};

use super::PersistError;
use super::detail_rows::{answer_place, event_place};
use super::header::Header;
use super::journal::{Journal, JournalContents, JournalRecord};
use super::key::{StoreKey, Vault};
use super::list_record::ListRecord;
use super::rows::{AnswerMark, FoundRow, Manifest, SessionRow};
use crate::domain::events::change::TimelineEvent;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{AnswerPart, Part};
use crate::domain::watchlist::detail::TIMELINE_CAP;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// A transaction on the store, with the header that it leaves behind.
pub(super) struct Write<'a> {
    pub(super) sql: &'a Transaction<'a>,
    pub(super) vault: &'a Vault,
    pub(super) header: Header,
    /// What the journal of the list must have before this is acknowledged.
    pub(super) records: Vec<JournalRecord>,
    /// Has what is known of a session whose row cannot be read; a new store has none.
    pub(super) journal: Option<&'a Journal>,
    /// What stands in it, once it was needed.
    pub(super) copy: Option<JournalContents>,
    /// Whether there are fewer rows than the header counts, once it was needed.
    pub(super) lacks: Option<bool>,
}

/// What of a session is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Saving {
    /// All: for the holder of the store.
    All,
    /// What was learned by asking, unless another process has learned of it since.
    Learned,
    /// When its parts were answered last, for an answer that says nothing new.
    Times,
}

impl<'a> Write<'a> {
    pub(super) const fn new(sql: &'a Transaction<'a>, vault: &'a Vault, header: Header) -> Self {
        Self { sql, vault, header, records: Vec::new(), journal: None, copy: None, lacks: None }
    }

    /// Writes a session's row with a new version, and its record for the journal where entry or own
    /// part have changed. Returns its position.
    pub(super) fn put_row(
        &mut self,
        known: Option<(i64, u64)>,
        row: &mut SessionRow,
        kept: bool,
    ) -> Result<i64, PersistError> {
        let id = row.entry.id.to_string();
        let version = self.header.next();
        // What was never kept is not in the journal either.
        if kept || row.kept == 0 {
            row.kept = version;
            let store = &self.header.store;
            let record = JournalRecord::kept(store, self.vault, version, &row.list_record())?;
            if known.is_none() {
                // A list that grows is no reason to write the journal anew.
                self.header.journal_length += record.length();
            }
            self.records.push(record);
        }
        let text = serde_json::to_vec(row).unwrap_or_default();
        let place = self.header.place(&format!("{id} session {version}"));
        let body = self.vault.close(place, &text).map_err(PersistError::sealing)?;
        let number = i64::try_from(version).unwrap_or(i64::MAX);
        let group = Header::group(self.vault, &id);
        self.header.count(self.vault, group, &id, version);
        let Some((position, before)) = known else {
            self.header.sessions += 1;
            self.sql
                .prepare_cached("INSERT INTO session (id, version, body) VALUES (?1, ?2, ?3)")?
                .execute(params![id, number, body])?;
            return Ok(self.sql.last_insert_rowid());
        };
        if before > 0 {
            self.header.discount(self.vault, group, &id, before);
        }
        self.sql
            .prepare_cached("UPDATE session SET version = ?2, body = ?3 WHERE position = ?1")?
            .execute(params![position, number, body])?;
        Ok(position)
    }

    /// Puts an entry on the list, or back on it; a new one goes to the end.
    pub(super) fn put_entry(&mut self, entry: &WatchEntry) -> Result<(), PersistError> {
        let found = self.found(entry.id)?;
        let known = found.as_ref().map(|found| (found.position, found.version));
        let row = found.and_then(|found| found.row.ok());
        let mut row = row.unwrap_or_else(|| SessionRow::new(entry.clone()));
        // Else nothing is known of what was kept.
        if row.kept > 0 {
            let mut listed = WatchedSession::new(row.entry.clone());
            listed.own = Arc::new(row.own.clone());
            listed.add_again(entry);
            if *listed.entry == row.entry && listed.own.archived_at == row.own.archived_at {
                return Ok(());
            }
            row.entry = Arc::unwrap_or_clone(listed.entry);
            row.own.archived_at = listed.own.archived_at;
        } else {
            (row.entry, row.own.archived_at) = (entry.clone(), None);
        }
        self.put_row(known, &mut row, true).map(drop)
    }

    /// Changes the operator's part of a session that is there.
    pub(super) fn put_kept(&mut self, watched: &WatchedSession) -> Result<(), PersistError> {
        let Some(FoundRow { position, version, row: Ok(mut row), .. }) =
            self.found(watched.id())?
        else {
            return Ok(());
        };
        if !row.take(ListRecord::of(watched)) {
            return Ok(());
        }
        self.put_row(Some((position, version)), &mut row, true).map(drop)
    }

    /// Writes what is known of a session that is on the list.
    pub(super) fn put_known(
        &mut self,
        watched: &WatchedSession,
        what: Saving,
    ) -> Result<(), PersistError> {
        let id = watched.id();
        let Some(FoundRow { position, version, row: Ok(mut row), .. }) = self.found(id)? else {
            return Ok(());
        };
        // It was forgotten and added again by another process: what is known of it here is of before.
        if row.storage.fault.is_none() && row.entry.added_at > watched.entry.added_at {
            return Ok(());
        }
        let newer = (row.epoch, row.last_ok) <= (self.header.epoch, watched.poll.last_ok.get());
        if what == Saving::Learned && !newer {
            // Another process may have asked since; its answer is the newer one.
            return Ok(());
        }
        // Of a row that cannot be read, and that the journal does not have, this is all that is known.
        let kept = (what == Saving::All || row.kept == 0) && row.take(ListRecord::of(watched));
        let storage = watched.storage;
        let erased =
            storage.erased_at.get().is_some() && storage.erased_at != row.storage.erased_at;
        // What was stored beside what is not believed must not be believed later.
        let believed = row.storage.fault.is_some() && storage.fault.is_none();
        if erased || believed {
            row.storage.fault = None;
            self.empty(position, &mut row.manifest)?;
        }
        row.storage.erased_at = storage.erased_at;
        row.missing_since = watched.brief.missing_since();
        row.visit_notified_at = watched.brief.visit_notified_at();
        row.letter_not_set_at = watched.brief.letter.not_set_at();
        if row.last_ok != watched.poll.last_ok.get() {
            row.epoch = self.header.epoch;
        }
        row.last_ok = watched.poll.last_ok.get();
        row.brief = Some(Arc::clone(&watched.brief));
        if let Some(detail) = &watched.detail {
            for part in detail.answers.parts() {
                self.put_answer(position, id, &part, &mut row.manifest, what)?;
            }
        }
        if row.letter_not_set_at.is_some() && row.manifest.answers.remove("letter").is_some() {
            self.sql
                .prepare_cached("DELETE FROM answer WHERE session = ?1 AND part = 'letter'")?
                .execute([position])?;
        }
        if let Some(detail) = watched.detail.as_ref().filter(|_| what != Saving::Times) {
            self.put_events(position, id, &detail.timeline, &mut row.manifest)?;
        }
        self.put_row(Some((position, version)), &mut row, kept).map(drop)
    }

    fn put_answer(
        &mut self,
        position: i64,
        id: SessionId,
        part: &AnswerPart<'_>,
        manifest: &mut Manifest,
        what: Saving,
    ) -> Result<(), PersistError> {
        let known = manifest.answers.get_mut(part.part.name());
        match known {
            Some(mark) if mark.fetched_at == part.fetched_at => return Ok(()),
            // The result itself stays with the time at which its clocks were read.
            Some(_) if what == Saving::Times && part.part == Part::Session => return Ok(()),
            Some(mark) if what == Saving::Times => {
                mark.fetched_at = part.fetched_at;
                return Ok(());
            }
            _ => {}
        }
        let version = self.header.next();
        let place = answer_place(&self.header.store, id, part.part.name(), version);
        let body = self.vault.close(place, part.raw.as_bytes()).map_err(PersistError::sealing)?;
        let number = i64::try_from(version).unwrap_or(i64::MAX);
        self.sql
            .prepare_cached(
                "INSERT INTO answer (session, part, version, body) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (session, part) DO UPDATE SET version = ?3, body = ?4",
            )?
            .execute(params![position, part.part.name(), number, body])?;
        let mark = AnswerMark { version, fetched_at: part.fetched_at };
        manifest.answers.insert(part.part.name().to_owned(), mark);
        Ok(())
    }

    /// Adds the events that are not stored yet. At the cap the oldest go, so all are written anew.
    fn put_events(
        &mut self,
        position: i64,
        id: SessionId,
        timeline: &[TimelineEvent],
        manifest: &mut Manifest,
    ) -> Result<(), PersistError> {
        let stored = usize::try_from(manifest.events).unwrap_or(usize::MAX);
        let full = timeline.len() >= TIMELINE_CAP;
        // At the cap numbers move; and another process may have stored a longer timeline.
        let known = if full || stored > timeline.len() {
            self.sql.prepare_cached("DELETE FROM event WHERE session = ?1")?.execute([position])?;
            manifest.generation = self.header.next();
            0
        } else {
            stored
        };
        let mut insert = self.sql.prepare_cached(
            "INSERT INTO event (session, number, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (session, number) DO UPDATE SET body = ?3",
        )?;
        for (number, event) in timeline.iter().enumerate().skip(known) {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            let text = serde_json::to_vec(event).unwrap_or_default();
            let store = &self.header.store;
            let place = event_place(store, id, manifest.generation, number);
            let body = self.vault.close(place, &text).map_err(PersistError::sealing)?;
            insert.execute(params![position, number, body])?;
        }
        manifest.events = u64::try_from(timeline.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Seals what stands beside the row of a session in a store that has not known a key. An answer
    /// that nobody sealed is dropped.
    pub(super) fn seal_parts(
        &mut self,
        position: i64,
        row: &mut SessionRow,
        key: &StoreKey,
    ) -> Result<(), PersistError> {
        let (store, id) = (self.header.store.clone(), row.entry.id);
        // Anybody may have written it.
        row.brief = None;
        let mut query =
            self.sql.prepare_cached("SELECT part, body FROM answer WHERE session = ?1")?;
        let answers = query.query_map([position], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (part, body) in answers.collect::<Result<Vec<(String, Vec<u8>)>, _>>()? {
            let text = key.open_former(&id.to_string(), &part, &body);
            let (Some(text), Some(mark)) = (text, row.manifest.answers.get_mut(&part)) else {
                row.manifest.answers.remove(&part);
                self.sql
                    .prepare_cached("DELETE FROM answer WHERE session = ?1 AND part = ?2")?
                    .execute(params![position, part])?;
                continue;
            };
            mark.version = self.header.next();
            let place = answer_place(&store, id, &part, mark.version);
            let body = self.vault.close(place, &text).map_err(PersistError::sealing)?;
            self.sql
                .prepare_cached(
                    "UPDATE answer SET version = ?3, body = ?4 WHERE session = ?1 AND part = ?2",
                )?
                .execute(params![
                    position,
                    part,
                    i64::try_from(mark.version).unwrap_or(i64::MAX),
                    body
                ])?;
        }
        row.manifest.generation = self.header.next();
        let mut query =
            self.sql.prepare_cached("SELECT number, body FROM event WHERE session = ?1")?;
        let events = query.query_map([position], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (number, body) in events.collect::<Result<Vec<(i64, Vec<u8>)>, _>>()? {
            let text = Vault::Plain.open(String::new(), &body).unwrap_or_default();
            let place = event_place(&store, id, row.manifest.generation, number);
            let body = self.vault.close(place, &text).map_err(PersistError::sealing)?;
            self.sql
                .prepare_cached("UPDATE event SET body = ?3 WHERE session = ?1 AND number = ?2")?
                .execute(params![position, number, body])?;
        }
        Ok(())
    }

    /// Forgets a session. Returns whether there was one.
    pub(super) fn forget(&mut self, id: SessionId) -> Result<bool, PersistError> {
        let Some(found) = self.found(id)? else { return Ok(false) };
        let text = id.to_string();
        self.sql.prepare_cached("DELETE FROM session WHERE id = ?1")?.execute([&text])?;
        self.header.discount(self.vault, Header::group(self.vault, &text), &text, found.version);
        self.header.sessions = self.header.sessions.saturating_sub(1);
        let (version, name) = (self.header.next(), self.vault.name(&text));
        let store = &self.header.store;
        self.records.push(JournalRecord::removed(store, self.vault, version, name)?);
        Ok(true)
    }
}
