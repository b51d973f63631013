//! The error table of product.md 4.3, row by row: the real client against the simulator with its
//! faults switched on, the real refresh task, and what the screen then says.
//!
//! Nothing sleeps: each step waits for the snapshot that it is about.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use branchwatch::api::client::{Client, ClientOptions};
use branchwatch::api::key::SigningKey;
use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::{Model, ModelSettings, update};
use branchwatch::clock::{Clock, SystemClock};
use branchwatch::config::options::General;
use branchwatch::config::value::OrOff;
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::detail_source::{DetailSource, NothingStored};
use branchwatch::domain::watchlist::snapshot::{Connection, Snapshot};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::keymap::Keymap;
use branchwatch::persist::{PersistError, Persistence, SavedSessions, WriterEvent, writer};
use branchwatch::refresh::{self, Command, NotFound, Settings};
use branchwatch::simulator::{self, Options, Running};
use branchwatch::store::Store;
use branchwatch::theme::{ColourDepth, Look};
use branchwatch::ui;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// The machine's clock, so many seconds ahead.
#[derive(Clone, Copy)]
struct Ahead(i64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_secs(self.0)
    }
}

/// The application's key: making a pair costs more than most tests, and none changes it.
static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(SigningKey::generate().unwrap()));

struct Bench {
    running: Option<Running>,
    sessions: Vec<SessionId>,
    control: String,
    commands: mpsc::Sender<Command>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    clock: Ahead,
}

/// What differs from bench to bench.
struct Setting {
    /// Another process asks.
    following: bool,
    scenario: &'static str,
    ahead: i64,
    other_application: bool,
    faults: Value,
}

fn four(faults: Value) -> Setting {
    Setting { following: false, scenario: "S03", ahead: 0, other_application: false, faults }
}

/// Four sessions, all asked every second, disturbed by these faults from the first call on.
async fn bench(setting: Setting) -> Bench {
    let running = simulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        sessions: 4,
        seed: 7,
        speed: 1.0,
        scenarios: vec![setting.scenario.to_owned()],
        start: SystemClock.now(),
        public_key_pem: Some(KEY.public_pem().unwrap()),
    })
    .await
    .unwrap();
    let key = Arc::clone(&KEY);
    let sdk_id = if setting.other_application { uuid::Uuid::from_u128(9) } else { running.sdk_id };
    let clock = Ahead(setting.ahead);
    let client =
        Client::new(&ClientOptions::new(running.base_url.clone(), sdk_id), key, clock).unwrap();
    let sessions: Vec<SessionId> = running.sessions.iter().map(|made| made.id).collect();
    let control = running.base_url.replace("/idverify/v1", "/_sim/");
    let entry = |(n, id): (usize, &SessionId)| WatchEntry {
        reference: Some(format!("dbs-{}", n + 1)),
        ..WatchEntry::new(*id, clock.now())
    };
    let known = sessions.iter().enumerate().map(entry).map(WatchedSession::new).collect();
    let (store, snapshots) = Store::new(known);
    let (commands, inbox) = mpsc::channel(64);
    let second = SignedDuration::from_secs(1);
    let settings = Settings {
        at_counter: second,
        due_today: second,
        awaiting: second,
        selected: second,
        not_found: NotFound { span: second, again: second },
        max_rps: 50.0,
        following: setting.following,
        ..Settings::default()
    };
    let bench = Bench { running: Some(running), sessions, control, commands, snapshots, clock };
    bench.put("faults", &setting.faults).await;
    let (rules, cancelled) = (Rules::default(), CancellationToken::new());
    tokio::spawn(refresh::run(client, store, clock, settings, rules, inbox, cancelled));
    bench
}

