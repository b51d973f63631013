//! What happened, as a plain sentence: for lines that are read aloud, and for logs.
//!
//! Owns the sentences. No sign and no colour carries a meaning here; every server text passes
//! `words`.

use jiff::tz::TimeZone;

use crate::app::keys::Keys;
use crate::app::words::{Openness, TimeForm, Times, count, server};
use crate::domain::change::{ChangeKind, TimelineEvent};
use crate::domain::happening::{Happening, Kind};
use crate::domain::instructions::NO_BRANCH;
use crate::domain::personal::Privacy;
use crate::domain::server_text::ServerText;

/// One event as a line: when, whose, what.
#[must_use]
pub fn line(happening: &Happening, privacy: Privacy, zone: &TimeZone) -> String {
    let openness = Openness { privacy, revealed: None };
    let now = happening.seen_at;
    let times =
        Times { form: TimeForm::Local, zone: zone.clone(), now, openness, keys: Keys::default() };
    let at = times.moment(happening.at);
    let what = sentence(happening);
    match &happening.session {
        Some(session) => format!("{at}  {}: {what}", times.name(session, 60)),
        None => format!("{at}  {what}"),
    }
}

/// What happened.
#[must_use]
pub fn sentence(happening: &Happening) -> String {
    if let Some(change) = &happening.change {
        return changed(change);
    }
    if let Some(words) = happening.words.as_ref().filter(|_| happening.kind != Kind::Connection) {
        return words.clone();
    }
    match happening.kind {
        Kind::Visit | Kind::Approve => milestone(happening.kind).to_owned(),
        Kind::Expired => "expired: the deadline passed before completion".to_owned(),
        Kind::Added => "put on the watch-list".to_owned(),
        Kind::Removed => "taken off the watch-list".to_owned(),
        Kind::Connection => {
            let word = happening.words.as_deref().unwrap_or_default();
            match word {
                "live" => "Yoti answers again",
                "offline" => "Yoti cannot be reached; trying again",
                "unavailable" => "Yoti is not available now; trying again",
                "refused" => "Yoti refuses the key; run branchwatch doctor",
                "application_not_found" => "key and SDK id do not belong together",
                "clock_skew" => "Yoti refuses the signature: this machine's clock is off",
                "following" => "another branchwatch asks Yoti; what it learns is shown",
                _ => "nothing is asked (--offline)",
            }
            .to_owned()
        }
        kind => kind.word().replace('_', " "),
    }
}

/// A step of a session in a few words.
#[must_use]
pub const fn milestone(kind: Kind) -> &'static str {
    match kind {
        Kind::Visit => "first branch visit",
        Kind::Approve => "completed, and the pass rule is met",
        Kind::Reject => "completed, with a REJECT",
        Kind::Refer => "completed, to be looked at",
        other => other.word(),
    }
}

fn maybe(text: Option<&ServerText>) -> String {
    text.map_or_else(|| "nothing".to_owned(), server)
}

/// Words that are there, with spaces between.
fn joined<'a>(parts: impl IntoIterator<Item = Option<&'a ServerText>>) -> String {
    parts.into_iter().flatten().map(server).collect::<Vec<_>>().join(" ")
}

fn extent(pages: usize, frames: usize) -> String {
    match (pages, frames) {
        (0, _) => String::new(),
        (_, 0) => format!(", {}", count(pages, "page")),
        _ => format!(", {} and {}", count(pages, "page"), count(frames, "frame")),
    }
}

fn changed(event: &TimelineEvent) -> String {
    let source = event.source.as_ref();
    let from = source.map(|source| format!(" from {}", server(&source.text()))).unwrap_or_default();
    match &event.what {
        ChangeKind::FirstSeen => "Yoti answered for the first time".to_owned(),
        ChangeKind::State(before, after) => format!(
            "the state changed from {} to {}",
            maybe(before.as_ref()),
            maybe(after.as_ref())
        ),
        ChangeKind::ResourceAdded { container, document_type, country, pages, frames } => {
            let what = joined([country.as_ref(), document_type.as_ref(), Some(container)]);
            format!("supplied{from}: {what}{}", extent(*pages, *frames))
        }
        ChangeKind::ResourceUpdated { container, document_type, pages, frames } => {
            let what = joined([document_type.as_ref(), Some(container)]);
            format!("more was supplied{from}: {what}{}", extent(*pages, *frames))
        }
        ChangeKind::ResourceRemoved { container } => {
            format!("no longer in the answer: {}", server(container))
        }
        ChangeKind::Task(kind, state) => format!("task {}: {}", server(kind), server(state)),
        ChangeKind::Check { check_type, state, recommendation, reason } => {
            let said = match recommendation {
                Some(recommendation) => format!("recommendation {}", server(recommendation)),
                None => format!("state {}", server(state)),
            };
            let reason =
                reason.as_ref().map(|r| format!(", reason {}", server(r))).unwrap_or_default();
            format!("check {}: {said}{reason}", server(check_type))
        }
        ChangeKind::Requirement(kind, state) => {
            format!("requirement {}: {}", server(kind), server(state))
        }
        ChangeKind::RequirementRemoved(kind) => {
            format!("no longer required: {}", server(kind))
        }
        ChangeKind::Assessment { check_type, state, requirement } => format!(
            "the clerk's part for {}, {}: {}",
            server(requirement),
            server(check_type),
            server(state)
        ),
        ChangeKind::AttemptsLeft(kind, left) => {
            format!("attempts of the kind {}: {left} left", server(kind))
        }
        ChangeKind::CheckAskedFor(kind, true) => format!("a check is asked for: {}", server(kind)),
        ChangeKind::CheckAskedFor(kind, false) => {
            format!("a check is no longer asked for: {}", server(kind))
        }
        ChangeKind::LetterSet(branch, documents) => {
            let branch = branch.as_ref().map_or_else(
                || format!(", {NO_BRANCH}"),
                |code| format!(" for branch {}", server(code)),
            );
            format!("the letter is set{branch}, with {}", count(*documents, "document"))
        }
        ChangeKind::DigitalIdShare { provider, error } => {
            let provider = provider.as_ref().map(server).unwrap_or_default();
            match error {
                None => format!("a digital ID was shared: {provider}"),
                Some(why) => format!("a digital ID share failed: {provider} {}", server(why)),
            }
        }
        ChangeKind::IdentityProfile(result) => format!("identity profile: {}", server(result)),
        ChangeKind::Gone => "gone: Yoti has no such session any more".to_owned(),
        ChangeKind::Back => "Yoti knows the session again".to_owned(),
        ChangeKind::FirstBranchVisit => "first branch visit".to_owned(),
        ChangeKind::Notified(topic) => format!("Yoti notified: {}", server(&topic.text())),
        ChangeKind::Other => "something else in the answer changed".to_owned(),
    }
}
