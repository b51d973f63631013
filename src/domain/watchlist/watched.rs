//! One entry of the watch-list with all that is known of it.
//!
//! Immutable once published: a change makes a new value that shares what stayed.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::brief::Brief;
use crate::domain::events::change::TimelineEvent;
use crate::domain::packed_time::{OptionalSpan, OptionalTime};
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Answers;
use crate::domain::session::wire_enum::ErrorCode;
use crate::domain::watchlist::annotations::{AnnotationChange, Annotations, Made, Personal};
use crate::domain::watchlist::detail::Detail;
use crate::domain::watchlist::storage::Storage;

/// What the operator wrote down for a session (local, never sent).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchEntry {
    pub id: SessionId,
    /// The operator's own name for it; `None` shows the short id.
    pub reference: Option<String>,
    /// The operator's own words, sorted, without `#`.
    pub tags: Vec<String>,
    /// When it was put on the list.
    pub added_at: Timestamp,
    /// Overrides the derived deadline (product.md 2.4).
    #[serde(default)]
    pub deadline: OptionalTime,
    /// Retention, for the evidence clock; the API does not tell it.
    #[serde(default)]
    pub resources_ttl: OptionalSpan,
    /// Left by a process without the store's key: nobody vouches for what it says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
}

impl WatchEntry {
    /// An entry that says nothing but the session.
    #[must_use]
    pub fn new(id: SessionId, added_at: Timestamp) -> Self {
        Self {
            id,
            reference: None,
            tags: Vec::new(),
            added_at,
            deadline: OptionalTime::default(),
            resources_ttl: OptionalSpan::default(),
            unverified: false,
        }
    }

    fn retagged(&self, added: &[String], removed: &[String]) -> Self {
        Self { tags: joined(&self.tags, added, removed), ..self.clone() }
    }

    /// This entry for a session that is known: of what it does not say, what was known before. Tags
    /// are added to those that are there. It keeps the time at which it came on the list, which tells
    /// it from one that was forgotten and added again.
    #[must_use]
    pub fn over(self, known: &Self) -> Self {
        Self {
            reference: self.reference.or_else(|| known.reference.clone()),
            tags: joined(&known.tags, &self.tags, &[]),
            deadline: self.deadline.or(known.deadline),
            resources_ttl: self.resources_ttl.or(known.resources_ttl),
            added_at: known.added_at,
            ..self
        }
    }
}

/// These tags with some added and some taken away, sorted, each once.
fn joined(known: &[String], added: &[String], removed: &[String]) -> Vec<String> {
    let stay = known.iter().filter(|tag| !removed.contains(tag));
    let tags: BTreeSet<&String> = stay.chain(added).collect();
    tags.into_iter().cloned().collect()
}

/// Why the last attempt for a session failed, in a form that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollFailure {
    /// HTTP status of an answer of Yoti's.
    pub status: Option<u16>,
    /// The `code` of that answer.
    pub code: Option<ErrorCode>,
    /// Short, in our words, safe to show: `503 TEMPORARILY_UNAVAILABLE`, `connection refused`.
    pub summary: String,
    pub at: Timestamp,
}

/// How polling of one session goes. All times by our clock.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PollState {
    /// Last good answer to GET session.
    pub last_ok: OptionalTime,
    /// Consecutive failures since then.
    pub failures: u32,
    /// The last failure, cleared by a good answer; boxed, since few of many sessions have one.
    pub last_failure: Option<Box<PollFailure>>,
    /// The interval in force for this session; `None`: not polled any more.
    pub interval: OptionalSpan,
    /// When it is due next; `None`: not polled any more or not scheduled yet.
    pub next_due: OptionalTime,
}

/// One session of the watch-list with everything known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedSession {
    pub entry: Arc<WatchEntry>,
    /// What operators keep beside it: note, pin, acknowledgement, …
    pub own: Arc<Annotations>,
    /// What this operator keeps beside it.
    pub personal: Personal,
    /// What the list needs of the detail: changed with it ([`WatchedSession::learn`]).
    pub brief: Arc<Brief>,
    /// Answers and timeline; `None`: they are stored and have not been read.
    pub detail: Option<Arc<Detail>>,
    pub poll: PollState,
    pub storage: Storage,
    /// Other references of the list begin with the same long words as this one's,
    /// so that they are nobody's name ([`crate::domain::watchlist::labels`]).
    pub shared_prefix: bool,
    /// Grows by one with each change of entry, own part,
    /// answers' content or timeline; not with `poll`.
    pub revision: u64,
}

impl WatchedSession {
    /// A session just put on the list.
    #[must_use]
    pub fn new(entry: WatchEntry) -> Self {
        Self {
            entry: Arc::new(entry),
            own: Annotations::nothing(),
            personal: Personal::default(),
            brief: Arc::default(),
            detail: Some(Arc::default()),
            poll: PollState::default(),
            storage: Storage::default(),
            shared_prefix: false,
            revision: 0,
        }
    }

    /// Takes in what the operator changes for it. False: that is nothing new.
    pub fn keep(&mut self, change: &AnnotationChange, made: impl Into<Made>) -> bool {
        if let AnnotationChange::LookedAt(until) = change {
            let differs = self.personal.looked_at.get() != *until;
            self.personal.looked_at = (*until).into();
            return differs;
        }
        let mut own = Annotations::clone(&self.own);
        own.apply(change, made);
        // What is not new must publish nothing (I1).
        if own == *self.own {
            return false;
        }
        self.own = Arc::new(own);
        if let AnnotationChange::Tags { added, removed } = change {
            self.entry = Arc::new(self.entry.retagged(added, removed));
        }
        true
    }

