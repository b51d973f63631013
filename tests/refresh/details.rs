//! Sessions whose answers and timelines are stored and not in memory.

use branchwatch::domain::brief::{Brief, Derivation};
use branchwatch::domain::events::change::ChangeKind;
use branchwatch::domain::events::notification::Notification;
use branchwatch::domain::session::wire_enum::Topic;
use branchwatch::domain::watchlist::detail_source::DetailSource;
use branchwatch::domain::watchlist::storage::StoreFault;
use branchwatch::persist::memory::Memory;
use branchwatch::persist::{Persistence, SavedSessions, WriterEvent, writer};

use super::*;

/// What a memory keeps, with the answers that it gives.
#[derive(Debug)]
struct Source {
    kept: Arc<dyn DetailSource>,
    answers: Mutex<Answers>,
    read: Mutex<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    True,
    Fails,
    Altered,
}

impl Source {
    fn answers(&self, how: Answers) {
        *self.answers.lock().unwrap() = how;
    }
}

impl DetailSource for Source {
    fn read(&self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, String> {
        *self.read.lock().unwrap() += ids.len();
        match *self.answers.lock().unwrap() {
            Answers::True => self.kept.read(ids),
            Answers::Fails => Err("no such disk".to_owned()),
            Answers::Altered => {
                let altered = ids.iter().map(|id| {
                    let entry = WatchEntry::new(*id, jiff::Timestamp::UNIX_EPOCH);
                    let mut session = WatchedSession::new(entry);
                    session.storage.fault = Some(StoreFault::Altered);
                    session
                });
                Ok(altered.collect())
            }
        }
    }
}

/// A world that saves into a memory, and reads from it what it has not at hand.
fn saving(
    mut memory: Memory,
    script: impl Fn(SessionId, Duration) -> Result<SessionState, ApiErrorKind> + Send + Sync + 'static,
) -> (World, Arc<Source>) {
    let kept = memory.source();
    let (answers, read) = (Mutex::new(Answers::True), Mutex::new(0));
    let source = Arc::new(Source { kept, answers, read });
    let (store, snapshots) = Store::new(memory.briefs().unwrap());
    let saved = SavedSessions::of(store.snapshot());
    let store = store.reads_from(Arc::clone(&source) as Arc<dyn DetailSource>);
    let world = world_with(store, snapshots, Settings::default(), script);
    let commands = world.commands.clone();
    let told = move |event| match event {
        WriterEvent::Saved(version) => drop(commands.try_send(Command::Saved(version))),
        WriterEvent::Trouble(trouble) => assert_eq!(trouble, None),
    };
    tokio::spawn(writer(
        Box::new(memory),
        saved,
        world.snapshots.clone(),
        told,
        world.cancel.clone(),
    ));
    (world, source)
}

fn listed(count: u128) -> Memory {
    let mut memory = Memory::default();
    memory.add(&(1..=count).map(entry).collect::<Vec<_>>()).unwrap();
    memory
}

/// As another run would find it: answered, saved, nothing at hand.
async fn answered(count: u128) -> Memory {
    let (mut world, source) = saving(listed(count), ongoing);
    pass(60).await;
    let snapshot = world.snapshot();
    world.cancel.cancel();
    let ids: Vec<SessionId> = snapshot.sessions.iter().map(|s| s.id()).collect();
    let read = source.kept.read(&ids).unwrap();
    assert!(read.iter().all(|session| session.brief.result.is_some()), "answered and saved");
    Memory::holding(read)
}

fn kinds(session: &WatchedSession) -> Vec<&'static str> {
    let kind = |what: &ChangeKind| match what {
        ChangeKind::FirstSeen => "first",
        ChangeKind::State { .. } => "state",
        ChangeKind::LetterSet { .. } => "letter",
        ChangeKind::FirstBranchVisit => "visit",
        _ => "another",
    };
    session.timeline().unwrap().iter().map(|event| kind(&event.what)).collect()
}

