//! What the operator does to the watch-list and looks at, carried out in store and schedule
//! together.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::due::{interval, unsigned};
use super::task::{ERASE_SOON, Task};
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::assessment::retention::NOT_ERASED;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// Where more is kept at once than the store takes.
const NOT_LEFT: &str = "not saved: the store takes too long";

/// The time of the newest good answer of any session.
fn newest<'a>(sessions: impl Iterator<Item = &'a WatchedSession>) -> Option<Timestamp> {
    sessions.filter_map(|session| session.poll.last_ok.get()).max()
}

impl<A: SessionApi, C: Clock> Task<A, C> {
    pub(super) fn add(&mut self, entries: Vec<WatchEntry>, now: Instant) {
        self.relay(entries.iter().cloned().map(OutboxMessage::Added));
        let ids: Vec<SessionId> = entries.iter().map(|entry| entry.id).collect();
        // An offer is made for sessions that are not on the list.
        self.hints.offered.retain(|offered| !ids.contains(offered));
        self.store.add(entries);
        self.schedule_new(&ids, now);
    }

    pub(super) fn remove(&mut self, ids: &[SessionId]) {
        self.relay(ids.iter().copied().map(OutboxMessage::Removed));
        self.store.remove(ids);
        for id in ids {
            self.let_go(*id);
        }
    }

    /// By the operator of this process, now.
    pub(super) fn made_now(&self) -> Made {
        Made::new(self.clock.now(), self.settings.operator.clone())
    }

    pub(super) fn keep(
        &mut self,
        changes: &[(SessionId, AnnotationChange)],
        made: &Made,
        now: Instant,
    ) {
        let kept = |(id, change): &(SessionId, AnnotationChange)| {
            OutboxMessage::Kept(*id, change.clone(), made.clone())
        };
        self.relay(changes.iter().map(kept));
        self.store.keep(changes, made.clone());
        let mut back = Vec::new();
        for (id, change) in changes {
            match change {
                AnnotationChange::Archived(true) => self.let_go(*id),
                AnnotationChange::Archived(false) => back.push(*id),
                AnnotationChange::Note(_)
                | AnnotationChange::Tags { .. }
                | AnnotationChange::Pinned(_)
                | AnnotationChange::Acknowledged(_)
                | AnnotationChange::Snoozed(_)
                | AnnotationChange::LookedAt(_) => {}
            }
        }
        self.schedule_new(&back, now);
    }

    /// One, or all of the list.
    pub(super) fn ask_for(&mut self, whom: Option<SessionId>, now: Instant) {
        self.relay(std::iter::once(OutboxMessage::Asked(whom)));
        let Some(id) = whom else {
            let all: Vec<SessionId> =
                self.store.snapshot().sessions.iter().map(|s| s.id()).collect();
            self.schedule.ask_all(now, all.into_iter());
            return;
        };
        self.schedule.ask(id, now);
    }

    /// Leaves these for the process that asks, where that is another one, and for other machines.
    pub(super) fn relay(&mut self, posts: impl Iterator<Item = OutboxMessage>) {
        // Where another process of this machine asks, that one tells the other machines.
        let shared = self.sharing.as_ref().and_then(|sharing| sharing.relay.as_ref());
        let Some(relay) = self.relay.as_ref().or(shared) else { return };
        if relay.try_send(posts.collect()).is_err() {
            self.store_trouble = Some(NOT_LEFT.to_owned());
        }
    }

    /// One interval for all that are still open; who would wait longer is brought forward.
    pub(super) fn pace(&mut self, every: SignedDuration, now: Instant) {
        let settings = &mut self.settings;
        settings.at_counter = every;
        settings.due_today = every;
        settings.awaiting = every;
        settings.selected = every;
        let known: Vec<Arc<WatchedSession>> =
            self.store.snapshot().sessions.iter().map(Arc::clone).collect();
        for watched in known {
            let id = watched.id();
            let selected = self.schedule.is_selected(id);
            let open = interval(&self.assessed(&watched), selected, &self.settings);
            let latest = now + unsigned(every);
            self.schedule.change(id, |track| {
                track.interval = open;
                if track.due().is_some_and(|due| open.is_some() && due > latest) {
                    track.hasten(latest);
                }
            });
            let shown = open.map(|every| self.shown(every));
            self.poll_state(id, |poll| poll.interval = shown.into());
        }
    }

