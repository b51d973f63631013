//! Times as they are stored in a brief: seconds and nanoseconds since 1970, because a text of a time
//! takes long to read, and a list has a dozen times a session.

use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds, and nanoseconds of the same sign.
type Parts = (i64, i32);

/// One time, one that may be missing, or several.
pub(crate) trait StoredTimes: Sized {
    type Parts: Serialize + DeserializeOwned;

    fn parts(&self) -> Self::Parts;

    fn of(parts: Self::Parts) -> Result<Self, jiff::Error>;
}

impl StoredTimes for Timestamp {
    type Parts = Parts;

    fn parts(&self) -> Parts {
        (self.as_second(), self.subsec_nanosecond())
    }

    fn of(parts: Parts) -> Result<Self, jiff::Error> {
        Self::new(parts.0, parts.1)
    }
}

impl StoredTimes for Option<Timestamp> {
    type Parts = Option<Parts>;

    fn parts(&self) -> Self::Parts {
        self.as_ref().map(StoredTimes::parts)
    }

    fn of(parts: Self::Parts) -> Result<Self, jiff::Error> {
        parts.map(Timestamp::of).transpose()
    }
}

impl StoredTimes for Arc<[Timestamp]> {
    type Parts = Vec<Parts>;

    fn parts(&self) -> Self::Parts {
        self.iter().map(StoredTimes::parts).collect()
    }

    fn of(parts: Self::Parts) -> Result<Self, jiff::Error> {
        parts.into_iter().map(Timestamp::of).collect()
    }
}

pub(super) fn serialize<T: StoredTimes, S: Serializer>(
    times: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    times.parts().serialize(to)
}

pub(super) fn deserialize<'de, T: StoredTimes, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    T::of(T::Parts::deserialize(from)?).map_err(D::Error::custom)
}
