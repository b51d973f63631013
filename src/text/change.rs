//! The words for a change: a line for the screen, a sentence for reading.

use super::{Tone, count, shown, shown_str};
use crate::domain::events::change::{ChangeKind, TimelineEvent};
use crate::domain::server_text::ServerText;
use crate::domain::session::instructions::NO_BRANCH;
use crate::domain::session::wire_enum::{CheckState, Recommendation, SessionState, Topic};

/// The longest server text in a line or a sentence, in columns.
const LONGEST: usize = 120;

/// All words for one change.
pub struct ChangeWords {
    /// For the timeline, beside its source.
    pub line: String,
    /// What the line means.
    pub tone: Tone,
    /// For lines that are read aloud, logs and reports: no sign and no colour has a meaning in it.
    pub sentence: String,
}

impl ChangeWords {
    /// Words whose line can be read aloud as it is.
    fn new(tone: Tone, line: impl Into<String>) -> Self {
        let line: String = line.into();
        // A part that is not known leaves a gap behind.
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { sentence: line.clone(), line, tone }
    }

    /// Something with its state, result or the like behind it.
    fn stated(tone: Tone, what: &str, state: &ServerText) -> Self {
        let state = server(state);
        Self::new(tone, format!("{what} {state}")).spoken(format!("{what}: {state}"))
    }

    fn spoken(self, sentence: String) -> Self {
        Self { sentence, ..self }
    }
}

/// The words for this change.
#[must_use]
pub fn change_words(event: &TimelineEvent) -> ChangeWords {
    use ChangeWords as Words;
    let source = event.source.as_ref();
    let from = source.map(|source| format!(" from {}", server(&source.text()))).unwrap_or_default();
    match &event.what {
        ChangeKind::FirstSeen => Words::new(Tone::Dim, "first response from Yoti"),
        ChangeKind::State { from, to } => state(from.as_ref(), to.as_ref()),
        ChangeKind::Contradiction { kept, said } => {
            let (kept, said) = (server(&kept.text()), said.as_ref().map(SessionState::text));
            let said = said.as_ref().map_or("no state".to_owned(), server);
            Words::new(Tone::Notice, format!("Yoti said {said} after {kept}: not believed"))
        }
        ChangeKind::ResourceAdded { container, document_type, country, pages, frames } => {
            let parts = [country.as_ref(), document_type.as_ref()];
            let (line, spoken) = document(container, parts, *pages, *frames);
            Words::new(Tone::Plain, format!("+ {line}")).spoken(format!("supplied{from}: {spoken}"))
        }
        ChangeKind::ResourceUpdated { container, document_type, pages, frames } => {
            let kind = [document_type.as_ref()];
            let (_, spoken) = document(container, kind, *pages, *frames);
            let name = format!("{} {}", resource(container), maybe(document_type.as_ref()));
            Words::new(Tone::Plain, format!("{name} updated {}", extent(*pages, *frames)))
                .spoken(format!("updated{from}: {spoken}"))
        }
        ChangeKind::ResourceRemoved { container } => {
            let name = resource(container);
            Words::new(Tone::Notice, format!("- {name} removed"))
                .spoken(format!("no longer in the response: {name}"))
        }
        ChangeKind::Task { task_type, state } => {
            Words::stated(Tone::Plain, &format!("task {}", server(task_type)), &state.text())
        }
        ChangeKind::Check { check_type, state, recommendation, reason } => {
            check(check_type, state, recommendation.as_ref(), reason.as_ref())
        }
        ChangeKind::Requirement { requirement_type, state } => {
            let what = format!("required {}", server(requirement_type));
            Words::stated(Tone::Plain, &what, state)
        }
        ChangeKind::RequirementRemoved { requirement_type } => {
            let kind = server(requirement_type);
            Words::new(Tone::Notice, format!("{kind} no longer required"))
                .spoken(format!("no longer required: {kind}"))
        }
        ChangeKind::Assessment { check_type, state, requirement_type } => {
            let (check, of) = (server(check_type), server(requirement_type));
            let what = format!("in-branch assessment {check} of {of}");
            Words::stated(Tone::Plain, &what, state)
        }
        ChangeKind::AttemptsLeft { kind, left } => {
            let line = format!("{} left ({})", count(*left, "attempt"), server(kind));
            Words::new(Tone::Plain, line)
        }
        ChangeKind::CheckAskedFor { check_type, asked } => asked_for(check_type, *asked),
        ChangeKind::LetterSet { branch, documents } => {
            let branch = branch.as_ref().map(|branch| format!("branch {}", server(branch)));
            let branch = branch.unwrap_or_else(|| NO_BRANCH.to_owned());
            let line = format!("letter set: {branch}, {}", count(*documents, "document"));
            Words::new(Tone::Plain, line)
        }
        ChangeKind::LetterNotSet => Words::new(Tone::Dim, "letter not set"),
        ChangeKind::DigitalIdShare { provider, error } => share(provider.as_ref(), error.as_ref()),
        ChangeKind::IdentityProfile { result } => {
            Words::stated(Tone::Strong, "identity profile", result)
        }
        ChangeKind::Gone => Words::new(Tone::Notice, "gone: Yoti has no such session any more"),
        ChangeKind::Back => Words::new(Tone::Plain, "Yoti has the session again"),
        ChangeKind::FirstBranchVisit => {
            Words::new(Tone::Active, "first branch visit: letter QR scanned")
                .spoken("first branch visit".to_owned())
        }
        ChangeKind::Notified { topic } => notified(topic),
        ChangeKind::Other => Words::new(Tone::Plain, "something else in the response changed"),
    }
}

