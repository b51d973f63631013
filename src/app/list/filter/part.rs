//! What a session has several of: checks and resources, with their texts.

use super::fields::TextField;
use crate::domain::session::Session;
use crate::domain::session::check::Check;
use crate::domain::session::resource::Resource;
use crate::domain::session::wire_enum::CheckType;
use crate::domain::watchlist::watched::WatchedSession;

/// What a session has several of, with several fields each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Check,
    Resource,
}

#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Check(&'a Check),
    /// There are no checks yet; this one is asked for.
    Requested(&'a CheckType),
    Resource(&'a Resource),
}

impl TextField {
    /// What it is a field of, if not of the session alone.
    pub(super) const fn thing(self) -> Option<Thing> {
        match self {
            Self::Check | Self::Result | Self::Reason => Some(Thing::Check),
            Self::Doc | Self::Source => Some(Thing::Resource),
            _ => None,
        }
    }
}

impl Thing {
    /// True when one of the session's is so.
    pub(super) fn any(
        self,
        session: &WatchedSession,
        mut test: impl FnMut(Part<'_>) -> bool,
    ) -> bool {
        let answer = session.session();
        match self {
            Self::Resource => answer.is_some_and(|a| resources(a).any(test)),
            Self::Check => match answer.filter(|answer| !answer.checks.is_empty()) {
                Some(answer) => answer.checks.iter().any(|check| test(Part::Check(check))),
                None => session.configuration().is_some_and(|configuration| {
                    let assessments =
                        configuration.requirements.iter().flat_map(|r| &r.assessments);
                    let types = configuration.requested_checks.iter();
                    types
                        .chain(assessments.map(|assessment| &assessment.check_type))
                        .any(|kind| test(Part::Requested(kind)))
                }),
            },
        }
    }
}

fn resources(answer: &Session) -> impl Iterator<Item = Part<'_>> {
    answer.resources.iter().map(Part::Resource)
}

impl Part<'_> {
    /// True when one of a field's texts passes.
    pub(super) fn any_text(
        self,
        field: TextField,
        test: &mut (impl FnMut(&str) -> bool + ?Sized),
    ) -> bool {
        match (self, field) {
            (Self::Requested(kind), TextField::Check) => test(kind.as_raw()),
            (Self::Check(check), TextField::Check) => {
                check.check_type.as_ref().is_some_and(|kind| test(kind.as_raw()))
            }
            (Self::Check(check), TextField::Result) => {
                check.recommendation().is_some_and(|advice| test(advice.as_raw()))
            }
            (Self::Check(check), TextField::Reason) => {
                let reason = check.report.as_ref().and_then(|report| report.reason.as_ref());
                reason.is_some_and(|text| test(text.as_raw()))
            }
            (Self::Resource(resource), TextField::Source) => {
                resource.source.as_ref().is_some_and(|source| test(source.as_raw()))
            }
            (Self::Resource(resource), TextField::Doc) => {
                let document = resource.document().into_iter();
                let texts = document.flat_map(|d| [&d.document_type, &d.issuing_country]);
                texts.flatten().any(|text| test(text.as_raw()))
            }
            _ => false,
        }
    }
}
