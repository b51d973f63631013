//! The JSON of the open session, laid out over lines.
//!
//! Owns the layout and the hiding of personal values; secrets were removed long before.

use crate::app::view::Cell;
use crate::domain::personal::{Privacy, hidden, is_personal};
use crate::domain::watched::WatchedSession;

/// JSON lines kept for the screen.
const JSON_LINES: usize = 20_000;

/// The answer as received (secrets removed), laid out over lines and made safe.
/// What identifies a person is hidden as far as privacy says.
pub(crate) fn json(session: &WatchedSession, privacy: Privacy) -> Vec<Cell> {
    let Some(answer) = &session.answers.session else { return Vec::new() };
    let mut lines = Vec::new();
    let (mut line, mut depth, mut in_text, mut escaped) = (String::new(), 0_usize, false, false);
    let mut below = None;
    let mut finish = |line: &mut String, lines: &mut Vec<Cell>| {
        if !line.trim().is_empty() && lines.len() < JSON_LINES {
            let shown = masked_line(line, privacy, &mut below);
            lines.push(Cell::plain(crate::text::shown_str(&shown, 2_000)));
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

/// One line of laid-out JSON with a personal value hidden. `below`: the indent of a personal object
/// or list that is open; every value in it is hidden.
fn masked_line(line: &str, privacy: Privacy, below: &mut Option<usize>) -> String {
    let text = line.trim_start();
    let indent = line.len() - text.len();
    if privacy == Privacy::Off {
        return line.to_owned();
    }
    if below.is_some_and(|open| indent <= open) {
        *below = None;
    }
    let (head, value) = match text.strip_prefix('"').and_then(|rest| rest.split_once("\": ")) {
        Some((key, value)) => (Some(key), value),
        None => (None, text),
    };
    let (value, comma) = value.strip_suffix(',').map_or((value, ""), |value| (value, ","));
    let opens = value.starts_with(['{', '[']);
    let bare = value.trim_matches('"');
    // An escape may hide an at sign.
    let personal = head.is_some_and(|key| {
        is_personal(key, Some(bare)) || (bare.contains("\\u") && is_personal(key, Some("@")))
    });
    if opens {
        if personal && below.is_none() {
            *below = Some(indent);
        }
        return line.to_owned();
    }
    if !(personal || below.is_some()) || value.starts_with(['}', ']']) || value == "null" {
        return line.to_owned();
    }
    let head = head.map_or_else(String::new, |key| format!("\"{key}\": "));
    format!("{:indent$}{head}\"{}\"{comma}", "", hidden(bare, privacy))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(lines: &[&str], privacy: Privacy) -> Vec<String> {
        let mut below = None;
        lines.iter().map(|line| masked_line(line, privacy, &mut below)).collect()
    }

    #[test]
    fn personal_values_are_hidden_and_what_stands_below_them_too() {
        let lines = [
            "  \"state\": \"ONGOING\",",
            "  \"user_tracking_id\": \"amina@example.org\",",
            "  \"subject_id\": \"amina\\u0040example.org\",",
            "  \"structured_postal_address\": {",
            "    \"address_line1\": \"1 Sample Street\",",
            "    \"lines\": [",
            "      \"Exampleton\"",
            "    ]",
            "  },",
            "  \"reference\": \"dbs-2291\"",
        ];
        let shown = masked(&lines, Privacy::Masked);
        let text = shown.join("\n");
        for secret in ["amina", "Sample", "Exampleton"] {
            assert!(!text.contains(secret), "{text}");
        }
        for kept in [0, 3, 5, 7, 8, 9] {
            assert_eq!(shown[kept], lines[kept]);
        }
        assert!(masked(&lines, Privacy::Partial)[1].contains("a▒▒▒ e▒▒▒"));
        assert_eq!(masked(&lines, Privacy::Off), lines);
    }
}
