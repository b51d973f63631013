//! The dialog for a snooze.

use jiff::Timestamp;

use crate::domain::session::ids::SessionId;

/// `S` in the alerts pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnoozeDialog {
    pub(crate) ids: Vec<SessionId>,
    /// In words: `dbs-1`, `3 sessions`.
    pub subject: String,
    pub choices: Vec<(&'static str, Timestamp)>,
    pub selected: usize,
}
