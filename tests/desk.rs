//! Several machines on one shared store, in virtual time: who asks for whom, what each learns of the
//! others, and what becomes of it when the line is cut.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use branchwatch::api::{ApiError, ApiErrorKind, SessionApi, wire};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::desk::{DeskSeal, DeskTask, HubConnector};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::detail_source::NothingStored;
use branchwatch::domain::watchlist::snapshot::Snapshot;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::hub::lease::Shard;
use branchwatch::hub::memory::{HubRights, LineFaults, MemoryHub, MemoryStore};
use branchwatch::hub::{HubError, Member, MemberRole};
use branchwatch::refresh::{self, Command, Settings};
use branchwatch::store::Store;
use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Who asked for whom, and when.
type Asked = Arc<Mutex<Vec<(Duration, &'static str, SessionId)>>>;

#[derive(Clone)]
struct Fake {
    whose: &'static str,
    begun: Instant,
    clock: TokioClock,
    asked: Asked,
}

impl SessionApi for Fake {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        self.asked.lock().unwrap().push((self.begun.elapsed(), self.whose, id));
        sleep(Duration::from_millis(50)).await;
        // It says another thing each minute.
        let state = if (self.begun.elapsed().as_secs() / 60).is_multiple_of(2) {
            "ONGOING"
        } else {
            "CREATED"
        };
        let raw = format!(r#"{{"session_id":"{id}","state":"{state}"}}"#);
        let value = wire::session(&raw, id).unwrap();
        Ok(Answer { value, raw: raw.into(), fetched_at: self.clock.now() })
    }

    async fn configuration(&self, _: SessionId) -> Result<Answer<Configuration>, ApiError> {
        Err(ApiErrorKind::Status(500).into())
    }

    async fn instructions(&self, _: SessionId) -> Result<Answer<Instructions>, ApiError> {
        Err(ApiErrorKind::Status(500).into())
    }
}

/// Each machine's line to the store, which a test can cut.
#[derive(Clone)]
struct Line {
    store: MemoryStore,
    operator: &'static str,
    faults: watch::Receiver<LineFaults>,
}

impl HubConnector for Line {
    type Connected = MemoryHub;

    async fn connect(&self) -> Result<Arc<MemoryHub>, HubError> {
        let rights = HubRights { edit: true, poll: true };
        let hub = Arc::new(self.store.connect(self.operator, rights));
        hub.set_faults(*self.faults.borrow());
        let (line, mut faults) = (Arc::downgrade(&hub), self.faults.clone());
        tokio::spawn(async move {
            while faults.changed().await.is_ok() {
                let Some(hub) = line.upgrade() else { return };
                hub.set_faults(*faults.borrow());
            }
        });
        Ok(hub)
    }
}

struct Machine {
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    faults: watch::Sender<LineFaults>,
    /// Ends the desk's task, as a whole process ends.
    end: CancellationToken,
    /// Ends all at once, as a kill does.
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

struct World {
    store: MemoryStore,
    clock: TokioClock,
    begun: Instant,
    asked: Asked,
}

impl World {
    fn new() -> Self {
        let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
        let store = MemoryStore::new(clock);
        Self { store, clock, begun: Instant::now(), asked: Arc::default() }
    }

    fn machine(&self, name: &'static str, role: MemberRole, sessions: u128) -> Machine {
        let known: Vec<WatchedSession> =
            (1..=sessions).map(|n| WatchedSession::new(entry(n))).collect();
        let (store, snapshots) = Store::new(known);
        let Self { clock, begun, .. } = self;
        let api =
            Fake { whose: name, begun: *begun, clock: *clock, asked: Arc::clone(&self.asked) };
        let (commands, inbox) = mpsc::channel(256);
        let (faults, line) = watch::channel(LineFaults::default());
        let end = CancellationToken::new();
        let settings = Settings {
            awaiting: SignedDuration::from_secs(20),
            operator: Some(name.into()),
            shared: true,
            ..Settings::default()
        };
        let refresh =
            refresh::run(api, store, *clock, settings, Rules::default(), inbox, end.clone());
        let desk = DeskTask {
            connector: Line { store: self.store.clone(), operator: name, faults: line },
            seal: DeskSeal::new(&[1; 32], &[2; 32]).unwrap(),
            member: Member { role, host: name.to_owned(), program: "test".to_owned() },
            max_rps: 5.0,
            clock: *clock,
            details: Arc::new(NothingStored),
            snapshots: snapshots.clone(),
            commands: commands.clone(),
        };
        let desk = desk.run(end.clone());
        let tasks = vec![tokio::spawn(refresh), tokio::spawn(desk)];
        Machine { commands, snapshots, faults, end, tasks }
    }

    /// Who asked since then, and how often.
    fn askers(&self, since: Duration) -> HashMap<&'static str, usize> {
        let mut counts = HashMap::new();
        for (at, whose, _) in self.asked.lock().unwrap().iter() {
            if *at >= since {
                *counts.entry(*whose).or_insert(0) += 1;
            }
        }
        counts
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Machine {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    fn session(&self, n: u128) -> Arc<WatchedSession> {
        Arc::clone(self.snapshot().sessions.get(id(n)).unwrap())
    }

    async fn keeps(&self, n: u128, change: AnnotationChange) {
        let change = OperatorCommand::Keep(vec![(id(n), change)]);
        self.commands.send(change.into()).await.unwrap();
    }

    fn kill(self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n))
}

fn entry(n: u128) -> WatchEntry {
    let reference = Some(format!("dbs-{n}"));
    WatchEntry { reference, ..WatchEntry::new(id(n), jiff::Timestamp::UNIX_EPOCH) }
}

async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

// P04
#[tokio::test(start_paused = true)]
async fn two_pollers_share_the_sessions_and_both_show_all_of_them() {
    let world = World::new();
    let one = world.machine("one", MemberRole::Poller, 40);
    let two = world.machine("two", MemberRole::Poller, 0);
    pass(90).await;
    for machine in [&one, &two] {
        let snapshot = machine.snapshot();
        assert_eq!(snapshot.sessions.len(), 40);
        let answered = |session: &&Arc<WatchedSession>| session.brief.result.is_some();
        assert_eq!(snapshot.sessions.iter().filter(answered).count(), 40);
        assert_eq!(machine.session(7).entry.reference.as_deref(), Some("dbs-7"));
    }
    let since = world.now();
    pass(120).await;
    let asked = world.asked.lock().unwrap().clone();
    let later: Vec<_> = asked.iter().filter(|(at, ..)| *at >= since).collect();
    let by_shard: HashMap<Shard, &str> =
        later.iter().map(|(_, whose, id)| (Shard::of(*id), *whose)).collect();
    let strays = later.iter().filter(|(_, whose, id)| by_shard[&Shard::of(*id)] != *whose).count();
    assert_eq!(strays, 0, "each session is asked for by one of them");
    let counts = world.askers(since);
    assert!(counts.len() == 2, "both ask: {counts:?}");
    let second = Duration::from_secs(1) - Duration::from_micros(10);
    let times: Vec<Duration> = later.iter().map(|(at, ..)| *at).collect();
    let most = times
        .iter()
        .map(|from| times.iter().filter(|at| **at >= *from && **at < *from + second).count());
    assert!(most.max() <= Some(6), "at most max_rps + 1 in any second, of both together");
}

// P04
#[tokio::test(start_paused = true)]
async fn who_is_killed_is_replaced_within_twelve_seconds_and_who_ends_at_once() {
    let world = World::new();
    let one = world.machine("one", MemberRole::Poller, 32);
    let two = world.machine("two", MemberRole::Poller, 0);
    let three = world.machine("three", MemberRole::Poller, 0);
    pass(60).await;
    one.kill();
    let killed = world.now();
    pass(12).await;
    let since = world.now();
    pass(40).await;
    let counts = world.askers(since);
    assert_eq!(counts.get("one"), None, "{counts:?}");
    let asked: std::collections::HashSet<SessionId> = world
        .asked
        .lock()
        .unwrap()
        .iter()
        .filter(|(at, ..)| *at >= killed + Duration::from_secs(12))
        .map(|(_, _, id)| *id)
        .collect();
    assert_eq!(asked.len(), 32, "every session is asked for again");
    two.end.cancel();
    pass(4).await;
    let since = world.now();
    pass(40).await;
    assert_eq!(world.askers(since).keys().copied().collect::<Vec<_>>(), ["three"]);
    drop(three);
}

// P03
#[tokio::test(start_paused = true)]
async fn what_one_operator_changes_the_others_see_and_two_notes_at_once_are_both_kept() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 3);
    let jane = world.machine("jane", MemberRole::Desk, 0);
    let omar = world.machine("omar", MemberRole::Desk, 0);
    pass(30).await;
    jane.keeps(1, AnnotationChange::Pinned(true)).await;
    jane.keeps(1, AnnotationChange::Tags { added: vec!["urgent".into()], removed: vec![] }).await;
    jane.keeps(2, AnnotationChange::Note("rang, comes on Friday".into())).await;
    pass(2).await;
    for machine in [&poller, &omar] {
        assert!(machine.session(1).own.pinned);
        assert_eq!(machine.session(1).entry.tags, ["urgent"]);
        assert_eq!(machine.session(2).own.note, "rang, comes on Friday");
        let made = machine.session(2).own.note_made().cloned().unwrap();
        assert_eq!(made.by.as_deref(), Some("jane"), "the history says who");
    }
    jane.keeps(3, AnnotationChange::Note("from jane".into())).await;
    omar.keeps(3, AnnotationChange::Note("from omar".into())).await;
    pass(5).await;
    let notes: Vec<String> =
        [&poller, &jane, &omar].iter().map(|m| m.session(3).own.note.clone()).collect();
    assert!(notes.iter().all(|note| *note == notes[0]), "{notes:?}");
    assert!(notes[0].contains("from jane") && notes[0].contains("from omar"), "{notes:?}");
    assert!(world.askers(Duration::ZERO).keys().all(|who| *who == "poller"), "desks do not ask");
}

