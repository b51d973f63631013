//! Frames as snapshots, colours kept: every pane in every state at three sizes, every overlay.
//!
//! A frame is its text, and under each line the styles as letters; the letters are explained at the
//! end.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[path = "screens/canary.rs"]
mod canary;
#[path = "common/canary.rs"]
mod canary_answers;
#[path = "screens/hostile.rs"]
mod hostile;
#[path = "screens/imitation.rs"]
mod imitation;
#[path = "screens/legible.rs"]
mod legible;
#[path = "screens/notified.rs"]
mod notified;
#[path = "screens/whole.rs"]
mod whole;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use branchwatch::api::{raw, wire};
use branchwatch::app::action::Action;
use branchwatch::app::dialogs::open::OpenDialog;
use branchwatch::app::effect::Effect;
use branchwatch::app::event::{Event, Measured, Outcome};
use branchwatch::app::list::views::{View, ViewTexts};
use branchwatch::app::operator::bell::state::{Alarm, AlarmSettings, Desktop};
use branchwatch::app::operator::config::state::{OperatorConfig, Permissions};
use branchwatch::app::text::hidden::{Hidden, Picture};
use branchwatch::app::view::{CHECK_TEXT_AT, CheckForm, Glyph, Pane, TreeNode};
use branchwatch::app::{Model, ModelSettings, update};
use branchwatch::config::options::General;
use branchwatch::config::value::OrOff;
use branchwatch::domain::assessment::reason::Reason;
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::events::call::{Call, CallLog, Traffic};
use branchwatch::domain::events::change;
use branchwatch::domain::personal::Privacy;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Annotations, Made, Personal};
use branchwatch::domain::watchlist::list_layout::Arrangement;
use branchwatch::domain::watchlist::snapshot::{Connection, Health, SessionTable, Snapshot};
use branchwatch::domain::watchlist::watched::{PollFailure, PollState, WatchEntry, WatchedSession};
use branchwatch::keymap::Keymap;
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::SimulatedSession;
use branchwatch::theme::{ColourDepth, Look, SHIPPED, Themes};
use branchwatch::ui;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Style};
use serde_json::{Value, json};
use zeroize::Zeroizing;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn now() -> Timestamp {
    "2026-10-16T09:27:31Z".parse().unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Empty,
    Loading,
    Live,
    Stale,
    Error,
}

fn entry(n: u128) -> WatchEntry {
    WatchEntry {
        reference: Some(format!("dbs-{}", 2290 + n)),
        tags: if n == 3 { vec!["chased".to_owned()] } else { Vec::new() },
        ..WatchEntry::new(
            SessionId::new(uuid::Uuid::from_u128(0x1c3c_ae90_1769_43a9_8554_0000_0000_0000 + n)),
            now(),
        )
    }
}

/// A session of a scenario, so many seconds after its creation.
fn session(n: u128, scenario: &str, age: i64, state: State) -> WatchedSession {
    session_with(n, (scenario, age), state, &Value::Null)
}

/// [`session`] with members of its session result replaced.
fn session_with(
    n: u128,
    (scenario, age): (&str, i64),
    state: State,
    members: &Value,
) -> WatchedSession {
    let watched = WatchedSession::new(entry(n));
    if state == State::Loading {
        return watched;
    }
    let created = now() - SignedDuration::from_secs(age);
    let scenario = Scenario::shipped(scenario).unwrap();
    let life = SimulatedSession {
        id: watched.id(),
        scenario,
        created,
        delay: 0,
        ttl: None,
        instructions: None,
    };
    let mut moment = life.moment(now());
    if let (Some(session), Value::Object(members)) = (moment.session.as_object_mut(), members) {
        session.extend(members.clone());
    }
    answered(
        watched,
        state,
        [Some(moment.session), Some(moment.configuration), moment.instructions],
    )
}

/// A session with these answers: session result, configuration and letter.
fn answered(
    mut watched: WatchedSession,
    state: State,
    [result, configuration, letter]: [Option<Value>; 3],
) -> WatchedSession {
    let checked = |answer: Option<Value>| {
        let bytes = answer.map(|answer| answer.to_string().into_bytes());
        bytes.map(|bytes| raw::checked_without_secrets(bytes).unwrap().0)
    };
    let (text, configuration) = (checked(result).unwrap(), checked(configuration).unwrap());
    let id = watched.id();
    let answer = |raw: &str| Answer { value: (), raw: raw.into(), fetched_at: now() };
    let letter = checked(letter);
    watched.answered(Answers {
        session: Some(Arc::new(Answer {
            value: wire::session(&text, id).unwrap(),
            raw: answer(&text).raw,
            fetched_at: now(),
        })),
        configuration: Some(Arc::new(Answer {
            value: wire::configuration(&configuration, id).unwrap(),
            raw: answer(&configuration).raw,
            fetched_at: now(),
        })),
        letter: letter.map_or(Letter::NotSet(now()), |letter| {
            Letter::Set(Arc::new(Answer {
                value: wire::instructions(&letter).unwrap(),
                raw: answer(&letter).raw,
                fetched_at: now(),
            }))
        }),
        missing_since: None,
        visit_notified_at: None,
    });
    watched.happened(change::between(&Answers::default(), watched.answers().unwrap(), now()));
    let last_ok = now() - SignedDuration::from_secs(if state == State::Live { 3 } else { 540 });
    let failure = PollFailure {
        status: Some(503),
        code: None,
        summary: "503 TEMPORARILY_UNAVAILABLE".into(),
        at: now(),
    };
    let failing = state == State::Error;
    watched.poll = PollState {
        last_ok: last_ok.into(),
        failures: if failing { 3 } else { 0 },
        last_failure: failing.then(|| Box::new(failure)),
        interval: SignedDuration::from_secs(60).into(),
        next_due: None.into(),
    };
    watched
}

fn snapshot(state: State) -> Arc<Snapshot> {
    let sessions: &[(&str, i64)] = match state {
        State::Empty => &[],
        _ => &[
            ("S01", 300),
            ("S05", 7_200),
            ("S03", 8 * 86_400 + 50_000),
            ("S07", 900),
            ("S09", 900),
            ("S02", 520),
            ("S01", 700),
            ("S03", 10 * 86_400),
            ("letter-not-set", 900),
            ("S16", 400),
            ("S19", 700),
            ("S27", 60),
        ],
    };
    let entries = (1_u128..).zip(sessions).map(|(n, (s, age))| session(n, s, *age, state));
    snapshot_of(entries.collect(), state)
}

