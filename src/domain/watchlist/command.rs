//! What the operator asks of the task that polls and keeps the watch-list.

use jiff::SignedDuration;

use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::watched::WatchEntry;

/// One thing for that task to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorCommand {
    /// Ask Yoti for one session now.
    Refresh(SessionId),
    /// Ask for all as the budget allows, once.
    RefreshAll,
    /// Every session that is still open is asked this often from now on.
    Interval(SignedDuration),
    /// What the operator looks at: asked first.
    Focus { selected: Option<SessionId>, visible: Vec<SessionId> },
    /// Put on the watch-list and ask for.
    Add(Vec<WatchEntry>),
    /// Take off the watch-list, with all that is known.
    Remove(Vec<SessionId>),
    /// The operator's changes to notes, pins, archive, ….
    Keep(Vec<(SessionId, AnnotationChange)>),
    /// The operator has looked at what changed while she was away.
    Looked,
    /// Keep how the list is arranged, and the saved views.
    Arrange(Arrangement),
}
