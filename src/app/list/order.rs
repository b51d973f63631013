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

/// Where the parts of a packed key begin, from the least significant bit on: place, number, whether
/// there is none, whether it is not pinned.
const NUMBER_AT: u32 = 32;
const MISSING_AT: u32 = 96;
const UNPINNED_AT: u32 = 97;
/// Numbers below zero stand before those above it.
const SIGN: u64 = 1 << 63;

impl Key {
    /// The key as a number, in the same order; `None`: it has a text.
    fn packed(&self) -> Option<u128> {
        let (number, missing) = match self.major {
            Major::Number(number) => (number.cast_unsigned() ^ SIGN, false),
            Major::Missing => (0, true),
            Major::Text(_) | Major::TextDown(_) => return None,
        };
        let parts = u128::from(self.unpinned) << UNPINNED_AT | u128::from(missing) << MISSING_AT;
        Some(parts | u128::from(number) << NUMBER_AT | u128::from(self.place))
    }

    #[expect(clippy::cast_possible_truncation, reason = "the parts that were put together")]
    const fn of_packed(packed: u128) -> Self {
        let number = ((packed >> NUMBER_AT) as u64 ^ SIGN).cast_signed();
        let missing = packed >> MISSING_AT & 1 == 1;
        Self {
            unpinned: packed >> UNPINNED_AT & 1 == 1,
            major: if missing { Major::Missing } else { Major::Number(number) },
            place: packed as u32,
        }
    }
}

/// Keys, always sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order(Vec<Key>);

/// From this many changes at once on, one pass over all is cheaper than moving the tail for each.
const MANY: usize = 32;

impl Order {
    pub(crate) fn new(mut keys: Vec<Key>) -> Self {
        // Orders by numbers, most of all: as one integer each they are sorted in a fraction of the
        // time (h2 of the benchmarks).
        if let Some(mut packed) = keys.iter().map(Key::packed).collect::<Option<Vec<u128>>>() {
            packed.sort_unstable();
            return Self(packed.into_iter().map(Key::of_packed).collect());
        }
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
        fn numbers_are_ordered_packed_as_they_are_unpacked(
            parts in proptest::collection::vec(
                (proptest::bool::ANY, proptest::option::of(proptest::num::i64::ANY)), 0..50),
        ) {
            let keys: Vec<Key> = (0..).zip(parts).map(|(place, (unpinned, number))| {
                Key { unpinned, major: number.map_or(Major::Missing, Major::Number), place }
            }).collect();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            prop_assert_eq!(Order::new(keys).0, sorted);
        }

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
