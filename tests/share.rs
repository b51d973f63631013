//! Two processes on one store: one asks and saves, the other shows; what each learns of the other.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use branchwatch::api::{ApiError, ApiErrorKind, SessionApi, wire};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use branchwatch::domain::events::event_kind::EventKind;
use branchwatch::domain::events::notification::Notification;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::session::wire_enum::Topic;
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Made};
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::detail_source::DetailSource;
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::snapshot::{Connection, Snapshot};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::location::Location;
use branchwatch::persist::sqlite::Sqlite;
use branchwatch::persist::{PersistError, Persistence, SharedPersistence};
use branchwatch::refresh::{Command, Settings};
use branchwatch::runtime::engine::{Engine, LoadedStore, StoreRole};
use jiff::SignedDuration;

#[derive(Clone)]
struct Fake {
    clock: TokioClock,
    asked: Arc<AtomicU32>,
}

fn result(id: SessionId, state: &str, at: jiff::Timestamp) -> Answer<Session> {
    let raw = format!(r#"{{"session_id":"{id}","state":"{state}"}}"#);
    Answer { value: wire::session(&raw, id).unwrap(), raw: raw.into(), fetched_at: at }
}

impl SessionApi for Fake {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(result(id, "ONGOING", self.clock.now()))
    }

    async fn configuration(&self, _: SessionId) -> Result<Answer<Configuration>, ApiError> {
        Err(ApiErrorKind::Status(404).into())
    }

    async fn instructions(&self, _: SessionId) -> Result<Answer<Instructions>, ApiError> {
        Err(ApiErrorKind::Status(404).into())
    }
}

fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n))
}

fn entry(n: u128) -> WatchEntry {
    WatchEntry {
        reference: Some(format!("dbs-{n}")),
        ..WatchEntry::new(id(n), jiff::Timestamp::UNIX_EPOCH)
    }
}

struct World {
    api: Fake,
    engine: Engine,
}

fn started(file: &Path) -> World {
    with(file, Settings::default())
}

fn with(file: &Path, settings: Settings) -> World {
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let api = Fake { clock, asked: Arc::default() };
    let held = LoadedStore::open(&Location::new(file, None), settings.online).unwrap();
    let engine = Engine::start(held, api.clone(), clock, settings, Rules::default());
    World { api, engine }
}

impl World {
    /// The first state of the world for which it holds.
    async fn sees(&mut self, holds: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        Arc::clone(&*self.engine.snapshots.wait_for(|snapshot| holds(snapshot)).await.unwrap())
    }

    fn asked(&self) -> u32 {
        self.api.asked.load(Ordering::Relaxed)
    }
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    (folder, file)
}

#[tokio::test(start_paused = true)]
async fn who_follows_says_that_the_one_that_polls_has_no_response() {
    let (_folder, file) = place();
    let mut other = Sqlite::open(&file, true).unwrap().persistence;
    other.add(&[entry(1)]).unwrap();
    let answered = |at: jiff::Timestamp| {
        let mut learned = WatchedSession::new(entry(1));
        learned.revise(|answers| answers.session = Some(Arc::new(result(id(1), "ONGOING", at))));
        learned.poll.last_ok = at.into();
        Arc::new(learned)
    };
    let at: jiff::Timestamp = "2026-10-16T09:00:00Z".parse().unwrap();
    other.save(&[answered(at)]).unwrap();
    let mut world = started(&file);
    let first = world.sees(|s| s.health.connection == Connection::Following).await;
    assert_eq!(first.health.last_ok, Some(at), "what was read at the start has an age too");
    let silent = Connection::Silent { since: at };
    let silent = world.sees(|s| s.health.connection == silent);
    // Before a visit a session is polled each 15 minutes: until then silence means nothing.
    tokio::time::timeout(std::time::Duration::from_mins(17), silent).await.unwrap();

    let again = world.api.clock.now();
    assert!(again.duration_since(at) > SignedDuration::from_mins(15), "{again}");
    other.save(&[answered(again)]).unwrap();
    world.sees(|s| s.health.connection == Connection::Following).await;
    assert_eq!(world.asked(), 0, "who follows asks nobody");
}

