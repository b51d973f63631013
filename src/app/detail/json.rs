//! The JSON of the open session, laid out over lines.

use crate::app::view::Cell;
use crate::domain::harmless::{Leaf, is_field_name, is_harmless, is_place};
use crate::domain::personal::{Privacy, hidden, is_personal};
use crate::domain::watchlist::open_session::OpenSession;

/// JSON lines kept for the screen.
// Bounded: an answer of 4 MiB has more lines than anybody scrolls.
const JSON_LINES: usize = 20_000;
/// In a narrower pane lines are not folded.
const LEAST_WIDTH: usize = 30;

/// The answer as received (secrets removed), laid out over lines and made safe.
/// What is not known to be harmless is hidden as far as privacy says. Where a line has no room, its
/// value stands below the name.
pub(crate) fn json(session: &OpenSession, privacy: Privacy, width: usize) -> Vec<Cell> {
    let Some(answer) = &session.answers.session else { return Vec::new() };
    let mut lines = Vec::new();
    let (mut line, mut depth, mut in_text, mut escaped) = (String::new(), 0_usize, false, false);
    let mut masking = JsonLines::default();
    let mut finish = |line: &mut String, lines: &mut Vec<Cell>| {
        if !line.trim().is_empty() && lines.len() < JSON_LINES {
            let shown = masking.masked(line, privacy);
            // After masking: a value that was cut first could look harmless.
            let shown = crate::text::shown_str(&shown, 2_000);
            lines.extend(folded(shown, width).into_iter().map(Cell::plain));
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
                // Deeper, the indentation alone would fill the pane.
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

/// Something of the answer is hidden at this privacy.
pub(crate) fn hides(session: &OpenSession, privacy: Privacy) -> bool {
    let whole = usize::MAX;
    json(session, privacy, whole) != json(session, Privacy::Off, whole)
}

/// A line of laid-out JSON in lines of a width: the value
/// below its name, and what is longer than a line on several.
fn folded(line: String, width: usize) -> Vec<String> {
    if width < LEAST_WIDTH || crate::text::width(&line) <= width {
        return vec![line];
    }
    let text = line.trim_start();
    let indent = (line.len() - text.len()).min(width / 2);
    let (name, value) = match text.split_once("\": ") {
        Some((name, value)) => (Some(format!("{:indent$}{name}\":", "")), value),
        None => (None, text),
    };
    let below = if name.is_some() { indent + 2 } else { indent };
    let value = crate::text::wrapped(value, width.saturating_sub(below));
    let value = value.into_iter().map(|part| format!("{:below$}{part}", ""));
    name.into_iter().chain(value).collect()
}

/// The objects and lists that a line of laid-out JSON stands in.
#[derive(Default)]
struct JsonLines {
    open: Vec<Open>,
}

/// An object or a list that is open.
#[derive(Clone, Default)]
struct Open {
    /// The field whose fields stand here.
    place: String,
    /// The field whose items stand here; empty: no list.
    items: String,
    /// What stands here is on the list of what is harmless.
    known: bool,
}

/// What stands for a field's name that looks like none.
const MASKED_NAME: &str = "▒▒▒▒▒▒";

impl JsonLines {
    /// The next line, a value hidden that is not known to be harmless.
    fn masked(&mut self, line: &str, privacy: Privacy) -> String {
        let text = line.trim_start();
        if !privacy.hides() {
            return line.to_owned();
        }
        // One line closes what one line opened: the layout has no more than one bracket in a line.
        if text.starts_with(['}', ']']) {
            self.open.pop();
            return line.to_owned();
        }
        let (key, value) = match text.strip_prefix('"').and_then(|rest| rest.split_once("\": ")) {
            Some((key, value)) => (Some(key), value),
            None => (None, text),
        };
        let (value, comma) = value.strip_suffix(',').map_or((value, ""), |value| (value, ","));
        let root = self.open.is_empty();
        let around = self.open.last().cloned().unwrap_or_default();
        // The items of a list are values of the list's field.
        let field = key.unwrap_or(&around.items);
        // A name in the place of a field's name is data itself, and so is what stands below it.
        let named = key.is_none_or(is_field_name);
        let known = (root || around.known) && named && !is_personal(field);
        let head = key.map(|key| if named { key } else { MASKED_NAME });
        let head = head.map_or_else(String::new, |key| format!("\"{key}\": "));
        let shown = |value: &str| {
            let indent = line.len() - text.len();
            format!("{:indent$}{head}{value}{comma}", "")
        };
        let bare = value.trim_matches('"');
        let leaf = match value {
            "{" => {
                let known = known && (root || is_place(field));
                self.open.push(Open { place: field.to_owned(), items: String::new(), known });
                return shown(value);
            }
            "[" => {
                self.open.push(Open { place: around.place, items: field.to_owned(), known });
                return shown(value);
            }
            "null" | "\"\"" => return shown(value),
            "true" | "false" => Leaf::Flag,
            text if text.starts_with('"') => Leaf::Text(bare),
            _ => Leaf::Number,
        };
        if known && is_harmless(&around.place, field, leaf) {
            return shown(value);
        }
        shown(&format!("\"{}\"", hidden(bare, privacy)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(lines: &[&str], privacy: Privacy) -> Vec<String> {
        let mut masking = JsonLines::default();
        lines.iter().map(|line| masking.masked(line, privacy)).collect()
    }

    #[test]
    fn a_value_that_has_no_room_stands_whole_below_its_name() {
        let id = "4699c68d-b4df-4df8-b2c0-3b3d6fe2e6a6";
        let told = |indent: usize, width| {
            folded(format!("{:indent$}\"session_id\": \"{id}\",", ""), width)
        };
        assert_eq!(told(2, 60), [format!("  \"session_id\": \"{id}\",")]);
        assert_eq!(told(2, 52), ["  \"session_id\":".to_owned(), format!("    \"{id}\",")]);
        for indent in [8, 20, 40, 80] {
            let lines = told(indent, 52);
            assert!(lines.iter().all(|line| line.len() <= 52), "{lines:?}");
            let joined: String = lines.iter().map(|line| line.trim()).collect();
            assert_eq!(joined, format!("\"session_id\":\"{id}\","));
        }
    }

    #[test]
    fn only_what_is_known_to_be_harmless_is_shown() {
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
            "  \"checks\": [",
            "    {",
            "      \"type\": \"LIVENESS\",",
            "      \"note\": \"Amina\"",
            "    }",
            "  ],",
            "  \"new\": {",
            "    \"Amina Okafor\": {",
            "      \"type\": \"AMINA\"",
            "    }",
            "  },",
            "  \"number\": 4471",
        ];
        let shown = masked(&lines, Privacy::Masked);
        let text = shown.join("\n");
        for secret in ["amina", "Sample", "Exampleton", "4471"] {
            assert!(!text.to_lowercase().contains(&secret.to_lowercase()), "{text}");
        }
        for kept in [0, 3, 5, 7, 8, 9, 10, 11, 13, 14, 15, 18, 19] {
            assert_eq!(shown[kept], lines[kept]);
        }
        assert!(masked(&lines, Privacy::Partial)[1].contains("a▒▒▒ e▒▒▒"));
        assert_eq!(masked(&lines, Privacy::Off), lines);
    }
}
