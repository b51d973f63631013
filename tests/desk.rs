//! Several machines on one shared store, in virtual time: who asks for whom, what each learns of the
//! others, and what becomes of it when the line is cut.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use branchwatch::api::{ApiError, ApiErrorKind, SessionApi, wire};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::desk::{DeskLinks, DeskSeal, DeskTask, HubConnector};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Made};
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::detail_source::NothingStored;
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::snapshot::Snapshot;
use branchwatch::domain::watchlist::unsent::{UnsentChange, UnsentInMemory, UnsentStore};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::hub::lease::Shard;
use branchwatch::hub::memory::{HubRights, LineFaults, MemoryHub, MemoryStore};
use branchwatch::hub::{HubError, Member, MemberRole};
use branchwatch::persist::UnsentBeside;
use branchwatch::persist::key::StoreKey;
use branchwatch::persist::location::Location;
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

/// What an earlier run of the program has left on the machine's disk.
struct Left {
    known: Vec<WatchedSession>,
    unsent: Arc<dyn UnsentStore>,
}

/// A disk that can be full, or not there.
#[derive(Debug, Default)]
struct Disk {
    kept: UnsentInMemory,
    broken: AtomicBool,
}

impl Disk {
    fn is_whole(&self) -> Result<(), String> {
        if self.broken.load(Ordering::Relaxed) { Err("no such disk".to_owned()) } else { Ok(()) }
    }
}

impl UnsentStore for Disk {
    fn read(&self) -> Result<Vec<UnsentChange>, String> {
        self.is_whole()?;
        self.kept.read()
    }

    fn keep(&self, changes: &[UnsentChange]) -> Result<(), String> {
        self.is_whole()?;
        self.kept.keep(changes)
    }
}

