//! How the operator has arranged the list, as texts, and where she was: what is kept between runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::session::ids::SessionId;

/// Filter, order and columns of the list.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewTexts {
    /// In the filter language; empty: everything.
    pub filter: String,
    /// `due asc`; empty: by attention.
    pub sort: String,
    /// Names, or `wide` alone; empty: as many as fit.
    pub columns: Vec<String>,
}

/// A node of a resource tree: from the root, name and number of each step.
pub type Fold = Vec<(String, usize)>;

/// Where the operator was when she left: the cursor, and what stood open.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The session under the cursor.
    pub cursor: Option<SessionId>,
    /// The nodes that stood open, of the trees that were looked at.
    pub open: BTreeMap<SessionId, Vec<Fold>>,
}

/// What is kept of the list.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Arrangement {
    /// As it stood last; its filter is never kept: nobody is hidden at the start.
    pub list: ViewTexts,
    /// Views that were saved, by name.
    pub views: BTreeMap<String, ViewTexts>,
    /// Where the operator was when she left: the cursor, and what stood open.
    pub place: Place,
}
