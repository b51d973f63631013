//! Details that come from where they are stored, and go when they are not needed.

use std::sync::Arc;

use super::Store;
use crate::domain::brief::Brief;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::WatchedSession;

impl Store {
    /// A store whose sessions have their details there, where they have none at hand.
    #[must_use]
    pub fn reads_from(self, details: Arc<dyn DetailSource>) -> Self {
        Self { details, ..self }
    }

    /// Where the details can be read that are not at hand.
    #[must_use]
    pub fn details(&self) -> Arc<dyn DetailSource> {
        Arc::clone(&self.details)
    }

    /// On the list, or among the archived ones.
    #[must_use]
    pub fn watched(&self, id: SessionId) -> Option<&Arc<WatchedSession>> {
        self.current.watched(id)
    }

    /// In its place, on the list or among the archived ones.
    pub(super) fn replace(&mut self, next: WatchedSession) {
        let next = Arc::new(next);
        if !self.current.sessions.replace(Arc::clone(&next)) {
            self.current.archived.replace(next);
        }
        self.dirty = true;
    }

    /// Puts the detail of a session at hand that was `read` when this was its `brief`. False: it has
    /// one, or has changed since then.
    pub fn opened(&mut self, read: &WatchedSession, brief: &Arc<Brief>) -> bool {
        let Some(known) = self.watched(read.id()) else { return false };
        if known.detail.is_some() || !Arc::ptr_eq(&known.brief, brief) {
            return false;
        }
        let mut next = WatchedSession::clone(known);
        next.detail.clone_from(&read.detail);
        let lost = brief.result.is_some() && read.brief.result.is_none();
        if let Some(fault) = read.storage.fault.or(lost.then_some(StoreFault::Removed)) {
            // It is known no longer; what of it is still believed stays.
            next.storage.fault = Some(fault);
            next.brief = Arc::clone(&read.brief);
            next.revision += 1;
        }
        self.replace(next);
        true
    }

    /// Makes the brief of a session anew that an earlier build made, where its detail is at hand.
    /// Returns whether it was done.
    pub fn renew_brief(&mut self, id: SessionId) -> bool {
        let known = self.watched(id).filter(|known| known.brief.made_by.is_earlier());
        let Some((known, detail)) = known.and_then(|known| Some((known, known.detail.as_ref()?)))
        else {
            return false;
        };
        let brief = Arc::new(Brief::of(&detail.answers, &detail.timeline));
        let revision = known.revision + 1;
        let next = WatchedSession { brief, revision, ..WatchedSession::clone(known) };
        self.replace(next);
        true
    }

    /// Lets go of a session's detail: it is stored.
    pub fn shed(&mut self, id: SessionId) {
        let Some(known) = self.watched(id).filter(|known| known.detail.is_some()) else { return };
        let next = WatchedSession { detail: None, ..WatchedSession::clone(known) };
        self.replace(next);
    }
}
