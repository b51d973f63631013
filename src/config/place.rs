//! Where in the file a key stands, and what it was meant to be.
//!
//! Owns the words of an error about the file: line, column, nearest valid key.

use std::path::Path;

use super::resolver::wrong_file;
use super::{ConfigError, Source};
use crate::domain::nearest::nearest;

/// TOML's own words, which have line and column, with the nearest valid key.
pub(super) fn explained(why: &toml::de::Error) -> String {
    let text = why.to_string();
    let message = why.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let misspelt = message.starts_with("unknown field");
    match quoted.split_first().filter(|_| misspelt) {
        Some((word, known)) => match nearest(word, known.iter().copied()) {
            Some(meant) => format!("{}\ndid you mean `{meant}`?", text.trim_end()),
            None => text,
        },
        None => text,
    }
}

/// A wrong value of the file, with its line and column. A key without a section is one of the
/// profile in force, or stands before all sections.
pub(super) fn placed(why: ConfigError, profile: &str, (path, text): (&Path, &str)) -> ConfigError {
    let at = match &why {
        ConfigError::Value { key, source_of: Source::File, .. } if key.contains('.') => {
            place(text, key)
        }
        ConfigError::Value { key, source_of: Source::File, .. } => {
            place(text, &format!("profiles.{profile}.{key}")).or_else(|| place(text, key))
        }
        _ => None,
    };
    match at {
        Some(at) => wrong_file(path, format!("{at}: {why}")),
        None => why,
    }
}

/// `line 3, column 1` of a key such as `refresh.at_counter`, `profiles.live.sdk_id` or `theme`.
pub(super) fn place(text: &str, key: &str) -> Option<String> {
    let (section, key) = key.rsplit_once('.').unwrap_or(("", key));
    let mut open = section.is_empty();
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start();
        if let Some(head) = content.strip_prefix('[') {
            let head = head.split(']').next().unwrap_or_default().trim();
            open = head == section;
            continue;
        }
        let name = content.split('=').next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        if open && name == key && content.contains('=') {
            let column = line.chars().count() - content.chars().count() + 1;
            return Some(format!("line {}, column {column}", number + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_key_is_found_in_its_section() {
        let text =
            "theme = \"x\"\n[refresh]\ndone = \"off\"\n[keys]\n  \"done\" = []\nexport=[\"e\"]\n";
        assert_eq!(place(text, "keys.done").as_deref(), Some("line 5, column 3"));
        assert_eq!(place(text, "refresh.done").as_deref(), Some("line 3, column 1"));
        assert_eq!(place(text, "keys.export").as_deref(), Some("line 6, column 1"));
        assert_eq!(place(text, "theme").as_deref(), Some("line 1, column 1"));
        assert_eq!(place(text, "keys.theme"), None);
        assert_eq!(place(text, "export"), None, "it stands in a section");
        let text = "[profiles.a]\nsdk_id = \"x\"\n[profiles.b]\nsdk_id = \"y\"\n";
        assert_eq!(place(text, "profiles.b.sdk_id").as_deref(), Some("line 4, column 1"));
    }
}
