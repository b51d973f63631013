//! The API log over the panes.

use std::sync::Arc;

use crate::app::text::text_field::TextField;
use crate::app::view::Cell;
use crate::domain::events::call::Call;

/// One call in the API log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    /// Its number; the cursor follows it.
    pub number: u64,
    pub time: String,
    /// HTTP status.
    pub status: Cell,
    /// `182ms`.
    pub took: String,
    /// `GET`.
    pub method: &'static str,
    /// The whole path, without a query.
    pub path: String,
    /// The path with a reference in the place of the session's ID.
    pub named: String,
    /// Of a failure, to quote to Yoti.
    pub request_id: Option<String>,
    /// What went wrong, when it is tried again.
    pub note: Cell,
}

/// The API log: newest first, filtered by what is typed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ApiLogDialog {
    /// All that are kept, newest first.
    pub calls: Vec<Arc<Call>>,
    /// Those that hold what is typed.
    pub rows: Vec<CallRow>,
    pub search: TextField,
    /// The filter is being typed.
    pub typing: bool,
    /// Index into `rows`.
    pub selected: usize,
    /// The calls have come at least once.
    pub told: bool,
}
