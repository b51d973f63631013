//! The refresh task in virtual time against a scripted API: who is asked, when, and what follows.
//!
//! Nothing here sleeps for real.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
#![expect(clippy::unnecessary_wraps, reason = "a script may fail where another does not")]

mod answers;
mod details;
mod hints;
mod long;
mod start;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use branchwatch::api::unreached::Unreached;
use branchwatch::api::{ApiError, ApiErrorKind, SessionApi, wire};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::assessment::stage::Stage;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::{Answer, Fingerprint};
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::session::observation::{Observation, Unchanged};
use branchwatch::domain::session::parts::Part;
use branchwatch::domain::session::wire_enum::{ErrorCode, SessionState};
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::snapshot::{Connection, Snapshot};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::refresh::{self, Command, Settings};
use branchwatch::store::Store;
use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, advance, sleep};
use tokio_util::sync::CancellationToken;

type Script = dyn Fn(SessionId, Duration) -> Result<SessionState, ApiErrorKind> + Send + Sync;

#[derive(Clone)]
struct Fake {
    begun: Instant,
    clock: TokioClock,
    calls: Arc<Mutex<Vec<(Duration, SessionId, Part)>>>,
    script: Arc<Script>,
    yoti_time: Arc<Mutex<Option<jiff::Timestamp>>>,
}

impl Fake {
    async fn call(&self, id: SessionId, part: Part) -> Result<SessionState, ApiError> {
        let at = self.begun.elapsed();
        self.calls.lock().unwrap().push((at, id, part));
        sleep(Duration::from_millis(50)).await;
        (self.script)(id, at).map_err(|kind| {
            let mut error = ApiError::from(kind);
            if error.status() == Some(404) {
                error.code = Some(ErrorCode::SessionNotFound);
            }
            error
        })
    }

    fn sessions_asked(&self) -> Vec<(Duration, SessionId)> {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|c| c.2 == Part::Session).map(|c| (c.0, c.1)).collect()
    }

    fn all(&self) -> Vec<Duration> {
        self.calls.lock().unwrap().iter().map(|call| call.0).collect()
    }
}

impl SessionApi for Fake {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        let state = self.call(id, Part::Session).await?;
        let value = Session {
            state: Some(state.clone()),
            client_session_token_ttl: Some(30 * 86_400),
            ..Session::empty(id)
        };
        let raw = format!("{{\"state\":\"{}\"}}", state.as_raw());
        Ok(Answer { value, raw: raw.into(), fetched_at: self.clock.now() })
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        self.call(id, Part::Configuration).await?;
        let value = Configuration::empty(id);
        Ok(Answer { value, raw: "{}".into(), fetched_at: self.clock.now() })
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        self.call(id, Part::Letter).await?;
        let raw = r#"{"documents":[{"requirement_id":"r"}]}"#;
        let value = wire::instructions(raw).unwrap();
        Ok(Answer { value, raw: raw.into(), fetched_at: self.clock.now() })
    }

    /// As the real client does it: what is known is not told again.
    async fn poll(
        &self,
        id: SessionId,
        part: Part,
        known: Option<Fingerprint>,
    ) -> Result<Observation, ApiError> {
        let (observation, raw, ttl) = match part {
            Part::Session => {
                let answer = self.session(id).await?;
                let (raw, ttl) = (answer.raw.clone(), answer.value.client_session_token_ttl);
                (Observation::Session(answer), raw, ttl)
            }
            Part::Configuration => {
                let answer = self.configuration(id).await?;
                let raw = answer.raw.clone();
                (Observation::Configuration(answer), raw, None)
            }
            Part::Letter => {
                let answer = self.instructions(id).await?;
                let raw = answer.raw.clone();
                (Observation::Letter(answer), raw, None)
            }
        };
        let fetched_at = self.clock.now();
        Ok(match known.filter(|fingerprint| Fingerprint::of(&raw) == Some(*fingerprint)) {
            Some(fingerprint) => {
                Observation::Unchanged(Unchanged { part, fingerprint, ttl, fetched_at })
            }
            None => observation,
        })
    }

    fn yoti_time(&self) -> Option<jiff::Timestamp> {
        *self.yoti_time.lock().unwrap()
    }
}

struct World {
    api: Fake,
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    cancel: CancellationToken,
}

fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n))
}

fn entry(n: u128) -> WatchEntry {
    WatchEntry::new(id(n), jiff::Timestamp::UNIX_EPOCH)
}

