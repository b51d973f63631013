//! An answer of Yoti's, whatever part of a session it is of.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::json_text::{self, Refusal};

/// An answer: the typed view, the text it came from with the secrets removed, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<T> {
    pub value: T,
    /// The answer as received, secrets removed by `api`; otherwise key for key, number for number.
    pub raw: Arc<str>,
    /// When the answer was complete, by our clock.
    pub fetched_at: Timestamp,
}

/// Eight bytes that tell a text from another, their clocks aside: an answer that says nothing new is
/// neither parsed nor compared with the one before. Another version of Rust may make other fingerprints,
/// which costs one comparison for each answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(NonZeroU64);

impl Fingerprint {
    /// Of a text without secrets; `None`: it is no JSON.
    #[must_use]
    pub fn of(raw: &str) -> Option<Self> {
        clockless(raw).ok().map(|text| Self::of_clockless(&text))
    }

    /// Of a text without secrets and without members for which [`is_clock`].
    #[must_use]
    pub fn of_clockless(text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self(NonZeroU64::new(hasher.finish()).unwrap_or(NonZeroU64::MIN))
    }
}

/// A text without its clocks.
///
/// # Errors
/// When it is no JSON.
pub fn clockless(raw: &str) -> Result<String, Refusal> {
    json_text::without(raw, is_clock)
}

/// The member counts down with every answer, whatever happens.
#[must_use]
pub fn is_clock(key: &str) -> bool {
    key == "client_session_token_ttl"
}