// D06
#[tokio::test(start_paused = true)]
async fn who_finds_the_store_in_use_shows_what_the_other_learns_and_asks_when_it_ends() {
    let (_folder, file) = place();
    let mut other = Sqlite::open(&file, true).unwrap().persistence;
    other.add(&[entry(1)]).unwrap();
    let mut world = started(&file);
    let first = world.sees(|s| s.health.connection == Connection::Following).await;
    assert_eq!(first.sessions.len(), 1);

    let mut learned = WatchedSession::new(entry(1));
    let at: jiff::Timestamp = "2026-10-16T09:00:05Z".parse().unwrap();
    learned.revise(|answers| answers.session = Some(Arc::new(result(id(1), "ONGOING", at))));
    learned.poll.last_ok = at.into();
    other.save(&[Arc::new(learned)]).unwrap();
    other.add(&[entry(2)]).unwrap();
    let shown = world
        .sees(|s| {
            let first = s.sessions.get(id(1)).unwrap();
            first.brief.result.is_some() && s.sessions.get(id(2)).is_some()
        })
        .await;
    let first = shown.sessions.get(id(1)).unwrap();
    assert_eq!((first.poll.last_ok.get(), shown.health.last_ok), (Some(at), Some(at)));
    assert!(first.poll.interval.get().is_some(), "its age is judged as the other asks");
    other.remove(&[id(2)]).unwrap();
    world.sees(|s| s.sessions.get(id(2)).is_none()).await;
    assert_eq!(world.asked(), 0);

    let ended = tokio::time::Instant::now();
    drop(other);
    world.sees(|s| s.health.connection == Connection::Live).await;
    assert!(ended.elapsed().as_secs() < 15, "{:?}", ended.elapsed());
    assert!(world.asked() > 0);
    assert!(world.engine.end().await);
    let stored = Sqlite::open(&file, true).unwrap().persistence.load().unwrap();
    assert!(stored.iter().all(|s| s.poll.last_ok.get() > Some(at)), "it saves what it has asked");
}

#[tokio::test(start_paused = true)]
async fn what_is_answered_before_anybody_listens_is_told_all_the_same() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut world = started(&file);
    let snapshot = world.sees(|s| s.sessions.get(id(1)).unwrap().brief.result.is_some()).await;
    let mut detector = world.engine.detector(Rules::default());
    let told = detector.observe(&snapshot, snapshot.health.last_ok.unwrap());
    let kinds: Vec<EventKind> = told.iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&EventKind::FirstAnswer), "{kinds:?}");
    assert!(!kinds.contains(&EventKind::Added), "it was on the list before: {kinds:?}");
    assert!(world.engine.end().await);
}

/// As another process learned it.
fn first_answered(n: u128, at: jiff::Timestamp) -> WatchedSession {
    let mut learned = WatchedSession::new(entry(n));
    learned.revise(|answers| answers.session = Some(Arc::new(result(id(n), "ONGOING", at))));
    learned.happened(vec![TimelineEvent {
        at,
        seen_at: at,
        source: None,
        what: ChangeKind::FirstSeen,
        origin: Origin::Observed,
    }]);
    learned.poll.last_ok = at.into();
    learned
}

