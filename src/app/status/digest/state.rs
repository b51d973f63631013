//! What changed since the last look.

use jiff::Timestamp;

use crate::app::view::{Cell, TimelineRow};
use crate::domain::session::ids::SessionId;

/// The last look, and what happened since.
#[derive(Debug, Default)]
pub(crate) struct DigestState {
    /// The first snapshot has told it.
    pub(crate) begun: Option<Timestamp>,
    /// When the operator last looked, in an earlier run.
    pub(crate) since: Option<Timestamp>,
    /// The digest has been put away.
    pub(crate) closed: bool,
    pub(crate) digest: Option<Cell>,
    pub(crate) told: Option<Timestamp>,
    /// The look at that session that was told last.
    pub(crate) resting: Option<(SessionId, Timestamp)>,
}

/// `d`: what changed in one session since the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangesOverlay {
    /// Its reference or short id.
    pub name: String,
    /// `since 17:58 yesterday`
    pub since: String,
    /// Changes, oldest first.
    pub rows: Vec<TimelineRow>,
    pub down: usize,
}
