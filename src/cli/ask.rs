//! Asking Yoti once for a command: again as the error says, and never past the command's time.
//!
//! Owns the patience of commands; the refresh task has its own.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::api::{ApiError, ApiErrorKind, Retry};

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
        if attempt == 3 || Instant::now() + pause > deadline {
            return Err(error);
        }
        sleep(pause).await;
        wait *= 2;
    }
    Err(ApiErrorKind::Timeout("--timeout").into())
}
