//! The order of a timeline for those who read it.
//!
//! A timeline itself is kept in the order of learning, which news depend on.

use super::TimelineEvent;

/// Events in the order in which they happened; a timeline is kept in the order of learning.
#[must_use]
pub fn by_time(timeline: &[TimelineEvent]) -> Vec<&TimelineEvent> {
    let mut events: Vec<&TimelineEvent> = timeline.iter().collect();
    events.sort_by_key(|event| event.at);
    events
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::{ChangeKind, Origin};
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