fn snapshot_of(sessions: Vec<WatchedSession>, state: State) -> Arc<Snapshot> {
    let entries = sessions.into_iter().map(Arc::new);
    let connection = match state {
        State::Loading => Connection::Starting,
        State::Error => Connection::Unavailable {
            since: now() - SignedDuration::from_secs(600),
            retry_at: now() + SignedDuration::from_secs(40),
            status: 503,
        },
        _ => Connection::Live,
    };
    let health = Health {
        connection,
        last_ok: (state != State::Loading).then(|| now() - SignedDuration::from_secs(3)),
        next_due: (state == State::Live).then(|| now() + SignedDuration::from_secs(8)),
        latency_ms: (state != State::Loading).then_some((182, 410)),
        rate_x10: 7,
        budget_x10: 50,
        ..Health::default()
    };
    Arc::new(Snapshot {
        version: 1,
        sessions: SessionTable::from_entries(entries),
        health: Arc::new(health),
        ..Snapshot::default()
    })
}

fn model(state: State, size: (u16, u16)) -> Model {
    model_of(snapshot(state), size)
}

fn model_of(snapshot: Arc<Snapshot>, size: (u16, u16)) -> Model {
    locked_after(None, snapshot, size)
}

fn locked_after(idle: Option<SignedDuration>, snapshot: Arc<Snapshot>, size: (u16, u16)) -> Model {
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
            lock_after: OrOff(idle),
            ..General::usual().unwrap()
        },
        time_zone: jiff::tz::TimeZone::UTC,
        ascii: false,
        help: keymap.help_rows(),
    };
    let mut model = Model::new(settings, size, now());
    update(&mut model, Event::Snapshot(snapshot));
    update(&mut model, Event::Tick(now()));
    model
}

fn frame(model: &Model, look: Look) -> Buffer {
    let (columns, rows) = model.size();
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal
        .draw(|frame| {
            ui::draw(frame, model, look);
        })
        .unwrap();
    terminal.backend().buffer().clone()
}

/// A frame as a snapshot of its own: `NAME@80x24`.
fn keep(name: &str, buffer: &Buffer) {
    let size = format!("{}x{}", buffer.area.width, buffer.area.height);
    let name = name.to_lowercase().replace(' ', "_");
    insta::with_settings!({ snapshot_suffix => size, omit_expression => true }, {
        insta::assert_snapshot!(name, picture(buffer));
    });
}

/// Text, under each line that has styles their letters, and at the end what the letters mean.
fn picture(buffer: &Buffer) -> String {
    let mut legend = BTreeMap::new();
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let (mut text, mut styles) = (String::new(), String::new());
        for x in 0..buffer.area.width {
            let cell = buffer.cell((x, y)).unwrap();
            text.push_str(cell.symbol());
            let style = cell.style();
            let plain =
                Style::new().fg(Color::Reset).bg(Color::Reset).underline_color(Color::Reset);
            if style == plain {
                styles.push(' ');
            } else {
                let known = u8::try_from(legend.len()).unwrap_or(60);
                let letter = if known < 26 { b'a' + known } else { b'A' + known - 26 };
                styles.push(*legend.entry(format!("{style:?}")).or_insert(char::from(letter)));
            }
        }
        let _written = writeln!(out, "|{}", text.trim_end());
        if !styles.trim_end().is_empty() {
            let _written = writeln!(out, ":{}", styles.trim_end());
        }
    }
    let mut letters: Vec<(char, String)> =
        legend.into_iter().map(|(style, letter)| (letter, style)).collect();
    letters.sort();
    out.push('\n');
    for (letter, style) in letters {
        let _written = writeln!(out, "{letter} {style}");
    }
    out
}

fn look() -> Look {
    Look::new(ColourDepth::Ansi16, false)
}

/// Themes whose frames are kept; the others differ in their colours alone.
const OWN: [&str; 6] = ["colour-blind-safe", "dark", "high-contrast", "light", "mono", "terminal"];

fn every_pane(state: State) {
    for size in SIZES {
        // In the wide layouts one frame shows most panes; those that take turns get their own.
        let shown = |pane: &Pane| {
            size.0 < 100 || !matches!(pane, Pane::Tree | Pane::Checks | Pane::Timeline)
        };
        for pane in Pane::ALL.into_iter().filter(shown) {
            let mut model = model(state, size);
            update(&mut model, Event::Action(pane.action()));
            keep(&format!("{state:?} {pane:?}"), &frame(&model, look()));
        }
    }
}

#[test]
fn every_theme_over_a_live_frame() {
    let themes = Themes::read(&[], ColourDepth::TrueColor);
    for (name, _) in SHIPPED {
        let look = Look::new(ColourDepth::TrueColor, false).with(themes.get(name).unwrap());
        let picture = frame(&model(State::Live, (120, 40)), look);
        let ground = themes.get(name).unwrap();
        let painted = picture.content().iter().all(|cell| cell.bg != Color::Reset);
        let own = look.with(ground).tone(branchwatch::app::view::Tone::Plain).fg.is_some();
        assert_eq!(painted, own, "{name}: a ground is painted everywhere or nowhere");
        if OWN.contains(name) {
            keep(&format!("theme {name}"), &picture);
        }
    }
}

/// The past cannot be taken for now: words, double lines, and the theme's own ground.
#[test]
fn the_past_at_every_size_and_in_every_theme() {
    let themes = Themes::read(&[], ColourDepth::TrueColor);
    let past = |size, back: usize| {
        let mut model = model(State::Live, size);
        for _ in 0..back {
            update(&mut model, Event::Action(Action::StepBack));
        }
        assert!(model.in_past());
        model
    };
    for size in SIZES {
        keep("past", &frame(&past(size, 6), look()));
    }
    for (name, _) in SHIPPED {
        let look = Look::new(ColourDepth::TrueColor, false).with(themes.get(name).unwrap());
        let (now, then) = (model(State::Live, (80, 24)), past((80, 24), 6));
        let (now, then) = (frame(&now, look), frame(&then, look));
        let same =
            |(a, b): (&ratatui::buffer::Cell, &ratatui::buffer::Cell)| a.style() == b.style();
        let tinted = now.content().iter().zip(then.content()).filter(|pair| !same(*pair)).count();
        assert!(tinted > 80 * 24 / 2, "{name}: {tinted} cells look other than now");
        if OWN.contains(name) {
            keep(&format!("past in {name}"), &then);
        }
    }
    let ascii = Look::new(ColourDepth::None, true);
    keep("past in ascii", &frame(&past((80, 24), 6), ascii));
}