#[tokio::test(start_paused = true)]
async fn what_happens_before_the_first_look_and_after_the_last_one_comes_with_its_events() {
    let (_folder, file) = place();
    let mut other = Sqlite::open(&file, true).unwrap().persistence;
    other.add(&[entry(1), entry(2)]).unwrap();
    let at: jiff::Timestamp = "2026-10-16T09:00:05Z".parse().unwrap();
    other.save(&[Arc::new(first_answered(1, at))]).unwrap();
    let mut world = started(&file);
    let events = |s: &Snapshot, n| s.sessions.get(id(n)).unwrap().timeline().map(<[_]>::len);
    let answered =
        |s: &Snapshot, n| s.sessions.get(id(n)).is_some_and(|s| s.brief.result.is_some());
    // It has read the list, and looks at it for the first time in two seconds.
    other.add(&[entry(3)]).unwrap();
    other.save(&[Arc::new(first_answered(2, at)), Arc::new(first_answered(3, at))]).unwrap();
    let shown = world.sees(|s| answered(s, 2) && answered(s, 3)).await;
    assert_eq!((events(&shown, 2), events(&shown, 3)), (Some(1), Some(1)));
    assert_eq!(events(&shown, 1), None, "what was there before is read when it is needed");
    assert_eq!(world.asked(), 0);
    // The last that the other process does.
    other.add(&[entry(4)]).unwrap();
    other.save(&[Arc::new(first_answered(4, at))]).unwrap();
    drop(other);
    let shown = world.sees(|s| answered(s, 4)).await;
    assert_eq!(events(&shown, 4), Some(1));
    assert!(world.engine.end().await);
}

#[tokio::test(start_paused = true)]
async fn who_asks_takes_in_what_another_process_adds_changes_and_removes() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut world = started(&file);
    world.sees(|s| s.health.connection == Connection::Live).await;
    let mut command = Sqlite::open(&file, false).unwrap().persistence;
    command.add(&[entry(2), entry(3)]).unwrap();
    world.sees(|s| s.sessions.get(id(3)).is_some_and(|s| s.brief.result.is_some())).await;
    let named = WatchEntry { reference: Some("other".to_owned()), ..entry(2) };
    command.add(&[named]).unwrap();
    world
        .sees(|s| {
            s.sessions.get(id(2)).is_some_and(|s| s.entry.reference.as_deref() == Some("other"))
        })
        .await;
    let noted = AnnotationChange::Note("called her".to_owned());
    let keep = OperatorCommand::Keep(vec![(id(3), noted)]);
    world.engine.commands.send(keep.into()).await.unwrap();
    let at: jiff::Timestamp = "2026-10-16T09:30:00Z".parse().unwrap();
    command.archive(&[id(3)], &at.into()).unwrap();
    let off = world.sees(|s| s.archived.get(id(3)).is_some()).await;
    assert_eq!(off.archived.get(id(3)).unwrap().own.archived_at, Some(at));
    command.add(&[WatchEntry { added_at: at, ..entry(3) }]).unwrap();
    let back = world.sees(|s| s.sessions.get(id(3)).is_some()).await;
    assert_eq!(back.sessions.get(id(3)).unwrap().own.note, "called her");
    command.remove(&[id(1)]).unwrap();
    let left = world.sees(|s| s.sessions.get(id(1)).is_none()).await;
    assert_eq!(left.sessions.len(), 2);
    assert!(world.engine.end().await);
    assert_eq!(command.load().unwrap().len(), 2);
}

