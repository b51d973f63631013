//! The filter, the order and the columns of the list, changed by a key, a click, a picker or the palette.

use crate::app::action::Action;
use crate::app::list::columns::{Column, ColumnSet};
use crate::app::list::cursor::relisted;
use crate::app::list::cursor::state::Cursor;
use crate::app::list::filter::Query;
use crate::app::list::sort::Sort;
use crate::app::model::Model;
use crate::app::view::Tone;

/// What stands first.
pub(crate) fn first(sort: Sort) -> &'static str {
    let Some(column) = sort.by else {
        return if sort.reversed { "least urgent first" } else { "most urgent first" };
    };
    let spec = column.spec();
    spec.order.map_or(spec.words, |[up, down]| if sort.reversed { down } else { up })
}

/// Filters the list by a text that was understood.
pub(crate) fn put_in_force(model: &mut Model, text: String, filter: Query, cursor: Cursor) {
    model.filter_text = text;
    if *model.sessions.filter() != filter {
        model.sessions.set_filter(filter, model.times.now);
        relisted(model, cursor);
    }
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