// P01
#[tokio::test(start_paused = true)]
async fn a_desk_whose_line_is_cut_goes_on_and_sends_what_was_changed_when_it_is_back() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 3);
    let desk = world.machine("jane", MemberRole::Desk, 0);
    pass(30).await;
    desk.faults.send_replace(LineFaults { cut: true, ..LineFaults::default() });
    pass(20).await;
    let trouble = desk.snapshot().health.store_trouble.clone().unwrap();
    assert!(trouble.contains("the shared store cannot be reached"), "{trouble}");
    desk.keeps(1, AnnotationChange::Note("while it was away".into())).await;
    desk.commands.send(OperatorCommand::Remove(vec![id(2)]).into()).await.unwrap();
    desk.commands.send(OperatorCommand::Add(vec![entry(9)]).into()).await.unwrap();
    pass(10).await;
    assert_eq!(poller.session(1).own.note, "");
    desk.faults.send_replace(LineFaults::default());
    pass(20).await;
    assert_eq!(desk.snapshot().health.store_trouble, None);
    assert_eq!(poller.session(1).own.note, "while it was away");
    assert!(poller.snapshot().sessions.get(id(2)).is_none(), "taken off everybody's list");
    assert_eq!(poller.session(9).entry.reference.as_deref(), Some("dbs-9"));
    pass(30).await;
    assert!(desk.session(9).brief.result.is_some(), "the poller asks for it too");
}

