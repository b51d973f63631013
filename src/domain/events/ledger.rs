//! The missed-event ledger: what polling saw and no notification told, and the reverse.
//!
//! Events that come together are one: three resources in one answer, told by three notifications,
//! are one confirmed.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::domain::events::change::TimelineEvent;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::Topic;

/// So far apart may the notification of a thing and its sight by polling be.
const GRACE: SignedDuration = SignedDuration::from_mins(2);

/// The counters; they outlive a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct NotificationCounts {
    /// Notifications taken in.
    pub received: u64,
    /// Of these, those of sessions that are not on the watch-list.
    pub unknown_sessions: u64,
    /// Told by a notification and seen by polling.
    pub confirmed: u64,
    /// Seen by polling and told by no notification, of sessions that notifications come for.
    pub missed: u64,
    /// Told by a notification, and polling saw nothing new.
    pub unconfirmed: u64,
    /// Seen by polling, of sessions that no notification ever came for: nobody subscribed.
    pub not_subscribed: u64,
}

impl NotificationCounts {
    /// True until the first notification.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.received == 0
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    told_at: Option<Timestamp>,
    seen_at: Option<Timestamp>,
    told_open: bool,
    seen_open: bool,
}

/// The counting. Holds no more than sessions of the watch-list times topics.
#[derive(Debug, Default)]
pub struct Ledger {
    tally: NotificationCounts,
    pairs: HashMap<(SessionId, Topic), Pair>,
    subscribed: HashSet<SessionId>,
    /// Answered in this run: what the first answer shows may have happened while nobody listened.
    polled: HashSet<SessionId>,
}

impl Ledger {
    /// Goes on from these counters.
    #[must_use]
    pub fn resumed(tally: NotificationCounts) -> Self {
        Self { tally, ..Self::default() }
    }

    /// The counters now.
    #[must_use]
    pub const fn tally(&self) -> NotificationCounts {
        self.tally
    }

    /// A notification of a session that is not on the watch-list.
    pub const fn on_unknown_session(&mut self) {
        self.tally.received += 1;
        self.tally.unknown_sessions += 1;
    }

    /// A notification of a session on the watch-list.
    pub fn on_notification(&mut self, id: SessionId, topic: &Topic, now: Timestamp) {
        self.tally.received += 1;
        self.subscribed.insert(id);
        if topic.is_only_notified() {
            return;
        }
        let pair = self.pairs.entry((id, topic.clone())).or_default();
        pair.told_at = Some(now);
        if pair.seen_open {
            pair.seen_open = false;
            self.tally.confirmed += 1;
        } else {
            let seen = pair.seen_at.is_some_and(|at| now.duration_since(at) <= GRACE);
            pair.told_open |= !seen;
        }
    }

    /// An answer that was asked for at `asked_at` showed these changes, or none.
    pub fn on_answer(
        &mut self,
        id: SessionId,
        news: &[TimelineEvent],
        asked_at: Timestamp,
        now: Timestamp,
    ) {
        let first = self.polled.insert(id);
        let seen: HashSet<Topic> =
            news.iter().filter_map(|event| event.what.spec().topic).collect();
        for topic in [
            Topic::ResourceUpdate,
            Topic::TaskCompletion,
            Topic::CheckCompletion,
            Topic::SessionCompletion,
        ] {
            let key = (id, topic);
            if seen.contains(&key.1) {
                let pair = self.pairs.entry(key).or_default();
                pair.seen_at = Some(now);
                let told = pair.told_at.is_some_and(|at| now.duration_since(at) <= GRACE);
                if pair.told_open {
                    pair.told_open = false;
                    self.tally.confirmed += 1;
                } else {
                    pair.seen_open |= !told && !first;
                }
            } else if let Some(pair) = self.pairs.get_mut(&key) {
                // The API may take a moment: one answer without it proves nothing.
                let late = |at: Timestamp| asked_at.duration_since(at) > GRACE;
                if pair.told_open && pair.told_at.is_some_and(late) {
                    pair.told_open = false;
                    self.tally.unconfirmed += 1;
                }
            }
        }
    }

    /// Closes what no notification has told in time.
    pub fn settle(&mut self, now: Timestamp) {
        let old = |at: Option<Timestamp>| at.is_none_or(|at| now.duration_since(at) > GRACE);
        let (tally, subscribed) = (&mut self.tally, &self.subscribed);
        self.pairs.retain(|(id, _), pair| {
            if pair.seen_open && old(pair.seen_at) {
                pair.seen_open = false;
                if subscribed.contains(id) {
                    tally.missed += 1;
                } else {
                    tally.not_subscribed += 1;
                }
            }
            pair.told_open || pair.seen_open || !(old(pair.told_at) && old(pair.seen_at))
        });
    }

