//! The columns of the session list as data: names, heads, widths, and which fit.
//!
//! Owns the arithmetic of fitting. Must never know what a cell says: `rows` does.

use crate::domain::nearest::suggestion;

/// One column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// The operator's reference, else the short ID; always shown.
    Ref,
    /// The session ID.
    Session,
    /// Yoti's state.
    State,
    /// The stage.
    Stage,
    /// Requirements supplied, of how many.
    Docs,
    /// One sign for each check.
    Checks,
    /// Time left.
    Due,
    /// The letter's branch.
    Branch,
    /// Age of the last good answer.
    Seen,
    /// What changed last.
    Changed,
    /// The operator's tags.
    Tags,
}

impl Column {
    /// All, in the order of the wide list.
    pub const ALL: [Self; 11] = [
        Self::Ref,
        Self::Session,
        Self::State,
        Self::Stage,
        Self::Docs,
        Self::Checks,
        Self::Due,
        Self::Branch,
        Self::Seen,
        Self::Changed,
        Self::Tags,
    ];

    /// As in `--columns`, in views and in the title.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Session => "session",
            Self::State => "state",
            Self::Stage => "stage",
            Self::Docs => "docs",
            Self::Checks => "checks",
            Self::Due => "due",
            Self::Branch => "branch",
            Self::Seen => "seen",
            Self::Changed => "changed",
            Self::Tags => "tags",
        }
    }

    /// Its head.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::Ref => "REFERENCE",
            Self::Session => "SESSION",
            Self::State => "STATE",
            Self::Stage => "STAGE",
            Self::Docs => "DOCS",
            Self::Checks => "CHECKS",
            Self::Due => "DUE",
            Self::Branch => "LETTER BRANCH",
            Self::Seen => "SEEN",
            Self::Changed => "Δ",
            Self::Tags => "TAGS",
        }
    }

    /// What it holds, for the pickers.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Ref => "your reference, else the short ID",
            Self::Session => "session ID",
            Self::State => "Yoti's state",
            Self::Stage => "stage, worked out here",
            Self::Docs => "requirements supplied, of how many",
            Self::Checks => "one sign for each check",
            Self::Due => "time left to the deadline",
            Self::Branch => "branch on the letter",
            Self::Seen => "time since the last answer",
            Self::Changed => "what changed last",
            Self::Tags => "your tags",
        }
    }

    /// The column of a name.
    ///
    /// # Errors
    /// Says which name is meant, or which there are.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|column| column.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| {
            let shown = crate::text::shown_str(name, 40);
            format!("no column named {shown}; {}", suggestion(name, Self::ALL.map(Self::name)))
        })
    }

    /// Cells that it needs, the blank behind it among them.
    const fn least(self, width: usize) -> usize {
        match self {
            Self::Checks if width < NARROWEST => 6,
            Self::Checks if width < NARROW => 7,
            Self::Ref | Self::State | Self::Checks => 10,
            Self::Session => 9,
            Self::Stage => 15,
            Self::Docs | Self::Seen => 5,
            Self::Due | Self::Tags => 8,
            Self::Branch => 12,
            Self::Changed => 7,
        }
    }
}

/// Which columns are shown.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) enum ColumnSet {
    /// As many as the width of the pane suggests.
    #[default]
    Auto,
    /// All of them, seen by scrolling sideways where they do not fit.
    Wide,
    /// Those that the operator chose, in this order.
    Own(Vec<Column>),
}

/// Cells before the first column: cursor, mark, sign, blank.
pub(crate) const SIGNS: usize = 4;
/// Below this many cells a list is narrow, and from this many on it is wide.
const NARROW: usize = 64;
/// Beside a tree of a window of 100 columns there is just room for the ages.
const NARROWEST: usize = 56;
const WIDE: usize = 96;
/// A column that is cut has at least so many.
const LEAST_CUT: usize = 4;
/// Who gets the spare cells, in turn, and how many at most.
const GROW: [(Column, usize); 9] = [
    (Column::Ref, 4),
    (Column::Stage, 1),
    (Column::Changed, 3),
    (Column::Branch, 8),
    (Column::Ref, 8),
    (Column::Changed, 12),
    (Column::Tags, 12),
    (Column::Ref, 10),
    (Column::Branch, 12),
];

/// Columns with their widths, and whether more are out of sight.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Fitted {
    /// Each with its cells, the blank behind it among them.
    pub columns: Vec<(Column, usize)>,
    /// Columns out of sight to the left.
    pub left: usize,
    /// Columns out of sight to the right.
    pub right: usize,
}

