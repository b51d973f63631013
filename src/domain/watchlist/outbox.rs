//! What a process that only shows leaves for the one that asks and saves.

use serde::{Deserialize, Serialize};

use crate::domain::events::notification::Notification;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::watched::WatchEntry;

/// One thing left. Taken in twice it does no more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxMessage {
    /// New or other on the watch-list; the store's file has it already.
    Added(WatchEntry),
    /// Off the watch-list; the store's file has forgotten it already.
    Removed(SessionId),
    /// The operator's change to a note, a pin, …, with its time and the operator's name.
    Kept(SessionId, AnnotationChange, Made),
    Told(Notification),
    /// To be asked at once; `None`: all of the list.
    Asked(Option<SessionId>),
}
