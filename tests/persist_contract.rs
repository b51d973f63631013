//! One story for every backend of the local store, and what only a file can suffer: another
//! process, a newer schema, damage, kill −9.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use branchwatch::api::wire;
use branchwatch::clock::{Clock, SystemClock};
use branchwatch::domain::assessment::reason::Reason;
use branchwatch::domain::assessment::retention::Retention;
use branchwatch::domain::brief::Brief;
use branchwatch::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use branchwatch::domain::events::notification::Notification;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::session::wire_enum::Topic;
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Annotations, Made};
use branchwatch::domain::watchlist::list_layout::{Arrangement, Place, ViewTexts};
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::storage::StoreFault;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::arrangement::{arrangement, forget, keep};
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use branchwatch::persist::memory::Memory;
use branchwatch::persist::sqlite::Sqlite;
use branchwatch::persist::{
    PersistError, Persistence, SavedSessions, SeenRows, SharedPersistence, WriterEvent, writer,
};
use branchwatch::store::{Observation, Store};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use raw_files::holds;

#[path = "common/raw_files.rs"]
mod raw_files;

fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n))
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn entry(n: u128) -> WatchEntry {
    WatchEntry {
        id: id(n),
        reference: Some(format!("dbs-{n}")),
        tags: vec!["team-a".to_owned(), "urgent".to_owned()],
        added_at: "2026-10-16T09:00:00Z".parse().unwrap(),
        deadline: moment("2026-10-20T21:00:00Z").into(),
        resources_ttl: SignedDuration::from_hours(24 * 90).into(),
        unverified: false,
    }
}

fn answer<T>(raw: &str, value: T) -> Arc<Answer<T>> {
    Arc::new(Answer { value, raw: raw.into(), fetched_at: "2026-10-16T09:01:00Z".parse().unwrap() })
}