#[test]
fn the_palette_whole_searched_without_a_hit_and_in_a_small_window() {
    for size in SIZES {
        for (name, typed) in [
            ("palette", ""),
            ("palette searched", "exp"),
            ("palette of themes", "theme"),
            ("palette without a hit", "weather"),
        ] {
            let mut model = model(State::Live, size);
            model.offer_themes(vec!["dark".to_owned(), "light".to_owned()]);
            update(&mut model, Event::Action(Action::Palette));
            update(&mut model, Event::Paste(typed.to_owned()));
            keep(name, &frame(&model, look()));
        }
    }
}

#[test]
fn every_pane_when_nothing_is_watched() {
    every_pane(State::Empty);
}

#[test]
fn every_pane_before_the_first_answer() {
    every_pane(State::Loading);
}

#[test]
fn every_pane_live() {
    every_pane(State::Live);
}

// V01
#[test]
fn every_pane_when_rows_wait_for_their_turn() {
    every_pane(State::Stale);
}

#[test]
fn every_pane_when_yoti_is_unavailable() {
    every_pane(State::Error);
}

/// Opens every check, as an operator would: cursor and Enter.
fn open_all_checks(model: &mut Model) {
    update(model, Event::Action(Action::Pane3));
    while let Some(place) =
        model.checks().rows.iter().position(|row| row.expandable && !row.expanded)
    {
        update(model, Event::Action(Action::Top));
        for _ in 0..place {
            update(model, Event::Action(Action::Down));
        }
        update(model, Event::Action(Action::Enter));
    }
    update(model, Event::Action(Action::Top));
}

/// Frames of one session alone: its pane zoomed, in a window high enough for most of it.
fn alone(name: &str, watched: &WatchedSession, act: impl Fn(&mut Model)) {
    for size in [(80, 60), (120, 40), (200, 60)] {
        let mut model = model_of(snapshot_of(vec![watched.clone()], State::Live), size);
        act(&mut model);
        keep(name, &frame(&model, look()));
    }
}

fn zoomed_checks(model: &mut Model) {
    open_all_checks(model);
    update(model, Event::Action(Action::Zoom));
}

#[test]
fn an_open_check_says_why_and_what_to_do() {
    alone("checks_open", &session(1, "S07", 900, State::Live), zoomed_checks);
    // Beside the other panes it is narrow.
    alone("checks_open_beside", &session(1, "S07", 900, State::Live), open_all_checks);
}

#[test]
fn wrapped_text_follows_the_size_of_the_window() {
    let watched = session(1, "S07", 900, State::Live);
    let mut model = model_of(snapshot_of(vec![watched], State::Live), (200, 60));
    zoomed_checks(&mut model);
    let before = model.checks().rows.len();
    update(&mut model, Event::Resize(80, 24));
    let room = 78 - CHECK_TEXT_AT;
    let held = model.checks();
    let texts = held.rows.iter().filter(|row| row.form == CheckForm::Text);
    assert!(texts.clone().all(|row| row.reason.text.chars().count() <= room));
    assert!(held.rows.len() > before, "some lines go on");
}

#[test]
fn what_nobody_knows_is_shown_raw_in_checks_and_tree() {
    let watched = session(1, "S19", 700, State::Live);
    alone("unknown_checks", &watched, zoomed_checks);
    alone("unknown_tree", &watched, unfolded_tree);
}

fn unfolded_tree(model: &mut Model) {
    for action in [Action::Pane2, Action::UnfoldAll, Action::Zoom] {
        update(model, Event::Action(action));
    }
}

#[test]
fn the_tree_unfolds_to_the_last_media() {
    alone("tree_unfolded", &session(1, "S02", 900, State::Live), unfolded_tree);
    alone("tree_attempts", &session(1, "S16", 1_200, State::Live), unfolded_tree);
}

#[test]
fn an_identity_profile_stands_over_the_checks() {
    let scheme = |kind: &str, met: bool| {
        json!({ "scheme": { "type": kind, "objective": "STANDARD" }, "requirements_met": met,
            "requirements_not_met_info": if met { Value::Null } else { "no proof of address".into() } })
    };
    let media = json!({ "id": "aa000000-0000-4000-8000-0000000000f9", "type": "JSON" });
    let members = json!({
        "identity_profile": {
            "subject_id": "case-7", "result": "ABORTED",
            "failure_reason": {
                "reason_code": "MANDATORY_DOCUMENT_NOT_PROVIDED",
                "requirements_not_met_details": [
                    { "failure_type": "ID_DOCUMENT_EXTRACTION", "document_type": "PASSPORT",
                      "document_country_iso_code": "GBR", "audit_id": "a-1", "details": "NOT_PROVIDED" },
                    { "failure_type": "ID_DOCUMENT_AUTHENTICITY", "document_type": "DRIVING_LICENCE",
                      "document_country_iso_code": "GBR", "audit_id": "a-2", "details": "EXPIRED" },
                ],
            },
        },
        "advanced_identity_profile": {
            "result": "DONE",
            "identity_profile_report": {
                "compliance": [
                    { "trust_framework": "UK_TFIDA",
                      "schemes_compliance": [scheme("DBS", true), scheme("RTW", false)] },
                    { "trust_framework": "YOTI_GLOBAL",
                      "schemes_compliance": [scheme("AL", true)] },
                ],
                "media": media,
            },
        },
        "advanced_identity_profile_preview": { "media": media },
        "import_token": { "failure_reason": "NOT_ENOUGH_DATA" },
    });
    let watched = session_with(1, ("S01", 700), State::Live, &members);
    alone("identity_profile", &watched, |model| {
        zoomed_checks(model);
    });
}

