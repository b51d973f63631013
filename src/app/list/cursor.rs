//! The cursor of the list and the window of rows that the list shows.
//!
//! The operator alone moves them: rows come and go beneath the window, and a chosen session stays
//! chosen wherever its row goes.

pub(crate) mod state;

use std::ops::Range;

use crate::app::action::Action;
use crate::app::layout;
use crate::app::list::cursor::state::{Cursor, Drawn};
use crate::app::model::{Model, window};
use crate::app::text::words;
use crate::app::view::{Cell, Pane, Tone};
use crate::domain::session::ids::SessionId;

impl Model {
    /// Rows of the list pane when it is on the screen, and otherwise the rows it will have again.
    fn place_height(&self) -> usize {
        if self.areas().pane(Pane::List).is_some() {
            return self.list_height();
        }
        let areas = layout::fitted(self.size, Pane::List, false, self.layout_settings.proportions);
        areas.pane(Pane::List).map_or(0, |area| area.inner_rows().saturating_sub(2))
    }

    /// The window of a list of this height.
    pub(crate) fn window_of(&self, height: usize) -> Range<usize> {
        let len = self.sessions.len();
        let start = self.offset.min(len.saturating_sub(height.max(1)));
        start..(start + height).min(len)
    }

    /// The row of the cursor, in the window or not; `None`: the list does not have it.
    pub(crate) fn cursor_row(&self) -> Option<usize> {
        match self.cursor {
            Cursor::Row(row) => Some(row.min(self.sessions.len().checked_sub(1)?)),
            Cursor::Session(id) => self.sessions.row_of(id),
        }
    }

    /// The row of the cursor, where the window has it.
    pub(crate) fn row_in_window(&self) -> Option<usize> {
        let window = self.window_of(self.place_height());
        self.cursor_row().filter(|row| window.contains(row))
    }

    /// Where the chosen session has gone, while the window does not have it: `dbs-894 is now done:
    /// APPROVE, row 640 · ' goes there`. The hint is left out where it has no room.
    pub(crate) fn away(&self, room: usize) -> Option<Cell> {
        let id = self.cursor.session()?;
        if self.row_in_window().is_some() {
            return None;
        }
        let item = self.sessions.item(id)?;
        let found = self.times.assess(&item.session, &self.settings.rules);
        let stage = words::stage(&found.stage, self.times.now);
        let name = self.times.name(&item.session, 40);
        let (place, hint) = match self.cursor_row() {
            Some(row) => (format!("row {}", row + 1), (Action::ChosenSession, "goes there")),
            None => ("hidden by the filter".to_owned(), (Action::Back, "clears the filter")),
        };
        let text = format!("{name} is now {}, {place}", stage.text);
        let hint = self.times.keys.hint(hint.0, hint.1).map(|hint| format!(" · {hint}"));
        let whole = format!("{text}{}", hint.unwrap_or_default());
        let text = if crate::text::width(&whole) <= room { whole } else { text };
        Some(Cell::new(text, Tone::Notice))
    }

    /// Notes what the next frame shows of the list.
    pub(crate) fn note_drawn(&mut self) {
        let rows = if self.areas().pane(Pane::List).is_some() { self.list_window() } else { 0..0 };
        let first = rows.start;
        let ids = rows.filter_map(|row| self.sessions.at(row)).map(|item| item.session.id());
        self.drawn = Drawn { first, ids: ids.collect() };
    }
}

/// Before an action on a session: the cursor goes from its row to the session that the last frame
/// showed there. False: that one has left the list since then, and the key must not hit another.
pub(crate) fn choose_drawn(model: &mut Model) -> bool {
    let (Cursor::Row(_), Some(row)) = (model.cursor, model.cursor_row()) else { return true };
    match model.drawn.at(row).or(model.selected) {
        Some(id) if model.sessions.item(id).is_some() => {
            choose(model, id);
            true
        }
        _ => false,
    }
}

