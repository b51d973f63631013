//! How long to wait after a failure, and how many retries are afforded: pure.

use std::time::Duration;

/// Full jitter: anything between nothing and `base * 2^(failures-1)`, at most `cap`, but never less
/// than a tenth of that bound, so that a failing call is not hammered by bad luck.
#[must_use]
pub fn full_jitter(
    failures: u32,
    base: Duration,
    cap: Duration,
    dice: &mut fastrand::Rng,
) -> Duration {
    let doubled = base.saturating_mul(1_u32 << failures.saturating_sub(1).min(16));
    let bound = doubled.min(cap);
    // Full jitter, so that many instances do not come back together after an outage (fault R02).
    bound.mul_f64(0.1 + 0.9 * dice.f64())
}

/// An interval with a spread of a tenth to either side, so that sessions drift apart.
#[must_use]
pub fn spread(interval: Duration, dice: &mut fastrand::Rng) -> Duration {
    interval.mul_f64(0.9 + 0.2 * dice.f64())
}

/// Retries may be one tenth of all other requests (fault R03).
#[derive(Clone, Copy, Debug)]
pub struct RetryBudget {
    tenths: u32,
}

/// What a retry costs, in tenths: one retry, and the tenth that it earns itself when it goes out.
const COST: u32 = 10 + 1;
/// The most retries that can be saved up, in tenths.
// Ten at most: a long quiet time must not pay for a storm of retries.
const SAVED: u32 = 10 * COST;

impl Default for RetryBudget {
    fn default() -> Self {
        // One at the start: the first failure of a fresh process may be retried too.
        Self { tenths: COST }
    }
}

impl RetryBudget {
    /// Each request earns a tenth of a retry.
    pub fn earn(&mut self) {
        self.tenths = (self.tenths + 1).min(SAVED);
    }

    /// Takes one retry; false when none is afforded.
    pub fn spend(&mut self) -> bool {
        let afforded = self.tenths >= COST;
        if afforded {
            self.tenths -= COST;
        }
        afforded
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_is_within_its_bound(failures in 0_u32..100, seed: u64) {
            let mut dice = fastrand::Rng::with_seed(seed);
            let (base, cap) = (Duration::from_secs(2), Duration::from_mins(1));
            let wait = full_jitter(failures, base, cap, &mut dice);
            prop_assert!(wait <= cap && wait >= base.mul_f64(0.1));
        }

        // R03
        #[test]
        fn retries_are_at_most_a_tenth_and_one(ordinary in 0_u32..2_000) {
            let mut budget = RetryBudget::default();
            let mut retries = 0;
            for _ in 0..ordinary {
                budget.earn();
                while budget.spend() {
                    retries += 1;
                    // It goes out as a request too.
                    budget.earn();
                }
            }
            prop_assert!(retries <= ordinary / 10 + 1);
        }
    }
}
