//! What the list needs of the session result.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::brief::bounds::{Budget, MOST};
use crate::domain::brief::times::{BriefTimes, TimeOf};
use crate::domain::packed_time::PackedTime;
use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::session::answer::{Answer, Fingerprint};
use crate::domain::session::check::{Check, is_final, is_pass};
use crate::domain::session::extra::UnknownValue;
use crate::domain::session::profile::IdentityProfile;
use crate::domain::session::resource::Resource;
use crate::domain::session::wire_enum::{
    CheckState, CheckType, IdentityProfileOutcome, Recommendation, SessionState, SourceType,
    TaskState,
};

/// What the list needs of the session result.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ResultBrief {
    pub fetched_at: PackedTime,
    /// Seconds that were left of the session then.
    pub ttl: Option<i64>,
    pub fingerprint: Option<Fingerprint>,
    pub content: Arc<ResultContent>,
}

/// What a session result says beside its times: many sessions have come equally far.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultContent {
    pub state: Option<SessionState>,
    /// In the order of the answer, but for REJECTs where there are too many.
    pub checks: Arc<[CheckBrief]>,
    /// Checks beyond those that a brief keeps.
    pub checks_left_out: usize,
    /// Elements of `checks` that could not be read.
    pub unreadable_checks: usize,
    pub profiles: Arc<[ProfileBrief]>,
    /// Values that this build does not know, but for those of a check or a profile.
    pub unknown: Arc<[UnknownValue]>,
    pub resources: Arc<[ResourceBrief]>,
    /// Resources that are not from the relying business.
    pub captured: usize,
    /// A resource came from a branch.
    pub from_branch: bool,
    /// A resource came from the applicant's own device.
    pub from_home: bool,
    /// A check is not finished, or a task is PENDING.
    pub checks_running: bool,
}

impl Deref for ResultBrief {
    type Target = ResultContent;

    fn deref(&self) -> &ResultContent {
        &self.content
    }
}

/// What a row, a filter and the pass rule need of a check.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckBrief {
    // One letter each, where it is stored: there are many of them.
    #[serde(rename = "t")]
    pub check_type: Option<CheckType>,
    #[serde(rename = "s")]
    pub state: Option<CheckState>,
    #[serde(rename = "r")]
    pub recommendation: Option<Recommendation>,
    #[serde(rename = "w")]
    pub reason: Option<ServerText>,
}

/// What the pass rule needs of an identity profile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileBrief {
    /// It is the `advanced_identity_profile`, not the `identity_profile`.
    pub advanced: bool,
    pub result: Option<IdentityProfileOutcome>,
    pub reason_code: Option<ServerText>,
    /// Types of the schemes whose requirements are not met; `None`: a scheme without a type.
    pub unmet: Vec<Option<ServerText>>,
}

/// What a filter needs of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceBrief {
    /// `id_documents`, `face_capture`, … as in the response.
    pub container: ServerText,
    pub document_type: Option<ServerText>,
    pub country: Option<ServerText>,
    pub source: Option<SourceType>,
}

impl ResultBrief {
    pub(super) fn of(answer: &Answer<Session>, budget: &mut Budget) -> Self {
        Self {
            fetched_at: answer.fetched_at.into(),
            ttl: answer.value.client_session_token_ttl,
            fingerprint: Fingerprint::of(&answer.raw),
            content: Arc::new(ResultContent::of(&answer.value, budget)),
        }
    }
}

impl ResultContent {
    fn of(session: &Session, budget: &mut Budget) -> Self {
        let from = |source: SourceType| {
            session.resources.iter().any(|r| r.source.as_ref() == Some(&source))
        };
        let relying = session.resources.iter();
        let relying = relying.filter(|r| r.source == Some(SourceType::RelyingBusiness)).count();
        let tasks = session.resources.iter().flat_map(|resource| &resource.tasks);
        let pending = |state: &Option<TaskState>| *state == Some(TaskState::Pending);
        let unknown = session.unknown.iter().filter(|value| !is_of_check_or_profile(value));
        Self {
            state: session.state.as_ref().map(|state| budget.value(state)),
            checks: checks_of(session, budget).into(),
            checks_left_out: session.checks.len().saturating_sub(MOST),
            unreadable_checks: session.unreadable_checks,
            profiles: profiles(session, budget).into(),
            unknown: budget.list(unknown, unknown_value).into(),
            resources: budget.list(session.resources.iter(), ResourceBrief::of).into(),
            captured: session.resources.len() - relying,
            from_branch: from(SourceType::Ibv),
            from_home: from(SourceType::EndUser),
            checks_running: tasks.into_iter().any(|task| pending(&task.state))
                || session.checks.iter().any(|check| !check.is_finished()),
        }
    }
}

/// The times of a session result.
pub(super) fn times(session: &Session) -> BriefTimes {
    let from_branch = || session.resources.iter().filter(|r| r.source == Some(SourceType::Ibv));
    let visits = from_branch().flat_map(|resource| [resource.last_activity(), resource.created_at]);
    let mut times = BriefTimes::with_visits(visits.flatten().collect());
    let checks = session.checks.iter();
    let checked = checks.filter_map(|check| check.last_updated.or(check.created)).max();
    times.set(TimeOf::FirstVisit, from_branch().filter_map(|r| r.created_at).min());
    times.set(TimeOf::FirstUpload, first_upload(session));
    times.set(TimeOf::LastCheck, checked);
    times.set(TimeOf::LastActivity, last_activity(session));
    times
}