// D10
#[tokio::test(start_paused = true)]
async fn what_is_added_after_the_store_was_removed_and_made_anew_reaches_the_holder() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut world = started(&file);
    let mut command = Sqlite::open(&file, false).unwrap().persistence;
    command.add(&[entry(2)]).unwrap();
    world.sees(|s| s.sessions.get(id(2)).is_some_and(|s| s.brief.result.is_some())).await;
    std::fs::remove_file(&file).unwrap();
    world.sees(|s| s.health.store_trouble.is_some()).await;
    world.sees(|s| s.health.store_trouble.is_none()).await;
    let mut command = Sqlite::open(&file, false).unwrap().persistence;
    command.add(&[entry(3)]).unwrap();
    world.sees(|s| s.sessions.get(id(3)).is_some_and(|s| s.brief.result.is_some())).await;
    assert!(world.engine.end().await);
    assert_eq!(command.load().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_dashboard_itself_adds_is_not_taken_for_removed_by_another() {
    let (_folder, file) = place();
    let mut world = started(&file);
    let mut command = Sqlite::open(&file, false).unwrap().persistence;
    world.engine.commands.send(OperatorCommand::Add(vec![entry(1)]).into()).await.unwrap();
    command.add(&[entry(2)]).unwrap();
    world.sees(|s| s.sessions.len() == 2).await;
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    assert_eq!(world.engine.snapshots.borrow().sessions.len(), 2);
    assert!(world.engine.end().await);
    assert_eq!(command.load().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_asks_nobody_leaves_the_store_to_those_who_do() {
    let (_folder, file) = place();
    let mut other = Sqlite::open(&file, true).unwrap().persistence;
    other.add(&[entry(1)]).unwrap();
    let mut offline = with(&file, Settings { online: false, ..Settings::default() });
    offline.sees(|s| s.sessions.len() == 1).await;
    drop(other);
    let mut asks = started(&file);
    asks.sees(|s| s.health.connection == Connection::Live).await;
    offline.sees(|s| s.sessions.get(id(1)).is_some_and(|s| s.brief.result.is_some())).await;
    assert_eq!(offline.asked(), 0);
    assert!(asks.engine.end().await && offline.engine.end().await);
}

fn note(n: u128, text: &str) -> Command {
    OperatorCommand::Keep(vec![(id(n), AnnotationChange::Note(text.to_owned()))]).into()
}

fn noted(snapshot: &Snapshot, n: u128) -> &str {
    &snapshot.sessions.get(id(n)).unwrap().own.note
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_added_and_removed_where_another_process_asks_reaches_that_one_and_the_file() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1), entry(2)]).unwrap();
    let mut asks = started(&file);
    asks.sees(|s| s.health.connection == Connection::Live).await;
    let mut shows = started(&file);
    shows.sees(|s| s.health.connection == Connection::Following && s.sessions.len() == 2).await;
    for order in [
        note(1, "called her"),
        OperatorCommand::Keep(vec![(
            id(1),
            AnnotationChange::Tags { added: vec!["vip".to_owned()], removed: Vec::new() },
        )])
        .into(),
        OperatorCommand::Add(vec![entry(3)]).into(),
        OperatorCommand::Remove(vec![id(2)]).into(),
    ] {
        shows.engine.commands.send(order).await.unwrap();
    }
    let is_kept = |s: &Snapshot| {
        let first = s.sessions.get(id(1)).unwrap();
        first.own.note == "called her"
            && first.entry.tags == ["vip"]
            && s.sessions.get(id(2)).is_none()
            && s.sessions.get(id(3)).is_some()
    };
    let here = shows.sees(is_kept).await;
    let there = asks
        .sees(|s| {
            is_kept(s) && s.sessions.get(id(3)).unwrap().answers().unwrap().session().is_some()
        })
        .await;
    let own = |s: &Snapshot| s.sessions.get(id(1)).unwrap().own.history.clone();
    assert_eq!(own(&here), own(&there), "with the time at which it was kept");
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(asks.engine.end().await);
    let mut stored = Sqlite::open(&file, false).unwrap().persistence;
    assert_eq!(stored.posts(0).unwrap().0, [], "what was taken in and saved is struck out");
    assert_eq!(stored.load().unwrap().len(), 2);
    shows.sees(|s| s.health.connection == Connection::Live && noted(s, 1) == "called her").await;
    assert!(shows.engine.end().await);
}

