//! A time in eight bytes, and nothing more where it may be missing: a list has dozens of them for
//! each session.

use std::num::NonZeroI64;

use jiff::{SignedDuration, Timestamp};
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

/// A time that may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<Timestamp>", into = "Option<Timestamp>")]
pub struct OptionalTime(Option<PackedTime>);

impl OptionalTime {
    /// The time as everybody else has it.
    #[must_use]
    pub fn get(self) -> Option<Timestamp> {
        self.0.map(PackedTime::at)
    }

    /// This one, else the other.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if self.0.is_some() { self } else { other }
    }
}

impl From<Option<Timestamp>> for OptionalTime {
    fn from(time: Option<Timestamp>) -> Self {
        Self(time.map(PackedTime::from))
    }
}

impl From<Timestamp> for OptionalTime {
    fn from(time: Timestamp) -> Self {
        Some(time).into()
    }
}

impl From<OptionalTime> for Option<Timestamp> {
    fn from(time: OptionalTime) -> Self {
        time.get()
    }
}

/// A span that may be missing, in eight bytes: to the nanosecond, and at most 292 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Option<SignedDuration>", into = "Option<SignedDuration>")]
pub struct OptionalSpan(Option<NonZeroI64>);

impl OptionalSpan {
    /// The span as everybody else has it.
    #[must_use]
    pub fn get(self) -> Option<SignedDuration> {
        self.0.map(|packed| SignedDuration::from_nanos(packed.get() ^ i64::MIN))
    }

    /// This one, else the other.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if self.0.is_some() { self } else { other }
    }
}

impl From<Option<SignedDuration>> for OptionalSpan {
    fn from(span: Option<SignedDuration>) -> Self {
        // The least number stands for none, so that no span is 0.
        Self(span.and_then(|span| {
            let nanoseconds = span.as_nanos().clamp(i128::from(i64::MIN + 1), i128::from(i64::MAX));
            i64::try_from(nanoseconds).ok().and_then(|number| NonZeroI64::new(number ^ i64::MIN))
        }))
    }
}

impl From<SignedDuration> for OptionalSpan {
    fn from(span: SignedDuration) -> Self {
        Some(span).into()
    }
}

impl From<OptionalSpan> for Option<SignedDuration> {
    fn from(span: OptionalSpan) -> Self {
        span.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_span_comes_back_as_it_was_or_is_none() {
        assert_eq!((size_of::<OptionalTime>(), size_of::<OptionalSpan>()), (8, 8));
        let back = |span: SignedDuration| OptionalSpan::from(span).get();
        for span in
            [SignedDuration::ZERO, SignedDuration::from_nanos(-1), SignedDuration::from_hours(7)]
        {
            assert_eq!(back(span), Some(span));
        }
        assert_eq!(back(SignedDuration::MIN), Some(SignedDuration::from_nanos(i64::MIN + 1)));
        assert_eq!(back(SignedDuration::MAX), Some(SignedDuration::from_nanos(i64::MAX)));
        assert_eq!(OptionalSpan::from(None).get(), None);
    }
}
