//! Where in the file a key stands, and what it was meant to be.
//!
//! Owns the words of an error about the file: line, column, nearest valid key.

use std::path::Path;

use toml::de::DeTable;

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
        ConfigError::Value { key, source_of: Source::File, .. } => {
            let keys: Vec<&str> = key.split('.').collect();
            let own = || place(text, &["profiles", profile, key]);
            place(text, &keys)
                .filter(|_| keys.len() > 1)
                .or_else(own)
                .or_else(|| place(text, &keys))
        }
        _ => None,
    };
    match at {
        Some(at) => wrong_file(path, format!("{at}: {why}")),
        None => why,
    }
}

/// `line 3, column 1` of the last of these keys, each in the table of the one before it.
pub(super) fn place(text: &str, keys: &[&str]) -> Option<String> {
    let (last, tables) = keys.split_last()?;
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    for name in tables {
        table = table.get(*name)?.get_ref().as_table()?;
    }
    let (key, _) = table.get_key_value(*last)?;
    let before = text.get(..key.span().start)?;
    let (line, start) = (before.split('\n').count(), before.rsplit('\n').next()?);
    Some(format!("line {line}, column {}", start.chars().count() + 1))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_key_is_found_in_its_section_however_it_is_written() {
        let text = "theme = \"x\"\n[refresh]\ndone = \"off\"\n[keys]\n  \"done\" = []\nexport=[\"e\"]\n\
                    [profiles.a]\nsdk_id = \"x\"\n[profiles.\"my b.ank\"]\n'sdk_id' = \"y\"\n";
        for (keys, at) in [
            (&["keys", "done"][..], Some("line 5, column 3")),
            (&["refresh", "done"], Some("line 3, column 1")),
            (&["keys", "export"], Some("line 6, column 1")),
            (&["theme"], Some("line 1, column 1")),
            (&["keys", "theme"], None),
            (&["export"], None),
            (&["profiles", "a", "sdk_id"], Some("line 8, column 1")),
            (&["profiles", "my b.ank", "sdk_id"], Some("line 10, column 1")),
        ] {
            assert_eq!(place(text, keys).as_deref(), at, "{keys:?}");
        }
        let text = "theme = \"é\"\r\nrefresh = { done = \"off\", 'awaiting' = \"x\" }\n\
                    layout.\"list\" = 5\n# tree = 1\nprofiles.\"my bank\".auth = \"\"\"\nsdk_id = 1\n\"\"\"\n";
        for (keys, at) in [
            (&["refresh", "done"][..], Some("line 2, column 13")),
            (&["refresh", "awaiting"], Some("line 2, column 27")),
            (&["layout", "list"], Some("line 3, column 8")),
            (&["layout", "tree"], None),
            (&["profiles", "my bank", "auth"], Some("line 5, column 20")),
            (&["profiles", "my bank", "sdk_id"], None),
        ] {
            assert_eq!(place(text, keys).as_deref(), at, "{keys:?}");
        }
    }
}