fn known(n: u128) -> WatchedSession {
    let session = format!(
        r#"{{"client_session_token_ttl":1.0e3,"session_id":"{}","state":"ONGOING","resources":{{}},"checks":[],"new":{{"x":12345678901234567890}}}}"#,
        id(n)
    );
    let configuration = format!(r#"{{"session_id":"{}","requested_checks":["A"]}}"#, id(n));
    let letter = r#"{"branch":{"fad_code":"0040037"},"contact_profile_exists":true,"documents":[{"requirement_id":"r"}]}"#;
    let mut watched = WatchedSession::new(entry(n));
    watched.answered(Answers {
        session: Some(answer(&session, wire::session(&session, id(n)).unwrap())),
        configuration: Some(answer(
            &configuration,
            wire::configuration(&configuration, id(n)).unwrap(),
        )),
        letter: Letter::Set(answer(letter, wire::instructions(letter).unwrap())),
        missing_since: None,
        visit_notified_at: Some("2026-10-16T08:30:00Z".parse().unwrap()),
    });
    let at: Timestamp = "2026-10-16T09:01:00Z".parse().unwrap();
    let event = TimelineEvent {
        at,
        seen_at: at,
        source: None,
        what: ChangeKind::FirstSeen,
        origin: Origin::Observed,
    };
    watched.happened(vec![event]);
    watched.poll.last_ok = at.into();
    watched
}

/// All that an operator can keep for a session.
fn own() -> Annotations {
    let at: Timestamp = "2026-10-16T12:00:00Z".parse().unwrap();
    let mut own = Annotations::default();
    for change in [
        AnnotationChange::Note("called her".to_owned()),
        AnnotationChange::Tags { added: vec!["a".to_owned(), "b".to_owned()], removed: Vec::new() },
        AnnotationChange::Pinned(true),
        AnnotationChange::Archived(true),
        AnnotationChange::Acknowledged(None),
        AnnotationChange::Acknowledged(Some(vec![Reason::Rejected, Reason::Stale])),
        AnnotationChange::Snoozed(None),
        AnnotationChange::Snoozed(Some(at + SignedDuration::from_hours(4))),
    ] {
        // As changes stand that were made before they had names.
        own.apply(&change, Made { at, by: Some("jane".into()), edit: None });
    }
    own
}

/// The same, added after it was archived.
fn again(n: u128) -> WatchEntry {
    WatchEntry { added_at: "2026-10-16T14:00:00Z".parse().unwrap(), ..entry(n) }
}

/// The story that every backend must tell.
fn arranged() -> Arrangement {
    let list = ViewTexts { sort: "due desc".into(), ..ViewTexts::default() };
    let chase = ViewTexts {
        filter: "stage:awaiting !tag:\"called twice\"".into(),
        sort: String::new(),
        columns: vec!["ref".into(), "due".into()],
    };
    let id = SessionId::new(uuid::Uuid::from_u128(7));
    let folds = vec![vec![("id_documents".to_owned(), 0), ("m-1".to_owned(), 2)], Vec::new()];
    let place = Place { open: [(id, folds)].into() };
    Arrangement { list, views: [("chase".to_owned(), chase)].into(), place }
}

fn list_is_kept(store: &mut dyn Persistence) {
    assert_eq!(arrangement(store).unwrap(), Arrangement::default());
    keep(store, &arranged()).unwrap();
    assert_eq!(arrangement(store).unwrap(), arranged(), "the list stands as it was left");
    forget(store, &[id(7)]).unwrap();
    let place = Place::default();
    assert_eq!(arrangement(store).unwrap(), Arrangement { place, ..arranged() });
    store.set_state("arrangement", "no JSON").unwrap();
    assert_eq!(arrangement(store).unwrap(), Arrangement::default(), "as good as not there");
}

fn for_later<T: Clone>(answer: &mut Option<Arc<Answer<T>>>, at: Timestamp) {
    if let Some(answer) = answer {
        Arc::make_mut(answer).fetched_at = at;
    }
}

#[test]
fn who_is_archived_by_a_command_comes_back_with_all_that_is_known() {
    backends(archived_and_back);
}

fn archived_and_back(place: &Backend) {
    let mut store = place.beside();
    store.add(&[entry(1), entry(2)]).unwrap();
    let mut noted = known(2);
    "called her".clone_into(&mut Arc::make_mut(&mut noted.own).note);
    place.hold().save(&[Arc::new(noted)]).unwrap();
    let at: Timestamp = "2026-10-16T13:00:00Z".parse().unwrap();
    assert_eq!(store.archive(&[id(2), id(9)], &at.into()).unwrap(), 1);
    assert_eq!(store.archive(&[id(2)], &at.into()).unwrap(), 0, "it is off the list already");
    let loaded = store.load().unwrap();
    assert_eq!(loaded[1].own.archived_at, Some(at));
    assert_eq!(
        (loaded[1].own.note.as_str(), loaded[1].timeline().unwrap().len()),
        ("called her", 1)
    );
    store.add(&[again(2)]).unwrap();
    let back = store.load().unwrap().remove(1);
    assert_eq!(
        (back.own.archived_at, back.timeline().unwrap().len()),
        (None, 1),
        "all that is known is back"
    );
    assert_eq!(store.posts(0).unwrap().0, [], "nobody holds the store, so nobody is told");
}

#[test]
fn those_that_are_named_are_read_as_they_stand_in_the_whole_list() {
    backends(named_among_all);
}

fn named_among_all(place: &Backend) {
    let mut store = place.hold();
    // More than are looked up in one go.
    let count = 250;
    store.add(&(1..=count).map(entry).collect::<Vec<_>>()).unwrap();
    store.save(&(1..=count).map(|n| Arc::new(known(n))).collect::<Vec<_>>()).unwrap();
    // Left for the holder, and not taken in by it.
    let change = AnnotationChange::Note("called her".to_owned());
    let mut command = place.beside();
    command.post(&[OutboxMessage::Kept(id(7), change, Timestamp::UNIX_EPOCH.into())]).unwrap();
    let named: Vec<SessionId> = (1..=220).rev().chain([900]).map(id).collect();
    let some = |mut all: Vec<WatchedSession>| {
        all.retain(|session| named.contains(&session.id()));
        assert_eq!(all.len(), 220);
        all
    };
    let loaded = some(command.load().unwrap());
    assert_eq!(
        (loaded[6].own.note.as_str(), loaded[6].timeline().unwrap().len()),
        ("called her", 1)
    );
    assert_eq!(command.load_named(&named).unwrap(), loaded);
    assert_eq!(command.details(&named).unwrap(), loaded);
    let listed = some(command.listed().unwrap());
    assert_eq!(command.listed_named(&named).unwrap(), listed);
}

fn learning_leaves_the_operators_part_alone(store: &mut dyn Persistence) {
    store.add(&[entry(5)]).unwrap();
    let mut noted = known(5);
    "called her".clone_into(&mut Arc::make_mut(&mut noted.own).note);
    store.save(&[Arc::new(noted.clone())]).unwrap();
    let mut later = known(5);
    let at: Timestamp = "2026-10-16T14:00:00Z".parse().unwrap();
    later.poll.last_ok = at.into();
    store.learn(&[Arc::new(later.clone()), Arc::new(known(9))]).unwrap();
    later.own = Arc::clone(&noted.own);
    let stored = |store: &mut dyn Persistence| store.load().unwrap().pop().unwrap();
    assert_eq!(stored(store), later);
    let mut stale = known(5);
    stale.happened(Vec::new());
    store.learn(&[Arc::new(stale)]).unwrap();
    assert_eq!(stored(store), later, "another process has asked since");
    store.remove(&[id(5)]).unwrap();
}

#[test]
fn a_few_are_loaded_as_among_all() {
    backends(|place| few_among_all(place.beside().as_mut()));
}

fn few_among_all(store: &mut dyn SharedPersistence) {
    let entries: Vec<WatchEntry> = (1..=150).map(entry).collect();
    store.add(&entries).unwrap();
    let all: Vec<Arc<WatchedSession>> = (1..=150).map(|n| Arc::new(known(n))).collect();
    store.save(&all).unwrap();
    for names in [vec![], vec![3], vec![9, 3, 999], (1..=120).collect()] {
        let ids: Vec<SessionId> = names.iter().copied().map(id).collect();
        let mut named = store.load().unwrap();
        named.retain(|session| ids.contains(&session.id()));
        assert_eq!(store.load_named(&ids).unwrap(), named);
    }
}

/// As if the same answers had come again.
fn move_times(session: &mut WatchedSession, later: Timestamp) {
    session.poll.last_ok = later.into();
    session.revise(|answers| {
        for_later(&mut answers.configuration, later);
        if let Letter::Set(letter) = &mut answers.letter {
            Arc::make_mut(letter).fetched_at = later;
        }
    });
}

/// All of it; read as the list needs it, it says the same.
fn read(store: &mut dyn Persistence) -> Vec<WatchedSession> {
    let (briefs, loaded) = (store.briefs().unwrap(), store.load().unwrap());
    assert_eq!(briefs.len(), loaded.len());
    for (brief, whole) in briefs.into_iter().zip(&loaded) {
        assert_eq!(WatchedSession { detail: whole.detail.clone(), ..brief }, *whole);
    }
    loaded
}

fn story(store: &mut dyn Persistence) {
    assert_eq!(read(store), []);
    store.add(&[entry(1), entry(2), entry(3)]).unwrap();
    let listed: Vec<SessionId> = read(store).iter().map(WatchedSession::id).collect();
    assert_eq!(listed, [id(1), id(2), id(3)], "the order of adding");

    store.save(&[Arc::new(known(2))]).unwrap();
    let loaded = read(store);
    assert_eq!(loaded[1], known(2), "all comes back as it was");

    let mut grown = known(2);
    let mut event = grown.timeline().unwrap()[0].clone();
    event.what = ChangeKind::Gone;
    grown.happened([grown.timeline().unwrap(), &[event]].concat());
    grown.revise(|answers| answers.missing_since = Some("2026-10-16T10:00:00Z".parse().unwrap()));
    store.save(&[Arc::new(grown.clone())]).unwrap();
    assert_eq!(read(store)[1], grown);

    move_times(&mut grown, "2026-10-16T11:00:00Z".parse().unwrap());
    store.touch(&[Arc::new(grown.clone()), Arc::new(known(9))]).unwrap();
    assert_eq!(read(store)[1], grown, "an answer with nothing new moves its time alone");

    let mut renamed = entry(2);
    renamed.reference = Some("other".to_owned());
    renamed.tags.push("vip".to_owned());
    let says_little = WatchEntry {
        reference: Some("other".to_owned()),
        tags: vec!["vip".to_owned()],
        ..WatchEntry::new(id(2), "2026-10-17T09:00:00Z".parse().unwrap())
    };
    // What an addition does not say stays; tags are added.
    store.add(&[says_little]).unwrap();
    let loaded = read(store);
    assert_eq!(*loaded[1].entry, renamed);
    assert_eq!(loaded[1].timeline().unwrap().len(), 2, "answers and timeline stay");

    let mut kept = WatchedSession { entry: Arc::new(renamed), ..grown };
    kept.own = Arc::new(own());
    kept.personal.looked_at = moment("2026-10-16T12:00:00Z").into();
    store.save(&[Arc::new(kept.clone())]).unwrap();
    assert_eq!(read(store)[1], kept, "what the operator keeps comes back");
    store.add(&[again(2)]).unwrap();
    let loaded = read(store);
    assert_eq!(loaded[1].own.archived_at, None, "adding brings back what was archived");
    assert_eq!(loaded[1].own.note, "called her");

    assert_eq!(store.state("last_look").unwrap(), None);
    store.set_state("last_look", "then").unwrap();
    store.set_state("last_look", "now").unwrap();
    assert_eq!(store.state("last_look").unwrap().as_deref(), Some("now"));

    learning_leaves_the_operators_part_alone(store);
    list_is_kept(store);
    assert_eq!(store.remove(&[id(2), id(9)]).unwrap(), 1);
    store.save(&[Arc::new(known(2))]).unwrap();
    assert_eq!(read(store).len(), 2, "who was taken off does not come back by a save");
}

/// As a command opens it.
fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, false).unwrap().persistence
}

/// As the process opens it that asks and saves.
fn held(path: &Path) -> Sqlite {
    Sqlite::open(path, true).unwrap().persistence
}

#[test]
fn a_save_by_who_has_not_heard_of_it_brings_nobody_back_that_another_process_archived() {
    backends(saved_by_who_has_not_heard);
}

fn saved_by_who_has_not_heard(place: &Backend) {
    let (mut dashboard, mut command) = (place.hold(), place.beside());
    dashboard.add(&[entry(1)]).unwrap();
    let at: Timestamp = "2026-10-16T13:00:00Z".parse().unwrap();
    assert_eq!(command.archive(&[id(1), id(9)], &at.into()).unwrap(), 1);
    let mut ours = known(1);
    dashboard.save(&[Arc::new(ours.clone())]).unwrap();
    assert_eq!(command.load().unwrap()[0].own.archived_at, Some(at));
    let (left, _) = dashboard.posts(0).unwrap();
    let archived = AnnotationChange::Archived(true);
    assert_eq!(left, [OutboxMessage::Kept(id(1), archived.clone(), at.into())]);
    ours.keep(&archived, at);
    command.add(&[again(1)]).unwrap();
    dashboard.save(&[Arc::new(ours)]).unwrap();
    assert_eq!(command.load().unwrap()[0].own.archived_at, None, "brought back, and not heard yet");
}