#[test]
fn a_watchlist_tells_its_hits_and_a_check_that_broke_what_that_is() {
    let check = |id: &str, kind: &str, state: &str, report: Value| {
        let mut check = json!({ "id": format!("aa000000-0000-4000-8000-00000000000{id}"),
            "type": kind, "state": state, "resources_used": [], "generated_media": [],
            "created": "2026-10-16T09:20:00Z", "last_updated": "2026-10-16T09:20:09Z" });
        if !report.is_null() {
            check["report"] = report;
        }
        check
    };
    let raw = json!({ "media": { "id": "aa000000-0000-4000-8000-0000000000f2", "type": "JSON" } });
    let found = |search: Value| {
        json!({
            "recommendation": { "value": "CONSIDER", "reason": "POTENTIAL_MATCH" },
            "breakdown": [
                { "sub_check": "sanction", "result": "PASS", "details": [] },
                { "sub_check": "adverse_media", "result": "FAIL", "details": [
                    { "name": "number_of_hits", "value": "2" },
                    { "name": "closest_match", "value": "name_exact" } ] },
            ],
            "watchlist_summary": { "total_hits": 2, "search_config": search, "raw_results": raw,
                "associated_country_codes": ["GBR", "FRA"] },
        })
    };
    let custom = json!({ "type": "WITH_CUSTOM_ACCOUNT", "api_key": "very-secret",
        "remove_deceased": true, "share_url": false, "monitoring": true, "client_ref": "case-7",
        "sources": { "type": "TYPE_LIST", "types": ["pep", "fitness-probity"] },
        "matching_strategy": { "type": "FUZZY", "fuzziness": 0.60 }, "tags": { "team": "a" } });
    let members = json!({ "checks": [
        check("1", "WATCHLIST_SCREENING", "DONE",
            found(json!({ "categories": ["ADVERSE-MEDIA", "SANCTIONS"] }))),
        check("2", "WATCHLIST_ADVANCED_CA", "DONE", found(custom)),
        check("3", "ID_DOCUMENT_AUTHENTICITY", "INTERNAL_ERROR", Value::Null),
        check("4", "THIRD_PARTY_IDENTITY", "PENDING", Value::Null),
    ] });
    let watched = session_with(1, ("S01", 700), State::Live, &members);
    alone("watchlist", &watched, zoomed_checks);
    let mut model = model_of(snapshot_of(vec![watched], State::Live), (200, 60));
    zoomed_checks(&mut model);
    assert!(!format!("{:?}", model.checks().rows).contains("very-secret"));
}

fn views() -> Vec<View> {
    let read = |name: &str, filter: &str, sort: &str, columns: &[&str]| {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        View::read(name, &ViewTexts { filter: filter.into(), sort: sort.into(), columns }).unwrap()
    };
    vec![
        read("chase", "stage:awaiting due<48h !tag:chased", "due", &["stage", "due", "branch"]),
        read("done today", "stage:done changed<24h", "changed", &[]),
    ]
}

#[test]
fn every_overlay() {
    for size in SIZES {
        for (name, action) in [
            ("help", Action::Help),
            ("export", Action::Export),
            ("export many", Action::ExportMany),
            ("copy", Action::CopyMenu),
            ("filter", Action::Find),
            ("sort", Action::SortPicker),
            ("columns", Action::ColumnPicker),
            ("wide columns", Action::WideColumns),
            ("all marked", Action::MarkAll),
        ] {
            let mut model = model(State::Live, size);
            for effect in update(&mut model, Event::Action(action)) {
                if let Effect::Measure(serial, _) = effect {
                    let measured =
                        Measured { files: 1, bytes: 14_000, masked: 3, ..Measured::default() };
                    update(&mut model, Event::Done(Outcome::Measured(serial, measured)));
                }
            }
            keep(&format!("overlay {name}"), &frame(&model, look()));
        }
        let mut model = model(State::Live, size).with_views(views(), &Arrangement::default());
        update(&mut model, Event::Action(Action::Views));
        keep("overlay views", &frame(&model, look()));
        update(&mut model, Event::Action(Action::Down));
        update(&mut model, Event::Action(Action::Enter));
        update(&mut model, Event::Action(Action::SaveView));
        update(&mut model, Event::Action(Action::Enter));
        keep("overlay view and its name", &frame(&model, look()));
        for (name, text, tabs) in [
            ("filter in force", "stage:done or due<7d", 0),
            ("filter with an error", "stage:done stge:x", 0),
            ("filter with offers", "stage:", 2),
        ] {
            let mut model = self::model(State::Live, size);
            update(&mut model, Event::Action(Action::Find));
            update(&mut model, Event::Paste(text.into()));
            for _ in 0..tabs {
                update(&mut model, Event::Action(Action::NextPane));
            }
            keep(&format!("overlay {name}"), &frame(&model, look()));
        }
    }
}

/// Calls as the refresh task tells them: good, missing, failed.
fn traffic() -> Traffic {
    let mut log = CallLog::default();
    let id = entry(1).id;
    let after = |seconds| now() - SignedDuration::from_secs(60 - seconds);
    let call = |second: i64, below: &str, status: Option<u16>, note: &str| Call {
        number: 0,
        at: after(second),
        method: "GET",
        path: format!("/sessions/{id}{below}"),
        status,
        took: std::time::Duration::from_millis(u64::try_from(100 + 37 * second).unwrap()),
        request_id: status.filter(|s| *s >= 500).map(|s| format!("7f3a-{s}-{second}").into()),
        note: note.to_owned(),
    };
    log.push(call(0, "", Some(200), ""));
    log.push(call(1, "/configuration", Some(200), ""));
    log.push(call(2, "/instructions", Some(404), ""));
    log.push(call(10, "", Some(503), "503 TEMPORARILY_UNAVAILABLE · again in 4s"));
    log.push(call(14, "", None, "asked for · connection refused · all wait, probe in 12s"));
    log.push(call(26, "", Some(200), "probe"));
    Traffic {
        calls: log.newest_first(),
        per_ten_seconds: (0..60).map(|n| (n * 7) % 45).collect(),
        budget_per_ten_seconds: 50,
    }
}

#[test]
fn the_api_log_at_every_size_filtered_and_after_a_resize() {
    for size in SIZES {
        let mut model = model(State::Live, size);
        update(&mut model, Event::Action(Action::ApiLog));
        update(&mut model, Event::Traffic(traffic()));
        update(&mut model, Event::Action(Action::Down));
        keep("api log", &frame(&model, look()));
    }
    let mut model = model(State::Live, (200, 60));
    update(&mut model, Event::Action(Action::ApiLog));
    update(&mut model, Event::Traffic(traffic()));
    update(&mut model, Event::Action(Action::Find));
    update(&mut model, Event::Paste("503".into()));
    update(&mut model, Event::Resize(60, 16));
    keep("api log filtered", &frame(&model, look()));
}

