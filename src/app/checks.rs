//! The checks pane of the open session: results with their breakdown, or what was requested.
//!
//! Owns what its rows say. Every server text passes `words`.

use std::collections::BTreeSet;

use crate::app::view::Glyph;
use crate::app::view::{Cell, CheckRow, Tone};
use crate::app::words::{self, server, wire};
use crate::domain::check::{Check, Report, SubCheck};
use crate::domain::coverage;
use crate::domain::requested;
use crate::domain::resource::{Resource, ResourceKind};
use crate::domain::session::Session;
use crate::domain::watched::WatchedSession;
use crate::domain::wire_enum::{CheckType, SubCheckResult};

/// Checks, or what was requested while there are none; the title's summary with them.
pub(crate) fn checks(session: &WatchedSession, open: &BTreeSet<String>) -> (Vec<CheckRow>, String) {
    match session.session() {
        Some(answer) if !answer.checks.is_empty() => {
            let finished = answer.checks.iter().filter(|check| check.is_finished()).count();
            (results(answer, open), format!("{finished} of {} reported", answer.checks.len()))
        }
        _ => {
            let rows = requested_rows(session);
            let summary = format!("0 of {} reported", rows.len());
            (rows, summary)
        }
    }
}

fn results(session: &Session, open: &BTreeSet<String>) -> Vec<CheckRow> {
    // Grouped by the first document used, in the order of capture; whole-session checks last.
    let captured = |check: &Check| {
        let first = check.resources_used.first()?;
        session.resources.iter().find(|resource| resource.id == *first)?.created_at
    };
    let mut order: Vec<&Check> = session.checks.iter().collect();
    order.sort_by_key(|check| (captured(check).is_none(), captured(check)));
    let mut rows = Vec::new();
    for check in order {
        let key = check.id.text().as_raw().to_owned();
        let expanded = open.contains(&key);
        rows.push(check_row(session, check, key, expanded));
        if expanded {
            rows.extend(breakdown(session, check));
        }
    }
    rows
}

fn check_row(session: &Session, check: &Check, key: String, expanded: bool) -> CheckRow {
    let glyph = match words::check(check.state.as_ref(), check.recommendation()) {
        (Glyph::Approve, _) if !check.is_of_known_type() => (Glyph::Refer, Tone::Notice),
        known => known,
    };
    let report = check.report.as_ref();
    let reason = report.and_then(|report| report.reason.as_ref()).or(check.scheme.as_ref());
    CheckRow {
        key,
        depth: 0,
        glyph,
        name: check
            .check_type
            .as_ref()
            .map_or_else(|| Cell::new("check without a type", Tone::Notice), type_of),
        on: Cell::plain(used(session, check)),
        state: check.state.as_ref().map_or_else(
            || Cell::new("?", Tone::Notice),
            |state| words::marked(state.as_raw(), state.is_unknown(), Tone::Plain),
        ),
        recommendation: check.recommendation().map_or_else(
            || Cell::new("·", Tone::Dim),
            |value| words::marked(value.as_raw(), value.is_unknown(), glyph.1),
        ),
        reason: Cell::plain(reason.map(server).unwrap_or_default()),
        expandable: report.is_some() || !check.resources_used.is_empty(),
        expanded,
    }
}

/// A check's type, verbatim; one that this build does not know is marked.
fn type_of(kind: &CheckType) -> Cell {
    words::marked(kind.as_raw(), kind.is_unknown(), Tone::Plain)
}

/// The documents that a check looked at, by type.
fn used(session: &Session, check: &Check) -> String {
    let names: Vec<String> = check
        .resources_used
        .iter()
        .filter_map(|id| session.resources.iter().find(|resource| resource.id == *id))
        .filter(|r| {
            check.resources_used.len() == 1 || !matches!(r.kind, ResourceKind::ApplicantProfile(_))
        })
        .map(name_of)
        .collect();
    names.join(" + ")
}

fn name_of(resource: &Resource) -> String {
    let document = resource.document().and_then(|document| document.document_type.as_ref());
    document.map_or_else(|| wire(resource.kind.container()), server)
}

fn line(key: String, name: impl Into<String>, glyph: (Glyph, Tone)) -> CheckRow {
    CheckRow {
        key,
        depth: 1,
        glyph,
        name: Cell::new(name, Tone::Plain),
        on: Cell::plain(""),
        state: Cell::plain(""),
        recommendation: Cell::plain(""),
        reason: Cell::plain(""),
        expandable: false,
        expanded: false,
    }
}

