//! Answers with what is personal, and secrets, wherever they can stand.

use serde_json::Value;

/// Stands in every value that is personal or a secret, in any case of letters.
pub(crate) const CANARY: &str = "canary";
pub(crate) const PERSON: &str = "CANARY Person";

/// Puts what is personal, and secrets in several spellings, into every object of an answer.
pub(crate) fn seeded(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(seeded);
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
