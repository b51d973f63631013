//! `?`: every key, searched by typing; Enter runs the chosen one.

pub(crate) mod state;

use std::cmp::Reverse;

use crate::app::action::Action;
use crate::app::dialogs::by_use::by_use;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow};
use crate::app::dialogs::help::state::HelpDialog;
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Model, window};
use crate::app::motion::{Distance, Motion};
use crate::app::text::fuzzy::{Typed, ranked};
use crate::app::text::text_field::TextField;
use crate::app::view::HelpRow;

pub(crate) fn open(model: &mut Model) {
    let rows = by_use(&model.settings.help, model.focus);
    let total = rows.len();
    model.open_at_once(HelpDialog {
        search: TextField::default(),
        rows,
        total,
        selected: 0,
        first: 0,
    });
}

impl Dialog for HelpDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Help => CLOSE,
            Action::Enter => {
                let chosen = self.rows.get(self.selected).map(|row| row.action);
                model.then = chosen.map(Event::Action);
                CLOSE
            }
            _ => Flow::Ignored,
        }
    }

    fn typing(&self) -> Option<&'static str> {
        Some("run")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(&mut self.search)
    }

    fn typed(&mut self, model: &Model) {
        let all = by_use(&model.settings.help, model.focus);
        let mut typed = Typed::new(&self.search.text());
        let places = ranked(all.iter().map(|row: &HelpRow| {
            let spec = row.action.spec();
            let words = format!("{} {}", spec.words, row.section);
            typed.score(spec.name, &row.keys, &words).map(Reverse)
        }));
        self.rows = places.into_iter().filter_map(|place| all.get(place)).cloned().collect();
        (self.selected, self.first) = (0, 0);
    }

    fn moved(&mut self, model: &Model, motion: Motion) -> Vec<Effect> {
        let (page, len) = (HelpDialog::page(model.size.1), self.rows.len());
        self.selected = motion.target(self.selected, len, page);
        // A page takes the window along, not only the cursor.
        if matches!(motion, Motion::Down(Distance::Page) | Motion::Up(Distance::Page)) {
            self.first = motion.target(self.first, len, page);
        }
        self.first = window(len, self.selected, self.first, page).start;
        Vec::new()
    }
}
