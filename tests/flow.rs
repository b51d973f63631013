//! The real loop, the real refresh task and the real store, with injected keys, a scripted API and
//! virtual time: stories of an operator.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[path = "flow/bell.rs"]
mod bell;
#[path = "flow/calm.rs"]
mod calm;
#[path = "flow/commands.rs"]
mod commands;
#[path = "flow/evidence.rs"]
mod evidence;
#[path = "flow/finding.rs"]
mod finding;
#[path = "flow/first.rs"]
mod first;
#[path = "flow/fitting.rs"]
mod fitting;
#[path = "flow/keys.rs"]
mod keys;
#[path = "flow/mouse.rs"]
mod mouse;
#[path = "flow/own.rs"]
mod own;
#[path = "flow/past.rs"]
mod past;
#[path = "flow/shift.rs"]
mod shift;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use branchwatch::api::{ApiError, ApiErrorKind, SessionApi, wire};
use branchwatch::app::operator::bell::state::{AlarmSettings, Desktop};
use branchwatch::app::{Model, ModelSettings};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::config::options::General;
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::watchlist::list_layout::Arrangement;
use branchwatch::domain::watchlist::snapshot::Snapshot;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::keymap::Keymap;
use branchwatch::refresh::{self, Settings};
use branchwatch::runtime::Ending;
use branchwatch::runtime::effects::{Effects, ExportOrigin};
use branchwatch::runtime::event_loop::{self, LoopContext};
use branchwatch::runtime::terminal::Surface;
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::{Moment, SimulatedSession};
use branchwatch::store::Store;
use branchwatch::theme::{ColourDepth, Look, Themes};
use branchwatch::ui::widgets::graphics::Pictures;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;
use ratatui::{Frame, Terminal};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// The simulator's timelines, without the sockets.
#[derive(Clone)]
struct Scripted {
    clock: TokioClock,
    lives: Arc<Vec<SimulatedSession>>,
}

impl Scripted {
    fn moment(&self, id: SessionId) -> Result<Moment, ApiError> {
        let life = self.lives.iter().find(|life| life.id == id);
        let moment = life.map(|life| life.moment(self.clock.now())).filter(|m| m.state.is_some());
        moment.ok_or_else(|| {
            let mut error = ApiError::from(ApiErrorKind::Status(404));
            error.code = Some("SESSION_NOT_FOUND".into());
            error
        })
    }

    fn answer<T>(&self, raw: &serde_json::Value, value: T) -> Answer<T> {
        Answer { value, raw: raw.to_string().into(), fetched_at: self.clock.now() }
    }
}

impl SessionApi for Scripted {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        let raw = self.moment(id)?.session;
        Ok(self.answer(&raw, wire::session(&raw.to_string(), id)?))
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        let raw = self.moment(id)?.configuration;
        Ok(self.answer(&raw, wire::configuration(&raw.to_string(), id)?))
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        let raw = self.moment(id)?.instructions.ok_or(ApiErrorKind::Status(404))?;
        Ok(self.answer(&raw, wire::instructions(&raw.to_string())?))
    }
}

/// What is on the screen, and how many frames it took.
#[derive(Default)]
struct Seen {
    text: String,
    /// Of each line what is drawn reversed: the rows under a cursor.
    bars: Vec<String>,
    frames: usize,
    /// The terminal has not taken the last frame.
    behind: bool,
    suspended: usize,
    asked: usize,
    cleared: usize,
    mouse: bool,
    rung: Vec<Option<String>>,
    copied: Vec<String>,
}

struct Cells {
    terminal: Terminal<TestBackend>,
    seen: Rc<RefCell<Seen>>,
}

impl Surface for Cells {
    fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(render).unwrap();
        let mut seen = self.seen.borrow_mut();
        seen.text = self.terminal.backend().to_string();
        let buffer = self.terminal.backend().buffer();
        let width = usize::from(buffer.area.width).max(1);
        let lines = buffer.content.chunks(width).map(|line| {
            let bar = line.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED));
            bar.map(ratatui::buffer::Cell::symbol).collect::<String>()
        });
        seen.bars = lines.filter(|bar| !bar.is_empty()).collect();
        seen.frames += 1;
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear().unwrap();
        self.seen.borrow_mut().cleared += 1;
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.seen.borrow_mut().copied.push(text.to_owned());
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.seen.borrow_mut().suspended += 1;
        self.clear()
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.seen.borrow_mut().mouse = on;
        Ok(())
    }

    fn ring(&mut self, note: Option<&(Desktop, String)>) -> io::Result<()> {
        self.seen.borrow_mut().rung.push(note.map(|(_, text)| text.clone()));
        Ok(())
    }

    fn ask_ground(&mut self) -> io::Result<()> {
        self.seen.borrow_mut().asked += 1;
        Ok(())
    }

    fn cell(&self) -> Option<(u16, u16)> {
        None
    }

    fn size(&self) -> (u16, u16) {
        self.terminal.size().map(|size| (size.width, size.height)).unwrap()
    }

    fn is_behind(&self) -> bool {
        self.seen.borrow().behind
    }

    fn is_there(&self) -> bool {
        true
    }
}

