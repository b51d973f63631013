//! The timeline of the open session, and the words for what happened.
//!
//! Owns what its rows say. Every server text passes `words`.

use jiff::Timestamp;

use crate::app::text::words::{self, Times, server, wire};
use crate::app::view::{Cell, TimelineRow, Tone};
use crate::domain::assessment::attention::{Assessment, Deadline};
use crate::domain::events::change::{self, ChangeKind, Origin, TimelineEvent};
use crate::domain::server_text::ServerText;
use crate::domain::session::instructions::NO_BRANCH;
use crate::domain::session::wire_enum::Topic;
use crate::domain::watchlist::watched::WatchedSession;
use crate::text::resource;

/// The origin of a deadline that was worked out, and of no other row.
pub(crate) const DERIVED: &str = "derived";

/// Observed changes and the deadline, in order of time.
pub(crate) fn timeline(
    session: &WatchedSession,
    assessment: &Assessment,
    times: &Times,
    looked_at: Option<Timestamp>,
) -> Vec<TimelineRow> {
    let events = change::by_time(&session.timeline);
    let deadline = assessment.deadline.map(|deadline| {
        let place = events.partition_point(|event| event.at <= deadline.at);
        (place, deadline_row(deadline, times))
    });
    let row = |event: &TimelineEvent| TimelineRow {
        time: times.moment(event.at),
        source: Cell::new(source_of(event), Tone::Dim),
        what: happened(&event.what),
        origin: match event.origin {
            Origin::Api => "api",
            Origin::Observed => "seen",
            Origin::Notification => "notification",
            Origin::Local => "local",
        }
        .to_owned(),
        changed: Some(event.seen_at) > looked_at,
    };
    let mut rows: Vec<TimelineRow> = events.into_iter().map(row).collect();
    if let Some((place, row)) = deadline {
        rows.insert(place, row);
    }
    rows
}

fn deadline_row(deadline: Deadline, times: &Times) -> TimelineRow {
    TimelineRow {
        time: times.moment(deadline.at),
        source: Cell::plain(""),
        what: Cell::new("session deadline", Tone::Dim),
        origin: if deadline.derived { DERIVED } else { "local" }.to_owned(),
        changed: false,
    }
}

fn source_of(event: &TimelineEvent) -> String {
    event.source.as_ref().map_or_else(|| "YOTI".to_owned(), |source| wire(source.as_raw()))
}

fn maybe(text: Option<&ServerText>) -> String {
    text.map(server).unwrap_or_default()
}

fn shared(provider: Option<&ServerText>, error: Option<&ServerText>) -> (String, Tone) {
    let provider = maybe(provider);
    match error {
        None => (format!("digital ID shared: {provider}"), Tone::Plain),
        Some(why) => (format!("digital ID share failed: {provider} {}", server(why)), Tone::Notice),
    }
}