fn checks_of(session: &Session, budget: &mut Budget) -> Vec<CheckBrief> {
    let mut all: Vec<&Check> = session.checks.iter().collect();
    if all.len() > MOST {
        // What is left out must never be the one that fails.
        all.sort_by_key(|check| check.recommendation() != Some(&Recommendation::Reject));
    }
    budget.list(all.into_iter(), CheckBrief::of)
}

fn profiles(session: &Session, budget: &mut Budget) -> Vec<ProfileBrief> {
    let basic = session.identity_profile.iter().map(|profile| (false, profile));
    let advanced = session.advanced_identity_profile.iter().map(|profile| (true, profile));
    let all = basic.chain(advanced);
    budget.list(all, |(advanced, profile), budget| ProfileBrief::of(advanced, profile, budget))
}

/// The check or the profile with such a value says it itself.
fn is_of_check_or_profile(value: &UnknownValue) -> bool {
    let parts: Vec<&str> = value.pointer.split('/').skip(1).collect();
    matches!(
        parts.as_slice(),
        ["checks", _, "type" | "state"]
            | ["checks", _, "report", "recommendation"]
            | ["identity_profile" | "advanced_identity_profile", "result"]
    )
}

fn unknown_value(value: &UnknownValue, budget: &mut Budget) -> UnknownValue {
    let pointer = budget.text(&ServerText::from(value.pointer.as_str()));
    UnknownValue { pointer: pointer.as_raw().to_owned(), value: budget.text(&value.value) }
}

/// The latest time at which something of a session changed, as far as its result tells.
pub(crate) fn last_activity(session: &Session) -> Option<Timestamp> {
    let resources = session.resources.iter().filter_map(Resource::last_activity);
    let checks = session.checks.iter().filter_map(|check| check.last_updated.max(check.created));
    resources.chain(checks).max()
}

/// When Yoti began to keep evidence: the time of the first media.
fn first_upload(session: &Session) -> Option<Timestamp> {
    let uploads = session.resources.iter().flat_map(|resource| {
        // Short forms of a media have no time (contract 3.3): then that of its resource.
        resource.media.iter().filter_map(|media| media.created.or(resource.created_at))
    });
    uploads.min()
}

impl CheckBrief {
    fn of(check: &Check, budget: &mut Budget) -> Self {
        let report = check.report.as_ref();
        Self {
            check_type: check.check_type.as_ref().map(|kind| budget.value(kind)),
            state: check.state.as_ref().map(|state| budget.value(state)),
            recommendation: check.recommendation().map(|advice| budget.value(advice)),
            reason: report.and_then(|report| report.reason.as_ref()).map(|text| budget.text(text)),
        }
    }

    /// The check is a pass: only so (contract 4.3).
    #[must_use]
    pub fn is_approved(&self) -> bool {
        is_pass(self.state.as_ref(), self.recommendation.as_ref())
    }

    /// Nothing more will come of it.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        is_final(self.state.as_ref())
    }

    /// This build knows its type.
    #[must_use]
    pub const fn is_of_known_type(&self) -> bool {
        matches!(&self.check_type, Some(kind) if !kind.is_unknown())
    }

    /// It advises against the applicant.
    #[must_use]
    pub fn rejects(&self) -> bool {
        self.recommendation == Some(Recommendation::Reject)
    }
}

impl ProfileBrief {
    fn of(advanced: bool, profile: &IdentityProfile, budget: &mut Budget) -> Self {
        let schemes = profile.compliance.iter().flat_map(|framework| &framework.schemes);
        let unmet = schemes.filter(|scheme| scheme.requirements_met == Some(false));
        Self {
            advanced,
            result: profile.result.as_ref().map(|result| budget.value(result)),
            reason_code: profile.reason_code().map(|code| budget.text(code)),
            unmet: budget.list(unmet, |scheme, budget| {
                scheme.scheme_type.as_ref().map(|kind| budget.text(kind))
            }),
        }
    }

    /// The framework could not be worked through.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.result == Some(IdentityProfileOutcome::Aborted)
    }

    /// DONE, and no scheme says that its requirements are not met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        // A scheme that does not say so counts as met: the field is optional (contract 3.7).
        self.result == Some(IdentityProfileOutcome::Done) && self.unmet.is_empty()
    }
}

impl ResourceBrief {
    fn of(resource: &Resource, budget: &mut Budget) -> Self {
        let document = resource.document();
        let mut kept = |text: Option<&ServerText>| text.map(|text| budget.text(text));
        Self {
            container: kept(Some(&ServerText::from(resource.kind.container()))).unwrap_or_default(),
            document_type: kept(document.and_then(|document| document.document_type.as_ref())),
            country: kept(document.and_then(|document| document.issuing_country.as_ref())),
            source: resource.source.as_ref().map(|source| budget.value(source)),
        }
    }
}