/// The operator's side: keys in, screen out.
struct Operator {
    /// What the store's one writer last published.
    world: watch::Receiver<Arc<Snapshot>>,
    keys: mpsc::UnboundedSender<io::Result<Input>>,
    seen: Rc<RefCell<Seen>>,
}

impl Operator {
    async fn press(&self, keys: &str) {
        for word in keys.split(' ') {
            let (code, modifiers) = match word {
                "enter" => (KeyCode::Enter, KeyModifiers::NONE),
                "esc" => (KeyCode::Esc, KeyModifiers::NONE),
                "tab" => (KeyCode::Tab, KeyModifiers::NONE),
                "delete" => (KeyCode::Delete, KeyModifiers::NONE),
                "backtab" => (KeyCode::BackTab, KeyModifiers::SHIFT),
                "up" => (KeyCode::Up, KeyModifiers::NONE),
                "down" => (KeyCode::Down, KeyModifiers::NONE),
                "space" => (KeyCode::Char(' '), KeyModifiers::NONE),
                "left" => (KeyCode::Left, KeyModifiers::NONE),
                "right" => (KeyCode::Right, KeyModifiers::NONE),
                "home" => (KeyCode::Home, KeyModifiers::NONE),
                "end" => (KeyCode::End, KeyModifiers::NONE),
                "pageup" => (KeyCode::PageUp, KeyModifiers::NONE),
                "pagedown" => (KeyCode::PageDown, KeyModifiers::NONE),
                "f1" => (KeyCode::F(1), KeyModifiers::NONE),
                word if word.starts_with("ctrl-") => {
                    (KeyCode::Char(word.chars().last().unwrap()), KeyModifiers::CONTROL)
                }
                word => (KeyCode::Char(word.chars().next().unwrap()), KeyModifiers::NONE),
            };
            self.keys.send(Ok(Input::Key(KeyEvent::new(code, modifiers)))).unwrap();
            self.pass(0.2).await;
        }
    }

    /// Presses the keys of a text, one by one.
    async fn types(&self, text: &str) {
        for letter in text.chars() {
            let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
            self.keys.send(Ok(Input::Key(key))).unwrap();
        }
        self.pass(0.2).await;
    }

    async fn pass(&self, seconds: f64) {
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    }

    fn screen(&self) -> String {
        self.seen.borrow().text.clone()
    }

    #[track_caller]
    fn sees(&self, text: &str) {
        assert!(self.screen().contains(text), "{text:?} is not on the screen:\n{}", self.screen());
    }

    #[track_caller]
    fn does_not_see(&self, text: &str) {
        assert!(!self.screen().contains(text), "{text:?} is on the screen:\n{}", self.screen());
    }
}

/// Sessions of these scenarios, created so many seconds before `now`.
fn lives(scenarios: &[(&str, i64)], now: jiff::Timestamp) -> Vec<SimulatedSession> {
    (1_u128..)
        .zip(scenarios)
        .map(|(n, (scenario, age))| SimulatedSession {
            id: SessionId::new(uuid::Uuid::from_u128(n)),
            scenario: Scenario::shipped(scenario).unwrap(),
            created: now - jiff::SignedDuration::from_secs(*age),
            delay: 0,
            ttl: None,
            instructions: None,
        })
        .collect()
}

fn known(lives: &[SimulatedSession]) -> Vec<WatchedSession> {
    let entry = |(n, life): (usize, &SimulatedSession)| WatchEntry {
        reference: Some(format!("dbs-{}", n + 1)),
        ..WatchEntry::new(life.id, life.created)
    };
    lives.iter().enumerate().map(entry).map(WatchedSession::new).collect()
}

/// Runs a story against sessions of these scenarios, created so many seconds ago. Returns how the
/// loop ended.
fn story(
    size: (u16, u16),
    scenarios: &[(&str, i64)],
    folder: &std::path::Path,
    act: impl AsyncFnOnce(&Operator),
) -> Ending {
    story_with(Keymap::shipped().unwrap(), size, scenarios, folder, act)
}

