//! What stood open in the trees when the operator left.
//!
//! It goes to the store with the arrangement, never to the configuration.

use std::collections::{BTreeMap, HashMap};

use crate::app::model::{Model, TreeMemory};
use crate::app::view::{TreePath, TreeStep};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_layout::{Fold, Place};

/// Trees that are kept at most.
// Bounded: it is written with the arrangement at every change.
const TREES: usize = 100;

/// The trees as they stood.
pub(crate) fn trees(place: &Place) -> HashMap<SessionId, TreeMemory> {
    place.open.iter().map(|(id, folds)| (*id, opened(folds))).collect()
}

/// Takes note of it, once a tick: what is only passed is not kept.
pub(crate) fn note(model: &mut Model) {
    if !std::mem::take(&mut model.saved_views.folded) {
        return;
    }
    let folds = |memory: &TreeMemory| {
        let fold = |path: &TreePath| path.iter().map(|s| (s.key.clone(), s.ordinal)).collect();
        memory.expanded.iter().map(fold).collect()
    };
    let watched = model.trees.iter().filter(|(id, _)| model.sessions.item(**id).is_some());
    let mut open: BTreeMap<_, _> = watched.map(|(id, memory)| (*id, folds(memory))).collect();
    while open.len() > TREES {
        open.pop_first();
    }
    model.saved_views.place.0 = Place { open };
}

fn opened(folds: &[Fold]) -> TreeMemory {
    let step = |(key, ordinal): &(String, usize)| TreeStep { key: key.clone(), ordinal: *ordinal };
    let path = |fold: &Fold| fold.iter().map(step).collect();
    TreeMemory { expanded: folds.iter().map(path).collect(), ..TreeMemory::default() }
}
