//! What was requested, while there are no checks: by requirement, the whole session last.

use super::{heading, row, titled, type_of};
use crate::app::text::words::{server, wire};
use crate::app::view::{Cell, CheckForm, CheckRow, Glyph, Tone};
use crate::domain::assessment::asked_document::asked_document;
use crate::domain::assessment::coverage;
use crate::domain::assessment::requested::{self, RequestedCheck};
use crate::domain::watchlist::open_session::OpenSession;

/// Requested checks in their groups.
pub(super) fn rows(session: &OpenSession) -> Vec<CheckRow> {
    let Some(configuration) = session.configuration() else { return Vec::new() };
    let wanted = requested::expected(configuration, &coverage::derive(&session.answers));
    let mut order: Vec<(usize, &RequestedCheck)> = wanted.iter().enumerate().collect();
    order.sort_by_key(|(_, wanted)| (wanted.requirement.is_none(), wanted.requirement));
    let mut rows = Vec::new();
    for group in order.chunk_by(|(_, a), (_, b)| a.requirement == b.requirement) {
        let Some((number, first)) = group.first() else { continue };
        // Never another sign: what was requested must not look like a result.
        let signs = vec![Glyph::NotYet; group.len()];
        rows.push(titled(format!("group requested {number}"), title(session, first), &signs));
        rows.extend(group.iter().map(|(number, wanted)| asked(*number, wanted)));
    }
    rows
}

fn asked(number: usize, wanted: &RequestedCheck) -> CheckRow {
    CheckRow {
        glyph: (Glyph::NotYet, Tone::Dim),
        name: type_of(Some(&wanted.check_type)),
        state: Cell::new("requested", Tone::Dim),
        reason: Cell::new(wanted.scheme.as_ref().map(server).unwrap_or_default(), Tone::Dim),
        ..row(format!("requested {number}"), CheckForm::Check)
    }
}

/// The document that was supplied; else the one that is asked for; else the requirement.
fn title(session: &OpenSession, wanted: &RequestedCheck) -> String {
    let Some(place) = wanted.requirement else { return "whole session".to_owned() };
    let answer = session.session();
    if let Some(resource) = answer.and_then(|a| a.resources.get(wanted.resource?)) {
        return heading(resource);
    }
    let requirement = session.configuration().and_then(|c| c.requirements.get(place));
    let asked = requirement.and_then(|asked| asked_document(asked, session.instructions()));
    let mut parts: Vec<String> = asked
        .map(|asked| [Some(asked.document_type), asked.country])
        .into_iter()
        .flatten()
        .flatten()
        .map(server)
        .collect();
    if parts.is_empty() {
        let kind = requirement.and_then(|r| r.requirement_type.as_ref());
        parts.push(kind.map_or_else(|| "requirement".to_owned(), |kind| wire(kind.as_raw())));
    }
    parts.push("not supplied yet".to_owned());
    parts.join(" · ")
}