/// A store that several processes have at once, whatever keeps it.
enum Backend {
    Memory(Memory),
    /// With a key or without.
    File(tempfile::TempDir, Option<u8>),
}

/// The same story for each backend.
fn backends(story: impl Fn(&Backend)) {
    // Held by nobody.
    let memory = Memory::default().beside();
    story(&Backend::Memory(memory));
    for key in [None, Some(7)] {
        story(&Backend::File(tempfile::tempdir().unwrap(), key));
    }
}

impl Backend {
    /// As the process has it that asks and saves.
    fn hold(&self) -> Box<dyn SharedPersistence> {
        match self {
            Self::Memory(memory) => Box::new(memory.hold().unwrap()),
            Self::File(folder, key) => Self::opened(folder, *key, true),
        }
    }

    /// As a command has it.
    fn beside(&self) -> Box<dyn SharedPersistence> {
        match self {
            Self::Memory(memory) => Box::new(memory.beside()),
            Self::File(folder, key) => Self::opened(folder, *key, false),
        }
    }

    fn opened(
        folder: &tempfile::TempDir,
        key: Option<u8>,
        exclusive: bool,
    ) -> Box<dyn SharedPersistence> {
        let location = Location::new(&folder.path().join("store.db"), key.map(store_key));
        location.open(exclusive).unwrap().persistence
    }
}

#[test]
fn every_backend_tells_the_story() {
    backends(|place| story(place.hold().as_mut()));
}

#[test]
fn what_is_left_for_the_holder_is_seen_by_all_and_taken_in_once() {
    backends(left_and_taken_in);
}

fn left_and_taken_in(place: &Backend) {
    let kept = |text: &str| {
        let change = AnnotationChange::Note(text.to_owned());
        OutboxMessage::Kept(id(1), change, Timestamp::UNIX_EPOCH.into())
    };
    let (mut holder, mut command) = (place.hold(), place.beside());
    holder.add(&[entry(1)]).unwrap();
    assert_eq!(holder.posts(0).unwrap(), (Vec::new(), 0), "its own changes are left for nobody");
    let asked = OutboxMessage::Asked(None);
    command.post(&[kept("a"), asked.clone(), kept("b"), asked.clone()]).unwrap();
    let (left, last) = holder.posts(0).unwrap();
    assert_eq!(left, [kept("a"), kept("b"), asked.clone()], "asking once is enough");
    let note = |mut store: Box<dyn SharedPersistence>| store.briefs().unwrap()[0].own.note.clone();
    assert_eq!(
        (note(place.beside()).as_str(), holder.briefs().unwrap()[0].own.note.as_str()),
        ("b", "b"),
        "it is on the list at once, and stays to be taken in"
    );
    holder.save(&[Arc::new(WatchedSession::new(entry(1)))]).unwrap();
    assert_eq!(holder.briefs().unwrap()[0].own.note, "b", "also where its holder has not");
    assert_eq!(holder.posts(last).unwrap(), (Vec::new(), last));
    command.post(&[kept("c")]).unwrap();
    // Only what it has taken in: what was left since stays.
    holder.taken(last).unwrap();
    let (left, later) = holder.posts(last).unwrap();
    assert_eq!((left, holder.posts(0).unwrap().0), (vec![kept("c")], vec![kept("c")]));
    assert!(later > last, "numbers only grow");
    // The list itself is changed at once, and the last word on it is all that is left.
    command.add(&[entry(2)]).unwrap();
    command.remove(&[id(2)]).unwrap();
    assert_eq!(holder.briefs().unwrap().len(), 1);
    let left = holder.posts(later).unwrap().0;
    assert_eq!(left, [OutboxMessage::Removed(id(2))]);
    command.remove(&[id(1)]).unwrap();
    command.add(&[entry(1)]).unwrap();
    let left = holder.posts(later).unwrap().0;
    let (removed, added) = (OutboxMessage::Removed, OutboxMessage::Added(entry(1)));
    assert_eq!(
        left,
        [removed(id(2)), removed(id(1)), added],
        "nothing is noted of who was forgotten"
    );
    drop(holder);
    command.post(&[kept("d")]).unwrap();
    assert_eq!(command.posts(0).unwrap().0, [], "nobody holds it: it was done at once");
    assert_eq!((note(place.beside()).as_str(), note(place.hold()).as_str()), ("d", "d"));
}

#[test]
fn only_one_holds_a_store_at_a_time() {
    let memory = Memory::default();
    assert!(matches!(memory.hold(), Err(PersistError::Locked(_))));
    let beside = memory.beside();
    drop(memory);
    assert!(beside.hold().is_ok());
}

#[test]
fn the_file_backend_forgets_nothing_between_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/store.db");
    story(&mut held(&path));
    let mut store = held(&path);
    store.save(&[Arc::new(known(1))]).unwrap();
    drop(store);
    assert_eq!(open(&path).load().unwrap()[0], known(1));
}

