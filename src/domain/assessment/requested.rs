//! Checks before they exist: `checks` stays empty until the end of an in-branch session, so the
//! pane shows what was requested (product.md 2.2).

use crate::domain::assessment::coverage::Coverage;
use crate::domain::server_text::ServerText;
use crate::domain::session::configuration::Configuration;
use crate::domain::session::wire_enum::CheckType;

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
