//! What can ring, and what has happened.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::app::list::summary::SessionSummary;
use crate::app::view::AlertMark;
pub use crate::config::value::{Alarm, Desktop};
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::stage_kind::StageKind;
use crate::domain::session::ids::SessionId;

impl Alarm {
    pub const ALL: [Self; 3] = [Self::Reject, Self::TurnedAway, Self::DueToday];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Reject => "REJECT",
            Self::TurnedAway => "turned away?",
            Self::DueToday => "due soon",
        }
    }

    pub(crate) const fn reason(self) -> Reason {
        match self {
            Self::Reject => Reason::Rejected,
            Self::TurnedAway => Reason::TurnedAway,
            Self::DueToday => Reason::DueSoon,
        }
    }

    /// Whether it is still so: a session may have gone on since it rang.
    pub(crate) fn stands(self, summary: &SessionSummary) -> bool {
        match self {
            Self::Reject => summary.kind == StageKind::Reject,
            Self::TurnedAway => summary.kind == StageKind::TurnedAway,
            Self::DueToday => summary.due_soon,
        }
    }

    /// What has become of a session that rings; its first answer rings nothing.
    pub(crate) fn of(was: &SessionSummary, is: &SessionSummary) -> Option<Self> {
        // At a start every session has a first answer: all of it would ring at once.
        if was.kind == StageKind::NotFetched || is.is_hushed() {
            return None;
        }
        let became = |kind| is.kind == kind && was.kind != kind;
        if became(StageKind::Reject) {
            Some(Self::Reject)
        } else if became(StageKind::TurnedAway) {
            Some(Self::TurnedAway)
        } else if is.due_soon && !was.due_soon {
            Some(Self::DueToday)
        } else {
            None
        }
    }
}

/// What the configuration says of it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AlarmSettings {
    /// What rings; `None`: nothing until `b`, then all.
    pub bell: Option<Vec<Alarm>>,
    /// How a desktop is told; `None`: it is not.
    pub desktop: Option<Desktop>,
}

/// An alarm of this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) id: SessionId,
    pub(crate) alarm: Alarm,
}

/// An alert in its place, without its words: those are made for the rows on the screen alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The session that it is about.
    pub id: SessionId,
    /// What the operator has to do with it.
    pub mark: AlertMark,
    /// The entry of the log, where it holds no more.
    pub(crate) over: Option<Entry>,
}

/// The bell, and the log of what has happened, whether it rang or not.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    pub(crate) on: bool,
    pub(crate) which: Vec<Alarm>,
    pub(crate) desktop: Option<Desktop>,
    /// What has happened since it last rang.
    pub(crate) waiting: Vec<(SessionId, Alarm)>,
    pub(crate) log: VecDeque<Entry>,
}

impl Bell {
    /// What has happened in this run, newest first.
    pub(crate) fn log(&self) -> impl Iterator<Item = &Entry> {
        self.log.iter().rev()
    }
}
