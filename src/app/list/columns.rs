//! The columns of the session list as data: names, heads, widths, and which fit.

use crate::domain::nearest::suggestion;

/// What the table says of a column.
#[derive(Debug)]
pub struct ColumnSpec {
    /// As in `--columns`, in views and in the title.
    pub name: &'static str,
    pub head: &'static str,
    /// Its head in `branchwatch list`, where that is another.
    pub printed: Option<&'static str>,
    /// What it holds, for the pickers.
    pub words: &'static str,
    /// What stands first in its order, and in the reverse; `None`: its words say it.
    pub order: Option<[&'static str; 2]>,
    /// Numbers and ages stand at its right edge.
    pub right: bool,
    /// Cells for its longest value and for its head with the sign of an order, the blank behind them
    /// among these. Tags and branch names alone may be longer.
    need: fn(Widths) -> usize,
}

const PLAIN: ColumnSpec = ColumnSpec {
    name: "",
    head: "",
    printed: None,
    words: "",
    order: None,
    right: false,
    need: |_| 0,
};

macro_rules! columns {
    ($($column:ident { $($field:tt)* })*) => {
        /// One column of the list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Column {$($column,)*}

        impl Column {
            /// All, in the order of the wide list.
            pub const ALL: [Self; [$(stringify!($column)),*].len()] = [$(Self::$column),*];

            /// Its entry in the table.
            #[must_use]
            pub const fn spec(self) -> &'static ColumnSpec {
                match self {$(
                    Self::$column => const { &ColumnSpec { $($field)* ..PLAIN } },
                )*}
            }
        }
    };
}

// What a cell says stands in `rows`, what a column is ordered by in `sort`.
columns! {
    // Always shown: a row needs a name.
    Ref {
        name: "ref",
        head: "REFERENCE",
        words: "your reference, else the short ID",
        order: Some(["by your reference, numbers as numbers"; 2]),
        need: |widths| widths.name.clamp(10, NAME) + 1,
    }
    Session {
        name: "session",
        head: "SESSION",
        words: "session ID",
        need: |_| 9,
    }
    State {
        name: "state",
        head: "STATE",
        words: "Yoti's state",
        need: |_| 10,
    }
    Stage {
        name: "stage",
        head: "STAGE",
        words: "stage, derived by branchwatch",
        order: Some(["from the first step to the last", "from the last step to the first"]),
        // `not fetched yet`
        need: |_| 16,
    }
    Docs {
        name: "docs",
        head: "DOCS",
        words: "requirements supplied, out of how many",
        order: Some(["fewest supplied first", "most supplied first"]),
        // `12/12`
        need: |_| 6,
    }
    Checks {
        name: "checks",
        head: "CHECKS",
        words: "one sign for each check",
        order: Some(["REJECT, then refer, not yet, APPROVE", "APPROVE first"]),
        // Nine signs, or `12✗/150`
        need: |_| 10,
    }
    Due {
        name: "due",
        head: "DUE",
        words: "time left to the deadline",
        order: Some(["least time left first", "most time left first"]),
        right: true,
        // `kept to 26 Dec`, `26 Dec 09:30Z±`
        need: |widths| if widths.times { 15 } else { 10 },
    }
    Branch {
        name: "branch",
        head: "LETTER BRANCH",
        words: "branch on the letter",
        need: |_| 15,
    }
    Seen {
        name: "seen",
        head: "SEEN",
        words: "time since the last response",
        order: Some(["latest response first", "oldest response first"]),
        right: true,
        // `364d!`
        need: |_| 6,
    }
    Changed {
        name: "changed",
        head: "CHANGE",
        printed: Some("CHANGED"),
        words: "what changed last",
        order: Some(["newest change first", "oldest change first"]),
        // `no net ×99`
        need: |_| 11,
    }
    Tags {
        name: "tags",
        head: "TAGS",
        words: "your tags",
        need: |_| 8,
    }
}

impl Column {
    /// As in `--columns`, in views and in the title.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.spec().name
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

    fn need(self, widths: Widths) -> usize {
        (self.spec().need)(widths)
    }
}

/// A reference of so many columns is never cut.
const NAME: usize = 20;

