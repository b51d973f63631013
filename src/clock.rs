//! The only place that reads the time.
//!
//! Owns [`Clock`]. Everything else is given a time, so that tests can give another.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A source of wall-clock time.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The machine's clock, for everything but tests and the demo.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place")]
        let now = Timestamp::now();
        now
    }
}

/// A clock that starts at a given time and goes with tokio's timers, so that it stands still and
/// jumps where a test pauses and advances them. The demo's runs faster than real time.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    start: Timestamp,
    origin: tokio::time::Instant,
    speed: f64,
}

impl TokioClock {
    /// A clock that shows `start` now. Needs a running tokio runtime.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self::with_speed(start, 1.0)
    }

    /// The same, going `speed` times as fast as real time; 0 stands still.
    #[must_use]
    pub fn with_speed(start: Timestamp, speed: f64) -> Self {
        Self { start, origin: tokio::time::Instant::now(), speed }
    }

    /// How long a span of this clock takes in real time; `None`: it stands still.
    #[must_use]
    pub fn real_time(&self, span: SignedDuration) -> Option<Duration> {
        // A span that has passed takes none.
        Duration::try_from_secs_f64(span.as_secs_f64().max(0.0) / self.speed).ok()
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let elapsed =
            SignedDuration::try_from_secs_f64(self.origin.elapsed().as_secs_f64() * self.speed);
        elapsed
            .ok()
            .and_then(|passed| self.start.checked_add(passed).ok())
            // At the end of time it stands still rather than panic.
            .unwrap_or(Timestamp::MAX)
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}
