//! Details that are read when they are needed: for the open session, for what an answer has changed,
//! and for a notification.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinError;
use tokio::time::Instant;

use super::at_hand::{DetailReading, ReadDetail, read};
use super::calls::Ended;
use super::schedule::PollJob;
use super::task::Task;
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::brief::Brief;
use crate::domain::events::notification::Notification;
use crate::domain::session::ids::SessionId;
use crate::domain::session::observation::Observation;
use crate::domain::session::parts::Part;
use crate::domain::watchlist::watched::PollFailure;

/// A session whose detail cannot be read is asked again after this time.
const AGAIN: Duration = Duration::from_secs(30);

impl<A: SessionApi, C: Clock> Task<A, C> {
    /// The session's brief, where its detail is not at hand.
    fn unread(&self, id: SessionId) -> Option<Arc<Brief>> {
        let watched = self.store.watched(id).filter(|watched| watched.detail.is_none())?;
        Some(Arc::clone(&watched.brief))
    }

    /// What is compared with the answers before it has to be read first; then this comes again.
    pub(super) fn reads_first(&mut self, ended: Ended) -> Option<Ended> {
        let changes = match &ended.told.outcome {
            Ok(Observation::Unchanged(_)) => false,
            Ok(_) => true,
            Err(error) => ended.job.part == Part::Session && error.is_session_not_found(),
        };
        let brief = self.unread(ended.job.id).filter(|_| changes);
        let Some(brief) = brief.filter(|brief| !ended.has_tried(brief)) else { return Some(ended) };
        let reading = read(self.store.details(), ended.job.id, brief);
        self.running.spawn(async move { Ended { read: Some(reading.await), ..ended } });
        None
    }

    /// Reads the detail of the session that the operator looks at.
    pub(super) fn read_selected(&mut self) {
        let Some(id) = self.schedule.selected() else { return };
        self.read_again(id);
    }

    /// The notification is taken in when the session's detail is read. False: it is at hand.
    pub(super) fn reads_for(&mut self, told: &Notification) -> bool {
        let Some(brief) = self.unread(told.session) else { return false };
        self.read(told.session, brief, Some((told.clone(), self.clock.now())));
        true
    }

    /// Reads a session's detail for whatever follows from it ([`Task::take_read`]).
    pub(super) fn read_again(&mut self, id: SessionId) {
        let Some(brief) = self.unread(id) else { return };
        self.read(id, brief, None);
    }

    fn read(&mut self, id: SessionId, brief: Arc<Brief>, told: Option<(Notification, Timestamp)>) {
        let reading = read(self.store.details(), id, brief);
        self.reading.spawn(async move { DetailReading { read: reading.await, told } });
    }

    /// What was read for the operator or a notification.
    pub(super) fn has_read(&mut self, read: Result<DetailReading, JoinError>) {
        // A task that panicked has read nothing; the hook ends the program on its own.
        let Ok(DetailReading { read, told }) = read else { return };
        let now = Instant::now();
        self.heard = true;
        self.take_read(&read, now);
        if let Some((told, at)) = told {
            self.take_in(&told, at, now);
        }
    }

    /// True when the session has its detail now.
    pub(super) fn take_read(&mut self, read: &ReadDetail, now: Instant) -> bool {
        match &read.found {
            Ok(Some(found)) if self.store.opened(found, &read.brief) => {
                self.unreadable = None;
                self.publish_at = now;
                self.used(read.id);
                self.renew_brief(read.id);
            }
            Ok(_) => {}
            Err(why) => {
                tracing::error!(why, "stored responses cannot be read");
                self.unreadable = Some(format!("stored responses cannot be read: {why}"));
            }
        }
        self.unread(read.id).is_none()
    }

    /// The session's detail was read or changed.
    pub(super) fn used(&mut self, id: SessionId) {
        // What another process holds is stored already.
        let next = self.store.snapshot().version + 1;
        let stored_with = if self.settings.following { 0 } else { next };
        self.at_hand.used(id, stored_with);
    }

    /// Details that are stored and of which there are too many go.
    pub(super) fn shed(&mut self) {
        for id in self.at_hand.surplus(self.schedule.selected()) {
            self.store.shed(id);
        }
    }

    /// The answer cannot be taken in without what was known before it: it would say that all of it
    /// is new. The session is asked again.
    pub(super) fn not_taken_in(&mut self, job: PollJob, now: Instant) {
        self.schedule.ended(job, Some(now + AGAIN));
        let at = self.clock.now();
        let summary = String::from("stored responses cannot be read");
        self.poll_state(job.id, |poll| {
            poll.failures += 1;
            let failure = PollFailure { status: None, code: None, summary, at };
            poll.last_failure = Some(Box::new(failure));
        });
    }
}