// F03
#[test]
fn files_are_for_the_owner_alone_whatever_the_umask() {
    const CHILD: &str = "BRANCHWATCH_TEST_UMASK";
    if std::env::var_os(CHILD).is_none() {
        // A process has one umask: it is another's.
        let script = r#"umask 000; exec "$0" --exact "$1""#;
        let name = "files_are_for_the_owner_alone_whatever_the_umask";
        let mut child = std::process::Command::new("sh");
        child.args(["-c", script]).arg(std::env::current_exe().unwrap()).arg(name);
        let output = child.env(CHILD, "000").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    let folder = tempfile::tempdir().unwrap();
    let probe = folder.path().join("probe");
    fs::write(&probe, "").unwrap();
    assert_eq!(mode(&probe), 0o666, "the umask takes nothing away");
    let path = folder.path().join("share/branchwatch/store.db");
    let own = path.parent().unwrap();
    let files = || fs::read_dir(own).unwrap().map(|file| file.unwrap().path());
    for round in ["new", "widened"] {
        let mut store = Sqlite::open(&path, true).unwrap().persistence;
        store.add(&[entry(1)]).unwrap();
        assert_eq!(mode(own), 0o700, "{round}");
        let names: Vec<PathBuf> = files().collect();
        assert!(names.len() >= 5, "store, log, index, lock and second copy: {names:?}");
        for file in names {
            assert_eq!(mode(&file), 0o600, "{round}: {}", file.display());
        }
        drop(store);
        files().for_each(|file| set(&file, 0o644).unwrap());
        set(own, 0o755).unwrap();
    }
    set(own.parent().unwrap(), 0o755).unwrap();
    drop(open(&path));
    assert_eq!((mode(own), mode(own.parent().unwrap())), (0o700, 0o755), "no folder above it");
    let other = folder.path().join("shared/store.db");
    fs::create_dir(other.parent().unwrap()).unwrap();
    drop(open(&other));
    assert_eq!(mode(other.parent().unwrap()), 0o777, "another's folder keeps its mode");
}

// S08
#[test]
fn what_is_removed_leaves_nothing_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut store = held(&path);
    let marker = "MARKER-5b1f";
    let mut marked = entry(1);
    marked.reference = Some(format!("{marker}-reference"));
    store.add(&[marked, entry(2)]).unwrap();
    let mut watched = known(1);
    let raw = format!(r#"{{"session_id":"{}","user_tracking_id":"{marker}-tracking"}}"#, id(1));
    watched.revise(|answers| {
        answers.session = Some(answer(&raw, wire::session(&raw, id(1)).unwrap()));
    });
    store.save(&[Arc::new(watched)]).unwrap();
    let holds = || holds(folder.path(), marker);
    assert!(holds(), "it was there");
    store.remove(&[id(1)]).unwrap();
    assert!(!holds(), "and is not any more, with the store still open");
    assert_eq!(store.load().unwrap().len(), 1);
}

/// A session whose every answer, and an event, has this text in it.
fn marked(n: u128, marker: &str) -> WatchedSession {
    let mut watched = known(n);
    let id = id(n);
    let mut answers = Answers::clone(watched.answers().unwrap());
    let raw =
        format!(r#"{{"session_id":"{id}","state":"COMPLETED","user_tracking_id":"{marker}"}}"#);
    answers.session = Some(answer(&raw, wire::session(&raw, id).unwrap()));
    let raw = format!(r#"{{"session_id":"{id}","requested_checks":["{marker}"]}}"#);
    answers.configuration = Some(answer(&raw, wire::configuration(&raw, id).unwrap()));
    let raw =
        format!(r#"{{"branch":{{"name":"{marker}"}},"documents":[{{"requirement_id":"r"}}]}}"#);
    answers.letter = Letter::Set(answer(&raw, wire::instructions(&raw).unwrap()));
    let happened = &watched.timeline().unwrap()[0];
    let what = ChangeKind::ResourceAdded {
        container: "id_documents".into(),
        document_type: Some(marker.into()),
        country: None,
        pages: 1,
        frames: 0,
    };
    let event = TimelineEvent { what, ..happened.clone() };
    let timeline = [watched.timeline().unwrap(), &[event]].concat();
    watched.learn(Arc::new(answers), Arc::new(timeline));
    watched
}

// S08, S13
#[test]
#[expect(clippy::cognitive_complexity, reason = "a story has many steps")]
fn what_is_kept_no_longer_is_in_no_file_whoever_erases_it() {
    // Read by a command, read by the holder, and saved by the holder.
    for way in ["command", "holder", "saved"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let marker = "MARKER-77aa";
        let mut store = held(&path);
        store.add(&[entry(1), entry(2)]).unwrap();
        store.save(&[Arc::new(marked(1, marker)), Arc::new(known(2))]).unwrap();
        assert!(holds(folder.path(), marker), "it was there");
        let over: Timestamp = "2027-01-14T09:01:00Z".parse().unwrap();
        let keeps = SignedDuration::from_mins(5);
        let retention = Retention { resources_ttl: None, keep_answers: keeps };
        let location = Location::new(&path, None).retaining(retention);
        // No answer says that this machine's clock is right.
        let mut doubts = location.open(false).unwrap().persistence;
        let kept = doubts.load().unwrap();
        assert!(kept.iter().all(|session| session.answers().unwrap().session().is_some()));
        assert!(doubts.erase_waits());
        drop(doubts);
        store.add(&[entry(3)]).unwrap();
        let mut answered_now = WatchedSession::new(entry(3));
        answered_now.poll.last_ok = SystemClock.now().into();
        store.save(&[Arc::new(answered_now)]).unwrap();
        let reads = |exclusive| location.open(exclusive).unwrap().persistence.load().unwrap();
        let known = match way {
            "saved" => {
                let (mut state, snapshots) = Store::new(store.load().unwrap());
                assert_eq!(state.erase(Retention::default(), over), [id(1), id(2)]);
                state.publish(Health::default(), Vec::new());
                let erased: Vec<_> = snapshots.borrow().sessions.iter().map(Arc::clone).collect();
                store.save(&erased).unwrap();
                assert!(!holds(folder.path(), marker), "also while the holder has it open");
                store.load().unwrap()
            }
            "command" => {
                // The holder erases; until then nobody else is shown what is over.
                let shown = reads(false);
                assert!(
                    shown.iter().all(|session| { session.answers().unwrap().session().is_none() })
                );
                assert!(holds(folder.path(), marker));
                drop(store);
                reads(false)
            }
            _ => {
                drop(store);
                reads(true)
            }
        };
        assert!(!holds(folder.path(), marker), "{way}");
        for session in known.iter().filter(|session| session.id() != id(3)) {
            assert_eq!(
                (session.answers().unwrap(), session.timeline().unwrap().len()),
                (&Answers::default(), 0)
            );
            assert!(session.storage.erased_at.get().is_some() && session.storage.fault.is_none());
            assert_eq!(
                session.entry.reference,
                entry(if session.id() == id(1) { 1 } else { 2 }).reference
            );
        }
        let again = Sqlite::open(&path, false).unwrap().persistence.load().unwrap();
        assert_eq!(again, known, "{way}: it stays so");
    }
}

fn store_key(n: u8) -> StoreKey {
    StoreKey::new(&[n; KEY_LENGTH], &[n + 100; KEY_LENGTH]).unwrap()
}

fn with_key(path: &Path, key: u8) -> Location {
    Location::new(path, Some(store_key(key)))
}

/// The store as the application with this key has it.
fn sealed(path: &Path, exclusive: bool, key: u8) -> Sqlite {
    Sqlite::at(&with_key(path, key), exclusive).unwrap().persistence
}

// S09
#[test]
fn everything_but_ids_is_unreadable_without_the_applications_key_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut ours = sealed(&path, true, 7);
    ours.add(&[entry(1), entry(2)]).unwrap();
    let mut noted = known(1);
    noted.keep(&AnnotationChange::Note("called her".into()), jiff::Timestamp::UNIX_EPOCH);
    ours.save(&[Arc::new(noted.clone()), Arc::new(known(2))]).unwrap();
    ours.set_state("arrangement", "stage:awaiting CANARY").unwrap();
    assert_eq!((ours.load().unwrap()[0].clone(), ours.trouble()), (noted.clone(), None));
    for canary in [
        "ONGOING",
        "requested_checks",
        "0040037",
        "12345678901234567890",
        "dbs-",
        "team-a",
        "called her",
        "CANARY",
        "FirstSeen",
        "first_seen",
    ] {
        assert!(!holds(folder.path(), canary), "{canary}");
    }
    drop(ours);
    for key in [Some(8), None] {
        let mut other = key.map_or_else(|| held(&path), |key| sealed(&path, true, key));
        let read = other.load().unwrap().remove(0);
        let fault = if key.is_some() { StoreFault::OtherKey } else { StoreFault::NoKey };
        assert_eq!((read.id(), read.storage.fault), (id(1), Some(fault)));
        assert_eq!(
            (
                read.answers().unwrap().session(),
                &read.entry.reference,
                read.timeline().unwrap().len()
            ),
            (None, &None, 0)
        );
        let told = other.trouble().unwrap();
        assert!(told.starts_with("the local store is sealed") && told.contains("2 sessions"));
        assert!(matches!(other.save(&[Arc::new(read)]), Err(PersistError::Sealed)));
        assert!(matches!(other.remove(&[id(1)]), Err(PersistError::Sealed)));
        drop(other);
        assert_eq!(sealed(&path, false, 7).load().unwrap()[0], noted);
    }
}

#[test]
fn what_is_added_without_the_key_is_sealed_by_the_holder_and_marked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    sealed(&path, true, 7).add(&[entry(1), entry(2)]).unwrap();
    let added = WatchEntry { reference: Some("from somebody".into()), ..entry(3) };
    let forged = WatchEntry { reference: Some("forged".into()), ..entry(1) };
    open(&path).add(&[added.clone(), forged]).unwrap();
    let listed = sealed(&path, true, 7).load().unwrap();
    assert_eq!(*listed[0].entry, entry(1), "nothing that is there is changed");
    let unverified = WatchEntry { unverified: true, ..added };
    assert_eq!(*listed[2].entry, unverified, "nobody vouches for what was left without the key");
    assert!(!holds(folder.path(), "from somebody"), "the holder has sealed it");
}

#[test]
fn a_new_application_key_is_a_new_wrapping_and_no_loss() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut ours = sealed(&path, true, 7);
    ours.add(&[entry(1)]).unwrap();
    ours.save(&[Arc::new(known(1))]).unwrap();
    drop(ours);
    assert!(matches!(with_key(&path, 9).rekey(&store_key(8)), Err(PersistError::Sealed)));
    with_key(&path, 7).rekey(&store_key(8)).unwrap();
    assert_eq!(sealed(&path, false, 8).load().unwrap(), [known(1)]);
    assert_eq!(
        sealed(&path, false, 7).load().unwrap()[0].storage.fault,
        Some(StoreFault::OtherKey)
    );
    fs::remove_file(&path).unwrap();
    assert_eq!(sealed(&path, true, 8).load().unwrap().len(), 1, "the second copy has the key too");
}

#[test]
fn a_list_that_was_made_without_a_key_is_sealed_and_answers_that_nobody_sealed_are_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    held(&path).add(&[entry(1)]).unwrap();
    held(&path).save(&[Arc::new(known(1))]).unwrap();
    assert!(holds(folder.path(), "0040037") && holds(folder.path(), "dbs-1"));
    let loaded = sealed(&path, false, 7).load().unwrap().remove(0);
    assert_eq!(
        (&*loaded.entry, loaded.answers().unwrap().session(), loaded.timeline().unwrap().len()),
        (&entry(1), None, 1)
    );
    assert!(!holds(folder.path(), "0040037") && !holds(folder.path(), "dbs-1"));
}

