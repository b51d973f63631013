//! The log of an incident, read line by line: what an operator learns from it afterwards, and that it
//! names nobody.
//!
//! Two processes on one sealed store, in virtual time against a scripted API. All of it is driven
//! once; each test reads what was written.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use branchwatch::api::unreached::Unreached;
use branchwatch::api::{ApiError, ApiErrorKind, SessionApi, wire};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::session::wire_enum::ErrorCode;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::snapshot::{Connection, Snapshot};
use branchwatch::domain::watchlist::watched::WatchEntry;
use branchwatch::persist::key::StoreKey;
use branchwatch::persist::location::Location;
use branchwatch::refresh::Settings;
use branchwatch::runtime::engine::{Engine, LoadedStore};
use tokio::time::{Instant, sleep};
use tracing_subscriber::fmt::MakeWriter;

/// In everything that a server or an operator says here.
const NAMES: [&str; 3] = ["Amina", "Okafor", "dbs-77"];

/// Trouble with the store and a lower rate are told within this time.
const TOLD: Duration = Duration::from_secs(5);

/// What Yoti does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Yoti {
    Answers,
    RefusesTheKey,
    LimitsRequests,
    Fails,
    IsNotReached,
    HasLost(u128),
}

#[derive(Clone)]
struct Scripted {
    clock: TokioClock,
    yoti: Arc<Mutex<Yoti>>,
}

impl Scripted {
    fn outcome(&self, id: SessionId) -> Result<(), ApiError> {
        let kind = match *self.yoti.lock().unwrap() {
            Yoti::HasLost(lost) if self::id(lost) == id => ApiErrorKind::Status(404),
            Yoti::Answers | Yoti::HasLost(_) => return Ok(()),
            Yoti::RefusesTheKey => ApiErrorKind::Status(401),
            Yoti::LimitsRequests => ApiErrorKind::TooManyRequests(Some(Duration::from_secs(30))),
            Yoti::Fails => ApiErrorKind::Unavailable(503, None),
            Yoti::IsNotReached => ApiErrorKind::Unreachable(Unreached::Refused),
        };
        let code = match kind {
            ApiErrorKind::Status(404) => ErrorCode::SessionNotFound,
            _ => ErrorCode::from_wire("AMINA_OKAFOR"),
        };
        let said = "Amina Okafor, passport 77";
        let (message, request_id) = (Some(said.into()), Some(said.into()));
        Err(ApiError { code: Some(code), message, request_id, ..kind.into() })
    }
}

impl SessionApi for Scripted {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        self.outcome(id)?;
        let raw = format!(r#"{{"session_id":"{id}","state":"ONGOING","x":"Amina Okafor"}}"#);
        let fetched_at = self.clock.now();
        Ok(Answer { value: wire::session(&raw, id).unwrap(), raw: raw.into(), fetched_at })
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        self.outcome(id)?;
        let fetched_at = self.clock.now();
        Ok(Answer { value: Configuration::empty(id), raw: "{}".into(), fetched_at })
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        self.outcome(id)?;
        let raw = r#"{"documents":[{"requirement_id":"r"}],"x":"Amina Okafor"}"#;
        let value = wire::instructions(raw).unwrap();
        Ok(Answer { value, raw: raw.into(), fetched_at: self.clock.now() })
    }
}

fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n << 96 | 0x1234))
}

fn entry(n: u128) -> WatchEntry {
    WatchEntry {
        reference: Some("Amina Okafor dbs-77".to_owned()),
        tags: vec!["Okafor".to_owned()],
        ..WatchEntry::new(id(n), jiff::Timestamp::UNIX_EPOCH)
    }
}

/// What is logged, by all threads.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn location(file: &Path) -> Location {
    Location::new(file, StoreKey::new(&[1; 32], &[2; 32]))
}

fn started(file: &Path, yoti: &Scripted) -> Engine {
    let settings = Settings {
        awaiting: jiff::SignedDuration::from_secs(10),
        operator: Some("Okafor".into()),
        ..Settings::default()
    };
    let held = LoadedStore::open(&location(file), true).unwrap();
    Engine::start(held, yoti.clone(), yoti.clock, settings, Rules::default())
}

