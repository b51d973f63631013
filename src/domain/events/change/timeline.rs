//! An event of a timeline, and those that a notification alone tells.
//!
//! A timeline itself is kept in the order of learning, which news depend on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ChangeKind;
use crate::domain::events::notification::Notification;
use crate::domain::session::wire_enum::SourceType;

/// Where the knowledge of an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A difference between two of the API's answers, with the API's own time stamp.
    Api,
    /// A difference seen by polling; the time is that of the observation.
    Observed,
    Notification,
    /// The operator.
    Local,
}

/// One thing that happened. It is stored and exported as it stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// When it happened by the best knowledge.
    pub at: Timestamp,
    /// When we learned it.
    pub seen_at: Timestamp,
    pub origin: Origin,
    /// Source of the thing that changed, where there is one.
    pub source: Option<SourceType>,
    pub what: ChangeKind,
}

/// Events in the order in which they happened; a timeline is kept in the order of learning.
#[must_use]
pub fn by_time(timeline: &[TimelineEvent]) -> Vec<&TimelineEvent> {
    let mut events: Vec<&TimelineEvent> = timeline.iter().collect();
    events.sort_by_key(|event| event.at);
    events
}

/// A topic told again within this time is the same telling (contract 8.3: duplicates).
const AGAIN: SignedDuration = SignedDuration::from_mins(2);
/// Of topics that are not known, a session's timeline takes so many.
// A timeline has a cap: what nobody knows must not push out the rest.
const UNKNOWN_TOPICS: usize = 16;

/// The event of a notification that tells what no answer does; `None`: it is told already, an answer
/// will tell it, or there are too many that nobody knows.
#[must_use]
pub fn only_notified(
    timeline: &[TimelineEvent],
    told: &Notification,
    now: Timestamp,
) -> Option<TimelineEvent> {
    if !told.topic.is_only_notified() {
        return None;
    }
    let topics = || {
        timeline.iter().filter_map(|event| {
            let ChangeKind::Notified { topic } = &event.what else { return None };
            Some((topic, event.at))
        })
    };
    let again = topics()
        .any(|(topic, at)| *topic == told.topic && told.at.duration_since(at).abs() <= AGAIN);
    let strange = topics().filter(|(topic, _)| topic.is_unknown()).count();
    if again || told.topic.is_unknown() && strange >= UNKNOWN_TOPICS {
        return None;
    }
    Some(TimelineEvent {
        at: told.at,
        seen_at: now,
        source: None,
        what: ChangeKind::Notified { topic: told.topic.clone() },
        origin: Origin::Notification,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;

    #[test]
    fn what_was_learned_late_stands_where_it_happened() {
        let event = |at, seen_at, what| TimelineEvent {
            at: f::minutes_ago(at),
            seen_at: f::minutes_ago(seen_at),
            source: None,
            what,
            origin: Origin::Observed,
        };
        // A notification first, then the first answer with an old resource.
        let learned = [
            event(2, 2, ChangeKind::FirstBranchVisit),
            event(900, 1, ChangeKind::Other),
            event(1, 1, ChangeKind::FirstSeen),
        ];
        let told: Vec<&ChangeKind> = by_time(&learned).iter().map(|event| &event.what).collect();
        assert_eq!(
            told,
            [&ChangeKind::Other, &ChangeKind::FirstBranchVisit, &ChangeKind::FirstSeen]
        );
    }
}
