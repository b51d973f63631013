//! When asking stops because nobody answers or the key is refused, and how it starts again: pure.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::backoff::full_jitter;
use crate::domain::session::ids::SessionId;

/// Distinct sessions that must fail in a row before all are blamed; without a connection it does
/// not matter whose the failures are.
const WITNESSES: usize = 3;
/// A service may well answer 5xx for some sessions only: more witnesses are asked for.
const WITNESSES_5XX: usize = 8;
/// A refused key is tried again once in this time (fault A15).
const REFUSED_PROBE: Duration = Duration::from_mins(1);
/// The first and the longest wait between probes of a service that does not answer (fault R04).
const PROBE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// Why all asking has stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outage {
    /// No connection, in our words.
    Offline(String),
    /// Answers, but of something that is not Yoti, in our words.
    NotYoti(String),
    Unavailable(u16),
    /// 401 or 403, with the API's code where it is one of the contract's.
    Refused(u16, Option<String>),
    AppNotFound,
    /// The clock is this many seconds ahead.
    ClockSkew(i64),
}

impl Outage {
    const fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused(..) | Self::AppNotFound | Self::ClockSkew(_))
    }
}

#[derive(Debug)]
struct OpenBreaker {
    cause: Outage,
    since: Instant,
    probe_at: Instant,
    probes: u32,
}

/// The judgement over the last answers.
#[derive(Debug, Default)]
pub struct Breaker {
    failed: HashSet<SessionId>,
    in_a_row: usize,
    refusals: bool,
    open: Option<OpenBreaker>,
    closed_at: Option<Instant>,
}

impl Breaker {
    /// A good answer of any session. True when asking starts again with it.
    pub fn on_success(&mut self, now: Instant) -> bool {
        self.failed.clear();
        self.in_a_row = 0;
        let was_open = self.open.take().is_some();
        if was_open {
            self.closed_at = Some(now);
        }
        was_open
    }

    /// A failure that may not be the session's own. `polled` is how many sessions have a next poll:
    /// where there are fewer than three, all of them are witnesses enough.
    pub fn on_failure(
        &mut self,
        id: SessionId,
        cause: Outage,
        now: Instant,
        polled: usize,
        dice: &mut fastrand::Rng,
    ) {
        // These two are never one session's own: key and clock are the same for all.
        let sure = matches!(cause, Outage::AppNotFound | Outage::ClockSkew(_));
        // Witnesses of one kind do not count for the other: three outages are no refused key.
        if self.refusals != cause.is_refusal() {
            self.failed.clear();
            self.in_a_row = 0;
            self.refusals = cause.is_refusal();
        }
        self.failed.insert(id);
        self.in_a_row += 1;
        if let Some(open) = &mut self.open {
            open.probes += 1;
            open.probe_at = now + wait(&cause, open.probes, dice);
            open.cause = cause;
            return;
        }
        let wanted = match cause {
            Outage::Unavailable(_) => WITNESSES_5XX,
            Outage::Offline(_)
            | Outage::NotYoti(_)
            | Outage::Refused(..)
            | Outage::AppNotFound
            | Outage::ClockSkew(_) => WITNESSES,
        };
        let unreachable = matches!(cause, Outage::Offline(_)) && self.in_a_row >= wanted;
        if sure || unreachable || self.failed.len() >= wanted.min(polled.max(1)) {
            let probe_at = now + wait(&cause, 1, dice);
            self.open = Some(OpenBreaker { cause, since: now, probe_at, probes: 1 });
        }
    }

    /// Why asking has stopped, since when, and when the next probe goes out.
    #[must_use]
    pub fn state(&self) -> Option<(&Outage, Instant, Instant)> {
        self.open.as_ref().map(|open| (&open.cause, open.since, open.probe_at))
    }

    /// The share of the budget in force: after an outage a quarter, doubling every five seconds.
    #[must_use]
    pub fn ramp(&self, now: Instant) -> f64 {
        let Some(closed_at) = self.closed_at else { return 1.0 };
        match now.duration_since(closed_at).as_secs() {
            0..5 => 0.25,
            5..10 => 0.5,
            _ => 1.0,
        }
    }
}

fn wait(cause: &Outage, probes: u32, dice: &mut fastrand::Rng) -> Duration {
    if cause.is_refusal() {
        return REFUSED_PROBE;
    }
    // Jitter may shorten a wait, but never below one probe in 5 s (fault R04).
    full_jitter(probes, PROBE.0, PROBE.1, dice).max(PROBE.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> SessionId {
        SessionId::new(uuid::Uuid::from_u128(n))
    }

    // A04, R04
    #[test]
    fn three_different_sessions_must_fail_in_a_row() {
        let mut dice = fastrand::Rng::with_seed(1);
        let now = Instant::now();
        let mut breaker = Breaker::default();
        let refused = || Outage::Refused(401, None);
        for n in [1, 1, 1, 2] {
            breaker.on_failure(id(n), refused(), now, 10, &mut dice);
        }
        assert!(breaker.state().is_none(), "two sessions only");
        breaker.on_success(now);
        breaker.on_failure(id(3), refused(), now, 10, &mut dice);
        assert!(breaker.state().is_none(), "a good answer between them");
        breaker.on_failure(id(4), refused(), now, 10, &mut dice);
        breaker.on_failure(id(5), refused(), now, 10, &mut dice);
        let (cause, since, probe_at) = breaker.state().unwrap();
        assert_eq!((cause, since, probe_at), (&refused(), now, now + Duration::from_mins(1)));
        assert!(breaker.on_success(now));
        assert!(breaker.ramp(now) < 1.0);
        assert!(breaker.ramp(now + Duration::from_secs(11)) >= 1.0);
    }

    #[test]
    fn one_witness_is_enough_where_there_is_only_one_and_for_an_unknown_application() {
        let mut dice = fastrand::Rng::with_seed(1);
        let now = Instant::now();
        let mut breaker = Breaker::default();
        breaker.on_failure(id(1), Outage::Unavailable(503), now, 1, &mut dice);
        assert!(breaker.state().is_some());
        let mut breaker = Breaker::default();
        breaker.on_failure(id(1), Outage::AppNotFound, now, 50, &mut dice);
        assert!(breaker.state().is_some());
    }

    #[test]
    fn a_lost_connection_needs_no_second_session_but_a_service_that_fails_one_does() {
        let mut dice = fastrand::Rng::with_seed(1);
        let now = Instant::now();
        let opens = |cause: Outage, dice: &mut fastrand::Rng| {
            let mut breaker = Breaker::default();
            (0..20).for_each(|_| breaker.on_failure(id(1), cause.clone(), now, 50, dice));
            breaker.state().is_some()
        };
        assert!(opens(Outage::Offline(String::from("connection refused")), &mut dice));
        for own in [
            Outage::Unavailable(503),
            Outage::NotYoti(String::from("404 not from Yoti")),
            Outage::Refused(403, None),
        ] {
            assert!(!opens(own.clone(), &mut dice), "{own:?}");
        }
    }
}
