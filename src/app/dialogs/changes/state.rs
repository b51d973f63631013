//! What changed in one session since the last look.

use crate::app::view::TimelineRow;

/// `d`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesDialog {
    /// Its reference or short id.
    pub name: String,
    /// `since 17:58 yesterday`
    pub since: String,
    /// Changes, oldest first.
    pub rows: Vec<TimelineRow>,
    pub down: usize,
}
