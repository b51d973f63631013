//! What adding came to, in figures and words.

use std::fmt;

use crate::domain::watchlist::watched::WatchEntry;

/// How many sessions were new, changed or known. Its text
/// is the same in the dashboard and on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Sessions that were not known before.
    pub new: usize,
    /// Stay on the list, with another reference, other tags or other times.
    pub updated: usize,
    /// Sessions that were archived or removed before.
    pub back: usize,
    /// Stay on the list as they were.
    pub unchanged: usize,
    /// Lines that name no session.
    pub not_understood: usize,
}

impl Added {
    /// Counts one entry. `known` is the entry before, and whether it was off the list.
    pub fn count(&mut self, entry: &WatchEntry, known: Option<(&WatchEntry, bool)>) {
        match known {
            None => self.new += 1,
            Some((_, true)) => self.back += 1,
            Some((known, false)) if says_more(entry, known) => self.updated += 1,
            Some(_) => self.unchanged += 1,
        }
    }
}

/// An entry says something of a session that the known one does not. The time of adding is none.
#[must_use]
pub fn says_more(entry: &WatchEntry, known: &WatchEntry) -> bool {
    // Each reading gives a new one: a list read twice would count as updated.
    entry.clone().over(known) != *known
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, updated, back, unchanged, not_understood } = *self;
        let said = [
            (updated, "updated"),
            (back, "back on the list"),
            (unchanged, "already on the list"),
            (not_understood, "not understood"),
        ];
        let said: Vec<String> = said
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        if new > 0 || said.is_empty() {
            write!(f, "{new} added{}", if said.is_empty() { "" } else { ", " })?;
        }
        f.write_str(&said.join(", "))
    }
}
