//! c2, e, e2: a store of sessions that have answered: how long until all are on the screen, and what
//! each costs in memory and CPU. Each store is read by a process of its own, whose memory is its own.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use branchwatch::api::key::SigningKey;
use branchwatch::app::event::Event;
use branchwatch::app::update;
use branchwatch::domain::events::change;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::Answers;
use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::SharedPersistence;
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use branchwatch::store::Store;
use branchwatch::theme::{ColourDepth, Look};
use branchwatch::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::fixture::{self, now};
use crate::measure::{Figure, Goal, ROUNDS};

const FEW: u32 = 1_000;
const MANY: u32 = 100_000;

/// Of one reading of a store: milliseconds until the list, and until the frame; microseconds of CPU
/// and bytes of each session; milliseconds in which a detail is read.
const MEASURES: usize = 5;

type Reading = [f64; MEASURES];

pub(crate) fn figures() -> Vec<Figure> {
    let (few, many) = (readings(FEW), readings(MANY));
    let of = |readings: &[Reading], place: usize| -> Vec<f64> {
        readings.iter().filter_map(|reading| reading.get(place).copied()).collect()
    };
    let pairs = || few.iter().zip(&many);
    let (fewer, more) = (f64::from(FEW), f64::from(MANY));
    let slope =
        pairs().map(|([.., few, _], [.., many, _])| (many * more - few * fewer) / (more - fewer));
    let frames = pairs().map(|([_, few, ..], [_, many, ..])| many / few);
    let figure = |name, what: &str, goal, unit, rounds| Figure {
        name,
        what: what.to_owned(),
        goal,
        unit,
        rounds,
    };
    let most = Goal::AtMost;
    vec![
        figure(
            "c2",
            "100,000 stored sessions with responses: list read",
            Goal::None,
            "ms",
            of(&many, 0),
        ),
        figure("c2", "the same, all of them on the screen", most(300.0), "ms", of(&many, 1)),
        figure("c2", "the same ÷ with 1,000", Goal::None, "", frames.collect()),
        figure(
            "e",
            "memory of a session on the screen, slope from 1,000 to 100,000",
            most(500.0),
            "B",
            slope.collect(),
        ),
        figure(
            "e2",
            "CPU at start for each stored session, 100,000",
            most(3.0),
            "µs",
            of(&many, 2),
        ),
        figure(
            "c2",
            "responses of one session read, 100,000 stored",
            Goal::None,
            "ms",
            of(&many, 4),
        ),
    ]
}

fn readings(count: u32) -> Vec<Reading> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["fill", path, &count.to_string()]);
    let reading = || {
        let said = run(&["read", path]);
        let numbers: Vec<f64> = said.split_whitespace().map(|n| n.parse().unwrap()).collect();
        numbers.try_into().unwrap()
    };
    (0..ROUNDS).map(|_| reading()).collect()
}

fn own_key() -> Option<StoreKey> {
    StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH])
}

fn opened(folder: &Path, key: Option<StoreKey>) -> Box<dyn SharedPersistence> {
    Location::new(&folder.join("store.db"), key).open(true).unwrap().persistence
}

/// The answer of another session that stands where this one does.
fn of_session<T: Clone>(answer: &mut Option<Arc<Answer<T>>>, was: SessionId, id: SessionId) {
    if let Some(answer) = answer.as_mut().map(Arc::make_mut) {
        answer.raw = answer.raw.replace(&was.to_string(), &id.to_string()).into();
    }
}

/// Makes FOLDER/store.db with so many sessions, with the application's key in a file, else with one
/// of its own.
pub(crate) fn fill(folder: &Path, key: Option<&Path>, count: u128) {
    let key = key.map_or_else(own_key, |file| {
        let key = SigningKey::from_file(file).unwrap();
        let derived = |purpose| key.derived(purpose).unwrap();
        StoreKey::new(&derived("store key"), &derived("stored responses"))
    });
    let mut store = opened(folder, key);
    let templates: Vec<WatchedSession> = fixture::templates()
        .iter()
        .map(|answers| {
            let events = change::between(&Answers::default(), answers, now());
            let mut watched = WatchedSession::new(WatchEntry::new(fixture::id(0), now()));
            watched.learn(Arc::clone(answers), Arc::new(events));
            watched.poll.last_ok = now().into();
            watched
        })
        .collect();
    let session = |n: u128| {
        let place = usize::try_from(n).unwrap() % templates.len();
        let id = fixture::id(n);
        let mut session = templates.get(place).unwrap().clone();
        let was = session.id();
        session.revise(|answers| {
            of_session(&mut answers.session, was, id);
            of_session(&mut answers.configuration, was, id);
        });
        let reference = Some(format!("dbs-2026-{n}"));
        session.entry = Arc::new(WatchEntry { reference, ..WatchEntry::new(id, now()) });
        Arc::new(session)
    };
    let all: Vec<u128> = (1..=count).collect();
    for some in all.chunks(1_024) {
        let sessions: Vec<Arc<WatchedSession>> = some.iter().copied().map(session).collect();
        let entries: Vec<WatchEntry> = sessions.iter().map(|s| (*s.entry).clone()).collect();
        store.add(&entries).unwrap();
        store.save(&sessions).unwrap();
    }
}

/// Bytes of this process that are in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
}

/// Nanoseconds of CPU of this thread.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse().unwrap()
}

/// Reads the store of a folder, draws it, and prints the [`MEASURES`].
pub(crate) fn read(folder: &Path) {
    let mut model = crate::common::model((120, 40), now());
    let (begun, before, used) = (Instant::now(), resident(), cpu());
    let mut persistence = opened(folder, own_key());
    let known = persistence.briefs().unwrap();
    let count = known.len();
    let listed = begun.elapsed();
    let (mut store, snapshots) = Store::new(known);
    store.publish(Health::default(), Vec::new());
    let used = cpu() - used;
    let snapshot = Arc::clone(&snapshots.borrow());
    update(&mut model, Event::Snapshot(snapshot));
    let look = Look::new(ColourDepth::TrueColor, false);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    terminal
        .draw(|frame| {
            ui::draw(frame, &model, look);
        })
        .unwrap();
    let (frame, kept) = (begun.elapsed(), resident() - before);
    let details = persistence.source();
    let id = store.snapshot().sessions.iter().nth(count / 2).unwrap().id();
    details.read(&[id]).unwrap();
    let opening = Instant::now();
    details.read(&[id]).unwrap();
    let milliseconds = [listed, frame, opening.elapsed()].map(|time| time.as_secs_f64() * 1e3);
    let [listed, frame, opening] = milliseconds;
    let each = |all: u64| all as f64 / count as f64;
    println!("{listed} {frame} {} {} {opening}", each(used) / 1e3, each(kept));
}
