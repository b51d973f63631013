//! What follows from the end of a request: what is kept, when the session is asked again, and what
//! it says of all the others.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::ask::cause;
use super::backoff::{full_jitter, spread};
use super::calls::Ended;
use super::due::{gone_look, interval, rarely, unsigned};
use super::schedule::PollJob;
use super::story;
use super::task::Task;
use crate::api::{ApiError, Retry, SessionApi};
use crate::clock::Clock;
use crate::domain::brief::letter::LetterBrief;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Part;
use crate::domain::watchlist::watched::{PollFailure, PollState};
use crate::store::Observation;

/// The first wait after a failure of one session.
const RETRY_BASE: Duration = Duration::from_secs(2);
/// The longest wait of a session that keeps failing where its interval is shorter.
const LONGEST: Duration = Duration::from_mins(1);
/// The same where the answer will hardly be another (400, a conflict).
const LONGEST_SURE: Duration = Duration::from_mins(15);

impl<A: SessionApi, C: Clock> Task<A, C> {
    pub(super) fn answered(&mut self, ended: Ended) {
        crate::panic_site::at("answer", &());
        let now = Instant::now();
        let Some(mut ended) = self.reads_first(ended) else { return };
        self.heard = true;
        let mut call = ended.call();
        story::asked(&ended);
        let read = ended.read.take().is_none_or(|read| self.take_read(&read, now));
        let Ended { job, took, told, asked_at, .. } = ended;
        // It left the list while the request ran: its answer is nobody's any more.
        if self.store.snapshot().sessions.get(job.id).is_none() {
            self.schedule.forget(job.id);
            self.calls.push(call);
            return;
        }
        match told.outcome {
            Ok(_) if !read => {
                self.yoti_answers(took, now);
                self.not_taken_in(job, now);
            }
            Ok(observation) => {
                self.yoti_answers(took, now);
                self.on_success(job, observation, now);
                self.count_changes(job, asked_at);
            }
            Err(error) if read && job.part == Part::Session && error.is_session_not_found() => {
                self.yoti_answers(took, now);
                let wait = self.not_found(job, &error, now);
                self.failed(&mut call, &error, wait);
            }
            Err(error) => {
                let wait = self.on_failure(job, &error, now);
                self.failed(&mut call, &error, Some(wait));
            }
        }
        self.calls.push(call);
        self.touched.insert(job.id);
    }

    /// The connection and the key are in order, whatever the answer says.
    fn yoti_answers(&mut self, took: Duration, now: Instant) {
        self.meter.on_success(took);
        if self.breaker.on_success(now) {
            self.schedule.spread_overdue(now, &mut self.dice);
        }
        self.last_ok = Some(self.clock.now());
        self.reached = true;
    }

    fn on_success(&mut self, job: PollJob, observation: Observation, now: Instant) {
        let at = self.clock.now();
        let compared = !matches!(observation, Observation::Unchanged(_));
        let changed = self.store.observe(job.id, observation);
        if compared {
            self.used(job.id);
        }
        // An answer is seen at once; poll times alone wait for the figures, once a second.
        if changed {
            self.publish_at = now;
        }
        let Some(watched) = self.store.snapshot().sessions.get(job.id).cloned() else { return };
        let every =
            interval(&self.assessed(&watched), self.schedule.is_selected(job.id), &self.settings);
        let ended = watched.brief.has_ended();
        let part_every = match job.part {
            Part::Session => every,
            part => rarely(part, &watched, &self.settings),
        };
        let due = part_every.map(|span| now + spread(span, &mut self.dice));
        self.schedule.ended(job, due);
        self.schedule.change(job.id, |track| track.count(job.part, false));
        if job.part != Part::Session {
            return;
        }
        self.schedule.seen(job.id);
        self.schedule.change(job.id, |track| {
            track.interval = every;
            // Once is enough for a letter that can change no more.
            track.not_found = None;
            if ended && watched.brief.letter != LetterBrief::NotKnown {
                track.drop_part(Part::Letter);
            }
        });
        // What was supplied may have changed what is still
        // required, so the next look is not 15 min away.
        if changed && !ended && watched.brief.configuration.is_some() {
            self.schedule.hasten_configuration(job.id, now);
        }
        let interval = every.map(|e| self.shown(e));
        self.poll_state(job.id, |poll| {
            *poll =
                PollState { last_ok: at.into(), interval: interval.into(), ..PollState::default() };
        });
    }

