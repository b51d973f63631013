//! What is other in the store than a reader of it saw at the last look.

use std::collections::{HashMap, HashSet};

use super::Sqlite;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::{PersistError, Persistence, rows};

/// Of so many changes at one look each is told.
const TOLD: usize = 256;

/// The rows as they were at the last look.
#[derive(Debug, Default)]
pub struct SeenRows {
    versions: HashMap<SessionId, u64>,
    /// Sessions of which something was left for the holder.
    posted: HashSet<SessionId>,
}

impl Sqlite {
    /// Reads all of the store, as [`Persistence::briefs`] does, and says which rows were seen.
    pub fn look_at_all(&mut self) -> Result<(ListChanges, SeenRows), PersistError> {
        // Before the rows themselves: what is written meanwhile is found at the next look.
        let seen = self.rows_now()?;
        Ok((ListChanges::Whole(self.briefs()?), seen))
    }

    /// Reads the sessions that are other than they were seen, and says who is gone.
    ///
    /// # Errors
    /// Those of [`Persistence::details`]; what was seen stays, so that the next look finds it all.
    pub fn look_at_changes(&mut self, seen: &mut SeenRows) -> Result<ListChanges, PersistError> {
        let now = self.rows_now()?;
        let SeenRows { versions, posted } = seen;
        let moved = now.versions.iter().filter(|(id, version)| versions.get(id) != Some(version));
        let gone = versions.keys().filter(|id| !now.versions.contains_key(id));
        // What was left and is not taken in yet stands over the row; what was taken in no longer does.
        let others = now.posted.union(posted).filter(|id| now.versions.contains_key(id));
        let ids = moved.map(|(id, _)| id).chain(gone.clone()).chain(others);
        let ids: HashSet<SessionId> = ids.copied().collect();
        let named: Vec<SessionId> = ids.iter().copied().collect();
        // Of those that are not read again it stays known what was not believed.
        let mut faults = std::mem::take(&mut self.faults);
        let read = self.changed(&named);
        faults.retain(|id, _| now.versions.contains_key(id) && !ids.contains(id));
        self.faults.extend(faults);
        let changed = read?;
        // A row that somebody else took away is told with its session, which stays on the list.
        let stay: HashSet<SessionId> = changed.iter().map(WatchedSession::id).collect();
        let gone = gone.filter(|id| !stay.contains(id)).copied().collect();
        *seen = now;
        Ok(ListChanges::Some { changed, gone })
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
                store.examine(&mut listed, Some(ids))?;
                store.in_brief(listed)
            })?;
            store.completed(read.sessions)
        })
    }

    fn rows_now(&mut self) -> Result<SeenRows, PersistError> {
        let versions = rows::versions(&self.connection)?;
        let versions = versions
            .iter()
            .filter_map(|(id, version)| SessionId::parse(id).ok().map(|id| (id, *version)));
        let versions = versions.collect();
        let posted = self.posts(0)?.0.into_iter().filter_map(|post| match post {
            OutboxMessage::Added(entry) => Some(entry.id),
            OutboxMessage::Kept(id, ..) => Some(id),
            OutboxMessage::Removed(_) | OutboxMessage::Told(_) | OutboxMessage::Asked(_) => None,
        });
        Ok(SeenRows { versions, posted: posted.collect() })
    }
}
