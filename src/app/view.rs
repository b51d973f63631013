//! What the screen shows, as plain rows of safe text: the only thing `ui` reads.
//!
//! Every string here has passed `crate::text` or is ours.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use crate::app::action::{HelpRow, Pane};
use crate::app::list::columns::Column;
pub use crate::app::list::filter::QueryError;
use crate::app::text::text_field::TextField;
use crate::domain::assessment::attention::Suppression;
use crate::domain::session::ids::SessionId;
pub use crate::text::Tone;

/// A sign of one column that stands beside a word; `theme` knows its Unicode and ASCII forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Glyph {
    Blank,
    /// ✓ APPROVE, supplied, used.
    Approve,
    Reject,
    /// ? NOT_AVAILABLE, CONSIDER, an unknown value, refer.
    Refer,
    NotYet,
    Missing,
    Present,
    AtCounter,
    TurnedAway,
    DueSoon,
    Stale,
    Changed,
    /// ↑ pinned by the operator.
    Pinned,
    /// ¶ has a note of the operator's.
    Noted,
    Acknowledged,
    Snoozed,
}

/// A piece of safe text with its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub text: String,
    pub tone: Tone,
}

impl Cell {
    /// A text, safe already, with what it means.
    #[must_use]
    pub fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }

    /// A text that means nothing beyond its words.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Tone::Plain)
    }
}

/// What is said below the panes.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) said: Cell,
    pub(crate) at: Timestamp,
    /// The dialog that is open has said it, and takes it along.
    pub(crate) of_dialog: bool,
}

/// One row of the session list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListRow {
    pub id: SessionId,
    pub marked: bool,
    pub glyph: (Glyph, Tone),
    pub own: Vec<Glyph>,
    /// Of every column.
    pub cells: BTreeMap<Column, Cell>,
    /// One glyph for each check, requested ones as `NotYet`; the ui sums up.
    pub checks: Vec<(Glyph, Tone)>,
    pub stale: bool,
    /// It changed and the operator has not looked since.
    pub changed: bool,
}

impl ListRow {
    /// What stands in a column.
    #[must_use]
    pub fn cell(&self, column: Column) -> &Cell {
        static NOTHING: Cell = Cell { text: String::new(), tone: Tone::Plain };
        self.cells.get(&column).unwrap_or(&NOTHING)
    }
}

/// A step of a path in the tree: a server's id or a name of ours, and which of equal ones it is
/// (invariant I7: SEED gives four requirements one id).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeStep {
    /// Id or name. Compared, never printed.
    pub key: String,
    /// 0 for the first of its name among its siblings.
    pub ordinal: usize,
}

/// From the root to a node.
pub type TreePath = Vec<TreeStep>;

/// A node of the resource tree with its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// Its step under its parent.
    pub step: TreeStep,
    pub glyph: (Glyph, Tone),
    /// First column: `ID_DOCUMENT`, `allowed sources`.
    pub label: Cell,
    /// Second column: `GBR PASSPORT`, `UK_POST_OFFICE`.
    pub detail: Cell,
    /// Third column: `supplied 09:21`, `missing`, `REQUIRED`.
    pub status: Cell,
    /// Changed since the last look.
    pub changed: bool,
    /// Media node (`v` will show it in a later version).
    pub children: Vec<TreeNode>,
}

/// The tree of the open session, with what is folded and where the cursor is.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TreeView {
    /// `2/3 supplied` and such, for the title.
    pub summary: String,
    /// Roots, all nodes, folded or not.
    pub roots: Vec<TreeNode>,
    pub expanded: BTreeSet<TreePath>,
    /// The node under the cursor; empty when there is no node.
    pub selected: TreePath,
    pub stale: bool,
    /// Instead of a tree, when there is nothing to show: sentences in our words.
    pub notice: Vec<String>,
}

/// How a row of the checks pane is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckForm {
    /// Heading of what follows: `name` over the line, `reason` at its right end.
    Group,
    /// A check in the columns of the head.
    Check,
    /// A part of an open check: sub-check, result, process.
    Part,
    /// A label (`name`), and a text (`reason`) that takes the rest of the line.
    Text,
}

/// Column at which the text of a [`CheckForm::Text`] row begins.
pub const CHECK_TEXT_AT: usize = 15;

/// One row of the checks pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRow {
    /// Key of the row that survives refreshes: the check's id, or what was asked for.
    pub key: String,
    pub form: CheckForm,
    pub glyph: (Glyph, Tone),
    /// Type, verbatim; the sub-check, or a label of ours.
    pub name: Cell,
    /// What else a check looked at (`+ FACE_CAPTURE`); of a part the process.
    pub on: Cell,
    /// `requested`, `PENDING`, `DONE`.
    pub state: Cell,
    /// Recommendation, verbatim; of a part the result.
    pub recommendation: Cell,
    /// Reason, scheme; the text of a text row.
    pub reason: Cell,
    /// Can be opened by Enter.
    pub expandable: bool,
    pub expanded: bool,
}

