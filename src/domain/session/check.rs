//! Checks and their reports (contract 4).
//!
//! The verdict of a check is `recommendation`, never the breakdown.

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::Extra;
use crate::domain::session::ids::{CheckId, ResourceId};
use crate::domain::session::resource::Media;
use crate::domain::session::watchlist::WatchlistSummary;
use crate::domain::session::wire_enum::{
    CheckState, CheckType, Process, Recommendation, SubCheckResult,
};

/// One check of a session result (contract 4.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub id: CheckId,
    /// What is examined; new types must be expected (contract 4.2).
    pub check_type: Option<CheckType>,
    pub state: Option<CheckState>,
    pub resources_used: Vec<ResourceId>,
    /// Absent until DONE.
    pub report: Option<Report>,
    /// Only with `DOCUMENT_SCHEME_VALIDITY_CHECK`: `UK_DBS`, `UK_GDS`, ….
    pub scheme: Option<ServerText>,
    /// `generated_media`
    pub generated_media: Vec<Media>,
    /// The profile that a database search was fed with: personal data.
    pub generated_profile: Option<Media>,
    /// Every media below this check, the two above among them.
    pub media: Vec<Media>,
    pub created: Option<Timestamp>,
    /// Time of the last change.
    pub last_updated: Option<Timestamp>,
    /// What no field reads: the generic view of reports that nobody knows yet.
    pub extra: Extra,
}

/// What a finished check says (contract 4.3).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Report {
    pub recommendation: Option<Recommendation>,
    /// Open vocabulary (contract 4.5); absent with APPROVE, sometimes with REJECT.
    pub reason: Option<ServerText>,
    /// What to do next, by Yoti; rare.
    pub recovery_suggestion: Option<ServerText>,
    /// Parts of the examination; may be empty.
    pub breakdown: Vec<SubCheck>,
    /// `watchlist_summary` (contract 4.6).
    pub watchlist: Option<WatchlistSummary>,
}

/// One part of a check's examination.
#[derive(Clone, Debug, PartialEq)]
pub struct SubCheck {
    /// `sub_check`
    pub name: ServerText,
    /// PASS, FAIL, …
    pub result: Option<SubCheckResult>,
    /// Machine or person.
    pub process: Option<Process>,
    /// Name and value, both as text (contract 4.3: numbers are strings).
    pub details: Vec<(ServerText, ServerText)>,
}

/// A check in this state, with this advice, is a pass: no other one is (contract 4.3).
#[must_use]
pub fn is_pass(state: Option<&CheckState>, advice: Option<&Recommendation>) -> bool {
    state == Some(&CheckState::Done) && advice == Some(&Recommendation::Approve)
}

/// Nothing more comes of a check in this state.
#[must_use]
pub const fn is_final(state: Option<&CheckState>) -> bool {
    // How a session with an INTERNAL_ERROR ends is not
    // documented (contract 4.1): that check has ended.
    matches!(state, Some(CheckState::Done | CheckState::InternalError))
}

impl Check {
    /// The recommendation, if there is a report.
    #[must_use]
    pub fn recommendation(&self) -> Option<&Recommendation> {
        self.report.as_ref()?.recommendation.as_ref()
    }

    /// True for APPROVE of a DONE check: an advice before DONE, or in a state that nobody knows, is
    /// not a pass (contract 4.1).
    #[must_use]
    pub fn is_approved(&self) -> bool {
        is_pass(self.state.as_ref(), self.recommendation())
    }

    /// True once nothing more can come: DONE or INTERNAL_ERROR.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        is_final(self.state.as_ref())
    }

    /// False for a type that this build does not know, or none: never a pass.
    #[must_use]
    pub const fn is_of_known_type(&self) -> bool {
        matches!(&self.check_type, Some(kind) if !kind.is_unknown())
    }
}
