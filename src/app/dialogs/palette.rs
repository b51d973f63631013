//! The command palette: every action by its name, and words with arguments.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::by_use::{MOVE, by_use};
use crate::app::dialogs::commands;
use crate::app::dialogs::commands::state::PaletteWord;
use crate::app::dialogs::dialog::{Dialog, Flow, RowCursor, STAY};
use crate::app::dialogs::palette::state::{PaletteDialog, PaletteRow, Run};
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::Model;
use crate::app::text::text_field::{TextField, remember};
use crate::app::text::words::TimeForm;
use crate::app::view::{HelpRow, Tone};

/// Commands that the history keeps.
const HISTORY: usize = 50;

pub(crate) fn open(model: &mut Model) {
    let rows = by_use(&model.settings.help, model.focus);
    let rows = rows.into_iter().filter(|row| row.action != Action::Palette);
    let (moving, acting): (Vec<HelpRow>, Vec<HelpRow>) =
        rows.partition(|row: &HelpRow| row.section == MOVE);
    let action = |row: HelpRow| PaletteRow {
        text: row.action.spec().name.to_owned(),
        description: row.action.spec().words.to_owned(),
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
    for form in TimeForm::ALL {
        let name = form.name().to_lowercase();
        all.push(words(format!("time {name}"), "How times are shown", Run::Time(form)));
    }
    for name in &model.layout_settings.themes {
        all.push(words(format!("theme {name}"), "Theme for this run", Run::Theme(name.clone())));
    }
    all.push(words("log".to_owned(), "API log", Run::Action(Action::ApiLog)));
    for word in PaletteWord::ALL.iter().copied() {
        let form = format!("{} {}", word.name(), word.argument());
        all.push(words(form, word.description(), Run::Word(word, None)));
        all.extend(
            commands::offers(word, model).iter().map(|argument| PaletteRow::word(word, argument)),
        );
    }
    all.extend(moving.into_iter().map(action));
    model.open_at_once(PaletteDialog::new(all));
}

impl Dialog for PaletteDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Enter => return run(model, self),
            Action::NextPane => complete(self),
            // Above the first line lies the history.
            Action::Up if self.selected == 0 => step(&model.layout_settings.history, self, true),
            Action::Down if self.back > 0 => step(&model.layout_settings.history, self, false),
            _ => return Flow::Ignored,
        }
        STAY
    }

    fn typing(&self) -> Option<&'static str> {
        Some("run")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(&mut self.field)
    }

    fn typed(&mut self, _: &Model) {
        self.back = 0;
        self.match_again();
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: self.rows.len() })
    }
}

/// Puts the chosen command into the field; of a word whose argument is missing, the word.
fn complete(palette: &mut PaletteDialog) {
    let Some(row) = palette.chosen() else { return };
    let text = match &row.run {
        Run::Word(word, None) => format!("{} ", word.name()),
        _ => row.text.clone(),
    };
    palette.field = TextField::new(&text);
    palette.match_again();
}

/// One command further back, or forward again.
fn step(history: &[String], palette: &mut PaletteDialog, older: bool) {
    let back = if older { (palette.back + 1).min(history.len()) } else { palette.back - 1 };
    let text = history.len().checked_sub(back).and_then(|place| history.get(place));
    palette.field = TextField::new(text.map_or("", String::as_str));
    palette.match_again();
    palette.back = back;
}

fn run(model: &mut Model, palette: &mut PaletteDialog) -> Flow {
    let Some(row) = palette.chosen().cloned() else {
        let text = crate::text::shown_str(&palette.field.text(), 40);
        model.set_message(format!("no command matches {text:?}"), Tone::Bad);
        return STAY;
    };
    let done = match row.run {
        Run::Word(_, None) => {
            complete(palette);
            return STAY;
        }
        Run::Word(word, Some(argument)) => commands::run(model, word, &argument),
        Run::Action(action) => {
            model.then = Some(Event::Action(action));
            Ok(Vec::new())
        }
        Run::Theme(name) => {
            model.set_message(format!("theme: {name}"), Tone::Plain);
            Ok(vec![Effect::Theme(name)])
        }
        Run::Time(form) => {
            model.show_times(form);
            Ok(Vec::new())
        }
    };
    match done {
        Ok(effects) => {
            remember(&mut model.layout_settings.history, row.text, HISTORY);
            Flow::Close(effects)
        }
        Err(why) => {
            model.set_message(crate::text::shown_str(&why, 200), Tone::Bad);
            STAY
        }
    }
}
