//! Keys as they are written, typed and shown.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::KeymapError;
use crate::app::action::Action;
use crate::app::event::Event;
use crate::app::text::text_field::Edit;

/// A key with its modifiers, as it is written: `j`, `G`, `ctrl-d`, `f1`.
pub(super) type Chord = (KeyCode, KeyModifiers);

/// A key while a text field is open.
pub(super) fn text_key(key: KeyEvent) -> Option<Event> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (key.code, control) {
        (KeyCode::Char('c'), true) => Event::Action(Action::QuitNow),
        // Where sessions are added: from a file.
        (KeyCode::Char('o'), true) => Event::Action(Action::Add),
        (KeyCode::Char('s'), true) => Event::Action(Action::SaveView),
        (KeyCode::Char('w'), true) => Event::Edit(Edit::DeleteWord),
        (KeyCode::Char('u'), true) => Event::Edit(Edit::Clear),
        (KeyCode::Char('a'), true) | (KeyCode::Home, _) => Event::Edit(Edit::Home),
        (KeyCode::Char('e'), true) | (KeyCode::End, _) => Event::Edit(Edit::End),
        (KeyCode::Char(c), false) => Event::Edit(Edit::Insert(c)),
        (KeyCode::Backspace, _) => Event::Edit(Edit::Backspace),
        (KeyCode::Delete, _) => Event::Edit(Edit::Delete),
        (KeyCode::Left, _) => Event::Edit(Edit::Left),
        (KeyCode::Right, _) => Event::Edit(Edit::Right),
        (KeyCode::Enter, _) => Event::Action(Action::Enter),
        (KeyCode::Esc, _) => Event::Action(Action::Back),
        (KeyCode::Down, _) => Event::Action(Action::Down),
        (KeyCode::Up, _) => Event::Action(Action::Up),
        (KeyCode::PageDown, _) => Event::Action(Action::PageDown),
        (KeyCode::PageUp, _) => Event::Action(Action::PageUp),
        (KeyCode::Tab, _) => Event::Action(Action::NextPane),
        (KeyCode::BackTab, _) => Event::Action(Action::PreviousPane),
        _ => return None,
    })
}

pub(super) fn parsed(text: &str) -> Result<Chord, KeymapError> {
    let wrong = || {
        KeymapError::new(format!(
            "{text:?} is not a key: expected one such as j, G, ctrl-d, space, f1"
        ))
    };
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
