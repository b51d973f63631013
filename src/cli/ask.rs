//! Asking Yoti once for a command: again as the error says, and never past the command's time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use crate::api::{ApiError, ApiErrorKind, Retry};

/// The requests of one command: never more in a second than the configuration lets (`max_rps`).
pub(super) struct Pace {
    sent: VecDeque<Instant>,
    most: usize,
    within: Duration,
}

impl Pace {
    pub(super) fn new(max_rps: f64) -> Self {
        // Whole requests in whole windows: so no window of a second holds more than the budget.
        let most = (1_u16..1_000).rev().find(|most| f64::from(*most) <= max_rps).unwrap_or(1);
        let within = Duration::from_secs_f64((f64::from(most) / max_rps).clamp(1.0, 1_000.0));
        Self { sent: VecDeque::new(), most: most.into(), within }
    }

    /// Waits until one more may go out.
    pub(super) async fn slot(&mut self) {
        if self.sent.len() >= self.most
            && let Some(first) = self.sent.pop_front()
        {
            sleep_until(first + self.within).await;
        }
        self.sent.push_back(Instant::now());
    }
}

/// The moment at which a command that begins now gives up.
pub(super) fn within(wait: Duration) -> Instant {
    Instant::now() + wait
}

/// Tries again as the error says, at most three times, and never past the deadline.
pub(super) async fn retried<T, F>(deadline: Instant, call: impl Fn() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, ApiError>>,
{
    let mut wait = Duration::from_millis(500);
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
            Retry::BackOff => wait,
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
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_requests_than_are_let() {
        for (max_rps, all) in [(5.0, 23_u32), (2.5, 9), (0.5, 4), (1_000.0, 30)] {
            let mut pace = Pace::new(max_rps);
            let mut sent: Vec<Instant> = Vec::new();
            for _ in 0..all {
                pace.slot().await;
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

    const SECOND: Duration = Duration::from_secs(1);
}