/// What the list holds, as far as the widths of its columns follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Widths {
    /// Columns of the longest reference.
    pub name: usize,
    /// The most signs of the operator's own (pinned, noted, …) that one row has.
    pub own: usize,
    /// Deadlines are shown as times, which are longer than the time left.
    pub times: bool,
}

impl Widths {
    /// Wide enough for both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            name: self.name.max(other.name),
            own: self.own.max(other.own),
            times: self.times || other.times,
        }
    }
}

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

/// Cells before the first column: cursor, mark, sign, change, blank. The signs of the operator's own
/// follow where a row has any.
const SIGNS: usize = 5;
/// Who goes last where there is no room for all: a column is there whole or not at all.
const PRIORITY: [Column; 9] = [
    Column::Stage,
    Column::Due,
    Column::Seen,
    Column::Docs,
    Column::Checks,
    Column::Changed,
    Column::Branch,
    Column::State,
    Column::Session,
];
/// Who gets the spare cells, in turn, and how many at most.
const GROW: [(Column, usize); 4] =
    [(Column::Branch, 12), (Column::Changed, 12), (Column::Tags, 24), (Column::Branch, 24)];

/// Columns with their widths, and whether more are out of sight.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Fitted {
    /// Each with its cells, the blank behind it among them.
    pub columns: Vec<(Column, usize)>,
    /// Columns out of sight to the left.
    pub left: usize,
    /// Columns out of sight to the right.
    pub right: usize,
    /// Cells for the signs of the operator's own.
    pub own: usize,
}

impl Fitted {
    /// Cells before the first column.
    #[must_use]
    pub const fn before(&self) -> usize {
        SIGNS + self.own
    }
}

impl ColumnSet {
    /// The columns themselves, the reference always first among them.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let rest: Vec<Column> = match self {
            Self::Own(columns) => columns.clone(),
            Self::Wide => Column::ALL.to_vec(),
            // Tags stand in the column of changes while nothing changed.
            Self::Auto => {
                Column::ALL.into_iter().filter(|column| *column != Column::Tags).collect()
            }
        };
        let rest = rest.into_iter().filter(|column| *column != Column::Ref);
        std::iter::once(Column::Ref).chain(rest).collect()
    }

    /// Fits the columns into a width. The first `from` after the reference are left out, as far as
    /// that brings others into sight.
    pub(crate) fn fit(&self, width: usize, from: usize, widths: Widths) -> Fitted {
        let columns = self.columns();
        if *self == Self::Auto && from == 0 {
            return chosen(&columns, width, widths);
        }
        // The reference stays, and one more beside it.
        let most = columns.len().saturating_sub(2);
        let right = |from: usize| fitted(&columns, width, from, widths).right;
        // No further than until the last one is in sight.
        let from = (0..=from.min(most)).find(|from| right(*from) == 0).unwrap_or(from.min(most));
        fitted(&columns, width, from, widths)
    }
}

/// Of these columns those that matter most, in their own order.
fn chosen(columns: &[Column], width: usize, widths: Widths) -> Fitted {
    let mut room = room_of(width, widths).saturating_sub(Column::Ref.need(widths));
    let mut shown = vec![Column::Ref];
    for column in PRIORITY {
        let need = column.need(widths);
        // Room that the checks just miss is no reason to say the ID twice.
        let has_cause = column != Column::Session || shown.contains(&Column::Checks);
        if need <= room && has_cause {
            room -= need;
            shown.push(column);
        }
    }
    let shown: Vec<Column> = columns.iter().filter(|c| shown.contains(c)).copied().collect();
    let hidden = columns.len() - shown.len();
    let fitted = fitted(&shown, width, 0, widths);
    Fitted { right: fitted.right + hidden, ..fitted }
}

/// Cells for columns. The last one needs no blank behind it.
const fn room_of(width: usize, widths: Widths) -> usize {
    (width + 1).saturating_sub(SIGNS + own_cells(widths))
}

const fn own_cells(widths: Widths) -> usize {
    if widths.own > 0 { widths.own + 1 } else { 0 }
}