/// [`story`] with other keys.
fn story_with(
    keymap: Keymap,
    size: (u16, u16),
    scenarios: &[(&str, i64)],
    folder: &std::path::Path,
    act: impl AsyncFnOnce(&Operator),
) -> Ending {
    story_at(Play { speed: 1.0, keymap, size, scenarios, folder }, act)
}

/// What a story is played with.
struct Play<'a> {
    /// The clock goes so many times as fast as the operator's time.
    speed: f64,
    keymap: Keymap,
    size: (u16, u16),
    scenarios: &'a [(&'a str, i64)],
    folder: &'a std::path::Path,
}

fn settings(speed: f64) -> Settings {
    let settings = Settings { max_rps: 50.0, clock_speed: speed, ..Settings::default() };
    let often = jiff::SignedDuration::from_secs(5);
    match speed {
        ..=1.0 => settings,
        _ => Settings { awaiting: often, due_today: often, at_counter: often, ..settings },
    }
}

fn operators_model(play: &Play<'_>, now: jiff::Timestamp) -> Model {
    let settings = ModelSettings {
        profile: "acme".into(),
        badge: "TEST".into(),
        clock_speed: play.speed,
        live: false,
        sdk_short: "b88a".into(),
        rules: Rules::default(),
        general: General { export_dir: play.folder.to_path_buf(), ..General::usual().unwrap() },
        time_zone: jiff::tz::TimeZone::UTC,
        ascii: false,
        help: play.keymap.help_rows(),
    };
    Model::new(settings, play.size, now)
        .with_operator_config(evidence::settings())
        .with_alarms(AlarmSettings { bell: None, desktop: Some(Desktop::Osc9) })
        .with_views(finding::views(), &Arrangement::default())
}

/// [`story`] with everything said.
fn story_at(play: Play<'_>, act: impl AsyncFnOnce(&Operator)) -> Ending {
    let (speed, (columns, rows), folder) = (play.speed, play.size, play.folder);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let clock = TokioClock::with_speed("2026-10-16T09:00:00Z".parse().unwrap(), speed);
        let lives = lives(play.scenarios, clock.now());
        let known = known(&lives);
        let api = Scripted { clock, lives: Arc::new(lives) };
        let (store, snapshots) = Store::new(known);
        let world = snapshots.clone();
        let (commands, inbox) = mpsc::channel(64);
        let cancel = CancellationToken::new();
        let (settings, rules) = (settings(speed), Rules::default());
        tokio::spawn(refresh::run(api, store, clock, settings, rules, inbox, cancel.clone()));
        let origin = ExportOrigin {
            profile: "acme".into(),
            environment: "test".into(),
            rules: Rules::default(),
            zone: jiff::tz::TimeZone::UTC,
        };
        let mut model = operators_model(&play, clock.now());
        let seen = Rc::new(RefCell::new(Seen::default()));
        let terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        let mut surface = Cells { terminal, seen: Rc::clone(&seen) };
        let (keys, typed) = mpsc::unbounded_channel();
        let input = futures::stream::unfold(typed, async |mut typed| {
            let key = typed.recv().await?;
            Some((key, typed))
        });
        let outside = LoopContext {
            snapshots: snapshots.clone(),
            effects: Effects::new(
                commands,
                snapshots,
                origin,
                Arc::new(clock),
                evidence::desk(folder),
            ),
            clock,
            keymap: play.keymap,
            reloads: None,
            look: Look::new(ColourDepth::None, false),
            themes: Themes::read(&[], ColourDepth::None),
            asks_ground: true,
            pictures: Pictures::new(None),
        };
        let looping = event_loop::run(
            &mut model,
            &mut surface,
            Box::pin(input),
            outside,
            std::future::pending(),
        );
        let operator = Operator { world, keys, seen };
        let acting = async {
            operator.pass(5.0).await;
            act(&operator).await;
            // Each leaves one input; the last quits.
            for _ in 0..4 {
                operator.press("ctrl-c").await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ending = looping => ending.unwrap(),
            () = acting => Ending::Fault,
        }
    })
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn from_the_api_to_the_screen_to_the_exported_file() {
    let folder = folder();
    let ending = story((120, 40), &[("S01", 100), ("S07", 700)], folder.path(), async |o| {
        o.sees("at counter");
        o.sees("done: REJECT");
        // Who is at a counter stands behind the one that needs somebody.
        o.press("G").await;
        o.sees("1/3 supplied");
        o.press("enter").await;
        o.sees("allowed sources");
        o.press("e").await;
        o.sees("Export dbs-1");
        o.press("enter").await;
        o.pass(1.0).await;
        o.sees("exported");
    });
    assert_eq!(ending, Ending::Quit);
    let files = evidence::written(folder.path());
    assert_eq!(files.len(), 2, "the export and the audit log");
    let text = files.into_iter().find(|(name, _)| name.starts_with("dbs-1_")).unwrap().1;
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value.pointer("/derived/stage").unwrap(), "at_counter");
    assert_eq!(value.pointer("/reference").unwrap(), "dbs-1");
}

