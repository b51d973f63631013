//! A connection of its own on which answers and timelines are read beside the one that writes.

use std::sync::{Mutex, PoisonError};

use super::Sqlite;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::location::Location;
use crate::persist::{PersistError, detail_rows, rows};

/// Reads the details of a store that this process or another one writes.
#[derive(Debug)]
pub struct DetailReader {
    location: Location,
    /// Opened when it is first needed: the start does not wait for it.
    open: Mutex<Option<Sqlite>>,
}

impl DetailReader {
    /// Of the store at this place.
    #[must_use]
    pub const fn new(location: Location) -> Self {
        Self { location, open: Mutex::new(None) }
    }

    fn stored(
        &self,
        open: &mut Option<Sqlite>,
        ids: &[SessionId],
    ) -> Result<Vec<WatchedSession>, PersistError> {
        // A file that was removed can be read until it is closed; it is left for the new one alone.
        let path = &self.location.path;
        if open.as_ref().is_some_and(|store| !store.file.stands_at(path) && path.exists()) {
            *open = None;
        }
        let store = match open {
            Some(store) => store,
            none => none.insert(Sqlite::beside(&self.location)?),
        };
        store.stored(ids)
    }
}

impl DetailSource for DetailReader {
    fn read(&self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let read = self.stored(&mut open, ids);
        if read.is_err() {
            // Opened anew the next time: the trouble may be over.
            *open = None;
        }
        read.map_err(|why| why.to_string())
    }
}

impl Sqlite {
    /// Those that are named, as they stand in their rows: without what was left for the holder, and
    /// without a look at the digest.
    pub(super) fn stored(
        &mut self,
        ids: &[SessionId],
    ) -> Result<Vec<WatchedSession>, PersistError> {
        self.at_one_moment(|store| {
            let listed = rows::named(&store.connection, &store.name, &store.vault, ids)?;
            store.with_details(&listed)
        })
    }

    /// Reads what stands beside these rows, few at a time.
    pub(super) fn with_details(
        &self,
        listed: &[rows::ListedRow],
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let mut sessions = Vec::with_capacity(listed.len());
        for few in listed.chunks(detail_rows::FEW) {
            let (sql, few) = (&self.connection, few.to_vec());
            sessions.extend(detail_rows::complete(sql, &self.name, &self.vault, few)?);
        }
        Ok(sessions)
    }

    /// Reads what belongs together as it was at one moment: another process may be writing, and the
    /// answers beside a row would be newer than the row says.
    pub(super) fn at_one_moment<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, PersistError>,
    ) -> Result<T, PersistError> {
        if !self.connection.is_autocommit() {
            return work(self);
        }
        self.connection.execute_batch("BEGIN")?;
        let done = work(self);
        // Nothing was written in it. Some errors end it by themselves, and must not be hidden.
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        done
    }
}
