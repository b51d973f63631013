//! The one writer of the state of the world (invariant I1).
//!
//! Owns [`Store`]: applies observations and local changes, and publishes them together with how
//! refreshing goes, so that no reader sees an answer beside the poll state of the one before. Must
//! never know the API, the disk, or the screen.

mod details;
mod follow;
mod taking_in;

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::domain::assessment::retention::Retention;
use crate::domain::events::change::{self, ChangeKind, TimelineEvent};
use crate::domain::events::ledger::NotificationCounts;
use crate::domain::events::notification::Notification;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Answers;
use crate::domain::session::wire_enum::Topic;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::detail::TIMELINE_CAP;
use crate::domain::watchlist::detail_source::{DetailSource, NothingStored};
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::snapshot::{Health, SessionTable, Snapshot};
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};

pub use crate::domain::session::observation::Observation;
use taking_in::{same_content, taken_in};

/// The writer. There is one in a process; it lives in the refresh task. What changes it returns
/// whether there is anything to see; readers see it with the next [`Store::publish`].
#[derive(Debug)]
pub struct Store {
    current: Snapshot,
    publisher: watch::Sender<Arc<Snapshot>>,
    /// Something in `current` is not published yet.
    dirty: bool,
    details: Arc<dyn DetailSource>,
}

impl Store {
    /// A store that knows these sessions, and where its snapshots can be read.
    #[must_use]
    pub fn new(known: Vec<WatchedSession>) -> (Self, watch::Receiver<Arc<Snapshot>>) {
        // Archived sessions keep their answers, but no figure, order or poll ever meets them.
        let (archived, listed): (Vec<_>, Vec<_>) =
            known.into_iter().map(Arc::new).partition(|s| s.own.archived_at.is_some());
        let current = Snapshot {
            version: 1,
            sessions: SessionTable::from_entries(listed),
            archived: SessionTable::from_entries(archived),
            ..Snapshot::default()
        };
        let (publisher, reader) = watch::channel(Arc::new(current.clone()));
        let details = Arc::new(NothingStored);
        (Self { current, publisher, dirty: false, details }, reader)
    }

