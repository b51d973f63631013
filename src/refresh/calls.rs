//! The log of calls: what was asked, how it ended, when it is tried again.
//!
//! It is told when somebody asks, so that a closed log costs no snapshot.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::ask::Told;
use super::at_hand::ReadDetail;
use super::schedule::PollJob;
use super::task::Task;
use crate::api::{ApiError, SessionApi};
use crate::clock::Clock;
use crate::domain::assessment::attention::span;
use crate::domain::brief::Brief;
use crate::domain::events::call::{Call, Traffic};

/// A request that has ended.
pub(super) struct Ended {
    pub(super) job: PollJob,
    pub(super) probe: bool,
    pub(super) asked_at: Timestamp,
    pub(super) took: Duration,
    pub(super) told: Told,
    /// What was known of the session before, where that had to be read.
    pub(super) read: Option<ReadDetail>,
}

impl Ended {
    /// It was looked for, and the session has not changed since.
    pub(super) fn has_tried(&self, brief: &Arc<Brief>) -> bool {
        self.read.as_ref().is_some_and(|read| Arc::ptr_eq(&read.brief, brief))
    }

    /// The call without its note.
    pub(super) fn call(&self) -> Call {
        Call {
            // The log numbers it when it is kept.
            number: 0,
            at: self.asked_at,
            method: "GET",
            path: format!("/sessions/{}{}", self.job.id, self.job.part.below()),
            status: self.told.status,
            took: self.took,
            request_id: self.told.request_id.clone(),
            note: match (self.job.asked, self.probe) {
                (true, _) => "requested".to_owned(),
                (false, true) => "probe".to_owned(),
                (false, false) => String::new(),
            },
        }
    }
}

impl<A: SessionApi, C: Clock> Task<A, C> {
    /// `503 TEMPORARILY_UNAVAILABLE · again in 8s`, after what the note says already.
    pub(super) fn failed(&self, call: &mut Call, error: &ApiError, wait: Option<Duration>) {
        let now = Instant::now();
        let held = self.held_until(now).saturating_duration_since(now);
        let again = match wait {
            None => String::new(),
            Some(wait) if held > wait && self.breaker.state().is_some() => {
                format!("all wait, probe in {}", span(self.shown(held)))
            }
            Some(wait) if held > wait => format!("all wait {}", span(self.shown(held))),
            Some(wait) => format!("again in {}", span(self.shown(wait))),
        };
        let asked = std::mem::take(&mut call.note);
        let said = [asked, error.summary(), again];
        call.note = said.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · ");
    }

    /// Tells the log to who asked; nobody waits for one who has gone.
    pub(super) fn tell_traffic(&self, to: &mpsc::Sender<Traffic>) {
        let now = Instant::now();
        let traffic = Traffic {
            calls: self.calls.newest_first(),
            per_ten_seconds: self.meter.sent_by_ten_seconds(now),
            budget_per_ten_seconds: self.meter.budget_x10(now, self.breaker.ramp(now)),
        };
        // Never awaited: a dialog that was closed or is slow must not hold up asking.
        let _gone = to.try_send(traffic);
    }
}
