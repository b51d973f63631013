//! What an operator does, as the shared store takes it.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::session::ids::SessionId;
use crate::hub::row::Sealed;

/// One thing that an operator does. Who it was is not said here: the server knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubAction {
    /// Names it: one that comes twice is carried out once.
    pub action: Uuid,
    /// `None`: of no single session.
    pub session: Option<SessionId>,
    pub change: HubChange,
    /// What the history says of it.
    pub line: Sealed,
    /// The version of the change of this kind that the operator saw. Where another stands now,
    /// nothing is done. A note needs it; an undo should have it.
    pub was: Option<i64>,
}

/// What is changed, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HubChange {
    Note(Option<Sealed>),
    Tags {
        added: Vec<Sealed>,
        removed: Vec<Sealed>,
    },
    Pinned(bool),
    Archived(bool),
    Acknowledged(Option<Sealed>),
    Snoozed(Option<Timestamp>),
    /// For a quarter of an hour, or no longer.
    Claimed(bool),
    /// Forgotten, with all that is known of it.
    Removed,
    /// Only the line is written: what was shown, exported or changed at Yoti.
    Audit,
}

impl HubChange {
    /// The word for it in the store.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Note(_) => "note",
            Self::Tags { .. } => "tags",
            Self::Pinned(_) => "pinned",
            Self::Archived(_) => "archived",
            Self::Acknowledged(_) => "acknowledged",
            Self::Snoozed(_) => "snoozed",
            Self::Claimed(_) => "claimed",
            Self::Removed => "removed",
            Self::Audit => "audit",
        }
    }
}

/// What became of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HubReply {
    /// It was carried out, as this version.
    Done(i64),
    /// It came before and was carried out then.
    Known(i64),
    /// Somebody else was faster: the change with this version stands, and nothing was done.
    Conflict(i64),
}

/// A line of what operators did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLine {
    pub action: Uuid,
    pub version: i64,
    pub session: Option<SessionId>,
    /// The name by which the server knows who did it.
    pub operator: String,
    pub at: Timestamp,
    /// [`HubChange::kind`]; a newer program may have written one that is not known here.
    pub kind: String,
    /// `None`: the session was forgotten, and with it what was said of it.
    pub line: Option<Sealed>,
}
