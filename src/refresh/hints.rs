//! What notifications do: sessions are looked at sooner, and what no answer tells is kept.
//!
//! A notification never changes what is known of a session otherwise (fault W05).

use jiff::Timestamp;
use tokio::time::Instant;

use super::schedule::PollJob;
use super::task::Task;
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::events::change::{ChangeKind, TimelineEvent};
use crate::domain::events::ledger::Ledger;
use crate::domain::events::notification::{Notification, Receiving};
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Part;
use crate::domain::watchlist::outbox::OutboxMessage;

/// Sessions that are offered for the list at once: whoever has the credential cannot flood it.
const OFFERED: usize = 100;

/// What is kept of notifications beside the timeline.
#[derive(Debug, Default)]
pub(super) struct Hints {
    pub(super) ledger: Ledger,
    pub(super) receiving: Receiving,
    pub(super) offered: Vec<SessionId>,
    pub(super) alert_trouble: Option<String>,
}

impl<A: SessionApi, C: Clock> Task<A, C> {
    /// A session that is not on the list is counted, and nothing else (fault W08).
    pub(super) fn notified(&mut self, told: &Notification, now: Instant) {
        if self.store.snapshot().sessions.get(told.session).is_none() {
            self.hints.ledger.on_unknown_session();
            let archived = self.store.snapshot().archived.get(told.session).is_some();
            let offered = &mut self.hints.offered;
            let room = offered.len() < OFFERED && !offered.contains(&told.session);
            if self.settings.learn && room && !archived {
                offered.push(told.session);
            }
            return;
        }
        // One process alone holds the port: the process that asks learns of it through the store.
        self.relay(std::iter::once(OutboxMessage::Told(told.clone())));
        let at = self.clock.now();
        self.hints.ledger.on_notification(told.session, &told.topic, at);
        if !self.reads_for(told) {
            self.take_in(told, at, now);
        }
        self.schedule.hint(told.session, now);
    }

    /// What no answer tells, where the session's detail is at hand.
    pub(super) fn take_in(&mut self, told: &Notification, at: Timestamp, now: Instant) {
        if self.store.notified(told, at) {
            self.used(told.session);
            self.publish_at = now;
        }
    }

    /// Puts an answer into the ledger: what it showed, and what it did not.
    pub(super) fn count_changes(&mut self, job: PollJob, asked_at: Timestamp) {
        // Without a receiver every event would count as missed.
        if job.part != Part::Session || self.hints.receiving == Receiving::Off {
            return;
        }
        let Some(watched) = self.store.snapshot().sessions.get(job.id) else { return };
        let fetched = watched.brief.fetched_at();
        // Where the store refused the answer an older one stands there, which was counted before.
        let fetched = fetched.filter(|at| *at >= asked_at);
        let Some(timeline) = watched.timeline() else { return };
        let news: Vec<TimelineEvent> = timeline
            .iter()
            .rev()
            .take_while(|event| Some(event.seen_at) == fetched)
            .cloned()
            .collect();
        // All of a first answer is new, and none of it was told.
        if news.iter().all(|event| event.what != ChangeKind::FirstSeen) {
            self.hints.ledger.on_answer(job.id, &news, asked_at, self.clock.now());
        }
    }
}
