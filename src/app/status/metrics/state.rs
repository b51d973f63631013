//! The small figures of a large window.

use jiff::Timestamp;

use crate::domain::assessment::stats::HOURS;

/// In each of the last hours, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Metrics {
    pub completed: [u32; HOURS],
    /// Of these, REJECT by the pass rule.
    pub rejected: [u32; HOURS],
    pub turned_away: [u32; HOURS],
}

/// The figures, and when they were counted.
#[derive(Debug, Default)]
pub(crate) struct MetricsState {
    pub(crate) counted: Option<(Timestamp, Metrics)>,
    /// How many stood where when they were counted.
    pub(crate) standing: [usize; 4],
    pub(crate) asked_at: Option<Timestamp>,
    pub(crate) requests: (Vec<u32>, u32),
}
