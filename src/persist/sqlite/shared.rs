//! What a process does with a store that another one may hold. What named sessions cost does not
//! grow with the list, but for the digest, which is counted again where another process has written.

use super::briefs::briefs;
use super::verify::Examined;
use super::{MESSAGES, Sqlite};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::brief_text::Derivations;
use crate::persist::header::Header;
use crate::persist::shared::{ReadThrough, SeenRows, SharedPersistence, TOLD, with_read};
use crate::persist::{PersistError, Persistence, detail_rows, posts, prefixes, rows};

impl SharedPersistence for Sqlite {
    fn listed(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| {
            let mut listed = store.by_rows()?;
            prefixes::mark_shared(&mut listed, None);
            posts::overlay(listed.iter_mut(), store.posts(0)?.0);
            Ok(listed)
        })
    }

    fn listed_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| {
            let listed = rows::named(&store.connection, &store.name, &store.vault, ids)?;
            let mut listed: Vec<WatchedSession> =
                listed.into_iter().map(|one| one.row.watched()).collect();
            posts::overlay(listed.iter_mut(), store.posts(0)?.0);
            Ok(listed)
        })
    }

    fn load_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.mending(|store| {
            let mut sessions = store.loaded_named(ids)?;
            if prefixes::any_long(sessions.iter()) {
                prefixes::mark_shared(&mut sessions, Some(&store.by_rows()?));
            }
            Ok(sessions)
        })
    }

    fn post(&mut self, left: &[OutboxMessage]) -> Result<(), PersistError> {
        self.carry_out(left).map(drop)
    }

    fn posts(&mut self, after: i64) -> Result<(Vec<OutboxMessage>, i64), PersistError> {
        if self.vault.is_shut() {
            return Ok((Vec::new(), after));
        }
        let header = Header::read(&self.connection, &self.vault)?;
        let left = posts::after(&self.connection, &header, &self.vault, after)?;
        let last = left.last().map_or(after, |post| post.number);
        let mut messages = Vec::new();
        for post in left {
            let again = post.was_taken(&header);
            match post.message.filter(|_| !again) {
                Some(message) => messages.push(message),
                None => drop(self.altered.insert(MESSAGES)),
            }
        }
        Ok((messages, last))
    }

    fn taken(&mut self, number: i64) -> Result<(), PersistError> {
        self.write(|write| {
            let last = write.strike("number <= ?1", &[&number])?;
            write.header.taken = write.header.taken.max(last);
            Ok(())
        })
    }

    fn version(&mut self) -> Result<i64, PersistError> {
        self.data_version()
    }

    fn rows(&mut self) -> Result<SeenRows, PersistError> {
        let versions = rows::versions(&self.connection)?;
        let known = |(id, version): &(String, u64)| Some((SessionId::parse(id).ok()?, *version));
        let (posts, _) = self.posts(0)?;
        Ok(SeenRows::new(versions.iter().filter_map(known), posts))
    }

    fn look_at_all(&mut self, seen: &SeenRows) -> Result<(ListChanges, SeenRows), PersistError> {
        // Before the rows themselves: what is written meanwhile is found at the next look.
        let now = self.rows()?;
        let ids: Vec<SessionId> = seen.other(&now).into_iter().collect();
        let all = self.briefs()?;
        let faults = std::mem::take(&mut self.faults);
        let read = if ids.len() <= TOLD { self.details(&ids) } else { Ok(Vec::new()) };
        self.faults.extend(faults);
        Ok((ListChanges::Whole(with_read(all, read?)), now))
    }

    fn look_at_changes(
        &mut self,
        seen: &SeenRows,
    ) -> Result<(ListChanges, SeenRows), PersistError> {
        let now = self.rows()?;
        let ids = seen.other(&now);
        let named: Vec<SessionId> = ids.iter().copied().collect();
        // Of those that are not read again it stays known what was not believed.
        let mut faults = std::mem::take(&mut self.faults);
        let read = self.changed(&named);
        faults.retain(|id, _| now.versions.contains_key(id) && !ids.contains(id));
        self.faults.extend(faults);
        Ok((seen.changes(&now, read?), now))
    }

    fn inspect(&mut self) -> Result<Option<String>, PersistError> {
        self.is_in_place()?;
        self.is_sound()?;
        self.mend_beside()
    }

    fn forget_lost(&mut self) -> Result<(), PersistError> {
        Self::forget_lost(self)
    }

    fn read_through(&mut self) -> Result<ReadThrough, PersistError> {
        let ids: Vec<SessionId> = self.briefs()?.iter().map(WatchedSession::id).collect();
        for few in ids.chunks(detail_rows::FEW) {
            let faults = self.mending(|store| {
                store.at_one_moment(|store| {
                    let (sql, name, vault) = (&store.connection, &store.name, &store.vault);
                    let listed = rows::named(sql, name, vault, few)?;
                    detail_rows::faults(sql, name, vault, listed)
                })
            })?;
            for (id, fault) in faults {
                let known = self.faults.entry(id).or_insert(fault);
                *known = fault.max(*known);
            }
        }
        let faults = self.faults.iter().map(|(id, fault)| (*id, *fault)).collect();
        Ok(ReadThrough { sessions: ids.len(), faults })
    }

    fn erase_waits(&self) -> bool {
        self.erase_waits
    }
}

impl Sqlite {
    /// All of the list by its rows alone.
    fn by_rows(&self) -> Result<Vec<WatchedSession>, PersistError> {
        rows::list_as(&self.connection, &self.name, &self.vault, |one| one.row.watched())
    }

    pub(super) fn loaded_named(
        &mut self,
        ids: &[SessionId],
    ) -> Result<Vec<WatchedSession>, PersistError> {
        let sessions = self.at_one_moment(|store| {
            let mut listed = rows::named(&store.connection, &store.name, &store.vault, ids)?;
            store.examine(&mut listed, Examined::Named(ids))?;
            store.with_details(&listed)
        })?;
        self.completed(sessions)
    }

    /// With their details, so that what happened to each can be told; of very many at once, such as
    /// an import, only the briefs.
    fn changed(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        if ids.len() <= TOLD {
            return self.details(ids);
        }
        self.mending(|store| {
            let read = store.at_one_moment(|store| {
                let mut listed = rows::named(&store.connection, &store.name, &store.vault, ids)?;
                store.examine(&mut listed, Examined::Named(ids))?;
                store.in_brief(briefs(listed, Derivations::Present))
            })?;
            store.completed(read.sessions)
        })
    }
}
