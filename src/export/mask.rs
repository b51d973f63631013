//! What is not known to be harmless is hidden, and where it stood is said (product.md 8).
//!
//! Secrets are not masked but absent: they never come this far.

use serde_json::Value;

use crate::domain::assessment::attention::Assessment;
use crate::domain::harmless::{
    Leaf, is_field_name, is_harmless, is_harmless_own, is_place, is_word,
};
use crate::domain::personal::is_personal;
use crate::domain::server_text::ServerText;
use crate::domain::session::wire_enum::{
    CheckState, CheckType, IdentityProfileOutcome, Recommendation, SessionState,
};
use crate::domain::watchlist::watched::WatchedSession;

pub(super) const MASK: &str = "▒▒▒ masked";

/// What the walk is in.
#[derive(Clone, Copy)]
pub(super) enum Within<'a> {
    /// The fields of this field of Yoti's; empty: a whole answer.
    Place(&'a str),
    /// Our own, but for Yoti's words in it.
    Own,
    /// Something that no list knows.
    Unknown,
}

/// Hides what is not known to be harmless below a value; adds the pointers of what was hidden.
pub(super) fn mask(value: &mut Value, pointer: &str, masked: &mut Vec<String>) {
    hide(value, Within::Place(""), "", pointer, masked);
}

/// The same of what is our own but for Yoti's words in it:
/// a timeline, derived requirements, the list of media.
pub(super) fn mask_own(value: &mut Value, pointer: &str, masked: &mut Vec<String>) {
    hide(value, Within::Own, "", pointer, masked);
}

fn hide(
    value: &mut Value,
    within: Within<'_>,
    field: &str,
    pointer: &str,
    masked: &mut Vec<String>,
) {
    let leaf = match value {
        Value::Null => return,
        Value::Object(map) => {
            // A name in the place of a field's name would stand in the file, and in the pointer.
            if !map.keys().all(|key| is_field_name(key)) {
                *value = MASK.into();
                masked.push(pointer.to_owned());
                return;
            }
            let inside = match within {
                Within::Place(_) if field.is_empty() || is_place(field) => Within::Place(field),
                Within::Own => Within::Own,
                Within::Place(_) | Within::Unknown => Within::Unknown,
            };
            for (key, inner) in map.iter_mut() {
                let here = format!("{pointer}/{key}");
                // The whole value, however it is built: below
                // such a key everything speaks of a person.
                if is_personal(key) && !inner.is_null() {
                    *inner = MASK.into();
                    masked.push(here);
                } else {
                    hide(inner, inside, key, &here, masked);
                }
            }
            return;
        }
        Value::Array(list) => {
            for (number, inner) in list.iter_mut().enumerate() {
                hide(inner, within, field, &format!("{pointer}/{number}"), masked);
            }
            return;
        }
        // What is empty says nothing of anybody, and that it is empty may matter.
        Value::String(text) if text.is_empty() => return,
        Value::String(text) => Leaf::Text(text),
        Value::Number(_) => Leaf::Number,
        Value::Bool(_) => Leaf::Flag,
    };
    let harmless = match within {
        Within::Place(place) => is_harmless(place, field, leaf),
        Within::Own => is_harmless_own(field, leaf),
        Within::Unknown => false,
    };
    if !harmless {
        *value = MASK.into();
        masked.push(pointer.to_owned());
    }
}

/// One of Yoti's words for a cell or a line, masked where it looks like none.
pub(super) fn word(text: &str, masked: bool) -> &str {
    if masked && !is_word(text) { MASK } else { text }
}

/// The findings, each in one sentence, masked where a text of
/// Yoti's stands in it that looks like none of its words.
pub(super) fn findings<'a>(
    found: &'a Assessment,
    session: &WatchedSession,
    masked: bool,
) -> Vec<&'a str> {
    let strange = strange(session, masked && !found.findings.is_empty());
    let texts = found.findings.iter().map(|finding| finding.text.as_raw());
    texts.map(|text| sentence(text, &strange)).collect()
}

/// One of our sentences about a session: only Yoti's words in it can hold a name.
pub(super) fn sentence<'a>(text: &'a str, strange: &[&str]) -> &'a str {
    if strange.iter().any(|said| text.contains(said)) { MASK } else { text }
}

/// What Yoti says of a session that looks like none of its words; nothing unless `masked`.
pub(super) fn strange(session: &WatchedSession, masked: bool) -> Vec<&str> {
    if !masked {
        return Vec::new();
    }
    let brief = &session.brief;
    let result = brief.result.as_ref();
    let checks = result.into_iter().flat_map(|result| &*result.checks).flat_map(|check| {
        [
            check.check_type.as_ref().map(CheckType::as_raw),
            check.state.as_ref().map(CheckState::as_raw),
            check.recommendation.as_ref().map(Recommendation::as_raw),
            check.reason.as_ref().map(ServerText::as_raw),
        ]
    });
    let profiles = result.into_iter().flat_map(|result| &*result.profiles).flat_map(|profile| {
        let unmet = profile.unmet.iter().map(|kind| kind.as_ref().map(ServerText::as_raw));
        let result = profile.result.as_ref().map(IdentityProfileOutcome::as_raw);
        unmet.chain([result, profile.reason_code.as_ref().map(ServerText::as_raw)])
    });
    let unknown = result.into_iter().flat_map(|result| &*result.unknown);
    let unknown = unknown.map(|unknown| Some(unknown.value.as_raw()));
    let state = result.into_iter().map(|result| result.state.as_ref().map(SessionState::as_raw));
    let missing = brief.covered.missing.iter().map(|kind| Some(kind.as_raw()));
    let said = checks.chain(profiles).chain(unknown).chain(state).chain(missing).flatten();
    said.filter(|said| !is_word(said)).collect()
}
