//! The panes of the open session: checks, timeline, letter, JSON.
//!
//! Owns what their rows say. Every server text passes `words`.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::app::view::Glyph;
use crate::app::view::{Cell, CheckRow, LabelRow, TimelineRow, Tone};
use crate::app::words::{self, Times, server, wire};
use crate::domain::attention::Assessment;
use crate::domain::change::{ChangeKind, Origin, TimelineEvent};
use crate::domain::check::{Check, Report, SubCheck};
use crate::domain::coverage;
use crate::domain::requested;
use crate::domain::resource::Resource;
use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::watched::{Letter, WatchedSession};
use crate::domain::wire_enum::{CheckType, SubCheckResult};

/// JSON lines kept for the screen.
const JSON_LINES: usize = 20_000;

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
    // Grouped by the first document used, in the order of the resources; whole-session checks last.
    let place = |check: &Check| {
        let first = check.resources_used.first();
        first
            .and_then(|id| session.resources.iter().rposition(|r| r.id == *id))
            .map_or(usize::MAX, |p| usize::MAX - 1 - p)
    };
    let mut order: Vec<&Check> = session.checks.iter().collect();
    order.sort_by_key(|check| place(check));
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
    let glyph = words::check(check.state.as_ref(), check.recommendation());
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
            check.resources_used.len() == 1
                || r.kind != crate::domain::resource::ResourceKind::ApplicantProfile
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
    if let Some(hits) = &report.total_hits {
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

/// Observed changes, oldest first, and the deadline at the end.
pub(crate) fn timeline(
    session: &WatchedSession,
    assessment: &Assessment,
    (times, looked_at): (&Times, Option<Timestamp>),
) -> Vec<TimelineRow> {
    let mut rows: Vec<TimelineRow> = session
        .timeline
        .iter()
        .map(|event| TimelineRow {
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
        })
        .collect();
    if let Some(deadline) = assessment.deadline {
        rows.push(TimelineRow {
            time: times.moment(deadline.at),
            source: Cell::plain(""),
            what: Cell::new("session deadline", Tone::Dim),
            origin: if deadline.derived { "derived" } else { "local" }.to_owned(),
            changed: false,
        });
    }
    rows
}

fn source_of(event: &TimelineEvent) -> String {
    event.source.as_ref().map_or_else(|| "YOTI".to_owned(), |source| wire(source.as_raw()))
}

fn maybe(text: Option<&ServerText>) -> String {
    text.map(server).unwrap_or_default()
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
        ChangeKind::FirstSeen => ("first answer from Yoti".to_owned(), Tone::Dim),
        ChangeKind::State(from, to) => {
            (format!("state {} → {}", maybe(from.as_ref()), maybe(to.as_ref())), Tone::Strong)
        }
        ChangeKind::ResourceAdded { container, document_type, country, pages: p, frames } => (
            format!(
                "+ {} {} {} {}",
                server(container),
                maybe(country.as_ref()),
                maybe(document_type.as_ref()),
                pages(*p, *frames)
            ),
            Tone::Plain,
        ),
        ChangeKind::ResourceUpdated { container, document_type, pages: p, frames } => (
            format!(
                "more of {} {} {}",
                server(container),
                maybe(document_type.as_ref()),
                pages(*p, *frames)
            ),
            Tone::Plain,
        ),
        ChangeKind::ResourceRemoved { container } => {
            (format!("- {} removed", server(container)), Tone::Notice)
        }
        ChangeKind::Task(kind, state) => {
            (format!("task {} {}", server(kind), server(state)), Tone::Plain)
        }
        ChangeKind::Check { check_type, state, recommendation, reason } => {
            let tone = match recommendation.as_ref().map(ServerText::as_raw) {
                Some("APPROVE") => Tone::Good,
                Some("REJECT") => Tone::Bad,
                Some(_) => Tone::Notice,
                None => Tone::Plain,
            };
            let verdict =
                recommendation.as_ref().map(|r| format!("→ {}", server(r))).unwrap_or_default();
            let reason = reason.as_ref().map(|r| format!("({})", server(r))).unwrap_or_default();
            let state = if verdict.is_empty() { server(state) } else { String::new() };
            (format!("{} {state} {verdict} {reason}", server(check_type)), tone)
        }
        ChangeKind::Requirement(kind, state) => {
            (format!("requirement {} {}", server(kind), server(state)), Tone::Plain)
        }
        ChangeKind::LetterSet(code, documents) => (
            format!(
                "letter set: branch {}, {}",
                maybe(code.as_ref()),
                words::count(*documents, "document")
            ),
            Tone::Plain,
        ),
        ChangeKind::IdentityProfile(result) => {
            (format!("identity profile {}", server(result)), Tone::Strong)
        }
        ChangeKind::Gone => ("gone: Yoti has no such session any more".to_owned(), Tone::Notice),
        ChangeKind::Back => ("answers again".to_owned(), Tone::Plain),
        ChangeKind::FirstBranchVisit => {
            ("first branch visit: letter QR scanned".to_owned(), Tone::Active)
        }
        ChangeKind::Other => ("something else in the answer changed".to_owned(), Tone::Plain),
    };
    Cell::new(tidy(&text), tone)
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
        ChangeKind::Requirement(..) => "need",
        ChangeKind::LetterSet(..) => "letter",
        ChangeKind::IdentityProfile(_) => "profile",
        ChangeKind::Gone => "gone",
        ChangeKind::Back => "back",
        ChangeKind::FirstBranchVisit => "visit",
        ChangeKind::Other => "other",
    }
}