    /// The state of the world now.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.current
    }

    /// Takes in one observation. True when content changed; of an equal one (clocks aside) only the
    /// fetch time is kept. An observation of a session that is not listed is dropped, and so is one
    /// whose detail is not at hand: what changed is told by comparing with it.
    pub fn observe(&mut self, id: SessionId, observation: Observation) -> bool {
        let Some(watched) = self.current.sessions.get(id) else { return false };
        let fetched = matches!(observation, Observation::Session(_));
        let missing = matches!(observation, Observation::Missing(_));
        if let Observation::Unchanged(answer) = &observation {
            // Where it is another by now, the next answer will be compared with that.
            if let Some(brief) = watched.brief.unchanged(answer).map(Arc::new) {
                self.replace(WatchedSession { brief, ..WatchedSession::clone(watched) });
            }
            return false;
        }
        let Some(held) = watched.detail.clone() else { return false };
        if let Observation::Session(answer) = &observation
            && let Some(event) = change::contradiction(watched.brief.state(), answer)
        {
            let told =
                |event: &TimelineEvent| matches!(event.what, ChangeKind::Contradiction { .. });
            // Once: who says two things in turn must not push out the rest of the timeline.
            let news = !held.timeline.iter().any(told);
            if news {
                let (next, answers) =
                    (WatchedSession::clone(watched), Answers::clone(&held.answers));
                self.put(next, answers, &held.timeline, vec![event]);
            }
            return news;
        }
        let (answers, at) = taken_in(&held.answers, observation);
        let events = change::between(&held.answers, &answers, at);
        let same = events.is_empty() && same_content(&held.answers, &answers);
        let mut next = WatchedSession::clone(watched);
        if fetched || missing {
            // What the store lost or did not believe is there again, or Yoti has it no more.
            next.storage.fault = None;
        }
        if fetched {
            next.storage.erased_at = None.into();
        }
        if same {
            next.answered_again(answers);
            self.replace(next);
            return false;
        }
        self.put(next, answers, &held.timeline, events);
        true
    }

    /// A session with other answers, and what that adds to its timeline.
    fn put(
        &mut self,
        mut next: WatchedSession,
        answers: Answers,
        before: &Arc<Vec<TimelineEvent>>,
        events: Vec<TimelineEvent>,
    ) {
        // The revision says that content changed; a poll time alone leaves rows as they were made.
        next.revision += 1;
        let mut timeline = Arc::clone(before);
        if !events.is_empty() {
            let timeline = Arc::make_mut(&mut timeline);
            timeline.extend(events);
            // Bounded: a session that changes for ever must not grow memory. The oldest go.
            let surplus = timeline.len().saturating_sub(TIMELINE_CAP);
            timeline.drain(..surplus);
        }
        next.learn(Arc::new(answers), timeline);
        self.replace(next);
    }

    /// Takes in what only a notification tells: the first branch visit, and topics that no answer
    /// shows. Nothing else of a notification is believed (fault W05).
    pub fn notified(&mut self, told: &Notification, now: Timestamp) -> bool {
        let Some(watched) = self.current.sessions.get(told.session) else { return false };
        let Some(held) = watched.detail.clone() else { return false };
        let mut answers = Answers::clone(&held.answers);
        let events = if told.topic == Topic::FirstBranchVisit {
            // The first visit stays the first: notifications may come twice and late (fault W04).
            answers.visit_notified_at.get_or_insert(told.at);
            change::between(&held.answers, &answers, now)
        } else {
            change::only_notified(&held.timeline, told, now).into_iter().collect()
        };
        if events.is_empty() {
            return false;
        }
        let next = WatchedSession::clone(watched);
        self.put(next, answers, &held.timeline, events);
        true
    }

    /// Publishes all that has changed, with how refreshing goes for the profile and for some
    /// sessions, in one snapshot; nothing when nothing differs.
    pub fn publish(&mut self, health: Health, sessions: Vec<(SessionId, PollState)>) -> bool {
        if *self.current.health != health {
            self.current.health = Arc::new(health);
            self.dirty = true;
        }
        for (id, poll) in sessions {
            // Equal states publish nothing, so an idle screen does not redraw (I1).
            let Some(watched) = self.current.sessions.get(id).filter(|s| s.poll != poll) else {
                continue;
            };
            let next = WatchedSession { poll, ..WatchedSession::clone(watched) };
            self.replace(next);
        }
        let differs = self.dirty;
        if differs {
            self.send();
        }
        differs
    }

    /// Puts sessions on the list; an entry already there is replaced, its answers stay, and one
    /// that was archived comes back.
    pub fn add(&mut self, entries: Vec<WatchEntry>) {
        let known = self.current.sessions.iter().map(Arc::clone);
        let mut all: Vec<Arc<WatchedSession>> = known.collect();
        let mut back = HashSet::new();
        for entry in entries {
            let next = match self.watched(entry.id) {
                Some(watched) => {
                    let mut known = WatchedSession::clone(watched);
                    known.add_again(&entry);
                    // Adding what is there already changes nothing, not even the order.
                    let same = Arc::ptr_eq(&known.entry, &watched.entry);
                    let back = known.own.archived_at != watched.own.archived_at;
                    if (same && !back) || known.own.archived_at.is_some() {
                        continue;
                    }
                    known.revision += 1;
                    known
                }
                None => WatchedSession::new(entry),
            };
            back.insert(next.id());
            all.push(Arc::new(next));
        }
        self.current.sessions = SessionTable::from_entries(all);
        self.current.archived = without(&self.current.archived, &back);
        self.dirty = true;
    }

    /// Something that is stored of these sessions is not believed: they say so until Yoti answers.
    pub fn doubt(&mut self, faults: &[(SessionId, StoreFault)]) {
        for (id, fault) in faults {
            let Some(watched) = self.watched(*id) else { continue };
            if watched.storage.fault.is_none() {
                let mut next = WatchedSession::clone(watched);
                next.storage.fault = Some(*fault);
                self.replace(next);
            }
        }
    }

    /// Takes sessions off the list.
    pub fn remove(&mut self, ids: &[SessionId]) {
        let ids: HashSet<SessionId> = ids.iter().copied().collect();
        self.current.sessions = without(&self.current.sessions, &ids);
        self.current.archived = without(&self.current.archived, &ids);
        self.dirty = true;
    }

    /// Carries out the operator's changes; true when anything differs. Who is archived leaves the
    /// list, and comes back at its end.
    pub fn keep(
        &mut self,
        changes: &[(SessionId, AnnotationChange)],
        made: impl Into<Made>,
    ) -> bool {
        let made = made.into();
        let (mut moved, mut differs) = (HashSet::new(), false);
        for (id, change) in changes {
            let Some(watched) = self.watched(*id) else { continue };
            let mut next = WatchedSession::clone(watched);
            if !next.keep(change, made.clone()) {
                continue;
            }
            next.revision += 1;
            differs = true;
            if next.own.archived_at.is_some() != watched.own.archived_at.is_some() {
                moved.insert(*id);
            }
            self.replace(next);
        }
        if !moved.is_empty() {
            self.relist(&moved);
        }
        differs
    }

    /// Puts each of these where its `archived_at` says.
    fn relist(&mut self, moved: &HashSet<SessionId>) {
        let (list, other) = (&self.current.sessions, &self.current.archived);
        let (off, on): (Vec<_>, Vec<_>) = list
            .iter()
            .chain(other.iter())
            .filter(|s| moved.contains(&s.id()))
            .map(Arc::clone)
            .partition(|s| s.own.archived_at.is_some());
        let stays = |table: &SessionTable| without(table, moved);
        let joined = |table: SessionTable, more: Vec<Arc<WatchedSession>>| {
            SessionTable::from_entries(table.iter().map(Arc::clone).chain(more))
        };
        let (sessions, archived) = (joined(stays(list), on), joined(stays(other), off));
        self.current.sessions = sessions;
        self.current.archived = archived;
    }

    /// Erases the answers and events of those that are kept no longer. Returns whom.
    pub fn erase(&mut self, retention: Retention, now: Timestamp) -> Vec<SessionId> {
        let all = self.current.sessions.iter().chain(self.current.archived.iter());
        let over: Vec<_> = all.filter(|s| retention.is_over(s, now)).map(Arc::clone).collect();
        for watched in &over {
            let mut next = WatchedSession::clone(watched);
            next.erase(now);
            next.revision += 1;
            self.replace(next);
        }
        over.iter().map(|watched| watched.id()).collect()
    }

    /// The operator looks at the dashboard.
    pub fn looked(&mut self, at: Timestamp) {
        self.current.last_look = Some(at);
        self.dirty = true;
    }

    /// The operator arranged the list otherwise.
    pub fn arrange(&mut self, arrangement: Arrangement) {
        if *self.current.arrangement != arrangement {
            self.current.arrangement = Arc::new(arrangement);
            self.dirty = true;
        }
    }

    /// A store that begins with what the last run left beside the
    /// sessions; published before the first snapshot is read.
    #[must_use]
    pub fn resumed(
        mut self,
        last_look: Option<Timestamp>,
        arrangement: Arrangement,
        tally: NotificationCounts,
    ) -> Self {
        self.current.last_look = last_look;
        self.current.arrangement = Arc::new(arrangement);
        self.current.health =
            Arc::new(Health { notified: tally, ..Health::clone(&self.current.health) });
        self.send();
        self
    }

    fn send(&mut self) {
        self.dirty = false;
        self.current.version += 1;
        // Replaced, never queued: a slow reader sees the
        // newest and no backlog. The clone copies pointers.
        self.publisher.send_replace(Arc::new(self.current.clone()));
    }
}

