//! A view: filter, order and columns of the list together, under a name.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::list::columns::{Column, ColumnSet};
use crate::app::list::filter::Query;
use crate::app::list::rows;
use crate::app::list::sessions::Sessions;
use crate::app::list::sort::Sort;
use crate::app::text::keys::Keys;
use crate::app::text::words::{AHEAD, Frozen, Openness, TimeForm, Times};
use crate::app::view::ListRow;
use crate::domain::assessment::rules::Rules;
use crate::domain::personal::Privacy;
pub use crate::domain::watchlist::list_layout::ViewTexts;
use crate::domain::watchlist::snapshot::SessionTable;
use crate::domain::watchlist::watched::WatchedSession;

/// Filter, order and columns.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct View {
    /// Its name; empty: none.
    pub name: String,
    /// The filter as it was typed.
    pub(crate) text: String,
    pub(crate) filter: Query,
    pub(crate) sort: Sort,
    pub(crate) columns: ColumnSet,
}

/// Views that need no configuration: name, filter, order.
const BUILT_IN: [(&str, &str, &str); 5] = [
    ("needs-me", "is:attention", ""),
    ("turned-away", "stage:turned_away", ""),
    ("due-today", "due<24h", "due"),
    ("rejected", "stage:done_reject", ""),
    ("changed", "is:changed", "changed"),
];

/// All columns, in place of their names.
const WIDE: &str = "wide";

/// Why a view cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewError {
    /// `filter`, `sort`, `columns`.
    pub part: &'static str,
    /// The character of the part, counted from 0, where it is known.
    pub at: Option<usize>,
    /// What is wrong and what was expected.
    pub what: String,
}

impl fmt::Display for ViewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}, character {}: {}", self.part, at + 1, self.what),
            None => write!(f, "{}: {}", self.part, self.what),
        }
    }
}

impl std::error::Error for ViewError {}

impl View {
    /// Reads a view.
    ///
    /// # Errors
    /// Says which part is wrong, and where.
    pub fn read(name: &str, texts: &ViewTexts) -> Result<Self, ViewError> {
        let filter = Query::parse(&texts.filter).map_err(|why| ViewError {
            part: "filter",
            at: Some(why.at),
            what: why.what,
        })?;
        let wrong = |part| move |what| ViewError { part, at: None, what };
        let sort = Sort::parse(&texts.sort).map_err(wrong("sort"))?;
        let columns = columns(&texts.columns).map_err(wrong("columns"))?;
        let text = texts.filter.trim().to_owned();
        Ok(Self { name: name.to_owned(), text, filter, sort, columns })
    }

    /// The views that need no configuration. A view of the
    /// operator's with the same name stands in their place.
    pub fn built_in() -> impl Iterator<Item = Self> {
        BUILT_IN.into_iter().filter_map(|(name, filter, sort)| {
            let (filter, sort) = (filter.to_owned(), sort.to_owned());
            Self::read(name, &ViewTexts { filter, sort, columns: Vec::new() }).ok()
        })
    }

    /// The texts that it can be read from.
    #[must_use]
    pub(crate) fn texts(&self) -> ViewTexts {
        let columns = match &self.columns {
            ColumnSet::Auto => Vec::new(),
            ColumnSet::Wide => vec![WIDE.to_owned()],
            ColumnSet::Own(columns) => columns.iter().map(|c| c.name().to_owned()).collect(),
        };
        let sort = if self.sort == Sort::default() { String::new() } else { self.sort.to_string() };
        ViewTexts { filter: self.text.clone(), sort, columns }
    }

    /// Its columns in order, the reference first; nothing where it names none.
    #[must_use]
    pub fn own_columns(&self) -> Option<Vec<Column>> {
        (self.columns != ColumnSet::Auto).then(|| self.columns.columns())
    }

    /// Whether its filter holds for a session.
    #[must_use]
    pub fn holds(&self, session: &WatchedSession, rules: &Rules, now: Timestamp) -> bool {
        let view = Self { filter: self.filter.clone(), ..Self::default() };
        !listed([session.clone()], view, rules, now, Privacy::Off).is_empty()
    }

    /// The tags that its filter names.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.filter.tags()
    }

    /// This view with another on top: both filters hold; the
    /// other's order and columns stand where it has any.
    #[must_use]
    pub(crate) fn with(self, other: Self, sorted: bool) -> Self {
        let columns = if other.columns == ColumnSet::Auto { self.columns } else { other.columns };
        Self {
            filter: self.filter.and(other.filter),
            sort: if sorted { other.sort } else { self.sort },
            columns,
            ..self
        }
    }
}

/// Columns of their names; none: as many as fit.
pub(crate) fn columns(names: &[String]) -> Result<ColumnSet, String> {
    if let [only] = names
        && only.trim() == WIDE
    {
        return Ok(ColumnSet::Wide);
    }
    let mut columns: Vec<Column> = Vec::new();
    for name in names {
        let column = Column::named(name.trim())?;
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    Ok(if columns.is_empty() { ColumnSet::Auto } else { ColumnSet::Own(columns) })
}

/// The sessions that a view shows, in its order, each with its row.
#[must_use]
pub fn listed(
    known: impl IntoIterator<Item = WatchedSession>,
    view: View,
    rules: &Rules,
    now: Timestamp,
    privacy: Privacy,
) -> Vec<(Arc<WatchedSession>, ListRow)> {
    let mut sessions = Sessions::default();
    let table = SessionTable::from_entries(known.into_iter().map(Arc::new));
    sessions.renew(&table, rules, now);
    sessions.set_sort(view.sort, now);
    sessions.set_filter(view.filter, now);
    let openness = Openness { privacy, revealed: None };
    let keys = Keys::default();
    let labels = rules.labels.clone();
    let times = Times {
        form: TimeForm::default(),
        zone: TimeZone::UTC,
        now,
        openness,
        labels,
        keys,
        ahead: AHEAD,
        frozen: Frozen::default(),
    };
    let items = (0..sessions.len()).filter_map(|row| sessions.at(row));
    items
        .map(|item| (Arc::clone(&item.session), rows::list_row(item, false, rules, &times)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(filter: &str, sort: &str, columns: &[&str]) -> ViewTexts {
        ViewTexts {
            filter: filter.to_owned(),
            sort: sort.to_owned(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn a_view_and_its_texts_are_one() {
        for texts in [
            texts("", "", &[]),
            texts("stage:gone or !due<1h", "due desc", &["due", "tags"]),
            texts("", "attention asc", &["wide"]),
        ] {
            assert_eq!(View::read("x", &texts).unwrap().texts(), texts);
        }
    }

    #[test]
    fn every_built_in_view_can_be_read() {
        let names: Vec<String> = View::built_in().map(|view| view.name).collect();
        assert_eq!(names, ["needs-me", "turned-away", "due-today", "rejected", "changed"]);
    }

    #[test]
    fn a_view_says_which_of_its_parts_is_wrong_and_where() {
        let view = View::read("x", &texts("stage:gone", "due desc", &["due", "tags", "due"]));
        let columns = view.unwrap().own_columns();
        assert_eq!(columns, Some(vec![Column::Ref, Column::Due, Column::Tags]));
        for (wrong, words) in [
            (texts("stage:gone x:1", "", &[]), "filter, character 12: no such field"),
            (texts("", "deu", &[]), "sort: cannot sort by deu"),
            (texts("", "", &["colour"]), "columns: no column named colour"),
        ] {
            let why = View::read("x", &wrong).unwrap_err().to_string();
            assert!(why.starts_with(words), "{why}");
        }
    }
}