fn world(
    sessions: u128,
    settings: Settings,
    script: impl Fn(SessionId, Duration) -> Result<SessionState, ApiErrorKind> + Send + Sync + 'static,
) -> World {
    world_of((1..=sessions).map(|n| WatchedSession::new(entry(n))).collect(), settings, script)
}

/// One that begins with these sessions.
fn world_of(
    known: Vec<WatchedSession>,
    settings: Settings,
    script: impl Fn(SessionId, Duration) -> Result<SessionState, ApiErrorKind> + Send + Sync + 'static,
) -> World {
    let (store, snapshots) = Store::new(known);
    world_with(store, snapshots, settings, script)
}

fn world_with(
    store: Store,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    settings: Settings,
    script: impl Fn(SessionId, Duration) -> Result<SessionState, ApiErrorKind> + Send + Sync + 'static,
) -> World {
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let (calls, yoti_time) = (Arc::default(), Arc::default());
    let api = Fake { begun: Instant::now(), clock, calls, script: Arc::new(script), yoti_time };
    let (commands, inbox) = mpsc::channel(64);
    let cancel = CancellationToken::new();
    tokio::spawn(refresh::run(
        api.clone(),
        store,
        clock,
        settings,
        Rules::default(),
        inbox,
        cancel.clone(),
    ));
    World { api, commands, snapshots, cancel }
}

impl World {
    fn snapshot(&mut self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow_and_update())
    }

    async fn say(&self, command: impl Into<Command>) {
        self.commands.send(command.into()).await.unwrap();
    }
}

/// Lets virtual time pass.
async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

fn ongoing(_: SessionId, _: Duration) -> Result<SessionState, ApiErrorKind> {
    Ok(SessionState::Ongoing)
}

fn most_in_a_second(times: &[Duration]) -> usize {
    let second = Duration::from_secs(1) - Duration::from_micros(10);
    times
        .iter()
        .map(|from| times.iter().filter(|t| **t >= *from && **t < *from + second).count())
        .max()
        .unwrap_or(0)
}

// R01
#[tokio::test(start_paused = true)]
async fn no_second_ever_holds_more_requests_than_allowed() {
    let settings = Settings { max_rps: 5.0, ..Settings::default() };
    let world = world(300, settings, ongoing);
    pass(30).await;
    world.say(OperatorCommand::RefreshAll).await;
    for _ in 0..50 {
        world.say(OperatorCommand::Refresh(id(7))).await;
    }
    pass(60).await;
    let times = world.api.all();
    assert!(times.len() > 300, "{} requests in 90 s", times.len());
    assert!(most_in_a_second(&times) <= 5, "{}", most_in_a_second(&times));
}

#[tokio::test(start_paused = true)]
async fn another_interval_brings_open_sessions_forward_and_leaves_the_others() {
    let ended = |asked: SessionId, _| {
        Ok(if asked == id(2) { SessionState::Completed } else { SessionState::Ongoing })
    };
    let mut world = world(2, Settings::default(), ended);
    pass(60).await;
    let before = world.api.sessions_asked();
    world.say(OperatorCommand::Interval(SignedDuration::from_secs(20))).await;
    pass(200).await;
    let asked = world.api.sessions_asked().split_off(before.len());
    assert!(asked.iter().all(|(_, asked)| *asked == id(1)), "{asked:?}");
    assert!((8..=12).contains(&asked.len()), "{asked:?}");
    let snapshot = world.snapshot();
    let interval = |n| snapshot.sessions.get(id(n)).unwrap().poll.interval.get();
    assert_eq!((interval(1), interval(2)), (Some(SignedDuration::from_secs(20)), None));
}

// R06
#[tokio::test(start_paused = true)]
async fn the_cursor_and_the_visible_rows_come_first() {
    let world = world(1_000, Settings::default(), ongoing);
    let visible: Vec<SessionId> = (500..510).map(id).collect();
    world.say(OperatorCommand::Focus { selected: Some(id(505)), visible: visible.clone() }).await;
    pass(20).await;
    let asked = world.api.sessions_asked();
    let at = |wanted: SessionId| asked.iter().position(|(_, id)| *id == wanted);
    assert!(at(id(505)).unwrap() <= 2, "the cursor at {:?}", at(id(505)));
    for wanted in visible {
        assert!(at(wanted).is_some_and(|place| place < 40), "{wanted} at {:?}", at(wanted));
    }
}

#[tokio::test(start_paused = true)]
async fn configuration_and_letter_are_asked_more_rarely_than_the_result() {
    let settings =
        Settings { awaiting: jiff::SignedDuration::from_secs(30), ..Settings::default() };
    let world = world(1, settings, ongoing);
    pass(1_200).await;
    let calls = world.api.calls.lock().unwrap().clone();
    let count = |part| calls.iter().filter(|call| call.2 == part).count();
    assert!(count(Part::Session) > 30, "{}", count(Part::Session));
    assert!((1..=3).contains(&count(Part::Configuration)), "{}", count(Part::Configuration));
    assert_eq!(count(Part::Letter), 1);
}

