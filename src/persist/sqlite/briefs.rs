//! The list by its rows alone. Where a row has no brief that this build can use, because an older
//! build wrote it or it cannot be read, one is made of the answers and events as every brief is.

use std::sync::Arc;

use super::Sqlite;
use super::verify::Examined;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::brief_text::Derivations;
use crate::persist::detail_rows::FEW;
use crate::persist::rows::{self, FoundRow, ListedRow};
use crate::persist::write::Write;
use crate::persist::{PersistError, prefixes};

/// Listed sessions with their briefs.
pub(super) struct InBrief {
    pub(super) sessions: Vec<WatchedSession>,
    /// Those of them whose briefs had to be made.
    made: Vec<WatchedSession>,
}

impl Sqlite {
    pub(super) fn all_in_brief(
        &mut self,
        which: Derivations,
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let read = self.at_one_moment(|store| {
            let (sql, name, vault) = (&store.connection, &store.name, &store.vault);
            let (mut listed, marks) = rows::list_and_marks(sql, name, vault)?;
            let doubtful = store.examine(&mut listed, Examined::All(marks))?;
            if doubtful && store.lock.is_some() {
                return Ok(Err(listed));
            }
            store.in_brief(listed, which).map(Ok)
        })?;
        let InBrief { sessions, made } = match read {
            Ok(read) => read,
            Err(listed) => {
                self.accept(&listed)?;
                self.at_one_moment(|store| {
                    let listed = rows::list(&store.connection, &store.name, &store.vault)?;
                    store.in_brief(listed, which)
                })?
            }
        };
        self.save_briefs(&made)?;
        let mut sessions = self.completed(sessions)?;
        prefixes::mark_shared(&mut sessions, None);
        Ok(sessions)
    }

    /// The listed sessions with their briefs, in their order.
    pub(super) fn in_brief(
        &self,
        listed: Vec<ListedRow>,
        which: Derivations,
    ) -> Result<InBrief, PersistError> {
        let mut sessions: Vec<Option<WatchedSession>> = Vec::with_capacity(listed.len());
        let (mut places, mut lacking, mut anew) = (Vec::new(), Vec::new(), Vec::new());
        for one in listed {
            let ListedRow { position, version, row } = one;
            sessions.push(match row.in_brief(which) {
                Ok(watched) => Some(watched),
                Err(row) => {
                    places.push(sessions.len());
                    lacking.push(ListedRow { position, version, row: *row });
                    None
                }
            });
        }
        // Few at a time: their answers need not all be in memory.
        for (few, places) in lacking.chunks(FEW).zip(places.chunks(FEW)) {
            for (place, mut watched) in places.iter().zip(self.with_details(few)?) {
                // What was not believed of it is not looked for again.
                if watched.storage.fault.is_none() {
                    watched.detail = None;
                    anew.push(watched.clone());
                }
                if let Some(there) = sessions.get_mut(*place) {
                    *there = Some(watched);
                }
            }
        }
        Ok(InBrief { sessions: sessions.into_iter().flatten().collect(), made: anew })
    }

    /// Where this process may write to the store.
    fn save_briefs(&mut self, made: &[WatchedSession]) -> Result<(), PersistError> {
        if self.lock.is_none() || self.refused.is_some() || self.vault.is_shut() {
            return Ok(());
        }
        let few = |few: &[WatchedSession]| -> Result<(), PersistError> {
            self.write(|write| few.iter().try_for_each(|watched| write.put_brief(watched)))
        };
        made.chunks(BRIEFS).try_for_each(few)
    }
}

/// So many briefs are saved in one transaction.
const BRIEFS: usize = 512;

impl Write<'_> {
    fn put_brief(&mut self, watched: &WatchedSession) -> Result<(), PersistError> {
        let Some(FoundRow { position, version, row: Ok(mut row), .. }) =
            self.found(watched.id())?
        else {
            return Ok(());
        };
        row.brief = Some(Arc::clone(&watched.brief));
        self.put_row(Some((position, version)), &mut row, false).map(drop)
    }
}