/// Puts the cursor on a session; the window stays.
pub(crate) fn choose(model: &mut Model, id: SessionId) {
    model.cursor = Cursor::Session(id);
    settle(model);
}

/// Puts the cursor on a session, and moves the window so far that it has it.
pub(crate) fn go_to(model: &mut Model, id: SessionId) {
    choose(model, id);
    show(model);
}

/// The same by its row.
pub(crate) fn select_row(model: &mut Model, row: usize) {
    let last = model.sessions.len().saturating_sub(1);
    if let Some(id) = model.sessions.at(row.min(last)).map(|item| item.session.id()) {
        go_to(model, id);
    }
}

/// So many rows further; from outside the window, to the edge of the window that comes first.
pub(crate) fn move_row(model: &mut Model, by: isize) {
    let row = match model.row_in_window() {
        Some(row) => row.saturating_add_signed(by),
        None => edge(model, by > 0),
    };
    select_row(model, row);
}

/// The first row of the window, or the last one.
pub(crate) fn edge(model: &Model, first: bool) -> usize {
    let window = model.window_of(model.place_height());
    if first { window.start } else { window.end.saturating_sub(1) }
}

/// On the first row, with whatever comes there.
pub(crate) fn release(model: &mut Model) {
    model.cursor = Cursor::FIRST;
    model.offset = 0;
    model.drawn.forget();
    settle(model);
}

/// The operator changed what is listed, or its order: a chosen session that is still listed is shown,
/// else the cursor stands on the first row.
pub(crate) fn relisted(model: &mut Model, cursor: Cursor) {
    match cursor.session().filter(|id| model.sessions.row_of(*id).is_some()) {
        Some(id) => {
            model.drawn.forget();
            go_to(model, id);
        }
        None => release(model),
    }
}

/// Moves the window so far that it has the cursor.
fn show(model: &mut Model) {
    let height = model.place_height();
    if let Some(row) = model.cursor_row().filter(|_| height > 0) {
        let start = model.window_of(height).start;
        model.offset = window(model.sessions.len(), row, start, height).start;
    }
}

/// Rows have moved: the cursor stays on its session, or on its row, and the window stays. Where a
/// chosen session has left the list, the cursor stays on the row where it stood.
pub(crate) fn settle(model: &mut Model) {
    if let Some(id) = model.returns.take_if(|id| model.sessions.item(*id).is_some()) {
        model.cursor = Cursor::Session(id);
        show(model);
    }
    let before = model.selected;
    if let Cursor::Session(id) = model.cursor
        && model.sessions.item(id).is_none()
    {
        let window = model.window_of(model.place_height());
        let row = if window.contains(&model.row) { model.row } else { window.start };
        model.cursor = Cursor::Row(row);
        // The cursor of an earlier run may be gone without the operator's doing.
        let begun = model.built.is_some();
        if begun && model.annotations.archived.get(id).is_none() {
            model.set_message(
                "The session under the cursor was removed; this is its neighbour.",
                Tone::Notice,
            );
        }
    }
    model.row = model.cursor_row().unwrap_or(model.row);
    model.selected = match model.cursor {
        Cursor::Session(id) => Some(id),
        Cursor::Row(_) => model.sessions.at(model.row).map(|item| item.session.id()),
    };
    if model.selected != before || model.selected.is_none() {
        model.resting = false;
        model.rebuild(true);
        model.dirty = true;
    }
}

/// `'`: to the row of the chosen session.
pub(crate) fn to_chosen(model: &mut Model) {
    let Some(name) = model.selected_name() else { return };
    let Some(row) = model.cursor_row() else {
        let clears = model.times.keys.after("; ", Action::Back, "clears the filter");
        model.set_message(format!("the filter hides {name}{clears}"), Tone::Notice);
        return;
    };
    model.focus = Pane::List;
    show(model);
    model.set_message(format!("{name}: row {} of {}", row + 1, model.sessions.len()), Tone::Plain);
}
