//! The add dialog: pasted or typed session IDs, CSV, JSON Lines, each line judged before anything
//! is added.

pub(crate) mod state;

use std::collections::HashSet;
use std::path::PathBuf;

use crate::app::dialogs::add::state::{AddDialog, AddLine, AddVerdict};
use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::overlay::Overlay;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::annotations::remember;
use crate::app::operator::annotations::state::{OwnOverlay, Undo};
use crate::app::operator::time_travel;
use crate::app::text::text_field::TextField;
use crate::app::text::words::count;
use crate::app::view::Tone;
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
            let archived = model.own.archived.get(entry.id).map(|known| &known.entry);
            let watched = model.sessions.item(entry.id).map(|item| &item.session.entry);
            let known = watched.or(archived);
            let entry = known.map_or(entry.clone(), |known| entry.over(known));
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
    if model.overlay.is_some() || model.input.is_some() {
        return false;
    }
    let mut dialog = Box::<AddDialog>::default();
    take(model, &mut dialog, text);
    if dialog.ids.is_empty() {
        return false;
    }
    model.dirty = true;
    if model.in_past() {
        time_travel::refuse(model);
    } else {
        model.overlay = Some(Overlay::Own(OwnOverlay::Add(dialog)));
    }
    true
}

pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    let mut dialog = Box::<AddDialog>::default();
    // Sessions that notifications named: offered, not added.
    let offered: Vec<String> = model.health.offered.iter().map(ToString::to_string).collect();
    take(model, &mut dialog, &offered.join("\n"));
    model.overlay = Some(Overlay::Own(OwnOverlay::Add(dialog)));
    Vec::new()
}

/// The dialog, taken out of the model when it is open.
fn taken(model: &mut Model) -> Option<Box<AddDialog>> {
    match model.overlay.take() {
        Some(Overlay::Own(OwnOverlay::Add(dialog))) => Some(dialog),
        other => {
            model.overlay = other;
            None
        }
    }
}

/// A paste, when the dialog is open; true when it took it.
pub(crate) fn pasted(model: &mut Model, text: &str) -> bool {
    let Some(mut dialog) = taken(model) else {
        return false;
    };
    match &mut dialog.file {
        Some(file) => file.paste(text),
        None => take(model, &mut dialog, text),
    }
    model.overlay = Some(Overlay::Own(OwnOverlay::Add(dialog)));
    model.dirty = true;
    true
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

/// A key has changed the field.
pub(crate) fn typed(model: &mut Model) {
    let Some(mut dialog) = taken(model) else {
        return;
    };
    dialog.typed = judged(model, &dialog, &dialog.field.text(), model.times.now);
    dialog.up = 0;
    dialog.error = None;
    model.overlay = Some(Overlay::Own(OwnOverlay::Add(dialog)));
}

/// A file was read, or not.
pub(crate) fn read(model: &mut Model, outcome: Result<String, String>) {
    let Some(mut dialog) = taken(model) else {
        return;
    };
    match outcome {
        Ok(text) => {
            dialog.file = None;
            take(model, &mut dialog, &text);
        }
        Err(why) => dialog.error = Some(shown_str(&why, 200)),
    }
    model.overlay = Some(Overlay::Own(OwnOverlay::Add(dialog)));
    model.dirty = true;
}

pub(crate) fn act(model: &mut Model, mut dialog: Box<AddDialog>, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    match action {
        Action::Back | Action::Quit | Action::QuitNow if dialog.file.is_some() => {
            dialog.file = None;
            dialog.error = None;
        }
        Action::Back | Action::Quit | Action::QuitNow => return Vec::new(),
        Action::Add => dialog.file = Some(TextField::default()),
        Action::Enter => match &dialog.file {
            Some(file) => effects.push(Effect::ReadList(PathBuf::from(file.text().trim()))),
            None if dialog.drawn && dialog.adding() + dialog.updating() > 0 => {
                return added(model, *dialog);
            }
            None => {}
        },
        Action::NextPane if dialog.file.is_none() => {
            let lines = std::mem::take(&mut dialog.typed);
            dialog.field = TextField::default();
            push(&mut dialog, lines);
        }
        Action::Up => dialog.up = (dialog.up + 1).min(dialog.lines.len()),
        Action::PageUp => dialog.up = (dialog.up + 10).min(dialog.lines.len()),
        Action::Down => dialog.up = dialog.up.saturating_sub(1),
        Action::PageDown => dialog.up = dialog.up.saturating_sub(10),
        _ => {}
    }
    model.overlay = Some(Overlay::Own(OwnOverlay::Add(dialog)));
    effects
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
        remember(model, Undo { what, back: Effect::Remove(back) });
        model.times.keys.after("; ", Action::Undo, "removes again")
    };
    model.set_message(format!("{said}{undoes}"), Tone::Good);
    vec![Effect::Add(entries)]
}