async fn sees(engine: &mut Engine, holds: impl Fn(&Snapshot) -> bool) {
    let seen = engine.snapshots.wait_for(|snapshot| holds(snapshot));
    let seen = tokio::time::timeout(Duration::from_mins(10), seen).await;
    drop(seen.unwrap().unwrap());
}

async fn connection(engine: &mut Engine, holds: impl Fn(&Connection) -> bool) {
    sees(engine, |snapshot| holds(&snapshot.health.connection)).await;
}

async fn live(engine: &mut Engine) {
    connection(engine, |c| *c == Connection::Live).await;
}

fn says(snapshot: &Snapshot, words: &str) -> bool {
    snapshot.health.store_trouble.as_ref().is_some_and(|said| said.contains(words))
}

/// All that goes wrong, one after the other.
async fn incident(file: &Path) {
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let yoti = Scripted { clock, yoti: Arc::new(Mutex::new(Yoti::Answers)) };
    location(file).open(true).unwrap().persistence.add(&[entry(1), entry(2), entry(3)]).unwrap();
    let mut engine = started(file, &yoti);
    sees(&mut engine, |s| s.sessions.iter().all(|s| s.answers().unwrap().session().is_some()))
        .await;
    let note = AnnotationChange::Note("rang Amina Okafor".to_owned());
    engine.commands.send(OperatorCommand::Keep(vec![(id(1), note)]).into()).await.unwrap();
    trouble_with_yoti(&mut engine, &yoti).await;
    trouble_with_the_store(&mut engine, file, &yoti).await;
    let mut other = started(file, &yoti);
    connection(&mut other, |c| *c == Connection::Following).await;
    assert!(engine.end().await);
    live(&mut other).await;
    sleep(Duration::from_secs(1)).await;
    assert!(other.end().await);
}

async fn trouble_with_yoti(engine: &mut Engine, yoti: &Scripted) {
    let is = |now| *yoti.yoti.lock().unwrap() = now;
    is(Yoti::RefusesTheKey);
    connection(engine, |c| matches!(c, Connection::Refused { .. })).await;
    is(Yoti::Answers);
    live(engine).await;
    is(Yoti::LimitsRequests);
    let begun = Instant::now();
    engine.commands.send(OperatorCommand::Refresh(id(1)).into()).await.unwrap();
    connection(engine, |c| matches!(c, Connection::Slowed { .. })).await;
    assert!(begun.elapsed() <= TOLD, "{:?}", begun.elapsed());
    is(Yoti::Answers);
    live(engine).await;
    is(Yoti::Fails);
    connection(engine, |c| matches!(c, Connection::Unavailable { .. })).await;
    is(Yoti::IsNotReached);
    connection(engine, |c| matches!(c, Connection::Offline { .. })).await;
    is(Yoti::Answers);
    live(engine).await;
    is(Yoti::HasLost(2));
    sees(engine, |s| s.sessions.get(id(2)).unwrap().answers().unwrap().missing_since.is_some())
        .await;
    is(Yoti::Answers);
}

async fn trouble_with_the_store(engine: &mut Engine, file: &Path, yoti: &Scripted) {
    let mut other = started(file, yoti);
    connection(&mut other, |c| *c == Connection::Following).await;
    // What was learned is saved first: a session that is saved anew is no longer altered.
    sleep(Duration::from_secs(1)).await;
    let begun = Instant::now();
    alter(file);
    sees(engine, |s| says(s, "altered")).await;
    sees(&mut other, |s| says(s, "altered")).await;
    assert!(begun.elapsed() <= TOLD, "{:?}", begun.elapsed());
    assert!(other.end().await);
    let begun = Instant::now();
    std::fs::remove_file(file).unwrap();
    sees(engine, |s| says(s, "history not saved")).await;
    assert!(begun.elapsed() <= TOLD, "{:?}", begun.elapsed());
    sees(engine, |s| !says(s, "history not saved")).await;
}

