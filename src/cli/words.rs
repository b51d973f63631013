//! The words of the plain output: stages, spans, texts of Yoti's made safe.
//!
//! Owns wording for lines and tables; the screens have their own.

use crate::domain::attention;
use crate::domain::change::{ChangeKind, TimelineEvent};
use crate::domain::server_text::ServerText;
use crate::domain::stage::{Stage, Verdict};
use crate::text::shown;

/// Columns of a server's text in a line.
const WIDE: usize = 80;

pub(super) fn safe(text: &ServerText) -> String {
    shown(text, WIDE)
}

pub(super) fn maybe(text: Option<&ServerText>) -> String {
    text.map(safe).unwrap_or_default()
}

pub(super) fn span(span: jiff::SignedDuration) -> String {
    attention::span(span)
}

pub(super) fn stage(stage: &Stage) -> String {
    match stage {
        Stage::Gone => "gone".into(),
        Stage::NotFound => "not found".into(),
        Stage::NotFetched => "not fetched yet".into(),
        Stage::Expired { captured: 0 } => "expired, nothing captured".into(),
        Stage::Expired { captured } => format!("expired, {captured} captured"),
        Stage::Done(Verdict::Approve) => "done: APPROVE".into(),
        Stage::Done(Verdict::Reject) => "done: REJECT".into(),
        Stage::Done(Verdict::Refer) => "done: refer".into(),
        Stage::ChecksRunning => "checks running".into(),
        Stage::AtCounter { .. } => "at counter".into(),
        Stage::TurnedAway { .. } => "turned away?".into(),
        Stage::Visited => "visited".into(),
        Stage::AtHome => "at home".into(),
        Stage::AwaitingVisit => "awaiting visit".into(),
        Stage::LetterNotSet => "letter not set".into(),
        Stage::Unknown(Some(state)) => format!("{} (not known)", safe(state)),
        Stage::Unknown(None) => "no state in the answer".into(),
    }
}

/// What happened, in one line.
pub(super) fn event(event: &TimelineEvent) -> String {
    let mut text = match &event.what {
        ChangeKind::FirstSeen => "first answer".into(),
        ChangeKind::State(from, to) => {
            format!("state {} → {}", maybe(from.as_ref()), maybe(to.as_ref()))
        }
        ChangeKind::ResourceAdded { container, document_type, country, pages, frames } => format!(
            "+ {} {} {} ({pages} pages, {frames} frames)",
            safe(container),
            maybe(country.as_ref()),
            maybe(document_type.as_ref())
        ),
        ChangeKind::ResourceUpdated { container, document_type, pages, frames } => format!(
            "Δ {} {} ({pages} pages, {frames} frames)",
            safe(container),
            maybe(document_type.as_ref())
        ),
        ChangeKind::ResourceRemoved { container } => format!("- {}", safe(container)),
        ChangeKind::Task(kind, state) => format!("task {} {}", safe(kind), safe(state)),
        ChangeKind::Check { check_type, state, recommendation, reason } => format!(
            "check {} {} {} {}",
            safe(check_type),
            safe(state),
            maybe(recommendation.as_ref()),
            maybe(reason.as_ref())
        ),
        ChangeKind::Requirement(kind, state) => {
            format!("requirement {} {}", safe(kind), safe(state))
        }
        ChangeKind::LetterSet(code, documents) => {
            format!("letter set: branch {}, {documents} documents", maybe(code.as_ref()))
        }
        ChangeKind::IdentityProfile(result) => format!("identity profile {}", safe(result)),
        ChangeKind::Gone => "gone: Yoti has no such session any more".into(),
        ChangeKind::Back => "answers again".into(),
        ChangeKind::FirstBranchVisit => "first branch visit".into(),
        ChangeKind::Other => "something else in the answer changed".into(),
    };
    if let Some(source) = &event.source {
        text.push_str(&format!(" from {}", safe(&source.text())));
    }
    text.trim_end().to_owned()
}
