//! The mouse: a click goes there, the wheel scrolls what is under it.
//!
//! Off at the start: a terminal that tells of the mouse no longer marks text with it.

use crate::app::action::{Action, Pane};
use crate::app::effect::Effect;
use crate::app::event::{Event, Mouse, MouseDid};
use crate::app::layout::Area;
use crate::app::list::arrange;
use crate::app::list::cursor::{choose, choose_drawn, select_row};
use crate::app::model::Model;
use crate::app::moves::{enter, with_rows};
use crate::app::status::digest;
use crate::app::view::Tone;

/// Rows that one step of the wheel scrolls.
const STEP: isize = 3;

/// `M`: on or off.
pub(crate) fn toggle(model: &mut Model) -> Vec<Effect> {
    model.layout_settings.mouse ^= true;
    let on = model.layout_settings.mouse;
    let text = if on { "mouse on: hold Shift to select text" } else { "mouse off" };
    model.set_message(text, Tone::Plain);
    vec![Effect::Mouse(on)]
}

pub(crate) fn moused(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    if !model.layout_settings.mouse {
        return Vec::new();
    }
    model.dirty = true;
    let by = match mouse.did {
        MouseDid::WheelUp => -STEP,
        MouseDid::WheelDown => STEP,
        // What a dialog asks is answered with the keyboard alone.
        MouseDid::Click if model.dialog.is_some() || model.input.is_some() => return Vec::new(),
        MouseDid::Click => return click(model, mouse.at),
    };
    if model.dialog.is_some() {
        let action = if by < 0 { Action::Up } else { Action::Down };
        model.then = Some(Event::Action(action));
        return Vec::new();
    }
    if let Some((pane, _)) = pane_at(model, mouse.at) {
        scroll(model, pane, by);
    }
    Vec::new()
}

fn holds(area: Area, x: u16, y: u16) -> bool {
    (area.x..area.x + area.w).contains(&x) && (area.y..area.y + area.h).contains(&y)
}

fn pane_at(model: &Model, at: (u16, u16)) -> Option<(Pane, Area)> {
    model.areas().panes.into_iter().find(|(_, area)| holds(*area, at.0, at.1))
}

fn click(model: &mut Model, at: (u16, u16)) -> Vec<Effect> {
    let footer = model.areas().footer;
    if holds(footer, at.0, at.1) {
        let action = model.footer_action(at.0 - footer.x, at.1 - footer.y);
        // As the key that the hint names: with all that stands before a key.
        model.then = action.map(Event::Action);
        return Vec::new();
    }
    // A click is a look, as a key is.
    let looks = digest::key(model);
    if let Some((pane, area)) = pane_at(model, at) {
        // What is clicked belongs to the session that was drawn, whatever stands in its row by now.
        if pane != Pane::List {
            choose_drawn(model);
        }
        let was = std::mem::replace(&mut model.focus, pane);
        // The border has no rows.
        let row = usize::from(at.1 - area.y).checked_sub(1);
        let row = row.filter(|row| *row < area.inner_rows());
        if let Some(row) = row {
            inside(model, pane, was, usize::from(at.0 - area.x).saturating_sub(1), row);
        }
    }
    looks.into_iter().collect()
}

/// A click on a row inside a pane. The row that has the cursor already is entered.
fn inside(model: &mut Model, pane: Pane, was: Pane, column: usize, row: usize) {
    if pane == Pane::List && row == 0 {
        sort_at(model, column);
        return;
    }
    let Some(row) = row.checked_sub(head(pane)).filter(|row| *row < height(model, pane)) else {
        return;
    };
    let again = match pane {
        Pane::List => {
            // By the last frame: since then another session may have come to this row.
            let drawn = model.drawn.visible(row);
            let Some(id) = drawn.filter(|id| model.sessions.item(*id).is_some()) else { return };
            let again = model.selected == Some(id);
            choose(model, id);
            again
        }
        Pane::Tree => {
            let visible = model.tree_paths();
            let Some(path) = visible.get(model.tree_window().start + row) else { return };
            let again = model.tree.selected == *path;
            model.tree.selected.clone_from(path);
            model.remember_tree();
            again
        }
        _ => with_rows(model, pane, |rows| {
            let row = *rows.offset + row;
            let again = *rows.cursor == row;
            if row < rows.len {
                *rows.cursor = row;
            }
            again && row < rows.len
        }),
    };
    if again && was == pane {
        enter(model);
    }
}

