//! Keys to actions.
//!
//! Owns the keymap in force, from `assets/keymap.toml` and the operator's `[keys]`. Must never know
//! what an action does.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde::Deserialize;

use crate::app::action::{Action, HelpRow, Mode, Pane};
use crate::app::event::{Edit, Event};
use crate::domain::nearest::nearest;

const SHIPPED: &str = include_str!("../assets/keymap.toml");

/// Why a keymap cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("keys: {why}")]
pub struct KeymapError {
    why: String,
    /// The action in `[keys]` that is at fault.
    pub action: Option<String>,
}

impl KeymapError {
    fn new(why: String) -> Self {
        Self { why, action: None }
    }

    fn at(self, action: &str) -> Self {
        Self { action: Some(action.to_owned()), ..self }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeymapFile {
    action: Vec<Binding>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Binding {
    name: String,
    keys: Vec<String>,
    section: String,
    description: String,
    #[serde(default)]
    short: Option<String>,
    /// The keys mean this while that pane has the focus, whatever else they mean elsewhere.
    #[serde(default)]
    pane: Option<String>,
}

/// A key with its modifiers, as it is written: `j`, `G`, `ctrl-d`, `f1`.
type Chord = (KeyCode, KeyModifiers);

/// The keymap in force.
#[derive(Debug)]
pub struct Keymap {
    bindings: Vec<(Action, Binding)>,
    chords: BTreeMap<String, Vec<(Option<Pane>, Action)>>,
}

/// Every action with its name in the keymap.
const NAMES: &[(&str, Action)] = &[
    ("down", Action::Down),
    ("up", Action::Up),
    ("top", Action::Top),
    ("bottom", Action::Bottom),
    ("half-page-down", Action::HalfPageDown),
    ("half-page-up", Action::HalfPageUp),
    ("page-down", Action::PageDown),
    ("page-up", Action::PageUp),
    ("left", Action::Left),
    ("right", Action::Right),
    ("toggle", Action::Toggle),
    ("fold-all", Action::FoldAll),
    ("unfold-all", Action::UnfoldAll),
    ("next-pane", Action::NextPane),
    ("previous-pane", Action::PreviousPane),
    ("pane-1", Action::Pane(1)),
    ("pane-2", Action::Pane(2)),
    ("pane-3", Action::Pane(3)),
    ("pane-4", Action::Pane(4)),
    ("pane-5", Action::Pane(5)),
    ("pane-6", Action::Pane(6)),
    ("pane-7", Action::Pane(7)),
    ("pane-8", Action::Pane(8)),
    ("enter", Action::Enter),
    ("back", Action::Back),
    ("zoom", Action::Zoom),
    ("next-session", Action::NextSession),
    ("previous-session", Action::PreviousSession),
    ("next-attention", Action::NextAttention),
    ("find", Action::Find),
    ("next-hit", Action::NextHit),
    ("previous-hit", Action::PreviousHit),
    ("views", Action::Views),
    ("save-view", Action::SaveView),
    ("forget-view", Action::ForgetView),
    ("sort", Action::SortPicker),
    ("reverse-sort", Action::ReverseSort),
    ("wide-columns", Action::WideColumns),
    ("columns", Action::ColumnPicker),
    ("mark-range", Action::MarkRange),
    ("mark-all", Action::MarkAll),
    ("clear-marks", Action::ClearMarks),
    ("refresh", Action::Refresh),
    ("refresh-all", Action::RefreshAll),
    ("pause", Action::Pause),
    ("export", Action::Export),
    ("export-many", Action::ExportMany),
    ("copy-menu", Action::CopyMenu),
    ("letter", Action::Letter),
    ("view", Action::View),
    ("session-delete", Action::SessionDelete),
    ("letter-send", Action::LetterSend),
    ("portal", Action::Portal),
    ("privacy", Action::Privacy),
    ("reveal", Action::Reveal),
    ("copy-id", Action::CopyId),
    ("json", Action::Json),
    ("time-form", Action::TimeForm),
    ("api-log", Action::ApiLog),
    ("charts", Action::Charts),
    ("palette", Action::Palette),
    ("suspend", Action::Suspend),
    ("list-narrower", Action::ListNarrower),
    ("list-wider", Action::ListWider),
    ("header", Action::Header),
    ("report", Action::Report),
    ("next-change", Action::NextChange),
    ("previous-change", Action::PreviousChange),
    ("changes", Action::Changes),
    ("note", Action::Note),
    ("tags", Action::Tags),
    ("acknowledge", Action::Acknowledge),
    ("acknowledge-all", Action::AcknowledgeAll),
    ("snooze", Action::Snooze),
    ("pin", Action::Pin),
    ("add", Action::Add),
    ("archive", Action::Archive),
    ("undo", Action::Undo),
    ("help", Action::Help),
    ("redraw", Action::Redraw),
    ("quit", Action::Quit),
    ("quit-now", Action::QuitNow),
];

impl Keymap {
    /// The keymap of `assets/keymap.toml`.
    ///
    /// # Errors
    /// Never for the one that ships (held by a test).
    pub fn shipped() -> Result<Self, KeymapError> {
        Self::with(&BTreeMap::new())
    }

    /// The shipped keymap with some actions' keys replaced; an empty list unbinds.
    ///
    /// # Errors
    /// Names an unknown action, a key that cannot be read, or two actions with one key.
    pub fn with(replaced: &BTreeMap<String, Vec<String>>) -> Result<Self, KeymapError> {
        Self::read(SHIPPED, replaced)
    }

    fn read(text: &str, replaced: &BTreeMap<String, Vec<String>>) -> Result<Self, KeymapError> {
        let file: KeymapFile =
            toml::from_str(text).map_err(|why| KeymapError::new(why.to_string()))?;
        for name in replaced.keys() {
            if !NAMES.iter().any(|(known, _)| known == name) {
                let meant = nearest(name, NAMES.iter().map(|(known, _)| *known));
                let meant = meant.map(|meant| format!("; did you mean {meant}?"));
                let why = format!(
                    "no action named {name}{}; see: branchwatch help keys",
                    meant.unwrap_or_default()
                );
                return Err(KeymapError::new(why).at(name));
            }
        }
        let mut bindings = Vec::new();
        let mut chords: BTreeMap<String, Vec<(Option<Pane>, Action)>> = BTreeMap::new();
        for mut binding in file.action {
            let Some((_, action)) = NAMES.iter().find(|(name, _)| *name == binding.name) else {
                return Err(KeymapError::new(format!("no action named {}", binding.name)));
            };
            if let Some(keys) = replaced.get(&binding.name) {
                binding.keys.clone_from(keys);
            }
            let pane = binding.pane.as_deref().map(pane).transpose()?;
            for key in &binding.keys {
                let chord = written(parsed(key).map_err(|why| why.at(&binding.name))?);
                let meanings = chords.entry(chord).or_default();
                if let Some((_, other)) = meanings.iter().find(|(where_, _)| *where_ == pane) {
                    let other =
                        NAMES.iter().find(|(_, a)| a == other).map_or("?", |(name, _)| name);
                    let theirs = replaced.contains_key(&binding.name);
                    let at = if theirs { binding.name.as_str() } else { other };
                    let why = format!("{key} is bound to {other} and to {}", binding.name);
                    return Err(KeymapError::new(why).at(at));
                }
                meanings.push((pane, *action));
            }
            bindings.push((*action, binding));
        }
        Ok(Self { bindings, chords })
    }

    /// What a key means while a pane has the focus; `None`: nothing (a release, an unbound key).
    #[must_use]
    pub fn resolve(&self, mode: Mode, pane: Pane, key: KeyEvent) -> Option<Event> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        match mode {
            Mode::Text => text_key(key),
            Mode::Keys => {
                let meanings = self.chords.get(&written((key.code, key.modifiers)))?;
                let of = |wanted| meanings.iter().find(|(pane, _)| *pane == wanted);
                of(Some(pane)).or_else(|| of(None)).map(|(_, action)| Event::Action(*action))
            }
        }
    }

    /// Every action with its keys, for the help.
    #[must_use]
    pub fn help_rows(&self) -> Vec<HelpRow> {
        let rows = self.bindings.iter().map(|(action, binding)| HelpRow {
            keys: binding.keys.iter().map(|key| shown(key)).collect::<Vec<_>>().join(" "),
            name: binding.name.clone(),
            description: binding.description.clone(),
            section: binding.section.clone(),
            action: *action,
        });
        rows.collect()
    }

    /// The first key of an action, as printed: `e`, `ctrl-d`; `None` when unbound.
    #[must_use]
    pub fn key_of(&self, action: Action) -> Option<String> {
        let binding = self.bindings.iter().find(|(known, _)| *known == action)?;
        binding.1.keys.first().map(|key| shown(key))
    }

    /// Keys and short words for the footer, most useful first.
    #[must_use]
    pub fn hints(&self, mode: Mode, pane: Pane) -> Vec<(String, String)> {
        if mode == Mode::Text {
            return vec![
                ("Enter".to_owned(), "keep".to_owned()),
                ("Esc".to_owned(), "cancel".to_owned()),
            ];
        }
        let special: &[Action] = match pane {
            Pane::List => &[
                Action::Enter,
                Action::Find,
                Action::SortPicker,
                Action::NextAttention,
                Action::Toggle,
            ],
            Pane::Tree => &[
                Action::Toggle,
                Action::UnfoldAll,
                Action::FoldAll,
                Action::Find,
                Action::NextSession,
            ],
            Pane::Notes => &[Action::Note, Action::Tags, Action::Pin, Action::Undo],
            Pane::Alerts => &[Action::Enter, Action::Acknowledge, Action::Snooze, Action::Find],
            Pane::Checks => &[Action::Enter, Action::Find, Action::NextSession],
            Pane::Timeline | Pane::Letter | Pane::Json => &[Action::Find, Action::NextSession],
        };
        let common = [
            Action::Export,
            Action::Refresh,
            Action::Help,
            Action::CopyMenu,
            Action::Pause,
            Action::Zoom,
            Action::TimeForm,
            Action::Json,
            Action::Back,
            Action::Quit,
        ];
        let all =
            special.iter().chain(&common).filter(|a| pane != Pane::List || **a != Action::Back);
        all.filter_map(|action| {
            let (_, binding) = self.bindings.iter().find(|(known, _)| known == action)?;
            let word = match (action, pane) {
                (Action::Toggle, Pane::Tree) => "fold".to_owned(),
                (Action::Find, pane) if pane != Pane::List => "find".to_owned(),
                _ => binding.short.clone()?,
            };
            Some((shown(binding.keys.first()?), word))
        })
        .collect()
    }
}

/// A key while a text field is open.
fn text_key(key: KeyEvent) -> Option<Event> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (key.code, control) {
        (KeyCode::Char('c'), true) => Event::Action(Action::QuitNow),
        (KeyCode::Char('o'), true) => Event::Action(Action::OpenFile),
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

/// Reads the name of a pane.
fn pane(name: &str) -> Result<Pane, KeymapError> {
    let known = Pane::ALL.into_iter().find(|pane| pane.name().eq_ignore_ascii_case(name));
    known.ok_or_else(|| KeymapError::new(format!("no pane named {name}")))
}

/// Reads a chord.
fn parsed(text: &str) -> Result<Chord, KeymapError> {
    let wrong = || {
        KeymapError::new(format!("{text:?} is no key: expected such as j, G, ctrl-d, space, f1"))
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
fn written((code, modifiers): Chord) -> String {
    let modifiers = modifiers - KeyModifiers::SHIFT;
    format!("{modifiers:?} {code:?}")
}

/// A chord as people read it.
fn shown(key: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn every_action_is_in_the_shipped_keymap_once_and_none_that_changes_yoti_has_a_key() {
        let keymap = Keymap::shipped().unwrap();
        assert_eq!(keymap.bindings.len(), NAMES.len());
        for (name, action) in NAMES {
            // What changes something at Yoti has no key that could be hit by accident.
            let at_yoti = matches!(action, Action::SessionDelete | Action::LetterSend);
            assert_eq!(keymap.key_of(*action).is_none(), at_yoti, "{name}");
        }
    }

    #[test]
    fn keys_mean_what_the_design_says() {
        let keymap = Keymap::shipped().unwrap();
        let none = KeyModifiers::NONE;
        for (code, modifiers, action) in [
            (KeyCode::Char('j'), none, Action::Down),
            (KeyCode::Char('G'), KeyModifiers::SHIFT, Action::Bottom),
            (KeyCode::Char('!'), KeyModifiers::SHIFT, Action::NextAttention),
            (KeyCode::Char('d'), KeyModifiers::CONTROL, Action::HalfPageDown),
            (KeyCode::BackTab, KeyModifiers::SHIFT, Action::PreviousPane),
            (KeyCode::Char(' '), none, Action::Toggle),
            (KeyCode::F(1), none, Action::Help),
            (KeyCode::Char('4'), KeyModifiers::CONTROL, Action::ClearMarks),
        ] {
            let event = keymap.resolve(Mode::Keys, Pane::List, key(code, modifiers));
            assert!(matches!(event, Some(Event::Action(a)) if a == action), "{code:?}: {event:?}");
        }
        assert!(keymap.resolve(Mode::Keys, Pane::List, key(KeyCode::Char('Z'), none)).is_none());
        for (pane, action) in [(Pane::List, Action::ReverseSort), (Pane::Alerts, Action::Snooze)] {
            let event = keymap.resolve(Mode::Keys, pane, key(KeyCode::Char('S'), none));
            assert!(matches!(event, Some(Event::Action(a)) if a == action), "{pane:?}: {event:?}");
        }
        let typed = keymap.resolve(Mode::Text, Pane::List, key(KeyCode::Char('j'), none));
        assert!(matches!(typed, Some(Event::Edit(Edit::Insert('j')))));
        let mut release = key(KeyCode::Char('j'), none);
        release.kind = KeyEventKind::Release;
        assert!(keymap.resolve(Mode::Keys, Pane::List, release).is_none());
    }

    #[test]
    fn conflicts_and_misspellings_are_refused_by_name() {
        let refused = |action: &str, key: &str| {
            let replaced = BTreeMap::from([(action.to_owned(), vec![key.to_owned()])]);
            Keymap::with(&replaced).unwrap_err().to_string()
        };
        let conflict = refused("export", "j");
        assert!(conflict.contains("down") && conflict.contains("export"), "{conflict}");
        let misspelt = refused("exprot", "x");
        assert!(misspelt.contains("exprot") && misspelt.contains("mean export?"), "{misspelt}");
        assert!(refused("export", "meta-q").contains("meta-q"));
        let unbound = BTreeMap::from([("export".to_owned(), Vec::new())]);
        assert_eq!(Keymap::with(&unbound).unwrap().key_of(Action::Export), None);
    }
}
