//! Keys to actions.
//!
//! Owns the keymap in force. Must never know what an action does.

use crossterm::event::KeyEvent;

use crate::app::action::{Action, HelpRow, Mode, Pane};
use crate::app::event::Event;

/// Why a keymap cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("keymap: {0}")]
pub struct KeymapError(String);

/// The keymap in force.
#[derive(Debug)]
pub struct Keymap {}

impl Keymap {
    /// The keymap of `assets/keymap.toml`.
    ///
    /// # Errors
    /// Never for the one that ships (held by a test).
    pub fn shipped() -> Result<Self, KeymapError> {
        Ok(Self {})
    }

    /// What a key means; `None`: nothing (a release, an unbound key).
    #[must_use]
    pub fn resolve(&self, mode: Mode, key: KeyEvent) -> Option<Event> {
        let _ = (mode, key);
        None
    }

    /// Every action with its keys, for the help.
    #[must_use]
    pub fn help_rows(&self) -> Vec<HelpRow> {
        Vec::new()
    }

    /// The first key of an action, as printed: `e`, `ctrl-d`; `None` when unbound.
    #[must_use]
    pub fn key_of(&self, action: Action) -> Option<String> {
        let _ = action;
        None
    }

    /// Keys and short words for the footer, most useful first.
    #[must_use]
    pub fn hints(&self, mode: Mode, pane: Pane) -> Vec<(String, &'static str)> {
        let _ = (mode, pane);
        Vec::new()
    }
}
