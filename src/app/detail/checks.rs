//! The checks pane of the open session: identity profiles, checks by document, or what was
//! requested.
//!
//! Every server text passes `words`.

mod asked;
mod lines;
mod profile;
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::app::text::words::{self, Times, server, wire};
use crate::app::view::{Cell, CheckForm, CheckRow, Glyph, Tone};
use crate::domain::assessment::coverage;
use crate::domain::session::Session;
use crate::domain::session::check::Check;
use crate::domain::session::ids::ResourceId;
use crate::domain::session::resource::{Liveness, Resource, ResourceKind};
use crate::domain::session::wire_enum::CheckType;
use crate::domain::watchlist::open_session::OpenSession;
use crate::reasons::{self, Kind};

/// What the rows are made from.
struct Pane<'a> {
    session: &'a Session,
    /// What a later attempt has superseded.
    superseded: Vec<&'a ResourceId>,
    /// Keys of the rows that are open.
    open: &'a BTreeSet<String>,
    times: &'a Times,
    /// Columns inside the pane, for text that is wrapped.
    width: usize,
}

/// Profiles and checks, or what was requested while there are none; the title's summary with them.
pub(crate) fn checks(
    session: &OpenSession,
    open: &BTreeSet<String>,
    times: &Times,
    width: usize,
) -> (Vec<CheckRow>, String) {
    let mut rows = Vec::new();
    if let Some(answer) = session.session() {
        let superseded = coverage::superseded(answer, &coverage::derive(&session.answers));
        let pane = Pane { session: answer, superseded, open, times, width };
        rows.extend(profile::rows(&pane));
        // One that cannot be read is there all the same: it must not make the rest look complete.
        let all = answer.checks.len() + answer.unreadable_checks;
        if all > 0 {
            let finished = answer.checks.iter().filter(|check| check.is_finished()).count();
            rows.extend(results(&pane));
            return (rows, format!("{finished} of {all} reported"));
        }
    }
    let asked = asked::rows(session);
    let all = asked.iter().filter(|row| row.form == CheckForm::Check).count();
    rows.extend(asked);
    (rows, format!("0 of {all} reported"))
}

/// Where the pane opens: on the first REJECT, else on the first
/// check that needs a person, else on the first of all.
pub(crate) fn first_failing(rows: &[CheckRow]) -> Option<usize> {
    let first = |glyphs: &[Glyph]| {
        let fits = |row: &CheckRow| glyphs.is_empty() || glyphs.contains(&row.glyph.0);
        rows.iter().position(|row| row.form == CheckForm::Check && fits(row))
    };
    // An operator opens the pane to see why: the failing check is shown first.
    first(&[Glyph::Reject]).or_else(|| first(&[Glyph::Refer])).or_else(|| first(&[]))
}

/// Grouped by document, in the order of capture; what concerns the whole session comes last.
fn results(pane: &Pane<'_>) -> Vec<CheckRow> {
    let session = pane.session;
    let place =
        |of: &Resource| (of.created_at, session.resources.iter().position(|r| r.id == of.id));
    let mut order: Vec<(&Check, Option<&Resource>)> =
        session.checks.iter().map(|check| (check, group_of(session, check))).collect();
    order.sort_by_key(|(_, of)| (of.is_none(), of.map(place)));
    let mut rows = Vec::new();
    for group in order.chunk_by(|(_, a), (_, b)| a.map(|r| &r.id) == b.map(|r| &r.id)) {
        let of = group.first().and_then(|(_, of)| *of);
        let name = of.map_or_else(|| "whole session".to_owned(), |of| pane.heading(of));
        let key = of.map_or_else(|| "group".to_owned(), |of| of.id.text().as_raw().to_owned());
        let signs = group.iter().map(|(check, _)| sign(check).0);
        rows.push(titled(format!("group {key}"), name, &signs.collect::<Vec<_>>()));
        for (check, _) in group {
            let row = check_row(pane, check, of);
            let expanded = row.expanded;
            rows.push(row);
            if expanded {
                rows.extend(report::lines(pane, check, of));
            }
        }
    }
    for number in 0..session.unreadable_checks {
        let mut row = row(format!("unreadable {number}"), CheckForm::Check);
        row.glyph = (Glyph::Refer, Tone::Notice);
        row.name = Cell::new("a check that could not be read", Tone::Notice);
        rows.push(row);
    }
    rows
}

/// The document that a check is about; else the only thing that it looked at.
fn group_of<'a>(session: &'a Session, check: &Check) -> Option<&'a Resource> {
    if check.check_type.as_ref().is_some_and(is_of_session) {
        return None;
    }
    let used = used(session, check);
    let mut documents = used.iter().filter(|resource| resource.document().is_some());
    match (documents.next(), documents.next(), used.as_slice()) {
        // With two documents neither is more meant than the other: the whole session.
        (Some(only), None, _) | (None, None, [only]) => Some(only),
        _ => None,
    }
}

/// Types that are asked for once in a session (contract 4.2).
const fn is_of_session(kind: &CheckType) -> bool {
    matches!(
        kind,
        CheckType::IdDocumentComparison
            | CheckType::FaceComparison
            | CheckType::ThirdPartyIdentity
            | CheckType::ThirdPartyIdentityFraud1
            | CheckType::WatchlistScreening
            | CheckType::WatchlistAdvancedCa
            | CheckType::SynecticsIdentityFraud
    )
}

