//! What was learned of one session.

use jiff::Timestamp;

use crate::domain::session::Session;
use crate::domain::session::answer::{Answer, Fingerprint};
use crate::domain::session::configuration::Configuration;
use crate::domain::session::instructions::Instructions;
use crate::domain::session::parts::Part;

/// What was learned of one session.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one for each answer, never kept in number")]
pub enum Observation {
    Session(Answer<Session>),
    Configuration(Answer<Configuration>),
    Letter(Answer<Instructions>),
    /// Such an answer that says what is known.
    Unchanged(Unchanged),
    /// The API says there is no letter.
    LetterNotSet(Timestamp),
    /// The API says there is no such session.
    Missing(Timestamp),
}

/// An answer that says what is known, its clocks aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unchanged {
    pub part: Part,
    /// The fingerprint of what is known so far.
    pub fingerprint: Fingerprint,
    /// Seconds that are left of the session.
    pub ttl: Option<i64>,
    /// When the answer was complete, by our clock.
    pub fetched_at: Timestamp,
}
