//! How the operator has arranged the list, as texts, and what stood open: kept between runs.

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

/// What stood open when the operator left. Not the cursor: until it is moved it is on the first row,
/// and a session of yesterday may be anywhere in the list.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
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
    pub place: Place,
}