impl Bench {
    async fn put(&self, what: &str, body: &Value) {
        let url = format!("{}{what}", self.control);
        let answer = reqwest::Client::new().put(url).body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn say(&self, command: impl Into<Command>) {
        self.commands.send(command.into()).await.unwrap();
    }

    /// The first snapshot that is as described.
    async fn until(&mut self, described: impl FnMut(&Arc<Snapshot>) -> bool) -> Screen {
        let waiting = self.snapshots.wait_for(described);
        let found = tokio::time::timeout(Duration::from_mins(2), waiting).await;
        let snapshot = Arc::clone(&found.unwrap().unwrap());
        Screen::of(&snapshot, self.clock.now())
    }

    /// The first snapshot with such a connection.
    async fn connected(&mut self, described: impl Fn(&Connection) -> bool) -> Screen {
        self.until(|snapshot| described(&snapshot.health.connection)).await
    }
}

/// Header, list rows and the line below them at 120x40.
struct Screen {
    model: Model,
}

impl Screen {
    fn of(snapshot: &Arc<Snapshot>, now: Timestamp) -> Self {
        let keymap = Keymap::shipped().unwrap();
        let settings = ModelSettings {
            profile: "acme-dbs".into(),
            badge: "LIVE".into(),
            clock_speed: 1.0,
            live: true,
            sdk_short: "b88a".into(),
            rules: Rules::default(),
            general: General {
                export_dir: "exports".into(),
                lock_after: OrOff(None),
                ..General::usual().unwrap()
            },
            time_zone: jiff::tz::TimeZone::UTC,
            ascii: false,
            help: keymap.help_rows(),
        };
        let mut model = Model::new(settings, (120, 40), now);
        update(&mut model, Event::Snapshot(Arc::clone(snapshot)));
        update(&mut model, Event::Tick(now));
        Self { model }
    }

    /// Puts the cursor on a session.
    fn on(mut self, name: &str) -> Self {
        for _ in 0..4 {
            if self.model.selected_name().as_deref() == Some(name) {
                return self;
            }
            update(&mut self.model, Event::Action(Action::NextSession));
        }
        update(&mut self.model, Event::Action(Action::Top));
        for _ in 0..4 {
            if self.model.selected_name().as_deref() == Some(name) {
                return self;
            }
            update(&mut self.model, Event::Action(Action::NextSession));
        }
        self
    }

