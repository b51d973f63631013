//! Sessions for people to read: one chapter each.

use jiff::Timestamp;
use serde_json::Value;

use super::assemble::Part;
use super::document::event;
use super::mask::{MASK, findings, mask_own, word};
use super::{Contents, DocumentOrigin};
use crate::domain::assessment::asked_document::asked_document;
use crate::domain::assessment::attention::{Assessment, assess};
use crate::domain::assessment::coverage;
use crate::domain::events::change::by_time;
use crate::domain::personal::Privacy;
use crate::domain::session::configuration::AllowedSource;
use crate::domain::watchlist::open_session::OpenSession;
use crate::text::{change_words, markdown as plain};

pub(super) fn head(contents: Contents) -> String {
    let masked = if contents.masked { "masked" } else { "NOT masked" };
    format!("<!-- branchwatch export, {masked}; secrets are never included -->\n\n")
}

pub(super) fn chapter(
    session: &OpenSession,
    contents: Contents,
    origin: &DocumentOrigin<'_>,
) -> Part {
    let found = assess(session, origin.rules, origin.now);
    let mut hidden = 0;
    let labels = &origin.rules.labels;
    if contents.masked {
        hidden += usize::from(!labels.shows_reference(session));
        hidden += session.entry.tags.iter().filter(|tag| !labels.shows_tag(tag)).count();
    }
    let privacy = if contents.masked { Privacy::Masked } else { Privacy::Off };
    let mut text = format!("# {}\n\n", plain(&labels.name(session, privacy)));
    let tags = plain(&labels.tags(session, privacy).join(", "));
    let note = match session.own.note.as_str() {
        note if !contents.notes || note.is_empty() => String::new(),
        // Nobody can tell whom a note speaks of.
        _ if contents.masked => MASK.to_owned(),
        note => plain(note),
    };
    hidden += usize::from(note == MASK);
    text += &facts(session, &found, &tags, &note, contents.masked, origin);
    if contents.data_age {
        text += &age(session, &found, origin);
    }
    if !found.findings.is_empty() {
        text += "\n## Needs attention\n\n";
        for said in findings(&found, session, contents.masked) {
            text += &format!("- {}\n", plain(said));
        }
    }
    if contents.configuration {
        text += &requirements(session, contents.masked);
    }
    text += &checks(session, contents.masked);
    if contents.timeline {
        text += &timeline(session, contents.masked);
    }
    text.push('\n');
    Part { text, masked: hidden, stale: found.is_old() }
}

fn facts(
    session: &OpenSession,
    found: &Assessment,
    tags: &str,
    note: &str,
    masked: bool,
    origin: &DocumentOrigin<'_>,
) -> String {
    let covered = coverage::derive(&session.answers);
    let state = session
        .session()
        .and_then(|s| s.state.as_ref())
        .map_or("not fetched", |s| word(s.as_raw(), masked));
    let deadline = found.deadline.map_or_else(
        || {
            let ended = found.stage.phase().has_ended();
            if ended { "none: the session has ended" } else { "not known" }.to_owned()
        },
        |d| format!("{}{}", time(d.at), if d.derived { " (derived)" } else { "" }),
    );
    let stage = found.stage.kind().words().to_owned();
    let documents = format!("{} of {} supplied", covered.supplied, covered.requirements.len());
    let mut text = String::from("| | |\n|---|---|\n");
    for (label, value) in [
        ("Session", session.id().to_string()),
        ("State (Yoti)", plain(state)),
        ("Stage (derived)", stage),
        ("Deadline", deadline),
        ("Required resources", documents),
        ("Tags", tags.to_owned()),
        ("Note", note.to_owned()),
        ("Profile", format!("{} ({})", plain(origin.profile), plain(origin.environment))),
    ] {
        if !value.is_empty() {
            text += &format!("| {label} | {value} |\n");
        }
    }
    text
}

fn age(session: &OpenSession, found: &Assessment, origin: &DocumentOrigin<'_>) -> String {
    let Some(answer) = &session.answers.session else {
        return "\nNothing has been fetched yet.\n".to_owned();
    };
    let old =
        crate::domain::assessment::attention::span(origin.now.duration_since(answer.fetched_at));
    let stale = if found.is_old() { " **The data is stale.**" } else { "" };
    format!("\nFetched {}, {old} before this export.{stale}\n", time(answer.fetched_at))
}

/// To the second: people read it.
fn time(at: Timestamp) -> impl std::fmt::Display {
    at.strftime("%Y-%m-%d %H:%M:%S UTC")
}

fn requirements(session: &OpenSession, masked: bool) -> String {
    let Some(configuration) = session.configuration() else { return String::new() };
    let covered = coverage::derive(&session.answers).requirements;
    let mut text = String::from(
        "\n## Required resources\n\n| Type | Document | Supplied | Allowed sources |\n|---|---|---|---|\n",
    );
    for (requirement, cover) in configuration.requirements.iter().zip(covered) {
        let kind =
            requirement.requirement_type.as_ref().map_or("?", |kind| word(kind.as_raw(), masked));
        let sources = requirement.allowed_sources.iter();
        let sources: Vec<String> = sources.map(|allowed| source(allowed, masked)).collect();
        let supplied = if cover.supplied { "yes" } else { "missing" };
        let asked = asked_document(requirement, session.instructions());
        let asked = asked.map_or("", |asked| word(asked.document_type.as_raw(), masked));
        let (kind, asked) = (plain(kind), plain(asked));
        text += &format!("| {kind} | {asked} | {supplied} | {} |\n", sources.join(", "));
    }
    text
}

fn source(allowed: &AllowedSource, masked: bool) -> String {
    let name = plain(word(allowed.source.as_raw(), masked));
    match allowed.allowed_providers.as_deref() {
        // Nothing is said where no provider is stated (contract 6.1).
        None | Some([]) => name,
        Some(some) => {
            let some = some.iter().map(|provider| plain(word(provider.as_raw(), masked)));
            format!("{name} ({})", some.collect::<Vec<_>>().join(", "))
        }
    }
}

fn checks(session: &OpenSession, masked: bool) -> String {
    let checks = session.session().map_or(&[][..], |s| &s.checks);
    if checks.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## Checks\n\n| Check | State | Recommendation | Reason |\n|---|---|---|---|\n",
    );
    for check in checks {
        let kind = check.check_type.as_ref().map_or("?", |kind| word(kind.as_raw(), masked));
        let state = check.state.as_ref().map_or("", |state| state.as_raw());
        let advice = check.recommendation().map_or("", |advice| advice.as_raw());
        let reason = check.report.as_ref().and_then(|report| report.reason.as_ref());
        let reason = reason.map_or("", |reason| reason.as_raw());
        let [state, advice, reason] = [state, advice, reason].map(|text| word(text, masked));
        let cells = [kind, state, advice, reason].map(plain);
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

fn timeline(session: &OpenSession, masked: bool) -> String {
    if session.timeline.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## Timeline\n\n");
    for entry in by_time(&session.timeline) {
        let mut hidden = Vec::new();
        let mut parts = event(entry);
        if masked {
            mask_own(&mut parts, "", &mut hidden);
        }
        let said = if hidden.is_empty() {
            plain(&change_words(entry).sentence)
        } else {
            let what = parts.get("what").and_then(Value::as_str).unwrap_or_default();
            format!("{} {MASK}", plain(&what.replace('_', " ")))
        };
        text += &format!("- {} {said}\n", time(entry.at));
    }
    text
}
