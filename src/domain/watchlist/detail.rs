//! What is kept of a session beyond its brief, and read when the session is opened.

use std::sync::Arc;

use crate::domain::events::change::TimelineEvent;
use crate::domain::session::parts::Answers;

/// What Yoti answered of a session, and what happened to it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Detail {
    pub answers: Arc<Answers>,
    /// Observed changes, oldest first, at most [`TIMELINE_CAP`].
    pub timeline: Arc<Vec<TimelineEvent>>,
}

/// The most timeline events kept for one session.
pub const TIMELINE_CAP: usize = 1_000;
