//! Every key of the keymap: what it is pressed for comes on the screen.

use branchwatch::app::action::Action;
use branchwatch::runtime::Ending;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};

use super::{Operator, folder, story};

/// What shows that the key did it.
enum Shows {
    /// Not on the screen before, and there after.
    Appears(&'static str),
    /// There before, gone after.
    Goes(&'static str),
    /// The row under the cursor of the list is that of this session.
    Cursor(&'static str),
    /// The program ends.
    Ends,
    /// The surface was suspended.
    Suspends,
    /// The screen was cleared and drawn anew.
    Redraws,
    /// This is on the clipboard.
    Copies(&'static str),
}

use Shows::{Appears, Copies, Cursor, Ends, Goes, Redraws, Suspends};

/// Action, keys pressed before, and what follows from it. The list: dbs-1 REJECT, dbs-2 to dbs-6
/// awaiting a visit, the cursor on dbs-1.
const LINES: &[(&str, &str, Shows)] = &[
    ("down", "", Cursor("dbs-2")),
    ("up", "j", Cursor("dbs-1")),
    ("top", "G", Cursor("dbs-1")),
    ("bottom", "", Cursor("dbs-6")),
    ("half-page-down", "", Cursor("dbs-6")),
    ("half-page-up", "G", Cursor("dbs-1")),
    ("page-down", "", Cursor("dbs-6")),
    ("page-up", "G", Cursor("dbs-1")),
    ("left", "2 g", Goes("▾ ✓ ID_DOCUMENT")),
    ("right", "2 g h", Appears("▾ ✓ ID_DOCUMENT")),
    ("toggle", "2 g", Goes("▾ ✓ ID_DOCUMENT")),
    ("fold-all", "2", Goes("allowed sources")),
    ("unfold-all", "2 -", Appears("allowed sources")),
    ("next-pane", "", Appears("[2 Tree]")),
    ("previous-pane", "2", Appears("[1 Sessions]")),
    ("pane-1", "2", Appears("[1 Sessions]")),
    ("pane-2", "", Appears("[2 Tree]")),
    ("pane-3", "", Appears("[3 Checks]")),
    ("pane-4", "", Appears("[4 Timeline]")),
    ("pane-5", "", Appears("[5 Alerts]")),
    ("pane-6", "", Appears("[6 Letter]")),
    ("pane-7", "", Appears("as received, secrets removed")),
    ("pane-8", "", Appears("stays on this machine")),
    ("enter", "", Appears("[2 Tree]")),
    ("back", "2", Appears("[1 Sessions]")),
    ("zoom", "", Goes("2 Tree dbs-1")),
    ("next-session", "2", Appears("2 Tree dbs-2")),
    ("previous-session", "2 J", Appears("2 Tree dbs-1")),
    ("next-attention", "j", Cursor("dbs-1")),
    ("chosen-session", "", Appears("dbs-1: row 1 of 6")),
    ("next-tab", "2", Appears("[3 Checks]")),
    ("previous-tab", "7", Appears("[6 Letter]")),
    ("find", "", Appears("fields: ref session state stage")),
    ("next-hit", "3 g / A P P R O V E enter", Appears("hit 2 of")),
    ("previous-hit", "3 g / A P P R O V E enter n", Appears("hit 1 of")),
    ("views", "", Appears("┏ Views")),
    ("save-view", "", Appears("Esc back to the filter")),
    ("forget-view", "ctrl-s m i n e enter f j j", Goes("saved · everything")),
    ("follow", "", Appears("following the newest change")),
    ("sort", "", Appears("┏ Sort by")),
    ("reverse-sort", "", Appears("sort attention ▲")),
    ("wide-columns", "", Appears("SESSION")),
    ("columns", "", Appears("┏ Columns")),
    ("mark-range", "", Appears("marking from dbs-1")),
    ("mark-all", "", Appears("6 marked")),
    ("clear-marks", "space", Goes("1 marked")),
    ("refresh", "", Appears("refreshing dbs-1")),
    ("refresh-all", "", Appears("refreshing all")),
    ("pause", "", Appears("❚❚ paused")),
    ("export", "", Appears("┏ Export dbs-1")),
    ("export-many", "", Appears("(•) 6 filtered")),
    ("handover", "", Appears("┏ Handover")),
    ("copy-menu", "", Appears("┏ Copy")),
    ("copy-id", "", Copies("00000000-0000-0000-0000-000000000001")),
    ("json", "", Appears("as received, secrets removed")),
    ("letter", "", Appears("┏ Letter dbs-1")),
    ("view", "2", Appears("┏ Media dbs-1")),
    ("portal", "", Appears("clipboard: the link")),
    ("privacy", "", Appears("PARTIAL")),
    ("reveal", "", Appears("nothing is hidden for dbs-1")),
    ("lock-now", "", Appears("Screen hidden")),
    ("time-form", "", Appears("times: local")),
    ("api-log", "", Appears("┏ API log")),
    ("charts", "", Appears("┏ Charts")),
    ("report", "", Appears("every value of this session is known")),
    ("next-change", "", Appears("no changes since you last looked")),
    ("previous-change", "", Appears("no changes since you last looked")),
    ("changes", "", Appears("┏ Changes of dbs-1")),
    ("note", "", Appears("┏ Note for dbs-1")),
    ("tags", "", Appears("┏ Tags of dbs-1")),
    ("acknowledge", "", Appears("acknowledged dbs-1")),
    ("acknowledge-all", "", Appears("┏ Acknowledge")),
    ("snooze", "5", Appears("┏ Snooze")),
    ("pin", "", Appears("pinned dbs-1")),
    ("add", "", Appears("┏ Add sessions")),
    ("archive", "", Appears("archived dbs-1")),
    ("undo", "B", Appears("undid: pinned dbs-1")),
    ("palette", "", Appears("┏ Command")),
    ("list-narrower", "", Appears("the list takes 50%")),
    ("list-wider", "", Appears("the list takes 60%")),
    ("header", "", Goes("6 watched")),
    ("step-back", "", Appears("◀ the past")),
    ("step-forward", "{", Goes("◀ the past")),
    ("programs", "", Appears("┏ Programs")),
    ("suspend", "", Suspends),
    ("mouse", "", Appears("mouse on")),
    ("bell", "", Appears("bell on: REJECT")),
    ("help", "", Appears("┏ Help")),
    ("redraw", "", Redraws),
    ("quit", "", Ends),
    ("quit-now", "", Ends),
];

/// The actions that have no key: what changes something at Yoti, or takes all marks of changes
/// away, is not reached by accident.
const WITHOUT_A_KEY: [&str; 3] = ["seen", "session-delete", "letter-send"];

fn state(o: &Operator, shows: &Shows) -> bool {
    let screen = o.screen();
    match shows {
        Appears(text) => screen.contains(text),
        Goes(text) => !screen.contains(text),
        Cursor(name) => screen.lines().any(|line| {
            let row = line.trim_start_matches(['"', '│', '┃', '║']);
            row.starts_with('>') && row.contains(name)
        }),
        Suspends => o.seen.borrow().suspended > 0,
        Redraws => o.seen.borrow().cleared > 0,
        Copies(text) => o.seen.borrow().copied.iter().any(|copied| copied.contains(text)),
        Ends => false,
    }
}

fn pressed(key: &str, before: &str, shows: &Shows) {
    let folder = folder();
    let scenarios =
        [("S07", 900), ("S03", 100), ("S03", 100), ("S03", 100), ("S03", 100), ("S03", 100)];
    let survived = std::cell::Cell::new(false);
    story((120, 40), &scenarios, folder.path(), async |o| {
        // One session that needs the operator stands first, and the cursor on it.
        o.press("g").await;
        if !before.is_empty() {
            o.press(before).await;
        }
        assert!(!state(o, shows), "{key}: it was so before\n{}", o.screen());
        o.press(key).await;
        survived.set(true);
        assert!(state(o, shows), "{key} after {before:?} does not do it\n{}", o.screen());
    });
    assert_ne!(survived.get(), matches!(shows, Ends), "{key} ends the program, or does not");
}

/// All keys of the actions of one section of the keymap.
fn section(name: &str) {
    let (mut pressed_keys, mut failed) = (0, false);
    for action in Action::ALL.iter().map(|action| action.spec()) {
        if action.section != name || WITHOUT_A_KEY.contains(&action.name) {
            continue;
        }
        let line = LINES.iter().find(|(known, ..)| *known == action.name);
        assert!(line.is_some(), "{} has no line here", action.name);
        let (_, before, shows) = line.unwrap();
        assert!(!action.keys.is_empty(), "{} has no key", action.name);
        for key in action.keys {
            // One wrong key does not hide the next.
            let told = std::panic::catch_unwind(|| pressed(key, before, shows));
            failed |= told.is_err();
            pressed_keys += 1;
        }
    }
    assert!(
        !failed && pressed_keys > 0,
        "{name}: {pressed_keys} keys, not all do what they should"
    );
}

#[test]
fn every_key_of_move_does_what_it_is_for() {
    section("Move");
}

#[test]
fn every_key_of_find_does_what_it_is_for() {
    section("Find");
}

#[test]
fn every_key_of_look_does_what_it_is_for() {
    section("Look");
}

#[test]
fn every_key_of_own_notes_does_what_it_is_for() {
    section("Own notes");
}

#[test]
fn every_key_of_program_does_what_it_is_for() {
    section("Program");
}

#[test]
fn every_key_of_refresh_does_what_it_is_for() {
    section("Refresh");
}

#[test]
fn every_key_of_take_away_does_what_it_is_for() {
    section("Export");
}

#[test]
fn no_section_is_left_out_and_no_line_without_an_action() {
    let tested = ["Move", "Find", "Look", "Own notes", "Program", "Refresh", "Export", "At Yoti"];
    for action in Action::ALL.iter().map(|action| action.spec()) {
        assert!(tested.contains(&action.section), "{} is in {}", action.name, action.section);
        assert_eq!(action.keys.is_empty(), WITHOUT_A_KEY.contains(&action.name), "{}", action.name);
    }
    for (action, ..) in LINES {
        assert!(Action::named(action).is_some(), "no action named {action}");
    }
}

// T11
/// Crossterm takes the answer to OSC 11 for Alt-], its text, and Ctrl-G or Alt-\.
#[test]
fn the_terminals_answer_is_no_key_however_late_it_comes() {
    let folder = folder();
    for (end, modifiers) in [('g', KeyModifiers::CONTROL), ('\\', KeyModifiers::ALT)] {
        let ending = story((120, 40), &[("S01", 100), ("S07", 700)], folder.path(), async |o| {
            assert_eq!(o.seen.borrow().asked, 1);
            let send = |code, modifiers| {
                o.keys.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char(code), modifiers)))).unwrap();
            };
            send(']', KeyModifiers::ALT);
            "11;rgb:eeee/e2e2/cccc".chars().for_each(|sign| send(sign, KeyModifiers::NONE));
            send(end, modifiers);
            // A palette, a note or a filter that the answer had opened would take this key.
            o.press("2").await;
            o.sees("[2 Tree]");
        });
        assert_eq!(ending, Ending::Quit);
    }
}
