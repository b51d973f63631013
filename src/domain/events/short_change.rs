//! A change in one short word.

use serde::{Deserialize, Serialize};

use crate::domain::events::change::ChangeKind;
use crate::domain::session::wire_enum::Recommendation;

/// A change without what it says in detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShortChange {
    FirstSeen,
    State,
    ResourceAdded,
    ResourceUpdated,
    ResourceRemoved,
    Task,
    Approve,
    Reject,
    Check,
    Requirement,
    Assessment,
    AttemptsLeft,
    CheckAskedFor,
    Letter,
    Share,
    Profile,
    Gone,
    Back,
    Visit,
    Notified,
    Other,
}

impl ShortChange {
    /// The change of this kind.
    #[must_use]
    pub const fn of(what: &ChangeKind) -> Self {
        match what {
            ChangeKind::FirstSeen => Self::FirstSeen,
            ChangeKind::State { .. } | ChangeKind::Contradiction { .. } => Self::State,
            ChangeKind::ResourceAdded { .. } => Self::ResourceAdded,
            ChangeKind::ResourceUpdated { .. } => Self::ResourceUpdated,
            ChangeKind::ResourceRemoved { .. } => Self::ResourceRemoved,
            ChangeKind::Task { .. } => Self::Task,
            ChangeKind::Check { recommendation: Some(Recommendation::Approve), .. } => {
                Self::Approve
            }
            ChangeKind::Check { recommendation: Some(Recommendation::Reject), .. } => Self::Reject,
            ChangeKind::Check { .. } => Self::Check,
            ChangeKind::Requirement { .. } | ChangeKind::RequirementRemoved { .. } => {
                Self::Requirement
            }
            ChangeKind::Assessment { .. } => Self::Assessment,
            ChangeKind::AttemptsLeft { .. } => Self::AttemptsLeft,
            ChangeKind::CheckAskedFor { .. } => Self::CheckAskedFor,
            ChangeKind::LetterSet { .. } | ChangeKind::LetterNotSet => Self::Letter,
            ChangeKind::DigitalIdShare { .. } => Self::Share,
            ChangeKind::IdentityProfile { .. } => Self::Profile,
            ChangeKind::Gone => Self::Gone,
            ChangeKind::Back => Self::Back,
            ChangeKind::FirstBranchVisit => Self::Visit,
            ChangeKind::Notified { .. } => Self::Notified,
            ChangeKind::Other => Self::Other,
        }
    }

    /// Its word in the list's last column.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FirstSeen => "new",
            Self::State => "state",
            Self::ResourceAdded => "doc+",
            Self::ResourceUpdated => "doc",
            Self::ResourceRemoved => "doc-",
            Self::Task => "task",
            Self::Approve => "+✓",
            Self::Reject => "reject",
            Self::Check => "check",
            Self::Requirement => "docs",
            Self::Assessment => "branch",
            Self::AttemptsLeft => "tries",
            Self::CheckAskedFor => "checks",
            Self::Letter => "letter",
            Self::Share => "share",
            Self::Profile => "profile",
            Self::Gone => "gone",
            Self::Back => "back",
            Self::Visit => "visit",
            Self::Notified => "notice",
            Self::Other => "other",
        }
    }
}
