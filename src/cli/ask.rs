//! Asking Yoti once for a command: again as the error says, and never past the command's time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::exit::Failure;
use super::setup;
use crate::api::client::Client;
use crate::api::{ApiError, ApiErrorKind, Retry, SessionApi};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::session::ids::SessionId;
use crate::store::Observation;

/// The requests of one command, however many are in flight: within any second no more of them go
/// out than the configuration lets (`max_rps`).
#[derive(Debug)]
pub(super) struct Pace {
    // Locked by who waits for the next turn: the others stand in line.
    sent: tokio::sync::Mutex<VecDeque<Instant>>,
    most: usize,
    within: Duration,
    /// Yoti asked for a wait: nothing is sent before this.
    held: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(max_rps: f64) -> Self {
        // Whole requests in whole windows: so no window of a second holds more than the budget.
        let most = (1_u16..1_000).rev().find(|most| f64::from(*most) <= max_rps).unwrap_or(1);
        let within = Duration::from_secs_f64((f64::from(most) / max_rps).clamp(1.0, 1_000.0));
        Self {
            sent: tokio::sync::Mutex::default(),
            most: most.into(),
            within,
            held: Mutex::default(),
        }
    }

    /// Waits until one more may go out. The time that is left where Yoti asked for a wait that goes
    /// beyond the deadline: then there is nothing to wait for.
    pub(super) async fn slot(&self, deadline: Instant) -> Result<(), Duration> {
        let mut sent = self.sent.lock().await;
        // Looked at again after each wait: meanwhile Yoti may have asked for another one.
        while let Some(at) = self.next(&sent).filter(|at| *at > Instant::now()) {
            if self.held().is_some_and(|held| held > deadline) {
                return Err(at.saturating_duration_since(Instant::now()));
            }
            sleep_until(at).await;
        }
        if sent.len() >= self.most {
            sent.pop_front();
        }
        sent.push_back(Instant::now());
        Ok(())
    }

    fn next(&self, sent: &VecDeque<Instant>) -> Option<Instant> {
        let first = sent.front().filter(|_| sent.len() >= self.most);
        first.map(|first| *first + self.within).max(self.held())
    }

    fn held(&self) -> Option<Instant> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing goes out for so long.
    fn hold(&self, wait: Duration) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = (*held).max(Some(Instant::now() + wait));
    }
}

/// What sessions are asked for with: one client, one pace.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client<SystemClock>,
    pace: Pace,
}

impl Asker {
    pub(super) fn new(config: &Config) -> Result<Self, Failure> {
        let pace = Pace::new(config.refresh.max_rps);
        Ok(Self { client: setup::client(config)?, pace })
    }

    /// Result, configuration and letter. That Yoti knows no such session is an error: it is gone
    /// only when Yoti says so twice, some time apart, which a running dashboard finds out.
    pub(super) async fn ask(
        &self,
        id: SessionId,
        deadline: Instant,
    ) -> Result<Vec<Observation>, ApiError> {
        let client = &self.client;
        let session = retried(deadline, || self.paced(deadline, client.session(id))).await?;
        let mut told = vec![Observation::Session(session)];
        let configuration =
            retried(deadline, || self.paced(deadline, client.configuration(id))).await;
        told.extend(configuration.ok().map(Observation::Configuration));
        match retried(deadline, || self.paced(deadline, client.instructions(id))).await {
            Ok(letter) => told.push(Observation::Letter(letter)),
            Err(error) if error.is_no_letter() => {
                told.push(Observation::LetterNotSet(SystemClock.now()));
            }
            Err(_other) => {}
        }
        Ok(told)
    }

    /// One attempt when its turn has come. A 429 is everybody's: nobody asks on meanwhile.
    async fn paced<T>(
        &self,
        deadline: Instant,
        attempt: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        if let Err(left) = self.pace.slot(deadline).await {
            return Err(ApiErrorKind::TooManyRequests(Some(left)).into());
        }
        let answer = attempt.await;
        if let Some(wait) = answer.as_ref().err().and_then(ApiError::slows) {
            self.pace.hold(wait);
        }
        answer
    }
}

/// The moment at which a command that begins now gives up.
pub(super) fn within(wait: Duration) -> Instant {
    Instant::now() + wait
}