/// The first session has changed since the operator looked, an hour ago and in an earlier run.
fn since_the_last_look(size: (u16, u16)) -> Model {
    let mut before = Snapshot::clone(&snapshot(State::Live));
    let hour_ago = now() - SignedDuration::from_secs(3_600);
    let first = before.sessions.iter().next().map(|s| WatchedSession::clone(s)).unwrap();
    let mut own = Annotations::default();
    let by_jane = Made::new(hour_ago, Some("jane".into()));
    own.apply(&AnnotationChange::Note("rang, comes on Friday".to_owned()), by_jane);
    own.apply(&AnnotationChange::Pinned(true), hour_ago);
    let personal = Personal { looked_at: hour_ago.into() };
    before.sessions.replace(Arc::new(WatchedSession { own: Arc::new(own), personal, ..first }));
    before.last_look = Some(now() - SignedDuration::from_secs(15 * 3_600));
    let settings = model(State::Empty, size).settings().clone();
    let mut model = Model::new(settings, size, now());
    update(&mut model, Event::Snapshot(Arc::new(before)));
    model
}

/// One session was turned away and came back, one is acknowledged, one asks later.
fn with_alerts(size: (u16, u16)) -> Model {
    let turned_away = |age| session(7, "S05", age, State::Live);
    let at = |age| {
        let sessions = vec![
            turned_away(age),
            session(1, "S07", 900, State::Live),
            session(2, "S07", 900, State::Live),
            session(3, "S09", 900, State::Live),
            session(4, "S01", 700, State::Live),
        ];
        with(sessions)
    };
    let settings = model(State::Empty, size).settings().clone();
    let alarms = AlarmSettings { bell: Some(vec![Alarm::TurnedAway]), desktop: None };
    let mut model = Model::new(settings, size, now()).with_alarms(alarms);
    for age in [400, 50_000, 60_000] {
        update(&mut model, Event::Snapshot(at(age)));
    }
    let mut last = Snapshot::clone(&at(600));
    for (n, change) in [
        (2, AnnotationChange::Acknowledged(Some(vec![Reason::Rejected]))),
        (3, AnnotationChange::Snoozed(Some(now() + SignedDuration::from_secs(3_600)))),
    ] {
        let watched = WatchedSession::clone(last.sessions.get(entry(n).id).unwrap());
        let mut own = Annotations::default();
        own.apply(&change, now());
        last.sessions.replace(Arc::new(WatchedSession { own: Arc::new(own), ..watched }));
    }
    update(&mut model, Event::Snapshot(Arc::new(last)));
    update(&mut model, Event::Tick(now()));
    update(&mut model, Event::Traffic(traffic()));
    model
}

#[test]
fn the_alerts_with_their_marks_their_log_and_the_figures_of_the_day() {
    for size in SIZES {
        let mut model = with_alerts(size);
        update(&mut model, Event::Action(Action::Pane5));
        keep("alerts", &frame(&model, look()));
    }
    let ascii = frame(&with_alerts((200, 60)), Look::new(ColourDepth::None, true));
    assert!(ascii.content().iter().all(|cell| cell.symbol().is_ascii()));
    keep("alerts in ascii", &ascii);
}

/// The whole text of an alert can be read at every width, and Enter shows its cause.
#[test]
fn an_alert_is_read_whole_and_enter_shows_what_failed() {
    for size in SIZES {
        let mut model = with_alerts(size);
        update(&mut model, Event::Action(Action::Pane5));
        for alert in model.alerts().rows.to_vec() {
            let row = model.alert_row(&alert).unwrap();
            let shown = text(&frame(&model, look()));
            let words = format!("{}: {}", row.name.text, row.why.text);
            let unwrapped = |text: &str| {
                text.chars()
                    .filter(|c| !c.is_whitespace() && !"│┃".contains(*c))
                    .collect::<String>()
            };
            let below: Vec<String> = model.alert_detail();
            assert_eq!(unwrapped(&below.concat()), unwrapped(&words), "{size:?}");
            for line in &below {
                assert!(shown.contains(line.as_str()), "{size:?}: {line:?}\n{shown}");
            }
            update(&mut model, Event::Action(Action::Down));
        }
        update(&mut model, Event::Action(Action::Top));
        let first = model.alert_row(&model.alerts().rows[0]).unwrap();
        assert!(first.why.text.contains("ID_DOCUMENT_AUTHENTICITY: REJECT, TAMPERED"), "{first:?}");
        update(&mut model, Event::Action(Action::Enter));
        assert_eq!((model.selected(), model.focus()), (Some(first.id), Pane::Checks));
        let checks = model.checks();
        let failed = &checks.rows[checks.selected.unwrap()];
        assert_eq!(
            (failed.glyph.0, failed.name.text.as_str()),
            (Glyph::Reject, "ID_DOCUMENT_AUTHENTICITY")
        );
    }
}

/// Of more alerts than are listed the title says how many there are.
#[test]
fn the_alerts_say_of_how_many_they_are() {
    let rejected = session(1, "S07", 900, State::Live);
    let many = (1..=600).map(|n| WatchedSession { entry: Arc::new(entry(n)), ..rejected.clone() });
    let model = model_of(snapshot_of(many.collect(), State::Live), (200, 60));
    assert_eq!(model.title(Pane::Alerts).0, "Alerts 500 of 600");
    assert_eq!(model.header().attention, 600);
    let few = model_of(snapshot_of(vec![rejected], State::Live), (200, 60));
    assert_eq!(few.title(Pane::Alerts).0, "Alerts 1");
}

/// While answers are missing the header says how far the first look is.
#[test]
fn the_first_look_while_it_runs_and_when_it_is_over() {
    for size in SIZES {
        for (name, state) in [("running", State::Loading), ("over", State::Live)] {
            let whole = snapshot(State::Live);
            let sessions = whole.sessions.iter().enumerate().map(|(place, known)| match state {
                State::Loading if place >= 5 => WatchedSession::new((*known.entry).clone()),
                _ => WatchedSession::clone(known),
            });
            let model = model_of(snapshot_of(sessions.collect(), State::Live), size);
            let said = text(&frame(&model, look())).contains("first look 5 of 12, about 5 s");
            assert_eq!(said, state == State::Loading, "{name} {size:?}");
            keep(&format!("first look {name}"), &frame(&model, look()));
        }
    }
}

