//! Stage: our derived step of a session, one pure function (product.md 3, contract 7.6).
//!
//! Owns [`Stage`] and [`derive`]. Must never look at the clock: `now` is an argument.

use jiff::Timestamp;

use crate::domain::rules::Rules;
use crate::domain::server_text::ServerText;
use crate::domain::watched::WatchedSession;

/// How a COMPLETED session stands by the pass rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// At least one check, and all that the rule names are APPROVE.
    Approve,
    /// Any REJECT, or an identity profile ABORTED.
    Reject,
    /// Anything else.
    Refer,
}

/// The derived step; the table of product.md 3, top down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// 404 on a session seen before.
    Gone,
    /// 404 on a session never seen.
    NotFound,
    /// No answer yet.
    NotFetched,
    /// State EXPIRED, with what had been captured by others than the relying business.
    Expired {
        /// Requirements supplied, or resources when there is no configuration.
        captured: usize,
    },
    /// State COMPLETED.
    Done(Verdict),
    /// A check not DONE, or a task PENDING.
    ChecksRunning,
    /// An IBV resource or a first visit within `at_counter_within`; since when.
    AtCounter {
        /// Start of this visit as far as it is known.
        since: Timestamp,
    },
    /// Visited, requirements open, no activity for `turned_away_after`; since when it is silent.
    TurnedAway {
        /// Last activity seen.
        silent_since: Timestamp,
    },
    /// Visited, none of the two above.
    Visited,
    /// An END_USER resource, none from IBV.
    AtHome,
    /// No visit, letter set or not known.
    AwaitingVisit,
    /// No visit, and the API says there is no letter.
    LetterNotSet,
    /// Any other state: its raw text, or nothing where the answer has no state.
    Unknown(Option<ServerText>),
}

/// A stage, and when it may change by the passing of time alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageAt {
    /// The stage at the given time.
    pub stage: Stage,
    /// The next moment at which time alone may make it another; `None`: only an answer can.
    pub changes_at: Option<Timestamp>,
}

/// The stage of a session at `now` under `rules`.
#[must_use]
pub fn derive(_watched: &WatchedSession, _rules: &Rules, _now: Timestamp) -> StageAt {
    StageAt { stage: Stage::NotFetched, changes_at: None }
}
