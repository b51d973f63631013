//! The command palette: every action by its name, and words with arguments.
//!
//! Owns what it offers, its history and what Enter runs. Must never do what an action does: it runs
//! the action.

use crate::app::action::Action;
use crate::app::dialogs::by_use::{MOVE, by_use};
use crate::app::dialogs::commands::{self, Word};
use crate::app::dialogs::moved;
use crate::app::dialogs::overlay::Overlay;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::Model;
use crate::app::text::text_field::{TextField, remember};
use crate::app::text::words::TimeForm;
use crate::app::view::{HelpRow, Tone};

/// Commands that the history keeps.
const HISTORY: usize = 50;

/// What a line of the palette runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Run {
    /// An action, as its key would.
    Action(Action),
    /// Another theme.
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
    /// What it does.
    pub description: String,
    /// Its keys in the keymap in force.
    pub keys: String,
    /// What Enter runs.
    pub run: Run,
}

impl PaletteRow {
    fn word(word: Word, argument: &str) -> Self {
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
    /// What is typed.
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

    fn match_again(&mut self) {
        self.all.truncate(self.known);
        let text = self.field.text();
        if let Some((word, argument)) = Word::free(&text) {
            self.all.push(PaletteRow::word(word, argument));
        }
        let wanted = text.to_lowercase();
        let ranked = self.all.iter().enumerate();
        let mut ranked: Vec<(u8, usize)> =
            ranked.filter_map(|(place, row)| Some((rank(row, &wanted)?, place))).collect();
        ranked.sort_unstable();
        self.rows = ranked.into_iter().map(|(_, place)| place).collect();
        self.selected = 0;
    }
}

/// How well a command matches, 0 the best; `None`: not at all. Every word has to be found.
fn rank(row: &PaletteRow, wanted: &str) -> Option<u8> {
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
fn in_order(text: &str, word: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

pub(crate) fn open(model: &mut Model) {
    let rows = by_use(&model.settings.help, model.focus);
    let rows = rows.into_iter().filter(|row| row.action != Action::Palette);
    let (moving, acting): (Vec<HelpRow>, Vec<HelpRow>) =
        rows.partition(|row: &HelpRow| row.section == MOVE);
    let action = |row: HelpRow| PaletteRow {
        text: row.name,
        description: row.description,
        keys: row.keys,
        run: Run::Action(row.action),
    };
    let mut all: Vec<PaletteRow> = acting.into_iter().map(action).collect();
    let words = |text: String, description: &str, run| PaletteRow {
        text,
        description: description.to_owned(),
        keys: String::new(),
        run,
    };
    for (number, form) in (0..).zip(["age", "local", "utc"]) {
        all.push(words(format!("time {form}"), "How times are shown", Run::Time(number)));
    }
    for name in &model.fitting.themes {
        all.push(words(format!("theme {name}"), "Theme for this run", Run::Theme(name.clone())));
    }
    all.push(words("log".to_owned(), "API log", Run::Action(Action::ApiLog)));
    for word in Word::ALL {
        let form = format!("{} {}", word.name(), word.argument());
        all.push(words(form, word.description(), Run::Word(word, None)));
        all.extend(word.offers(model).iter().map(|argument| PaletteRow::word(word, argument)));
    }
    all.extend(moving.into_iter().map(action));
    let known = all.len();
    let field = TextField::default();
    let mut palette = PaletteOverlay { field, all, known, rows: Vec::new(), selected: 0, back: 0 };
    palette.match_again();
    model.overlay = Some(Overlay::Palette(palette));
}

pub(crate) fn typed(palette: &mut PaletteOverlay, change: impl FnOnce(&mut TextField)) {
    change(&mut palette.field);
    palette.back = 0;
    palette.match_again();
}

pub(crate) fn act(model: &mut Model, mut palette: PaletteOverlay, action: Action) -> Vec<Effect> {
    match action {
        Action::Enter => return run(model, palette),
        Action::NextPane => complete(&mut palette),
        // Above the first line lies the history.
        Action::Up if palette.selected == 0 => step(&model.fitting.history, &mut palette, true),
        Action::Down if palette.back > 0 => step(&model.fitting.history, &mut palette, false),
        action => palette.selected = moved(palette.selected, palette.rows.len(), action),
    }
    model.overlay = Some(Overlay::Palette(palette));
    Vec::new()
}

/// Puts the chosen command into the field; of a word whose argument is missing, the word.
fn complete(palette: &mut PaletteOverlay) {
    let Some(row) = palette.chosen() else { return };
    let text = match &row.run {
        Run::Word(word, None) => format!("{} ", word.name()),
        _ => row.text.clone(),
    };
    palette.field = TextField::new(&text);
    palette.match_again();
}

/// One command further back, or forward again.
fn step(history: &[String], palette: &mut PaletteOverlay, older: bool) {
    let back = if older { (palette.back + 1).min(history.len()) } else { palette.back - 1 };
    let text = history.len().checked_sub(back).and_then(|place| history.get(place));
    palette.field = TextField::new(text.map_or("", String::as_str));
    palette.match_again();
    palette.back = back;
}

fn run(model: &mut Model, mut palette: PaletteOverlay) -> Vec<Effect> {
    let Some(row) = palette.chosen().cloned() else {
        let text = crate::text::shown_str(&palette.field.text(), 40);
        model.set_message(format!("no command matches {text:?}"), Tone::Bad);
        model.overlay = Some(Overlay::Palette(palette));
        return Vec::new();
    };
    let done = match row.run {
        Run::Word(_, None) => {
            complete(&mut palette);
            model.overlay = Some(Overlay::Palette(palette));
            return Vec::new();
        }
        Run::Word(word, Some(argument)) => commands::run(model, word, &argument),
        Run::Action(action) => {
            remember(&mut model.fitting.history, row.text, HISTORY);
            model.then = Some(Event::Action(action));
            return Vec::new();
        }
        Run::Theme(name) => {
            model.set_message(format!("theme: {name}"), Tone::Plain);
            Ok(vec![Effect::Theme(name)])
        }
        Run::Time(form) => {
            let forms = [TimeForm::Age, TimeForm::Local, TimeForm::Utc];
            model.show_times(forms.get(usize::from(form)).copied().unwrap_or_default());
            Ok(Vec::new())
        }
    };
    match done {
        Ok(effects) => {
            remember(&mut model.fitting.history, row.text, HISTORY);
            effects
        }
        Err(why) => {
            model.set_message(crate::text::shown_str(&why, 200), Tone::Bad);
            model.overlay = Some(Overlay::Palette(palette));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_before_letters_apart_and_these_before_descriptions() {
        let row = |text: &str, description: &str| PaletteRow {
            text: text.to_owned(),
            description: description.to_owned(),
            keys: "e".to_owned(),
            run: Run::Time(0),
        };
        let export = row("export-many", "Export the marked sessions");
        assert_eq!(rank(&export, "exp"), Some(1));
        assert_eq!(rank(&export, "many"), Some(2));
        assert_eq!(rank(&export, "e"), Some(1));
        assert_eq!(rank(&export, "xpmny"), Some(4));
        assert_eq!(rank(&export, "marked"), Some(5));
        assert_eq!(rank(&export, "exp marked"), Some(5));
        assert_eq!(rank(&export, "exp nothing"), None);
        assert_eq!(rank(&export, "export-many"), Some(0));
    }
}
