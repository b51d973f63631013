//! The In-Branch Verification letter: `GET /sessions/{s}/instructions` (contract 7.3, 7.4).
//!
//! The contact profile is a secret and has no field here.

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::{Drift, Extra, UnknownValue};
use crate::domain::session::ids::RequirementId;
use crate::domain::session::wire_enum::RequirementType;

/// How a letter without a branch is told, everywhere.
pub const NO_BRANCH: &str = "no branch chosen";

/// What the customer's letter says (contract 7.3).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Instructions {
    /// `contact_profile_exists`
    pub contact_profile_exists: Option<bool>,
    /// What the applicant promised to bring: the only documented link to a requirement.
    pub documents: Vec<PromisedDocument>,
    /// The branch on the letter; the applicant may use any other.
    pub branch: Option<Branch>,
    pub extra: Extra,
    /// Values of enums that this build does not know.
    pub unknown: Vec<UnknownValue>,
    /// What could not be read.
    pub drift: Vec<Drift>,
}

impl Instructions {
    /// Whether there is a letter. With nothing to bring there is none, even where a branch is known
    /// (contract 14.9; `{}` says the same).
    #[must_use]
    pub const fn is_set(&self) -> bool {
        !self.documents.is_empty()
    }
}

/// One document that the letter asks to bring.
#[derive(Clone, Debug, PartialEq)]
pub struct PromisedDocument {
    /// The requirement it is for.
    pub requirement_id: RequirementId,
    /// ID_DOCUMENT or SUPPLEMENTARY_DOCUMENT.
    pub kind: Option<RequirementType>,
    /// ISO 3166-1 alpha-3, such as `GBR`.
    pub country_code: Option<ServerText>,
    /// Open vocabulary, contract 7.5.
    pub document_type: Option<ServerText>,
}

/// A Post Office branch (contract 7.4).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Branch {
    /// `UK_POST_OFFICE`
    pub branch_type: Option<ServerText>,
    /// Seven characters, leading zeros matter.
    pub fad_code: Option<ServerText>,
    pub name: Option<ServerText>,
    /// Comma separated.
    pub address: Option<ServerText>,
    /// `post_code`, or `postcode` (11 #10).
    pub post_code: Option<ServerText>,
    /// `location`: latitude and longitude, their numbers as on the wire.
    pub location: Option<(ServerText, ServerText)>,
}

impl Branch {
    /// Its FAD code, else its name; empty when it has neither.
    #[must_use]
    pub fn called(&self) -> ServerText {
        self.fad_code.clone().or_else(|| self.name.clone()).unwrap_or_default()
    }
}

/// Branches near a place: `POST /lookup/uk-post-office`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Branches {
    /// Nearest first, as received.
    pub branches: Vec<Branch>,
    pub extra: Extra,
    /// What could not be read.
    pub drift: Vec<Drift>,
}