// P04
#[tokio::test(start_paused = true)]
async fn a_poller_that_is_cut_off_asks_nobody_after_its_leases_have_ended() {
    let world = World::new();
    let one = world.machine("one", MemberRole::Poller, 20);
    pass(40).await;
    one.faults.send_replace(LineFaults { cut: true, ..LineFaults::default() });
    pass(7).await;
    let since = world.now();
    pass(60).await;
    assert_eq!(world.askers(since), HashMap::new());
    one.faults.send_replace(LineFaults::default());
    pass(60).await;
    assert!(world.askers(since).contains_key("one"), "and goes on when it is back");
}

#[tokio::test(start_paused = true)]
async fn a_desk_asks_where_there_is_no_poller_and_stops_when_one_comes() {
    let world = World::new();
    let desk = world.machine("jane", MemberRole::Desk, 10);
    pass(60).await;
    assert!(world.askers(Duration::ZERO).contains_key("jane"));
    let poller = world.machine("poller", MemberRole::Poller, 0);
    pass(15).await;
    let since = world.now();
    pass(60).await;
    assert_eq!(world.askers(since).keys().copied().collect::<Vec<_>>(), ["poller"]);
    assert!(desk.session(1).brief.result.is_some());
    drop(poller);
}

// P05
#[tokio::test(start_paused = true)]
async fn what_no_wake_announces_is_read_within_fifteen_seconds_all_the_same() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 3);
    let desk = world.machine("jane", MemberRole::Desk, 0);
    desk.faults.send_replace(LineFaults { deaf: true, ..LineFaults::default() });
    pass(30).await;
    poller.keeps(1, AnnotationChange::Pinned(true)).await;
    pass(1).await;
    assert!(!desk.session(1).own.pinned, "nothing woke it");
    pass(15).await;
    assert!(desk.session(1).own.pinned);
}

#[tokio::test(start_paused = true)]
async fn what_a_machine_has_when_it_comes_is_everybodys_with_its_labels() {
    let world = World::new();
    let desk = world.machine("jane", MemberRole::Desk, 2);
    desk.faults.send_replace(LineFaults { cut: true, ..LineFaults::default() });
    desk.keeps(1, AnnotationChange::Note("written first".into())).await;
    desk.keeps(1, AnnotationChange::Note("kept before".into())).await;
    desk.keeps(1, AnnotationChange::Pinned(true)).await;
    pass(5).await;
    desk.faults.send_replace(LineFaults::default());
    let poller = world.machine("poller", MemberRole::Poller, 0);
    pass(40).await;
    for machine in [&desk, &poller] {
        let session = machine.session(1);
        assert_eq!((session.own.note.as_str(), session.own.pinned), ("kept before", true));
        assert!(session.brief.result.is_some());
    }
    assert_eq!(desk.session(1).own.history.len(), 3, "each change stands once in the history");
}
