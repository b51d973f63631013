//! Taking in the whole list as another process left it in the local store.

use std::sync::Arc;

use super::{SessionTable, Store};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::{PollState, WatchedSession};

impl Store {
    /// Makes the list what the other process left. Returns who is new or other, and who is gone.
    pub fn follow(&mut self, list: Vec<WatchedSession>) -> (Vec<SessionId>, Vec<SessionId>) {
        let mut changed = Vec::new();
        let next: Vec<Arc<WatchedSession>> = list
            .into_iter()
            .map(|theirs| {
                let (listed, archived) = (&self.current.sessions, &self.current.archived);
                let id = theirs.id();
                let Some(ours) = listed.get(id).or_else(|| archived.get(id)) else {
                    changed.push(id);
                    return Arc::new(theirs);
                };
                let (content, asked) = (same(ours, &theirs), ours.poll.last_ok);
                // Ours again, so that by address nothing has changed and nothing is drawn anew.
                if content && asked == theirs.poll.last_ok {
                    return Arc::clone(ours);
                }
                changed.push(id);
                // A poll time alone is no other content: rows stay as they were made.
                let revision = ours.revision + u64::from(!content);
                let poll = PollState { last_ok: theirs.poll.last_ok, ..ours.poll.clone() };
                Arc::new(WatchedSession { poll, revision, ..theirs })
            })
            .collect();
        let stays: std::collections::HashSet<SessionId> = next.iter().map(|s| s.id()).collect();
        let known = self.current.sessions.iter().chain(self.current.archived.iter());
        let gone: Vec<SessionId> = known.map(|s| s.id()).filter(|id| !stays.contains(id)).collect();
        if !(changed.is_empty() && gone.is_empty()) {
            let on_list = |s: &Arc<WatchedSession>| s.own.archived_at.is_none();
            let (listed, archived): (Vec<_>, Vec<_>) = next.into_iter().partition(on_list);
            self.current.sessions = SessionTable::from_entries(listed);
            self.current.archived = SessionTable::from_entries(archived);
            self.dirty = true;
        }
        (changed, gone)
    }
}

/// Equal in all but how polling goes.
fn same(ours: &WatchedSession, theirs: &WatchedSession) -> bool {
    ours.entry == theirs.entry
        && ours.own == theirs.own
        && ours.personal == theirs.personal
        // An answer is told apart from another by what a brief says of it and by its time.
        && ours.brief == theirs.brief
        && ours.storage == theirs.storage
}