    /// A session that left the list is not counted any more.
    pub fn forget(&mut self, id: SessionId) {
        self.subscribed.remove(&id);
        self.polled.remove(&id);
        self.pairs.retain(|(of, _), _| *of != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::{ChangeKind, Origin};
    use crate::domain::fixture as f;

    /// After a first answer.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.on_answer(f::id(), &[], at(-900), at(-900));
        ledger
    }

    fn at(second: i64) -> Timestamp {
        f::now() + SignedDuration::from_secs(second)
    }

    fn completed(second: i64) -> Vec<TimelineEvent> {
        vec![TimelineEvent {
            at: at(second),
            seen_at: at(second),
            source: None,
            what: ChangeKind::State { from: Some("ONGOING".into()), to: Some("COMPLETED".into()) },
            origin: Origin::Observed,
        }]
    }

    #[test]
    fn told_then_seen_and_seen_then_told_are_both_confirmed() {
        let mut ledger = ledger();
        ledger.on_notification(f::id(), &Topic::SessionCompletion, at(0));
        ledger.on_answer(f::id(), &completed(1), at(1), at(1));
        ledger.on_notification(f::id(), &Topic::SessionCompletion, at(2));
        ledger.settle(at(1_000));
        let first =
            NotificationCounts { received: 2, confirmed: 1, ..NotificationCounts::default() };
        assert_eq!(ledger.tally(), first, "the second telling of one thing is no news");
        ledger.on_answer(f::id(), &completed(2_000), at(2_000), at(2_000));
        ledger.on_notification(f::id(), &Topic::SessionCompletion, at(2_060));
        ledger.settle(at(9_000));
        assert_eq!(
            ledger.tally(),
            NotificationCounts { received: 3, confirmed: 2, ..NotificationCounts::default() }
        );
    }

    #[test]
    fn what_polling_saw_and_nobody_told_is_missed_where_notifications_come_at_all() {
        let mut ledger = ledger();
        ledger.on_answer(f::id(), &completed(0), at(0), at(0));
        ledger.settle(at(120));
        assert_eq!(ledger.tally(), NotificationCounts::default(), "it may still come");
        ledger.settle(at(121));
        assert_eq!(
            ledger.tally(),
            NotificationCounts { not_subscribed: 1, ..NotificationCounts::default() }
        );
        ledger.on_notification(f::id(), &Topic::FirstBranchVisit, at(300));
        ledger.on_answer(f::id(), &completed(400), at(400), at(400));
        ledger.settle(at(600));
        let tally = NotificationCounts {
            received: 1,
            missed: 1,
            not_subscribed: 1,
            ..NotificationCounts::default()
        };
        assert_eq!(ledger.tally(), tally);
        assert!(ledger.pairs.is_empty(), "nothing is kept of what is settled");
    }

    #[test]
    fn what_was_told_and_never_seen_is_unconfirmed_once_answers_had_time_to_show_it() {
        let mut ledger = ledger();
        ledger.on_notification(f::id(), &Topic::CheckCompletion, at(0));
        ledger.on_answer(f::id(), &[], at(60), at(61));
        assert_eq!(ledger.tally().unconfirmed, 0);
        ledger.on_answer(f::id(), &[], at(130), at(131));
        assert_eq!(ledger.tally().unconfirmed, 1);
        ledger.on_unknown_session();
        assert_eq!((ledger.tally().received, ledger.tally().unknown_sessions), (2, 1));
    }

    #[test]
    fn what_happened_before_this_run_was_nobodys_to_tell() {
        let mut ledger =
            Ledger::resumed(NotificationCounts { received: 7, ..NotificationCounts::default() });
        ledger.on_answer(f::id(), &completed(0), at(0), at(0));
        ledger.settle(at(600));
        assert_eq!(
            ledger.tally(),
            NotificationCounts { received: 7, ..NotificationCounts::default() }
        );
    }

    #[test]
    fn a_flood_of_one_session_is_held_as_one_pair_for_each_topic() {
        let mut ledger = ledger();
        for second in 0..1_000 {
            ledger.on_notification(f::id(), &Topic::ResourceUpdate, at(second));
            ledger.on_unknown_session();
        }
        assert_eq!((ledger.pairs.len(), ledger.tally().received), (1, 2_000));
        ledger.forget(f::id());
        assert!(ledger.pairs.is_empty() && ledger.subscribed.is_empty());
    }
}
