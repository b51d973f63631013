//! Specimen pictures and files: real JPEG, PNG, PDF and JSON, nobody's face, nobody's name.
//!
//! Everything follows from ids.

use serde_json::Value;

use super::pdf;
use super::person::{Person, seed};
use super::specimen::{Motif, picture};

/// A media in an answer, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// `IMAGE`, `JSON`, …
    pub(crate) kind: String,
    /// The key that holds it: `document_fields`, `raw_results`, …
    role: String,
    document_type: String,
    country: String,
}

/// Looks for a media in an answer. What stands below `generated_media` counts last: it has no role.
pub(crate) fn find(answer: &Value, id: &str) -> Option<Found> {
    let none = Found {
        kind: String::new(),
        role: String::new(),
        document_type: "PASSPORT".to_owned(),
        country: "GBR".to_owned(),
    };
    // Twice: only its place in a document tells what a generated media is.
    search(answer, &none, id, false).or_else(|| search(answer, &none, id, true))
}

fn search(value: &Value, around: &Found, id: &str, generated: bool) -> Option<Found> {
    match value {
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
            let kind = text("type").filter(|_| map.get("id").and_then(Value::as_str) == Some(id));
            if let Some(kind) = kind {
                return Some(Found { kind, ..around.clone() });
            }
            let document_type =
                text("document_type").unwrap_or_else(|| around.document_type.clone());
            let country = text("issuing_country").unwrap_or_else(|| around.country.clone());
            map.iter().filter(|(key, _)| generated || *key != "generated_media").find_map(
                |(key, value)| {
                    let role = if key == "media" { around.role.clone() } else { key.clone() };
                    let (document_type, country) = (document_type.clone(), country.clone());
                    let around = Found { kind: String::new(), role, document_type, country };
                    search(value, &around, id, generated)
                },
            )
        }
        Value::Array(list) => list.iter().find_map(|value| search(value, around, id, generated)),
        _ => None,
    }
}

pub(crate) fn content(found: &Found, person: &Person, id: &str) -> (&'static str, Vec<u8>) {
    match found.kind.as_str() {
        "IMAGE" => match found.role.as_str() {
            "document_id_photo" | "id_photo" => picture(seed(id), Motif::Portrait, true),
            "image" => picture(seed(id), Motif::Portrait, false),
            _ => picture(seed(id), Motif::Card, false),
        },
        "PDF" => ("application/pdf", pdf::document(&paper(found, id))),
        "JSON" => ("application/json", fields(found, person, id).to_string().into_bytes()),
        _ => ("application/octet-stream", binary(id)),
    }
}

fn fields(found: &Found, person: &Person, id: &str) -> Value {
    match found.role.as_str() {
        "document_fields" | "expanded_document_fields" | "generated_media" => {
            person.document(&found.document_type, &found.country)
        }
        "raw_results" => person.watchlist(id),
        "identity_profile_report" => person.identity_report(),
        "lookup_profile" => person.share_code(false),
        "returned_profile" => person.share_code(true),
        _ => person.profile(),
    }
}

fn paper(found: &Found, id: &str) -> Vec<String> {
    let kind = &found.document_type;
    let mark: String = id.chars().take(8).collect();
    vec![
        format!("SPECIMEN {kind} ({})", found.country),
        format!("Reference {mark}. Nothing in this file is real."),
    ]
}

/// Bytes that look like nothing: a face scan or a token.
fn binary(id: &str) -> Vec<u8> {
    let mut bytes = b"SPECIMEN\0".to_vec();
    let mut dice = fastrand::Rng::with_seed(seed(id));
    bytes.extend(std::iter::repeat_with(|| dice.u8(..)).take(2_048));
    bytes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_media_is_found_with_its_role_and_document() {
        let answer = json!({ "resources": { "id_documents": [{
            "document_type": "NATIONAL_ID", "issuing_country": "FRA",
            "tasks": [{ "generated_media": [{ "id": "m", "type": "JSON" }, { "id": "n", "type": "JSON" }] }],
            "document_fields": { "media": { "id": "m", "type": "JSON" } },
        }] } });
        let found = find(&answer, "m").unwrap();
        assert_eq!(
            (found.role.as_str(), found.document_type.as_str()),
            ("document_fields", "NATIONAL_ID")
        );
        assert_eq!(find(&answer, "n").unwrap().role, "generated_media");
        assert_eq!(find(&answer, "x"), None);
    }
}