// D06
#[test]
fn a_second_dashboard_is_refused_and_a_command_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let first = Sqlite::open(&path, true).unwrap();
    let refused = Sqlite::open(&path, true).unwrap_err();
    let number = std::process::id().to_string();
    assert!(matches!(&refused, PersistError::Locked(who) if who.contains(&number)), "{refused}");
    open(&path).add(&[entry(1)]).unwrap();
    drop(first);
    Sqlite::open(&path, true).unwrap();
}

#[test]
fn a_store_of_the_first_schema_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../assets/migrations/sqlite/0001_first.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    let rows = format!(
        r#"INSERT INTO session (id, reference, added_at)
               VALUES ('{0}', 'dbs-1', '2026-10-16T09:00:00Z');
           INSERT INTO answer VALUES (1, 'session', '{{"session_id":"{0}","state":"EXPIRED"}}',
                                      '2026-10-16T09:00:00Z')"#,
        id(1)
    );
    connection.execute_batch(&rows).unwrap();
    drop(connection);
    fs::write(folder.path().join("store.db-before-schema-3"), "dbs-1").unwrap();
    let plain = open(&path).load().unwrap().remove(0);
    assert_eq!(
        plain.answers().unwrap().session().unwrap().state.as_ref().unwrap().as_raw(),
        "EXPIRED"
    );
    let loaded = sealed(&path, true, 7).load().unwrap().remove(0);
    assert_eq!(loaded.entry.reference.as_deref(), Some("dbs-1"));
    assert_eq!(
        loaded.answers().unwrap().session(),
        None,
        "anybody may have written what nobody sealed"
    );
    assert!(!holds(folder.path(), "EXPIRED") && !holds(folder.path(), "dbs-1"), "no copy either");
}

// D08
/// Made by the last build with schema 4, under the key that it derived for answers.
#[test]
fn a_store_of_schema_4_is_taken_over_whole_and_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fs::write(&path, include_bytes!("golden/store-schema-4.db")).unwrap();
    assert!(holds(folder.path(), "dbs-1"));
    let key = StoreKey::new(&[1; KEY_LENGTH], &[7; KEY_LENGTH]);
    let mut store = Location::new(&path, key).open(true).unwrap().persistence;
    let loaded = store.load().unwrap();
    assert_eq!(store.trouble(), None);
    let mut kept = known(2);
    kept.own = Arc::new(own());
    kept.personal.looked_at = moment("2026-10-16T12:00:00Z").into();
    let mut noted = WatchedSession::new(entry(3));
    let at: Timestamp = "2026-10-16T13:00:00Z".parse().unwrap();
    let made = Made { at, by: Some("jane".into()), edit: None };
    noted.keep(&AnnotationChange::Note("rings back".into()), made);
    assert_eq!(loaded, [known(1), kept, noted, WatchedSession::new(entry(4))]);
    assert_eq!(arrangement(store.as_mut()).unwrap(), arranged());
    assert_eq!(store.state("last_look").unwrap().as_deref(), Some("2026-10-16T12:00:00Z"));
    assert!(!holds(folder.path(), "dbs-") && !holds(folder.path(), "rings back"));
}

/// Changes the stored brief of every session of a store that has no key.
fn alter_briefs(path: &Path, change: impl Fn(&mut serde_json::Value)) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut query = connection.prepare("SELECT position, body FROM session").unwrap();
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    for (position, body) in rows.collect::<Result<Vec<(i64, Vec<u8>)>, _>>().unwrap() {
        let mut row: serde_json::Value = serde_json::from_slice(&body[1..]).unwrap();
        change(&mut row["brief"]);
        let body = [&body[..1], &serde_json::to_vec(&row).unwrap()].concat();
        let text = "UPDATE session SET body = ?2 WHERE position = ?1";
        connection.execute(text, (position, body)).unwrap();
    }
}

#[test]
fn a_brief_that_is_missing_older_or_unreadable_is_made_of_the_answers_and_saved() {
    use serde_json::{Value, json};
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 5] = [
        ("missing", |brief| *brief = Value::Null),
        ("older", |brief| brief[0] = json!(0)),
        ("unreadable", |brief| brief[1] = json!({"result": 7})),
        ("no brief", |brief| brief[1] = json!(null)),
        ("newer", |brief| {
            brief[0] = json!(99);
            brief[1]["of_tomorrow"] = json!([1]);
        }),
    ];
    for (what, change) in changes {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut store = held(&path);
        store.add(&[entry(1), entry(2)]).unwrap();
        let truth = [known(1), known(2)];
        store.save(&truth.clone().map(Arc::new)).unwrap();
        drop(store);
        alter_briefs(&path, change);
        let briefs = |store: &mut Sqlite| -> Vec<WatchedSession> {
            let briefs = store.briefs().unwrap();
            assert!(briefs.iter().all(|brief| brief.detail.is_none()), "{what}");
            assert_eq!(store.load().unwrap(), truth, "{what}");
            briefs
        };
        let stored = open(&path).briefs_as_stored().unwrap();
        let earlier = stored.iter().filter(|session| session.brief.made_by.is_earlier()).count();
        assert_eq!(earlier, if what == "older" { 2 } else { 0 }, "{what}: a list is shown of it");
        let holder = held(&path);
        let said = briefs(&mut open(&path));
        drop(holder);
        let as_stored = || open(&path).briefs_as_stored().unwrap();
        let earlier = || as_stored().iter().filter(|s| s.brief.made_by.is_earlier()).count();
        assert_eq!(earlier() > 0, what == "older", "{what}: only the holder may write");
        for (brief, whole) in said.iter().zip(&truth) {
            assert!(!brief.brief.made_by.is_earlier(), "{what}");
            let made_by = brief.brief.made_by;
            assert_eq!(*brief.brief, Brief { made_by, ..Brief::clone(&whole.brief) }, "{what}");
        }
        // Who reads while nobody holds the store keeps them; the answers are not needed any more.
        assert_eq!(briefs(&mut open(&path)), said, "{what}");
        assert_eq!(earlier(), 0, "{what}");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute("DELETE FROM answer", []).unwrap();
        drop(connection);
        assert_eq!(open(&path).briefs().unwrap(), said, "{what}");
        let faults = open(&path).load().unwrap();
        assert!(faults.iter().all(|s| s.storage.fault == Some(StoreFault::Removed)), "{what}");
    }
}

