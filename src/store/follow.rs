//! Taking in the list as another process left it in the local store.

use std::collections::HashSet;
use std::sync::Arc;

use super::{SessionTable, Store};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::watched::{PollState, WatchedSession};

impl Store {
    /// Makes the list what the other process left. Returns who is new or other, and who is gone.
    pub fn follow(&mut self, list: ListChanges) -> (Vec<SessionId>, Vec<SessionId>) {
        match list {
            ListChanges::Whole(list) => self.follow_all(list),
            ListChanges::Some { changed, gone } => self.follow_some(changed, gone),
        }
    }

    fn follow_all(&mut self, list: Vec<WatchedSession>) -> (Vec<SessionId>, Vec<SessionId>) {
        let mut changed = Vec::new();
        let mut next = Vec::with_capacity(list.len());
        for theirs in list {
            let id = theirs.id();
            // Ours again where nothing is new, so that by address nothing has changed.
            match self.merged(theirs) {
                Merged::Other(session) => {
                    changed.push(id);
                    next.push(session);
                }
                Merged::Ours(session) => next.push(session),
            }
        }
        let stays: HashSet<SessionId> = next.iter().map(|s| s.id()).collect();
        let known = self.current.sessions.iter().chain(self.current.archived.iter());
        let gone: Vec<SessionId> = known.map(|s| s.id()).filter(|id| !stays.contains(id)).collect();
        if !(changed.is_empty() && gone.is_empty()) {
            let (listed, archived): (Vec<_>, Vec<_>) = next.into_iter().partition(on_list);
            self.current.sessions = SessionTable::from_entries(listed);
            self.current.archived = SessionTable::from_entries(archived);
            self.dirty = true;
        }
        (changed, gone)
    }

    fn follow_some(
        &mut self,
        list: Vec<WatchedSession>,
        gone: Vec<SessionId>,
    ) -> (Vec<SessionId>, Vec<SessionId>) {
        let (mut changed, mut relisted) = (Vec::new(), Vec::new());
        for theirs in list {
            let Merged::Other(session) = self.merged(theirs) else { continue };
            changed.push(session.id());
            // In its place, where it is on the same list under the same name: with another one, the
            // beginnings that many references share may be others.
            let list = if on_list(&session) {
                &mut self.current.sessions
            } else {
                &mut self.current.archived
            };
            let before = list.get(session.id()).map(|known| Arc::clone(&known.entry));
            if before.is_some_and(|entry| entry == session.entry) {
                list.replace(session);
            } else {
                relisted.push(session);
            }
            self.dirty = true;
        }
        let known = |id: &SessionId| self.current.watched(*id).is_some();
        let gone: Vec<SessionId> = gone.into_iter().filter(known).collect();
        if !(relisted.is_empty() && gone.is_empty()) {
            self.remove(&gone);
            self.put_on_lists(relisted);
        }
        (changed, gone)
    }

    /// New ones at the end, those that were archived or came back on the other list.
    fn put_on_lists(&mut self, sessions: Vec<Arc<WatchedSession>>) {
        let (on, off): (Vec<_>, Vec<_>) = sessions.into_iter().partition(on_list);
        for (table, other, new) in
            [(&mut self.current.sessions, &off, &on), (&mut self.current.archived, &on, &off)]
        {
            let leaves: HashSet<SessionId> = other.iter().map(|s| s.id()).collect();
            let stay = table.iter().filter(|s| !leaves.contains(&s.id()));
            // Of two with one ID the later stands, in the place of the earlier.
            *table =
                SessionTable::from_entries(stay.chain(new).map(Arc::clone).collect::<Vec<_>>());
        }
        self.dirty = true;
    }

    /// Theirs with how polling goes here, or ours where theirs says nothing new.
    fn merged(&self, theirs: WatchedSession) -> Merged {
        let Some(ours) = self.current.watched(theirs.id()) else {
            return Merged::Other(Arc::new(theirs));
        };
        let (content, asked) = (same(ours, &theirs), ours.poll.last_ok);
        let reads = ours.detail.is_none() && theirs.detail.is_some();
        if content && asked == theirs.poll.last_ok && !reads {
            return Merged::Ours(Arc::clone(ours));
        }
        // What was read once is still true where nothing else is.
        let detail = theirs.detail.clone().or_else(|| ours.detail.clone().filter(|_| content));
        // A poll time alone is no other content: rows stay as they were made.
        let revision = ours.revision + u64::from(!content);
        let poll = PollState { last_ok: theirs.poll.last_ok, ..ours.poll.clone() };
        let shared_prefix = ours.shared_prefix;
        Merged::Other(Arc::new(WatchedSession { detail, poll, shared_prefix, revision, ..theirs }))
    }
}

/// What becomes of a session that another process left.
enum Merged {
    Ours(Arc<WatchedSession>),
    /// It is new, or says something new.
    Other(Arc<WatchedSession>),
}

fn on_list(session: &Arc<WatchedSession>) -> bool {
    session.own.archived_at.is_none()
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
