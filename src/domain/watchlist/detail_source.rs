//! Where the answers and the timeline of a session can be read that are not in memory.

use std::fmt::Debug;

use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;

/// Reads what is stored of sessions, while another part of the program may write. Calls block.
pub trait DetailSource: Debug + Send + Sync {
    /// Those that are named, and are there, with their answers and timelines as they were saved.
    ///
    /// # Errors
    /// Why it cannot be read, in words that may be shown.
    fn read(&self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, String>;
}

/// Where nothing is stored: all that is known is in memory.
#[derive(Debug)]
pub struct NothingStored;

impl DetailSource for NothingStored {
    fn read(&self, _: &[SessionId]) -> Result<Vec<WatchedSession>, String> {
        Ok(Vec::new())
    }
}