// V04
#[test]
fn the_cursor_stays_on_its_session_while_the_list_moves_under_it() {
    let folder = folder();
    // dbs-1 waits; dbs-2 reaches a counter while the cursor rests on dbs-1, and moves above it.
    story((120, 40), &[("S03", 3_600), ("S01", 30)], folder.path(), async |o| {
        o.press("/ d b s - 1 enter j esc").await;
        o.sees("Tree dbs-1");
        o.press("R").await;
        o.pass(60.0).await;
        o.press("R").await;
        o.pass(5.0).await;
        o.sees("at counter");
        let screen = o.screen();
        let row = |name: &str| {
            screen.lines().position(|line| line.contains(name) && line.contains("···")).unwrap()
        };
        assert!(row("dbs-2 ") < row("dbs-1 "), "the list has moved:\n{screen}");
        o.sees("Tree dbs-1");
    });
}

// T07
#[test]
fn nothing_is_drawn_for_a_terminal_that_is_behind_and_then_what_is_true_by_then() {
    let folder = tempfile::tempdir().unwrap();
    let ending = story((120, 40), &[("S01", 7_200), ("S05", 60)], folder.path(), async |o| {
        o.pass(5.0).await;
        o.seen.borrow_mut().behind = true;
        let before = o.seen.borrow().frames;
        o.press("2 down down 3").await;
        o.pass(60.0).await;
        assert_eq!(o.seen.borrow().frames, before, "a frame waits for a terminal that is behind");
        o.seen.borrow_mut().behind = false;
        o.pass(1.0).await;
        o.sees("[3 Checks]");
        assert!(o.seen.borrow().frames > before);
        o.press("q").await;
    });
    assert_eq!(ending, Ending::Quit);
}

#[test]
fn a_quiet_screen_is_not_drawn_again_while_paused_ages_stand() {
    let folder = folder();
    story((120, 40), &[("S03", 10 * 86_400)], folder.path(), async |o| {
        o.sees("expired");
        o.pass(120.0).await;
        let before = o.seen.borrow().frames;
        // The only session has expired: nothing is asked, and only minutes pass in its ages.
        o.pass(50.0).await;
        let drawn = o.seen.borrow().frames - before;
        assert!(drawn <= 3, "{drawn} frames in 50 seconds of silence");
    });
}

