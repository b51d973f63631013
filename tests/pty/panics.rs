//! A panic wherever one can be (fault T01). `BRANCHWATCH_TEST_ROUNDS=1000` tries each place.

use branchwatch::app::action::{Mode, Pane};
use branchwatch::app::event::Event;
use branchwatch::keymap::Keymap;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;

/// In each task and thread: how the name of the place begins, and the keys that lead there.
const TASKS: &[(&str, &str)] = &[
    ("event Snapshot", ""),
    ("event Tick", ""),
    ("event Paste", "\x1b[200~a\x1b[201~"),
    ("draw", ""),
    ("input Ok(Key", "j"),
    ("effect Command", ""),
    ("effect Measure", "e"),
    ("effect Redraw", "\x0c"),
    ("job", "e"),
    ("command Operator(Focus", ""),
    ("command Operator(Refresh", "r"),
    ("answer", ""),
    ("save", ""),
    ("notification", ""),
];

/// Every key of one character that the list has, with the event that it becomes.
fn keys() -> Vec<(String, String)> {
    let keymap = Keymap::shipped().unwrap();
    let mut places = Vec::new();
    for sign in '!'..='~' {
        let key = KeyEvent::new(KeyCode::Char(sign), KeyModifiers::NONE);
        if let Some(event @ Event::Action(_)) = keymap.resolve(Mode::Keys, Pane::List, key) {
            places.push((format!("event {event:?}"), sign.to_string()));
        }
    }
    places
}

// T01, S04
#[test]
fn a_panic_in_any_task_gives_the_terminal_back_and_ends_with_70() {
    let keys = keys();
    assert!(keys.len() + TASKS.len() >= 50, "{} keys", keys.len());
    let all = std::env::var("BRANCHWATCH_TEST_ROUNDS").is_ok();
    let tasks = TASKS.iter().map(|(place, keys)| ((*place).to_owned(), (*keys).to_owned()));
    for (place, keys) in tasks.chain(keys.into_iter().step_by(if all { 1 } else { 12 })) {
        let mut terminal = demo(&[("BRANCHWATCH_TEST_PANIC", &place)]);
        if !keys.is_empty() {
            terminal.sees("demo-0001");
            terminal.types(&keys);
        }
        assert_eq!(terminal.ends().exit_code(), 70, "{place}");
        let text = String::from_utf8_lossy(&terminal.raw.lock().unwrap()).into_owned();
        // A task may be quicker than the terminal is taken.
        if text.contains("\x1b[?1049h") {
            terminal.is_restored();
        }
        assert!(text.contains("internal fault"), "{place}: {text}");
        let report =
            terminal.home.as_ref().unwrap().path().join(".local/state/branchwatch/crash.txt");
        let report = std::fs::read_to_string(report).unwrap();
        assert!(
            report.contains(env!("CARGO_PKG_VERSION")) && report.contains(" at src/"),
            "{report}"
        );
        assert!(
            !text.contains("CANARY") && !report.contains("CANARY"),
            "its message may hold data"
        );
    }
}