#[tokio::test(start_paused = true)]
async fn a_note_left_at_the_last_moment_is_kept() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut offline = with(&file, Settings { online: false, ..Settings::default() });
    offline.sees(|s| s.sessions.len() == 1).await;
    offline.engine.commands.send(note(1, "on the train")).await.unwrap();
    assert!(offline.engine.end().await);
    let seen = Sqlite::open(&file, false).unwrap().persistence.load().unwrap();
    assert_eq!(seen[0].own.note, "on the train", "whoever only reads sees it");
    let mut asks = started(&file);
    asks.sees(|s| noted(s, 1) == "on the train").await;
    asks.engine.commands.send(note(1, "back")).await.unwrap();
    asks.sees(|s| noted(s, 1) == "back").await;
    assert!(asks.engine.end().await);
    let mut again = started(&file);
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let kept = again.sees(|_| true).await;
    assert_eq!(noted(&kept, 1), "back", "what is taken in twice does nothing twice");
    assert!(again.engine.end().await);
}

#[tokio::test(start_paused = true)]
async fn who_asks_nobody_does_not_keep_those_who_do_from_the_store() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut offline = with(&file, Settings { online: false, ..Settings::default() });
    offline.sees(|s| s.health.connection == Connection::Disabled).await;
    let mut asks = started(&file);
    asks.sees(|s| s.health.connection == Connection::Live).await;
    offline.sees(|s| s.sessions.get(id(1)).is_some_and(|s| s.brief.result.is_some())).await;
    assert_eq!(offline.asked(), 0);
    assert!(asks.engine.end().await && offline.engine.end().await);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_or_asked_for_elsewhere_is_asked_at_once() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut asks = started(&file);
    asks.sees(|s| s.sessions.get(id(1)).unwrap().answers().unwrap().session().is_some()).await;
    let mut shows = started(&file);
    shows.sees(|s| s.health.connection == Connection::Following).await;
    let asked = asks.asked();
    let at = "2026-10-16T09:00:07Z".parse().unwrap();
    let visit = Notification { session: id(1), topic: Topic::FirstBranchVisit, subject: None, at };
    shows.engine.commands.send(Command::Notified(visit)).await.unwrap();
    let seen = |s: &Snapshot| {
        s.sessions.get(id(1)).unwrap().answers().unwrap().visit_notified_at == Some(at)
    };
    asks.sees(seen).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(asks.asked(), asked + 1, "15 minutes before its time");
    shows.engine.commands.send(OperatorCommand::Refresh(id(1)).into()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!((asks.asked(), shows.asked()), (asked + 2, 0));
    assert!(asks.engine.end().await && shows.engine.end().await);
}

#[tokio::test(start_paused = true)]
async fn who_was_archived_stays_so_when_others_are_added_by_another_process() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let mut asks = started(&file);
    asks.sees(|s| s.health.connection == Connection::Live).await;
    let changes = [
        AnnotationChange::Tags { added: vec!["done".to_owned()], removed: Vec::new() },
        AnnotationChange::Archived(true),
    ];
    let changes = changes.into_iter().map(|change| (id(1), change)).collect();
    asks.engine.commands.send(OperatorCommand::Keep(changes).into()).await.unwrap();
    asks.sees(|s| s.archived.get(id(1)).is_some()).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    Sqlite::open(&file, false).unwrap().persistence.add(&[entry(2)]).unwrap();
    let seen = asks.sees(|s| s.sessions.get(id(2)).is_some()).await;
    assert!(seen.archived.get(id(1)).is_some() && seen.sessions.get(id(1)).is_none());
    assert!(asks.engine.end().await);
}

/// A store on a disk that is full: what another process leaves in it had room just before.
#[derive(Debug)]
struct FullDisk {
    store: Box<dyn Persistence>,
    full: Arc<AtomicBool>,
}

impl FullDisk {
    fn room(&self) -> Result<(), PersistError> {
        let full = || PersistError::NotWritable("no space left".to_owned());
        if self.full.load(Ordering::Relaxed) { Err(full()) } else { Ok(()) }
    }
}