    fn lines(&self) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        let look = Look::new(ColourDepth::None, false);
        terminal
            .draw(|frame| {
                ui::draw(frame, &self.model, look);
            })
            .unwrap();
        let buffer = terminal.backend().buffer();
        (0..40).map(|y| (0..120).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[track_caller]
    fn says(self, wanted: [&[&str]; 3]) {
        let lines = self.lines();
        let list: Vec<String> = lines.iter().map(|line| line.chars().take(66).collect()).collect();
        let header = lines[..2].join("\n");
        let title = &list[2];
        let name = self.model.selected_name().unwrap();
        let row = list.iter().find(|line| line.contains('>') && line.contains(&name)).unwrap();
        let under = self.model.line_under_list(200).map(|cell| cell.text).unwrap_or_default();
        let places = [header, format!("{title}\n{row}"), under];
        for (place, wanted) in places.iter().zip(wanted) {
            for text in wanted {
                assert!(place.contains(text), "{text:?} is not in {place:?}");
            }
        }
    }
}

fn error(session: Option<SessionId>, status: u16, code: &str) -> Value {
    let body = json!({ "code": code, "message": "made up" }).to_string();
    let mut fault = json!({ "status": status, "body": body });
    if let Some(id) = session {
        fault["session"] = json!(id.to_string());
        fault["part"] = json!("session");
    }
    json!([fault])
}

// V02, V03
#[tokio::test]
async fn offline_keeps_the_data_and_says_since_when() {
    let mut bench = bench(four(json!([]))).await;
    let known = |w: &WatchedSession| {
        w.answers().unwrap().configuration().is_some()
            && w.answers().unwrap().letter.fetched_at().is_some()
    };
    bench.until(|s| s.sessions.iter().all(|w| known(w))).await;
    bench.running.take().unwrap().shutdown().await;
    let screen = bench.connected(|c| matches!(c, Connection::Offline { .. })).await;
    screen.says([
        &["◌ offline since ", "retry "],
        &["≈ last good data", "letter not set", "  ≈"],
        &["showing the last good data, of "],
    ]);
}

// A15, V02
#[tokio::test]
async fn a_key_that_is_refused_freezes_all_and_names_the_doctor() {
    let mut bench = bench(four(error(None, 401, "BAD_SDK_ID"))).await;
    let screen = bench.connected(|c| matches!(c, Connection::Refused { .. })).await;
    screen.says([
        &["✗ key refused (401 BAD_SDK_ID)"],
        &["≈ frozen"],
        &["run `branchwatch doctor`: key, SDK ID, clock"],
    ]);
}

// C02
#[tokio::test]
async fn a_clock_that_is_off_is_told_from_a_refused_key() {
    for (ahead, says) in [(-63, "✗ clock 1m"), (250, "✗ clock 4m 10s"), (610, "✗ clock 10m")]
    {
        let setting = Setting { ahead, ..four(error(None, 401, "MESSAGE_SIGNING")) };
        let mut bench = bench(setting).await;
        let screen = bench.connected(|c| matches!(c, Connection::ClockSkew(_))).await;
        screen.says([
            &[says, "off"],
            &["≈ frozen"],
            &["signed requests carry a timestamp", "set this machine's clock"],
        ]);
    }
}

#[tokio::test]
async fn a_404_of_one_session_is_that_session_not_found() {
    let mut bench = bench(four(json!([]))).await;
    let id = bench.sessions[0];
    bench.put("faults", &error(Some(id), 404, "SESSION_NOT_FOUND")).await;
    let stranger = SessionId::new(uuid::Uuid::from_u128(0xabc));
    let entry = WatchEntry {
        reference: Some("dbs-9".into()),
        ..WatchEntry::new(stranger, SystemClock.now())
    };
    bench.say(OperatorCommand::Add(vec![entry])).await;
    let screen = bench
        .until(|s| {
            s.sessions.get(stranger).is_some_and(|w| w.answers().unwrap().missing_since.is_some())
        })
        .await;
    screen.on("dbs-9").says([
        &["watched"],
        &["?  dbs-9", "not found"],
        &["deleted, purged, or of another application"],
    ]);
    let gone = bench
        .until(|s| {
            s.health.connection == Connection::Live
                && s.sessions.get(id).is_some_and(|w| w.answers().unwrap().missing_since.is_some())
        })
        .await;
    gone.on("dbs-1").says([&["● live"], &["dbs-1"], &["deleted"]]);
}

#[tokio::test]
async fn an_unknown_application_stops_all_at_the_first_answer() {
    let setting = Setting { other_application: true, ..four(json!([])) };
    let mut bench = bench(setting).await;
    let screen = bench.connected(|c| matches!(c, Connection::AppNotFound)).await;
    screen.says([
        &["✗ application not found"],
        &["≈ frozen"],
        &["key and SDK ID do not belong together"],
    ]);
}

#[tokio::test]
async fn a_409_expired_is_an_expired_session() {
    let mut bench = bench(four(json!([]))).await;
    let id = bench.sessions[1];
    bench.put("faults", &error(Some(id), 409, "SESSION_EXPIRED")).await;
    let screen = bench
        .until(|s| {
            s.sessions.get(id).is_some_and(|w| w.poll.last_failure.is_some())
                && s.health.connection == Connection::Live
        })
        .await;
    screen.on("dbs-2").says([&["● live"], &["dbs-2", "expired"], &["Yoti advises a new session"]]);
}

// A02
#[tokio::test]
async fn a_429_slows_all_down_until_a_time_that_is_said() {
    let mut bench = bench(four(json!([{ "status": 429, "retry_after": "40", "times": 1 }]))).await;
    let screen = bench.connected(|c| matches!(c, Connection::Slowed { .. })).await;
    screen.says([
        &["◐ slowed to 25", " req/s until "],
        &["dbs-"],
        &["the request rate is reduced automatically"],
    ]);
}

// V03
#[tokio::test]
async fn three_503_of_one_session_make_that_row_stale_and_say_when_it_is_tried_again() {
    let mut bench = bench(four(json!([]))).await;
    let id = bench.sessions[2];
    bench.until(|s| s.sessions.iter().all(|w| w.poll.last_ok.get().is_some())).await;
    bench.put("faults", &error(Some(id), 503, "TEMPORARILY_UNAVAILABLE")).await;
    let screen = bench
        .until(|s| {
            s.sessions
                .get(id)
                .is_some_and(|w| w.poll.failures >= 3 && w.poll.next_due.get().is_some())
        })
        .await;
    screen.on("dbs-3").says([
        &["● live", "1 stale"],
        &["≈  dbs-3", "s!"],
        &["≈ 503 ×", "· next ", "r retries now, @ shows the calls"],
    ]);
}

// A03
#[tokio::test]
async fn a_503_of_all_is_yoti_unavailable_and_says_the_last_good_time() {
    let mut bench = bench(four(json!([]))).await;
    bench.until(|s| s.sessions.iter().all(|w| w.poll.last_ok.get().is_some())).await;
    bench.put("faults", &error(None, 503, "TEMPORARILY_UNAVAILABLE")).await;
    let screen = bench.connected(|c| matches!(c, Connection::Unavailable { .. })).await;
    screen.says([
        &["◐ Yoti unavailable (503) · retry "],
        &["≈"],
        &["showing the last good data", "r retries now"],
    ]);
}

// A13
#[tokio::test]
async fn values_that_are_not_known_are_counted_shown_raw_and_can_be_reported() {
    let mut bench = bench(Setting { scenario: "S19", ..four(json!([])) }).await;
    bench.put("clock", &json!({ "advance_seconds": 700 })).await;
    let id = bench.sessions[0];
    let mut screen = bench
        .until(|s| {
            let watched = s.sessions.get(id);
            watched.is_some_and(|w| {
                w.answers().unwrap().configuration().is_some()
                    && w.answers().unwrap().session().is_some_and(|a| !a.unknown.is_empty())
            })
        })
        .await
        .on("dbs-1");
    let effects = update(&mut screen.model, Event::Action(Action::Report));
    let text = format!("{effects:?}");
    assert!(text.contains("values not known") && text.contains("FAMILIAR_FACE_SEARCH"), "{text}");
    screen.says([&["◐ ", "values not known"], &["dbs-1"], &["values not known (ctrl-y copies)"]]);
}

#[tokio::test]
async fn a_store_that_another_window_holds_is_followed_and_that_is_said() {
    let mut bench = bench(Setting { following: true, ..four(json!([])) }).await;
    let screen = bench.until(|s| s.health.connection == Connection::Following).await;
    screen.says([&["● another branchwatch polls Yoti"], &["dbs-"], &[]]);
}

/// A disk without room.
#[derive(Debug)]
struct Full;

impl Persistence for Full {
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(Vec::new())
    }
    fn details(&mut self, _: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(Vec::new())
    }
    fn source(&self) -> Arc<dyn DetailSource> {
        Arc::new(NothingStored)
    }
    fn add(&mut self, _: &[WatchEntry]) -> Result<(), PersistError> {
        Err(PersistError::NotWritable("no room".into()))
    }
    fn remove(&mut self, _: &[SessionId]) -> Result<usize, PersistError> {
        Err(PersistError::NotWritable("no room".into()))
    }
    fn learn(&mut self, _: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        Err(PersistError::NotWritable("no room".into()))
    }
    fn save(&mut self, _: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        Err(PersistError::NotWritable("no room".into()))
    }
    fn state(&mut self, _: &str) -> Result<Option<String>, PersistError> {
        Ok(None)
    }