/// What stands in the golden store of schema 5.
fn in_schema_5() -> Vec<WatchedSession> {
    let at: Timestamp = "2026-10-16T13:00:00Z".parse().unwrap();
    let made = |n| Made { at, by: Some("jane".into()), edit: Some(uuid::Uuid::from_u128(n)) };
    let mut kept = known(2);
    kept.own = Arc::new(own());
    kept.personal.looked_at = at.into();
    let off = vec!["urgent".to_owned()];
    let tags = AnnotationChange::Tags { added: vec!["vip".to_owned()], removed: off };
    kept.keep(&tags, made(1));
    let mut erased = known(3);
    erased.erase(at);
    let mut noted = WatchedSession::new(entry(4));
    noted.keep(&AnnotationChange::Note("rings back".into()), made(2));
    vec![known(1), kept, erased, noted]
}

fn schema_5_key() -> Option<StoreKey> {
    StoreKey::new(&[1; KEY_LENGTH], &[7; KEY_LENGTH])
}

/// Makes the golden store; for a build whose schema is 5. `cargo test --test persist_contract
/// make_the_golden_store -- --ignored`.
#[test]
#[ignore = "needs GOLDEN, a folder for the store that it makes"]
fn make_the_golden_store() {
    let folder = std::env::var_os("GOLDEN").unwrap();
    let path = Path::new(&folder).join("store-schema-5.db");
    let location = Location::new(&path, schema_5_key());
    let mut holder = location.open(true).unwrap().persistence;
    let sessions = in_schema_5();
    let entries: Vec<WatchEntry> = (1..=4).map(entry).collect();
    holder.add(&entries).unwrap();
    let saved: Vec<_> = sessions[..3].iter().cloned().map(Arc::new).collect();
    holder.save(&saved).unwrap();
    keep(holder.as_mut(), &arranged()).unwrap();
    holder.set_state("last_look", "2026-10-16T12:00:00Z").unwrap();
    // Left by another process, and not taken in.
    let note = &sessions[3].own.history[0];
    let post = OutboxMessage::Kept(id(4), note.what.clone(), note.made.clone());
    location.open(false).unwrap().persistence.post(&[post]).unwrap();
}

// D08
/// Made by [`make_the_golden_store`] when the schema was settled.
#[test]
fn a_store_of_schema_5_is_opened_whole_and_made_anew_from_its_second_copy() {
    for journal_alone in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let journal = include_bytes!("golden/store-schema-5.db-watchlist");
        fs::write(folder.path().join("store.db-watchlist"), journal).unwrap();
        if !journal_alone {
            fs::write(&path, include_bytes!("golden/store-schema-5.db")).unwrap();
            let read = Location::new(&path, schema_5_key()).open(false).unwrap().persistence.load();
            assert_eq!(read.unwrap(), in_schema_5(), "beside a holder");
        }
        let mut store = Location::new(&path, schema_5_key()).open(true).unwrap().persistence;
        let loaded = store.load().unwrap();
        if journal_alone {
            let entries =
                |all: &[WatchedSession]| all.iter().map(|s| s.entry.clone()).collect::<Vec<_>>();
            assert_eq!(entries(&loaded), entries(&in_schema_5()));
            assert_eq!(loaded[1].own, in_schema_5()[1].own);
            continue;
        }
        assert_eq!((&loaded, store.trouble()), (&in_schema_5(), None));
        assert_eq!(arrangement(store.as_mut()).unwrap(), arranged());
        assert_eq!(store.state("last_look").unwrap().as_deref(), Some("2026-10-16T12:00:00Z"));
        assert!(!holds(folder.path(), "dbs-") && !holds(folder.path(), "rings back"));
    }
}

// D08
#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    open(&path).add(&[entry(1)]).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    // A build of that schema has written it into the header too.
    let body: Vec<u8> =
        connection.query_row("SELECT body FROM header", [], |row| row.get(0)).unwrap();
    let text = String::from_utf8(body).unwrap();
    let newer = text.replace("\"schema\":5", "\"schema\":99");
    assert_ne!(newer, text);
    connection.execute("UPDATE header SET body = ?1", [newer.into_bytes()]).unwrap();
    drop(connection);
    let files = || fs::read_dir(folder.path()).unwrap().count();
    let before = files();
    let refused = Sqlite::open(&path, false).unwrap_err();
    assert!(matches!(refused, PersistError::Newer { found: 99, .. }), "{refused}");
    assert_eq!(files(), before, "nothing was moved");
}

#[test]
fn what_is_left_for_the_holder_survives_that_it_writes_its_own_row_first() {
    backends(left_and_written_over);
}

fn left_and_written_over(place: &Backend) {
    let mut holder = place.hold();
    holder.add(&[entry(1)]).unwrap();
    let named = WatchEntry { reference: Some("other".to_owned()), ..entry(1) };
    place.beside().add(std::slice::from_ref(&named)).unwrap();
    holder.add(&[entry(1)]).unwrap();
    assert_eq!(holder.posts(0).unwrap().0, [OutboxMessage::Added(named.clone())]);
    drop(holder);
    let next = place.hold().load().unwrap();
    assert_eq!(*next[0].entry, named, "also where the holder ends before it has read it");
}

#[test]
fn tags_of_several_additions_that_the_holder_has_yet_to_take_in_are_all_left_for_it() {
    backends(tagged_twice);
}

fn tagged_twice(place: &Backend) {
    let mut holder = place.hold();
    holder.add(&[entry(1)]).unwrap();
    let tagged = |tag: &str| WatchEntry { tags: vec![tag.to_owned()], ..entry(1) };
    for tag in ["a", "b"] {
        place.beside().add(&[tagged(tag)]).unwrap();
    }
    let left = holder.posts(0).unwrap().0;
    assert_eq!(left, ["a", "b"].map(|tag| OutboxMessage::Added(tagged(tag))));
    drop(holder);
    let all = ["a", "b", "team-a", "urgent"];
    assert_eq!(place.hold().load().unwrap()[0].entry.tags, all);
}

#[test]
fn what_was_purged_and_added_again_does_not_come_back_from_the_memory_of_the_holder() {
    backends(purged_and_added_again);
}

fn purged_and_added_again(place: &Backend) {
    let mut holder = place.hold();
    holder.add(&[entry(1)]).unwrap();
    let mut noted = known(1);
    noted.keep(&AnnotationChange::Note("called her".into()), Timestamp::UNIX_EPOCH);
    holder.save(&[Arc::new(noted.clone())]).unwrap();
    let mut command = place.beside();
    command.remove(&[id(1)]).unwrap();
    let later = WatchEntry { added_at: "2026-10-17T09:00:00Z".parse().unwrap(), ..entry(1) };
    command.add(std::slice::from_ref(&later)).unwrap();
    // The holder has not heard of it yet.
    holder.save(&[Arc::new(noted.clone())]).unwrap();
    holder.touch(&[Arc::new(noted)]).unwrap();
    assert_eq!(
        holder.posts(0).unwrap().0,
        [OutboxMessage::Removed(id(1)), OutboxMessage::Added(later.clone())],
        "it hears of both, in their order"
    );
    assert_eq!(command.load().unwrap(), [WatchedSession::new(later.clone())]);
    drop(holder);
    assert_eq!(place.hold().load().unwrap(), [WatchedSession::new(later)], "nor when it has ended");
}

