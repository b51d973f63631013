//! Identity profiles: what a session says of a whole framework, not of a document (contract 3.7).
//!
//! The person's data behind a profile is a media and never stands here.

use crate::domain::server_text::ServerText;
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::{IdentityProfileOutcome, TrustFramework};

/// An identity profile, of either kind: the basic one's report
/// has one framework, the advanced one's may have several.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct IdentityProfile {
    /// Echo of what was given at creation.
    pub subject_id: Option<ServerText>,
    /// `DONE` or `ABORTED`.
    pub result: Option<IdentityProfileOutcome>,
    /// With ABORTED.
    pub failure: Option<ProfileFailure>,
    /// `identity_profile_report`: each framework with its schemes.
    pub compliance: Vec<FrameworkCompliance>,
    /// The report's media: the person's data.
    pub media: Option<Media>,
}

/// Why a profile was aborted.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ProfileFailure {
    /// Open vocabulary: `MANDATORY_DOCUMENT_NOT_PROVIDED`, ….
    pub reason_code: Option<ServerText>,
    /// `requirements_not_met_details`
    pub details: Vec<RequirementNotMet>,
}

/// One requirement that was not met, by document.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct RequirementNotMet {
    /// Open vocabulary.
    pub failure_type: Option<ServerText>,
    /// `PASSPORT`, …
    pub document_type: Option<ServerText>,
    /// ISO 3166-1 alpha-3, such as `GBR`.
    pub document_country_iso_code: Option<ServerText>,
    /// To quote to Yoti.
    pub audit_id: Option<ServerText>,
    pub details: Option<ServerText>,
}

/// How a person stands in one trust framework.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct FrameworkCompliance {
    /// `UK_TFIDA`, …
    pub trust_framework: Option<TrustFramework>,
    /// `schemes_compliance`
    pub schemes: Vec<SchemeCompliance>,
}

/// How a person stands in one scheme of a framework.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SchemeCompliance {
    /// `scheme.type`: `DBS`, `RTW`, ….
    pub scheme_type: Option<ServerText>,
    /// `scheme.objective`: `STANDARD`, ….
    pub objective: Option<ServerText>,
    /// `scheme.label`: advanced profiles only.
    pub label: Option<ServerText>,
    /// Whether its requirements are met.
    pub requirements_met: Option<bool>,
    pub requirements_not_met_info: Option<ServerText>,
}

impl IdentityProfile {
    /// `failure_reason.reason_code`, where it was aborted.
    #[must_use]
    pub fn reason_code(&self) -> Option<&ServerText> {
        self.failure.as_ref()?.reason_code.as_ref()
    }

    /// True when it was aborted: a failure whatever the checks say (contract 7.6).
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.result == Some(IdentityProfileOutcome::Aborted)
    }

    /// True when it is DONE and no scheme says that its requirements are not met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        let mut schemes = self.compliance.iter().flat_map(|framework| &framework.schemes);
        self.result == Some(IdentityProfileOutcome::Done)
            // A scheme that does not say so counts as met: the field is optional (contract 3.7).
            && schemes.all(|scheme| scheme.requirements_met != Some(false))
    }
}
