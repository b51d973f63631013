//! How one session stands with the schedule: its parts, when each is due, and how often it failed.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Part;

/// One request to make: a part of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollJob {
    pub id: SessionId,
    pub part: Part,
    /// The operator asked for it.
    pub asked: bool,
}

/// How one part of a session stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slot {
    pub(super) due: Option<Instant>,
    pub(super) failures: u32,
}

impl Slot {
    pub(super) const fn due(due: Option<Instant>) -> Self {
        Self { due, failures: 0 }
    }
}

/// How a session stands with the schedule.
#[derive(Clone, Debug, Default)]
pub struct Track {
    pub(super) session: Slot,
    pub(super) configuration: Slot,
    pub(super) letter: Slot,
    pub(super) running: bool,
    pub(super) asked_at: Option<Instant>,
    /// A notification said that something happened: from when on it is looked at.
    pub(super) hinted: Option<Instant>,
    /// The interval in force; `None`: not asked any more.
    pub interval: Option<Duration>,
    /// Since when Yoti says, and nothing else in between, that there is no such session.
    pub(super) not_found: Option<Instant>,
}

impl Track {
    pub(super) fn next(&self) -> Option<(Instant, Part)> {
        let parts = [
            (self.session.due, Part::Session),
            (self.configuration.due, Part::Configuration),
            (self.letter.due, Part::Letter),
        ];
        let open = parts.into_iter().filter_map(|(due, part)| Some((due?, part)));
        // Of equal times the first: the session result before the rarer parts.
        open.min_by_key(|(due, _)| *due)
    }

    pub(super) const fn slot(&mut self, part: Part) -> &mut Slot {
        match part {
            Part::Session => &mut self.session,
            Part::Configuration => &mut self.configuration,
            Part::Letter => &mut self.letter,
        }
    }

    /// Brings the session result forward.
    pub const fn hasten(&mut self, at: Instant) {
        self.session.due = Some(at);
    }

    /// When the session result is due.
    #[must_use]
    pub const fn due(&self) -> Option<Instant> {
        self.session.due
    }

    /// Failures of a part in a row.
    pub(super) const fn failures(&self, part: Part) -> u32 {
        match part {
            Part::Session => self.session.failures,
            Part::Configuration => self.configuration.failures,
            Part::Letter => self.letter.failures,
        }
    }

    /// Counts a failure, or ends the count with an answer.
    pub(super) const fn count(&mut self, part: Part, failed: bool) {
        let slot = self.slot(part);
        slot.failures = if failed { slot.failures.saturating_add(1) } else { 0 };
    }

    /// The part is not asked for any more.
    pub(super) const fn drop_part(&mut self, part: Part) {
        self.slot(part).due = None;
    }
}
