//! What the local store says of a session beside its answers: what was not believed or is erased.

use serde::{Deserialize, Serialize};

use crate::domain::packed_time::OptionalTime;

/// How a session stands in the local store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Storage {
    /// Why something that is stored of it was not read; until Yoti answers again.
    pub fault: Option<StoreFault>,
    /// Its answers and events were erased, because the time for which they are kept is over.
    pub erased_at: OptionalTime,
}

/// Why something stored is not read. What was changed by hand is told apart from a wrong key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreFault {
    /// It is sealed, and no key can be read here.
    NoKey,
    /// It is sealed with the key of another application.
    OtherKey,
    /// An older copy of it, or of another session in its group, was put in its place.
    Older,
    /// Something of it was taken away.
    Removed,
    /// Something of it was altered, or was never sealed.
    Altered,
}

impl StoreFault {
    /// In the place of the stage: `stored data altered`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoKey => "sealed, no key",
            Self::OtherKey => "sealed, other key",
            Self::Older => "older stored data",
            Self::Removed => "stored data removed",
            Self::Altered => "stored data altered",
        }
    }

    /// True: somebody or something changed the files of the store; false: only a key is missing.
    #[must_use]
    pub const fn is_damage(self) -> bool {
        matches!(self, Self::Older | Self::Removed | Self::Altered)
    }
}
