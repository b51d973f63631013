//! Reading the session list of the model: title, window, rows, columns.

pub(crate) mod arrange;
pub mod columns;
pub(crate) mod counters;
pub(crate) mod cursor;
pub(crate) mod filter;
pub(crate) mod filter_bar;
pub(crate) mod follow;
pub(crate) mod item;
pub(crate) mod marks;
pub(crate) mod order;
pub(crate) mod rows;
pub(crate) mod saved_views;
pub(crate) mod sessions;
pub(crate) mod sort;
pub(crate) mod summary;
pub mod views;

use std::ops::Range;

use crate::app::action::Action;
use crate::app::layout::Area;
use crate::app::list::columns::{Column, Fitted, Widths};
use crate::app::model::Model;
use crate::app::status::connection;
use crate::app::text::words::{TimeForm, figure};
use crate::app::view::{Cell, ListRow, Pane, Tone};

/// From so many cells on, one line holds the longest reason.
const WIDE: usize = 110;

/// Where no session holds a word: what a word is, and what can be asked for besides.
const WORDS: [&str; 6] = [
    "",
    "A word is part of a reference, tag, note, stage,",
    "check, reason, document, source or branch;",
    "with several words all are needed.",
    "Fields: stage:turned  result:reject  due<24h",
    "        is:new  tag:urgent  docs<3  changed<1h",
];

impl Model {
    /// What is listed, and under which filter and in which order.
    pub(crate) fn list_title(&self) -> (String, String) {
        let (shown, all) = (figure(self.sessions.len()), figure(self.sessions.watched()));
        let standing = match (self.in_past(), self.paused.is_some()) {
            (true, _) => " ◀",
            (false, true) => " ❚❚",
            (false, false) => connection::standing(&self.health),
        };
        let left = if shown == all {
            format!("Sessions {all}{standing}")
        } else {
            format!("Sessions {shown} of {all}{standing}")
        };
        let mut right = format!("sort {}", self.sessions.sort().title());
        if let Some(name) = self.view_name() {
            right = format!("view {} · {right}", saved_views::shown(name));
        } else if !self.sessions.filter().is_empty() {
            right = format!("filter {} · {right}", self.filter_words());
        }
        if self.layout_settings.following {
            right = format!("following · {right}");
        }
        let room = self.list_width().saturating_sub(left.chars().count() + 8);
        (left, crate::text::shown_str(&right, room))
    }

    /// Rows of the list after filtering.
    #[must_use]
    pub fn list_len(&self) -> usize {
        self.sessions.len()
    }

    /// Rows that the list pane holds.
    pub(crate) fn list_height(&self) -> usize {
        let rows = self.areas().pane(Pane::List).map_or(0, Area::inner_rows);
        rows.saturating_sub(1 + self.lines_under_list())
    }

    /// Lines below the rows: a reason stands whole, on two lines where one is too short for it. They
    /// are always the same number, so that the window stays when the cursor moves.
    #[must_use]
    pub fn lines_under_list(&self) -> usize {
        let area = self.areas().pane(Pane::List);
        area.map_or(
            1,
            |area| if self.list_width() < WIDE && area.inner_rows() >= 8 { 2 } else { 1 },
        )
    }

    /// Indices of the rows that fit on the screen.
    #[must_use]
    pub fn list_window(&self) -> Range<usize> {
        self.window_of(self.list_height())
    }

    /// Builds the rows asked for, and only those.
    #[must_use]
    pub fn list_rows(&self, window: Range<usize>) -> Vec<ListRow> {
        let range = self.range_rows();
        let items = window.filter_map(|row| Some((row, self.sessions.at(row)?)));
        items
            .map(|(number, item)| {
                let in_range = range.as_ref().is_some_and(|rows| rows.contains(&number));
                let marked = in_range || self.sessions.marks().contains(&item.session.id());
                let row = rows::list_row(item, marked, &self.settings.rules, &self.times);
                if self.in_past() { row } else { connection::aged(row, item, &self.health) }
            })
            .collect()
    }

    /// The columns of the list that fit into so many cells.
    #[must_use]
    pub fn list_columns(&self, width: usize) -> Fitted {
        let times = self.times.form != TimeForm::Age;
        let widths = Widths { times, ..self.sessions.widths() };
        self.columns.fit(width, self.first_column, widths)
    }

    /// What the list is ordered by (`None`: attention), and the sign of the direction.
    #[must_use]
    pub fn list_order(&self) -> (Option<Column>, &'static str) {
        let sort = self.sessions.sort();
        (sort.by, sort.sign())
    }

    /// Cells inside the list pane.
    pub(crate) fn list_width(&self) -> usize {
        let pane = self.areas().pane(Pane::List);
        pane.map_or(0, |area| usize::from(area.w.saturating_sub(2)))
    }

    /// Index of the row under the cursor, which the window may not have.
    #[must_use]
    pub fn list_selected(&self) -> Option<usize> {
        self.cursor_row()
    }

    /// Instead of rows when there are none: nothing watched, filtered away.
    #[must_use]
    pub fn list_notice(&self) -> Vec<String> {
        if self.sessions.watched() == 0 {
            let paste = |key| format!("{key:<22} paste session IDs here");
            let paste = self.key(Action::Add).map(paste).unwrap_or_default();
            return [
                "Nothing on the watch-list yet.",
                "",
                "Yoti has no \"list sessions\" call, so this program keeps its own list.",
                "",
                &paste,
                "branchwatch add ID…    from the shell, or:  … add - < ids.txt",
                "branchwatch demo       try it with made-up sessions, no key",
            ]
            .map(str::to_owned)
            .to_vec();
        }
        if self.sessions.len() == 0 {
            let all = self.sessions.watched();
            let mut lines = vec![format!("0 of {all} match  {}", self.filter_words())];
            lines
                .extend(self.sessions.filter().meant().map(|word| format!("Did you mean {word}?")));
            lines.extend(self.times.keys.hint(Action::Back, "clears the filter."));
            if self.sessions.filter().has_words() {
                lines.extend(WORDS.map(str::to_owned));
            }
            return lines;
        }
        Vec::new()
    }

    /// Where the chosen session has gone; else why the selected row needs attention or is stale, in
    /// words; when all is quiet, that. The line has so many columns.
    #[must_use]
    pub fn line_under_list(&self, room: usize) -> Option<Cell> {
        if let Some(line) = self.past_advice().or_else(|| self.away(room)) {
            return Some(line);
        }
        let why =
            self.item().map(|item| rows::why(&item.session, &self.settings.rules, &self.times));
        let shows = self.times.keys.hint(Action::Pause, "shows what waits");
        match (shows.filter(|_| self.paused.is_some()), why) {
            (Some(shows), Some(why)) => {
                Some(Cell::new(format!("{shows} · {}", why.text), Tone::Notice))
            }
            (_, why) => connection::advice(&self.health, &self.times, why),
        }
    }

    /// The filter in force, which is not always what is being typed.
    pub(crate) fn filter_words(&self) -> String {
        crate::text::shown_str(self.filter_text.trim(), 200)
    }
}
