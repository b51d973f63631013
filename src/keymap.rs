//! Keys to actions.
//!
//! Owns the keymap in force, from `assets/keymap.toml` and the operator's `[keys]`. Must never know
//! what an action does.

mod chord;
mod names;

use std::collections::BTreeMap;

use crossterm::event::{KeyEvent, KeyEventKind};
use serde::Deserialize;

use self::chord::{parsed, shown, text_key, written};
use self::names::NAMES;
use crate::app::action::{Action, HelpRow, Mode, Pane};
use crate::app::event::Event;
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

/// The keymap in force.
#[derive(Debug)]
pub struct Keymap {
    bindings: Vec<(Action, Binding)>,
    chords: BTreeMap<String, Vec<(Option<Pane>, Action)>>,
}

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
            short: binding.short.clone(),
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
}

/// Reads the name of a pane.
fn pane(name: &str) -> Result<Pane, KeymapError> {
    let known = Pane::ALL.into_iter().find(|pane| pane.name().eq_ignore_ascii_case(name));
    known.ok_or_else(|| KeymapError::new(format!("no pane named {name}")))
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::app::text::text_field::Edit;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn every_action_is_in_the_shipped_keymap_once_and_none_that_changes_yoti_has_a_key() {
        let keymap = Keymap::shipped().unwrap();
        assert_eq!(keymap.bindings.len(), NAMES.len());
        for (name, action) in NAMES {
            // What changes something at Yoti has no key that could be hit by accident; nor has what
            // takes all marks of changes away.
            let unbound = [Action::SessionDelete, Action::LetterSend, Action::Seen];
            assert_eq!(keymap.key_of(*action).is_none(), unbound.contains(action), "{name}");
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
