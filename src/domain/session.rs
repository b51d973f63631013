//! The session result, `GET /sessions/{s}` (contract 3), typed and tolerant.
//!
//! Owns the shape alone. Must never hold a secret: `client_session_token` has no field here.

use jiff::Timestamp;

use crate::domain::check::Check;
use crate::domain::ids::{MediaId, SessionId};
use crate::domain::resource::{Media, Resource};
use crate::domain::server_text::ServerText;
use crate::domain::watched::Answer;
use crate::domain::wire_enum::{IdentityProfileOutcome, SessionState};

/// A session result. Every field but the id is optional on the wire; missing, null and empty lists
/// are equal here and stay different in the raw text (contract 11, tolerance rule 3).
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Id in the body; the client has checked that it is the one asked for.
    pub id: SessionId,
    /// `None` when the field is missing or no string.
    pub state: Option<SessionState>,
    /// Seconds of life left at the time of the answer; meaningful only while ONGOING (11 #18).
    pub client_session_token_ttl: Option<i64>,
    /// The relying business's label.
    pub user_tracking_id: Option<ServerText>,
    /// Moment of consent.
    pub biometric_consent: Option<Timestamp>,
    /// All resources of all containers, in the order received, container by container.
    pub resources: Vec<Resource>,
    /// All checks in the order received; empty until the end of an in-branch session.
    pub checks: Vec<Check>,
    /// Identity profile, of either kind (contract 3.7).
    pub identity_profile: Option<IdentityProfile>,
    /// Media ids found anywhere in the answer, also below keys not known here (contract 10).
    pub media: Vec<Media>,
    /// What could not be read as the contract has it; shown as a drift counter.
    pub drift: Vec<Drift>,
}

/// Outcome of an identity profile (contract 3.7).
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityProfile {
    /// True for `advanced_identity_profile`.
    pub advanced: bool,
    /// `DONE` or `ABORTED`.
    pub result: Option<IdentityProfileOutcome>,
    /// `failure_reason.reason_code`.
    pub reason_code: Option<ServerText>,
    /// The report's media.
    pub media: Option<MediaId>,
}

/// One place where an answer differs from the contract: a wrong type, an unreadable element.
/// Unknown enum values are found through `is_unknown`, not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// JSON pointer into the answer, built from our own key names and indices.
    pub pointer: String,
    /// What was found instead, in our own words (`a string`, `null id`), never the value.
    pub found: &'static str,
}

/// Two answers that say the same: equal in everything but the ttl, which counts down with every
/// answer. Parts that this build has no field for count too: the raw texts are compared.
#[must_use]
pub fn equal_but_for_clocks(a: &Answer<Session>, b: &Answer<Session>) -> bool {
    const TTL: &str = "\"client_session_token_ttl\"";
    if a.raw == b.raw {
        return true;
    }
    let (mut a, mut b) = (&*a.raw, &*b.raw);
    while let (Some(at), Some(bt)) = (a.find(TTL), b.find(TTL)) {
        if a.get(..at) != b.get(..bt) {
            return false;
        }
        a = past_number(a.get(at + TTL.len()..).unwrap_or_default());
        b = past_number(b.get(bt + TTL.len()..).unwrap_or_default());
    }
    a == b
}

fn past_number(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | ' ' | '-' | '"'))
}
