//! A sorted list that one change costs little, and many at once cost one pass.

use std::cmp::Reverse;

/// Where a session stands: what the order is by, then
/// the order of adding, which makes every key unique.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The pinned stand before all others.
    pub(crate) unpinned: bool,
    pub(crate) major: Major,
    pub(crate) place: u32,
}

/// What an order is by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Major {
    Number(i64),
    Text(Box<str>),
    TextDown(Reverse<Box<str>>),
    Missing,
}

/// Keys, always sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order(Vec<Key>);

/// From this many changes at once on, one pass over all is cheaper than moving the tail for each.
const MANY: usize = 32;

impl Order {
    pub(crate) fn new(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        Self(keys)
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The place of the session at a position.
    pub(crate) fn get(&self, position: usize) -> Option<u32> {
        self.0.get(position).map(|key| key.place)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = u32> + '_ {
        self.0.iter().map(|key| key.place)
    }

    pub(crate) fn position(&self, key: &Key) -> Option<usize> {
        self.0.binary_search(key).ok()
    }

    /// The keys of the places that pass, in the same order.
    pub(crate) fn filtered(&self, mut keep: impl FnMut(u32) -> bool) -> Self {
        Self(self.0.iter().filter(|key| keep(key.place)).cloned().collect())
    }

    /// Takes keys out and puts keys in. Keys to take out that are not there are passed over.
    pub(crate) fn change(&mut self, mut out: Vec<Key>, mut into: Vec<Key>) {
        if out.len() + into.len() < MANY {
            for key in out {
                if let Ok(at) = self.0.binary_search(&key) {
                    self.0.remove(at);
                }
            }
            for key in into {
                if let Err(at) = self.0.binary_search(&key) {
                    self.0.insert(at, key);
                }
            }
            return;
        }
        out.sort_unstable();
        into.sort_unstable();
        let mut merged = Vec::with_capacity(self.0.len() + into.len());
        let mut out = out.into_iter().peekable();
        let mut into = into.into_iter().peekable();
        for key in std::mem::take(&mut self.0) {
            while out.next_if(|gone| *gone < key).is_some() {}
            if out.next_if_eq(&key).is_some() {
                continue;
            }
            while let Some(new) = into.next_if(|new| *new < key) {
                merged.push(new);
            }
            let _ = into.next_if_eq(&key);
            merged.push(key);
        }
        merged.extend(into);
        self.0 = merged;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn key(rank: u8, due: i64, place: u32) -> Key {
        let major = match rank {
            0 => Major::Number(due),
            1 => Major::Text(due.to_string().into()),
            2 => Major::TextDown(Reverse(due.to_string().into())),
            _ => Major::Missing,
        };
        Key { unpinned: due % 3 > 0, major, place }
    }

    proptest! {
        #[test]
        fn few_or_many_changes_give_what_sorting_gives(
            start in proptest::collection::btree_map(0u32..200, (0u8..4, 0i64..9), 0..120),
            changes in proptest::collection::btree_map(0u32..200, (0u8..4, 0i64..9), 0..120),
        ) {
            let mut held: BTreeMap<u32, Key> =
                start.iter().map(|(&place, &(rank, due))| (place, key(rank, due, place))).collect();
            let mut order = Order::new(held.values().cloned().collect());
            let mut out = Vec::new();
            let mut into = Vec::new();
            for (&place, &(rank, due)) in &changes {
                let new = key(rank, due, place);
                out.extend(held.insert(place, new.clone()));
                into.push(new);
            }
            order.change(out, into);
            let mut sorted: Vec<Key> = held.values().cloned().collect();
            sorted.sort_unstable();
            prop_assert_eq!(order.0, sorted);
        }
    }
}