// A16
#[tokio::test(start_paused = true)]
async fn what_is_done_or_gone_is_not_asked_again_and_keeps_its_last_answer() {
    let mut world = world(2, Settings::default(), |who, at| {
        if who == id(1) {
            Ok(SessionState::Completed)
        } else if at < Duration::from_secs(5) {
            Ok(SessionState::Ongoing)
        } else {
            Err(ApiErrorKind::Status(404))
        }
    });
    pass(4).await;
    world.say(OperatorCommand::Refresh(id(2))).await;
    pass(7_200).await;
    let asked = world.api.sessions_asked();
    assert_eq!(asked.iter().filter(|(_, who)| *who == id(1)).count(), 1);
    let late = asked.iter().filter(|(at, _)| *at > Duration::from_mins(20)).count();
    assert_eq!(late, 1, "after an hour it is looked at once more, then not for a day");
    let snapshot = world.snapshot();
    let gone = snapshot.sessions.get(id(2)).unwrap();
    assert!(gone.answers().unwrap().session().is_some(), "the last answer stays");
    let now = world.api.clock.now();
    let stage = branchwatch::domain::assessment::stage::derive(gone, &Rules::default(), now).stage;
    assert_eq!(stage, Stage::Gone);
}

// A15
#[tokio::test(start_paused = true)]
async fn a_refused_key_stops_all_but_a_probe_a_minute() {
    let mut world = world(50, Settings::default(), |_, _| Err(ApiErrorKind::Status(401)));
    pass(605).await;
    let count = world.api.all().len();
    assert!(count <= 3 + 1 + 10 + 3, "{count} requests in ten minutes");
    assert_eq!(world.snapshot().health.connection, Connection::Refused { status: 401, code: None });
}

// A15
#[tokio::test(start_paused = true)]
async fn one_refused_session_stops_nobody_else() {
    let mut world = world(10, Settings::default(), |who, _| {
        if who == id(3) { Err(ApiErrorKind::Status(403)) } else { Ok(SessionState::Ongoing) }
    });
    pass(120).await;
    assert_eq!(world.snapshot().health.connection, Connection::Live);
    let failed = world.snapshot().sessions.get(id(3)).unwrap().poll.clone();
    assert_eq!(failed.last_failure.unwrap().status, Some(403));
}

// A01
#[tokio::test(start_paused = true)]
async fn retry_after_is_obeyed_by_all() {
    let world = world(20, Settings::default(), |_, at| {
        if at > Duration::from_secs(2) && at < Duration::from_secs(4) {
            Err(ApiErrorKind::TooManyRequests(Some(Duration::from_secs(40))))
        } else {
            Ok(SessionState::Ongoing)
        }
    });
    pass(100).await;
    let times = world.api.all();
    // Those that were under way when the 429 came may still have gone out.
    let early = times.iter().filter(|t| t.as_secs_f64() > 4.1 && t.as_secs_f64() < 42.0).count();
    assert_eq!(early, 0);
    assert!(times.iter().any(|t| t.as_secs() > 44), "it goes on afterwards");
}

// A03, R03
#[tokio::test(start_paused = true)]
async fn retries_stay_within_a_tenth_when_some_sessions_fail() {
    let settings =
        Settings { awaiting: jiff::SignedDuration::from_secs(60), ..Settings::default() };
    let world = world(40, settings, |who, _| {
        if who.uuid().as_u128() % 2 == 0 {
            Err(ApiErrorKind::Unavailable(503, None))
        } else {
            Ok(SessionState::Ongoing)
        }
    });
    pass(3_600).await;
    let asked = world.api.sessions_asked().len();
    // 40 sessions, once a minute each, for an hour, plus a tenth, plus the spread of intervals.
    assert!(asked <= 2_400 * 125 / 100, "{asked} requests");
    assert!(asked >= 1_800, "{asked} requests: the good ones are not starved");
}

