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
    let answer = session.session().filter(|_| masked && !found.findings.is_empty());
    let checks = answer.into_iter().flat_map(|answer| &answer.checks).flat_map(|check| {
        let report = check.report.as_ref();
        [
            check.check_type.as_ref().map(CheckType::as_raw),
            check.state.as_ref().map(CheckState::as_raw),
            check.recommendation().map(Recommendation::as_raw),
            report.and_then(|report| report.reason.as_ref()).map(ServerText::as_raw),
        ]
    });
    let profiles = answer
        .into_iter()
        .flat_map(|answer| answer.identity_profile.iter().chain(&answer.advanced_identity_profile));
    let profiles = profiles.flat_map(|profile| {
        let schemes = profile.compliance.iter().flat_map(|framework| &framework.schemes);
        let kinds = schemes.map(|scheme| scheme.scheme_type.as_ref().map(ServerText::as_raw));
        let result = profile.result.as_ref().map(IdentityProfileOutcome::as_raw);
        kinds.chain([result, profile.reason_code().map(ServerText::as_raw)])
    });
    let unknown = answer.into_iter().flat_map(|answer| &answer.unknown);
    let unknown = unknown.map(|unknown| Some(unknown.value.as_raw()));
    let state = answer.into_iter().map(|answer| answer.state.as_ref().map(SessionState::as_raw));
    let said = checks.chain(profiles).chain(unknown).chain(state).flatten();
    let strange: Vec<&str> = said.filter(|said| !is_word(said)).collect();
    // A finding is our sentence around Yoti's words; only those can hold a name.
    let texts = found.findings.iter().map(|finding| finding.text.as_raw());
    let hidden = |text: &str| strange.iter().any(|said| text.contains(said));
    texts.map(|text| if hidden(text) { MASK } else { text }).collect()
}