impl ColumnSet {
    /// The columns themselves, the reference always first among them.
    pub(crate) fn columns(&self, width: usize) -> Vec<Column> {
        let rest: Vec<Column> = match self {
            Self::Own(columns) => columns.clone(),
            Self::Wide => Column::ALL.to_vec(),
            Self::Auto => {
                let all = Column::ALL.into_iter();
                let wide_only = [Column::Session, Column::State, Column::Branch];
                let shown = |column: &Column| width >= WIDE || !wide_only.contains(column);
                // Tags stand in the column of changes while nothing changed.
                all.filter(|column| *column != Column::Tags && shown(column)).collect()
            }
        };
        let rest = rest.into_iter().filter(|column| *column != Column::Ref);
        std::iter::once(Column::Ref).chain(rest).collect()
    }

    /// Fits the columns into a width. The first `from` after the reference are left out, as far as
    /// that brings others into sight.
    pub(crate) fn fit(&self, width: usize, from: usize) -> Fitted {
        let columns = self.columns(width);
        let most = columns.len().saturating_sub(2);
        let right = |from: usize| fitted(&columns, width, from).right;
        // No further than until the last one is in sight.
        let from = (0..=from.min(most)).find(|from| right(*from) == 0).unwrap_or(from.min(most));
        fitted(&columns, width, from)
    }
}

fn fitted(columns: &[Column], width: usize, from: usize) -> Fitted {
    let pinned = columns.iter().take(1);
    let shown: Vec<Column> = pinned.chain(columns.iter().skip(1 + from)).copied().collect();
    let mut room = width.saturating_sub(SIGNS);
    let mut fitted: Vec<(Column, usize)> = Vec::new();
    for column in &shown {
        let least = column.least(width);
        let given = least.min(room);
        if given < least.min(LEAST_CUT) || given == 0 {
            break;
        }
        fitted.push((*column, given));
        room -= given;
    }
    for (column, most) in GROW {
        if let Some((_, cells)) = fitted.iter_mut().find(|(known, _)| *known == column) {
            let more = room.min(most);
            *cells += more;
            room -= more;
        }
    }
    let right = shown.len() - fitted.len();
    Fitted { columns: fitted, left: from, right }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(fitted: &Fitted) -> String {
        fitted.columns.iter().map(|(column, _)| column.name()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_width_chooses_the_columns_and_the_rest_is_reached_sideways() {
        assert_eq!(names(&ColumnSet::Auto.fit(76, 0)), "ref stage docs checks due seen changed");
        let narrowest = ColumnSet::Auto.fit(53, 0);
        assert_eq!(narrowest.columns.last(), Some(&(Column::Seen, 5)), "an age is whole");
        let wide = "ref session state stage docs checks due branch seen changed";
        assert_eq!(names(&ColumnSet::Auto.fit(108, 0)), wide);
        let first = ColumnSet::Wide.fit(60, 0);
        assert_eq!(
            (names(&first).as_str(), first.right),
            ("ref session state stage docs checks", 5)
        );
        let last = ColumnSet::Wide.fit(60, 99);
        assert_eq!(names(&last), "ref checks due branch seen changed tags");
        assert_eq!((last.left, last.right), (4, 0), "no further than needed");
        let own = ColumnSet::Own(vec![Column::Due, Column::Ref, Column::Tags]);
        assert_eq!(names(&own.fit(60, 3)), "ref due tags");
    }

    #[test]
    fn a_misspelt_column_is_answered_with_the_nearest() {
        assert_eq!(Column::named("DUE"), Ok(Column::Due));
        assert!(Column::named("refrence").unwrap_err().contains("did you mean ref?"));
    }

    proptest! {
        #[test]
        fn columns_never_need_more_than_the_width(
            width in 0_usize..300, from in 0_usize..20, set in 0_usize..3,
        ) {
            let own = ColumnSet::Own(vec![Column::Tags, Column::Changed, Column::Due]);
            let set = [ColumnSet::Auto, ColumnSet::Wide, own][set].clone();
            let fitted = set.fit(width, from);
            let used: usize = fitted.columns.iter().map(|(_, cells)| cells).sum();
            prop_assert!(used + SIGNS <= width.max(SIGNS));
            let all = set.columns(width).len();
            prop_assert_eq!(fitted.columns.len() + fitted.left + fitted.right, all);
        }
    }
}