/// One row of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimelineRow {
    /// In the chosen form: age, local, UTC.
    pub time: String,
    /// `IBV`, `RELYING_BUSINESS`, `YOTI`, ….
    pub source: Cell,
    pub what: Cell,
    /// `api`, `seen`, `notification`, `derived`.
    pub origin: String,
    pub changed: bool,
}

/// The two header lines, as parts that the ui drops from the right when narrow.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct HeaderView {
    /// `DEMO`, `SANDBOX`, `LIVE`: the environment badge, and whether it is live.
    pub badge: String,
    pub profile: String,
    /// The badge is that of a live environment.
    pub live: bool,
    /// Never dropped: `● live · next 8s`, `◌ offline since 09:41 · retry 8s`, ….
    pub connection: Option<Cell>,
    /// `last ok 09:27:31`.
    pub last_ok: Option<Cell>,
    /// `api 182ms p95 410ms`.
    pub latency: Option<String>,
    /// How many sessions are on the list, filtered or not.
    pub watched: String,
    /// `18 ongoing`, `3 REJECT`, …: each session is in exactly one.
    pub counters: Vec<Counter>,
    /// `3 due soon`: of sessions that are in a counter too.
    pub asides: Vec<Cell>,
    /// How far the first look is, and how many wait for their next one.
    pub progress: Vec<Cell>,
    /// Never dropped: sessions that need attention.
    pub attention: usize,
    /// `0.7/5 req/s`.
    pub budget: Option<String>,
    /// `notifications 41 (0 missed)`, where they are received.
    pub notifications: Option<Cell>,
    /// A warning that must not be overlooked (store trouble, unknown values).
    pub warning: Option<Cell>,
}

/// A figure of the header, and what is told of the sessions in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Counter {
    /// The figure with its word, such as `18 ongoing`.
    pub whole: Cell,
    /// `2 at counter`, …: some of these.
    pub parts: Vec<Cell>,
}

/// A pane of rows: all of them, the one under the cursor, and those that fit on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<'a, T> {
    pub rows: &'a [T],
    /// Index of the row under the cursor; `None` without rows.
    pub selected: Option<usize>,
    /// Indices of the rows to draw, always within `rows`, the selected one among them.
    pub window: std::ops::Range<usize>,
    /// Columns scrolled sideways (h l).
    pub shift: usize,
    /// Instead of rows when there are none: sentences in our words.
    pub notice: &'a [String],
}

/// One session with findings, by the most urgent of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    pub id: SessionId,
    /// Since when, as far as it is known.
    pub at: String,
    pub glyph: (Glyph, Tone),
    pub name: Cell,
    pub why: Cell,
    /// The pane that shows the cause.
    pub shown_in: Pane,
    /// What the operator has to do with it.
    pub mark: AlertMark,
}

/// What the operator has to do with an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertMark {
    New,
    Acknowledged,
    Snoozed,
    /// It was so in this run, and is no more.
    Over,
}

impl AlertMark {
    /// The mark of an alert that stands.
    pub(crate) const fn of(hush: Option<Suppression>) -> Self {
        match hush {
            None => Self::New,
            Some(Suppression::Acknowledged(_)) => Self::Acknowledged,
            Some(Suppression::Snoozed(_)) => Self::Snoozed,
        }
    }

    /// At the end of its line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Acknowledged => "ack",
            Self::Snoozed => "snoozed",
            Self::Over => "over",
        }
    }
}

/// Column at which the text of a [`LabelRow`] begins.
pub const LETTER_TEXT_AT: usize = 13;

/// A line with a label: the letter pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRow {
    /// `branch`, `document 1`; empty for a line that goes on.
    pub label: Cell,
    pub value: Cell,
}

/// The open filter or find line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputView<'a> {
    /// True: it filters the list; false: it finds in the pane.
    pub filter: bool,
    /// The text and its cursor.
    pub field: &'a TextField,
    /// The name under which the list is to be saved, while that is typed, and why it was not taken.
    pub naming: Option<(&'a TextField, Option<&'a str>)>,
    /// Rows that match, of how many.
    pub hits: (usize, usize),
    /// What could be meant, where nothing matches.
    pub hint: Option<String>,
    /// What is wrong with the text, and where.
    pub error: Option<QueryError>,
    /// What Tab offers, and which of it was put in last.
    pub offers: Option<(&'a [String], usize)>,
}