/// Branch and promised documents; never the contact profile.
pub(crate) fn letter(session: &WatchedSession, times: &Times) -> Vec<LabelRow> {
    let row = |label: &str, value: String| LabelRow {
        label: Cell::new(label, Tone::Dim),
        value: Cell::plain(value),
    };
    match &session.answers.letter {
        Letter::NotKnown => vec![row("letter", "not known yet".to_owned())],
        Letter::NotSet(at) => vec![row("letter", format!("not set ({} ago)", times.since(*at)))],
        Letter::Set(answer) => {
            let mut rows = vec![row("fetched", times.moment(answer.fetched_at))];
            if let Some(branch) = &answer.value.branch {
                for (label, text) in [
                    ("branch", &branch.name),
                    ("FAD code", &branch.fad_code),
                    ("address", &branch.address),
                    ("post code", &branch.post_code),
                ] {
                    rows.extend(text.as_ref().map(|text| row(label, server(text))));
                }
                rows.push(row("", "the applicant may use any other enabled branch".to_owned()));
            }
            for document in &answer.value.documents {
                let parts =
                    [maybe(document.country_code.as_ref()), maybe(document.document_type.as_ref())];
                rows.push(row("to bring", parts.join(" ")));
            }
            let contact = match answer.value.contact_profile_exists {
                Some(true) => "held by Yoti, not shown here",
                Some(false) => "none",
                None => "not told",
            };
            rows.push(row("contact", contact.to_owned()));
            rows
        }
    }
}

/// The answer as received (secrets removed), laid out over lines and made safe.
pub(crate) fn json(session: &WatchedSession) -> Vec<Cell> {
    let Some(answer) = &session.answers.session else { return Vec::new() };
    let mut lines = Vec::new();
    let (mut line, mut depth, mut in_text, mut escaped) = (String::new(), 0_usize, false, false);
    let finish = |line: &mut String, lines: &mut Vec<Cell>| {
        if !line.trim().is_empty() && lines.len() < JSON_LINES {
            lines.push(Cell::plain(crate::text::shown_str(line, 2_000)));
        }
        line.clear();
    };
    for c in answer.raw.chars() {
        if in_text {
            line.push(c);
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_text = true;
                line.push(c);
            }
            '{' | '[' => {
                line.push(c);
                depth += 1;
                finish(&mut line, &mut lines);
                line.push_str(&"  ".repeat(depth.min(40)));
            }
            '}' | ']' => {
                finish(&mut line, &mut lines);
                depth = depth.saturating_sub(1);
                line.push_str(&"  ".repeat(depth.min(40)));
                line.push(c);
            }
            ',' => {
                line.push(c);
                finish(&mut line, &mut lines);
                line.push_str(&"  ".repeat(depth.min(40)));
            }
            ':' => line.push_str(": "),
            c if c.is_whitespace() => {}
            c => line.push(c),
        }
    }
    finish(&mut line, &mut lines);
    lines
}
