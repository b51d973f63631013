//! The list by its rows alone. Where a row has no brief that this build can use, because an older
//! build wrote it or it cannot be read, one is made of the answers and events as every brief is.

use std::sync::Arc;

use super::Sqlite;
use super::verify::Examined;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::brief_text::Derivations;
use crate::persist::detail_rows::FEW;
use crate::persist::list_rows::{self, BriefRow};
use crate::persist::rows::{self, FoundRow, ListedRow};
use crate::persist::write::Write;
use crate::persist::{PersistError, prefixes};

/// Listed sessions with their briefs.
pub(super) struct InBrief {
    pub(super) sessions: Vec<WatchedSession>,
    /// Those of them whose briefs had to be made.
    made: Vec<WatchedSession>,
    /// All of the list is what belongs there.
    is_whole: bool,
}

impl Sqlite {
    pub(super) fn all_in_brief(
        &mut self,
        which: Derivations,
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let mut read = self.read_in_brief(which)?;
        // Else each command would make them again until a dashboard has run. What was read before
        // the lock was there may be older than what is there now.
        if read.is_whole && !read.made.is_empty() && self.lock.is_none() && self.takes_writes() {
            read = self.holding(|store| match store.lock {
                Some(_) => store.read_in_brief(which),
                None => Ok(read),
            })?;
        }
        let mut sessions = self.completed(read.sessions)?;
        prefixes::mark_shared(&mut sessions, None);
        Ok(sessions)
    }

    /// Who has the lock keeps what had to be made.
    fn read_in_brief(&mut self, which: Derivations) -> Result<InBrief, PersistError> {
        let read = self.at_one_moment(|store| {
            let (sql, name, vault) = (&store.connection, &store.name, &store.vault);
            let (told, marks) = list_rows::list_and_marks(sql, name, vault, which)?;
            if store.is_whole(marks, &told)? {
                let read = store.in_brief(told)?;
                return Ok(Ok(InBrief { is_whole: true, ..read }));
            }
            let mut listed = rows::list(&store.connection, &store.name, &store.vault)?;
            store.examine(&mut listed, Examined::All)?;
            if store.lock.is_some() {
                return Ok(Err(listed));
            }
            store.in_brief(briefs(listed, which)).map(Ok)
        })?;
        let read = match read {
            Ok(read) => read,
            Err(listed) => {
                self.accept(&listed)?;
                self.at_one_moment(|store| {
                    let listed = rows::list(&store.connection, &store.name, &store.vault)?;
                    store.in_brief(briefs(listed, which))
                })?
            }
        };
        if self.lock.is_some() && self.takes_writes() {
            self.save_briefs(&read.made)?;
        }
        Ok(read)
    }

    /// The listed sessions with their briefs, in their order.
    pub(super) fn in_brief(&self, told: Vec<BriefRow>) -> Result<InBrief, PersistError> {
        let (mut sessions, mut places) = (Vec::with_capacity(told.len()), Vec::new());
        let mut lacking = Vec::new();
        for one in told {
            sessions.push(match one {
                BriefRow::Session(watched) => watched,
                BriefRow::Row(listed) => {
                    places.push(sessions.len());
                    let unfinished = WatchedSession::new(listed.row.entry.clone());
                    lacking.push(*listed);
                    unfinished
                }
            });
        }
        let mut made = Vec::new();
        // Few at a time: their answers need not all be in memory.
        for (few, places) in lacking.chunks(FEW).zip(places.chunks(FEW)) {
            for (place, mut watched) in places.iter().zip(self.with_details(few)?) {
                // What was not believed of it is not looked for again.
                if watched.storage.fault.is_none() {
                    watched.detail = None;
                    made.push(watched.clone());
                }
                if let Some(there) = sessions.get_mut(*place) {
                    *there = watched;
                }
            }
        }
        Ok(InBrief { sessions, made, is_whole: false })
    }

    const fn takes_writes(&self) -> bool {
        self.refused.is_none() && !self.vault.is_shut()
    }

    fn save_briefs(&mut self, made: &[WatchedSession]) -> Result<(), PersistError> {
        let few = |few: &[WatchedSession]| -> Result<(), PersistError> {
            self.write(|write| few.iter().try_for_each(|watched| write.put_brief(watched)))
        };
        made.chunks(BRIEFS).try_for_each(few)
    }
}

/// The sessions of these rows, where the rows will do.
pub(super) fn briefs(listed: Vec<ListedRow>, which: Derivations) -> Vec<BriefRow> {
    listed.into_iter().map(|one| BriefRow::of(one, which)).collect()
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
