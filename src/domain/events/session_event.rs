//! What happened, as events for a line of text, a line of JSON, or a program.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::assessment::attention::{Assessment, Finding, assess};
use crate::domain::assessment::reason::Reason;
use crate::domain::assessment::rules::Rules;
use crate::domain::assessment::stage::{Stage, Verdict};
use crate::domain::assessment::stats::done_at;
use crate::domain::brief::Brief;
use crate::domain::brief::times::TimeOf;
use crate::domain::events::change::TimelineEvent;
use crate::domain::events::event_kind::EventKind;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail::TIMELINE_CAP;
use crate::domain::watchlist::snapshot::{Connection, SessionTable, Snapshot};
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// Looked at the clock at least this often.
const LONGEST: Duration = Duration::from_mins(1);
/// After the moment itself: clocks are no better.
const MARGIN: Duration = Duration::from_millis(10);

/// One event.
#[derive(Clone, Debug)]
pub struct SessionEvent {
    pub kind: EventKind,
    /// When it happened, by the best knowledge.
    pub at: Timestamp,
    /// When we learned it.
    pub seen_at: Timestamp,
    /// Whose: as it stands now, or as it stood when it left the list. `None`: the connection's.
    pub session: Option<Arc<WatchedSession>>,
    /// The change of the timeline, for the kinds that are one.
    pub change: Option<TimelineEvent>,
    /// What a finding says of it, or the store's trouble.
    pub words: Option<ServerText>,
    /// How the connection stands, for the one kind that is its.
    pub connection: Option<Connection>,
    /// How the local store stands, `trouble` or `in_order`, for the one kind that is its.
    pub store: Option<&'static str>,
}

impl SessionEvent {
    fn of_nobody(kind: EventKind, now: Timestamp) -> Self {
        Self {
            kind,
            at: now,
            seen_at: now,
            session: None,
            change: None,
            words: None,
            connection: None,
            store: None,
        }
    }
}

/// Remembers the last state of the world and tells what is new in the next.
#[derive(Debug)]
pub struct EventDetector {
    rules: Rules,
    began: Timestamp,
    table: SessionTable,
    known: HashMap<SessionId, Known>,
    wakes: BTreeSet<(Timestamp, SessionId)>,
    connection: Option<&'static str>,
    store_trouble: Option<String>,
}

#[derive(Debug)]
struct Known {
    session: Arc<WatchedSession>,
    holds: Vec<EventKind>,
    wakes_at: Option<Timestamp>,
}

impl EventDetector {
    /// Begins with this state; nothing in it is news.
    #[must_use]
    pub fn new(snapshot: &Snapshot, rules: Rules, now: Timestamp) -> Self {
        let mut detector = Self {
            rules,
            began: now,
            table: snapshot.sessions.clone(),
            known: HashMap::new(),
            wakes: BTreeSet::new(),
            connection: None,
            store_trouble: None,
        };
        for session in snapshot.sessions.iter() {
            let assessment = assess(session, &detector.rules, now);
            detector.remember(session, holds(session, &assessment), &assessment);
        }
        detector
    }

    /// When something may become true by the passing of time alone.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// For how long nothing can become true by time alone: a minute at most.
    #[must_use]
    pub fn pause(&self, now: Timestamp) -> Duration {
        let Some(at) = self.wakes_at() else { return LONGEST };
        let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
        (left + MARGIN).min(LONGEST)
    }

    /// What is new, in the order of the list.
    pub fn observe(&mut self, snapshot: &Snapshot, now: Timestamp) -> Vec<SessionEvent> {
        let mut told = Vec::new();
        self.connected(snapshot, now, &mut told);
        self.stored(snapshot, now, &mut told);
        let difference = snapshot.sessions.since(&self.table);
        if !difference.same_list {
            self.removed(snapshot, now, &mut told);
        }
        for session in difference.changed {
            // Of another list, one that only stands elsewhere is no news.
            let known = self.table.get(session.id());
            if known.is_none_or(|known| !Arc::ptr_eq(known, session)) {
                self.look(session, now, &mut told);
            }
        }
        // Who was looked at wakes later than now.
        let woken: Vec<SessionId> =
            self.wakes.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        for id in woken {
            if let Some(session) = snapshot.sessions.get(id) {
                self.look(session, now, &mut told);
            }
        }
        self.table = snapshot.sessions.clone();
        told
    }

