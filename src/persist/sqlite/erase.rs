//! What is kept no longer is taken out of the store's files.

use std::path::PathBuf;

use jiff::Timestamp;

use super::Sqlite;
use crate::clock::{Clock, SystemClock};
use crate::domain::assessment::retention::{NOT_ERASED, Retention};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::rows::{self, FoundRow, Manifest};
use crate::persist::write::Write;
use crate::persist::{PersistError, TEMPORARY, files};
use crate::regular_file;

impl Sqlite {
    /// Takes out of these sessions what is kept no longer, and erases it in the store where this
    /// process may write; where another one holds the store, that one does it within the hour.
    pub(super) fn expire(&mut self, known: &mut [WatchedSession]) {
        let Some(retention) = self.location.retention else { return };
        let now = SystemClock.now();
        if self.lock.is_some() {
            self.remove_old_files(&retention, now);
        }
        if !known.iter().any(|session| retention.is_over(session, now)) {
            return;
        }
        let waited = self.erase_waits;
        self.erase_waits = !retention.believes(now, self.answered_last());
        if self.erase_waits {
            if !waited {
                tracing::warn!("{NOT_ERASED}");
            }
            return;
        }
        let mut over = Vec::new();
        for session in known.iter_mut().filter(|session| retention.is_over(session, now)) {
            over.push((session.id(), session.poll.last_ok.get()));
            session.erase(now);
        }
        let erased = self.holding(|store| {
            if store.lock.is_none() || store.refused.is_some() || store.vault.is_shut() {
                return Ok(false);
            }
            store.write(|write| {
                over.iter().try_for_each(|(id, last_ok)| write.erase(*id, *last_ok, now))
            })?;
            store.leave_nothing().map(|()| true)
        });
        match erased {
            Ok(true) => tracing::info!(
                sessions = over.len(),
                "responses whose retention time is over were erased"
            ),
            Ok(false) => {}
            // They are not shown in any case.
            Err(why) => {
                tracing::warn!(%why, "responses whose retention time is over could not be erased");
            }
        }
    }

    /// A damaged store that was moved aside has responses too, and is kept as long as those are; so
    /// has what a write that was cut off has left.
    fn remove_old_files(&self, retention: &Retention, now: Timestamp) {
        let path = &self.location.path;
        regular_file::remove_leftovers(regular_file::folder_of(path), &TEMPORARY);
        let is_old = |path: &PathBuf| {
            let changed = path.metadata().and_then(|about| about.modified()).ok();
            let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
            changed.is_some_and(|at| now.duration_since(at) > retention.keep_answers)
        };
        let old: Vec<PathBuf> = files::moved_aside(path).into_iter().filter(is_old).collect();
        if old.is_empty() || !retention.believes(now, self.answered_last()) {
            return;
        }
        for file in old {
            match std::fs::remove_file(&file) {
                Ok(()) => tracing::info!(file = %file.display(), "an old damaged store: deleted"),
                Err(why) => tracing::warn!(file = %file.display(), %why, "cannot be deleted"),
            }
        }
    }

    /// When Yoti answered last, for any session.
    fn answered_last(&self) -> Option<Timestamp> {
        let answered =
            rows::list_as(&self.connection, &self.name, &self.vault, |one| one.row.last_ok).ok()?;
        answered.into_iter().flatten().max()
    }

    /// What was deleted or written over must not stay in the write-ahead log either.
    pub(super) fn leave_nothing(&self) -> Result<(), PersistError> {
        let busy: bool =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy {
            return Err(PersistError::Other(String::from(
                "another process reads it all the time: what was deleted is not yet gone from its \
                 write-ahead log",
            )));
        }
        Ok(())
    }
}

impl Write<'_> {
    /// Erases the answers and events of a session, unless it has answered since then.
    fn erase(
        &mut self,
        id: SessionId,
        last_ok: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<(), PersistError> {
        let Some(FoundRow { position, version, row: Ok(mut row), .. }) = self.found(id)? else {
            return Ok(());
        };
        if row.last_ok != last_ok {
            return Ok(());
        }
        self.empty(position, &mut row.manifest)?;
        (row.missing_since, row.visit_notified_at, row.letter_not_set_at) = (None, None, None);
        row.brief = None;
        row.storage.fault = None;
        row.storage.erased_at = at.into();
        self.put_row(Some((position, version)), &mut row, false).map(drop)
    }

    /// Deletes what stands beside a session's row.
    pub(in crate::persist) fn empty(
        &self,
        position: i64,
        manifest: &mut Manifest,
    ) -> Result<(), PersistError> {
        *manifest = Manifest::default();
        for table in ["answer", "event"] {
            self.sql.execute(&format!("DELETE FROM {table} WHERE session = ?1"), [position])?;
        }
        Ok(())
    }
}
