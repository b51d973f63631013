//! The letter and the JSON of the open session.
//!
//! Owns what their rows say; never the contact profile.

use crate::app::timeline::maybe;
use crate::app::view::{Cell, LabelRow, Tone};
use crate::app::words::{Times, server};
use crate::domain::watched::{Letter, WatchedSession};

/// JSON lines kept for the screen.
const JSON_LINES: usize = 20_000;

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
