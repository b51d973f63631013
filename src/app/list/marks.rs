//! Marking many rows of the list: a range, all that are listed.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use crate::app::action::Action;
use crate::app::list::cursor::settle;
use crate::app::model::Model;
use crate::app::text::words::count;
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;

impl Model {
    /// How many are marked.
    #[must_use]
    pub fn marked(&self) -> usize {
        self.sessions.marks().len()
    }

    /// The rows from where the range began to the cursor, while one is being drawn.
    pub(crate) fn range_rows(&self) -> Option<RangeInclusive<usize>> {
        let from = self.sessions.row_of(self.range_from?)?;
        let to = self.cursor_row()?;
        Some(from.min(to)..=from.max(to))
    }
}

/// `v`: begins a range at the cursor, and then marks it.
pub(crate) fn range(model: &mut Model) {
    if let Some(rows) = model.range_rows() {
        model.range_from = None;
        mark(model, rows);
        return;
    }
    model.range_from = model.selected;
    if let Some(name) = model.selected_name() {
        let keys = &model.times.keys;
        let marks = keys.after(", ", Action::MarkRange, "marks the range");
        let back = keys.after(", ", Action::Back, "cancels");
        let text = format!("marking from {name} on: move{marks}{back}");
        model.set_message(text, Tone::Plain);
    }
}

/// `ctrl-a`: all that the filter shows.
pub(crate) fn all(model: &mut Model) {
    model.range_from = None;
    if let Some(last) = model.sessions.len().checked_sub(1) {
        mark(model, 0..=last);
    }
}

fn mark(model: &mut Model, rows: RangeInclusive<usize>) {
    let items = rows.filter_map(|row| model.sessions.at(row));
    let ids: Vec<SessionId> = items.map(|item| item.session.id()).collect();
    change(model, |marks| marks.extend(ids));
    model.set_message(format!("{} marked", count(model.marked(), "session")), Tone::Plain);
}

/// Marks a session, or takes its mark away.
pub(crate) fn toggle(model: &mut Model, id: SessionId) {
    change(model, |marks| {
        if !marks.remove(&id) {
            marks.insert(id);
        }
    });
}

/// `ctrl-\`: none.
pub(crate) fn clear(model: &mut Model) {
    model.range_from = None;
    change(model, HashSet::clear);
}

fn change(model: &mut Model, change: impl FnOnce(&mut HashSet<SessionId>)) {
    model.sessions.change_marks(change, model.times.now);
    settle(model);
}
