//! One part of a session as JSON: what `show --part` prints in lines.
//!
//! They are those of the whole document, masked as there and in the same text.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serde_json::value::RawValue;

use super::bundle::letter;
use super::document::{document, json_object, object};
use super::mask::word;
use super::{Contents, DocumentOrigin, ExportError};
use crate::domain::assessment::coverage;
use crate::domain::assessment::requested::expected;
use crate::domain::watchlist::open_session::OpenSession;

/// A part that can be shown alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Requirements and what was supplied.
    Tree,
    /// Checks, and what was requested.
    Checks,
    Timeline,
    Config,
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
fn requested(session: &OpenSession, masked: bool) -> Value {
    let Some(configuration) = session.configuration() else { return Value::Null };
    let wanted = expected(configuration, &coverage::derive(&session.answers));
    let mut names: Vec<&str> =
        wanted.iter().map(|check| word(check.check_type.as_raw(), masked)).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names.into()
}

/// One part of the masked document.
pub fn part(
    session: &OpenSession,
    part: Part,
    masked: bool,
    origin: &DocumentOrigin<'_>,
) -> Result<String, ExportError> {
    // From the whole document, so that a part is never masked otherwise than the whole.
    let text = document(session, Contents { masked, ..Contents::default() }, origin)?.text;
    let whole = members(&text)?;
    let derived = members(&member(&whole, "derived"))?;
    let answer = members(&member(&whole, "session"))?;
    let same = |key: &'static str| (key, member(&whole, key));
    let own = match part {
        Part::Tree => vec![
            ("requirements", member(&derived, "requirements")),
            ("resources", member(&answer, "resources")),
        ],
        Part::Checks => vec![
            ("checks", member(&answer, "checks")),
            ("requested_checks", requested(session, masked).to_string()),
        ],
        Part::Timeline => vec![same("timeline")],
        Part::Config => vec![same("configuration")],
        Part::Letter => vec![("letter", object(letter(session, masked)?))],
    };
    let head = ["schema_version", "profile", "environment", "session_id", "reference"].map(same);
    let named = ("part", Value::from(part.word()).to_string());
    let tail = ["fetched_at", "stale"].map(same);
    Ok(json_object(head.into_iter().chain([named]).chain(own).chain(tail)))
}

/// Members of an object, each in its own text; of `null`, none.
fn members(text: &str) -> Result<BTreeMap<String, Box<RawValue>>, ExportError> {
    let read: Option<_> =
        serde_json::from_str(text).map_err(|why| ExportError::Unreadable(why.to_string()))?;
    Ok(read.unwrap_or_default())
}

fn member(members: &BTreeMap<String, Box<RawValue>>, key: &str) -> String {
    members.get(key).map_or_else(|| Value::Null.to_string(), |value| value.get().to_owned())
}