    /// The session under the cursor is asked as often as it deserves from now on.
    pub(super) fn focus(
        &mut self,
        selected: Option<SessionId>,
        visible: Vec<SessionId>,
        now: Instant,
    ) {
        self.schedule.focus(selected, visible);
        self.read_selected();
        let Some(id) = selected else { return };
        // Looking at a session that has ended is no reason to ask for it again.
        let ended = self.schedule.track(id).is_none_or(|track| track.interval.is_none());
        if ended {
            return;
        }
        // Not at once: a cursor that runs down the list would ask for every session it passes.
        let soon = now + unsigned(self.settings.selected).div_f64(5.0);
        self.schedule.change(id, |track| {
            if track.due().is_some_and(|due| due > soon) {
                track.hasten(soon);
            }
        });
    }

    /// What another process learned of the sessions, and who is on its list now.
    pub(super) fn follow(&mut self, list: ListChanges, now: Instant) {
        // A list may arrive that was read before this process took over: it is older than its own.
        if self.settings.following {
            self.take_list(list, now);
        }
    }

    /// Another process holds the store and asks; what is kept here is that one's to save.
    pub(super) fn stands_by(&mut self, relay: mpsc::Sender<Vec<OutboxMessage>>) {
        self.settings.following = true;
        self.relay = Some(relay);
        // What was read at the start is the other's: its age is told before it learns more.
        self.last_ok =
            self.last_ok.max(newest(self.store.snapshot().sessions.iter().map(AsRef::as_ref)));
    }

    /// What the other process left is this one's to keep from here on. Who saves learns what it was,
    /// so that nothing that is learned after it is taken for saved.
    pub(super) fn take_over(
        &mut self,
        list: ListChanges,
        to: &mpsc::Sender<Snapshot>,
        now: Instant,
    ) {
        self.take_list(list, now);
        self.settings.following = false;
        // What is kept from here on is this process's own to
        // save; the old channel would leave it for nobody.
        self.relay = None;
        // Whether this process reaches Yoti is not known before it has asked.
        self.schedule.hasten_first(now);
        // Who saves waits for it, or the program ends.
        let _gone = to.try_send(self.store.snapshot().clone());
    }

    pub(super) fn take_list(&mut self, list: ListChanges, now: Instant) {
        self.last_ok = self.last_ok.max(newest(list.sessions().iter()));
        let (changed, gone) = self.store.follow(list);
        for id in gone {
            self.let_go(id);
        }
        for id in changed {
            if let Some(watched) = self.store.snapshot().sessions.get(id).map(Arc::clone) {
                self.schedule_session(&watched, now);
                if watched.detail.is_some() {
                    self.used(id);
                }
            }
        }
        self.shed();
        self.read_selected();
    }

    /// Erases what is kept no longer; where another process holds the store, that one does it.
    pub(super) fn erase(&mut self, now: Instant) {
        if self.settings.following {
            return;
        }
        let Some(at) = self.time_to_erase_by() else {
            if !self.erasing.waits {
                tracing::warn!("{NOT_ERASED}");
            }
            self.erasing.waits = true;
            self.erasing.at = now + ERASE_SOON;
            return;
        };
        self.erasing.waits = false;
        let erased = self.store.erase(self.rules.retention, at);
        if !erased.is_empty() {
            tracing::info!(sessions = erased.len(), "the retention time of responses is over");
        }
        for id in erased {
            let watched = self.store.snapshot().sessions.get(id).map(Arc::clone);
            if let Some(watched) = watched {
                self.schedule_session(&watched, now);
            }
        }
    }

    /// What a clock erases that is wrong cannot be brought back where Yoti has it no longer. So never
    /// later than Yoti's time, where it is known. `None`: this machine's clock is not believed alone.
    fn time_to_erase_by(&self) -> Option<Timestamp> {
        let ours = self.clock.now();
        if let Some(theirs) = self.api.yoti_time() {
            return Some(theirs.min(ours));
        }
        let known = self.store.snapshot();
        let all = known.sessions.iter().chain(known.archived.iter());
        let answered = all.filter_map(|session| session.poll.last_ok.get()).max();
        let retention = self.rules.retention;
        let over = || {
            known.sessions.iter().chain(known.archived.iter()).any(|s| retention.is_over(s, ours))
        };
        (retention.believes(ours, answered) || !over()).then_some(ours)
    }

    fn let_go(&mut self, id: SessionId) {
        self.schedule.forget(id);
        self.polls.remove(&id);
        self.at_hand.forget(id);
        self.hints.ledger.forget(id);
    }

    /// Those that are not on the schedule yet.
    fn schedule_new(&mut self, ids: &[SessionId], now: Instant) {
        for id in ids {
            let known = self.schedule.track(*id).is_some();
            let watched = self.store.snapshot().sessions.get(*id).map(Arc::clone);
            if let Some(watched) = watched.filter(|_| !known) {
                self.schedule_session(&watched, now);
            }
        }
    }
}
