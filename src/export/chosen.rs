//! The sessions of an export, opened some at a time: the answers of thousands need not all be in
//! memory at once.

use std::ops::Range;

use super::ExportError;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::open_session::OpenSession;

/// So many are open at once.
pub(super) const TOGETHER: usize = 256;

/// Sessions in the order in which they are exported.
pub trait ChosenSessions {
    /// How many are exported in all.
    fn count(&self) -> usize;

    /// The IDs of all, for the audit log.
    fn ids(&self) -> Vec<SessionId>;

    /// Those of them with their answers and events.
    ///
    /// # Errors
    /// When what is stored of one of them cannot be read.
    fn open(&self, some: Range<usize>) -> Result<Vec<OpenSession>, ExportError>;
}

impl<T: AsRef<[OpenSession]> + ?Sized> ChosenSessions for T {
    fn count(&self) -> usize {
        self.as_ref().len()
    }

    fn ids(&self) -> Vec<SessionId> {
        self.as_ref().iter().map(|session| session.id()).collect()
    }

    fn open(&self, some: Range<usize>) -> Result<Vec<OpenSession>, ExportError> {
        Ok(self.as_ref().get(some).unwrap_or_default().to_vec())
    }
}