/// Somebody with the file and without its key alters stored responses.
fn alter(file: &Path) {
    let store = rusqlite::Connection::open(file).unwrap();
    let changed = store
        .execute("UPDATE answer SET body = zeroblob(length(body)) WHERE part = 'session'", [])
        .unwrap();
    assert!(changed > 0);
}

/// The log of the incident, all of it.
fn log() -> &'static str {
    static LOG: OnceLock<String> = OnceLock::new();
    LOG.get_or_init(|| {
        let captured = Captured::default();
        tracing_subscriber::fmt()
            .compact()
            .with_ansi(false)
            .with_target(false)
            .without_time()
            .with_env_filter("off,branchwatch=debug")
            .with_writer(captured.clone())
            .init();
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().start_paused(true).build().unwrap();
        runtime.block_on(incident(&folder.path().join("store.db")));
        let text = captured.0.lock().unwrap().clone();
        String::from_utf8(text).unwrap()
    })
}

#[test]
fn the_log_tells_an_incident_from_the_start_to_the_end() {
    let told: Vec<&str> = log().lines().map(str::trim_start).collect();
    let mut told = told.into_iter().filter(|line| !line.starts_with("DEBUG"));
    for wanted in [
        concat!(
            "INFO begins version=\"",
            env!("CARGO_PKG_VERSION"),
            "\" sessions=3 role=\"holder of the store\" online=true"
        ),
        "INFO this process asks Yoti",
        "INFO Yoti answers after=\"starting\"",
        "WARN no response session=\"0000000",
        "ERROR Yoti refuses the key: one probe a minute is sent status=401",
        "INFO Yoti answers after=\"refused\"",
        "WARN Yoti limits the requests (429): fewer are sent until=2026-10-16T09:",
        "INFO Yoti answers after=\"slowed\"",
        "WARN Yoti is unavailable: one probe at a time is sent status=503",
        "WARN Yoti cannot be reached: one probe at a time is sent cause=\"connection refused\"",
        "INFO Yoti answers after=\"offline\"",
        "INFO Yoti has no such session any more session=\"00000002\"",
        concat!(
            "INFO begins version=\"",
            env!("CARGO_PKG_VERSION"),
            "\" sessions=3 role=\"beside the holder of the store\" online=true"
        ),
        "INFO another process asks Yoti: its results are shown",
        "WARN stored data altered: 3 sessions (00000001, 00000002, 00000003)",
        "INFO ends",
        "ERROR the local store is not written why=",
        "INFO the local store is written again",
        concat!(
            "INFO begins version=\"",
            env!("CARGO_PKG_VERSION"),
            "\" sessions=3 role=\"beside the holder of the store\" online=true"
        ),
        "INFO another process asks Yoti: its results are shown",
        "INFO ends",
        "INFO takes over from another process",
        "INFO this process asks Yoti",
        "INFO Yoti answers after=\"starting\"",
        "INFO ends",
    ] {
        let found = told.any(|line| line.starts_with(wanted));
        assert!(found, "{wanted} does not come next in:\n{}", log());
    }
    assert_eq!(told.next(), None, "nothing after the end");
}

#[test]
fn each_request_has_a_line_at_debug() {
    let asked = log().lines().filter(|line| line.trim_start().starts_with("DEBUG asked "));
    let asked: Vec<&str> = asked.collect();
    assert!(asked.len() > 20, "{}", asked.len());
    for part in ["Session", "Configuration", "Letter"] {
        let line = format!("DEBUG asked session=\"00000001\" part={part} status=200 took_ms=");
        assert!(asked.iter().any(|asked| asked.trim_start().starts_with(&line)), "{line}");
    }
}

// U10, S02
#[test]
fn no_line_names_anybody() {
    assert!(log().contains("00000001") && log().contains("no response"));
    for n in 1..=3 {
        assert!(!log().contains(&id(n).to_string()), "a session in the clear");
    }
    for name in NAMES {
        let found = log().lines().find(|line| line.to_lowercase().contains(&name.to_lowercase()));
        assert_eq!(found, None, "{name}");
    }
}