/// A screen that stands still, and one whose chosen session has left the window.
#[test]
fn a_paused_screen_and_a_chosen_session_outside_the_window() {
    let later = |minutes| now() + SignedDuration::from_mins(minutes);
    for size in SIZES {
        let busy = |state| {
            let others = (20..80).map(|n| session(n, "S03", 900, State::Live));
            let mut sessions = vec![session(1, "S01", 100, State::Live)];
            if state == State::Live {
                let mut done = session(1, "S01", 700, State::Live);
                let mut timeline = done.timeline().unwrap().to_vec();
                timeline.last_mut().unwrap().seen_at = later(1);
                done.happened(timeline);
                sessions = vec![done];
            }
            sessions.extend(others);
            snapshot_of(sessions, State::Live)
        };
        let mut model = model_of(busy(State::Loading), size);
        // The one at the counter stands first; it is chosen by a move there and back.
        for action in [Action::Down, Action::Up] {
            update(&mut model, Event::Action(action));
            frame(&model, look());
            model.take_dirty();
        }
        assert_eq!(model.selected(), Some(entry(1).id));
        update(&mut model, Event::Action(Action::Pause));
        update(&mut model, Event::Snapshot(busy(State::Live)));
        update(&mut model, Event::Tick(later(3)));
        let paused = frame(&model, look());
        let header = text(&paused);
        assert!(header.contains("❚❚ paused 3m · ") && header.contains(" waiting"), "{header}");
        keep("paused", &paused);
        update(&mut model, Event::Action(Action::Pause));
        update(&mut model, Event::Tick(later(4)));
        let away = frame(&model, look());
        assert_eq!(model.selected(), Some(entry(1).id));
        assert!(text(&away).contains(" is now done: APPROVE, row 61"), "{}", text(&away));
        keep("chosen session away", &away);
    }
}

/// Times of another day, in UTC, stand whole beside what happened.
#[test]
fn no_time_of_the_timeline_is_cut() {
    for size in SIZES {
        let mut model = model(State::Live, size);
        update(&mut model, Event::Action(Action::Pane4));
        for _ in 0..2 {
            update(&mut model, Event::Action(Action::TimeForm));
        }
        let timeline = model.timeline();
        assert!(timeline.rows.iter().any(|row| row.time.len() > 12), "{:?}", timeline.rows);
        let shown = text(&frame(&model, look()));
        for row in &timeline.rows[timeline.window.clone()] {
            assert!(shown.contains(&format!("{} ", row.time)), "{size:?} {}\n{shown}", row.time);
        }
    }
}

#[test]
fn the_column_that_sorts_is_marked_in_its_head() {
    for size in SIZES {
        let mut model = model(State::Live, size);
        update(&mut model, Event::Action(Action::SortPicker));
        for action in [Action::Bottom, Action::Up, Action::Up, Action::Enter] {
            update(&mut model, Event::Action(action));
        }
        keep("sorted by seen", &frame(&model, look()));
        update(&mut model, Event::Action(Action::ReverseSort));
        let ascii = frame(&model, Look::new(ColourDepth::None, true));
        keep("sorted by seen reversed", &ascii);
    }
}

#[test]
fn the_operators_own_things() {
    for size in [(80, 24), (120, 40)] {
        keep("digest", &frame(&since_the_last_look(size), look()));
        for (name, action) in [
            ("notes", Action::Pane8),
            ("note", Action::Note),
            ("tags", Action::Tags),
            ("snooze", Action::Snooze),
            ("acknowledge all", Action::AcknowledgeAll),
            ("changes", Action::Changes),
            ("add", Action::Add),
        ] {
            let mut model = since_the_last_look(size);
            update(&mut model, Event::Action(action));
            if action == Action::Add {
                let known = entry(1).id;
                let new = "a0412cd3-0f7e-4d5b-b1a4-5ad7710ce94c";
                let text = format!("{new},dbs-2291,team-a\n{new}\nnot-a-session\n{known}\n");
                update(&mut model, Event::Paste(text));
            }
            keep(&format!("annotations {name}"), &frame(&model, look()));
        }
    }
}

#[test]
fn the_charts_at_every_size_without_colours_and_in_ascii() {
    let plain = Look::new(ColourDepth::None, false);
    let ascii = Look::new(ColourDepth::None, true);
    let shown = |size, look| {
        let mut model = model(State::Live, size);
        update(&mut model, Event::Action(Action::Charts));
        update(&mut model, Event::Traffic(traffic()));
        frame(&model, look)
    };
    for size in SIZES {
        keep("charts", &shown(size, look()));
    }
    keep("charts without colours", &shown((80, 24), plain));
    let buffer = shown((80, 24), ascii);
    assert!(buffer.content().iter().all(|cell| cell.symbol().is_ascii()));
    keep("charts in ascii", &buffer);
    keep("charts", &shown((60, 16), look()));
}

fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let line = |cells: &[ratatui::buffer::Cell]| {
        cells.iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    buffer.content().chunks(width).map(line).collect::<Vec<_>>().join("\n")
}

fn with(sessions: Vec<WatchedSession>) -> Arc<Snapshot> {
    let sessions = SessionTable::from_entries(sessions.into_iter().map(Arc::new));
    Arc::new(Snapshot { sessions, ..Snapshot::clone(&snapshot(State::Live)) })
}

/// Whether a node anywhere below says so.
fn any(nodes: &[TreeNode], said: &dyn Fn(&TreeNode) -> bool) -> bool {
    nodes.iter().any(|node| said(node) || any(&node.children, said))
}

#[test]
fn evidence_is_kept_until_a_day_that_the_tree_and_the_due_column_say() {
    let mut done = session(1, "S01", 900, State::Live);
    let mut entry = WatchEntry::clone(&done.entry);
    entry.resources_ttl = SignedDuration::from_hours(7 * 24).into();
    done.entry = Arc::new(entry);
    let mut model = model(State::Empty, (200, 60));
    update(&mut model, Event::Snapshot(with(vec![done])));
    update(&mut model, Event::Action(Action::Pane2));
    update(&mut model, Event::Action(Action::UnfoldAll));
    let shown = text(&frame(&model, look()));
    assert!(shown.contains("kept 6d"), "{shown}");
    let said = |node: &TreeNode| node.status.text == "kept until ≈ 23 Oct";
    assert!(any(&model.tree().roots, &said), "{:#?}", model.tree().roots);
}

