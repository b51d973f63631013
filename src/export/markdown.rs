//! Sessions for people to read: one chapter each.
//!
//! Owns the chapters: no text of a server or of the operator is markup in them.

use super::assemble::Part;
use super::document::stage_name;
use super::mask::MASK;
use super::{Contents, Origin};
use crate::domain::attention::{Assessment, assess};
use crate::domain::change::by_time;
use crate::domain::configuration::AllowedSource;
use crate::domain::coverage;
use crate::domain::personal::looks_like_a_person;
use crate::domain::stage::{Stage, Verdict};
use crate::domain::watched::WatchedSession;
use crate::text::{markdown as plain, sentence};

pub(super) fn head(contents: Contents) -> String {
    let masked = if contents.masked { "masked" } else { "NOT masked" };
    format!("<!-- branchwatch export, {masked}; secrets are never included -->\n\n")
}

pub(super) fn chapter(session: &WatchedSession, contents: Contents, origin: &Origin<'_>) -> Part {
    let found = assess(session, origin.rules, origin.now);
    let mut hidden = 0;
    let mut own = |text: &str| {
        let personal = contents.masked && looks_like_a_person(text);
        hidden += usize::from(personal);
        if personal { MASK.to_owned() } else { plain(text) }
    };
    let mut text = format!("# {}\n\n", own(&session.name()));
    let tags = own(&session.entry.tags.join(", "));
    let note = match session.own.note.as_str() {
        note if !contents.notes || note.is_empty() => String::new(),
        // Nobody can tell whom a note speaks of.
        _ if contents.masked => MASK.to_owned(),
        note => plain(note),
    };
    hidden += usize::from(note == MASK);
    text += &facts(session, &found, (&tags, &note), origin);
    if contents.data_age {
        text += &age(session, &found, origin);
    }
    if !found.findings.is_empty() {
        text += "\n## Needs attention\n\n";
        for finding in &found.findings {
            text += &format!("- {}\n", plain(finding.text.as_raw()));
        }
    }
    if contents.configuration {
        text += &requirements(session);
    }
    text += &checks(session);
    if contents.timeline {
        text += &timeline(session);
    }
    text.push('\n');
    Part { text, masked: hidden, stale: found.is_old() }
}

fn facts(
    session: &WatchedSession,
    found: &Assessment,
    (tags, note): (&str, &str),
    origin: &Origin<'_>,
) -> String {
    let covered = coverage::derive(session);
    let state =
        session.session().and_then(|s| s.state.as_ref()).map_or("not fetched", |s| s.as_raw());
    let deadline = found.deadline.map_or_else(
        || "not known".to_owned(),
        |d| format!("{}{}", d.at, if d.derived { " (derived)" } else { "" }),
    );
    let stage = stage_words(&found.stage);
    let documents = format!("{} of {} supplied", covered.supplied, covered.requirements.len());
    let mut text = String::from("| | |\n|---|---|\n");
    for (label, value) in [
        ("Session", session.id().to_string()),
        ("State (Yoti)", plain(state)),
        ("Stage (worked out)", stage),
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

fn stage_words(stage: &Stage) -> String {
    match stage {
        Stage::Done(Verdict::Approve) => "done: APPROVE".to_owned(),
        Stage::Done(Verdict::Reject) => "done: REJECT".to_owned(),
        Stage::Done(Verdict::Refer) => "done: refer".to_owned(),
        Stage::TurnedAway { .. } => "turned away?".to_owned(),
        other => stage_name(other).replace('_', " "),
    }
}

fn age(session: &WatchedSession, found: &Assessment, origin: &Origin<'_>) -> String {
    let Some(answer) = &session.answers.session else {
        return "\nNothing has been fetched yet.\n".to_owned();
    };
    let old = crate::domain::attention::span(origin.now.duration_since(answer.fetched_at));
    let stale = if found.is_old() { " **The data is stale.**" } else { "" };
    format!("\nFetched {}, {old} before this export.{stale}\n", answer.fetched_at)
}

fn requirements(session: &WatchedSession) -> String {
    let Some(configuration) = session.configuration() else { return String::new() };
    let covered = coverage::derive(session).requirements;
    let mut text = String::from(
        "\n## Required resources\n\n| Type | Supplied | Allowed sources |\n|---|---|---|\n",
    );
    for (requirement, cover) in configuration.requirements.iter().zip(covered) {
        let kind = requirement.requirement_type.as_ref().map_or("?", |kind| kind.as_raw());
        let sources: Vec<String> = requirement.allowed_sources.iter().map(source).collect();
        let supplied = if cover.supplied { "yes" } else { "missing" };
        text += &format!("| {} | {supplied} | {} |\n", plain(kind), sources.join(", "));
    }
    text
}

fn source(allowed: &AllowedSource) -> String {
    let name = plain(allowed.source.as_raw());
    match allowed.allowed_providers.as_deref() {
        None | Some([]) => name,
        Some(some) => {
            let some: Vec<String> = some.iter().map(|provider| plain(provider.as_raw())).collect();
            format!("{name} ({})", some.join(", "))
        }
    }
}

fn checks(session: &WatchedSession) -> String {
    let checks = session.session().map_or(&[][..], |s| &s.checks);
    if checks.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## Checks\n\n| Check | State | Recommendation | Reason |\n|---|---|---|---|\n",
    );
    for check in checks {
        let kind = check.check_type.as_ref().map_or("?", |kind| kind.as_raw());
        let state = check.state.as_ref().map_or("", |state| state.as_raw());
        let advice = check.recommendation().map_or("", |advice| advice.as_raw());
        let reason = check.report.as_ref().and_then(|report| report.reason.as_ref());
        let reason = reason.map_or("", |reason| reason.as_raw());
        let cells = [kind, state, advice, reason].map(plain);
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

fn timeline(session: &WatchedSession) -> String {
    if session.timeline.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## Timeline\n\n");
    for event in by_time(&session.timeline) {
        text += &format!("- {} {}\n", event.at, plain(&sentence(event)));
    }
    text
}
