//! Which session needs the operator, and why, in words: small pure linters (product.md 3).
//!
//! Owns the linters and the default order. Must never decide what is drawn.

use jiff::Timestamp;

use crate::domain::rules::Rules;
use crate::domain::stage::Stage;
use crate::domain::watched::WatchedSession;

/// Why a session needs attention; the order of the variants is the order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// An applicant is at a counter now (shown first, but needs no action).
    AtCounter,
    /// Visited, then silence.
    TurnedAway,
    /// Done with a REJECT.
    Rejected,
    /// Deadline within `due_soon`.
    DueSoon,
    /// Done, to be looked at.
    Refer,
    /// The data is old or polling fails.
    Stale,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub reason: Reason,
    /// One sentence in our own words, without any server text.
    pub text: String,
}

/// The session deadline as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// True when worked out from a ttl; false when the watch-list says it.
    pub derived: bool,
}

/// Stage, deadline, staleness and findings of one session at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The stage.
    pub stage: Stage,
    /// Deadline while ONGOING (or not fetched with an override); `None` otherwise.
    pub deadline: Option<Deadline>,
    /// Last good answer older than `stale_after` intervals, or that many failures.
    pub stale: bool,
    /// Most urgent first.
    pub findings: Vec<Finding>,
    /// Next moment at which time alone may change any of this.
    pub changes_at: Option<Timestamp>,
}

/// Assesses one session.
#[must_use]
pub fn assess(watched: &WatchedSession, rules: &Rules, now: Timestamp) -> Assessment {
    let at = crate::domain::stage::derive(watched, rules, now);
    Assessment {
        stage: at.stage,
        deadline: None,
        stale: false,
        findings: Vec::new(),
        changes_at: at.changes_at,
    }
}
