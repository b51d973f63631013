//! A sorted list that one change costs little, and many at once cost one pass.
//!
//! Owns the order of attention as keys. Must never hold a session itself.

/// Where a session stands: rank of its most urgent finding, deadline in seconds, then the order of
/// adding, which makes every key unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) rank: u8,
    pub(crate) due: i64,
    pub(crate) place: u32,
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

    pub(crate) fn get(&self, position: usize) -> Option<Key> {
        self.0.get(position).copied()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = Key> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn position(&self, key: Key) -> Option<usize> {
        self.0.binary_search(&key).ok()
    }

    /// The keys that pass, in the same order.
    pub(crate) fn filtered(&self, mut keep: impl FnMut(Key) -> bool) -> Self {
        Self(self.0.iter().copied().filter(|key| keep(*key)).collect())
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
        for &key in &self.0 {
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
        Key { rank, due, place }
    }

    proptest! {
        #[test]
        fn few_or_many_changes_give_what_sorting_gives(
            start in proptest::collection::btree_map(0u32..200, (0u8..4, 0i64..9), 0..120),
            changes in proptest::collection::btree_map(0u32..200, (0u8..4, 0i64..9), 0..120),
        ) {
            let mut held: BTreeMap<u32, Key> =
                start.iter().map(|(&place, &(rank, due))| (place, key(rank, due, place))).collect();
            let mut order = Order::new(held.values().copied().collect());
            let mut out = Vec::new();
            let mut into = Vec::new();
            for (&place, &(rank, due)) in &changes {
                let new = key(rank, due, place);
                out.extend(held.insert(place, new));
                into.push(new);
            }
            order.change(out, into);
            let mut sorted: Vec<Key> = held.values().copied().collect();
            sorted.sort_unstable();
            prop_assert_eq!(order.iter().collect::<Vec<_>>(), sorted);
        }
    }
}