// Case 15
#[test]
fn case_15_an_empty_or_missing_store_is_made_anew_from_the_second_copy_of_the_list() {
    for (damage, copied) in [("empty", true), ("empty", false), ("missing", true)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut store = open(&path);
        store.add(&[entry(1), entry(2), entry(3)]).unwrap();
        store.remove(&[id(2)]).unwrap();
        drop(store);
        if !copied {
            fs::remove_file(folder.path().join("store.db-watchlist")).unwrap();
        }
        if damage == "empty" {
            fs::write(&path, b"").unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        let opened = Sqlite::open(&path, false).unwrap();
        let warning = opened.warning.unwrap_or_default();
        assert!(warning.contains(&format!("was {damage}")), "{warning}");
        let says = if copied {
            "2 sessions of the watch-list (2 from its second copy"
        } else {
            "0 sessions"
        };
        assert!(warning.contains(says), "{warning}");
        let mut store = opened.persistence;
        let ids: Vec<SessionId> = store.load().unwrap().iter().map(WatchedSession::id).collect();
        assert_eq!(ids, if copied { vec![id(1), id(3)] } else { vec![] });
        if damage == "empty" {
            assert_eq!(fs::read(folder.path().join("store.db-damaged-1")).unwrap(), b"");
        }
        store.add(&[entry(4)]).unwrap();
        drop(store);
        assert_eq!(Sqlite::open(&path, true).unwrap().warning, None, "it is said once");
    }
}

#[test]
fn a_store_that_many_make_or_mend_at_once_keeps_what_each_was_told() {
    for damage in [None, Some(b"".as_slice()), Some(b"no database at all".as_slice())] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        if let Some(damage) = damage {
            fs::write(&path, damage).unwrap();
        }
        let adds = (1..=8).map(|n| {
            let path = path.clone();
            std::thread::spawn(move || {
                let opened = Sqlite::open(&path, false).unwrap();
                let mut store = opened.persistence;
                store.add(&[entry(n)]).unwrap();
                usize::from(opened.warning.is_some())
            })
        });
        let adds: Vec<_> = adds.collect();
        let warned: usize = adds.into_iter().map(|add| add.join().unwrap()).sum();
        assert_eq!(warned, usize::from(damage.is_some()), "one mends it");
        assert_eq!(open(&path).load().unwrap().len(), 8);
    }
}

#[test]
fn a_damaged_store_that_another_process_holds_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let holder = Sqlite::open(&path, true).unwrap();
    fs::write(&path, b"").unwrap();
    let refused = Sqlite::open(&path, false).unwrap_err();
    assert!(matches!(refused, PersistError::Damaged(_)), "{refused}");
    assert!(!folder.path().join("store.db-damaged-1").exists());
    drop(holder);
}

#[test]
fn without_a_seal_a_row_that_speaks_for_another_session_is_told_as_altered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    held(&path).add(&[entry(1), entry(2)]).unwrap();
    let renamed = "UPDATE session SET id = ?2 WHERE id = ?1";
    let ids = [id(1).to_string(), id(3).to_string()];
    rusqlite::Connection::open(&path).unwrap().execute(renamed, ids).unwrap();
    let mut store = open(&path);
    let told = |one: &WatchedSession| (one.id(), one.storage.fault);
    let listed: Vec<_> = store.briefs().unwrap().iter().map(told).collect();
    assert_eq!(listed, [(id(3), Some(StoreFault::Altered)), (id(2), None)]);
    let read: Vec<_> = store.load().unwrap().iter().map(told).collect();
    assert_eq!(read, listed, "who is listed is found");
}

#[test]
fn a_damaged_store_is_moved_aside_and_the_program_goes_on() {
    for (what, damage) in [
        ("zeros", vec![0_u8; 20_000]),
        ("text", b"this is no database at all, but a letter to a friend\n".repeat(100)),
        ("half a header", b"SQLite format 3\0".to_vec()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        fs::write(&path, &damage).unwrap();
        let opened = Sqlite::open(&path, true).unwrap();
        let warning = opened.warning.unwrap_or_default();
        assert!(warning.contains("damaged"), "{what}: {warning}");
        let mut store = opened.persistence;
        store.add(&[entry(1)]).unwrap();
        assert_eq!(store.load().unwrap().len(), 1);
        let aside = folder.path().join("store.db-damaged-1");
        assert_eq!(fs::read(aside).unwrap(), damage, "{what}: nothing of it is lost");
    }
}

#[test]
fn the_watch_list_is_saved_from_a_store_whose_answers_are_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut store = open(&path);
    let entries: Vec<WatchEntry> = (1..=50).map(entry).collect();
    store.add(&entries).unwrap();
    for n in 1..=50 {
        store.save(&[Arc::new(known(n))]).unwrap();
    }
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    // The last pages are of answers and events.
    for byte in &mut bytes[end - 8_192..] {
        *byte = 0xa5;
    }
    fs::write(&path, bytes).unwrap();
    // Not every page is read to open it: the damage is met where it is loaded.
    let mut store = Sqlite::open(&path, true).unwrap().persistence;
    assert_eq!(store.load().unwrap().len(), 50);
    let told = store.trouble().unwrap();
    assert!(told.contains("recovered: 50 sessions of the watch-list"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn the_writer_saves_what_changes_and_says_when_it_cannot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut persistence = held(&path);
    persistence.add(&[entry(1), entry(2)]).unwrap();
    let loaded = persistence.load().unwrap();
    let (mut store, reader) = Store::new(loaded);
    let saved = SavedSessions::of(store.snapshot());
    let cancel = CancellationToken::new();
    let told: Arc<Mutex<Vec<WriterEvent>>> = Arc::default();
    let hears = Arc::clone(&told);
    let told_to = move |what| hears.lock().unwrap().push(what);
    let task = tokio::spawn(writer(Box::new(persistence), saved, reader, told_to, cancel.clone()));

    let answer = Answer::clone(known(1).answers().unwrap().session.as_ref().unwrap());
    store.observe(id(1), Observation::Session(answer));
    store.add(vec![entry(3), entry(4)]);
    store.remove(&[id(2)]);
    let at: Timestamp = "2026-10-16T12:00:00Z".parse().unwrap();
    store.keep(
        &[(id(1), AnnotationChange::Note("x".into())), (id(4), AnnotationChange::Archived(true))],
        at,
    );
    store.looked(at);
    store.arrange(arranged());
    assert!(store.publish(Health::default(), Vec::new()));
    cancel.cancel();
    task.await.unwrap();
    let loaded = open(&path).load().unwrap();
    let ids: Vec<SessionId> = loaded.iter().map(WatchedSession::id).collect();
    assert_eq!(ids, [id(1), id(3), id(4)], "the last state is saved at the end");
    assert_eq!(loaded[0].own.note, "x");
    assert_eq!(loaded[2].own.archived_at, Some(at), "off the list is not off the store");
    let cursor = open(&path).state("last_look").unwrap();
    assert_eq!(cursor, Some(at.to_string()));
    assert_eq!(arrangement(&mut open(&path)).unwrap(), arranged());
    assert!(loaded[0].answers().unwrap().session().is_some());
    let last = told.lock().unwrap().last().cloned();
    assert_eq!(last, Some(WriterEvent::Saved(store.snapshot().version)));
    assert!(told.lock().unwrap().iter().all(|told| matches!(told, WriterEvent::Saved(_))));
}

// D07
/// In real time: SQLite waits for the lock by the machine's clock.
#[tokio::test]
async fn a_save_that_another_program_holds_up_is_told_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut persistence = held(&path);
    let (mut store, reader) = Store::new(persistence.load().unwrap());
    let saved = SavedSessions::of(store.snapshot());
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let cancel = CancellationToken::new();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let tells = move |what| drop(tell.send(what));
    let task = tokio::spawn(writer(Box::new(persistence), saved, reader, tells, cancel.clone()));
    store.add(vec![entry(1)]);
    assert!(store.publish(Health::default(), Vec::new()));
    let WriterEvent::Trouble(Some(said)) = told.recv().await.unwrap() else {
        panic!("saved while another program writes")
    };
    assert!(said.contains("not saved yet: the disk is slow or the store is in use"), "{said}");
    other.execute_batch("COMMIT").unwrap();
    while told.recv().await.unwrap() != WriterEvent::Trouble(None) {}
    cancel.cancel();
    task.await.unwrap();
    assert_eq!(open(&path).load().unwrap().len(), 1);
}

/// The child of the kill story: adds sessions and acknowledges each on standard output.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Ok(path) = std::env::var("BRANCHWATCH_TEST_STORE") else { return };
    let mut store = open(Path::new(&path));
    for n in 1.. {
        store.add(&[entry(n)]).unwrap();
        let own = Arc::new(Annotations { note: format!("note {n}"), ..Annotations::default() });
        store.save(&[Arc::new(WatchedSession { own, ..known(n) })]).unwrap();
        println!("acknowledged {n}");
        std::io::stdout().flush().unwrap();
    }
}

