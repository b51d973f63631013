//! An answer of Yoti's, whatever part of a session it is of.

use std::sync::Arc;

use jiff::Timestamp;

/// An answer: the typed view, the text it came from with the secrets removed, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    pub value: T,
    /// The answer as received, secrets removed by `api`; otherwise key for key, number for number.
    pub raw: Arc<str>,
    /// When the answer was complete, by our clock.
    pub fetched_at: Timestamp,
}
