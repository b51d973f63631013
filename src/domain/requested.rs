//! Checks before they exist: `checks` stays empty until the end of an in-branch session, so the
//! pane shows what was requested (product.md 2.2).
//!
//! Owns the list of requested checks and the one sign that each check has in the session list.

use crate::domain::configuration::Configuration;
use crate::domain::coverage::Coverage;
use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::watched::WatchedSession;
use crate::domain::wire_enum::{CheckType, Recommendation};

/// A check that was asked for and has no result yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedCheck {
    /// What will be examined.
    pub check_type: CheckType,
    /// Index into `Configuration::requirements`; `None`: of the whole session.
    pub requirement: Option<usize>,
    /// Index into `Session::resources` of the document it will look at, once there is one.
    pub resource: Option<usize>,
    /// `UK_DBS`, … where the assessment names one.
    pub scheme: Option<ServerText>,
}

/// The sign of one check in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// APPROVE.
    Approve,
    /// REJECT.
    Reject,
    /// Anything else that is finished.
    Refer,
    /// Not finished, or only requested.
    NotYet,
}

/// In-branch assessments of each requirement, then the requested types that no assessment names.
#[must_use]
pub fn expected(configuration: &Configuration, coverage: &Coverage) -> Vec<RequestedCheck> {
    let mut found = Vec::new();
    for (place, requirement) in configuration.requirements.iter().enumerate() {
        let cover = coverage.requirements.get(place);
        let resource = cover.and_then(|cover| cover.resources.first().copied());
        for assessment in &requirement.assessments {
            found.push(RequestedCheck {
                check_type: assessment.check_type.clone(),
                requirement: Some(place),
                resource,
                scheme: assessment.scheme.clone(),
            });
        }
    }
    found.sort_by_key(|check| {
        configuration.requested_checks.iter().position(|r| *r == check.check_type)
    });
    for check_type in &configuration.requested_checks {
        if !found.iter().any(|known| known.check_type == *check_type) {
            found.push(RequestedCheck {
                check_type: check_type.clone(),
                requirement: None,
                resource: None,
                scheme: None,
            });
        }
    }
    found
}

/// One sign for each check, or for each requested one while there is none.
#[must_use]
pub fn marks(watched: &WatchedSession, coverage: &Coverage) -> Vec<Mark> {
    match watched.session() {
        Some(session) if !session.checks.is_empty() => of_checks(session),
        _ => {
            let wanted = watched.configuration().map_or(0, |c| expected(c, coverage).len());
            vec![Mark::NotYet; wanted]
        }
    }
}

fn of_checks(session: &Session) -> Vec<Mark> {
    let mark = |check: &crate::domain::check::Check| match check.recommendation() {
        Some(Recommendation::Approve) if check.is_of_known_type() => Mark::Approve,
        Some(Recommendation::Reject) => Mark::Reject,
        _ if check.is_finished() => Mark::Refer,
        Some(_) => Mark::Refer,
        None => Mark::NotYet,
    };
    session.checks.iter().map(mark).collect()
}

/// How many values of the last answers this build does not know; shown in the header.
#[must_use]
pub fn unknown_values(watched: &WatchedSession) -> usize {
    let session = watched.session().map_or(0, |session| {
        let state = session.state.as_ref().is_some_and(super::wire_enum::SessionState::is_unknown);
        let resources = session.resources.iter().map(|resource| {
            let source =
                resource.source.as_ref().is_some_and(super::wire_enum::SourceType::is_unknown);
            let tasks = resource.tasks.iter().filter(|task| {
                task.task_type.as_ref().is_some_and(super::wire_enum::TaskType::is_unknown)
                    || task.state.as_ref().is_some_and(super::wire_enum::TaskState::is_unknown)
            });
            usize::from(source) + tasks.count()
        });
        let checks = session.checks.iter().map(|check| {
            usize::from(
                check.check_type.as_ref().is_some_and(super::wire_enum::CheckType::is_unknown),
            ) + usize::from(
                check.state.as_ref().is_some_and(super::wire_enum::CheckState::is_unknown),
            ) + usize::from(
                check.recommendation().is_some_and(super::wire_enum::Recommendation::is_unknown),
            )
        });
        usize::from(state) + resources.sum::<usize>() + checks.sum::<usize>() + session.drift.len()
    });
    let configuration = watched.configuration().map_or(0, |configuration| {
        let requirements = configuration.requirements.iter().map(|requirement| {
            let kind = requirement
                .requirement_type
                .as_ref()
                .is_some_and(super::wire_enum::RequirementType::is_unknown);
            let sources = requirement.allowed_sources.iter().filter(|s| s.source.is_unknown());
            usize::from(kind) + sources.count()
        });
        requirements.sum::<usize>() + configuration.drift.len()
    });
    session + configuration
}
