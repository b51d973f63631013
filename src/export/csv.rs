//! The list as CSV: one row for each session, for spreadsheets.
//!
//! No cell begins with what a spreadsheet takes for a formula.

use super::DocumentOrigin;
use super::assemble::Part;
use super::mask::{MASK, findings, word};
use crate::domain::assessment::attention::assess;
use crate::domain::personal::Privacy;
use crate::domain::session::instructions::NO_BRANCH;
use crate::domain::watchlist::watched::WatchedSession;

/// The columns; adding one at the end is not a break.
const COLUMNS: &[&str] = &[
    "session_id",
    "reference",
    "tags",
    "state",
    "stage",
    "attention",
    "deadline",
    "deadline_derived",
    "documents_supplied",
    "documents_required",
    "checks",
    "checks_approved",
    "checks_rejected",
    "letter_branch",
    "fetched_at",
    "stale",
    "masked",
];

pub(super) fn head() -> String {
    line(&COLUMNS.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}

/// These sessions as one text, with its head.
#[must_use]
pub fn csv<'a>(
    sessions: impl Iterator<Item = &'a WatchedSession>,
    masked: bool,
    origin: &DocumentOrigin<'_>,
) -> String {
    sessions.fold(head(), |text, session| text + &row(session, masked, origin).text)
}

pub(super) fn row(session: &WatchedSession, masked: bool, origin: &DocumentOrigin<'_>) -> Part {
    let found = assess(session, origin.rules, origin.now);
    let mut hidden = Vec::new();
    let labels = &origin.rules.labels;
    let reference = match session.entry.reference.as_deref() {
        Some(_) if masked && !labels.shows_reference(session) => {
            hidden.push("reference".to_owned());
            MASK.to_owned()
        }
        text => text.unwrap_or_default().to_owned(),
    };
    if masked && session.entry.tags.iter().any(|tag| !labels.shows_tag(tag)) {
        hidden.push("tags".to_owned());
    }
    let privacy = if masked { Privacy::Masked } else { Privacy::Off };
    let tags = labels.tags(session, privacy).join(" ");
    let brief = &session.brief;
    let result = brief.result.as_ref();
    let checks = result.map_or(&[][..], |result| &result.checks);
    let rejected = checks.iter().filter(|check| check.rejects());
    let branch = brief.letter.is_set().then(|| match brief.letter.branch() {
        Some(branch) => branch.called().as_raw().to_owned(),
        None => NO_BRANCH.to_owned(),
    });
    let cells = [
        session.id().to_string(),
        reference,
        tags,
        word(brief.state().map_or("", |s| s.as_raw()), masked).to_owned(),
        found.stage.kind().file_name().to_owned(),
        findings(&found, session, masked).join("; "),
        found.deadline.map(|d| d.at.to_string()).unwrap_or_default(),
        found.deadline.map(|d| d.derived.to_string()).unwrap_or_default(),
        brief.covered.supplied.to_string(),
        brief.covered.of.to_string(),
        (checks.len() + result.map_or(0, |result| result.checks_left_out)).to_string(),
        checks.iter().filter(|check| check.is_approved()).count().to_string(),
        rejected.count().to_string(),
        branch.unwrap_or_default(),
        brief.fetched_at().map(|at| at.to_string()).unwrap_or_default(),
        found.is_old().to_string(),
        hidden.join(" "),
    ];
    Part { text: line(&cells), masked: hidden.len(), stale: found.is_old() }
}

/// One record (RFC 4180), its characters made safe for
/// a terminal and its beginnings for a spreadsheet.
fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            let safe = crate::text::shown_str(cell, 1_000);
            // A spreadsheet would run it: a server's text must not begin with a formula.
            let formula = safe.starts_with(['=', '+', '-', '@']);
            let safe = if formula { format!("'{safe}") } else { safe };
            if safe.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", safe.replace('"', "\"\""))
            } else {
                safe
            }
        })
        .collect();
    // CRLF, as RFC 4180 has it.
    format!("{}\r\n", cells.join(","))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_cell_is_quoted_safe_and_never_a_formula() {
        let cells = ["a,b", "say \"hi\"", "=1+1", "@x", "-3", "+4", "two\nlines", "\u{1b}[31m"];
        let made = line(&cells.map(str::to_owned));
        assert!(made.starts_with("\"a,b\",\"say \"\"hi\"\"\",'=1+1,'@x,'-3,'+4,"), "{made}");
        assert!(made.ends_with("\r\n") && !made.trim_end().contains(['\n', '\u{1b}']), "{made:?}");
    }
}
