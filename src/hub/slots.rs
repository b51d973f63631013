//! The budget of requests moves with the leases: no request needs the server.
//!
//! The server's time is cut into slots. Slot n belongs to the holder of shard n mod [`SHARDS`], who
//! may send one request in it, for any session of his. A shard that nobody holds leaves its slots
//! empty, so all processes together never send more than `max_rps` + 1 requests in a second.

use jiff::Timestamp;

use crate::hub::lease::{SHARDS, Shard};

const SECOND: i64 = 1_000_000;

/// When requests may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    /// The length of a slot in microseconds.
    period: i64,
    /// How long after its beginning a slot may still be used.
    open: i64,
}

impl Slots {
    /// For so many requests a second of all pollers together. A rate between quarters is taken for
    /// the quarter below it; one below a quarter is kept.
    #[must_use]
    pub fn new(max_rps: f64) -> Self {
        let quarters = (max_rps * 4.0).floor();
        let rate = if quarters >= 1.0 { quarters / 4.0 } else { max_rps.max(0.01) };
        #[expect(clippy::cast_possible_truncation, reason = "at most 100 seconds")]
        let period = (1e6 / rate).ceil() as i64;
        // With k requests in a second, k - 1 slots begin in less than a second and what is open of
        // one: k < rate + 1 + open. Half a slot leaves room for clocks that differ; the part of a
        // request that the rate has beyond a whole one leaves less.
        let open = (1.0 - rate.fract()).min(0.5);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "< 2^53")]
        let open = (open * period as f64).floor() as i64;
        Self { period: period.max(1), open: open.max(1) }
    }

    /// The slot that may be used at this time of the server, where it belongs to one of these
    /// shards. Whoever has used it does not use it again.
    #[must_use]
    pub fn usable(&self, now: Timestamp, held: &[Shard]) -> Option<i64> {
        let now = now.as_microsecond();
        let open = now.rem_euclid(self.period) < self.open;
        let slot = now.div_euclid(self.period);
        (open && Self::is_of(slot, held)).then_some(slot)
    }

    /// The first slot after this one that belongs to one of these shards, and when it begins by the
    /// server's clock. `None`: no shard is held.
    #[must_use]
    pub fn next(&self, after: i64, held: &[Shard]) -> Option<(i64, Timestamp)> {
        let mut slots = (1..=i64::from(SHARDS)).filter_map(|n| after.checked_add(n));
        let slot = slots.find(|slot| Self::is_of(*slot, held))?;
        let begins = Timestamp::from_microsecond(slot.checked_mul(self.period)?).ok()?;
        Some((slot, begins))
    }

    /// The slot that this time of the server is in.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> i64 {
        now.as_microsecond().div_euclid(self.period)
    }

    fn is_of(slot: i64, held: &[Shard]) -> bool {
        let shard = slot.rem_euclid(i64::from(SHARDS));
        held.iter().any(|held| i64::from(held.number()) == shard)
    }

    /// The requests that a second may hold at most: `max_rps` + 1, in whole requests.
    #[must_use]
    pub const fn most_in_a_second(&self) -> i64 {
        SECOND / self.period + 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each holder uses every slot of its own, as early or as late in it as it can.
    fn requests(slots: Slots, split: &[u8], late: &[bool]) -> Vec<i64> {
        let holders = split.iter().max().copied().unwrap_or_default();
        let mut sent = Vec::new();
        for holder in 0..=holders {
            let held: Vec<Shard> =
                Shard::all().zip(split).filter(|(_, of)| **of == holder).map(|(s, _)| s).collect();
            let mut slot = -1;
            while let Some((next, begins)) = slots.next(slot, &held) {
                if next >= 200 {
                    break;
                }
                slot = next;
                let lateness = if late[usize::try_from(next).expect("small") % late.len()] {
                    slots.open - 1
                } else {
                    0
                };
                let at = begins.as_microsecond() + lateness;
                let time = Timestamp::from_microsecond(at).expect("a time");
                assert_eq!(slots.usable(time, &held), Some(next));
                sent.push(at);
            }
        }
        sent.sort_unstable();
        sent
    }

    proptest! {
        // Holders are numbered; the last number holds nothing: those shards are orphaned.
        #[test]
        fn no_second_holds_more_than_the_rate_and_one_over_any_split_of_the_shards(
            quarters in 1_u32..200,
            below in 0.0..0.249,
            split in proptest::collection::vec(0_u8..6, usize::from(SHARDS)),
            late in proptest::collection::vec(any::<bool>(), 1..40),
        ) {
            let max_rps = f64::from(quarters) / 4.0 + below;
            let sent = requests(Slots::new(max_rps), &split, &late);
            for (n, first) in sent.iter().enumerate() {
                let many = sent[n..].iter().take_while(|at| **at < first + SECOND).count();
                prop_assert!(f64::from(u32::try_from(many).expect("few")) <= max_rps + 1.0, "{many}");
            }
        }

        #[test]
        fn one_poller_alone_has_all_of_the_rate(max_rps in 1_u32..50) {
            let slots = Slots::new(f64::from(max_rps));
            let sent = requests(slots, &[0; 16], &[false]);
            let passed = (sent[sent.len() - 1] - sent[0]) / (i64::try_from(sent.len()).expect("few") - 1);
            prop_assert_eq!(passed, slots.period);
            prop_assert!((slots.period - SECOND / i64::from(max_rps)).abs() <= 1);
        }
    }

    #[test]
    fn a_slot_that_is_not_ones_own_or_nearly_over_is_not_used() {
        let slots = Slots::new(5.0);
        let at = |micros| Timestamp::from_microsecond(micros).expect("a time");
        let mine = [Shard::new(1).expect("a shard")];
        assert_eq!(slots.usable(at(0), &mine), None);
        assert_eq!(slots.usable(at(200_000), &mine), Some(1));
        assert_eq!(slots.usable(at(300_000), &mine), None, "late: the next slot would be too near");
        assert_eq!(slots.next(1, &mine), Some((17, at(3_400_000))));
        assert_eq!(slots.next(1, &[]), None);
    }
}
