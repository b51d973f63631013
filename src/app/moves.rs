//! Moving: cursor, panes, folding, going in.
//!
//! Rows may move under the cursor; the cursor moves by these alone.

use crate::app::action::Action;
use crate::app::detail::tree_moves as tree;
use crate::app::list::arrange;
use crate::app::list::cursor::{edge, go_to, move_row, release, select_row};
use crate::app::list::marks;
use crate::app::model::{Model, RowPane};
use crate::app::motion::{Distance, Motion};
use crate::app::view::{AlertRow, CheckForm, Glyph, Pane, Tone};

/// To the pane, or from it back to the list.
pub(crate) fn toggle_pane(model: &mut Model, pane: Pane) {
    model.focus = if model.focus == pane { Pane::List } else { pane };
}

pub(crate) fn step_pane(model: &mut Model, by: isize) {
    let shown: Vec<Pane> = match model.areas().panes.len() {
        1 => Pane::ALL.to_vec(),
        _ => model.areas().panes.iter().map(|(pane, _)| *pane).collect(),
    };
    let here = shown.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    let count = shown.len().max(1);
    let next = here.checked_add_signed(by).unwrap_or(count - 1) % count;
    model.focus = shown.get(next).copied().unwrap_or_default();
}

/// The panes about one session, in a round; from elsewhere to the first or the last of them.
pub(crate) fn step_tab(model: &mut Model, by: isize) {
    let tabs = Pane::ALL.into_iter().filter(|pane| !matches!(pane, Pane::List | Pane::Alerts));
    let tabs: Vec<Pane> = tabs.collect();
    let here = tabs.iter().position(|pane| *pane == model.focus);
    let next = match here {
        Some(here) => here.checked_add_signed(by).unwrap_or(tabs.len() - 1) % tabs.len(),
        None if by > 0 => 0,
        None => tabs.len() - 1,
    };
    model.focus = tabs.get(next).copied().unwrap_or_default();
}

pub(crate) fn next_attention(model: &mut Model) {
    let len = model.sessions.len();
    let first = model.row_in_window().map_or_else(|| edge(model, true), |row| row + 1);
    let next = (0..len)
        .map(|step| (first + step) % len)
        .find(|row| model.sessions.at(*row).is_some_and(|item| item.summary.needs_attention()));
    match next {
        Some(row) => select_row(model, row),
        None => model.set_message("nothing needs you", Tone::Good),
    }
}

pub(crate) fn enter(model: &mut Model) {
    match model.focus {
        Pane::List => {
            if let Some(id) = model.selected {
                model.sessions.look_at(id);
                model.focus = Pane::Tree;
            }
        }
        Pane::Tree => toggle(model),
        Pane::Checks => {
            open_check(model);
        }
        Pane::Alerts => {
            let alert = model.alerts.rows.get(model.alerts.cursor);
            let Some(alert) = alert.and_then(|alert| model.alert_row(alert)) else { return };
            let AlertRow { id, shown_in, .. } = alert;
            if model.sessions.row_of(id).is_some() {
                go_to(model, id);
                model.focus = shown_in;
            } else {
                model.set_message("the filter hides that session", Tone::Notice);
            }
        }
        Pane::Timeline | Pane::Letter | Pane::Json | Pane::Notes => {}
    }
}

/// Opens the check under the cursor, and goes to the
/// sub-check that failed; closes it from any of its rows.
fn open_check(model: &mut Model) {
    let mut above = model.checks.rows.iter().take(model.checks.cursor + 1);
    let check = above.rposition(|row| !matches!(row.form, CheckForm::Part | CheckForm::Text));
    let row = check.and_then(|place| Some((place, model.checks.rows.get(place)?)));
    let Some((place, row)) = row.filter(|(_, row)| row.expandable) else { return };
    let key = row.key.clone();
    let closed = model.checks_open.remove(&key);
    if !closed {
        model.checks_open.insert(key);
    }
    model.checks.cursor = place;
    model.rebuild(true);
    if !closed {
        let parts = model.checks.rows.iter().enumerate().skip(place + 1);
        let mut parts =
            parts.take_while(|(_, row)| matches!(row.form, CheckForm::Part | CheckForm::Text));
        // One opens a check to see why it failed.
        let failed = parts.find(|(_, r)| r.form == CheckForm::Part && r.glyph.0 == Glyph::Reject);
        model.checks.cursor = failed.map_or(place, |(place, _)| place);
    }
}

