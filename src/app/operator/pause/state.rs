//! A screen that stands still.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::list::sessions::Sessions;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::snapshot::Snapshot;

/// What goes on behind the screen, and what of it is shown.
#[derive(Debug)]
pub(crate) struct Paused {
    pub(crate) live: Sessions,
    /// The last snapshot, which the screen does not show.
    pub(crate) latest: Option<Arc<Snapshot>>,
    /// Changes of each session that wait to be shown.
    pub(crate) waiting: HashMap<SessionId, usize>,
    /// Sessions that others took off the list.
    pub(crate) removed: usize,
    /// What the operator keeps for these is shown at once.
    pub(crate) own: HashSet<SessionId>,
    /// Asked for at that time: shown as they are, up to the first answer from after it.
    pub(crate) asked: HashMap<SessionId, Timestamp>,
}