const CUT: LineFaults =
    LineFaults { cut: true, loses_answers: false, deaf: false, delay: Duration::ZERO };

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
        let known = (1..=sessions).map(|n| WatchedSession::new(entry(n))).collect();
        let unsent = Arc::new(UnsentInMemory::default());
        self.run(name, role, Left { known, unsent }, LineFaults::default())
    }

    /// Another run of the program of a desk, after what earlier ones left.
    fn desk(&self, known: Vec<WatchedSession>, unsent: &Arc<dyn UnsentStore>) -> Machine {
        let left = Left { known, unsent: Arc::clone(unsent) };
        self.run("jane", MemberRole::Desk, left, LineFaults::default())
    }

    fn run(
        &self,
        name: &'static str,
        role: MemberRole,
        Left { known, unsent }: Left,
        faults: LineFaults,
    ) -> Machine {
        let (store, snapshots) = Store::new(known);
        let Self { clock, begun, .. } = self;
        let api =
            Fake { whose: name, begun: *begun, clock: *clock, asked: Arc::clone(&self.asked) };
        let (commands, inbox) = mpsc::channel(256);
        let (faults, line) = watch::channel(faults);
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
            links: DeskLinks {
                details: Arc::new(NothingStored),
                unsent,
                snapshots: snapshots.clone(),
                commands: commands.clone(),
            },
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

    /// As the local store has them.
    fn known(&self) -> Vec<WatchedSession> {
        self.snapshot().sessions.iter().map(|session| (**session).clone()).collect()
    }

    fn trouble(&self) -> String {
        self.snapshot().health.store_trouble.clone().unwrap_or_default()
    }

    fn kill(self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }

    /// As a quit or a signal ends it.
    async fn ends(self) {
        self.end.cancel();
        for task in self.tasks {
            task.await.unwrap();
        }
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
    // A desk that comes first asks until there is a poller.
    pass(5).await;
    let jane = world.machine("jane", MemberRole::Desk, 0);
    let omar = world.machine("omar", MemberRole::Desk, 0);
    pass(30).await;
    jane.keeps(1, AnnotationChange::Pinned(true)).await;
    jane.keeps(1, AnnotationChange::Tags { added: vec!["urgent".into()], removed: vec![] }).await;
    jane.keeps(2, AnnotationChange::Note("rang, comes on Friday".into())).await;
    let at_once = [1, 2, 3].map(|n| (id(n), AnnotationChange::Acknowledged(Some(vec![]))));
    jane.commands.send(OperatorCommand::Keep(at_once.to_vec()).into()).await.unwrap();
    pass(2).await;
    for machine in [&poller, &omar] {
        let acknowledged = |n| machine.session(n).own.acknowledged.is_some();
        assert!([1, 2, 3].into_iter().all(acknowledged), "all that was changed at once");
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
    let asked = world.asked.lock().unwrap().clone();
    let strays: Vec<_> = asked.iter().filter(|(_, who, _)| *who != "poller").collect();
    assert!(strays.is_empty(), "desks do not ask: {strays:?}");
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

/// The store is away, is away still in the next run, and is back in the third; `killed`: or they end.
#[expect(clippy::cognitive_complexity, reason = "a story has many steps")]
async fn what_waits_is_sent_by_a_later_run(
    unsent: impl Fn() -> Arc<dyn UnsentStore>,
    killed: bool,
) {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 4);
    let jane = world.desk(Vec::new(), &unsent());
    pass(30).await;
    jane.faults.send_replace(CUT);
    pass(20).await;
    jane.keeps(1, AnnotationChange::Note("while it was away".into())).await;
    jane.keeps(2, AnnotationChange::Tags { added: vec!["late".into()], removed: vec![] }).await;
    jane.commands.send(OperatorCommand::Remove(vec![id(3)]).into()).await.unwrap();
    jane.commands.send(OperatorCommand::Add(vec![entry(9)]).into()).await.unwrap();
    pass(1).await;
    let known = jane.known();
    if killed {
        jane.kill();
    } else {
        jane.ends().await;
    }
    let left = Left { known, unsent: unsent() };
    let jane = world.run("jane", MemberRole::Desk, left, CUT);
    pass(20).await;
    jane.keeps(4, AnnotationChange::Pinned(true)).await;
    if killed {
        pass(1).await;
    }
    let known = jane.known();
    if killed {
        jane.kill();
    } else {
        jane.ends().await;
    }
    let jane = world.desk(known, &unsent());
    pass(5).await;
    for machine in [&poller, &jane] {
        assert_eq!(machine.session(1).own.note, "while it was away");
        assert_eq!(machine.session(2).entry.tags, ["late"]);
        assert!(machine.snapshot().sessions.get(id(3)).is_none(), "it was taken off");
        assert!(machine.session(4).own.pinned);
        assert_eq!(machine.session(9).entry.reference.as_deref(), Some("dbs-9"));
    }
    assert_eq!(unsent().read().unwrap().len(), 0, "and waits no longer");
}

// P01
#[tokio::test(start_paused = true)]
async fn what_waits_for_a_store_that_is_away_outlives_the_end_of_the_program() {
    for killed in [true, false] {
        let unsent: Arc<dyn UnsentStore> = Arc::new(UnsentInMemory::default());
        what_waits_is_sent_by_a_later_run(|| Arc::clone(&unsent), killed).await;
    }
}

// P01
#[tokio::test(start_paused = true)]
async fn what_waits_stands_in_the_local_store_beside_the_process_that_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let key = StoreKey::new(&[5; 32], &[6; 32]);
    let location = Location::new(&folder.path().join("store.db"), key);
    let _holder = location.open(true).unwrap();
    let unsent =
        || -> Arc<dyn UnsentStore> { Arc::new(UnsentBeside { location: location.clone() }) };
    what_waits_is_sent_by_a_later_run(unsent, true).await;
    let texts = ["while it was away", "late"];
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let found = |text: &&str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        assert_eq!(texts.iter().find(|text| found(text)), None, "it is sealed there too");
    }
}

