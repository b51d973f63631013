//! Where the cursor of the list is.

use crate::domain::session::ids::SessionId;

/// What the cursor stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// A row, whichever session is there: the first one until the operator moves.
    Row(usize),
    /// A session that the operator chose, wherever its row is.
    Session(SessionId),
}

impl Cursor {
    pub(crate) const FIRST: Self = Self::Row(0);

    pub(crate) const fn session(self) -> Option<SessionId> {
        match self {
            Self::Row(_) => None,
            Self::Session(id) => Some(id),
        }
    }
}

/// The rows of the list in the last frame. Rows may have moved since then; a key means what was seen.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) first: usize,
    pub(crate) ids: Vec<SessionId>,
}

impl Drawn {
    pub(crate) fn at(&self, row: usize) -> Option<SessionId> {
        self.ids.get(row.checked_sub(self.first)?).copied()
    }

    /// The session so many rows below the upper edge.
    pub(crate) fn visible(&self, row: usize) -> Option<SessionId> {
        self.ids.get(row).copied()
    }

    /// The operator changed what is listed: what was seen before says nothing of it.
    pub(crate) fn forget(&mut self) {
        self.ids.clear();
    }
}