    /// Lets go of all that Yoti answered and of what happened; the operator's own part stays.
    pub fn erase(&mut self, at: Timestamp) {
        self.learn(Arc::default(), Arc::default());
        self.storage = Storage { fault: None, erased_at: at.into() };
    }

    /// Takes other answers and another timeline, with their brief.
    pub fn learn(&mut self, answers: Arc<Answers>, timeline: Arc<Vec<TimelineEvent>>) {
        self.brief = Arc::new(Brief::of(&answers, &timeline));
        self.detail = Some(Arc::new(Detail { answers, timeline }));
    }

    /// Takes answers that say nothing new: other times alone. The detail has to be at hand.
    pub fn answered_again(&mut self, answers: Answers) {
        self.brief = Arc::new(self.brief.at_times_of(&answers));
        let timeline = self.at_hand().timeline;
        self.detail = Some(Arc::new(Detail { answers: Arc::new(answers), timeline }));
    }

    /// Takes other answers; the timeline stays. The detail has to be at hand.
    pub fn answered(&mut self, answers: Answers) {
        self.learn(Arc::new(answers), self.at_hand().timeline);
    }

    /// Changes its answers; the timeline stays. The detail has to be at hand.
    pub fn revise(&mut self, change: impl FnOnce(&mut Answers)) {
        let mut answers = Answers::clone(&self.at_hand().answers);
        change(&mut answers);
        self.answered(answers);
    }

    /// Takes another timeline; the answers stay. The detail has to be at hand.
    pub fn happened(&mut self, timeline: Vec<TimelineEvent>) {
        self.learn(self.at_hand().answers, Arc::new(timeline));
    }

    /// Its answers, where they are at hand.
    #[must_use]
    pub fn answers(&self) -> Option<&Answers> {
        self.detail.as_ref().map(|detail| &*detail.answers)
    }

    /// What happened to it, oldest first, where that is at hand.
    #[must_use]
    pub fn timeline(&self) -> Option<&[TimelineEvent]> {
        self.detail.as_ref().map(|detail| detail.timeline.as_slice())
    }

    fn at_hand(&self) -> Detail {
        debug_assert!(self.detail.is_some(), "what was not read would be lost");
        self.detail.as_deref().cloned().unwrap_or_default()
    }

    /// Takes in that it was added again: it is on the list, and keeps whatever the entry does not say.
    /// This may be told twice, so that what was archived or taken off later stays so.
    pub fn add_again(&mut self, entry: &WatchEntry) {
        // A process without the key changes nothing that is there.
        if entry.unverified && !self.entry.unverified {
            return;
        }
        let at = entry.added_at;
        let mut added = entry.clone();
        added.tags.retain(|tag| !self.own.taken_off_after(at, tag));
        let entry = added.over(&self.entry);
        if *self.entry != entry {
            self.entry = Arc::new(entry);
        }
        if self.own.archived_at.is_some_and(|archived| archived <= at) {
            Arc::make_mut(&mut self.own).archived_at = None;
        }
    }

    /// The session's id: that of its entry.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.entry.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;

    #[test]
    fn tags_that_two_operators_change_at_once_add_up_in_any_order() {
        let tags = |texts: &[&str]| -> Vec<String> { texts.iter().map(|t| (*t).into()).collect() };
        let mut before = f::watched(None, None, None);
        Arc::make_mut(&mut before.entry).tags = tags(&["a", "b"]);
        let jane = AnnotationChange::tags(&tags(&["a", "b"]), &tags(&["b", "c"])).unwrap();
        let tom = AnnotationChange::tags(&tags(&["a", "b"]), &tags(&["a", "b", "d"])).unwrap();
        let made = [("jane", &jane), ("tom", &tom)]
            .map(|(who, change)| (change, Made::new(f::now(), Some(who.into()))));
        for order in [[0, 1, 0, 1], [1, 0, 1, 0]] {
            let mut session = before.clone();
            for (change, made) in order.map(|n| &made[n]) {
                session.keep(change, made.clone());
            }
            assert_eq!(session.entry.tags, tags(&["b", "c", "d"]));
            assert_eq!(session.own.history.len(), 2, "each once");
        }
        assert_eq!(AnnotationChange::tags(&tags(&["a"]), &tags(&["a"])), None);
    }

    #[test]
    fn an_addition_that_comes_again_undoes_nothing_that_was_done_after_it() {
        let (added, later) = (f::minutes_ago(3), f::minutes_ago(2));
        let mut session = f::watched(None, None, None);
        let tagged = |at| {
            let tags = vec!["a".to_owned(), "b".to_owned()];
            WatchEntry { tags, ..WatchEntry::new(session.id(), at) }
        };
        let (first, again) = (tagged(added), tagged(f::minutes_ago(1)));
        session.add_again(&first);
        let off = AnnotationChange::tags(&first.tags, &["b".to_owned()]).unwrap();
        session.keep(&off, later);
        session.keep(&AnnotationChange::Archived(true), later);
        let before = session.clone();
        session.add_again(&first);
        assert_eq!(session, before);
        session.add_again(&again);
        assert_eq!((&session.entry.tags, session.own.archived_at), (&again.tags, None));
    }
}
