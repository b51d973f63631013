//! Picking the order and the columns of the list.

use crate::app::action::Action;
use crate::app::dialogs::overlay::{Overlay, PickRow, Picker, PickerKind};
use crate::app::dialogs::{moved, programs};
use crate::app::effect::Effect;
use crate::app::list::columns::{Column, ColumnSet};
use crate::app::list::cursor::relisted;
use crate::app::list::filter::Query;
use crate::app::list::saved_views;
use crate::app::list::saved_views::state::Origin;
use crate::app::list::sort::Sort;
use crate::app::list::views::View;
use crate::app::model::Model;
use crate::app::view::Tone;

/// `s`: by what the list is ordered.
pub(crate) fn open_sort(model: &mut Model) {
    let now = model.sessions.sort();
    let by = std::iter::once(None).chain(Column::ALL.map(Some));
    let rows: Vec<PickRow> = by
        .map(|by| {
            let sort = if by == now.by { now } else { Sort { by, reversed: false } };
            PickRow { name: sort.title(), words: first(sort).to_owned(), on: by == now.by }
        })
        .collect();
    let selected = rows.iter().position(|row| row.on).unwrap_or(0);
    model.overlay = Some(Overlay::Pick(Picker { kind: PickerKind::Sort, rows, selected }));
}

/// What stands first.
fn first(sort: Sort) -> &'static str {
    let Some(column) = sort.by else {
        return if sort.reversed { "least urgent first" } else { "most urgent first" };
    };
    let spec = column.spec();
    spec.order.map_or(spec.words, |[up, down]| if sort.reversed { down } else { up })
}

/// `W`: which columns are shown.
pub(crate) fn open_columns(model: &mut Model) {
    let shown = match &model.columns {
        ColumnSet::Auto => {
            let fitted = model.list_columns(model.list_width()).columns;
            fitted.into_iter().map(|(column, _)| column).collect()
        }
        chosen => chosen.columns(),
    };
    let row = |column: Column| PickRow {
        name: column.name().to_owned(),
        words: column.spec().words.to_owned(),
        on: shown.contains(&column),
    };
    // A choice keeps its order, and what is not shown stands below it.
    let all = Column::ALL.into_iter();
    let order: Vec<Column> = match &model.columns {
        ColumnSet::Own(_) => {
            shown.iter().copied().chain(all.filter(|column| !shown.contains(column))).collect()
        }
        ColumnSet::Auto | ColumnSet::Wide => all.collect(),
    };
    let rows = order.into_iter().map(row).collect();
    model.overlay = Some(Overlay::Pick(Picker { kind: PickerKind::Columns, rows, selected: 0 }));
}

/// `f`: everything, and every view that has a name.
pub(crate) fn open_views(model: &mut Model) {
    let now = model.view_name();
    let all = PickRow {
        name: "all".to_owned(),
        words: "everything, by attention, as many columns as fit".to_owned(),
        on: now.is_none() && *model.sessions.filter() == Query::default(),
    };
    let row = |(view, origin): (&View, Origin)| {
        let filter = if view.text.is_empty() { "everything" } else { &view.text };
        let mark = match origin {
            Origin::Saved => "saved · ",
            Origin::BuiltIn => "built in · ",
            Origin::Configured => "",
        };
        let words = format!("{mark}{filter} · {}", view.sort.title());
        PickRow {
            name: saved_views::shown(&view.name),
            words: crate::text::shown_str(&words, 200),
            on: now == Some(view.name.as_str()),
        }
    };
    let rows: Vec<PickRow> =
        std::iter::once(all).chain(model.saved_views.views().map(row)).collect();
    let selected = rows.iter().position(|row| row.on).unwrap_or(0);
    model.overlay = Some(Overlay::Pick(Picker { kind: PickerKind::Views, rows, selected }));
}

/// The view of a line; the first line has none.
fn view_of(model: &Model, picker: &Picker) -> Option<View> {
    let place = picker.selected.checked_sub(1)?;
    model.saved_views.views().nth(place).map(|(view, _)| view.clone())
}