impl Persistence for FullDisk {
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        self.store.briefs()
    }
    fn details(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.store.details(ids)
    }
    fn source(&self) -> Arc<dyn DetailSource> {
        self.store.source()
    }
    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError> {
        self.room().and_then(|()| self.store.add(entries))
    }
    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError> {
        self.room().and_then(|()| self.store.remove(ids))
    }
    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.room().and_then(|()| self.store.save(sessions))
    }
    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.room().and_then(|()| self.store.learn(sessions))
    }
    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.room().and_then(|()| self.store.touch(answered))
    }
    fn state(&mut self, name: &str) -> Result<Option<String>, PersistError> {
        self.store.state(name)
    }
    fn set_state(&mut self, name: &str, value: &str) -> Result<(), PersistError> {
        self.room().and_then(|()| self.store.set_state(name, value))
    }
}

// D02
#[tokio::test(start_paused = true)]
async fn what_another_process_left_is_struck_out_only_when_it_is_saved() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1)]).unwrap();
    let full = Arc::new(AtomicBool::new(true));
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let api = Fake { clock, asked: Arc::default() };
    let mut held = LoadedStore::open(&Location::new(&file, None), true).unwrap();
    let StoreRole::Own(store, location) = held.keeping else { panic!("it is free") };
    held.keeping = StoreRole::Own(Box::new(FullDisk { store, full: Arc::clone(&full) }), location);
    let engine = Engine::start(held, api.clone(), clock, Settings::default(), Rules::default());
    let mut world = World { api, engine };

    let mut other = Sqlite::open(&file, false).unwrap().persistence;
    let note = AnnotationChange::Note("rang back".to_owned());
    let made = Made::new(clock.now(), None);
    other.post(&[OutboxMessage::Kept(id(1), note, made)]).unwrap();
    let noted = |s: &Snapshot| s.sessions.get(id(1)).unwrap().own.note == "rang back";
    world.sees(noted).await;
    // The program may be killed at any moment: the post is all that there is of the note.
    tokio::time::sleep(std::time::Duration::from_mins(1)).await;
    assert_eq!(other.posts(0).unwrap().0.len(), 1);
    full.store(false, Ordering::Relaxed);
    tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    assert_eq!(other.posts(0).unwrap().0.len(), 0);
    assert!(world.engine.end().await);
    assert_eq!(other.listed().unwrap()[0].own.note, "rang back");
}

/// A holder that has the list in memory, another process, and the note that this one left.
fn left_beside_a_holder() -> (tempfile::TempDir, PathBuf, Sqlite, Sqlite) {
    let (folder, file) = place();
    let mut holder = Sqlite::open(&file, true).unwrap().persistence;
    holder.add(&[entry(1)]).unwrap();
    let mut other = Sqlite::open(&file, false).unwrap().persistence;
    let note = AnnotationChange::Note("rang back".to_owned());
    let made = Made::new(jiff::Timestamp::UNIX_EPOCH, None);
    other.post(&[OutboxMessage::Kept(id(1), note, made)]).unwrap();
    (folder, file, holder, other)
}

fn remove_store(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let path = format!("{}{end}", file.display());
        assert!(std::fs::remove_file(&path).is_ok() || !end.is_empty(), "{path}");
    }
}

// D10
#[test]
fn a_note_left_beside_a_holder_is_in_the_second_copy_before_it_is_taken_in() {
    for saves in [false, true] {
        let (_folder, file, mut holder, other) = left_beside_a_holder();
        if saves {
            // What the holder knows of it is older than the note.
            let known = WatchedSession::new(WatchEntry { tags: vec!["vip".into()], ..entry(1) });
            holder.save(&[Arc::new(known)]).unwrap();
        }
        drop((holder, other));
        remove_store(&file);
        let mut again = Sqlite::open(&file, true).unwrap().persistence;
        let listed = again.load().unwrap();
        assert_eq!(listed[0].own.note, "rang back", "saved by the holder: {saves}");
        assert_eq!(listed[0].entry.tags.is_empty(), !saves);
    }
}