/// Before the second attempt, where the error does not say how long to wait.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Tries again as the error says, at most three times, and never past the deadline.
pub(super) async fn retried<T, F>(deadline: Instant, call: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut wait = FIRST_PAUSE;
    for attempt in 1.. {
        tracing::debug!(attempt, "request");
        // `--timeout` bounds all of it, waits too: a script counts on the end.
        let late = ApiError::from(ApiErrorKind::Timeout("--timeout"));
        let error = match timeout_at(deadline, call()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => error,
            Err(_elapsed) => return Err(late),
        };
        let pause = match error.retry() {
            Retry::Never => return Err(error),
            Retry::After(pause) => pause,
            Retry::BackOff => error.slows().unwrap_or(wait),
        };
        // Three in all (fault R03); and no wait that the deadline would cut off anyway.
        if attempt == 3 || Instant::now() + pause > deadline {
            return Err(error);
        }
        let (status, pause_ms) = (error.status(), pause.as_millis());
        tracing::info!(attempt, status, pause_ms, "no response; the request is sent again");
        sleep(pause).await;
        wait *= 2;
    }
    Err(ApiErrorKind::Timeout("--timeout").into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_requests_than_are_let() {
        for (max_rps, all) in [(5.0, 23_u32), (2.5, 9), (0.5, 4), (1_000.0, 30)] {
            let pace = Pace::new(max_rps);
            let mut sent: Vec<Instant> = Vec::new();
            for _ in 0..all {
                pace.slot(Instant::now() + SECOND * 60).await.unwrap();
                sent.push(Instant::now());
            }
            for first in &sent {
                let second = sent.iter().filter(|at| *at >= first && **at - *first < SECOND);
                let second = u32::try_from(second.count()).unwrap();
                assert!(f64::from(second) <= max_rps.max(1.0), "{max_rps}");
            }
            let took = (*sent.last().unwrap() - *sent.first().unwrap()).as_secs_f64();
            assert!(took <= f64::from(all) / max_rps + 1.0, "{max_rps}: {took}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_stand_in_line_the_pace_is_one_and_a_wait_is_everybodys() {
        let pace = Arc::new(Pace::new(5.0));
        let begun = Instant::now();
        let mut line = JoinSet::new();
        for number in 0..12 {
            let pace = Arc::clone(&pace);
            line.spawn(async move {
                pace.slot(Instant::now() + SECOND * 60).await.unwrap();
                // Yoti asks for a wait while others stand in line.
                if number == 9 {
                    pace.hold(Duration::from_secs(30));
                }
                begun.elapsed().as_secs()
            });
        }
        let mut sent = line.join_all().await;
        sent.sort_unstable();
        assert_eq!(sent, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 31, 31]);
    }

    // A01
    #[tokio::test(start_paused = true)]
    async fn a_429_that_does_not_say_how_long_is_waited_out_for_half_a_minute_or_not_at_all() {
        let refused = || ApiError::from(ApiErrorKind::TooManyRequests(None));
        for (timeout, attempts, took) in [(60, 2, 30), (20, 1, 0)] {
            let (begun, tries) = (Instant::now(), AtomicUsize::new(0));
            let ended = retried(within(SECOND * timeout), async || {
                match tries.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(refused()),
                    _ => Ok(()),
                }
            });
            assert_eq!(ended.await.is_ok(), attempts == 2, "{timeout}");
            assert_eq!(tries.into_inner(), attempts, "{timeout}");
            assert_eq!(begun.elapsed().as_secs(), took, "{timeout}");
        }
    }

    // A01
    #[tokio::test(start_paused = true)]
    async fn who_would_wait_beyond_the_deadline_for_yoti_ends_at_once() {
        let (pace, begun) = (Pace::new(5.0), Instant::now());
        pace.hold(SECOND * 30);
        assert_eq!(pace.slot(within(SECOND * 20)).await, Err(SECOND * 30));
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert_eq!(pace.slot(within(SECOND * 40)).await, Ok(()));
        assert_eq!(begun.elapsed(), SECOND * 30);
    }

    const SECOND: Duration = Duration::from_secs(1);
}