// T05, D01
#[test]
fn what_was_acknowledged_survives_kill_9() {
    use std::io::{BufRead, BufReader};
    for round in 0..20_u32 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_writes_until_it_is_killed", "--nocapture"])
            .env("BRANCHWATCH_TEST_STORE", &path)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0_u128;
        let enough = u128::from(1 + round * 2);
        while acknowledged < enough {
            let line = lines.next().expect("the child writes").unwrap();
            if let Some((_, n)) = line.split_once("acknowledged ") {
                acknowledged = n.trim().parse().unwrap();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let opened = Sqlite::open(&path, true).unwrap();
        assert_eq!(opened.warning, None, "round {round}: nothing is damaged");
        let mut store = opened.persistence;
        let loaded = store.load().unwrap();
        for n in 1..=acknowledged {
            let found = loaded.iter().find(|s| s.id() == id(n));
            assert!(
                found.is_some_and(|s| s.answers().unwrap().session().is_some()),
                "round {round}: {n} is lost"
            );
            let note = found.map(|s| s.own.note.as_str());
            assert_eq!(note, Some(format!("note {n}").as_str()), "round {round}");
        }
    }
}

#[test]
fn what_is_posted_comes_in_its_order_is_told_once_and_goes_with_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut dashboard = held(&path);
    dashboard.add(&[entry(1), entry(2)]).unwrap();
    let at: Timestamp = "2026-10-16T12:00:00Z".parse().unwrap();
    let told = Notification {
        session: id(2),
        topic: Topic::from_wire("A_NEW_TOPIC"),
        subject: Some("c-1".into()),
        at,
    };
    let made = Made::new(at, Some("jane".into()));
    let left = [
        OutboxMessage::Kept(id(1), AnnotationChange::Note("secret words".into()), made),
        OutboxMessage::Told(told),
        OutboxMessage::Asked(None),
        OutboxMessage::Asked(Some(id(2))),
        OutboxMessage::Added(entry(3)),
        OutboxMessage::Kept(
            id(2),
            AnnotationChange::Acknowledged(Some(vec![Reason::Stale])),
            at.into(),
        ),
    ];
    open(&path).post(&left).unwrap();
    let (read, last) = dashboard.posts(0).unwrap();
    assert_eq!(read, left);
    let own_of = |sessions: Vec<WatchedSession>| sessions[0].own.note.clone();
    assert_eq!(own_of(open(&path).load().unwrap()), "secret words", "shown before it is saved");
    assert_eq!(own_of(dashboard.load().unwrap()), "secret words", "its row has it at once");
    open(&path).post(&[OutboxMessage::Asked(Some(id(2))), OutboxMessage::Removed(id(1))]).unwrap();
    assert_eq!(
        dashboard.posts(last).unwrap().0,
        [OutboxMessage::Asked(Some(id(2))), OutboxMessage::Removed(id(1))],
        "the last word"
    );
    let all = dashboard.posts(0).unwrap().0;
    assert_eq!(all.len(), 6, "what was asked twice and the note of who is gone are not: {all:?}");
    assert!(!holds(folder.path(), "secret words"));
    let (_, last) = dashboard.posts(0).unwrap();
    dashboard.taken(last).unwrap();
    assert_eq!(open(&path).posts(0).unwrap(), (Vec::new(), 0));
    open(&path).post(&[OutboxMessage::Asked(None)]).unwrap();
    assert_eq!(dashboard.posts(last).unwrap().0.len(), 1, "a number is never used twice");
}

/// What a reader shows of each session, in the order of the list.
fn shown(state: &Store) -> Vec<WatchedSession> {
    let snapshot = state.snapshot();
    let all = snapshot.sessions.iter().chain(snapshot.archived.iter());
    let mut all: Vec<WatchedSession> = all.map(|session| (**session).clone()).collect();
    for session in &mut all {
        session.revision = 0;
    }
    all
}

#[test]
fn who_reads_the_changes_alone_sees_what_who_reads_all_sees() {
    for round in 0..20 {
        backends(|place| changes_alone(round, place));
    }
}

fn changes_alone(round: u64, place: &Backend) {
    let made = Made::new("2026-10-16T12:00:00Z".parse().unwrap(), None);
    let mut dice = fastrand::Rng::with_seed(round);
    let (mut holder, mut other, mut reader) = (place.hold(), place.beside(), place.beside());
    let (all, mut seen) = reader.look_at_all(&SeenRows::default()).unwrap();
    let (mut follows, _reader) = Store::new(Vec::new());
    follows.follow(all);
    for step in 0..25 {
        let one = dice.u128(1..9);
        let there = holder.load().unwrap().into_iter().find(|s| s.id() == id(one));
        match (dice.u8(0..9), there) {
            (0 | 1, _) => holder.add(&[entry(one)]).unwrap(),
            (2, _) => other.add(&[entry(one)]).unwrap(),
            (3, Some(_)) => drop(holder.remove(&[id(one)]).unwrap()),
            (4, Some(_)) => drop(other.archive(&[id(one)], &made).unwrap()),
            (5, Some(mut there)) => {
                let text = format!("note {step}");
                there.keep(&AnnotationChange::Note(text), made.clone());
                holder.save(&[Arc::new(there)]).unwrap();
            }
            (6, Some(there)) => {
                let learned = WatchedSession { entry: there.entry, own: there.own, ..known(one) };
                holder.save(&[Arc::new(learned)]).unwrap();
            }
            (7, Some(mut there)) => {
                move_times(&mut there, "2026-10-16T11:00:00Z".parse().unwrap());
                holder.touch(&[Arc::new(there)]).unwrap();
            }
            (8, Some(mut there)) => {
                there.erase("2026-10-16T12:00:00Z".parse().unwrap());
                holder.save(&[Arc::new(there)]).unwrap();
            }
            _ => continue,
        }
        let (all, _) = reader.look_at_all(&seen).unwrap();
        let (changes, now) = reader.look_at_changes(&seen).unwrap();
        for changed in changes.sessions() {
            let found = all.sessions().iter().find(|session| session.id() == changed.id());
            assert_eq!(found, Some(changed), "who reads all reads what is other as whole");
        }
        follows.follow(changes);
        seen = now;
        let mut whole = place.beside();
        let (mut expected, _reader) = Store::new(Vec::new());
        expected.follow(whole.look_at_all(&SeenRows::default()).unwrap().0);
        let told = format!("round {round}, step {step}");
        let (mut shown, mut expected) = (shown(&follows), shown(&expected));
        // Who was archived and came back stands at the end for who has seen it, and in the place
        // of its row for who reads all.
        shown.sort_by_key(WatchedSession::id);
        expected.sort_by_key(WatchedSession::id);
        let mut loaded = whole.load().unwrap();
        loaded.sort_by_key(WatchedSession::id);
        assert_eq!(shown.len(), loaded.len(), "{told}");
        for ((shown, expected), loaded) in shown.iter_mut().zip(&mut expected).zip(loaded) {
            // What is read of a changed session is what stands there.
            assert!(shown.detail.is_none() || shown.detail == loaded.detail, "{told}");
            (shown.detail, expected.detail) = (None, None);
        }
        assert_eq!(shown, expected, "{told}");
    }
}
