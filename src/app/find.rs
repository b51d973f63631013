//! `n` and `N`: from hit to hit in the pane with the focus.
//!
//! Owns what counts as a hit.

use crate::app::alarm::Alert;
use crate::app::cursor::{edge, select_row};
use crate::app::model::Model;
use crate::app::update::say;
use crate::app::view::{CheckRow, Pane, Tone, TreePath};
use crate::app::{tree_moves, words};

/// Goes to the next or previous row of the focused pane that holds the text looked for.
pub(crate) fn find(model: &mut Model, forward: bool) {
    let needle = model.find.to_lowercase();
    if needle.is_empty() {
        return;
    }
    let holds = |text: &str| text.to_lowercase().contains(&needle);
    let in_alert = |alert: &Alert| {
        let row = model.alert_row(alert);
        row.is_some_and(|row| holds(&row.name.text) || holds(&row.why.text))
    };
    let (hits, at, len): (Vec<usize>, usize, usize) = match model.focus {
        Pane::Checks => {
            let hit = |row: &CheckRow| {
                [&row.name, &row.on, &row.state, &row.recommendation, &row.reason]
                    .iter()
                    .any(|cell| holds(&cell.text))
            };
            (places(&model.checks.rows, hit), model.checks.cursor, model.checks.rows.len())
        }
        Pane::Timeline => {
            let held = &model.timeline;
            (places(&held.rows, |row| holds(&row.what.text)), held.cursor, held.rows.len())
        }
        Pane::Letter | Pane::Notes => {
            let pane = if model.focus == Pane::Notes { &model.own.notes } else { &model.letter };
            (places(&pane.rows, |row| holds(&row.value.text)), pane.cursor, pane.rows.len())
        }
        Pane::Json => {
            let held = &model.json;
            (places(&held.rows, |row| holds(&row.text)), held.cursor, held.rows.len())
        }
        Pane::Alerts => {
            let held = &model.alerts;
            (places(&held.rows, in_alert), held.cursor, held.rows.len())
        }
        Pane::Tree => {
            let visible = tree_moves::visible(&model.tree);
            let hit = |path: &TreePath| {
                tree_moves::at(&model.tree, path).is_some_and(|n| {
                    holds(&n.label.text) || holds(&n.detail.text) || holds(&n.status.text)
                })
            };
            let at = visible.iter().position(|path| *path == model.tree.selected).unwrap_or(0);
            (places(&visible, hit), at, visible.len())
        }
        Pane::List => {
            next_hit_in_list(model, forward);
            return;
        }
    };
    let after = |hit: &&usize| if forward { **hit > at } else { **hit < at };
    let next = if forward {
        hits.iter().find(after).or(hits.first())
    } else {
        hits.iter().rev().find(after).or(hits.last())
    };
    let Some(&next) = next else {
        let text = crate::text::shown_str(&model.find, 40);
        say(model, format!("not found: {text}"), Tone::Notice);
        return;
    };
    let place = hits.iter().position(|hit| *hit == next).unwrap_or(0) + 1;
    say(
        model,
        format!("hit {place} of {} ({})", hits.len(), words::count(len, "row")),
        Tone::Plain,
    );
    match model.focus {
        Pane::Checks => model.checks.cursor = next,
        Pane::Timeline => model.timeline.cursor = next,
        Pane::Letter => model.letter.cursor = next,
        Pane::Json => model.json.cursor = next,
        Pane::Notes => model.own.notes.cursor = next,
        Pane::Alerts => model.alerts.cursor = next,
        Pane::Tree => {
            if let Some(path) = tree_moves::visible(&model.tree).get(next) {
                model.tree.selected.clone_from(path);
                model.remember_tree();
            }
        }
        Pane::List => {}
    }
}

fn places<T>(rows: &[T], hit: impl Fn(&T) -> bool) -> Vec<usize> {
    rows.iter().enumerate().filter(|(_, row)| hit(row)).map(|(place, _)| place).collect()
}

/// With a filter in force every row is a hit.
fn next_hit_in_list(model: &mut Model, forward: bool) {
    let len = model.sessions.len();
    if len > 0 {
        let row = match (model.row_in_window(), forward) {
            (Some(row), true) => (row + 1) % len,
            (Some(row), false) => (row + len - 1) % len,
            (None, _) => edge(model, forward),
        };
        select_row(model, row);
    }
}