fn breakdown(session: &Session, check: &Check) -> Vec<CheckRow> {
    let id = check.id.text().as_raw();
    let key = |what: &str, number: usize| format!("{id} {what} {number}");
    let mut rows = Vec::new();
    if let Some(report) = &check.report {
        rows.extend(
            report.breakdown.iter().enumerate().map(|(n, part)| sub_check(part, key("part", n))),
        );
        rows.extend(extras(report, &key));
    }
    for (number, used) in check.resources_used.iter().enumerate() {
        let mut row = line(key("used", number), "used", (Glyph::Blank, Tone::Plain));
        let known = session.resources.iter().find(|resource| resource.id == *used);
        row.on =
            Cell::new(known.map_or_else(|| "not in the answer".to_owned(), name_of), Tone::Dim);
        row.reason = Cell::new(server(used.text()), Tone::Dim);
        rows.push(row);
    }
    rows
}

fn extras(report: &Report, key: &dyn Fn(&str, usize) -> String) -> Vec<CheckRow> {
    let mut rows = Vec::new();
    if report.breakdown.is_empty() {
        rows.push(line(key("empty", 0), "no breakdown in the report", (Glyph::Blank, Tone::Dim)));
    }
    if let Some(suggestion) = &report.recovery_suggestion {
        let mut row = line(key("recovery", 0), "recovery suggestion", (Glyph::Blank, Tone::Plain));
        row.reason = Cell::new(server(suggestion), Tone::Notice);
        rows.push(row);
    }
    if let Some(hits) = report.watchlist.as_ref().and_then(|found| found.total_hits.as_ref()) {
        let mut row = line(key("hits", 0), "total hits", (Glyph::Blank, Tone::Plain));
        row.reason = Cell::plain(server(hits));
        rows.push(row);
    }
    rows
}

fn sub_check(part: &SubCheck, key: String) -> CheckRow {
    let glyph = match &part.result {
        Some(SubCheckResult::Pass) => (Glyph::Approve, Tone::Good),
        Some(SubCheckResult::Fail) => (Glyph::Reject, Tone::Bad),
        Some(_) => (Glyph::Refer, Tone::Notice),
        None => (Glyph::NotYet, Tone::Dim),
    };
    let mut row = line(key, server(&part.name), glyph);
    row.on =
        Cell::new(part.process.as_ref().map(|p| wire(p.as_raw())).unwrap_or_default(), Tone::Dim);
    row.recommendation = part.result.as_ref().map_or_else(
        || Cell::plain(""),
        |result| words::marked(result.as_raw(), result.is_unknown(), glyph.1),
    );
    let details: Vec<String> = part
        .details
        .iter()
        .map(|(name, value)| format!("{} {}", server(name), server(value)))
        .collect();
    row.reason = Cell::new(details.join(" · "), Tone::Dim);
    row
}

fn requested_rows(session: &WatchedSession) -> Vec<CheckRow> {
    let Some(configuration) = session.configuration() else { return Vec::new() };
    let covered = coverage::derive(session);
    let resources = session.session().map_or(&[][..], |answer| &answer.resources);
    let expected = requested::expected(configuration, &covered);
    expected
        .iter()
        .enumerate()
        .map(|(number, wanted)| {
            let mut row = line(format!("requested {number}"), "", (Glyph::NotYet, Tone::Dim));
            row.depth = 0;
            row.name = type_of(&wanted.check_type);
            let resource = wanted.resource.and_then(|at| resources.get(at));
            row.on = Cell::plain(match (resource, wanted.requirement) {
                (Some(resource), _) => name_of(resource),
                (None, Some(place)) => promised(session, place),
                (None, None) => String::new(),
            });
            let waits = resource.is_none() && wanted.requirement.is_some();
            row.state = Cell::new(if waits { "no document yet" } else { "requested" }, Tone::Dim);
            row.reason =
                Cell::new(wanted.scheme.as_ref().map(server).unwrap_or_default(), Tone::Dim);
            row
        })
        .collect()
}

/// The document that the letter promises for a requirement, else the requirement's type.
fn promised(session: &WatchedSession, place: usize) -> String {
    let requirement = session.configuration().and_then(|c| c.requirements.get(place));
    let letter = session.instructions().map_or(&[][..], |letter| &letter.documents);
    let promise = letter.iter().find(|p| requirement.is_some_and(|r| r.id == p.requirement_id));
    promise
        .and_then(|promise| promise.document_type.as_ref())
        .map(server)
        .or_else(|| Some(wire(requirement?.requirement_type.as_ref()?.as_raw())))
        .unwrap_or_default()
}
