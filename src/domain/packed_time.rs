//! A time in eight bytes, and nothing more where it may be missing: a list has dozens of them for
//! each session.

use std::num::NonZeroI64;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

// The lowest bit says which of the two it is, so that no time is 0.
/// A time, to the nanosecond from 1824 to 2116 and to the microsecond beyond: as far from now only
/// what a server made up is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PackedTime(NonZeroI64);

/// Nanoseconds that fit beside the lowest bit.
const FARTHEST: i128 = (i64::MAX >> 1) as i128;

impl PackedTime {
    /// The time as everybody else has it.
    #[must_use]
    pub fn at(self) -> Timestamp {
        let (number, is_near) = (self.0.get() >> 1, self.0.get() & 1 == 1);
        let (second, nanoseconds) = if is_near { (1_000_000_000, 1) } else { (1_000_000, 1_000) };
        let rest = i32::try_from(number.rem_euclid(second)).unwrap_or_default();
        let time = Timestamp::new(number.div_euclid(second), rest * nanoseconds);
        // Only what a file says is no time: such a number is never made here.
        time.unwrap_or_default()
    }
}

impl From<Timestamp> for PackedTime {
    fn from(time: Timestamp) -> Self {
        let nanoseconds = time.as_nanosecond();
        let packed = match i64::try_from(nanoseconds) {
            Ok(number) if nanoseconds.abs() <= FARTHEST => number << 1 | 1,
            _ => time.as_microsecond() << 1,
        };
        Self(NonZeroI64::new(packed).unwrap_or(NonZeroI64::MIN))
    }
}

impl Default for PackedTime {
    fn default() -> Self {
        Timestamp::default().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn a_time_comes_back_as_it_was() {
        assert_eq!(size_of::<Option<PackedTime>>(), 8);
        let back = |time: Timestamp| PackedTime::from(time).at();
        let near = ["1824-01-01T00:00:00.000000001Z", "1970-01-01T00:00:00Z"];
        let more = ["1969-12-31T23:59:59.999999999Z", "2026-07-01T12:00:00.123456789Z"];
        for text in near.into_iter().chain(more) {
            let time: Timestamp = text.parse().unwrap();
            assert_eq!(back(time), time, "{text}");
        }
        for far in [Timestamp::MIN, Timestamp::MAX] {
            let off = back(far).duration_since(far).abs();
            assert!(off < SignedDuration::from_micros(1), "{far}: {off:?}");
        }
    }
}
