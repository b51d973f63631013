//! `n` and `N`: from hit to hit in the pane with the focus.

use crate::app::detail::tree_moves;
use crate::app::list::cursor::{edge, select_row};
use crate::app::model::{Model, RowPane};
use crate::app::text::words;
use crate::app::view::{Pane, Tone};

/// Goes to the next or previous row of the focused pane that holds the text looked for.
pub(crate) fn find(model: &mut Model, forward: bool) {
    let needle = model.find.to_lowercase();
    if needle.is_empty() {
        return;
    }
    if model.focus == Pane::List {
        next_hit_in_list(model, forward);
        return;
    }
    let Hits { places, at, len } = hits(model, &|text| text.to_lowercase().contains(&needle));
    let after = |hit: &&usize| if forward { **hit > at } else { **hit < at };
    let next = if forward {
        places.iter().find(after).or(places.first())
    } else {
        places.iter().rev().find(after).or(places.last())
    };
    let Some(&next) = next else {
        let text = crate::text::shown_str(&model.find, 40);
        model.set_message(format!("not found: {text}"), Tone::Notice);
        return;
    };
    let place = places.iter().position(|hit| *hit == next).unwrap_or(0) + 1;
    model.set_message(
        format!("hit {place} of {} ({})", places.len(), words::count(len, "row")),
        Tone::Plain,
    );
    match model.focus {
        Pane::Checks => model.checks.cursor = next,
        Pane::Timeline => model.timeline.cursor = next,
        Pane::Letter => model.letter.cursor = next,
        Pane::Json => model.json.cursor = next,
        Pane::Notes => model.annotations.notes.cursor = next,
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

/// The rows of a pane that hold a text.
struct Hits {
    places: Vec<usize>,
    /// The row under the cursor.
    at: usize,
    len: usize,
}

impl Hits {
    fn of<T>(pane: &RowPane<T>, hit: impl Fn(&T) -> bool) -> Self {
        Self::among(&pane.rows, pane.cursor, hit)
    }

    fn among<T>(rows: &[T], at: usize, hit: impl Fn(&T) -> bool) -> Self {
        let hits = rows.iter().enumerate().filter(|(_, row)| hit(row));
        Self { places: hits.map(|(place, _)| place).collect(), at, len: rows.len() }
    }
}

fn hits(model: &Model, holds: &dyn Fn(&str) -> bool) -> Hits {
    match model.focus {
        Pane::Checks => Hits::of(&model.checks, |row| {
            [&row.name, &row.on, &row.state, &row.recommendation, &row.reason]
                .iter()
                .any(|cell| holds(&cell.text))
        }),
        Pane::Timeline => Hits::of(&model.timeline, |row| holds(&row.what.text)),
        Pane::Letter => Hits::of(&model.letter, |row| holds(&row.value.text)),
        Pane::Notes => Hits::of(&model.annotations.notes, |row| holds(&row.value.text)),
        Pane::Json => Hits::of(&model.json, |row| holds(&row.text)),
        Pane::Alerts => Hits::of(&model.alerts, |alert| {
            let row = model.alert_row(alert);
            row.is_some_and(|row| holds(&row.name.text) || holds(&row.why.text))
        }),
        Pane::Tree => {
            let visible = tree_moves::visible(&model.tree);
            let at = visible.iter().position(|path| *path == model.tree.selected).unwrap_or(0);
            Hits::among(&visible, at, |path| {
                tree_moves::at(&model.tree, path).is_some_and(|n| {
                    holds(&n.label.text) || holds(&n.detail.text) || holds(&n.status.text)
                })
            })
        }
        Pane::List => Hits { places: Vec::new(), at: 0, len: 0 },
    }
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
