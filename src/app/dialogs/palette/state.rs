//! The command palette: its rows, and how they are ranked.

use std::cmp::Reverse;

use crate::app::action::Action;
use crate::app::dialogs::commands::state::PaletteWord;
use crate::app::text::fuzzy::{Typed, ranked};
use crate::app::text::text_field::TextField;
use crate::app::text::words::TimeForm;

/// What a line of the palette runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// An action, as its key would.
    Action(Action),
    Theme(String),
    Time(TimeForm),
    /// A word with its argument; `None`: the argument is still to be typed.
    Word(PaletteWord, Option<String>),
}

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteRow {
    /// `export`, `theme dark`: what is typed.
    pub text: String,
    pub description: String,
    /// Its keys in the keymap in force.
    pub keys: String,
    pub run: Run,
}

impl PaletteRow {
    pub(crate) fn word(word: PaletteWord, argument: &str) -> Self {
        Self {
            text: format!("{} {argument}", word.name()),
            description: word.description().to_owned(),
            keys: String::new(),
            run: Run::Word(word, Some(argument.to_owned())),
        }
    }
}

/// `:`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaletteDialog {
    pub field: TextField,
    /// All commands; the last may be what is typed.
    pub all: Vec<PaletteRow>,
    /// How many of them are offered whatever is typed.
    known: usize,
    /// Indices into `all` of those that match, best first.
    pub rows: Vec<usize>,
    /// Index into `rows`.
    pub selected: usize,
    /// How many commands back the arrow has gone; 0: none.
    pub back: usize,
}

impl PaletteDialog {
    pub(crate) fn new(all: Vec<PaletteRow>) -> Self {
        let (field, known) = (TextField::default(), all.len());
        let mut palette = Self { field, all, known, rows: Vec::new(), selected: 0, back: 0 };
        palette.match_again();
        palette
    }

    /// The row under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Option<&PaletteRow> {
        self.all.get(*self.rows.get(self.selected)?)
    }

    /// Commands there are, without the arguments that a word offers.
    #[must_use]
    pub fn commands(&self) -> usize {
        let offer = |row: &&PaletteRow| matches!(row.run, Run::Word(_, Some(_)));
        self.all.iter().filter(|row| !offer(row)).count()
    }

    pub(crate) fn match_again(&mut self) {
        // What was typed before stands behind the known ones.
        self.all.truncate(self.known);
        let text = self.field.text();
        let in_words = PaletteWord::typed(&text);
        if let Some((word, argument)) = in_words.filter(|(word, _)| word.is_free()) {
            self.all.push(PaletteRow::word(word, argument));
        }
        let (wanted, mut typed) = (text.trim_start().to_lowercase(), Typed::new(&text));
        // What is as good keeps its order: the pane's own first, the keys that move last.
        let scores = self.all.iter().map(|row| score(row, &wanted, &mut typed).map(Reverse));
        self.rows = ranked(scores);
        // None of what is offered: to run it says what there is.
        if let Some((word, argument)) = in_words.filter(|_| self.rows.is_empty()) {
            self.rows.push(self.all.len());
            self.all.push(PaletteRow::word(word, argument));
        }
        self.selected = 0;
    }
}

/// How well a command matches; `None`: not at all.
fn score(row: &PaletteRow, wanted: &str, typed: &mut Typed) -> Option<u32> {
    let after = |word: PaletteWord| wanted.strip_prefix(word.name())?.strip_prefix(' ');
    // Once its argument is typed, a word alone is no command.
    if let Run::Word(word, None) = &row.run
        && after(*word).is_some_and(|typed| !typed.trim().is_empty())
    {
        return None;
    }
    if row.text.to_lowercase() == wanted.trim_end() {
        return Some(u32::MAX);
    }
    if let Run::Word(word, Some(argument)) = &row.run {
        // Offered once their word stands there, and before what only resembles it.
        return Some(u32::MAX / 2 + Typed::new(after(*word)?).score(argument, "", "")?);
    }
    typed.score(&row.text, &row.keys, &row.description)
}