// C04
#[tokio::test(start_paused = true)]
async fn of_many_only_the_last_details_stay_and_nothing_of_the_others_is_lost() {
    const MANY: u128 = 400;
    let later = Duration::from_mins(20);
    let ends =
        move |_, at| Ok(if at < later { SessionState::Ongoing } else { SessionState::Completed });
    let (mut world, source) = saving(listed(MANY), ends);
    for (minutes, state, expected) in [
        (15, SessionState::Ongoing, ["first", "letter"].as_slice()),
        (60, SessionState::Completed, &["first", "letter", "state"]),
    ] {
        pass(minutes * 60).await;
        let snapshot = world.snapshot();
        let at_hand = snapshot.sessions.iter().filter(|s| s.detail.is_some()).count();
        assert!(at_hand <= 256, "{at_hand} are in memory after {minutes} minutes");
        let ids: Vec<SessionId> = snapshot.sessions.iter().map(|s| s.id()).collect();
        let read = source.kept.read(&ids).unwrap();
        for (session, stored) in snapshot.sessions.iter().zip(&read) {
            assert_eq!(session.brief.state(), Some(&state), "{}", session.id());
            assert_eq!(session.brief.events().number, expected.len());
            assert_eq!(kinds(stored), expected, "{}: each once, as it is stored", session.id());
        }
    }
    let read = *source.read.lock().unwrap();
    assert!(read > 144, "what changed was compared with what was stored: {read} were read");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_nothing_new_reads_nothing_and_its_time_is_kept() {
    let memory = answered(3).await;
    let (mut world, source) = saving(memory, ongoing);
    let times = |snapshot: &Snapshot| -> Vec<_> {
        let briefs = snapshot.sessions.iter().map(|session| &session.brief);
        let parts = |brief: &Arc<Brief>| {
            let configuration = brief.configuration.as_ref().unwrap().fetched_at.at();
            (brief.fetched_at().unwrap(), configuration, brief.letter.fetched_at().unwrap())
        };
        briefs.map(parts).collect()
    };
    let before = world.snapshot();
    pass(2 * 3_600).await;
    let after = world.snapshot();
    assert_eq!(*source.read.lock().unwrap(), 0);
    for (before, after) in times(&before).into_iter().zip(times(&after)) {
        assert!(before.0 < after.0 && before.1 < after.1 && before.2 < after.2);
    }
    for (before, after) in before.sessions.iter().zip(after.sessions.iter()) {
        assert_eq!(before.revision, after.revision);
        assert_eq!(before.brief.events(), after.brief.events());
        assert_eq!(after.poll.last_ok.get(), after.brief.fetched_at());
    }
    // What does say something new is compared with what is stored.
    world.cancel.cancel();
    let memory = answered(1).await;
    let (mut world, source) = saving(memory, |_, _| Ok(SessionState::Completed));
    pass(20 * 60).await;
    assert_eq!(*source.read.lock().unwrap(), 1);
    let snapshot = world.snapshot();
    assert_eq!(kinds(snapshot.sessions.get(id(1)).unwrap()), ["first", "letter", "state"]);
}

// D12
#[tokio::test(start_paused = true)]
async fn the_session_under_the_cursor_is_read_at_once() {
    let memory = answered(3).await;
    let (mut world, _) = saving(memory, ongoing);
    assert!(world.snapshot().sessions.iter().all(|s| s.detail.is_none()), "nothing is read ahead");
    for n in [2, 3] {
        let focus = OperatorCommand::Focus { selected: Some(id(n)), visible: Vec::new() };
        world.say(focus).await;
        sleep(Duration::from_millis(10)).await;
        let snapshot = world.snapshot();
        let open = snapshot.sessions.get(id(n)).unwrap();
        assert_eq!(kinds(open), ["first", "letter"]);
        assert!(open.answers().unwrap().configuration().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_notification_is_added_to_the_timeline_that_is_stored() {
    let memory = answered(3).await;
    let (mut world, _) = saving(memory, ongoing);
    let at = "2026-10-16T09:00:30Z".parse().unwrap();
    let told = Notification { session: id(2), topic: Topic::FirstBranchVisit, subject: None, at };
    // Twice, as notifications come, while the first still waits.
    world.say(Command::Notified(told.clone())).await;
    world.say(Command::Notified(told)).await;
    pass(1).await;
    let snapshot = world.snapshot();
    let visited = snapshot.sessions.get(id(2)).unwrap();
    assert_eq!(visited.brief.visit_notified_at(), Some(at));
    assert_eq!(kinds(visited), ["first", "letter", "visit"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_told_and_an_answer_is_not_taken_for_a_first_one() {
    let memory = answered(1).await;
    let (mut world, source) = saving(memory, |_, _| Ok(SessionState::Completed));
    source.answers(Answers::Fails);
    pass(20).await;
    world.say(OperatorCommand::Refresh(id(1))).await;
    pass(5).await;
    let snapshot = world.snapshot();
    let session = snapshot.sessions.get(id(1)).unwrap();
    assert_eq!(session.brief.state(), Some(&SessionState::Ongoing));
    assert_eq!(session.brief.events().number, 2);
    assert!(session.poll.failures > 0, "it is not said to be fresh");
    let trouble = snapshot.health.store_trouble.clone().unwrap();
    assert_eq!(trouble, "stored responses cannot be read: no such disk");
    source.answers(Answers::True);
    pass(120).await;
    let snapshot = world.snapshot();
    let session = snapshot.sessions.get(id(1)).unwrap();
    assert_eq!(kinds(session), ["first", "letter", "state"]);
    assert_eq!(snapshot.health.store_trouble, None);
}

#[tokio::test(start_paused = true)]
async fn what_was_altered_where_it_is_stored_is_told_when_it_is_opened() {
    let memory = answered(1).await;
    let (mut world, source) = saving(memory, |_, _| Err(ApiErrorKind::Timeout("read")));
    source.answers(Answers::Altered);
    let focus = OperatorCommand::Focus { selected: Some(id(1)), visible: Vec::new() };
    world.say(focus).await;
    sleep(Duration::from_millis(10)).await;
    let session = Arc::clone(world.snapshot().sessions.get(id(1)).unwrap());
    assert_eq!(session.storage.fault, Some(StoreFault::Altered));
    assert!(session.brief.result.is_none(), "nothing of it is believed");
}

#[tokio::test(start_paused = true)]
async fn briefs_of_an_earlier_build_are_shown_made_anew_behind_the_list_and_saved() {
    const MANY: u128 = 40;
    let memory = answered(MANY).await;
    let ids: Vec<SessionId> = (1..=MANY).map(|n| entry(n).id).collect();
    let mut known = memory.source().read(&ids).unwrap();
    for session in &mut known {
        let brief = Brief::clone(&session.brief);
        session.brief = Arc::new(Brief { made_by: Derivation(1), unknown_values: 77, ..brief });
    }
    let (mut world, source) = saving(Memory::holding(known), ongoing);
    let unknown = |snapshot: &Snapshot| -> Vec<usize> {
        snapshot.sessions.iter().map(|session| session.brief.unknown_values).collect()
    };
    assert_eq!(unknown(&world.snapshot()), [77; MANY as usize], "as they are stored");
    pass(10).await;
    let snapshot = world.snapshot();
    assert!(!unknown(&snapshot).contains(&77), "of the answers");
    assert!(snapshot.sessions.iter().all(|s| s.brief.made_by == Derivation::PRESENT));
    assert!(*source.read.lock().unwrap() >= ids.len(), "of what is stored");
    world.cancel.cancel();
    let saved = source.kept.read(&ids).unwrap();
    assert!(saved.iter().all(|session| session.brief.made_by == Derivation::PRESENT));
}
