//! Keys as they are written, typed and shown.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::Action;
use crate::app::event::Event;
use crate::app::text::text_field::Edit;

/// A key with its modifiers, as it is written: `j`, `G`, `ctrl-d`, `f1`.
pub(super) type Chord = (KeyCode, KeyModifiers);

/// A key while a text field is open.
pub(super) fn text_key(key: KeyEvent) -> Option<Event> {
    text_edit(key).map(Event::Edit).or_else(|| {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let action = match (key.code, control) {
            (KeyCode::Char('c'), true) => Action::QuitNow,
            // Where sessions are added: from a file.
            (KeyCode::Char('o'), true) => Action::Add,
            (KeyCode::Char('s'), true) => Action::SaveView,
            (KeyCode::Enter, _) => Action::Enter,
            (KeyCode::Esc, _) => Action::Back,
            (KeyCode::Down, _) => Action::Down,
            (KeyCode::Up, _) => Action::Up,
            (KeyCode::PageDown, _) => Action::PageDown,
            (KeyCode::PageUp, _) => Action::PageUp,
            (KeyCode::Tab, _) => Action::NextPane,
            (KeyCode::BackTab, _) => Action::PreviousPane,
            _ => return None,
        };
        Some(Event::Action(action))
    })
}

/// Keys that move and delete, as in `readline`.
fn text_edit(key: KeyEvent) -> Option<Edit> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    Some(match (key.code, control, alt) {
        (KeyCode::Char('b'), false, true) | (KeyCode::Left, true, _) => Edit::GoToPrevWord,
        (KeyCode::Char('f'), false, true) | (KeyCode::Right, true, _) => Edit::GoToNextWord,
        (KeyCode::Char('d'), false, true) => Edit::DeleteNextWord,
        (KeyCode::Char('w'), true, _) | (KeyCode::Backspace, _, true) => Edit::DeletePrevWord,
        (KeyCode::Char('u'), true, _) => Edit::DeleteFromStart,
        (KeyCode::Char('k'), true, _) => Edit::DeleteTillEnd,
        (KeyCode::Char('a'), true, _) | (KeyCode::Home, ..) => Edit::GoToStart,
        (KeyCode::Char('e'), true, _) | (KeyCode::End, ..) => Edit::GoToEnd,
        (KeyCode::Char('b'), true, _) | (KeyCode::Left, ..) => Edit::GoToPrevChar,
        (KeyCode::Char('f'), true, _) | (KeyCode::Right, ..) => Edit::GoToNextChar,
        (KeyCode::Char('h'), true, _) | (KeyCode::Backspace, ..) => Edit::DeletePrevChar,
        (KeyCode::Char('d'), true, _) | (KeyCode::Delete, ..) => Edit::DeleteNextChar,
        (KeyCode::Char(c), false, _) => Edit::InsertChar(c),
        _ => return None,
    })
}

pub(super) fn parsed(text: &str) -> Result<Chord, String> {
    let wrong = || format!("{text:?} is not a key: expected one such as j, G, ctrl-d, space, f1");
    let (modifiers, name) = match text.strip_prefix("ctrl-") {
        Some(rest) => (KeyModifiers::CONTROL, rest),
        None => match text.strip_prefix("alt-") {
            Some(rest) => (KeyModifiers::ALT, rest),
            None => (KeyModifiers::NONE, text),
        },
    };
    let mut letters = name.chars();
    let code = match (letters.next(), letters.next(), name) {
        (Some(only), None, _) => KeyCode::Char(only),
        (_, _, "space") => KeyCode::Char(' '),
        (_, _, "tab") => KeyCode::Tab,
        (_, _, "backtab") => KeyCode::BackTab,
        (_, _, "enter") => KeyCode::Enter,
        (_, _, "esc") => KeyCode::Esc,
        (_, _, "up") => KeyCode::Up,
        (_, _, "down") => KeyCode::Down,
        (_, _, "left") => KeyCode::Left,
        (_, _, "right") => KeyCode::Right,
        (_, _, "home") => KeyCode::Home,
        (_, _, "end") => KeyCode::End,
        (_, _, "pageup") => KeyCode::PageUp,
        (_, _, "pagedown") => KeyCode::PageDown,
        (_, _, "backspace") => KeyCode::Backspace,
        (_, _, "delete") => KeyCode::Delete,
        (Some('f'), Some(_), name) => {
            let number = name.strip_prefix('f').and_then(|digits| digits.parse::<u8>().ok());
            KeyCode::F(number.filter(|n| (1..=12).contains(n)).ok_or_else(wrong)?)
        }
        _ => return Err(wrong()),
    };
    Ok((code, modifiers))
}

/// One name for each chord; shift is told by the letter itself.
pub(super) fn written((code, modifiers): Chord) -> String {
    let modifiers = modifiers - KeyModifiers::SHIFT;
    format!("{modifiers:?} {code:?}")
}

/// A chord as people read it.
pub(super) fn shown(key: &str) -> String {
    match key {
        "down" => "↓".to_owned(),
        "up" => "↑".to_owned(),
        "left" => "←".to_owned(),
        "right" => "→".to_owned(),
        "space" => "Space".to_owned(),
        "tab" => "Tab".to_owned(),
        "backtab" => "Shift-Tab".to_owned(),
        "enter" => "Enter".to_owned(),
        "esc" => "Esc".to_owned(),
        "pagedown" => "PgDn".to_owned(),
        "pageup" => "PgUp".to_owned(),
        "home" => "Home".to_owned(),
        "end" => "End".to_owned(),
        "f1" => "F1".to_owned(),
        other => other.to_owned(),
    }
}
