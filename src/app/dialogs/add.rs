//! The add dialog: pasted or typed session IDs, CSV, JSON Lines, each line judged before anything
//! is added.

pub(crate) mod state;

use std::collections::HashSet;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::add::state::{AddDialog, AddLine, AddVerdict};
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, PAGE, STAY};
use crate::app::dialogs::open::OpenDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::motion::Motion;
use crate::app::operator::annotations::remember;
use crate::app::operator::annotations::state::Undo;
use crate::app::operator::time_travel;
use crate::app::text::text_field::TextField;
use crate::app::text::words::count;
use crate::app::view::Tone;
use crate::domain::watchlist::command::OperatorCommand;
use crate::import::{self, Added, says_more};
use crate::text::shown_str;

/// More lines than these are not taken in.
const MOST: usize = 100_000;

/// The rows of a text, held against the watch-list.
fn judged(model: &Model, dialog: &AddDialog, text: &str, now: Timestamp) -> Vec<AddLine> {
    let mut here = HashSet::new();
    let rows = import::read(text, now).into_iter();
    rows.map(|row| {
        let id = row.entry.as_ref().ok().map(|entry| entry.id);
        let twice = id.is_some_and(|id| dialog.ids.contains(&id) || !here.insert(id));
        judge(model, twice, row)
    })
    .collect()
}

fn judge(model: &Model, twice: bool, row: import::Row) -> AddLine {
    let (verdict, entry) = match row.entry {
        Ok(entry) => {
            let archived = model.annotations.archived.get(entry.id).map(|known| &known.entry);
            let watched = model.sessions.item(entry.id).map(|item| &item.session.entry);
            let verdict = match (watched, archived) {
                _ if twice => AddVerdict::Twice,
                (Some(known), _) if says_more(&entry, known) => AddVerdict::Updated,
                (Some(_), _) => AddVerdict::Watched,
                (None, Some(_)) => AddVerdict::Archived,
                (None, None) => AddVerdict::New,
            };
            (verdict, Some(entry))
        }
        Err(why) => (AddVerdict::Bad(why), None),
    };
    AddLine { text: row.text, verdict, entry }
}

fn push(dialog: &mut AddDialog, lines: Vec<AddLine>) {
    for line in lines.into_iter().take(MOST.saturating_sub(dialog.lines.len())) {
        dialog.ids.extend(line.entry.as_ref().map(|entry| entry.id));
        dialog.lines.push(line);
    }
}

/// A paste where nothing is typed: a text that names sessions
/// is offered in the dialog, another one is no input.
pub(crate) fn offer(model: &mut Model, text: &str) -> bool {
    if model.dialog.is_some() || model.input.is_some() {
        return false;
    }
    let mut dialog = AddDialog::default();
    take(model, &mut dialog, text);
    if dialog.ids.is_empty() {
        return false;
    }
    model.dirty = true;
    if model.in_past() {
        time_travel::refuse(model);
    } else {
        model.open(dialog);
    }
    true
}

pub(crate) fn open(model: &mut Model) {
    let mut dialog = AddDialog::default();
    // Sessions that notifications named: offered, not added.
    let offered: Vec<String> = model.health.offered.iter().map(ToString::to_string).collect();
    take(model, &mut dialog, &offered.join("\n"));
    model.open(dialog);
}

/// Takes in many lines; what was typed before goes in front of the first.
fn take(model: &Model, dialog: &mut AddDialog, text: &str) {
    let before = std::mem::take(&mut dialog.field).text();
    dialog.typed = Vec::new();
    dialog.up = 0;
    let text = text.trim_start_matches('\u{feff}');
    let lines = judged(model, dialog, &format!("{before}{text}"), model.times.now);
    push(dialog, lines);
}

/// A file was read, or not.
pub(crate) fn read(model: &mut Model, outcome: Result<String, String>) {
    let open = model.dialog.take_if(|open| matches!(open, OpenDialog::Add(_)));
    let Some(OpenDialog::Add(mut dialog)) = open else { return };
    match outcome {
        Ok(text) => {
            dialog.file = None;
            take(model, &mut dialog, &text);
        }
        Err(why) => dialog.error = Some(shown_str(&why, 200)),
    }
    model.dialog = Some(OpenDialog::Add(dialog));
    model.dirty = true;
}

impl Dialog for AddDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Add => self.file = Some(TextField::default()),
            Action::Enter => match &self.file {
                Some(file) => {
                    let path = PathBuf::from(file.text().trim());
                    return Flow::Stay(vec![Effect::ReadList(path)]);
                }
                None if self.adding() + self.updating() > 0 => {
                    return Flow::Close(added(model, std::mem::take(self)));
                }
                None => {}
            },
            Action::NextPane if self.file.is_none() => {
                let lines = std::mem::take(&mut self.typed);
                self.field = TextField::default();
                push(self, lines);
            }
            _ => return Flow::Ignored,
        }
        STAY
    }

    fn leave(&mut self, _: &Model) -> Flow {
        self.error = None;
        if self.file.take().is_some() { STAY } else { CLOSE }
    }

    fn confirms(&self, action: Action) -> bool {
        action == Action::Enter && self.file.is_none()
    }

    fn typing(&self) -> Option<&'static str> {
        Some("add")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(self.file.as_mut().unwrap_or(&mut self.field))
    }

    fn typed(&mut self, model: &Model) {
        self.typed = judged(model, self, &self.field.text(), model.times.now);
        self.up = 0;
        self.error = None;
    }

    fn pasted(&mut self, model: &Model, text: &str) {
        match &mut self.file {
            Some(file) => file.paste(text),
            None => take(model, self, text),
        }
    }

    /// The lines are counted from their end, which is what is seen.
    fn moved(&mut self, _: &Model, motion: Motion) -> Vec<Effect> {
        let lines = self.lines.len();
        self.up = lines - motion.target(lines - self.up.min(lines), lines + 1, PAGE);
        Vec::new()
    }
}

fn added(model: &mut Model, dialog: AddDialog) -> Vec<Effect> {
    let (mut said, mut back, mut entries) = (Added::default(), Vec::new(), Vec::new());
    for line in dialog.lines.into_iter().chain(dialog.typed) {
        match (line.verdict, line.entry) {
            (AddVerdict::New, Some(entry)) => {
                said.new += 1;
                back.push(entry.id);
                entries.push(entry);
            }
            (AddVerdict::Archived, Some(entry)) => {
                said.back += 1;
                entries.push(entry);
            }
            (AddVerdict::Updated, Some(entry)) => {
                said.updated += 1;
                entries.push(entry);
            }
            (AddVerdict::Watched, _) => said.unchanged += 1,
            (AddVerdict::Bad(_), _) => said.not_understood += 1,
            (
                AddVerdict::Twice | AddVerdict::New | AddVerdict::Archived | AddVerdict::Updated,
                _,
            ) => {}
        }
    }
    let undoes = if back.is_empty() {
        String::new()
    } else {
        let what = format!("added {}", count(back.len(), "session"));
        remember(model, Undo { what, back: OperatorCommand::Remove(back) });
        model.times.keys.after("; ", Action::Undo, "removes again")
    };
    model.set_message(format!("{said}{undoes}"), Tone::Good);
    vec![Effect::Command(OperatorCommand::Add(entries))]
}