fn without(table: &SessionTable, ids: &HashSet<SessionId>) -> SessionTable {
    // The same table, not an equal one: readers compare lists by address.
    if !ids.iter().any(|id| table.get(*id).is_some()) {
        return table.clone();
    }
    let stays = table.iter().filter(|s| !ids.contains(&s.id()));
    SessionTable::from_entries(stays.map(Arc::clone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::answer::Answer;
    use crate::domain::session::wire_enum::SessionState;
    use crate::domain::watchlist::storage::{Storage, StoreFault};

    fn store() -> (Store, watch::Receiver<Arc<Snapshot>>) {
        Store::new(vec![WatchedSession::new(f::entry())])
    }

    fn result(state: SessionState, ttl: i64, second: i64) -> Observation {
        let mut session = f::session(state);
        session.client_session_token_ttl = Some(ttl);
        let raw =
            format!("{{\"client_session_token_ttl\": {ttl}, \"x\": \"{:?}\"}}", session.state);
        let fetched_at = f::now() + jiff::SignedDuration::from_secs(second);
        Observation::Session(Answer { value: session, raw: raw.into(), fetched_at })
    }

    fn published(store: &mut Store) -> bool {
        store.publish(Health::default(), Vec::new())
    }

    #[test]
    fn an_answer_its_fetch_time_and_its_poll_state_are_published_in_one_snapshot() {
        let (mut store, mut reader) = store();
        assert!(store.observe(f::id(), result(SessionState::Ongoing, 100, 0)));
        assert!(!reader.has_changed().unwrap(), "not before its poll state");
        let poll = |second| PollState {
            last_ok: (f::now() + jiff::SignedDuration::from_secs(second)).into(),
            ..PollState::default()
        };
        let health = |second| Health { last_ok: poll(second).last_ok.get(), ..Health::default() };
        assert!(store.publish(health(0), vec![(f::id(), poll(0))]));
        assert!(!store.observe(f::id(), result(SessionState::Ongoing, 90, 10)));
        assert!(store.publish(health(10), vec![(f::id(), poll(10))]));
        let snapshot = Arc::clone(&reader.borrow_and_update());
        let watched = snapshot.sessions.get(f::id()).unwrap();
        let fetched_at =
            watched.answers().unwrap().session.as_ref().map(|answer| answer.fetched_at);
        assert_eq!(fetched_at, poll(10).last_ok.get());
        assert_eq!((watched.poll.last_ok.get(), snapshot.health.last_ok), (fetched_at, fetched_at));
        assert_eq!((watched.revision, snapshot.version), (1, 3));
        assert!(!store.publish(health(10), vec![(f::id(), poll(10))]));
        assert!(!reader.has_changed().unwrap());
    }

    // A19
    #[test]
    fn a_session_never_comes_back_from_its_end_and_a_clock_that_went_back_loses_no_answer() {
        let (mut store, _reader) = store();
        assert!(store.observe(f::id(), result(SessionState::Ongoing, 100, 0)));
        assert!(store.observe(f::id(), result(SessionState::Expired, 90, -3_600)));
        assert!(store.observe(f::id(), result(SessionState::Completed, 90, -3_500)));
        // What is not believed is told, once.
        assert!(store.observe(f::id(), result(SessionState::Expired, 90, 10)));
        assert!(!store.observe(f::id(), result(SessionState::Ongoing, 90, 20)));
        assert!(!store.observe(f::id(), result(SessionState::from_wire("NEW"), 90, 30)));
        let watched = store.snapshot().sessions.get(f::id()).unwrap();
        assert_eq!(watched.brief.state(), Some(&SessionState::Completed));
        let (kept, said) = (SessionState::Completed, Some(SessionState::Expired));
        let told = watched.timeline().unwrap();
        assert_eq!(told.last().unwrap().what, ChangeKind::Contradiction { kept, said });
        assert_eq!(told.len(), 4, "the first response, two states and what is not believed");
    }

    #[test]
    fn what_the_store_lost_is_a_fault_until_yoti_has_answered_also_that_there_is_none() {
        let erased_at = f::now().into();
        let lost = Storage { fault: Some(StoreFault::Altered), erased_at };
        let known = WatchedSession { storage: lost, ..WatchedSession::new(f::entry()) };
        let storage = |observation| {
            let (mut store, _reader) = Store::new(vec![known.clone()]);
            assert!(store.observe(f::id(), observation));
            store.snapshot().sessions.get(f::id()).unwrap().storage
        };
        let gone = storage(Observation::Missing(f::now()));
        assert_eq!(gone, Storage { fault: None, erased_at }, "what was erased stays so");
        assert_eq!(storage(result(SessionState::Ongoing, 100, 0)), Storage::default());
    }

    #[test]
    fn a_session_that_is_gone_keeps_its_last_answer_and_says_so_once() {
        let (mut store, _reader) = store();
        store.observe(f::id(), result(SessionState::Ongoing, 100, 0));
        assert!(store.observe(f::id(), Observation::Missing(f::now())));
        assert!(!store.observe(f::id(), Observation::Missing(f::now())));
        let watched = store.snapshot().sessions.get(f::id()).unwrap();
        assert!(watched.answers().unwrap().session().is_some());
        assert_eq!(watched.timeline().unwrap().len(), 2);
    }

    #[test]
    fn the_list_grows_shrinks_and_keeps_the_answers_of_those_who_stay() {
        let (mut store, reader) = store();
        store.observe(f::id(), result(SessionState::Ongoing, 100, 0));
        let mut entry = f::entry();
        entry.reference = Some("other".to_owned());
        let second = SessionId::new(uuid::Uuid::from_u128(2));
        store.add(vec![entry, WatchEntry { id: second, ..f::entry() }]);
        assert!(published(&mut store));
        let snapshot = Arc::clone(&reader.borrow());
        assert_eq!(snapshot.sessions.len(), 2);
        let first = snapshot.sessions.get(f::id()).unwrap();
        assert!(first.answers().unwrap().session().is_some());
        assert_eq!(first.entry.reference.as_deref(), Some("other"));
        store.remove(&[f::id()]);
        assert!(published(&mut store));
        assert_eq!(reader.borrow().sessions.iter().map(|s| s.id()).collect::<Vec<_>>(), [second]);
        assert!(!store.observe(f::id(), result(SessionState::Ongoing, 1, 1)));
    }

    #[test]
    fn what_the_operator_keeps_is_published_once_and_the_archived_leave_the_list() {
        let (mut store, mut reader) = store();
        store.observe(f::id(), result(SessionState::Ongoing, 100, 0));
        let note = (f::id(), AnnotationChange::Note("x".to_owned()));
        assert!(store.keep(std::slice::from_ref(&note), f::now()));
        assert!(published(&mut store));
        reader.mark_unchanged();
        let other = SessionId::new(uuid::Uuid::from_u128(77));
        assert!(!store.keep(&[(other, AnnotationChange::Pinned(true))], f::now()));
        assert!(!published(&mut store) && !reader.has_changed().unwrap());
        assert!(store.keep(&[(f::id(), AnnotationChange::Archived(true))], f::now()));
        assert!(published(&mut store));
        let snapshot = Arc::clone(&reader.borrow());
        assert_eq!((snapshot.sessions.len(), snapshot.archived.len()), (0, 1));
        assert!(!store.observe(f::id(), result(SessionState::Completed, 100, 9)));
        assert!(store.keep(&[(f::id(), AnnotationChange::Archived(false))], f::now()));
        let back = Arc::clone(store.snapshot().sessions.get(f::id()).unwrap());
        assert_eq!((back.own.note.as_str(), back.own.history.len()), ("x", 3));
        assert!(back.answers().unwrap().session().is_some());
        store.keep(&[(f::id(), AnnotationChange::Archived(true))], f::now());
        store.add(vec![f::entry()]);
        assert_eq!((store.snapshot().sessions.len(), store.snapshot().archived.len()), (1, 0));
    }
}