#[test]
fn a_derived_deadline_that_moves_by_more_than_a_minute_is_marked() {
    let moved = |seconds| {
        let mut later = session(1, "S03", 86_400, State::Live);
        let mut answers = Answers::clone(later.answers().unwrap());
        let mut answer = Answer::clone(answers.session.as_ref().unwrap());
        answer.fetched_at += SignedDuration::from_secs(seconds);
        answers.session = Some(Arc::new(answer));
        later.answered(answers);
        with(vec![later])
    };
    for (seconds, drifted) in [(30, false), (60, false), (200, true), (-200, true)] {
        let mut model = model(State::Empty, (120, 40));
        update(&mut model, Event::Snapshot(moved(0)));
        update(&mut model, Event::Snapshot(moved(seconds)));
        let shown = text(&frame(&model, look()));
        assert_eq!(shown.contains('±'), drifted, "{seconds}: {shown}");
        let way = if seconds > 0 { "(moved 3m 20s later)" } else { "(moved 3m 20s earlier)" };
        assert_eq!(shown.contains(way), drifted, "{seconds}: {shown}");
    }
}

#[test]
fn the_header_counts_what_the_alerts_pane_lists_and_enter_goes_there() {
    for state in [State::Empty, State::Loading, State::Live, State::Stale, State::Error] {
        let mut model = model(state, (200, 60));
        assert_eq!(model.alerts().rows.len(), model.header().attention, "{state:?}");
        let Some(last) = model.alerts().rows.last().map(|row| row.id) else { continue };
        update(&mut model, Event::Action(Action::Pane5));
        update(&mut model, Event::Action(Action::Bottom));
        update(&mut model, Event::Action(Action::Enter));
        assert_eq!(model.selected(), Some(last));
    }
}

#[test]
fn without_colours_in_ascii_and_too_small() {
    let live = model(State::Live, (80, 24));
    keep("live without colours", &frame(&live, Look::new(ColourDepth::None, false)));
    let ascii = frame(&live, Look::new(ColourDepth::None, true));
    let symbols = ascii.content().iter().map(ratatui::buffer::Cell::symbol);
    let odd: Vec<&str> = symbols.filter(|symbol| !symbol.is_ascii()).collect();
    assert!(odd.is_empty(), "not ASCII: {odd:?}");
    keep("live in ascii", &ascii);
    keep("too small", &frame(&model(State::Live, (52, 11)), look()));
}

// V02
#[test]
fn every_state_of_the_connection_is_said_in_the_header() {
    let at = now() + SignedDuration::from_secs(8);
    let mut lines = String::new();
    for connection in [
        Connection::Starting,
        Connection::Live,
        Connection::Offline { since: now(), retry_at: at, cause: "connection refused".into() },
        Connection::Unavailable { since: now(), retry_at: at, status: 503 },
        Connection::Slowed { until: at },
        Connection::Refused { status: 401, code: Some("MESSAGE_SIGNING".into()) },
        Connection::AppNotFound,
        Connection::ClockSkew(SignedDuration::from_secs(250)),
        Connection::Disabled,
    ] {
        let mut model = model(State::Live, (120, 40));
        let mut snapshot = Snapshot::clone(&snapshot(State::Live));
        snapshot.health = Arc::new(Health { connection, ..Health::clone(&snapshot.health) });
        update(&mut model, Event::Snapshot(Arc::new(snapshot)));
        let buffer = frame(&model, look());
        let text: String = (0..120).map(|x| buffer.cell((x, 0)).unwrap().symbol()).collect();
        let _written = writeln!(lines, "{}", text.trim_end());
    }
    insta::assert_snapshot!("connections", lines);
}

/// The lines of a 120x40 frame that a state of product.md's error table is about: header, title and
/// row under the cursor of the list, the line under it.
fn state_lines(model: &Model) -> Buffer {
    let whole = frame(model, look());
    let list = model.areas().pane(branchwatch::app::view::Pane::List).unwrap();
    let row = list.y + 2 + u16::try_from(model.list_selected().unwrap()).unwrap();
    let lines = [0, 1, list.y, row, list.y + list.h - 2];
    let mut chosen = Buffer::empty(ratatui::layout::Rect::new(0, 0, 120, 5));
    for (y, line) in (0..).zip(lines) {
        for x in 0..if y < 2 { 120 } else { list.w } {
            chosen.cell_mut((x, y)).unwrap().clone_from(whole.cell((x, line)).unwrap());
        }
    }
    chosen
}