fn fitted(columns: &[Column], width: usize, from: usize, widths: Widths) -> Fitted {
    let pinned = columns.iter().take(1);
    let shown: Vec<Column> = pinned.chain(columns.iter().skip(1 + from)).copied().collect();
    let mut room = room_of(width, widths);
    let mut fitted: Vec<(Column, usize)> = Vec::new();
    for column in &shown {
        let need = column.need(widths);
        // The reference is always there.
        let given = if fitted.is_empty() { need.min(room) } else { need };
        if given > room || given == 0 {
            break;
        }
        fitted.push((*column, given));
        room -= given;
    }
    let longer = widths.name.saturating_sub(NAME);
    for (column, most) in [(Column::Ref, longer)].into_iter().chain(GROW) {
        if let Some((_, cells)) = fitted.iter_mut().find(|(known, _)| *known == column) {
            let more = room.min(most);
            *cells += more;
            room -= more;
        }
    }
    // The blank behind the last one is the border's.
    if let (0, Some((_, cells))) = (room, fitted.last_mut()) {
        *cells = cells.saturating_sub(1);
    }
    let right = shown.len() - fitted.len();
    Fitted { columns: fitted, left: from, right, own: own_cells(widths) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(fitted: &Fitted) -> String {
        fitted.columns.iter().map(|(column, _)| column.name()).collect::<Vec<_>>().join(" ")
    }

    const SHORT: Widths = Widths { name: 9, own: 0, times: false };
    const LONG: Widths = Widths { name: 20, own: 3, times: false };

    #[test]
    fn the_width_chooses_whole_columns_by_their_priority_and_the_rest_is_reached_sideways() {
        for (width, widths, shown) in [
            (53, SHORT, "ref stage docs due seen"),
            (64, SHORT, "ref stage docs checks due seen"),
            (78, SHORT, "ref stage docs checks due seen changed"),
            (110, SHORT, "ref session state stage docs checks due branch seen changed"),
            (64, Widths { name: 12, own: 0, times: false }, "ref stage docs due seen"),
            (53, LONG, "ref stage seen"),
            (64, LONG, "ref stage due seen"),
            (78, LONG, "ref stage docs checks due seen"),
        ] {
            let fitted = ColumnSet::Auto.fit(width, 0, widths);
            assert_eq!(names(&fitted), shown, "{width}");
        }
        let first = ColumnSet::Wide.fit(60, 0, SHORT);
        assert_eq!((names(&first).as_str(), first.right), ("ref session state stage docs", 6));
        let last = ColumnSet::Wide.fit(60, 99, SHORT);
        assert_eq!(names(&last), "ref branch seen changed tags");
        assert_eq!((last.left, last.right), (6, 0), "no further than needed");
        let own = ColumnSet::Own(vec![Column::Due, Column::Ref, Column::Tags]);
        assert_eq!(names(&own.fit(60, 3, SHORT)), "ref due tags");
    }

    #[test]
    fn every_head_fits_with_the_sign_of_an_order_and_a_blank_behind_it() {
        for column in Column::ALL {
            let head = column.spec().head.chars().count() + 1;
            assert!(head < column.need(Widths::default()), "{column:?}");
        }
    }

    #[test]
    fn a_misspelt_column_is_answered_with_the_nearest() {
        assert_eq!(Column::named("DUE"), Ok(Column::Due));
        assert!(Column::named("refrence").unwrap_err().contains("did you mean ref?"));
    }

    proptest! {
        #[test]
        fn columns_never_need_more_than_the_width_and_none_is_cut(
            width in 0_usize..300, from in 0_usize..20, set in 0_usize..3, name in 0_usize..60,
            own in 0_usize..4, times in proptest::bool::ANY,
        ) {
            let chosen = ColumnSet::Own(vec![Column::Tags, Column::Changed, Column::Due]);
            let set = [ColumnSet::Auto, ColumnSet::Wide, chosen][set].clone();
            let widths = Widths { name, own, times };
            let fitted = set.fit(width, from, widths);
            let used: usize = fitted.columns.iter().map(|(_, cells)| cells).sum();
            let most = width.saturating_sub(fitted.before());
            prop_assert!(used <= most, "{used} of {most}");
            let all = set.columns().len();
            prop_assert_eq!(fitted.columns.len() + fitted.left + fitted.right, all);
            for (column, cells) in fitted.columns.iter().skip(1) {
                prop_assert!(cells + 1 >= column.need(widths), "{:?}", column);
            }
        }
    }
}