pub(crate) fn toggle(model: &mut Model) {
    match model.focus {
        Pane::List => {
            if let Some(id) = model.selected {
                move_row(model, 1);
                marks::toggle(model, id);
            }
        }
        Pane::Tree => {
            let path = model.tree.selected.clone();
            let foldable =
                tree::at(&model.tree, &path).is_some_and(|node| !node.children.is_empty());
            if foldable && !model.tree.expanded.remove(&path) {
                model.tree.expanded.insert(path);
            }
            model.remember_tree();
        }
        _ => {}
    }
}

pub(crate) fn left(model: &mut Model) {
    match model.focus {
        Pane::List => arrange::sideways(model, false),
        Pane::Tree => {
            let path = model.tree.selected.clone();
            if !model.tree.expanded.remove(&path) && path.len() > 1 {
                model.tree.selected.pop();
            }
            model.remember_tree();
        }
        _ => model.shift = model.shift.saturating_sub(8),
    }
}

pub(crate) fn right(model: &mut Model) {
    match model.focus {
        Pane::List => arrange::sideways(model, true),
        Pane::Tree => {
            let path = model.tree.selected.clone();
            let first = tree::at(&model.tree, &path).and_then(|node| node.children.first());
            if let Some(child) = first.map(|child| child.step.clone())
                && !model.tree.expanded.insert(path)
            {
                model.tree.selected.push(child);
            }
            model.remember_tree();
        }
        _ => model.shift = (model.shift + 8).min(400),
    }
}

pub(crate) fn fold_all(model: &mut Model) {
    if model.focus == Pane::Tree {
        model.tree.expanded.clear();
        model.tree.selected.truncate(1);
        model.remember_tree();
    }
}

pub(crate) fn unfold_all(model: &mut Model) {
    if model.focus == Pane::Tree {
        model.tree.expanded = tree::foldable(&model.tree).into_iter().collect();
        model.remember_tree();
    }
}

/// Cursor and offset of a pane of rows.
pub(crate) struct Held<'a> {
    pub(crate) cursor: &'a mut usize,
    pub(crate) offset: &'a mut usize,
    pub(crate) len: usize,
}

/// Lends cursor and offset of a pane that is neither list nor tree.
pub(crate) fn with_rows<R>(model: &mut Model, pane: Pane, work: impl FnOnce(Held<'_>) -> R) -> R {
    fn held<T>(pane: &mut RowPane<T>) -> Held<'_> {
        Held { cursor: &mut pane.cursor, offset: &mut pane.offset, len: pane.rows.len() }
    }
    work(match pane {
        Pane::Checks => held(&mut model.checks),
        Pane::Timeline => held(&mut model.timeline),
        Pane::Alerts => held(&mut model.alerts),
        Pane::Letter => held(&mut model.letter),
        Pane::Notes => held(&mut model.annotations.notes),
        Pane::Json | Pane::List | Pane::Tree => held(&mut model.json),
    })
}

fn travel_list(model: &mut Model, motion: Motion, page: usize) {
    match motion {
        Motion::First => release(model),
        Motion::Down(Distance::Line) => move_row(model, 1),
        Motion::Up(Distance::Line) => move_row(model, -1),
        Motion::Last | Motion::Down(_) | Motion::Up(_) => {
            let down = matches!(motion, Motion::Down(_));
            let at = model.row_in_window().unwrap_or_else(|| edge(model, down));
            let row = motion.target(at, model.sessions.len(), page);
            select_row(model, row);
        }
    }
}

/// Moves the cursor of the pane with the focus, as far as the key says.
pub(crate) fn travel(model: &mut Model, action: Action) {
    let Some(motion) = action.motion() else { return };
    let page =
        model.areas().pane(model.focus).map_or(10, |area| area.inner_rows().saturating_sub(2));
    match model.focus {
        Pane::List => travel_list(model, motion, page),
        Pane::Tree => {
            let visible = tree::visible(&model.tree);
            let here = visible.iter().position(|path| *path == model.tree.selected).unwrap_or(0);
            let there = motion.target(here, visible.len(), page);
            if let Some(path) = visible.get(there) {
                model.tree.selected.clone_from(path);
            }
            model.remember_tree();
        }
        pane => with_rows(model, pane, |rows| {
            *rows.cursor = motion.target(*rows.cursor, rows.len, page);
        }),
    }
}