fn chosen(branch: Option<&ServerText>) -> String {
    branch.map_or_else(|| NO_BRANCH.to_owned(), |branch| format!("branch {}", server(branch)))
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What happened, in one line.
pub(crate) fn happened(what: &ChangeKind) -> Cell {
    let pages = |pages: usize, frames: usize| {
        if pages == 0 {
            String::new()
        } else {
            format!("· {}, {}", words::count(pages, "page"), words::count(frames, "frame"))
        }
    };
    let (text, tone) = match what {
        ChangeKind::FirstSeen => ("first response from Yoti".to_owned(), Tone::Dim),
        ChangeKind::State(from, to) => {
            (format!("state {} → {}", maybe(from.as_ref()), maybe(to.as_ref())), Tone::Strong)
        }
        ChangeKind::ResourceAdded { container, document_type, country, pages: p, frames } => (
            format!(
                "+ {} {} {} {}",
                resource(container),
                maybe(country.as_ref()),
                maybe(document_type.as_ref()),
                pages(*p, *frames)
            ),
            Tone::Plain,
        ),
        ChangeKind::ResourceUpdated { container, document_type, pages: p, frames } => (
            format!(
                "{} {} updated {}",
                resource(container),
                maybe(document_type.as_ref()),
                pages(*p, *frames)
            ),
            Tone::Plain,
        ),
        ChangeKind::ResourceRemoved { container } => {
            (format!("- {} removed", resource(container)), Tone::Notice)
        }
        ChangeKind::Task(kind, state) => {
            (format!("task {} {}", server(kind), server(state)), Tone::Plain)
        }
        ChangeKind::Check { check_type, state, recommendation, reason } => {
            checked(check_type, state, recommendation.as_ref(), reason.as_ref())
        }
        ChangeKind::Requirement(kind, state) => {
            (format!("required {} {}", server(kind), server(state)), Tone::Plain)
        }
        ChangeKind::RequirementRemoved(kind) => {
            (format!("{} no longer required", server(kind)), Tone::Notice)
        }
        ChangeKind::Assessment { check_type, state, requirement } => (
            format!(
                "in-branch assessment {} of {} {}",
                server(check_type),
                server(requirement),
                server(state)
            ),
            Tone::Plain,
        ),
        ChangeKind::AttemptsLeft(kind, left) => {
            (format!("{} left ({})", words::count(*left, "attempt"), server(kind)), Tone::Plain)
        }
        ChangeKind::CheckAskedFor(kind, requested) => check_requested(kind, *requested),
        ChangeKind::LetterSet(branch, documents) => (
            format!(
                "letter set: {}, {}",
                chosen(branch.as_ref()),
                words::count(*documents, "document")
            ),
            Tone::Plain,
        ),
        ChangeKind::DigitalIdShare { provider, error } => shared(provider.as_ref(), error.as_ref()),
        ChangeKind::IdentityProfile(result) => {
            (format!("identity profile {}", server(result)), Tone::Strong)
        }
        ChangeKind::Gone => ("gone: Yoti has no such session any more".to_owned(), Tone::Notice),
        ChangeKind::Back => ("Yoti has the session again".to_owned(), Tone::Plain),
        ChangeKind::FirstBranchVisit => {
            ("first branch visit: letter QR scanned".to_owned(), Tone::Active)
        }
        ChangeKind::Notified(topic) => notified(topic),
        ChangeKind::Other => ("something else in the response changed".to_owned(), Tone::Plain),
    };
    Cell::new(tidy(&text), tone)
}

fn check_requested(kind: &ServerText, requested: bool) -> (String, Tone) {
    if requested {
        (format!("check {} requested", server(kind)), Tone::Plain)
    } else {
        (format!("check {} no longer requested", server(kind)), Tone::Notice)
    }
}

fn checked(
    check_type: &ServerText,
    state: &ServerText,
    recommendation: Option<&ServerText>,
    reason: Option<&ServerText>,
) -> (String, Tone) {
    let tone = match recommendation.map(ServerText::as_raw) {
        Some("APPROVE") => Tone::Good,
        Some("REJECT") => Tone::Bad,
        Some(_) => Tone::Notice,
        None => Tone::Plain,
    };
    let verdict = recommendation.map(|r| format!("→ {}", server(r))).unwrap_or_default();
    let reason = reason.map(|r| format!("({})", server(r))).unwrap_or_default();
    let state = if verdict.is_empty() { server(state) } else { String::new() };
    (format!("{} {state} {verdict} {reason}", server(check_type)), tone)
}

fn notified(topic: &Topic) -> (String, Tone) {
    let what = match topic {
        Topic::InstructionsEmailRequested => "the letter's e-mail is to be sent",
        Topic::ThankYouEmailRequested => "the thank-you e-mail is to be sent",
        Topic::NewPdfSupplied => "the applicant has the letter",
        Topic::ClientSessionTokenDeleted => "the applicant ended the client flow",
        _ => "",
    };
    (format!("{} {what}", wire(topic.as_raw())), Tone::Plain)
}

/// The shortest word for the list's last column.
pub(crate) fn short(what: &ChangeKind) -> &'static str {
    match what {
        ChangeKind::FirstSeen => "new",
        ChangeKind::State(..) => "state",
        ChangeKind::ResourceAdded { .. } => "doc+",
        ChangeKind::ResourceUpdated { .. } => "doc",
        ChangeKind::ResourceRemoved { .. } => "doc-",
        ChangeKind::Task(..) => "task",
        ChangeKind::Check { recommendation, .. } => {
            match recommendation.as_ref().map(ServerText::as_raw) {
                Some("APPROVE") => "+✓",
                Some("REJECT") => "reject",
                _ => "check",
            }
        }
        ChangeKind::Requirement(..) | ChangeKind::RequirementRemoved(_) => "docs",
        ChangeKind::Assessment { .. } => "branch",
        ChangeKind::AttemptsLeft(..) => "tries",
        ChangeKind::CheckAskedFor(..) => "checks",
        ChangeKind::LetterSet(..) => "letter",
        ChangeKind::DigitalIdShare { .. } => "share",
        ChangeKind::IdentityProfile(_) => "profile",
        ChangeKind::Gone => "gone",
        ChangeKind::Back => "back",
        ChangeKind::FirstBranchVisit => "visit",
        ChangeKind::Notified(_) => "notice",
        ChangeKind::Other => "other",
    }
}
