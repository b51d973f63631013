//! How the operator has arranged the list, as texts: what is kept between runs.
//!
//! Owns the shape alone; `app` reads and writes the texts.

use std::collections::BTreeMap;

/// Filter, order and columns of the list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ViewTexts {
    /// In the filter language; empty: everything.
    pub filter: String,
    /// `due asc`; empty: by attention.
    pub sort: String,
    /// Names, or `wide` alone; empty: as many as fit.
    pub columns: Vec<String>,
}

/// What is kept of the list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Arrangement {
    /// As it stood last; its filter is never kept: nobody is hidden at the start.
    pub list: ViewTexts,
    /// Views that were saved, by name.
    pub views: BTreeMap<String, ViewTexts>,
}
