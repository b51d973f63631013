//! What the list keeps of the assessment of one session.

use jiff::Timestamp;

use crate::domain::assessment::attention::{self, Assessment, Suppression};
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage_kind::{Phase, StageKind};
use crate::domain::packed_time::OptionalTime;
use crate::domain::watchlist::watched::WatchedSession;

/// What is kept of an assessment; the rest is derived anew for the visible rows.
#[expect(clippy::struct_excessive_bools, reason = "each is a figure of the header")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionSummary {
    pub(crate) kind: StageKind,
    pub(crate) rank: u8,
    pub(crate) due: OptionalTime,
    pub(crate) due_soon: bool,
    /// The deadline of a session that has not ended is over.
    pub(crate) passed: bool,
    pub(crate) stale: bool,
    /// Not asked for longer than it should be, since that last answer.
    pub(crate) late_since: OptionalTime,
    /// Nothing was ever answered for it, and nothing says that it cannot be.
    pub(crate) unseen: bool,
    /// It stands before those that are not, in every order.
    pub(crate) pinned: bool,
    /// Values of its answers that this build does not know.
    pub(crate) unknown_values: usize,
    pub(crate) changes_at: OptionalTime,
    /// What its row among the alerts says.
    pub(crate) alert: Option<Standing>,
}

/// The finding that an alert names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) hush: Option<Suppression>,
    pub(crate) reason: Reason,
    pub(crate) since: OptionalTime,
}

impl SessionSummary {
    pub(crate) fn of(session: &WatchedSession, rules: &Rules, now: Timestamp) -> Self {
        let found = attention::assess(session, rules, now);
        let kind = found.stage.kind();
        let alert = found.alert().map(|finding| Standing {
            hush: found.hush,
            reason: finding.reason,
            since: finding.since.into(),
        });
        let has = |reason| found.findings.iter().any(|finding| finding.reason == reason);
        Self {
            kind,
            rank: rank(&found, kind),
            due: found.deadline.map(|deadline| deadline.at).into(),
            due_soon: has(Reason::DueSoon),
            passed: found.deadline.is_some_and(|deadline| deadline.at < now),
            stale: found.stale,
            late_since: session.poll.last_ok.get().filter(|_| found.late).into(),
            unseen: kind == StageKind::NotFetched && session.poll.failures == 0,
            alert,
            pinned: session.own.pinned,
            unknown_values: session.brief.unknown_values,
            changes_at: found.changes_at.into(),
        }
    }

    pub(crate) fn needs_attention(&self) -> bool {
        self.alert.is_some_and(|alert| alert.hush.is_none())
    }

    /// It would ask, had it not been acknowledged or snoozed.
    pub(crate) fn is_hushed(&self) -> bool {
        self.alert.is_some_and(|alert| alert.hush.is_some())
    }

    /// Its place in the default order: by rank, then by deadline, then those without one.
    pub(crate) fn urgency(&self) -> i64 {
        // A time of jiff's, in seconds, takes less than 39 bits.
        const NEVER: i64 = (1 << 40) - 1;
        let due = self.due.get().map_or(NEVER, |at| at.as_second().clamp(0, NEVER - 1));
        (i64::from(self.rank) << 40) + due
    }
}

/// The default order: the most urgent finding, then what may still become urgent, then what is over.
fn rank(found: &Assessment, kind: StageKind) -> u8 {
    // At a counter is news and no request: there is nothing to hush.
    let hushed = |reason: &Reason| found.hush.is_some() && *reason != Reason::AtCounter;
    let reasons = found.findings.iter().map(|finding| finding.reason);
    match reasons.filter(|reason| !hushed(reason)).min() {
        Some(Reason::TurnedAway) => 0,
        Some(Reason::Rejected) => 1,
        Some(Reason::DueSoon) => 2,
        Some(Reason::Refer) => 3,
        Some(Reason::Stale) => 4,
        Some(Reason::AtCounter) => 5,
        None if kind.phase() == Phase::Completed => 7,
        None if kind.phase().is_over() => 8,
        None => 6,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{
        Recommendation, RequirementType, SessionState, SourceType,
    };
    use crate::domain::watchlist::watched::WatchEntry;

    #[test]
    fn a_deadline_that_has_passed_is_no_longer_soon() {
        for (minutes, counted) in [(5, (0, 1)), (-5, (1, 0)), (-2 * 24 * 60, (0, 0))] {
            let mut session = f::watched(None, None, None);
            let deadline = f::minutes_ago(minutes).into();
            session.entry = std::sync::Arc::new(WatchEntry { deadline, ..f::entry() });
            let mut tally = crate::app::list::counters::SessionCounters::default();
            tally.add(&SessionSummary::of(&session, &Rules::default(), f::now()));
            assert_eq!((tally.due_soon, tally.passed), counted, "{minutes} minutes ago");
        }
    }

    #[test]
    fn the_order_is_urgency_then_deadline_then_the_rest() {
        let done = |advice: &[Recommendation]| {
            let mut session = f::session(SessionState::Completed);
            session.checks.extend(advice.iter().map(|advice| f::check("c", Some(advice.clone()))));
            f::watched(Some(session), None, None)
        };
        let visited = |minutes| {
            let mut session = f::session(SessionState::Ongoing);
            let at = f::minutes_ago(minutes);
            session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, at));
            let asked = f::configuration(vec![
                f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]),
                f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]),
            ]);
            f::watched(Some(session), Some(asked), None)
        };
        let due = |hours| {
            let mut waiting = f::watched(Some(f::session(SessionState::Ongoing)), None, None);
            let deadline = (f::now() + SignedDuration::from_hours(hours)).into();
            waiting.entry = std::sync::Arc::new(WatchEntry { deadline, ..f::entry() });
            waiting
        };
        let mut failing = due(60);
        failing.poll.failures = 3;
        let in_order = [
            visited(50),
            done(&[Recommendation::Reject]),
            due(2),
            due(3),
            done(&[]),
            failing,
            visited(3),
            due(40),
            due(50),
            done(&[Recommendation::Approve]),
        ];
        let key = |watched: &WatchedSession| {
            SessionSummary::of(watched, &Rules::default(), f::now()).urgency()
        };
        let keys: Vec<i64> = in_order.iter().map(key).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    }
}
