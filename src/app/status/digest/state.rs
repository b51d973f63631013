//! What changed since the last look.

use jiff::Timestamp;

use crate::app::view::Cell;
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
    pub(crate) shown: Option<Cell>,
    pub(crate) told: Option<Timestamp>,
    /// The look at that session that was told last.
    pub(crate) resting: Option<(SessionId, Timestamp)>,
}
