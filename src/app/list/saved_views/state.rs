//! The views that can be chosen.

use std::collections::BTreeMap;

use crate::app::list::columns::ColumnSet;
use crate::app::list::sort::Sort;
use crate::app::list::views::View;
use crate::domain::watchlist::list_layout::Place;

/// What the model holds of views.
#[derive(Debug, Default)]
pub(crate) struct SavedViews {
    /// Of the configuration, by name.
    pub(crate) configured: Vec<View>,
    /// Those that need no configuration.
    pub(crate) built_in: Vec<View>,
    /// Saved here or in an earlier run.
    pub(crate) saved: BTreeMap<String, View>,
    /// The one that was chosen last.
    pub(crate) chosen: Option<View>,
    /// What was told to be kept: order, columns, and how often views were changed.
    pub(crate) told: (Sort, ColumnSet, usize),
    pub(crate) changes: usize,
    /// Where the operator was at the last tick, and what of it was told.
    pub(crate) place: (Place, Place),
    /// A tree was folded or unfolded since then.
    pub(crate) folded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ViewOrigin {
    Configured,
    BuiltIn,
    Saved,
}

impl SavedViews {
    /// All with a name: the configuration's, those built in
    /// that no other view replaces, and those saved here.
    pub(crate) fn views(&self) -> impl Iterator<Item = (&View, ViewOrigin)> {
        let free =
            |view: &&View| !self.is_configured(&view.name) && !self.saved.contains_key(&view.name);
        let configured = self.configured.iter().map(|view| (view, ViewOrigin::Configured));
        let built_in = self.built_in.iter().filter(free).map(|view| (view, ViewOrigin::BuiltIn));
        configured.chain(built_in).chain(self.saved.values().map(|view| (view, ViewOrigin::Saved)))
    }

    pub(crate) fn is_configured(&self, name: &str) -> bool {
        self.configured.iter().any(|view| view.name == name)
    }
}
