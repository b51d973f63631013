//! Keys to actions: those of the table of actions, and the operator's `[keys]`.
//!
//! Must never know what an action does.

mod chord;

use std::collections::BTreeMap;

use crossterm::event::{KeyEvent, KeyEventKind};

use self::chord::{parsed, shown, text_key, written};
use crate::app::action::{Action, HelpRow, Mode, Pane};
use crate::app::event::Event;
use crate::domain::nearest::nearest;

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

/// The keymap in force.
#[derive(Debug)]
pub struct Keymap {
    /// Every action in the order of the table, with its keys.
    keys: Vec<(Action, Vec<String>)>,
    chords: BTreeMap<String, Vec<Action>>,
}

impl Keymap {
    /// The keymap of the table of actions.
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
        if let Some(name) = replaced.keys().find(|name| Action::named(name).is_none()) {
            let meant = nearest(name, Action::ALL.iter().map(|action| action.spec().name));
            let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            let why = format!("no action named {name}{meant}; see: branchwatch help keys");
            return Err(KeymapError::new(why).at(name));
        }
        let mut keymap = Self { keys: Vec::new(), chords: BTreeMap::new() };
        for action in Action::ALL {
            let spec = action.spec();
            let shipped = || spec.keys.iter().map(|key| (*key).to_owned()).collect();
            let keys = replaced.get(spec.name).cloned().unwrap_or_else(shipped);
            for key in &keys {
                let chord =
                    written(parsed(key).map_err(|why| KeymapError::new(why).at(spec.name))?);
                let meanings = keymap.chords.entry(chord).or_default();
                let mut others = meanings.iter().map(|other| other.spec());
                if let Some(other) = others.find(|other| other.panes == spec.panes) {
                    let theirs = replaced.contains_key(spec.name);
                    // The line that the operator wrote is at fault, not the table.
                    let at = if theirs { spec.name } else { other.name };
                    let why = format!("{key} is bound to {} and to {}", other.name, spec.name);
                    return Err(KeymapError::new(why).at(at));
                }
                meanings.push(*action);
            }
            keymap.keys.push((*action, keys));
        }
        Ok(keymap)
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
                // The pane first: `S` snoozes among the alerts and reverses the order elsewhere.
                let here = meanings.iter().find(|action| action.spec().panes.contains(&pane));
                let anywhere = || meanings.iter().find(|action| action.spec().panes.is_empty());
                here.or_else(anywhere).map(|action| Event::Action(*action))
            }
        }
    }

    /// Every action with its keys, for the help.
    #[must_use]
    pub fn help_rows(&self) -> Vec<HelpRow> {
        let rows = self.keys.iter().map(|(action, keys)| HelpRow {
            keys: keys.iter().map(|key| shown(key)).collect::<Vec<_>>().join(" "),
            section: action.spec().section,
            action: *action,
        });
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::app::text::text_field::Edit;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    // T12
    #[test]
    fn names_differ_and_no_action_that_changes_yoti_has_a_key() {
        let keymap = Keymap::shipped().unwrap();
        let mut names: Vec<&str> = Action::ALL.iter().map(|action| action.spec().name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
        for row in keymap.help_rows() {
            // What changes something at Yoti has no key that could be hit by accident; nor has what
            // takes all marks of changes away.
            let unbound = [Action::SessionDelete, Action::LetterSend, Action::Seen];
            assert_eq!(row.keys.is_empty(), unbound.contains(&row.action), "{:?}", row.action);
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
        assert!(matches!(typed, Some(Event::Edit(Edit::InsertChar('j')))));
        let alt =
            keymap.resolve(Mode::Text, Pane::List, key(KeyCode::Char('b'), KeyModifiers::ALT));
        assert!(matches!(alt, Some(Event::Edit(Edit::GoToPrevWord))));
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
        let rows = Keymap::with(&unbound).unwrap().help_rows();
        assert!(rows.iter().any(|row| row.action == Action::Export && row.keys.is_empty()));
    }
}
