//! What a session still needs and from whom: `GET /sessions/{s}/configuration` (contract 5, 6).
//!
//! Allowed sources are read from here, never inferred (contract 7.1).

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::{Drift, Extra, UnknownValue};
use crate::domain::session::ids::{RequirementId, SessionId};
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::{
    AssessmentState, BiometricConsent, CheckType, LivenessType, RequirementState, RequirementType,
    SourceType, TaskType,
};

/// The configuration of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// Id in the body; the client has checked it.
    pub session_id: SessionId,
    /// Seconds; used for the deadline only while there is no session result.
    pub client_session_token_ttl: Option<i64>,
    /// Check types asked for; `[]` is legal (11 #21).
    pub requested_checks: Vec<CheckType>,
    /// `capture.biometric_consent`; the session result's is a time (11 #20).
    pub biometric_consent: Option<BiometricConsent>,
    /// `capture.required_resources` in the order received.
    pub requirements: Vec<RequiredResource>,
    /// `applicant_profile.media`
    pub applicant_profile: Option<Media>,
    /// Whether the end user's address is kept.
    pub track_ip_address: Option<bool>,
    /// `sdk_config`, flattened: dotted path and value (contract 5.6).
    pub sdk_config: Extra,
    /// What no field reads, below no requirement.
    pub extra: Extra,
    /// Values of enums that this build does not know.
    pub unknown: Vec<UnknownValue>,
    /// What could not be read.
    pub drift: Vec<Drift>,
}

impl Configuration {
    /// A configuration that asks for nothing.
    #[must_use]
    pub const fn empty(session_id: SessionId) -> Self {
        Self {
            session_id,
            client_session_token_ttl: None,
            requested_checks: Vec::new(),
            biometric_consent: None,
            requirements: Vec::new(),
            applicant_profile: None,
            track_ip_address: None,
            sdk_config: Vec::new(),
            extra: Vec::new(),
            unknown: Vec::new(),
            drift: Vec::new(),
        }
    }
}

/// One thing that must be supplied.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredResource {
    /// May repeat within one answer (SEED gives four requirements one id).
    pub id: RequirementId,
    /// `ID_DOCUMENT`, …; new types must be expected.
    pub requirement_type: Option<RequirementType>,
    /// REQUIRED, …
    pub state: Option<RequirementState>,
    pub allowed_sources: Vec<AllowedSource>,
    pub requested_tasks: Vec<RequestedTask>,
    /// What the clerk has to do (contract 5.5).
    pub assessments: Vec<Assessment>,
    /// Accepted documents: country code and document types (ID_DOCUMENT: `supported_countries`;
    /// SUPPLEMENTARY_DOCUMENT: each of `country_codes` with all `document_types`).
    pub accepted: Vec<AcceptedDocuments>,
    /// `CAMERA`, `CAMERA_AND_UPLOAD`
    pub allowed_capture_methods: Option<ServerText>,
    /// `GENERIC`, `RECLASSIFICATION`, … with what is left, in the order received.
    pub attempts_remaining: Vec<(ServerText, i64)>,
    /// `PROOF_OF_ADDRESS`, `UK_DBS`, …
    pub objective: Option<ServerText>,
    pub liveness_type: Option<LivenessType>,
    /// Whether a digital ID is taken instead of a document (contract 14.1).
    pub allow_digital_ids: Option<bool>,
    /// Whose digital IDs are taken; `None`: not stated.
    pub allowed_providers: Option<Vec<ServerText>>,
    pub extra: Extra,
}

/// One allowed source (contract 6.1).
#[derive(Clone, Debug, PartialEq)]
pub struct AllowedSource {
    /// END_USER, RELYING_BUSINESS, IBV or a new one.
    pub source: SourceType,
    /// `None`: not stated ("any provider"); values are open, `UK_POST_OFFICE` so far.
    pub allowed_providers: Option<Vec<ServerText>>,
    /// Keys that only new sources have.
    pub extra: Extra,
}

/// Documents accepted from one country.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedDocuments {
    /// Alpha-3; empty: any country.
    pub country: ServerText,
    /// Empty: any type.
    pub document_types: Vec<ServerText>,
    /// What some of the types are limited by.
    pub limits: Vec<DocumentLimit>,
}

/// Limits of one accepted type of document (contract 5.4).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DocumentLimit {
    /// The type that is limited.
    pub document_type: ServerText,
    pub is_strictly_latin: Option<bool>,
    /// `requirements.date_from`: the oldest accepted date of issue, `yyyy-mm-dd`.
    pub date_from: Option<ServerText>,
}

/// A task asked for with a requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestedTask {
    /// What is to be extracted.
    pub task_type: Option<TaskType>,
    /// REQUIRED, …
    pub state: Option<RequirementState>,
}

/// An in-branch assessment (contract 5.5).
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// One of the three in-branch check types, or a new one.
    pub check_type: CheckType,
    /// REQUIRED or DONE.
    pub state: Option<AssessmentState>,
    /// `UK_DBS`, … with `DOCUMENT_SCHEME_VALIDITY_CHECK`.
    pub scheme: Option<ServerText>,
}