// T14
#[test]
fn typed_ahead_keys_never_accept_a_dialog() {
    let folder = folder();
    story((120, 40), &[("S01", 700)], folder.path(), async |o| {
        for key in [KeyCode::Char('e'), KeyCode::Enter] {
            o.keys.send(Ok(Input::Key(KeyEvent::new(key, KeyModifiers::NONE)))).unwrap();
        }
        o.pass(1.0).await;
        o.sees("Export dbs-1");
    });
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

// T13
#[test]
fn pasted_text_is_never_a_key() {
    let folder = folder();
    let ending = story((120, 40), &[("S01", 700)], folder.path(), async |o| {
        o.keys.send(Ok(Input::Paste("qqqe\r\nq\x1b[201~q".into()))).unwrap();
        o.pass(1.0).await;
        o.does_not_see("Export dbs-1");
        o.press("/").await;
        o.keys.send(Ok(Input::Paste("dbs\n".into()))).unwrap();
        o.pass(1.0).await;
        o.sees("/ dbs ");
    });
    assert_eq!(ending, Ending::Quit);
}

#[test]
fn every_pane_and_overlay_opens_and_closes_from_the_keyboard() {
    let folder = folder();
    for size in [(80, 24), (120, 40), (200, 60)] {
        story(
            size,
            &[("S02", 700), ("S19", 700), ("S27", 60), ("S28", 700)],
            folder.path(),
            async |o| {
                for (key, title) in [
                    ("2", "Tree dbs-"),
                    ("3", "Checks dbs-"),
                    ("4", "Timeline dbs-"),
                    ("5", "Alerts"),
                    ("6", "Letter dbs-"),
                    ("7", "JSON dbs-"),
                    ("1", "Sessions 4"),
                    ("i", "JSON dbs-"),
                ] {
                    o.press(key).await;
                    o.sees(title);
                }
                o.press("1 ? esc y").await;
                o.sees("session ID");
                o.press(
                    "esc z j j k G g J K ! t t t n N = - l h space tab ctrl-d ctrl-u p r R ctrl-l",
                )
                .await;
                o.press("2 = G g - l l j h 3 enter j enter / P A S S enter n N").await;
                o.press("1 / z z z").await;
                o.sees("0 of 4");
                o.press("esc").await;
                o.sees("Sessions 4");
                o.press("Y").await;
                let copied = o.seen.borrow().copied.last().cloned().unwrap();
                assert!(SessionId::parse(&copied).is_ok(), "{copied}");
            },
        );
    }
}

#[test]
fn a_breakdown_opens_by_enter_and_says_why() {
    let folder = folder();
    story((160, 50), &[("S07", 700)], folder.path(), async |o| {
        o.press("3 z").await;
        o.sees("ID_DOCUMENT_AUTHENTICITY");
        o.sees("TAMPERED");
        o.press("/ T A M P enter enter").await;
        o.sees("no_sign_of_tampering");
        o.sees("EXPERT_REVIEW");
        o.sees("PROVIDE_ANOTHER_DOCUMENT");
    });
}

// U01, A13
#[test]
fn unknown_values_are_shown_raw_with_a_mark_and_hostile_text_is_harmless() {
    let folder = folder();
    story((200, 60), &[("S19", 700), ("S28", 700)], folder.path(), async |o| {
        o.press("/ d b s - 1 enter").await;
        o.sees("done: refer");
        o.sees("VOICE (not known)");
        o.press("3 z").await;
        o.sees("FAMILIAR_FACE_SEARCH (not known)");
        o.sees("ESCALATE (not known)");
        o.press("z 1 esc / d b s - 2 enter 3 z").await;
        o.sees("\\x1b");
        assert!(!o.screen().contains('\u{1b}') && !o.screen().contains('\u{202e}'));
    });
}

#[test]
fn a_window_that_is_too_small_says_so_and_still_quits() {
    let folder = folder();
    let ending = story((52, 11), &[("S01", 700)], folder.path(), async |o| {
        o.sees("Window is 52x11. This view needs 60x16.");
    });
    assert_eq!(ending, Ending::Quit);
}

#[test]
fn the_api_log_shows_the_calls_filters_them_and_is_still_when_closed() {
    let folder = folder();
    for size in [(80, 24), (120, 40), (200, 60)] {
        story(size, &[("S01", 100), ("letter-not-set", 700)], folder.path(), async |o| {
            o.press("@").await;
            o.sees("API log");
            o.sees("GET /sessions/dbs-1");
            o.sees("200");
            o.press("/ i n s t r").await;
            o.sees("filter: instr");
            o.sees("/instructions");
            o.does_not_see("/configuration");
            o.press("enter G y").await;
            o.sees("API log");
            o.press("/ 4 0 4 enter").await;
            o.sees("404");
            o.press("/ esc").await;
            o.sees("filter: all");
            o.press("esc").await;
            o.does_not_see("API log");
            o.press("@ @").await;
            o.does_not_see("API log");
        });
    }
}

#[test]
fn a_closed_api_log_costs_no_frame_and_an_open_one_follows_the_calls() {
    let folder = folder();
    story((120, 40), &[("S03", 10 * 86_400)], folder.path(), async |o| {
        o.pass(120.0).await;
        o.press("@").await;
        o.sees("3 of 3");
        let before = o.seen.borrow().frames;
        o.pass(30.0).await;
        assert!(o.seen.borrow().frames - before <= 2, "nothing was asked, nothing is drawn");
        o.press("esc r @").await;
        o.pass(2.0).await;
        o.sees("4 of 4");
        o.sees("requested");
    });
}

#[test]
fn the_charts_open_close_and_are_counted_anew_once_a_minute() {
    let folder = folder();
    story((120, 40), &[("S01", 700), ("S03", 3_600)], folder.path(), async |o| {
        o.press("C").await;
        o.sees("2 sessions by stage");
        o.sees("1 completed, 0 of them REJECT");
        o.sees("first visit → last check");
        let counted = |screen: String| {
            screen.split("; updated ").nth(1).map(|s| s.chars().take(8).collect::<String>())
        };
        let first = counted(o.screen());
        o.pass(30.0).await;
        assert_eq!(counted(o.screen()), first, "not within a minute");
        o.pass(35.0).await;
        assert_ne!(counted(o.screen()), first);
        o.press("C").await;
        o.does_not_see("sessions by stage");
    });
}
