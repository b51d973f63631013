//! The reasons for which a session needs the operator.

use serde::{Deserialize, Serialize};

/// Why a session needs attention; the order of the variants is the order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A visit began, and nothing came of it: perhaps sent away at the counter.
    TurnedAway,
    /// COMPLETED, and the pass rule makes it a REJECT.
    Rejected,
    /// Deadline within `due_soon`.
    DueSoon,
    /// Done; a person has to decide.
    Refer,
    /// This session's own requests fail.
    Stale,
    /// An applicant is at a counter now: news, nobody has to act.
    AtCounter,
}

impl Reason {
    /// In a line of figures or of reasons.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TurnedAway => "turned away?",
            Self::Rejected => "REJECT",
            Self::DueSoon => "due soon",
            Self::Refer => "refer",
            Self::Stale => "stale",
            Self::AtCounter => "at counter",
        }
    }
}