fn state(from: Option<&SessionState>, to: Option<&SessionState>) -> ChangeWords {
    let (from, to) = (from.map(SessionState::text), to.map(SessionState::text));
    let (from, to) = (from.as_ref(), to.as_ref());
    let line = format!("state {} → {}", maybe(from), maybe(to));
    let named = |text: Option<&ServerText>| text.map_or("none".to_owned(), server);
    let spoken = format!("state changed from {} to {}", named(from), named(to));
    ChangeWords::new(Tone::Strong, line).spoken(spoken)
}

fn server(text: &ServerText) -> String {
    shown(text, LONGEST)
}

fn maybe(text: Option<&ServerText>) -> String {
    text.map(server).unwrap_or_default()
}

/// The name of a resource of this container, such as `ID document`.
fn resource(container: &ServerText) -> String {
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

/// The resource with what is known of it, for the screen and as `ID document (GBR PASSPORT), 1 page`.
fn document<const N: usize>(
    container: &ServerText,
    parts: [Option<&ServerText>; N],
    pages: usize,
    frames: usize,
) -> (String, String) {
    let parts: Vec<String> = parts.into_iter().flatten().map(server).collect();
    let (name, parts) = (resource(container), parts.join(" "));
    let line = format!("{name} {parts} {}", extent(pages, frames));
    let name = if parts.is_empty() { name } else { format!("{name} ({parts})") };
    let spoken = match (pages, frames) {
        (0, _) => name,
        (_, 0) => format!("{name}, {}", count(pages, "page")),
        _ => format!("{name}, {} and {}", count(pages, "page"), count(frames, "frame")),
    };
    (line, spoken)
}

fn extent(pages: usize, frames: usize) -> String {
    if pages == 0 {
        return String::new();
    }
    format!("· {}, {}", count(pages, "page"), count(frames, "frame"))
}

fn check(
    check_type: &ServerText,
    state: &CheckState,
    recommendation: Option<&Recommendation>,
    reason: Option<&ServerText>,
) -> ChangeWords {
    let kind = server(check_type);
    let said = recommendation.map_or_else(|| state.text(), Recommendation::text);
    let said = server(&said);
    let spoken = reason.map(|reason| format!(", {}", server(reason))).unwrap_or_default();
    let spoken = format!("check {kind}: {said}{spoken}");
    let tone = match recommendation {
        Some(Recommendation::Approve) => Tone::Good,
        Some(Recommendation::Reject) => Tone::Bad,
        Some(_) => Tone::Notice,
        None => Tone::Plain,
    };
    let arrow = if recommendation.is_some() { "→ " } else { "" };
    let reason = reason.map(|reason| format!("({})", server(reason))).unwrap_or_default();
    ChangeWords::new(tone, format!("{kind} {arrow}{said} {reason}")).spoken(spoken)
}

fn asked_for(check_type: &ServerText, asked: bool) -> ChangeWords {
    let kind = server(check_type);
    let (tone, what) =
        if asked { (Tone::Plain, "requested") } else { (Tone::Notice, "no longer requested") };
    ChangeWords::new(tone, format!("check {kind} {what}")).spoken(format!("check {what}: {kind}"))
}

fn share(provider: Option<&ServerText>, error: Option<&ServerText>) -> ChangeWords {
    let spoken = provider.map(|name| format!(": {}", server(name))).unwrap_or_default();
    let provider = maybe(provider);
    match error {
        None => ChangeWords::new(Tone::Plain, format!("digital ID shared: {provider}"))
            .spoken(format!("digital ID shared{spoken}")),
        Some(why) => {
            let why = server(why);
            let line = format!("digital ID share failed: {provider} {why}");
            ChangeWords::new(Tone::Notice, line)
                .spoken(format!("digital ID share failed{spoken}, {why}"))
        }
    }
}

fn notified(topic: &Topic) -> ChangeWords {
    let name = shown_str(topic.as_raw(), LONGEST);
    let what = match topic {
        Topic::InstructionsEmailRequested => "the letter's e-mail is to be sent",
        Topic::ThankYouEmailRequested => "the thank-you e-mail is to be sent",
        Topic::NewPdfSupplied => "the applicant has the letter",
        Topic::ClientSessionTokenDeleted => "the applicant ended the client flow",
        _ => "",
    };
    ChangeWords::new(Tone::Plain, format!("{name} {what}")).spoken(format!("notification: {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::events::change::Origin;
    use crate::domain::session::wire_enum::SourceType;

    fn told(what: ChangeKind, source: Option<SourceType>) -> String {
        let at = jiff::Timestamp::UNIX_EPOCH;
        change_words(&TimelineEvent { at, seen_at: at, source, what, origin: Origin::Observed })
            .sentence
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
        let set = ChangeKind::LetterSet { branch: Some("9990017".into()), documents: 1 };
        let left = ChangeKind::AttemptsLeft { kind: "GENERIC".into(), left: 1 };
        for (said, wanted) in [
            (added("applicant_profiles", None, 0, 0), "supplied from IBV: applicant profile"),
            (
                added("id_documents", Some("PASSPORT"), 1, 3),
                "supplied from IBV: ID document (GBR PASSPORT), 1 page and 3 frames",
            ),
            (added("new_things", None, 2, 0), "supplied from IBV: new_things, 2 pages"),
            (told(set, None), "letter set: branch 9990017, 1 document"),
            (told(left, None), "1 attempt left (GENERIC)"),
        ] {
            assert_eq!(said, wanted);
        }
    }
}
