//! What the task tells the rest: poll states and the header's figures, at most once a second.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::breaker::Outage;
use super::schedule::Track;
use super::story;
use super::task::{PUBLISH, Task};
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::snapshot::{Connection, Health};
use crate::domain::watchlist::watched::PollState;

/// A process that polls and reaches Yoti is never behind by so much without any answer at all.
const SILENCE: SignedDuration = SignedDuration::from_mins(1);

impl<A: SessionApi, C: Clock> Task<A, C> {
    pub(super) fn publish(&mut self) {
        let now = Instant::now();
        self.publish_at = now + PUBLISH;
        self.heard = false;
        let touched: Vec<SessionId> = std::mem::take(&mut self.touched).into_iter().collect();
        let mut pending = std::mem::take(&mut self.polls);
        let states = touched.into_iter().filter_map(|id| {
            let shown = || Some(self.store.watched(id)?.poll.clone());
            let mut poll = pending.remove(&id).or_else(shown)?;
            let due = self.schedule.track(id).and_then(Track::due);
            poll.next_due = (due.map(|due| self.shown_at(due))).into();
            Some((id, poll))
        });
        let states: Vec<(SessionId, PollState)> = states.collect();
        let health = self.health(now);
        self.logged = story::connection(self.logged, &health.connection);
        self.store.publish(health, states);
    }

    fn health(&mut self, now: Instant) -> Health {
        let next_due = self.schedule.next_due().filter(|_| self.asks());
        let held = self.held_until(now);
        self.hints.ledger.settle(self.clock.now());
        Health {
            connection: self.connection(now),
            beside: self.settings.following,
            shared: self.sharing.is_some(),
            last_ok: self.last_ok,
            next_due: next_due.map(|due| self.shown_at(due.max(held))),
            latency_ms: self.meter.latency(),
            rate_x10: self.meter.rate_x10(now),
            budget_x10: self.meter.budget_x10(now, self.breaker.ramp(now)),
            first_looks_left: self.first_looks_left(),
            errors: self.meter.errors(now),
            store_trouble: self.store_troubles(),
            receiving: self.hints.receiving.clone(),
            notified: self.hints.ledger.tally(),
            offered: self.hints.offered.clone(),
            alert_trouble: self.hints.alert_trouble.clone(),
        }
    }

    /// Since when the process that polls has had no answer, though one was due well before now.
    // Why it has none is not in the store: it may be offline, or stopped by ctrl-z.
    fn silent_since(&self) -> Option<Timestamp> {
        let since = self.last_ok?;
        let before = self.clock.now().saturating_sub(SILENCE).ok()?;
        let is_due = |poll: &PollState| {
            let due = poll
                .last_ok
                .get()
                .zip(poll.interval.get())
                .map(|(at, every)| at.saturating_add(every));
            due.is_some_and(|due| due.is_ok_and(|due| due < before))
        };
        let snapshot = self.store.snapshot();
        let silent = since < before && snapshot.sessions.iter().any(|known| is_due(&known.poll));
        silent.then_some(since)
    }

    fn store_troubles(&self) -> Option<String> {
        let said = self.store_trouble.iter().chain(&self.unreadable).chain(&self.store_damage);
        let said = said.chain(&self.shared_trouble);
        let said: Vec<&str> = said.map(String::as_str).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// None where nothing is asked, or only what a notification names.
    fn first_looks_left(&self) -> usize {
        let looks = self.settings.online && self.settings.sweep;
        if looks { self.schedule.first_looks() } else { 0 }
    }

    fn connection(&self, now: Instant) -> Connection {
        if !self.settings.online {
            return Connection::Disabled;
        }
        if self.settings.following || self.leaves_asking() {
            let silent = || self.silent_since().map(|since| Connection::Silent { since });
            return if self.nobody_polls {
                Connection::NoHolder
            } else {
                silent().unwrap_or(Connection::Following)
            };
        }
        if let Some((cause, since, probe_at)) = self.breaker.state() {
            let ago = self.shown(now.duration_since(since));
            let since = self.clock.now().saturating_sub(ago).unwrap_or(Timestamp::MIN);
            let retry_at = self.shown_at(probe_at);
            return match cause {
                // To the operator both mean that there is no way to Yoti; the cause says which.
                Outage::Offline(cause) | Outage::NotYoti(cause) => {
                    Connection::Offline { since, retry_at, cause: cause.clone() }
                }
                Outage::Unavailable(status) => {
                    Connection::Unavailable { since, retry_at, status: *status }
                }
                Outage::Refused(status, code) => {
                    Connection::Refused { status: *status, code: code.clone() }
                }
                Outage::AppNotFound => Connection::AppNotFound,
                Outage::ClockSkew(seconds) => {
                    Connection::ClockSkew(SignedDuration::from_secs(*seconds))
                }
            };
        }
        if let Some(until) = self.slowed_until.filter(|until| *until > now) {
            return Connection::Slowed { until: self.shown_at(until) };
        }
        // The wait is over, but fewer requests than usual still go out.
        if self.meter.share(now) < 1.0 {
            return Connection::Slowed { until: self.clock.now() };
        }
        if self.reached { Connection::Live } else { Connection::Starting }
    }
}
