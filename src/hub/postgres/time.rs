//! Times as the server sends them: microseconds since 2000. The driver knows no version of jiff that
//! this program uses.

use std::error::Error;

use jiff::Timestamp;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// 2000-01-01 in microseconds since 1970.
const BEGINS: i64 = 946_684_800_000_000;

/// A `timestamptz` in the binary form of the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct SqlTime(pub(super) Timestamp);

impl ToSql for SqlTime {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        (self.0.as_microsecond() - BEGINS).to_sql(&Type::INT8, out)
    }

    accepts!(TIMESTAMPTZ);
    to_sql_checked!();
}

impl FromSql<'_> for SqlTime {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        let since = i64::from_sql(&Type::INT8, raw)?;
        // "infinity" is beyond all years.
        let time = since.checked_add(BEGINS).ok_or("a time beyond all years")?;
        Ok(Self(Timestamp::from_microsecond(time).map_err(|_beyond| "a time beyond all years")?))
    }

    accepts!(TIMESTAMPTZ);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_was_written_and_an_infinite_one_is_refused() {
        for text in ["1990-01-01T00:00:00.000001Z", "2026-10-16T09:00:00Z"] {
            let time: Timestamp = text.parse().expect("a time");
            let mut out = BytesMut::new();
            SqlTime(time).to_sql(&Type::TIMESTAMPTZ, &mut out).expect("written");
            assert_eq!(SqlTime::from_sql(&Type::TIMESTAMPTZ, &out).expect("read").0, time);
        }
        for infinite in [i64::MIN, i64::MAX] {
            assert!(SqlTime::from_sql(&Type::TIMESTAMPTZ, &infinite.to_be_bytes()).is_err());
        }
    }
}
