//! One part of a session as JSON: what `show --part` prints in lines.
//!
//! Owns which values make up a part. They are those of the whole document, masked as there.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::bundle::letter;
use super::document::{document, escaped};
use super::mask::word;
use super::{Contents, ExportError, Origin};
use crate::domain::coverage;
use crate::domain::requested::expected;
use crate::domain::watched::WatchedSession;

/// A part that can be shown alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Requirements and what was supplied.
    Tree,
    /// Checks, and what was requested.
    Checks,
    /// What happened.
    Timeline,
    /// The configuration.
    Config,
    /// The letter.
    Letter,
}

impl Part {
    const fn word(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Checks => "checks",
            Self::Timeline => "timeline",
            Self::Config => "config",
            Self::Letter => "letter",
        }
    }
}

/// The names of the checks that Yoti was asked to make, each once.
fn requested(session: &WatchedSession, masked: bool) -> Value {
    let Some(configuration) = session.configuration() else { return Value::Null };
    let wanted = expected(configuration, &coverage::derive(session));
    let mut names: Vec<&str> =
        wanted.iter().map(|check| word(check.check_type.as_raw(), masked)).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names.into()
}

/// One part of the masked document.
///
/// # Errors
/// See [`ExportError`].
pub fn part(
    session: &WatchedSession,
    part: Part,
    masked: bool,
    origin: &Origin<'_>,
) -> Result<String, ExportError> {
    let text = document(session, Contents { masked, ..Contents::default() }, origin)?.text;
    let whole: Value =
        serde_json::from_str(&text).map_err(|why| ExportError::Unreadable(why.to_string()))?;
    let at = |pointer: &str| whole.pointer(pointer).cloned().unwrap_or_default();
    let mut map = Map::new();
    for key in ["schema_version", "profile", "environment", "session_id", "reference"] {
        map.insert(key.to_owned(), at(&format!("/{key}")));
    }
    map.insert("part".to_owned(), part.word().into());
    let own = match part {
        Part::Tree => vec![
            ("requirements", at("/derived/requirements")),
            ("resources", at("/session/resources")),
        ],
        Part::Checks => {
            vec![
                ("checks", at("/session/checks")),
                ("requested_checks", requested(session, masked)),
            ]
        }
        Part::Timeline => vec![("timeline", at("/timeline"))],
        Part::Config => vec![("configuration", at("/configuration"))],
        Part::Letter => vec![("letter", letter(session, masked)?)],
    };
    map.extend(own.into_iter().map(|(key, value)| (key.to_owned(), value)));
    for key in ["fetched_at", "stale"] {
        map.insert(key.to_owned(), at(&format!("/{key}")));
    }
    Ok(escaped(&Value::Object(map)))
}
