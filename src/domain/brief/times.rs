//! Times as they are stored in a brief: seconds and nanoseconds since 1970, because a text of a time
//! takes long to read, and a list has a dozen times a session.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds, and nanoseconds of the same sign.
#[derive(Serialize, Deserialize)]
struct Parts(i64, i32);

impl From<Timestamp> for Parts {
    fn from(at: Timestamp) -> Self {
        Self(at.as_second(), at.subsec_nanosecond())
    }
}

impl Parts {
    fn time<E: serde::de::Error>(self) -> Result<Timestamp, E> {
        Timestamp::new(self.0, self.1).map_err(E::custom)
    }
}

pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    Parts::from(*at).serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    Parts::deserialize(from)?.time()
}

/// The same, where there may be none.
pub(super) mod optional {
    use super::{Deserialize, Deserializer, Parts, Serialize, Serializer, Timestamp};

    pub(in crate::domain::brief) fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Parts::from).serialize(to)
    }

    pub(in crate::domain::brief) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        Option::<Parts>::deserialize(from)?.map(Parts::time).transpose()
    }
}

/// The same for several.
pub(super) mod list {
    use std::sync::Arc;

    use super::{Deserialize, Deserializer, Parts, Serializer, Timestamp};

    pub(in crate::domain::brief) fn serialize<S: Serializer>(
        all: &Arc<[Timestamp]>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(all.iter().copied().map(Parts::from))
    }

    pub(in crate::domain::brief) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Arc<[Timestamp]>, D::Error> {
        Vec::<Parts>::deserialize(from)?.into_iter().map(Parts::time).collect()
    }
}
