//! Who of the list this process asks for, where several machines share it.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::shards::{LabelNews, ShardNews, SharedNews, Sharing};
use super::task::Task;
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::WatchedSession;
use crate::hub::lease::Shard;

impl<A: SessionApi, C: Clock> Task<A, C> {
    /// From here on this process asks only for what the shared store leaves it.
    pub(super) fn share(&mut self, relay: mpsc::Sender<Vec<OutboxMessage>>) {
        let before = self.sharing.take().unwrap_or_default();
        self.sharing = Some(Sharing { relay: Some(relay), ..before });
        self.reschedule();
    }

    /// Whether its sessions are this process's to ask for.
    pub(super) fn may_ask(&self, id: SessionId) -> bool {
        let shares = |sharing: &Sharing| sharing.scheduled.contains(&Shard::of(id));
        self.sharing.as_ref().is_none_or(shares)
    }

    /// Another process asks for all of the list.
    pub(super) fn leaves_asking(&self) -> bool {
        self.sharing.as_ref().is_some_and(|sharing| sharing.scheduled.is_empty())
    }

    /// What the shared store leaves to this process from here on.
    pub(super) fn take_shards(&mut self, news: ShardNews) {
        let Some(sharing) = &mut self.sharing else { return };
        let all = news.holding.trusted(Instant::now(), self.clock.now());
        let held: HashSet<Shard> = all.iter().map(|lease| lease.shard).collect();
        sharing.news = Some(news);
        if sharing.scheduled != held {
            sharing.scheduled = held;
            self.reschedule();
        }
    }

    fn reschedule(&mut self) {
        let now = Instant::now();
        let all: Vec<Arc<WatchedSession>> =
            self.store.snapshot().sessions.iter().map(Arc::clone).collect();
        for watched in all {
            let id = watched.id();
            if !self.may_ask(id) {
                self.schedule.forget(id);
                self.touched.insert(id);
            } else if self.schedule.track(id).is_none() {
                self.schedule_session(&watched, now);
            }
        }
    }

    /// When a request may go out by the slots of the shared store: now, or when this is to look again.
    /// `None`: not before it confirms something.
    pub(super) fn slot(&self, now: Instant) -> Option<Instant> {
        let Some(sharing) = &self.sharing else { return Some(now) };
        let (held, theirs, slots) = sharing.held(now, self.clock.now())?;
        if slots.usable(theirs, &held).is_some_and(|slot| slot != sharing.last_slot) {
            return Some(now);
        }
        let (_, begins) = slots.next(slots.at(theirs), &held)?;
        Some(now + begins.duration_since(theirs).unsigned_abs())
    }

    /// The slot of this moment is used.
    pub(super) fn use_slot(&mut self, now: Instant) {
        let wall = self.clock.now();
        let Some(sharing) = &mut self.sharing else { return };
        if let Some((_, theirs, slots)) = sharing.held(now, wall) {
            sharing.last_slot = slots.at(theirs);
        }
    }

    /// What was learned and changed on other machines. Where another process of this machine holds
    /// the local store, that one takes it in.
    pub(super) fn merge(&mut self, news: SharedNews, now: Instant) {
        if self.settings.following {
            return;
        }
        let SharedNews { mut changed, gone, labels } = news;
        // Over what is known now: an answer that came meanwhile is newer than what the labels were
        // read beside.
        changed.extend(labels.into_iter().filter_map(|LabelNews { entry, own }| {
            let session = self.store.watched(entry.id)?;
            Some(WatchedSession { entry, own, ..WatchedSession::clone(session) })
        }));
        self.take_list(ListChanges::Some { changed, gone }, now);
        // An empty batch marks the place behind what operators changed before they saw this.
        if let Some(relay) = self.sharing.as_ref().and_then(|sharing| sharing.relay.as_ref()) {
            let _full = relay.try_send(Vec::new());
        }
    }
}
