//! Briefs of sessions whose row has none that this build can use: an older build wrote it, or it
//! cannot be read. They are made of the answers and events, as every brief is.

use super::Sqlite;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::PersistError;
use crate::persist::detail_rows::{self, FEW};
use crate::persist::rows::{FoundRow, ListedRow, StoredBrief};
use crate::persist::write::Write;

impl Sqlite {
    /// The listed sessions with their briefs. Those that had to be made are saved where this process
    /// may write to the store.
    pub(super) fn in_brief(
        &mut self,
        listed: Vec<ListedRow>,
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let mut sessions: Vec<Option<WatchedSession>> = Vec::with_capacity(listed.len());
        let (mut places, mut lacking) = (Vec::new(), Vec::new());
        for one in listed {
            let ListedRow { position, version, row } = one;
            sessions.push(match row.in_brief() {
                Ok(watched) => Some(watched),
                Err(row) => {
                    places.push(sessions.len());
                    lacking.push(ListedRow { position, version, row });
                    None
                }
            });
        }
        // Few at a time: their answers need not all be in memory.
        for (few, places) in lacking.chunks(FEW).zip(places.chunks(FEW)) {
            let made =
                detail_rows::complete(&self.connection, &self.name, &self.vault, few.to_vec())?;
            self.save_briefs(&made)?;
            for (place, mut watched) in places.iter().zip(made) {
                // What was not believed of it is not looked for again.
                if watched.storage.fault.is_none() {
                    watched.detail = None;
                }
                if let Some(there) = sessions.get_mut(*place) {
                    *there = Some(watched);
                }
            }
        }
        Ok(sessions.into_iter().flatten().collect())
    }

    fn save_briefs(&mut self, made: &[WatchedSession]) -> Result<(), PersistError> {
        if self.lock.is_none() || self.refused.is_some() || self.vault.is_shut() {
            return Ok(());
        }
        self.write(|write| made.iter().try_for_each(|watched| write.put_brief(watched)))
    }
}

impl Write<'_> {
    fn put_brief(&mut self, watched: &WatchedSession) -> Result<(), PersistError> {
        let believed = watched.storage.fault.is_none();
        let Some(FoundRow { position, version, row: Ok(mut row), .. }) =
            self.found(watched.id())?.filter(|_| believed)
        else {
            return Ok(());
        };
        row.brief = StoredBrief::of(&watched.brief);
        self.put_row(Some((position, version)), &mut row, false).map(drop)
    }
}
