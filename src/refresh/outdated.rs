//! Briefs that an earlier build made, made anew behind the list that is shown.

use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;

use super::task::Task;

/// So many are read at a time: polls and the operator come first.
const AT_ONCE: usize = 4;

impl<A: SessionApi, C: Clock> Task<A, C> {
    /// Sessions whose briefs an earlier build made.
    pub(super) fn outdated(&self) -> Vec<SessionId> {
        let snapshot = self.store.snapshot();
        let all = snapshot.sessions.iter().chain(snapshot.archived.iter());
        let outdated = all.filter(|session| session.brief.made_by.is_earlier());
        // The last one is taken first: in the order of the list.
        let mut ids: Vec<SessionId> = outdated.map(|session| session.id()).collect();
        ids.reverse();
        ids
    }

    /// Reads the next of them, whose briefs are made when that is done. Where another process holds
    /// the store, that one makes them.
    pub(super) fn renew_briefs(&mut self) {
        while !self.settings.following && self.reading.len() < AT_ONCE {
            let Some(id) = self.outdated.pop() else { return };
            self.renew_brief(id);
            self.read_again(id);
        }
    }

    /// Makes the brief anew where it is outdated and what it is made of is at hand.
    pub(super) fn renew_brief(&mut self, id: SessionId) {
        self.heard |= self.store.renew_brief(id);
    }
}