/// Lines above a pane's rows.
const fn head(pane: Pane) -> usize {
    match pane {
        Pane::List | Pane::Checks => 1,
        Pane::Tree | Pane::Timeline | Pane::Alerts | Pane::Letter | Pane::Json | Pane::Notes => 0,
    }
}

/// Rows that a pane has room for.
fn height(model: &Model, pane: Pane) -> usize {
    match pane {
        Pane::List => model.list_height(),
        Pane::Alerts => model.rows_in(pane, model.metrics_lines()),
        _ => model.rows_in(pane, head(pane)),
    }
}

/// Sorts by the column of a place in the list's head; the signs before the first stand for attention.
fn sort_at(model: &mut Model, column: usize) {
    if model.list_len() == 0 {
        return;
    }
    let fitted = model.list_columns(model.list_width());
    let Some(column) = column.checked_sub(fitted.before()) else {
        arrange::sort_by(model, None);
        return;
    };
    let mut end = 0;
    let mut columns = fitted.columns.into_iter();
    let hit = columns.find(|(_, width)| {
        end += width;
        column < end
    });
    if let Some((hit, _)) = hit {
        arrange::sort_by(model, Some(hit));
    }
}

/// The rows move; the cursor stays on its row as long as that is on the screen.
fn scroll(model: &mut Model, pane: Pane, by: isize) {
    match pane {
        Pane::List => {
            let (len, height) = (model.sessions.len(), height(model, pane));
            choose_drawn(model);
            let start = model.list_window().start;
            let row = model.row_in_window();
            let (offset, cursor) = scrolled(start, row.unwrap_or(start), by, len, height);
            model.offset = offset;
            if row.is_some_and(|row| row != cursor) {
                select_row(model, cursor);
            }
        }
        Pane::Tree => {
            let visible = model.tree_paths();
            let cursor = visible.iter().position(|path| *path == model.tree.selected).unwrap_or(0);
            let height = height(model, pane);
            let (offset, cursor) =
                scrolled(model.tree_window().start, cursor, by, visible.len(), height);
            model.tree_offset = offset;
            if let Some(path) = visible.get(cursor) {
                model.tree.selected.clone_from(path);
                model.remember_tree();
            }
        }
        _ => {
            let height = height(model, pane);
            with_rows(model, pane, |rows| {
                let cursor = (*rows.cursor).min(rows.len.saturating_sub(1));
                (*rows.offset, *rows.cursor) = scrolled(*rows.offset, cursor, by, rows.len, height);
            });
        }
    }
}

/// Offset and cursor of so many rows, of which `height` are on the screen, after a step.
fn scrolled(offset: usize, cursor: usize, by: isize, len: usize, height: usize) -> (usize, usize) {
    let offset = offset.saturating_add_signed(by).min(len.saturating_sub(height));
    let last = (offset + height).min(len).saturating_sub(1);
    (offset, cursor.clamp(offset.min(last), last))
}

#[cfg(test)]
mod tests {
    use super::scrolled;

    #[test]
    fn the_cursor_stays_on_its_row_while_that_is_on_the_screen() {
        assert_eq!(scrolled(0, 5, 3, 100, 10), (3, 5));
        assert_eq!(scrolled(0, 1, 3, 100, 10), (3, 3));
        assert_eq!(scrolled(3, 12, -3, 100, 10), (0, 9));
        assert_eq!(scrolled(88, 99, 3, 100, 10), (90, 99));
        assert_eq!(scrolled(0, 2, 3, 4, 10), (0, 2));
        assert_eq!(scrolled(0, 0, 3, 0, 10), (0, 0));
    }
}
