//! Answers with what is personal, and secrets, wherever they can stand.

use serde_json::Value;

/// Stands in every value that is personal or a secret, in any case of letters.
pub(crate) const CANARY: &str = "canary";
pub(crate) const PERSON: &str = "CANARY Person";

/// Fields of Yoti's contract in which anybody may write what they like.
const FREE_TEXTS: [&str; 5] =
    ["requirements_not_met_info", "client_ref", "label", "subject_id", "detail"];

/// Puts what is personal, and secrets in several spellings, into every object of an answer, and what
/// is personal into its free texts.
pub(crate) fn seeded(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(seeded);
            for name in FREE_TEXTS {
                fields.entry(name).and_modify(|text| *text = PERSON.into());
            }
            let details = fields.get_mut("details").and_then(Value::as_array_mut);
            for value in details.into_iter().flatten().filter_map(|one| one.get_mut("value")) {
                *value = PERSON.into();
            }
            for name in ["full_name", "new_field", "description"] {
                fields.insert(name.to_owned(), PERSON.into());
            }
            for name in ["client_session_token", "Access_Token", "apiKey", "password"] {
                fields.insert(name.to_owned(), "CANARY-secret".into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(seeded),
        _ => {}
    }
}
