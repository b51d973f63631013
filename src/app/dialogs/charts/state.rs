//! The charts over the panes.

use jiff::Timestamp;

use crate::app::view::Cell;
use crate::domain::assessment::stats::HOURS;

/// The charts, as they were counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartsDialog {
    pub counted_at: Timestamp,
    /// Stages in the order of a session's way, with the sessions that stand there.
    pub funnel: Vec<(Cell, usize)>,
    pub watched: usize,
    /// COMPLETED in each of the last 24 hours, oldest first.
    pub completed: [u32; HOURS],
    /// REJECT likewise.
    pub rejected: [u32; HOURS],
    /// Labels and figures in words: the medians with their counts.
    pub said: Vec<(&'static str, String)>,
    /// Requests in each ten seconds, oldest first.
    pub traffic: Vec<u32>,
    /// What the budget allows in ten seconds.
    pub budget: u32,
}