// P03
#[tokio::test(start_paused = true)]
async fn a_note_that_waited_from_one_run_to_the_next_is_joined_with_the_one_written_meanwhile() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 2);
    let unsent: Arc<dyn UnsentStore> = Arc::new(UnsentInMemory::default());
    let jane = world.desk(Vec::new(), &unsent);
    pass(30).await;
    jane.keeps(1, AnnotationChange::Note("first".into())).await;
    jane.keeps(2, AnnotationChange::Note("first".into())).await;
    pass(5).await;
    jane.faults.send_replace(CUT);
    pass(20).await;
    jane.keeps(1, AnnotationChange::Note("from jane".into())).await;
    jane.keeps(2, AnnotationChange::Note("in its place".into())).await;
    let known = jane.known();
    jane.ends().await;
    poller.keeps(1, AnnotationChange::Note("from the other".into())).await;
    pass(5).await;
    let jane = world.desk(known, &unsent);
    pass(5).await;
    for machine in [&poller, &jane] {
        assert_eq!(machine.session(1).own.note, "from the other · from jane");
        assert_eq!(machine.session(2).own.note, "in its place", "nobody else wrote there");
    }
}

// P01
#[tokio::test(start_paused = true)]
async fn what_is_changed_while_the_store_does_not_answer_is_kept_before_it_does() {
    let world = World::new();
    let unsent: Arc<dyn UnsentStore> = Arc::new(UnsentInMemory::default());
    let jane = world.desk(Vec::new(), &unsent);
    let add = OperatorCommand::Add(vec![entry(1)]);
    pass(10).await;
    jane.faults
        .send_replace(LineFaults { delay: Duration::from_hours(1), ..LineFaults::default() });
    pass(3).await;
    jane.commands.send(add.into()).await.unwrap();
    jane.keeps(1, AnnotationChange::Pinned(true)).await;
    pass(1).await;
    let known = jane.known();
    jane.kill();
    let jane = world.desk(known, &unsent);
    let other = world.machine("other", MemberRole::Desk, 0);
    pass(5).await;
    assert!(other.session(1).own.pinned);
    drop(jane);
}

// P01
#[tokio::test(start_paused = true)]
async fn what_cannot_be_kept_is_told_and_kept_when_it_can() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 1);
    let disk = Arc::new(Disk::default());
    let unsent: Arc<dyn UnsentStore> = Arc::clone(&disk) as _;
    let jane = world.desk(Vec::new(), &unsent);
    pass(30).await;
    jane.faults.send_replace(CUT);
    disk.broken.store(true, Ordering::Relaxed);
    pass(20).await;
    assert!(!jane.trouble().contains("is lost"), "nothing waits yet: {}", jane.trouble());
    jane.keeps(1, AnnotationChange::Note("from jane".into())).await;
    pass(1).await;
    assert!(jane.trouble().contains("is lost when this program ends: no such disk"), "told");
    disk.broken.store(false, Ordering::Relaxed);
    pass(20).await;
    assert!(!jane.trouble().contains("is lost"), "{}", jane.trouble());
    let known = jane.known();
    jane.kill();
    // Before it is known what waits, nothing that is older may come in its place.
    disk.broken.store(true, Ordering::Relaxed);
    let jane = world.desk(known, &unsent);
    pass(20).await;
    assert!(jane.trouble().contains("no such disk"), "{}", jane.trouble());
    assert_eq!(jane.session(1).own.note, "from jane");
    disk.broken.store(false, Ordering::Relaxed);
    pass(20).await;
    assert_eq!(jane.trouble(), "");
    assert_eq!(poller.session(1).own.note, "from jane");
}

// P01
#[tokio::test(start_paused = true)]
async fn ten_thousand_changes_wait_and_what_is_beyond_is_told() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 1);
    let jane = world.machine("jane", MemberRole::Desk, 0);
    pass(30).await;
    jane.faults.send_replace(CUT);
    pass(20).await;
    // What is this process's or this operator's alone takes no room.
    jane.keeps(1, AnnotationChange::LookedAt(None)).await;
    jane.commands.send(OperatorCommand::RefreshAll.into()).await.unwrap();
    let changes = (0..10_003).map(|n| (id(1), AnnotationChange::Pinned(n % 2 == 0)));
    jane.commands.send(OperatorCommand::Keep(changes.collect()).into()).await.unwrap();
    pass(1).await;
    assert!(jane.trouble().contains("only on this machine: 3 changes"), "{}", jane.trouble());
    jane.faults.send_replace(LineFaults::default());
    pass(20).await;
    assert!(!poller.session(1).own.pinned, "the last that was kept takes it off");
    assert!(jane.trouble().starts_with("only on this machine: 3 changes"), "{}", jane.trouble());
}