    fn connected(&mut self, snapshot: &Snapshot, now: Timestamp, told: &mut Vec<SessionEvent>) {
        let connection = &snapshot.health.connection;
        // The word alone: a later try is the same connection.
        let word = standing(connection);
        if *connection == Connection::Starting || self.connection == Some(word) {
            return;
        }
        let live = *connection == Connection::Live;
        // Starting is no news, nor is the first good answer.
        if self.connection.replace(word).is_some() || !live {
            let connection = Some(connection.clone());
            let event = SessionEvent::of_nobody(EventKind::Connection, now);
            told.push(SessionEvent { connection, ..event });
        }
    }

    fn stored(&mut self, snapshot: &Snapshot, now: Timestamp, told: &mut Vec<SessionEvent>) {
        let trouble = &snapshot.health.store_trouble;
        if *trouble == self.store_trouble {
            return;
        }
        self.store_trouble.clone_from(trouble);
        let (store, words) = match trouble {
            Some(trouble) => ("trouble", trouble.as_str()),
            None => ("in_order", "the local store is in order again"),
        };
        let event = SessionEvent::of_nobody(EventKind::Store, now);
        told.push(SessionEvent { words: Some(words.into()), store: Some(store), ..event });
    }

    fn removed(&mut self, snapshot: &Snapshot, now: Timestamp, told: &mut Vec<SessionEvent>) {
        let gone: Vec<SessionId> = self
            .table
            .iter()
            .map(|session| session.id())
            .filter(|id| snapshot.sessions.get(*id).is_none())
            .collect();
        for id in gone {
            let Some(known) = self.known.get_mut(&id) else { continue };
            if let Some(at) = known.wakes_at.take() {
                self.wakes.remove(&(at, id));
            }
            told.push(plain(EventKind::Removed, now, now, &known.session));
            // What was told is not told again if it comes back.
            let session = Arc::make_mut(&mut known.session);
            session.brief = Arc::new(session.brief.of_events_alone());
            session.detail = None;
        }
    }

    fn look(
        &mut self,
        session: &Arc<WatchedSession>,
        now: Timestamp,
        told: &mut Vec<SessionEvent>,
    ) {
        let assessment = assess(session, &self.rules, now);
        let holds = holds(session, &assessment);
        if self.table.get(session.id()).is_none() {
            told.push(plain(EventKind::Added, now, now, session));
        }
        let begun;
        let known = match self.known.get(&session.id()) {
            Some(known) => known,
            None => {
                begun = self.at_begin(session, now);
                &begun
            }
        };
        for change in fresh(&known.session.brief, timeline(session)) {
            let Some(kind) = change.what.spec().event else { continue };
            let happening = plain(kind, change.at, change.seen_at, session);
            told.push(SessionEvent { change: Some(change.clone()), ..happening });
        }
        for &kind in &holds {
            if !known.holds.contains(&kind) {
                let finding = finding(kind, &assessment);
                let since = || finding.and_then(|finding| finding.since);
                let at = answered(kind, session).or_else(since).unwrap_or(now);
                let words = finding.map(|finding| finding.text.clone());
                told.push(SessionEvent { words, ..plain(kind, at, now, session) });
            }
        }
        self.remember(session, holds, &assessment);
    }

    /// A session that comes later, as it stood when this began: where another process asks Yoti, it
    /// comes with its first responses, which are news.
    fn at_begin(&self, session: &WatchedSession, now: Timestamp) -> Known {
        let older = |event: &&TimelineEvent| event.seen_at < self.began;
        let session =
            if session.brief.times.get(TimeOf::FirstSeen).is_none_or(|seen| seen >= self.began) {
                WatchedSession::new(WatchEntry::clone(&session.entry))
            } else if let Some(timeline) = session.timeline() {
                let timeline = timeline.iter().take_while(older).cloned().collect();
                let mut session = session.clone();
                session.happened(timeline);
                session
            } else {
                // Of very many that come at once, what happened to each is not read.
                session.clone()
            };
        let holds = holds(&session, &assess(&session, &self.rules, now));
        Known { session: Arc::new(session), holds, wakes_at: None }
    }

