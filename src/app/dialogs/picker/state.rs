//! A list to pick from, narrowed by typing.

use std::cmp::Reverse;

use crate::app::text::fuzzy::{Typed, ranked};
use crate::app::text::text_field::TextField;

/// What is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerKind {
    Programs,
    /// The order of the list: one of them.
    Sort,
    /// Its columns: any of them.
    Columns,
    /// Filter, order and columns together: one of them.
    Views,
}

/// A list to pick from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickerDialog {
    pub kind: PickerKind,
    /// Everything that there is to pick.
    pub all: Vec<PickRow>,
    /// Indices into `all` of those that match, best first.
    pub rows: Vec<usize>,
    /// Index into `rows`.
    pub selected: usize,
    pub search: TextField,
    /// The search is being typed.
    pub typing: bool,
}

/// One line of a picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PickRow {
    /// `due ▲`
    pub name: String,
    /// What it means; safe text.
    pub words: String,
    pub on: bool,
}

impl PickerDialog {
    /// The cursor stands on the first line that is on.
    pub(crate) fn new(kind: PickerKind, all: Vec<PickRow>) -> Self {
        let selected = all.iter().position(|row| row.on).unwrap_or(0);
        let rows = (0..all.len()).collect();
        Self { kind, all, rows, selected, search: TextField::default(), typing: false }
    }

    /// Where the line under the cursor stands among all; `None`: nothing matches.
    pub(crate) fn place(&self) -> Option<usize> {
        self.rows.get(self.selected).copied()
    }

    /// Lists what matches, the cursor on the best.
    pub(crate) fn match_again(&mut self) {
        let mut typed = Typed::new(&self.search.text());
        let scores = self.all.iter().map(|row| typed.score(&row.name, "", &row.words));
        self.rows = ranked(scores.map(|score| score.map(Reverse)));
        self.selected = 0;
    }

    /// Ends the search; the cursor stays on its line.
    pub(crate) fn list_all(&mut self) {
        let place = self.place();
        self.search = TextField::default();
        self.typing = false;
        self.match_again();
        self.selected = place.unwrap_or(0);
    }
}
