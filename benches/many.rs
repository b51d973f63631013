//! What a list of sessions that have answered costs in memory, CPU and time: figures c2, e and e2.
//! Run: cargo bench --bench many [-- N...]; without numbers 1,000, 10,000 and 100,000.
//!
//! Each size is filled and read by a process of its own, whose memory is its own. `-- fill FOLDER N
//! KEY` makes FOLDER/store.db for the program itself, with the application's key in the file KEY.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the measurement")]
#![expect(clippy::print_stdout, reason = "the figures")]

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use branchwatch::api::key::SigningKey;
use branchwatch::api::{raw, wire};
use branchwatch::app::event::Event;
use branchwatch::app::update;
use branchwatch::clock::{Clock, SystemClock};
use branchwatch::domain::events::change;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::SharedPersistence;
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::SimulatedSession;
use branchwatch::store::Store;
use branchwatch::theme::{ColourDepth, Look};
use branchwatch::ui;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::time::Instant;

#[path = "../tests/common/model.rs"]
mod common;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["fill", folder, count] => fill(Path::new(folder), own_key(), count.parse().unwrap()),
        ["fill", folder, count, key] => {
            let key = SigningKey::from_file(Path::new(key)).unwrap();
            let derived = |purpose| key.derived(purpose).unwrap();
            let key = StoreKey::new(&derived("store key"), &derived("stored responses"));
            fill(Path::new(folder), key, count.parse().unwrap());
        }
        ["read", folder] => read(Path::new(folder)),
        [] => ["1000", "10000", "100000"].into_iter().for_each(measure),
        sizes => sizes.iter().copied().for_each(measure),
    }
}

fn measure(count: &str) {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let program = std::env::current_exe().unwrap();
        assert!(Command::new(program).args(arguments).status().unwrap().success());
    };
    let path = folder.path().to_str().unwrap();
    run(&["fill", path, count]);
    run(&["read", path]);
}

/// That of today: what is kept no longer would be erased.
fn now() -> Timestamp {
    static NOW: LazyLock<Timestamp> = LazyLock::new(|| SystemClock.now());
    *NOW
}

fn own_key() -> Option<StoreKey> {
    StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH])
}

fn opened(folder: &Path, key: Option<StoreKey>) -> Box<dyn SharedPersistence> {
    Location::new(&folder.join("store.db"), key).open(true).unwrap().persistence
}

/// Sessions of all shipped scenarios, each at eight moments of its life.
fn templates() -> Vec<WatchedSession> {
    let of = |name: &'static str| {
        let scenario = Scenario::shipped(name).unwrap();
        (1..=8_i64).map(move |eighth| {
            let id = SessionId::new(uuid::Uuid::from_u128(u128::try_from(eighth).unwrap()));
            let age = SignedDuration::from_secs(scenario.ttl * eighth / 8);
            let (scenario, created) = (scenario.clone(), now() - age);
            answered(&SimulatedSession {
                id,
                scenario,
                created,
                delay: 0,
                ttl: None,
                instructions: None,
            })
        })
    };
    Scenario::names().flat_map(of).collect()
}

fn answered(life: &SimulatedSession) -> WatchedSession {
    let moment = life.moment(now());
    let text = |value: &serde_json::Value| -> Arc<str> {
        raw::checked_without_secrets(value.to_string().into_bytes()).unwrap().0.into()
    };
    let (session, configuration) = (text(&moment.session), text(&moment.configuration));
    let mut answers = Answers {
        session: Some(Arc::new(Answer {
            value: wire::session(&session, life.id).unwrap(),
            raw: session,
            fetched_at: now(),
        })),
        configuration: Some(Arc::new(Answer {
            value: wire::configuration(&configuration, life.id).unwrap(),
            raw: configuration,
            fetched_at: now(),
        })),
        ..Answers::default()
    };
    if let Some(letter) = &moment.instructions {
        let raw = text(letter);
        let value = wire::instructions(&raw).unwrap();
        answers.letter = Letter::of(Answer { value, raw, fetched_at: now() });
    }
    let events = change::between(&Answers::default(), &answers, now());
    let mut watched = WatchedSession::new(WatchEntry::new(life.id, now()));
    watched.learn(Arc::new(answers), Arc::new(events));
    watched.poll.last_ok = Some(now());
    watched
}

/// The answer of another session that stands where this one does.
fn of_session<T: Clone>(answer: &mut Option<Arc<Answer<T>>>, was: SessionId, id: SessionId) {
    if let Some(answer) = answer.as_mut().map(Arc::make_mut) {
        answer.raw = answer.raw.replace(&was.to_string(), &id.to_string()).into();
    }
}

fn fill(folder: &Path, key: Option<StoreKey>, count: u128) {
    let templates = templates();
    let mut store = opened(folder, key);
    let session = |n: u128| {
        let place = usize::try_from(n).unwrap() % templates.len();
        // Spread, as real IDs are.
        let id = SessionId::new(uuid::Uuid::from_u128(
            n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
        ));
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

fn read(folder: &Path) {
    let mut model = common::model((120, 40), now());
    let (begun, before, used) = (Instant::now(), resident(), cpu());
    let mut persistence = opened(folder, own_key());
    let known = persistence.briefs().unwrap();
    let count = known.len();
    let listed = begun.elapsed();
    let (mut store, snapshots) = Store::new(known);
    store.publish(Health::default(), Vec::new());
    let (cpu_used, kept) = (cpu() - used, resident() - before);
    let snapshot = Arc::clone(&snapshots.borrow());
    update(&mut model, Event::Snapshot(snapshot));
    let look = Look::new(ColourDepth::TrueColor, false);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    terminal
        .draw(|frame| {
            ui::draw(frame, &model, look);
        })
        .unwrap();
    let (frame, shown) = (begun.elapsed(), resident() - before);
    let details = persistence.source();
    let id = store.snapshot().sessions.iter().nth(count / 2).unwrap().id();
    details.read(&[id]).unwrap();
    let opening = Instant::now();
    details.read(&[id]).unwrap();
    let opening = opening.elapsed();
    let each = |all: u64| all / u64::try_from(count).unwrap();
    println!(
        "{count} sessions: list read in {:.0} ms, frame after {:.0} ms; CPU {:.1} µs, memory {} B \
         a session, {} B with the screen; a detail read in {:.2} ms",
        listed.as_secs_f64() * 1e3,
        frame.as_secs_f64() * 1e3,
        f64::from(u32::try_from(each(cpu_used)).unwrap()) / 1e3,
        each(kept),
        each(shown),
        opening.as_secs_f64() * 1e3,
    );
}
