//! The dialogs for a note, tags, a snooze.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::text::text_field::TextField;
use crate::domain::session::ids::SessionId;
use crate::text::shown_str;

/// The longest tag, in characters.
pub(crate) const LONGEST_TAG: usize = 30;

/// A dialog of one line, a menu, or a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDialog {
    pub ids: Vec<SessionId>,
    /// In words: `dbs-1`, `3 sessions`.
    pub whom: String,
    pub kind: OwnKind,
    /// It has been on the screen: Enter acts only then.
    pub drawn: bool,
}

/// Which dialog of the operator's own is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnKind {
    /// `c`
    Note {
        /// The note as it is typed.
        field: TextField,
        /// There is one that is masked: it is replaced, or stays where nothing is typed.
        hidden: bool,
    },
    /// `T`
    Tags {
        field: TextField,
        /// Tags that all of them had when it opened, and that may be shown; others stay.
        common: Vec<String>,
        /// Tags in use anywhere, most used first.
        in_use: Vec<String>,
    },
    /// `S` in the alerts pane: choices and the one under the cursor.
    Snooze(Vec<(&'static str, Timestamp)>, usize),
    /// `A`
    AcknowledgeAll,
}

impl OwnDialog {
    /// The line being typed.
    #[must_use]
    pub const fn field(&self) -> Option<&TextField> {
        match &self.kind {
            OwnKind::Note { field, .. } | OwnKind::Tags { field, .. } => Some(field),
            OwnKind::Snooze(..) | OwnKind::AcknowledgeAll => None,
        }
    }

    pub(crate) const fn field_mut(&mut self) -> Option<&mut TextField> {
        match &mut self.kind {
            OwnKind::Note { field, .. } | OwnKind::Tags { field, .. } => Some(field),
            OwnKind::Snooze(..) | OwnKind::AcknowledgeAll => None,
        }
    }

    /// Tags in use that go on where the word at the cursor stops.
    #[must_use]
    pub fn completions(&self) -> Vec<&str> {
        let OwnKind::Tags { field, in_use, .. } = &self.kind else { return Vec::new() };
        let typed = words(&field.text());
        let before = field.before_cursor();
        let word = before.rsplit([' ', ',']).next().unwrap_or_default().trim_start_matches('#');
        in_use
            .iter()
            .map(String::as_str)
            .filter(|tag| tag.starts_with(word) && *tag != word && !typed.iter().any(|t| t == tag))
            .collect()
    }
}

/// Words as tags: without `#`, sorted, each once.
pub(crate) fn words(text: &str) -> Vec<String> {
    let words = text.split([' ', ',', ';']).map(|word| word.trim_start_matches('#'));
    let tags: BTreeSet<String> =
        words.filter(|word| !word.is_empty()).map(|word| shown_str(word, LONGEST_TAG)).collect();
    tags.into_iter().collect()
}