// D10
#[test]
fn a_holder_that_opens_its_store_again_takes_in_what_was_left_for_it() {
    for removed in [false, true] {
        let (_folder, file, mut holder, other) = left_beside_a_holder();
        drop(other);
        if removed {
            remove_store(&file);
        }
        std::fs::remove_file(format!("{}-lock", file.display())).unwrap();
        assert!(matches!(holder.check(), Err(PersistError::Missing)));
        holder.reopen().unwrap();
        let (left, _) = holder.posts(0).unwrap();
        assert!(
            matches!(&left[..], [OutboxMessage::Kept(of, ..)] if *of == id(1)),
            "the store removed: {removed}: {left:?}"
        );
        // It saves all of what it has in memory first, which the note is not in yet.
        holder.save(&[Arc::new(WatchedSession::new(entry(1)))]).unwrap();
        assert_eq!(holder.load().unwrap()[0].own.note, "rang back");
    }
}

// D10
#[tokio::test(start_paused = true)]
async fn who_loses_the_lock_to_another_process_follows_it_and_leaves_it_what_is_not_saved() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1), entry(2)]).unwrap();
    let mut world = started(&file);
    world.sees(|s| s.health.connection == Connection::Live).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    std::fs::remove_file(file.with_file_name("store.db-lock")).unwrap();
    let mut other = Sqlite::open(&file, true).unwrap().persistence;
    for order in [
        note(1, "called her"),
        OperatorCommand::Add(vec![entry(3)]).into(),
        OperatorCommand::Remove(vec![id(2)]).into(),
    ] {
        world.engine.commands.send(order).await.unwrap();
    }
    world.sees(|s| s.health.connection == Connection::Following).await;
    let asked = world.asked();
    world.engine.commands.send(note(3, "kept while it follows")).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_mins(5)).await;
    assert_eq!(world.asked(), asked, "one process asks, not two");

    let stored = other.load().unwrap();
    let noted_there: Vec<(SessionId, &str)> =
        stored.iter().map(|s| (s.id(), s.own.note.as_str())).collect();
    assert_eq!(noted_there, [(id(1), "called her"), (id(3), "kept while it follows")]);
    let here = world.sees(|s| s.sessions.len() == 2).await;
    assert_eq!((noted(&here, 1), noted(&here, 3)), ("called her", "kept while it follows"));
    assert_eq!(here.health.store_trouble, None, "what is over is told no longer");
    drop(other);
    world.sees(|s| s.health.connection == Connection::Live).await;
    world.engine.commands.send(note(1, "again the holder")).await.unwrap();
    assert!(world.engine.end().await);
    let again = Sqlite::open(&file, true).unwrap().persistence.load().unwrap();
    assert_eq!(again[0].own.note, "again the holder");
}

// D10
#[tokio::test(start_paused = true)]
async fn who_loses_store_and_lock_leaves_the_whole_list_to_the_process_that_made_them_anew() {
    let (_folder, file) = place();
    Sqlite::open(&file, true).unwrap().persistence.add(&[entry(1), entry(2)]).unwrap();
    let mut world = started(&file);
    world.sees(|s| s.health.connection == Connection::Live).await;
    world.engine.commands.send(note(1, "called her")).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    for name in ["store.db", "store.db-wal", "store.db-shm", "store.db-lock", "store.db-watchlist"]
    {
        let _not_there = std::fs::remove_file(file.with_file_name(name));
    }
    let mut other = Sqlite::open(&file, true).unwrap().persistence;
    assert_eq!(other.briefs().unwrap().len(), 0);
    world.sees(|s| s.health.connection == Connection::Following).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let stored = other.load().unwrap();
    assert_eq!(stored.iter().map(WatchedSession::id).collect::<Vec<_>>(), [id(1), id(2)]);
    assert_eq!(stored[0].own.note, "called her");
    assert_eq!(world.sees(|_| true).await.sessions.len(), 2);
    assert!(world.engine.end().await);
}