    fn set_state(&mut self, _: &str, _: &str) -> Result<(), PersistError> {
        Ok(())
    }

    fn touch(&mut self, _: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        Err(PersistError::NotWritable("no room".into()))
    }
}

// D03
#[tokio::test]
async fn a_full_disk_stops_the_history_but_not_the_view() {
    let mut bench = bench(four(json!([]))).await;
    let commands = bench.commands.clone();
    let tell = move |event| {
        let WriterEvent::Trouble(trouble) = event else { return };
        commands.try_send(Command::StoreTrouble(trouble)).unwrap();
    };
    let stop = CancellationToken::new();
    tokio::spawn(writer(
        Box::new(Full),
        SavedSessions::default(),
        bench.snapshots.clone(),
        tell,
        stop,
    ));
    let screen = bench
        .until(|s| s.health.store_trouble.is_some() && s.health.connection == Connection::Live)
        .await;
    screen.says([
        &["✗ history not saved: ", "● live"],
        &["dbs-"],
        &["the live view keeps running"],
    ]);
}

#[tokio::test]
async fn while_paused_ages_grow_and_the_header_says_since_when() {
    let mut bench = bench(four(json!([]))).await;
    let mut screen =
        bench.until(|s| s.sessions.iter().all(|w| w.poll.last_ok.get().is_some())).await;
    update(&mut screen.model, Event::Tick(bench.clock.now()));
    update(&mut screen.model, Event::Action(Action::Pause));
    let later = bench.clock.now() + SignedDuration::from_secs(185);
    update(&mut screen.model, Event::Tick(later));
    let header: &[&str] = &["❚❚ paused 3m", "4 watched"];
    screen.says([header, &["❚❚", "3m"], &["p shows what waits"]]);
}
