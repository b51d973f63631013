//! The command palette: its rows, and how they are ranked.

use crate::app::action::Action;
use crate::app::dialogs::commands::state::Word;
use crate::app::text::text_field::TextField;

/// What a line of the palette runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// An action, as its key would.
    Action(Action),
    Theme(String),
    /// Times as age, local, UTC: the index in that order.
    Time(u8),
    /// A word with its argument; `None`: the argument is still to be typed.
    Word(Word, Option<String>),
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
    pub(crate) fn word(word: Word, argument: &str) -> Self {
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
pub struct PaletteOverlay {
    pub field: TextField,
    /// All commands; the last may be what is typed.
    pub all: Vec<PaletteRow>,
    /// How many of them are offered whatever is typed.
    pub known: usize,
    /// Indices into `all` of those that match, best first.
    pub rows: Vec<usize>,
    /// Index into `rows`.
    pub selected: usize,
    /// How many commands back the arrow has gone; 0: none.
    pub back: usize,
}

impl PaletteOverlay {
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
        if let Some((word, argument)) = Word::free(&text) {
            self.all.push(PaletteRow::word(word, argument));
        }
        let wanted = text.to_lowercase();
        let ranked = self.all.iter().enumerate();
        let mut ranked: Vec<(u8, usize)> =
            ranked.filter_map(|(place, row)| Some((rank(row, &wanted)?, place))).collect();
        // Of equal rank the one that stands first in the help, by its place.
        ranked.sort_unstable();
        self.rows = ranked.into_iter().map(|(_, place)| place).collect();
        self.selected = 0;
    }
}

/// How well a command matches, 0 the best; `None`: not at all. Every word has to be found.
pub(crate) fn rank(row: &PaletteRow, wanted: &str) -> Option<u8> {
    let after = |word: Word| wanted.trim_start().strip_prefix(word.name())?.strip_prefix(' ');
    match &row.run {
        // Arguments are offered, or taken as they are, once their word stands there.
        Run::Word(word, Some(argument)) => {
            let typed = after(*word)?.trim();
            return argument.to_lowercase().starts_with(typed).then_some(1);
        }
        // From then on the word alone is no command.
        Run::Word(word, None) if after(*word).is_some_and(|typed| !typed.is_empty()) => {
            return None;
        }
        _ if row.text == wanted.trim() => return Some(0),
        _ => {}
    }
    let description = row.description.to_lowercase();
    let of_word = |word: &str| {
        let fits = [
            row.text.starts_with(word),
            row.text.contains(word),
            row.keys.split(' ').any(|key| key.eq_ignore_ascii_case(word)),
            in_order(&row.text, word),
            description.contains(word),
        ];
        fits.iter().position(|fits| *fits).and_then(|place| u8::try_from(place + 1).ok())
    };
    let mut words = wanted.split_whitespace().map(of_word);
    words.try_fold(0, |worst, rank| Some(rank?.max(worst)))
}

/// The letters of `word` stand in `text` in their order, anything between them.
pub(crate) fn in_order(text: &str, word: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}