/// The resources that a check looked at, as far as they are in the answer.
fn used<'a>(session: &'a Session, check: &Check) -> Vec<&'a Resource> {
    let find = |id: &ResourceId| session.resources.iter().find(|resource| resource.id == *id);
    check.resources_used.iter().filter_map(find).collect()
}

impl Pane<'_> {
    /// [`heading`], and whether a later attempt was made.
    fn heading(&self, resource: &Resource) -> String {
        let name = heading(resource);
        if self.is_superseded(resource) { format!("{name} · earlier attempt") } else { name }
    }

    fn is_superseded(&self, resource: &Resource) -> bool {
        self.superseded.contains(&&resource.id)
    }
}

/// `PASSPORT · GBR · from IBV`.
fn heading(resource: &Resource) -> String {
    let mut parts = vec![name_of(resource)];
    parts.extend(resource.document().and_then(|d| d.issuing_country.as_ref()).map(server));
    parts.extend(resource.source.as_ref().map(|source| format!("from {}", wire(source.as_raw()))));
    parts.join(" · ")
}

/// What a resource is called: its document type, else its own.
fn name_of(resource: &Resource) -> String {
    if let Some(kind) = resource.document().and_then(|d| d.document_type.as_ref()) {
        return server(kind);
    }
    let kind = &resource.kind;
    let Some(name) = kind.type_name() else {
        return format!("{} (not known)", wire(kind.container()));
    };
    match kind {
        ResourceKind::Liveness(Liveness { liveness_type: Some(of), .. }) => {
            format!("{name} {}", wire(of.as_raw()))
        }
        _ => name.to_owned(),
    }
}

/// A heading with the signs of its checks, counted.
fn titled(key: String, name: impl Into<String>, signs: &[Glyph]) -> CheckRow {
    let counted =
        [(Glyph::Approve, '✓'), (Glyph::Reject, '✗'), (Glyph::Refer, '?'), (Glyph::NotYet, '·')];
    let counted = counted.iter().filter_map(|(glyph, sign)| {
        let number = signs.iter().filter(|known| *known == glyph).count();
        (number > 0).then(|| format!("{number}{sign}"))
    });
    let mut row = row(key, CheckForm::Group);
    row.name = Cell::new(name, Tone::Strong);
    row.reason = Cell::new(counted.collect::<Vec<_>>().join(" "), Tone::Dim);
    row
}

/// A row that says nothing yet.
fn row(key: String, form: CheckForm) -> CheckRow {
    let nothing = || Cell::plain("");
    CheckRow {
        key,
        form,
        glyph: (Glyph::Blank, Tone::Plain),
        name: nothing(),
        on: nothing(),
        state: nothing(),
        recommendation: nothing(),
        reason: nothing(),
        expandable: false,
        expanded: false,
    }
}

/// The sign of a check; a type that nobody knows is never a pass.
pub(crate) fn sign(check: &Check) -> (Glyph, Tone) {
    match words::check(check.state.as_ref(), check.recommendation()) {
        (Glyph::Approve, _) if !check.is_of_known_type() => (Glyph::Refer, Tone::Notice),
        known => known,
    }
}

fn check_row(pane: &Pane<'_>, check: &Check, of: Option<&Resource>) -> CheckRow {
    let key = check.id.text().as_raw().to_owned();
    let expanded = pane.open.contains(&key);
    let glyph = sign(check);
    let others = used(pane.session, check)
        .into_iter()
        .filter(|r| of.is_none_or(|of| of.id != r.id))
        // Each PROFILE_DOCUMENT_MATCH looks at it (contract
        // 4.2): it would say nothing in every row.
        .filter(|r| !matches!(r.kind, ResourceKind::ApplicantProfile(_)))
        .map(name_of)
        .collect::<Vec<_>>()
        .join(" + ");
    CheckRow {
        glyph,
        name: type_of(check.check_type.as_ref()),
        on: Cell::new(
            if of.is_some() && !others.is_empty() { format!("+ {others}") } else { others },
            Tone::Dim,
        ),
        state: check.state.as_ref().map_or_else(
            || Cell::new("no state", Tone::Notice),
            |state| words::marked(state.as_raw(), state.is_unknown(), Tone::Plain),
        ),
        recommendation: check.recommendation().map_or_else(
            || Cell::plain(""),
            |value| words::marked(value.as_raw(), value.is_unknown(), glyph.1),
        ),
        reason: reason_of(check),
        expandable: true,
        expanded,
        ..row(key, CheckForm::Check)
    }
}

/// The reason as received, with a mark where nothing is known of it; beside it the scheme.
fn reason_of(check: &Check) -> Cell {
    let reason = check.report.as_ref().and_then(|report| report.reason.as_ref()).map(|reason| {
        let unknown = reasons::explained(Kind::Reason, reason.as_raw()).is_none();
        words::marked(reason.as_raw(), unknown, Tone::Plain)
    });
    let scheme = check.scheme.as_ref().map(server);
    match (reason, scheme) {
        (Some(reason), Some(scheme)) => {
            Cell::new(format!("{} · {scheme}", reason.text), reason.tone)
        }
        (Some(reason), None) => reason,
        (None, scheme) => Cell::new(scheme.unwrap_or_default(), Tone::Dim),
    }
}

/// A check's type, verbatim; one that this build does not know is marked.
fn type_of(kind: Option<&CheckType>) -> Cell {
    kind.map_or_else(
        || Cell::new("check without a type", Tone::Notice),
        |kind| words::marked(kind.as_raw(), kind.is_unknown(), Tone::Plain),
    )
}
