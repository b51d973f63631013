//! What another process changed in the list that both share.

use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;

/// What another process changed in the list.
#[derive(Clone, Debug)]
pub enum ListChanges {
    /// All of the list as it is now: who is not in it has gone.
    Whole(Vec<WatchedSession>),
    Some {
        /// Those that are new or other, in the order of adding.
        changed: Vec<WatchedSession>,
        gone: Vec<SessionId>,
    },
}

impl ListChanges {
    /// The sessions that it has.
    #[must_use]
    pub fn sessions(&self) -> &[WatchedSession] {
        match self {
            Self::Whole(sessions) | Self::Some { changed: sessions, .. } => sessions,
        }
    }
}
