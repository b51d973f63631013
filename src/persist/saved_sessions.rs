//! What the store holds already, and what is other than that.

use std::sync::Arc;

use jiff::Timestamp;

use super::{LAST_LOOK, PersistError, Persistence, arrangement, ledger};
use crate::domain::events::ledger::NotificationCounts;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::{SessionTable, Snapshot};
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// What the store holds already: the list, what was archived from it, and what the program remembers.
#[derive(Debug, Default)]
pub struct SavedSessions {
    watched: SessionTable,
    archived: SessionTable,
    last_look: Option<Timestamp>,
    /// As it was saved last in this run.
    arrangement: Option<Arc<Arrangement>>,
    tally: Option<NotificationCounts>,
}

/// What a save has to write; often most of it is empty.
#[derive(Default)]
pub(super) struct Due {
    new: Vec<WatchEntry>,
    gone: Vec<SessionId>,
    changed: Vec<Arc<WatchedSession>>,
    touched: Vec<Arc<WatchedSession>>,
    last_look: Option<Timestamp>,
    arrangement: Option<Arc<Arrangement>>,
    tally: Option<NotificationCounts>,
}

impl Due {
    pub(super) const fn is_empty(&self) -> bool {
        self.new.is_empty()
            && self.gone.is_empty()
            && self.changed.is_empty()
            && self.touched.is_empty()
            && self.last_look.is_none()
            && self.arrangement.is_none()
            && self.tally.is_none()
    }

    pub(super) fn write(&self, persistence: &mut dyn Persistence) -> Result<(), PersistError> {
        if !self.new.is_empty() {
            persistence.add(&self.new)?;
        }
        if !self.gone.is_empty() {
            persistence.remove(&self.gone)?;
        }
        if !self.changed.is_empty() {
            persistence.save(&self.changed)?;
        }
        if !self.touched.is_empty() {
            persistence.touch(&self.touched)?;
        }
        if let Some(kept) = &self.arrangement {
            arrangement::keep(persistence, kept)?;
        }
        if let Some(tally) = &self.tally {
            ledger::keep(persistence, tally)?;
        }
        self.last_look.map_or(Ok(()), |at| persistence.set_state(LAST_LOOK, &at.to_string()))
    }
}

impl SavedSessions {
    /// What was loaded, before anything in it changes.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let (watched, archived) = (snapshot.sessions.clone(), snapshot.archived.clone());
        Self { watched, archived, ..Self::default() }
    }

    /// All of the snapshot has been saved.
    pub(super) fn all_of(snapshot: &Snapshot) -> Self {
        Self {
            last_look: snapshot.last_look,
            arrangement: Some(Arc::clone(&snapshot.arrangement)),
            tally: Some(snapshot.health.notified),
            ..Self::of(snapshot)
        }
    }

    fn gone(&self, snapshot: &Snapshot) -> Vec<SessionId> {
        let held = self.watched.iter().chain(self.archived.iter()).map(|s| s.id());
        held.filter(|id| snapshot.watched(*id).is_none()).collect()
    }

    /// What the operator did that is not saved, for the process that has taken the store. What was
    /// learned by asking is not in it: that process asks too.
    #[must_use]
    pub fn unsaved(&self, snapshot: &Snapshot) -> Vec<OutboxMessage> {
        let mut messages: Vec<OutboxMessage> =
            self.gone(snapshot).into_iter().map(OutboxMessage::Removed).collect();
        let (list, archived) =
            (snapshot.sessions.since(&self.watched), snapshot.archived.since(&self.archived));
        for session in list.changed.into_iter().chain(archived.changed) {
            let was = self.held(session.id());
            if was.is_none_or(|was| was.entry != session.entry) {
                messages.push(OutboxMessage::Added(WatchEntry::clone(&session.entry)));
            }
            let known = was.map_or(&[][..], |was| &was.own.history);
            let new = session.own.history.iter().filter(|action| !known.contains(action));
            messages.extend(new.map(|action| {
                OutboxMessage::Kept(session.id(), action.what.clone(), action.made.clone())
            }));
        }
        messages
    }

    fn held(&self, id: SessionId) -> Option<&Arc<WatchedSession>> {
        self.watched.get(id).or_else(|| self.archived.get(id))
    }

    pub(super) fn due(&self, snapshot: &Snapshot) -> Due {
        let list = snapshot.sessions.since(&self.watched);
        let archived = snapshot.archived.since(&self.archived);
        // By address: as long as nobody came or went, no id need be looked up.
        let same_list = list.same_list && archived.same_list;
        // Most polls say nothing new: their answers need not be written again.
        let same = |s: &&Arc<WatchedSession>| {
            self.held(s.id()).is_some_and(|was| was.revision == s.revision && was.entry == s.entry)
        };
        let (touched, changed): (Vec<_>, Vec<_>) =
            list.changed.iter().chain(&archived.changed).partition(|s| same(s));
        // When it is due next, and whether its detail is at hand, is not stored.
        let answered = |s: &&Arc<WatchedSession>| {
            let same = |was: &Arc<WatchedSession>| {
                was.poll.last_ok == s.poll.last_ok && Arc::ptr_eq(&was.brief, &s.brief)
            };
            !self.held(s.id()).is_some_and(same)
        };
        let is_new = |s: &&Arc<WatchedSession>| self.held(s.id()).is_none();
        let changed: Vec<Arc<WatchedSession>> = changed.into_iter().map(Arc::clone).collect();
        Due {
            new: changed.iter().filter(is_new).map(|s| WatchEntry::clone(&s.entry)).collect(),
            gone: if same_list { Vec::new() } else { self.gone(snapshot) },
            touched: touched.into_iter().filter(answered).map(Arc::clone).collect(),
            changed,
            last_look: snapshot.last_look.filter(|at| Some(*at) != self.last_look),
            arrangement: Some(Arc::clone(&snapshot.arrangement))
                .filter(|now| self.arrangement.as_ref() != Some(now)),
            tally: Some(snapshot.health.notified)
                .filter(|now| !now.is_empty() && self.tally != Some(*now)),
        }
    }
}
