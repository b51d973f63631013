//! What happened, as a plain sentence: for lines that are read aloud, for logs and for reports.
//!
//! No sign and no colour carries a meaning here.

use super::{count, shown};
use crate::domain::events::change::{ChangeKind, TimelineEvent};
use crate::domain::server_text::ServerText;
use crate::domain::session::instructions::NO_BRANCH;

/// The longest server text in a sentence, in columns.
const LONGEST: usize = 120;

fn server(text: &ServerText) -> String {
    shown(text, LONGEST)
}

/// What a resource of this container is called: `ID
/// document`; a container that nobody knows by its own name.
#[must_use]
pub fn resource(container: &ServerText) -> String {
    match container.as_raw() {
        "id_documents" => "ID document".to_owned(),
        "supplementary_documents" => "supplementary document".to_owned(),
        "liveness_capture" => "liveness capture".to_owned(),
        "face_capture" => "face capture".to_owned(),
        "applicant_profiles" => "applicant profile".to_owned(),
        "share_codes" => "share code".to_owned(),
        _ => server(container),
    }
}

/// The event as a sentence without its time.
#[must_use]
pub fn sentence(event: &TimelineEvent) -> String {
    let source = event.source.as_ref();
    let from = source.map(|source| format!(" from {}", server(&source.text()))).unwrap_or_default();
    match &event.what {
        ChangeKind::FirstSeen => "first response from Yoti".to_owned(),
        ChangeKind::State(before, after) => {
            let state = |text: &Option<ServerText>| text.as_ref().map_or("none".to_owned(), server);
            format!("state changed from {} to {}", state(before), state(after))
        }
        ChangeKind::ResourceAdded { container, document_type, country, pages, frames } => {
            let what = document(container, [country.as_ref(), document_type.as_ref()]);
            format!("supplied{from}: {what}{}", extent(*pages, *frames))
        }
        ChangeKind::ResourceUpdated { container, document_type, pages, frames } => {
            let what = document(container, [None, document_type.as_ref()]);
            format!("updated{from}: {what}{}", extent(*pages, *frames))
        }
        ChangeKind::ResourceRemoved { container } => {
            format!("no longer in the response: {}", resource(container))
        }
        ChangeKind::Task(kind, state) => format!("task {}: {}", server(kind), server(state)),
        ChangeKind::Check { check_type, state, recommendation, reason } => {
            let said = server(recommendation.as_ref().unwrap_or(state));
            let reason = reason.as_ref().map(|r| format!(", {}", server(r))).unwrap_or_default();
            format!("check {}: {said}{reason}", server(check_type))
        }
        ChangeKind::Requirement(kind, state) => {
            format!("required {}: {}", server(kind), server(state))
        }
        ChangeKind::RequirementRemoved(kind) => format!("no longer required: {}", server(kind)),
        ChangeKind::Assessment { check_type, state, requirement } => format!(
            "in-branch assessment {} of {}: {}",
            server(check_type),
            server(requirement),
            server(state)
        ),
        ChangeKind::AttemptsLeft(kind, left) => {
            format!("{} left ({})", count(*left, "attempt"), server(kind))
        }
        ChangeKind::CheckAskedFor(kind, true) => format!("check requested: {}", server(kind)),
        ChangeKind::CheckAskedFor(kind, false) => {
            format!("check no longer requested: {}", server(kind))
        }
        ChangeKind::LetterSet(branch, documents) => {
            let branch = branch.as_ref().map(|branch| format!("branch {}", server(branch)));
            let branch = branch.unwrap_or_else(|| NO_BRANCH.to_owned());
            format!("letter set: {branch}, {}", count(*documents, "document"))
        }
        ChangeKind::DigitalIdShare { provider, error } => {
            let provider = provider.as_ref().map(|name| format!(": {}", server(name)));
            let provider = provider.unwrap_or_default();
            match error {
                None => format!("digital ID shared{provider}"),
                Some(why) => format!("digital ID share failed{provider}, {}", server(why)),
            }
        }
        ChangeKind::IdentityProfile(result) => format!("identity profile: {}", server(result)),
        ChangeKind::Gone => "gone: Yoti has no such session any more".to_owned(),
        ChangeKind::Back => "Yoti has the session again".to_owned(),
        ChangeKind::FirstBranchVisit => "first branch visit".to_owned(),
        ChangeKind::Notified(topic) => format!("notification: {}", server(&topic.text())),
        ChangeKind::Other => "something else in the response changed".to_owned(),
    }
}

/// The resource with what is known of it, such as `ID document (GBR PASSPORT)`.
fn document(container: &ServerText, parts: [Option<&ServerText>; 2]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().map(server).collect();
    let name = resource(container);
    if parts.is_empty() { name } else { format!("{name} ({})", parts.join(" ")) }
}

fn extent(pages: usize, frames: usize) -> String {
    match (pages, frames) {
        (0, _) => String::new(),
        (_, 0) => format!(", {}", count(pages, "page")),
        _ => format!(", {} and {}", count(pages, "page"), count(frames, "frame")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::Origin;
    use crate::domain::session::wire_enum::SourceType;

    fn told(what: ChangeKind, source: Option<SourceType>) -> String {
        let at = jiff::Timestamp::UNIX_EPOCH;
        sentence(&TimelineEvent { at, seen_at: at, source, what, origin: Origin::Observed })
    }

    #[test]
    fn a_sentence_has_no_name_of_a_field_in_it() {
        let added = |container: &str, document_type: Option<&str>, pages, frames| {
            let what = ChangeKind::ResourceAdded {
                container: container.into(),
                document_type: document_type.map(ServerText::from),
                country: document_type.map(|_| "GBR".into()),
                pages,
                frames,
            };
            told(what, Some(SourceType::Ibv))
        };
        for (said, wanted) in [
            (added("applicant_profiles", None, 0, 0), "supplied from IBV: applicant profile"),
            (
                added("id_documents", Some("PASSPORT"), 1, 3),
                "supplied from IBV: ID document (GBR PASSPORT), 1 page and 3 frames",
            ),
            (added("new_things", None, 2, 0), "supplied from IBV: new_things, 2 pages"),
            (
                told(ChangeKind::LetterSet(Some("9990017".into()), 1), None),
                "letter set: branch 9990017, 1 document",
            ),
            (told(ChangeKind::AttemptsLeft("GENERIC".into(), 1), None), "1 attempt left (GENERIC)"),
        ] {
            assert_eq!(said, wanted);
        }
    }
}
