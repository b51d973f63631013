//! Checks before they exist: `checks` stays empty until the end of an in-branch session, so the
//! pane shows what was requested (product.md 2.2).

use crate::domain::assessment::coverage::Coverage;
use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::session::configuration::Configuration;
use crate::domain::session::wire_enum::{CheckType, Recommendation};
use crate::domain::watchlist::watched::WatchedSession;

/// A check that was asked for and has no result yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedCheck {
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
    Approve,
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
    // In the order of the request, so that the pane keeps its order when checks come.
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
    let mark = |check: &crate::domain::session::check::Check| match check.recommendation() {
        Some(Recommendation::Reject) => Mark::Reject,
        // The same test as the verdict's: sign and verdict cannot disagree.
        Some(Recommendation::Approve) if check.is_approved() && check.is_of_known_type() => {
            Mark::Approve
        }
        _ if check.is_finished() => Mark::Refer,
        // Advice of an unfinished check is no result yet (contract 4.1), but worth a look.
        Some(_) => Mark::Refer,
        None => Mark::NotYet,
    };
    session.checks.iter().map(mark).collect()
}

/// How many values of the last answers this build does
/// not know or could not read; shown in the header.
#[must_use]
pub fn unknown_values(watched: &WatchedSession) -> usize {
    let session = watched.session().map_or(0, |s| s.unknown.len() + s.drift.len());
    let configuration = watched.configuration().map_or(0, |c| c.unknown.len() + c.drift.len());
    let letter = watched.instructions().map_or(0, |l| l.unknown.len() + l.drift.len());
    session + configuration + letter
}
