//! The operator's rules as data: what passes, when silence is trouble, when a deadline is near.

use jiff::SignedDuration;

use crate::domain::assessment::retention::Retention;
use crate::domain::session::wire_enum::CheckType;
use crate::domain::watchlist::labels::SafeLabels;

/// Which checks must be APPROVE for a session to pass (product.md 2.9). An unknown value is never
/// a pass, whatever the rule.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum PassRule {
    #[default]
    All,
    /// These types must each be present and APPROVE; other checks are looked at only for REJECT.
    Listed(Vec<CheckType>),
}

/// Thresholds and the pass rule, in force for a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub pass: PassRule,
    /// An IBV resource younger than this means "at counter" (15 min).
    pub at_counter_within: SignedDuration,
    /// Silence after a visit longer than this means "turned away?" (45 min).
    pub turned_away_after: SignedDuration,
    /// A deadline nearer than this is "due soon" (24 h).
    pub due_soon: SignedDuration,
    /// A row is stale after this many failed requests in a row (3), and late when its last good
    /// answer is older than this many of its intervals.
    pub stale_after: u32,
    pub retention: Retention,
    /// Which labels of the operator's are shown whole while labels are masked.
    pub labels: SafeLabels,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            pass: PassRule::All,
            // The contract's own reckoning (7.6): documents of one visit come some minutes apart
            // (7.7).
            at_counter_within: SignedDuration::from_mins(15),
            turned_away_after: SignedDuration::from_mins(45),
            due_soon: SignedDuration::from_hours(24),
            stale_after: 3,
            retention: Retention::default(),
            labels: SafeLabels::default(),
        }
    }
}
