//! Taking in the whole list as another process left it in the local store.

use std::sync::Arc;

use super::{SessionTable, Store};
use crate::domain::session::answer::Answer;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Answers;
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

/// Equal in all but polling. Answers are told apart by when they were fetched.
fn same(ours: &WatchedSession, theirs: &WatchedSession) -> bool {
    ours.entry == theirs.entry
        && ours.own == theirs.own
        && ours.personal == theirs.personal
        // Length and last event: a timeline only grows at its end and is cut at its beginning.
        && ours.timeline.len() == theirs.timeline.len()
        && ours.timeline.last() == theirs.timeline.last()
        && ours.storage == theirs.storage
        && fetched(&ours.answers) == fetched(&theirs.answers)
}

type Fetched = [Option<jiff::Timestamp>; 5];

fn fetched(answers: &Answers) -> Fetched {
    fn at<T>(answer: Option<&Arc<Answer<T>>>) -> Option<jiff::Timestamp> {
        answer.map(|answer| answer.fetched_at)
    }
    [
        at(answers.session.as_ref()),
        at(answers.configuration.as_ref()),
        answers.letter.fetched_at(),
        answers.missing_since,
        answers.visit_notified_at,
    ]
}