    fn remember(
        &mut self,
        session: &Arc<WatchedSession>,
        holds: Vec<EventKind>,
        assessment: &Assessment,
    ) {
        let id = session.id();
        let wakes_at = assessment.changes_at;
        let known = Known { session: Arc::clone(session), holds, wakes_at };
        if let Some(was) = self.known.insert(id, known).and_then(|known| known.wakes_at) {
            self.wakes.remove(&(was, id));
        }
        if let Some(at) = wakes_at {
            self.wakes.insert((at, id));
        }
    }
}

fn plain(
    kind: EventKind,
    at: Timestamp,
    seen_at: Timestamp,
    session: &Arc<WatchedSession>,
) -> SessionEvent {
    let session = Some(Arc::clone(session));
    SessionEvent { at, seen_at, session, ..SessionEvent::of_nobody(kind, at) }
}

fn timeline(session: &WatchedSession) -> &[TimelineEvent] {
    session.timeline().unwrap_or_default()
}

/// What of a timeline is new; at its cap the oldest have gone.
fn fresh<'a>(before: &Brief, after: &'a [TimelineEvent]) -> &'a [TimelineEvent] {
    let known = if after.len() < TIMELINE_CAP {
        before.number
    } else {
        after.partition_point(|event| Some(event.seen_at) <= before.last_seen())
    };
    after.get(known..).unwrap_or_default()
}

/// What is true of a session now.
fn holds(session: &WatchedSession, assessment: &Assessment) -> Vec<EventKind> {
    let mut holds = Vec::new();
    if session.brief.first_visit().is_some() {
        holds.push(EventKind::Visit);
    }
    match assessment.stage {
        Stage::AtCounter { .. } => holds.push(EventKind::AtCounter),
        Stage::TurnedAway { .. } => holds.push(EventKind::TurnedAway),
        Stage::Done(Verdict::Approve) => holds.push(EventKind::Approve),
        Stage::Done(Verdict::Reject) => holds.push(EventKind::Reject),
        Stage::Done(Verdict::Refer) => holds.push(EventKind::Refer),
        Stage::Expired { .. } => holds.push(EventKind::Expired),
        Stage::Gone
        | Stage::NotFound
        | Stage::NotFetched
        | Stage::Erased(_)
        | Stage::ChecksRunning
        | Stage::Visited
        | Stage::AtHome
        | Stage::AwaitingVisit
        | Stage::LetterNotSet
        | Stage::Unknown(_) => {}
    }
    for finding in &assessment.findings {
        match finding.reason {
            Reason::DueSoon => holds.push(EventKind::DueToday),
            Reason::Stale => holds.push(EventKind::Stale),
            // The stage tells of these.
            Reason::TurnedAway | Reason::Rejected | Reason::Refer | Reason::AtCounter => {}
        }
    }
    holds
}

fn finding(kind: EventKind, assessment: &Assessment) -> Option<&Finding> {
    let reason = kind.reason()?;
    assessment.findings.iter().find(|finding| finding.reason == reason)
}

/// Since when an answer says that it is so.
fn answered(kind: EventKind, session: &WatchedSession) -> Option<Timestamp> {
    match kind {
        EventKind::Visit => session.brief.first_visit(),
        EventKind::Approve | EventKind::Reject | EventKind::Refer => done_at(session),
        _ => None,
    }
}

/// What became true of a session from one moment to another, as far as its answers tell when.
#[must_use]
pub fn told_since(
    session: &WatchedSession,
    assessment: &Assessment,
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, EventKind)> {
    let told = holds(session, assessment).into_iter();
    let told = told.filter_map(|kind| Some((answered(kind, session)?, kind)));
    let mut told: Vec<(Timestamp, EventKind)> =
        told.filter(|(at, _)| (from..=to).contains(at)).collect();
    told.sort();
    told
}