// R01, R04
#[tokio::test(start_paused = true)]
async fn after_an_outage_there_is_no_herd_and_all_is_asked_again() {
    let settings =
        Settings { awaiting: jiff::SignedDuration::from_secs(60), ..Settings::default() };
    let mut world = world(60, settings, |_, at| {
        if (100..700).contains(&at.as_secs()) {
            Err(ApiErrorKind::Unreachable(Unreached::Refused))
        } else {
            Ok(SessionState::Ongoing)
        }
    });
    pass(400).await;
    assert!(matches!(world.snapshot().health.connection, Connection::Offline { .. }));
    let during = world.api.all().iter().filter(|t| (110..400).contains(&t.as_secs())).count();
    assert!(during <= 60, "{during} probes in five minutes");
    pass(600).await;
    assert_eq!(world.snapshot().health.connection, Connection::Live);
    assert!(most_in_a_second(&world.api.all()) <= 5);
    let asked = world.api.sessions_asked();
    for n in 1..=60 {
        let back = asked.iter().any(|(at, who)| *who == id(n) && at.as_secs() > 700);
        assert!(back, "session {n} is asked again");
    }
}

#[tokio::test(start_paused = true)]
async fn equal_answers_publish_poll_times_at_most_once_a_second_and_no_revision() {
    let settings = Settings {
        awaiting: jiff::SignedDuration::from_secs(1),
        max_rps: 50.0,
        ..Settings::default()
    };
    let mut world = world(20, settings, ongoing);
    pass(20).await;
    let before = world.snapshot();
    pass(10).await;
    let after = world.snapshot();
    assert!(after.version - before.version <= 11, "{}", after.version - before.version);
    for watched in after.sessions.iter() {
        assert_eq!(watched.revision, before.sessions.get(watched.id()).unwrap().revision);
        assert!(
            watched.poll.last_ok.get()
                > before.sessions.get(watched.id()).unwrap().poll.last_ok.get()
        );
    }
}

// R05
#[tokio::test(start_paused = true)]
async fn sessions_nobody_looks_at_are_not_starved_by_those_somebody_does() {
    let settings = Settings {
        at_counter: jiff::SignedDuration::from_secs(1),
        selected: jiff::SignedDuration::from_secs(1),
        awaiting: jiff::SignedDuration::from_secs(5),
        max_rps: 5.0,
        ..Settings::default()
    };
    let world = world(60, settings, ongoing);
    world
        .say(OperatorCommand::Focus { selected: Some(id(1)), visible: (1..=40).map(id).collect() })
        .await;
    pass(900).await;
    let asked = world.api.sessions_asked();
    for n in 41..=60 {
        let count = asked.iter().filter(|(_, who)| *who == id(n)).count();
        assert!(count >= 3, "session {n} was asked {count} times in 15 minutes");
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_come_and_go_while_it_runs_and_offline_asks_nobody() {
    let mut world = world(1, Settings::default(), ongoing);
    pass(3).await;
    world.say(OperatorCommand::Add(vec![entry(2)])).await;
    pass(3).await;
    assert!(world.snapshot().sessions.get(id(2)).unwrap().answers().unwrap().session().is_some());
    world.say(OperatorCommand::Remove(vec![id(1)])).await;
    pass(3).await;
    assert_eq!(world.snapshot().sessions.len(), 1);
    world.cancel.cancel();

    let settings = Settings { online: false, ..Settings::default() };
    let mut offline = self::world(5, settings, ongoing);
    advance(Duration::from_secs(10)).await;
    pass(100).await;
    assert_eq!(offline.api.all().len(), 0);
    assert_eq!(offline.snapshot().health.connection, Connection::Disabled);
}

#[tokio::test(start_paused = true)]
async fn the_log_says_how_calls_ended_and_when_they_are_tried_again_and_asking_publishes_nothing() {
    let mut world = world(2, Settings::default(), |who, _| {
        if who == id(1) {
            Err(ApiErrorKind::Unavailable(503, Some(Duration::from_secs(40))))
        } else {
            Ok(SessionState::Ongoing)
        }
    });
    pass(10).await;
    let before = world.snapshot().version;
    let (to, mut told) = mpsc::channel(1);
    world.say(Command::Traffic(to)).await;
    let traffic = told.recv().await.unwrap();
    assert_eq!(world.snapshot().version, before);
    let of = |who: SessionId| {
        let call = traffic.calls.iter().rev().find(|call| call.path.contains(&who.to_string()));
        call.unwrap().clone()
    };
    assert_eq!((of(id(2)).status, of(id(2)).note.as_str()), (Some(200), ""));
    let failed = of(id(1));
    assert_eq!((failed.status, failed.method), (Some(503), "GET"));
    assert!(failed.note.contains("503") && failed.note.contains("again in"), "{}", failed.note);
    assert_eq!(traffic.per_ten_seconds.iter().sum::<u32>() as usize, world.api.all().len());
    assert_eq!(traffic.budget_per_ten_seconds, 50);
}