    /// Yoti says that there is no such session. It is gone only when Yoti says so twice in a row,
    /// some time apart: one such answer may be a fault of Yoti's, or come before the session can be
    /// read (contract 9.4). Returns how long until it is asked again, if ever.
    fn not_found(&mut self, job: PollJob, error: &ApiError, now: Instant) -> Option<Duration> {
        let at = self.clock.now();
        self.schedule.seen(job.id);
        let known = self.store.snapshot().sessions.get(job.id);
        let since = known.and_then(|watched| watched.brief.missing_since());
        let first = self.schedule.track(job.id).and_then(|track| track.not_found);
        let first = first.unwrap_or(now);
        let settings = &self.settings.not_found;
        let twice = now.duration_since(first) >= unsigned(settings.span);
        let wait = if since.is_some() || twice {
            self.gone(job, since.unwrap_or(at), at, now)
        } else {
            let again = unsigned(settings.again);
            self.schedule.ended(job, Some(now + again));
            self.poll_failed(job.id, error, at);
            Some(again)
        };
        self.schedule.change(job.id, |track| track.not_found = Some(first));
        wait
    }

    fn gone(
        &mut self,
        job: PollJob,
        since: Timestamp,
        at: Timestamp,
        now: Instant,
    ) -> Option<Duration> {
        if self.store.observe(job.id, Observation::Missing(at)) {
            self.publish_at = now;
            story::gone(job.id);
        }
        self.schedule.ended(job, None);
        self.schedule.stop(job.id);
        // Two late looks, then never again: 404 may have been a fault at Yoti's (contract 9.4).
        let wait = gone_look(since, at).map(|next| self.real(next.duration_since(at)));
        if let Some(wait) = wait {
            self.schedule.change(job.id, |track| track.hasten(now + wait));
        }
        self.poll_state(job.id, |poll| {
            *poll = PollState { last_ok: at.into(), ..PollState::default() };
        });
        wait
    }

    /// Returns when this one is due again.
    fn on_failure(&mut self, job: PollJob, error: &ApiError, now: Instant) -> Duration {
        self.meter.on_failure(now);
        story::failed(job, error.http_status());
        if let Some(cause) = cause(error) {
            let polled = self.schedule.polled();
            self.breaker.on_failure(job.id, cause, now, polled, &mut self.dice);
        }
        let wait = self.wait(job, error);
        if let Some(hold) = error.slows() {
            self.meter.slow_down(now);
            self.slowed_until = Some(self.slowed_until.map_or(now + hold, |t| t.max(now + hold)));
        }
        self.schedule.ended(job, Some(now + wait));
        // Another failure in between, and "twice in a row" begins anew (contract 9.4).
        if job.part == Part::Session {
            self.schedule.change(job.id, |track| track.not_found = None);
            self.poll_failed(job.id, error, self.clock.now());
        } else {
            self.schedule.change(job.id, |track| track.count(job.part, true));
        }
        wait
    }

    /// How long a part that has failed waits: longer with each failure, as the error says.
    fn wait(&mut self, job: PollJob, error: &ApiError) -> Duration {
        let track = self.schedule.track(job.id);
        let failures = track.map_or(1, |track| track.failures(job.part) + 1);
        let usual = track.and_then(|track| track.interval).unwrap_or(LONGEST);
        let rarely = unsigned(self.settings.configuration);
        let (longest, sure) = match job.part {
            Part::Session => (usual.max(LONGEST), usual.max(LONGEST_SURE)),
            Part::Configuration | Part::Letter => (rarely, rarely),
        };
        // At most 2^16: beyond it the shift would overflow, and `sure` is reached long before.
        let doubled = usual.saturating_mul(1 << (failures - 1).min(16)).min(sure);
        match error.retry() {
            Retry::After(wait) => wait.max(usual.min(wait * 2)),
            // An early retry costs of a tenth of all requests
            // (fault R03); without one the interval is kept.
            Retry::BackOff if self.retries.spend() => {
                full_jitter(failures, RETRY_BASE, longest, &mut self.dice)
            }
            Retry::BackOff => spread(usual.max(doubled.min(longest)), &mut self.dice),
            Retry::Never => spread(doubled, &mut self.dice),
        }
    }

    fn poll_failed(&mut self, id: SessionId, error: &ApiError, at: Timestamp) {
        self.schedule.change(id, |track| track.count(Part::Session, true));
        let failures = self.schedule.track(id).map_or(1, |track| track.failures(Part::Session));
        let (status, code) = (error.status(), error.code.clone());
        let failure = PollFailure { status, code, summary: error.summary(), at };
        self.poll_state(id, |poll| {
            poll.failures = failures;
            poll.last_failure = Some(Box::new(failure));
        });
    }

    fn real(&self, span: SignedDuration) -> Duration {
        super::due::real(span, &self.settings)
    }
}