// P01
#[tokio::test(start_paused = true)]
async fn what_waits_stands_over_what_comes_until_it_is_sent() {
    let world = World::new();
    let jane = world.machine("jane", MemberRole::Desk, 1);
    pass(30).await;
    jane.faults.send_replace(CUT);
    pass(20).await;
    jane.keeps(1, AnnotationChange::Pinned(true)).await;
    pass(1).await;
    let slow = LineFaults { delay: Duration::from_secs(1), ..LineFaults::default() };
    jane.faults.send_replace(slow);
    for _ in 0..400 {
        sleep(Duration::from_millis(100)).await;
        assert!(jane.session(1).own.pinned);
    }
    assert_eq!(jane.trouble(), "");
}

// P01
#[tokio::test(start_paused = true)]
async fn what_a_command_changes_while_nothing_runs_is_sent_by_the_next_run() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 3);
    pass(10).await;
    let folder = tempfile::tempdir().unwrap();
    let key = StoreKey::new(&[5; 32], &[6; 32]);
    let location = Location::new(&folder.path().join("store.db"), key).shared(true);
    let made = || Made::new(world.clock.now(), Some("jane".into()));
    let kept = |n, change| OutboxMessage::Kept(id(n), change, made());
    let mut command = location.open(false).unwrap().persistence;
    command.add(&[entry(1), entry(3), entry(9)]).unwrap();
    command.post(&[kept(1, AnnotationChange::Pinned(true))]).unwrap();
    command.remove(&[id(3)]).unwrap();
    // Beside a process that is killed before it took this in.
    let holder = location.open(true).unwrap().persistence;
    command.post(&[kept(9, AnnotationChange::Note("by a command".into()))]).unwrap();
    drop(holder);
    let known = location.open(true).unwrap().persistence.briefs().unwrap();
    let unsent: Arc<dyn UnsentStore> = Arc::new(UnsentBeside { location: location.clone() });
    let jane = world.desk(known, &unsent);
    pass(5).await;
    for machine in [&poller, &jane] {
        assert!(machine.session(1).own.pinned);
        assert_eq!(machine.session(9).own.note, "by a command");
        assert!(machine.snapshot().sessions.get(id(3)).is_none(), "taken off everybody's list");
    }
    let alone = Location::new(&folder.path().join("alone.db"), None);
    alone.open(false).unwrap().persistence.add(&[entry(1)]).unwrap();
    assert_eq!(
        UnsentBeside { location: alone }.read().unwrap().len(),
        0,
        "no other machine hears of it"
    );
}

// P01
#[tokio::test(start_paused = true)]
async fn a_change_that_the_store_never_takes_is_told_and_holds_up_no_other() {
    let world = World::new();
    let poller = world.machine("poller", MemberRole::Poller, 2);
    pass(1).await;
    let tagged = |n, count| {
        let tags = (0..count).map(|number| format!("tag-{number}")).collect();
        WatchEntry { tags, ..entry(n) }
    };
    let known = vec![WatchedSession::new(tagged(7, 300)), WatchedSession::new(entry(8))];
    let unsent: Arc<dyn UnsentStore> = Arc::new(UnsentInMemory::default());
    let jane = world.desk(known, &unsent);
    pass(10).await;
    assert!(poller.snapshot().sessions.get(id(8)).is_some(), "its neighbour is taken");
    let added = (0..300).map(|number| format!("tag-{number}")).collect();
    jane.keeps(1, AnnotationChange::Tags { added, removed: vec![] }).await;
    jane.keeps(1, AnnotationChange::Pinned(true)).await;
    pass(20).await;
    assert!(poller.session(1).own.pinned, "what was changed after it is sent");
    assert!(jane.trouble().starts_with("only on this machine: 2 changes, since a session has 256"));
}
