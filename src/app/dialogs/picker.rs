//! Picking the order and the columns of the list, a view, a program.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, RowCursor, STAY};
use crate::app::dialogs::picker::state::{PickRow, PickerDialog, PickerKind};
use crate::app::dialogs::programs;
use crate::app::list::arrange::{first, set_columns, set_sort};
use crate::app::list::columns::{Column, ColumnSet};
use crate::app::list::filter::Query;
use crate::app::list::saved_views;
use crate::app::list::saved_views::state::ViewOrigin;
use crate::app::list::sort::Sort;
use crate::app::list::views::View;
use crate::app::model::Model;
use crate::app::text::text_field::TextField;

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
    model.open_at_once(PickerDialog::new(PickerKind::Sort, rows));
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
    model.open_at_once(PickerDialog::new(PickerKind::Columns, rows));
}

/// `f`: everything, and every view that has a name.
pub(crate) fn open_views(model: &mut Model) {
    let now = model.view_name();
    let all = PickRow {
        name: "all".to_owned(),
        words: "everything, by attention, as many columns as fit".to_owned(),
        on: now.is_none() && *model.sessions.filter() == Query::default(),
    };
    let row = |(view, origin): (&View, ViewOrigin)| {
        let filter = if view.text.is_empty() { "everything" } else { &view.text };
        let mark = match origin {
            ViewOrigin::Saved => "saved · ",
            ViewOrigin::BuiltIn => "built in · ",
            ViewOrigin::Configured => "",
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
    model.open_at_once(PickerDialog::new(PickerKind::Views, rows));
}

/// The view of a line; the first line has none.
fn view_of(model: &Model, place: usize) -> Option<View> {
    model.saved_views.views().nth(place.checked_sub(1)?).map(|(view, _)| view.clone())
}

impl Dialog for PickerDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        if action == Action::Find {
            self.typing = true;
            return STAY;
        }
        // Columns are ticked with a key that is text while typing: Enter ends that first.
        if self.kind == PickerKind::Columns && action == Action::Enter && self.typing {
            self.typing = false;
            return STAY;
        }
        let Some(place) = self.place() else { return Flow::Ignored };
        match self.kind {
            PickerKind::Programs if action == Action::Enter => {
                Flow::Close(programs::run(model, place))
            }
            PickerKind::Sort => pick_sort(model, place, action),
            PickerKind::Views => pick_view(model, place, action),
            PickerKind::Columns => self.pick_columns(model, place, action),
            PickerKind::Programs => Flow::Ignored,
        }
    }

    fn leave(&mut self, _: &Model) -> Flow {
        if !self.typing {
            return CLOSE;
        }
        self.list_all();
        STAY
    }

    fn typing(&self) -> Option<&'static str> {
        self.typing.then_some("apply")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(&mut self.search)
    }

    fn typed(&mut self, _: &Model) {
        self.match_again();
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: self.rows.len() })
    }
}

fn pick_sort(model: &mut Model, place: usize, action: Action) -> Flow {
    let reverse = match action {
        Action::Enter => false,
        Action::ReverseSort | Action::Toggle => true,
        _ => return Flow::Ignored,
    };
    // The first line is attention, which is no column.
    let by = place.checked_sub(1).and_then(|place| Column::ALL.get(place).copied());
    let now = model.sessions.sort();
    let reversed = if by == now.by { now.reversed != reverse } else { reverse };
    set_sort(model, Sort { by, reversed });
    if reverse {
        open_sort(model);
    }
    CLOSE
}

fn pick_view(model: &mut Model, place: usize, action: Action) -> Flow {
    let view = view_of(model, place);
    match action {
        Action::Enter => saved_views::choose(model, view.unwrap_or_default()),
        Action::ForgetView => {
            if let Some(view) = view {
                saved_views::forget(model, &view.name);
            }
            open_views(model);
        }
        _ => return Flow::Ignored,
    }
    CLOSE
}

impl PickerDialog {
    fn pick_columns(&mut self, model: &mut Model, place: usize, action: Action) -> Flow {
        match action {
            Action::Enter => {
                let rows = self.all.iter().filter(|row| row.on);
                let own = rows.filter_map(|row| Column::named(&row.name).ok()).collect();
                set_columns(model, ColumnSet::Own(own));
                return CLOSE;
            }
            Action::Toggle => {
                // The reference stays: a row needs a name.
                if let Some(row) = self.all.get_mut(place).filter(|_| place > 0) {
                    row.on = !row.on;
                }
                self.selected = (self.selected + 1).min(self.rows.len().saturating_sub(1));
            }
            Action::NextSession | Action::PreviousSession => {
                let down = action == Action::NextSession;
                self.list_all();
                let there = place.saturating_add_signed(if down { 1 } else { -1 });
                // The reference stays first.
                if place > 0 && there > 0 && there < self.all.len() {
                    self.all.swap(place, there);
                    self.selected = there;
                }
            }
            _ => return Flow::Ignored,
        }
        STAY
    }
}