/// The word for how the connection stands: stable, lower case.
#[must_use]
pub const fn standing(connection: &Connection) -> &'static str {
    match connection {
        Connection::Starting => "starting",
        Connection::Live => "live",
        Connection::Slowed { .. } => "slowed",
        Connection::Offline { .. } => "offline",
        Connection::Unavailable { .. } => "unavailable",
        Connection::Refused { .. } => "refused",
        Connection::AppNotFound => "application_not_found",
        Connection::ClockSkew(_) => "clock_skew",
        Connection::Disabled => "disabled",
        Connection::Following => "following",
        Connection::Silent { .. } => "no_response",
        Connection::NoHolder => "store_not_writable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::brief::Brief;
    use crate::domain::events::change::{ChangeKind, Origin};
    use crate::domain::fixture as f;
    use crate::domain::session::parts::Answers;
    use crate::domain::session::wire_enum::{
        Recommendation, RequirementType, SessionState, SourceType,
    };

    fn world(sessions: Vec<WatchedSession>) -> Snapshot {
        let sessions = SessionTable::from_entries(sessions.into_iter().map(Arc::new));
        Snapshot { sessions, ..Snapshot::default() }
    }

    fn ongoing() -> WatchedSession {
        f::watched(Some(f::session(SessionState::Ongoing)), None, None)
    }

    fn words(told: &[SessionEvent]) -> Vec<&'static str> {
        told.iter().map(|happening| happening.kind.word()).collect()
    }

    #[test]
    fn every_kind_has_a_word_of_its_own_that_finds_it() {
        for &kind in EventKind::ALL {
            assert_eq!(EventKind::named(kind.word()), Some(kind));
            assert_eq!(EventKind::named(&kind.word().to_uppercase().replace('_', "-")), Some(kind));
        }
        assert_eq!(EventKind::named("weather"), None);
    }

    #[test]
    fn what_was_there_at_the_start_is_no_news_and_nothing_is_told_twice() {
        let mut done = f::session(SessionState::Completed);
        done.checks.push(f::check("c", Some(Recommendation::Reject)));
        let snapshot = world(vec![f::watched(Some(done.clone()), None, None)]);
        let mut detector = EventDetector::new(&snapshot, Rules::default(), f::now());
        assert!(detector.observe(&snapshot, f::now()).is_empty());
        let mut detector = EventDetector::new(&world(vec![ongoing()]), Rules::default(), f::now());
        let mut after = f::watched(Some(done), None, None);
        after.happened(vec![TimelineEvent {
            at: f::minutes_ago(3),
            seen_at: f::now(),
            source: None,
            what: ChangeKind::State { from: None, to: Some("COMPLETED".into()) },
            origin: Origin::Observed,
        }]);
        let after = world(vec![after]);
        let told = detector.observe(&after, f::now());
        assert_eq!(words(&told), ["state", "reject"]);
        assert_eq!((told[0].at, told[0].seen_at), (f::minutes_ago(3), f::now()));
        assert!(told[1].words.as_ref().is_some_and(|words| !words.is_empty()));
        assert!(detector.observe(&after, f::now()).is_empty());
    }

    #[test]
    fn a_visit_is_told_once_and_silence_after_it_when_its_time_has_come() {
        let mut session = f::session(SessionState::Ongoing);
        session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, f::now()));
        let passport = f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]);
        let bill = f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]);
        let asked = f::configuration(vec![passport, bill]);
        let visited = f::watched(Some(session), Some(asked), None);
        let visited = world(vec![visited]);
        let mut detector = EventDetector::new(&world(vec![ongoing()]), Rules::default(), f::now());
        assert_eq!(words(&detector.observe(&visited, f::now())), ["visit", "at_counter"]);
        let later = f::now() + jiff::SignedDuration::from_mins(60);
        assert!(detector.observe(&visited, later).is_empty(), "no answer since then");
        let mut answered = WatchedSession::clone(visited.sessions.iter().next().unwrap());
        answered.poll.last_ok = later.into();
        let answered = world(vec![answered]);
        assert_eq!(words(&detector.observe(&answered, later)), ["turned_away"]);
        assert!(detector.observe(&answered, later).is_empty());
    }

    #[test]
    fn who_comes_and_goes_is_told_and_so_is_a_connection_that_changes() {
        let mut detector = EventDetector::new(&world(vec![]), Rules::default(), f::now());
        let mut snapshot = world(vec![ongoing()]);
        snapshot.health = Arc::new(crate::domain::watchlist::snapshot::Health {
            connection: Connection::Live,
            ..Default::default()
        });
        assert_eq!(words(&detector.observe(&snapshot, f::now())), ["added"]);
        let mut empty = world(vec![]);
        empty.health = Arc::new(crate::domain::watchlist::snapshot::Health {
            connection: Connection::AppNotFound,
            ..Default::default()
        });
        assert_eq!(words(&detector.observe(&empty, f::now())), ["connection", "removed"]);
    }

    #[test]
    fn a_session_that_comes_with_its_first_response_is_told_with_what_the_response_says() {
        let mut done = f::session(SessionState::Completed);
        done.checks.push(f::check("c", Some(Recommendation::Reject)));
        let mut session = f::watched(Some(done), None, None);
        let event = |what, seen_at| TimelineEvent {
            at: seen_at,
            seen_at,
            source: None,
            what,
            origin: Origin::Observed,
        };
        session.happened(vec![event(ChangeKind::FirstSeen, f::now())]);
        let told = |session: &WatchedSession| {
            let mut detector = EventDetector::new(&world(vec![]), Rules::default(), f::now());
            let after = world(vec![session.clone()]);
            let told = detector.observe(&after, f::now());
            assert!(detector.observe(&after, f::now()).is_empty());
            words(&told)
        };
        assert_eq!(told(&session), ["added", "first_answer", "reject"]);
        // Of one with a history, only what is new.
        let first = event(ChangeKind::FirstSeen, f::minutes_ago(60));
        session.happened(vec![first.clone()]);
        assert_eq!(told(&session), ["added"]);
        session.happened(vec![first, event(ChangeKind::Other, f::now())]);
        assert_eq!(told(&session), ["added", "other"]);
    }

    #[test]
    fn a_session_that_is_removed_and_comes_back_is_not_told_again() {
        let mut session = ongoing();
        session.happened(vec![TimelineEvent {
            at: f::now(),
            seen_at: f::now(),
            source: None,
            what: ChangeKind::FirstSeen,
            origin: Origin::Observed,
        }]);
        let mut detector = EventDetector::new(&world(vec![]), Rules::default(), f::now());
        for kinds in [["added", "first_answer"].as_slice(), &["added"]] {
            let there = world(vec![session.clone()]);
            assert_eq!(words(&detector.observe(&there, f::now())), kinds);
            assert_eq!(words(&detector.observe(&world(vec![]), f::now())), ["removed"]);
        }
    }

    #[test]
    fn of_a_session_that_comes_without_its_detail_what_is_true_of_it_is_told_if_it_is_new() {
        let mut session = f::session(SessionState::Ongoing);
        session.resources.push(f::document("a", "PASSPORT", SourceType::Ibv, f::minutes_ago(90)));
        let mut visited = f::watched(Some(session), None, None);
        visited.happened(vec![TimelineEvent {
            at: f::now(),
            seen_at: f::now(),
            source: None,
            what: ChangeKind::FirstSeen,
            origin: Origin::Observed,
        }]);
        visited.detail = None;
        for (began, told) in
            [(f::minutes_ago(1), true), (f::now() + jiff::SignedDuration::from_mins(1), false)]
        {
            let mut detector = EventDetector::new(&world(vec![]), Rules::default(), began);
            let words = words(&detector.observe(&world(vec![visited.clone()]), f::now()));
            assert_eq!(words.contains(&"visit"), told, "{words:?}");
        }
    }

    #[test]
    fn of_a_timeline_at_its_cap_only_what_is_new_counts() {
        let event = |minute| TimelineEvent {
            at: f::minutes_ago(minute),
            seen_at: f::minutes_ago(minute),
            source: None,
            what: ChangeKind::Other,
            origin: Origin::Observed,
        };
        let brief = |timeline: &[TimelineEvent]| Brief::of(&Answers::default(), timeline);
        let cap = i64::try_from(TIMELINE_CAP).unwrap();
        let before: Vec<TimelineEvent> = (0..cap).map(|n| event(2 * cap - n)).collect();
        let mut after = before[2..].to_vec();
        after.extend([event(9), event(8)]);
        assert_eq!(fresh(&brief(&before), &after), &after[TIMELINE_CAP - 2..]);
        assert!(fresh(&brief(&after), &after).is_empty());
        // Below the cap they are counted: two may have been seen at one moment.
        let few = [event(8), event(7), event(7)];
        assert_eq!(fresh(&brief(&few[..2]), &few), &few[2..]);
        assert_eq!(fresh(&brief(&[]), &few), &few);
        assert!(fresh(&brief(&few), &few).is_empty());
    }
}