/// A state: its name, and what differs from a live snapshot.
type Case = (&'static str, fn(&mut Health, &mut WatchedSession));

const CASES: &[Case] = &[
    ("offline", |health, _| {
        let retry_at = now() + SignedDuration::from_secs(8);
        let since = now() - SignedDuration::from_secs(125);
        let cause = "connection refused".into();
        health.connection = Connection::Offline { since, retry_at, cause };
    }),
    ("401 for all", |health, _| {
        let code = Some("MESSAGE_SIGNING".into());
        health.connection = Connection::Refused { status: 401, code };
    }),
    ("clock skew", |health, _| {
        health.connection = Connection::ClockSkew(SignedDuration::from_secs(310));
    }),
    ("404 on one row", |_, session| {
        session.answered(Answers { missing_since: Some(now()), ..Answers::default() });
    }),
    ("404 APP_NOT_FOUND", |health, _| health.connection = Connection::AppNotFound),
    ("409", |_, session| {
        session.poll.failures = 1;
        session.poll.last_failure = Some(Box::new(PollFailure {
            status: Some(409),
            code: Some("SESSION_EXPIRED".into()),
            summary: "409 SESSION_EXPIRED".into(),
            at: now(),
        }));
    }),
    ("429", |health, _| {
        health.budget_x10 = 25;
        health.connection = Connection::Slowed { until: now() + SignedDuration::from_mins(15) };
    }),
    ("503 on one row", |_, session| {
        session.poll.failures = 3;
        session.poll.next_due = (now() + SignedDuration::from_secs(40)).into();
        let summary = "503 TEMPORARILY_UNAVAILABLE".into();
        session.poll.last_failure =
            Some(Box::new(PollFailure { status: Some(503), code: None, summary, at: now() }));
    }),
    ("503 on all", |health, _| {
        health.connection = Connection::Unavailable {
            since: now() - SignedDuration::from_secs(600),
            retry_at: now() + SignedDuration::from_secs(60),
            status: 503,
        };
    }),
    ("unknown value", |_, session| *session = self::session(3, "S19", 700, State::Live)),
    ("store locked", |health, _| {
        health.connection = Connection::Following;
    }),
    ("disk full", |health, _| {
        let why = "history not saved: the local store cannot be written: no room";
        health.store_trouble = Some(why.into());
    }),
];

#[test]
fn every_state_of_the_error_table_looks_as_it_says() {
    for (name, change) in CASES {
        let mut snapshot = Snapshot::clone(&snapshot(State::Live));
        let mut health = Health::clone(&snapshot.health);
        let mut waiting = session(3, "S03", 86_400, State::Live);
        change(&mut health, &mut waiting);
        let id = waiting.id();
        snapshot.sessions = SessionTable::from_entries([Arc::new(waiting)]);
        snapshot.health = Arc::new(health);
        let mut model = model(State::Empty, (120, 40));
        update(&mut model, Event::Snapshot(Arc::new(snapshot)));
        update(&mut model, Event::Tick(now()));
        assert_eq!(model.selected(), Some(id));
        keep(&format!("error {name}"), &state_lines(&model));
    }
}

// T09
#[test]
fn any_size_is_drawn_without_a_panic() {
    let mut model = model(State::Live, (80, 24));
    for columns in (0..=300).step_by(43) {
        for rows in (0..=120).step_by(13) {
            for action in [
                Action::Pane1,
                Action::Find,
                Action::Back,
                Action::Pane2,
                Action::Help,
                Action::Back,
                Action::Export,
                Action::Back,
                Action::ApiLog,
                Action::Charts,
                Action::Back,
                Action::Charts,
                Action::Back,
            ] {
                update(&mut model, Event::Resize(columns, rows));
                update(&mut model, Event::Action(action));
                // What is left after closing was drawn before opening.
                if columns > 0 && rows > 0 && action != Action::Back {
                    let _drawn = frame(&model, look());
                }
            }
        }
    }
}

/// What looks like a person's, at each degree of privacy; and the lock.
#[test]
fn privacy_and_the_lock() {
    let idle = SignedDuration::from_secs(900);
    for size in [(80, 24), (120, 40)] {
        let mut model = locked_after(Some(idle), snapshot(State::Live), size);
        let mut named = Snapshot::clone(&snapshot(State::Live));
        let mut first = named.sessions.iter().next().map(|s| WatchedSession::clone(s)).unwrap();
        let entry = WatchEntry {
            reference: Some("Amina Okafor".into()),
            ..WatchEntry::clone(&first.entry)
        };
        first.entry = Arc::new(entry);
        first.revision += 1;
        named.sessions = SessionTable::from_entries([Arc::new(first)]);
        update(&mut model, Event::Snapshot(Arc::new(named)));
        for privacy in [Privacy::Masked, Privacy::Partial, Privacy::Off] {
            update(&mut model, Event::Done(Outcome::PrivacyLowered(privacy)));
            let buffer = frame(&model, look());
            let text = text(&buffer);
            assert_eq!(text.contains("Amina"), privacy == Privacy::Off, "{text}");
            keep(&format!("privacy {privacy:?}"), &buffer);
        }
        update(&mut model, Event::Tick(now() + idle));
        keep("locked", &frame(&model, look()));
        update(&mut model, Event::Action(Action::Down));
        keep("locked and a key pressed", &frame(&model, look()));
    }
}

// U08
#[test]
fn a_note_for_the_desktop_hides_a_person_however_much_the_screen_shows() {
    let named = |age| {
        let mut watched = session(1, "S07", age, State::Live);
        let reference = Some("Amina Okafor".to_owned());
        watched.entry = Arc::new(WatchEntry { reference, ..WatchEntry::clone(&watched.entry) });
        with(vec![watched])
    };
    let alarms = AlarmSettings { bell: Some(vec![Alarm::Reject]), desktop: Some(Desktop::Osc777) };
    let mut model = model(State::Empty, (80, 24)).with_alarms(alarms);
    update(&mut model, Event::Done(Outcome::PrivacyLowered(Privacy::Off)));
    update(&mut model, Event::Snapshot(named(300)));
    update(&mut model, Event::Snapshot(named(900)));
    let effects = update(&mut model, Event::Tick(now()));
    let note = effects.into_iter().find_map(|effect| match effect {
        Effect::Ring(note) => note,
        _ => None,
    });
    let (_, note) = note.unwrap();
    assert!(note.ends_with(": REJECT") && !note.contains("Amina"), "{note}");
    assert!(text(&frame(&model, look())).contains("Amina"), "the screen shows it");
}

/// Letter, media with a picture, the questions before a change.
#[test]
fn dialogs_that_reach_yoti() {
    let permissions = Permissions { delete: true, email: true };
    for size in [(80, 24), (120, 40)] {
        let fresh = || {
            model(State::Live, size)
                .with_operator_config(OperatorConfig { permissions, ..OperatorConfig::default() })
        };
        let mut model = fresh();
        let id = model.selected().unwrap();
        update(&mut model, Event::Action(Action::Letter));
        keep("letter", &frame(&model, look()));
        let name = |text: &str| Hidden::new(text.to_owned());
        let contact = vec![("first name", name("Amina")), ("e-mail", name("amina@example.org"))];
        update(&mut model, Event::Done(Outcome::Contact(id, contact)));
        update(&mut model, Event::Tick(now()));
        keep("letter with the contact", &frame(&model, look()));

        let mut model = fresh();
        update(&mut model, Event::Action(Action::Pane2));
        update(&mut model, Event::Action(Action::View));
        keep("media", &frame(&model, look()));
        let Some(OpenDialog::Media(dialog)) = model.dialog() else { panic!("not the media") };
        let media = dialog.items[0].media.id.clone();
        let rgb = (0..32_u8).flat_map(|y| (0..32_u8).flat_map(move |x| [x * 8, y * 8, 0]));
        let picture = Picture::new(32, 32, Zeroizing::new(rgb.collect())).unwrap();
        let shown = Outcome::Picture { id, media, picture, size: 20_000 };
        update(&mut model, Event::Done(shown));
        keep("picture without colours", &frame(&model, Look::new(ColourDepth::None, false)));
        keep("picture in 256 colours", &frame(&model, Look::new(ColourDepth::Ansi256, false)));

        for (name, action) in [("delete", Action::SessionDelete), ("send", Action::LetterSend)] {
            let mut model = fresh();
            update(&mut model, Event::Action(action));
            keep(&format!("question before {name}"), &frame(&model, look()));
        }
    }
}
