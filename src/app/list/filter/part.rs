//! What a session has several of: checks and resources, with their texts.

use super::fields::TextField;
use crate::domain::brief::result::{CheckBrief, ResourceBrief};
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
    Check(&'a CheckBrief),
    /// There are no checks yet; this one is asked for.
    Requested(&'a CheckType),
    Resource(&'a ResourceBrief),
}

impl TextField {
    /// What it is a field of, if not of the session alone.
    pub(super) const fn thing(self) -> Option<Thing> {
        match self {
            Self::Check | Self::Result | Self::Reason => Some(Thing::Check),
            Self::Doc | Self::Source => Some(Thing::Resource),
            Self::Ref
            | Self::Session
            | Self::State
            | Self::Provider
            | Self::Branch
            | Self::Tag
            | Self::Note => None,
        }
    }
}

impl Thing {
    /// True when one of the session's is so.
    pub(super) fn any(self, session: &WatchedSession, test: impl FnMut(Part<'_>) -> bool) -> bool {
        let result = session.brief.result.as_ref();
        match self {
            Self::Resource => {
                result.is_some_and(|result| result.resources.iter().map(Part::Resource).any(test))
            }
            Self::Check => match result.filter(|result| !result.checks.is_empty()) {
                Some(result) => result.checks.iter().map(Part::Check).any(test),
                None => session.brief.configuration.as_ref().is_some_and(|configuration| {
                    configuration.requested.checks.iter().map(Part::Requested).any(test)
                }),
            },
        }
    }
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
                check.recommendation.as_ref().is_some_and(|advice| test(advice.as_raw()))
            }
            (Self::Check(check), TextField::Reason) => {
                check.reason.as_ref().is_some_and(|text| test(text.as_raw()))
            }
            (Self::Resource(resource), TextField::Source) => {
                resource.source.as_ref().is_some_and(|source| test(source.as_raw()))
            }
            (Self::Resource(resource), TextField::Doc) => {
                let texts = [&resource.document_type, &resource.country];
                texts.into_iter().flatten().any(|text| test(text.as_raw()))
            }
            _ => false,
        }
    }
}
