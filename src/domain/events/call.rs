//! A request to Yoti as the API log shows it, and how busy the last minutes were.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::server_text::ServerText;

/// The most calls kept.
pub const CALLS_KEPT: usize = 500;

/// One request and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Grows by one with each call.
    pub number: u64,
    /// When it was sent.
    pub at: Timestamp,
    /// `GET`, ….
    pub method: &'static str,
    /// Below the base URL, without a query: `/sessions/…/configuration`.
    pub path: String,
    /// HTTP status; `None` without an answer.
    pub status: Option<u16>,
    /// Until the answer was complete.
    pub took: Duration,
    /// `x-request-id` of a failure, to quote to Yoti (contract 9).
    pub request_id: Option<ServerText>,
    /// What went wrong and when it is tried again, in our words.
    pub note: String,
}

/// The last calls, oldest first.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    calls: VecDeque<Arc<Call>>,
    numbered: u64,
}

impl CallLog {
    /// Takes a call in and numbers it; the oldest goes when there are too many.
    pub fn push(&mut self, mut call: Call) {
        self.numbered += 1;
        call.number = self.numbered;
        self.calls.push_back(Arc::new(call));
        if self.calls.len() > CALLS_KEPT {
            self.calls.pop_front();
        }
    }

    /// The calls, newest first.
    #[must_use]
    pub fn newest_first(&self) -> Vec<Arc<Call>> {
        self.calls.iter().rev().map(Arc::clone).collect()
    }
}

/// What the refresh task tells of its calls when it is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The last calls, newest first.
    pub calls: Vec<Arc<Call>>,
    /// Requests in each ten seconds of the last minutes, oldest first, the last not over yet.
    pub per_ten_seconds: Vec<u32>,
    /// Requests that the budget in force allows in ten seconds.
    pub budget_per_ten_seconds: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_keeps_the_newest_and_their_numbers() {
        let call = Call {
            number: 0,
            at: Timestamp::UNIX_EPOCH,
            method: "GET",
            path: "/sessions/x".into(),
            status: Some(200),
            took: Duration::from_millis(1),
            request_id: None,
            note: String::new(),
        };
        let mut log = CallLog::default();
        for _ in 0..CALLS_KEPT + 7 {
            log.push(call.clone());
        }
        let kept = log.newest_first();
        assert_eq!(kept.len(), CALLS_KEPT);
        assert_eq!(kept.first().map(|call| call.number), Some(507));
        assert_eq!(kept.last().map(|call| call.number), Some(8));
    }
}
