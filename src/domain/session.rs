//! The session result, `GET /sessions/{s}` (contract 3), typed and tolerant.

pub mod answer;
pub mod check;
pub mod configuration;
pub mod device;
pub mod evidence;
pub mod extra;
pub mod ids;
pub mod instructions;
pub mod media_list;
pub mod observation;
pub mod parts;
pub mod profile;
pub mod resource;
pub mod share;
pub mod supported;
pub mod watchlist;
pub mod wire_enum;

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::session::answer::{Answer, clockless};
use crate::domain::session::check::Check;
use crate::domain::session::extra::{Drift, Extra, UnknownValue};
use crate::domain::session::ids::SessionId;
use crate::domain::session::profile::IdentityProfile;
use crate::domain::session::resource::{Media, Resource};
use crate::domain::session::share::DigitalIdShare;
use crate::domain::session::wire_enum::SessionState;

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
    /// Of the relying business.
    pub organisation_name: Option<ServerText>,
    /// `company_profile.company_name`, printed on generated PDFs.
    pub company_name: Option<ServerText>,
    pub biometric_consent: Option<Timestamp>,
    /// All resources of all containers, in the order received, container by container.
    pub resources: Vec<Resource>,
    /// `digital_id_shares` (contract 14.1).
    pub shares: Vec<DigitalIdShare>,
    /// All checks in the order received; empty until the end of an in-branch session.
    pub checks: Vec<Check>,
    /// Elements of `checks` that are no objects: there was a check, and nobody can say which.
    pub unreadable_checks: usize,
    /// `identity_profile` (contract 3.7).
    pub identity_profile: Option<IdentityProfile>,
    /// `advanced_identity_profile` (contract 3.7).
    pub advanced_identity_profile: Option<IdentityProfile>,
    /// `identity_profile_preview.media`
    pub identity_profile_preview: Option<Media>,
    /// `advanced_identity_profile_preview.media`
    pub advanced_identity_profile_preview: Option<Media>,
    /// The import token that was asked for at creation.
    pub import_token: Option<ImportToken>,
    /// `applicant_profile.media`; only the partner spec has it (contract 3.1).
    pub applicant_profile: Option<Media>,
    /// Media ids found anywhere in the answer, also below keys not known here (contract 10).
    pub media: Vec<Media>,
    /// What no field above reads, below no resource and no check.
    pub extra: Extra,
    /// Values of enums that this build does not know, wherever they stand.
    pub unknown: Vec<UnknownValue>,
    /// What could not be read as the contract has it; shown as a drift counter.
    pub drift: Vec<Drift>,
}

/// `import_token`: either part may be absent (contract 3.1).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ImportToken {
    pub media: Option<Media>,
    pub failure_reason: Option<ServerText>,
}

impl Session {
    /// A session of which nothing is said but its id.
    #[must_use]
    pub const fn empty(id: SessionId) -> Self {
        Self {
            id,
            state: None,
            client_session_token_ttl: None,
            user_tracking_id: None,
            organisation_name: None,
            company_name: None,
            biometric_consent: None,
            resources: Vec::new(),
            shares: Vec::new(),
            checks: Vec::new(),
            unreadable_checks: 0,
            identity_profile: None,
            advanced_identity_profile: None,
            identity_profile_preview: None,
            advanced_identity_profile_preview: None,
            import_token: None,
            applicant_profile: None,
            media: Vec::new(),
            extra: Vec::new(),
            unknown: Vec::new(),
            drift: Vec::new(),
        }
    }

    /// Both kinds of identity profile, the basic one first.
    pub fn profiles(&self) -> impl Iterator<Item = &IdentityProfile> {
        self.identity_profile.iter().chain(&self.advanced_identity_profile)
    }
}

/// Two answers that say the same: equal in everything but the ttl, which counts down with every
/// answer. Parts that this build has no field for count too: the raw texts are compared.
#[must_use]
pub fn equal_but_for_clocks(a: &Answer<Session>, b: &Answer<Session>) -> bool {
    // Most answers that say the same are the same text: the scanner runs for the others alone.
    a.raw == b.raw
        || match (clockless(&a.raw), clockless(&b.raw)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}