/// A key while one is open.
pub(crate) fn act(model: &mut Model, mut picker: Picker, action: Action) -> Vec<Effect> {
    match (picker.kind, action) {
        (PickerKind::Programs, Action::Enter) => return programs::run(model, picker.selected),
        (PickerKind::Sort, Action::Enter | Action::ReverseSort | Action::Toggle) => {
            // The first line is attention, which is no column.
            let column = |place| Column::ALL.get(place).copied();
            let by = picker.selected.checked_sub(1).and_then(column);
            let now = model.sessions.sort();
            let reverse = action != Action::Enter;
            let reversed = if by == now.by { now.reversed != reverse } else { reverse };
            set_sort(model, Sort { by, reversed });
            if reverse {
                open_sort(model);
            }
            return Vec::new();
        }
        (PickerKind::Views, Action::Enter) => {
            let view = view_of(model, &picker).unwrap_or_default();
            saved_views::choose(model, view);
            return Vec::new();
        }
        (PickerKind::Views, Action::ForgetView) => {
            if let Some(view) = view_of(model, &picker) {
                saved_views::forget(model, &view.name);
            }
            open_views(model);
            return Vec::new();
        }
        (PickerKind::Columns, Action::Enter) => {
            let rows = picker.rows.iter().filter(|row| row.on);
            let own = rows.filter_map(|row| Column::named(&row.name).ok()).collect();
            set_columns(model, ColumnSet::Own(own));
            return Vec::new();
        }
        (PickerKind::Columns, Action::Toggle) => {
            // The reference stays: a row needs a name.
            if let Some(row) = picker.rows.get_mut(picker.selected).filter(|_| picker.selected > 0)
            {
                row.on = !row.on;
            }
            picker.selected = moved(picker.selected, picker.rows.len(), Action::Down);
        }
        (PickerKind::Columns, Action::NextSession | Action::PreviousSession) => {
            let down = action == Action::NextSession;
            let there = picker.selected.saturating_add_signed(if down { 1 } else { -1 });
            // The reference stays first.
            if picker.selected > 0 && there > 0 && there < picker.rows.len() {
                picker.rows.swap(picker.selected, there);
                picker.selected = there;
            }
        }
        (_, action) => picker.selected = moved(picker.selected, picker.rows.len(), action),
    }
    model.overlay = Some(Overlay::Pick(picker));
    Vec::new()
}

/// `S`: the other way round.
pub(crate) fn reverse(model: &mut Model) {
    let sort = model.sessions.sort();
    set_sort(model, Sort { reversed: !sort.reversed, ..sort });
}

/// By this column; when it is by that already, the other way round.
pub(crate) fn sort_by(model: &mut Model, by: Option<Column>) {
    if model.sessions.sort().by == by {
        reverse(model);
    } else {
        set_sort(model, Sort { by, reversed: false });
    }
}

pub(crate) fn set_sort(model: &mut Model, sort: Sort) {
    model.sessions.set_sort(sort, model.times.now);
    relisted(model, model.cursor);
    model.set_message(format!("sort {}: {}", sort.title(), first(sort)), Tone::Plain);
}

/// `w`: all columns, or as many as fit.
pub(crate) fn toggle_wide(model: &mut Model) {
    let wide = model.columns == ColumnSet::Wide;
    set_columns(model, if wide { ColumnSet::Auto } else { ColumnSet::Wide });
}

pub(crate) fn set_columns(model: &mut Model, columns: ColumnSet) {
    let keys = &model.times.keys;
    let words = match &columns {
        ColumnSet::Auto => "as many as fit".to_owned(),
        ColumnSet::Wide => {
            let right = keys.after("; ", Action::Right, "scrolls the list sideways");
            format!("all{right}")
        }
        ColumnSet::Own(_) => {
            format!("your choice{}", keys.after("; ", Action::WideColumns, "goes back"))
        }
    };
    model.columns = columns;
    model.first_column = 0;
    model.set_message(format!("columns: {words}"), Tone::Plain);
}

/// `h` and `l` in the list.
pub(crate) fn sideways(model: &mut Model, right: bool) {
    let fitted = model.list_columns(model.list_width());
    model.first_column = match (right, fitted.right) {
        (true, 0) => fitted.left,
        (true, _) => fitted.left + 1,
        (false, _) => fitted.left.saturating_sub(1),
    };
}
