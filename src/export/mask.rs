//! What identifies a person is hidden, and where it stood is said (product.md 5, "Masked export").
//!
//! Owns the list of such places. Secrets are not masked but absent: they never come this far.

use serde_json::Value;

/// What stands instead.
pub(super) const MASK: &str = "▒▒▒ masked";

/// Keys whose values are personal, wherever they stand (contract 3.6, 7.3, 13.2).
const PERSONAL: &[&str] = &[
    "full_name",
    "given_names",
    "first_name",
    "middle_name",
    "family_name",
    "last_name",
    "date_of_birth",
    "nationality",
    "place_of_birth",
    "country_of_birth",
    "gender",
    "personal_identification_number",
    "document_number",
    "structured_postal_address",
    "formatted_address",
    "mrz",
    "email",
    "ip_address",
];

/// Keys that are secret; taken out again here, should one ever come this far (product.md 2.6).
const SECRET: &[&str] = &["client_session_token", "api_key", "auth_token", "contact_profile"];

/// Labels of the relying business that may hold a person's data against the rules.
const LABELS: &[&str] = &["user_tracking_id", "reference", "subject_id"];

/// Takes secrets out.
pub(super) fn remove_secrets(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !SECRET.contains(&key.as_str()));
            map.values_mut().for_each(remove_secrets);
        }
        Value::Array(list) => list.iter_mut().for_each(remove_secrets),
        _ => {}
    }
}

/// Hides what is personal below a value; adds the pointers of what was hidden.
pub(super) fn mask(value: &mut Value, pointer: &str, masked: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                let here = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                let personal = PERSONAL.contains(&key.as_str());
                let label = LABELS.contains(&key.as_str())
                    && inner.as_str().is_some_and(looks_like_a_person);
                if !inner.is_null() && (personal || label) {
                    *inner = Value::from(MASK);
                    masked.push(here);
                } else {
                    mask(inner, &here, masked);
                }
            }
        }
        Value::Array(list) => {
            for (number, inner) in list.iter_mut().enumerate() {
                mask(inner, &format!("{pointer}/{number}"), masked);
            }
        }
        _ => {}
    }
}

/// An e-mail address, or two or more words that begin with a capital letter.
pub(super) fn looks_like_a_person(text: &str) -> bool {
    let words: Vec<&str> =
        text.split([' ', '\u{a0}', ',', '.', '_']).filter(|w| !w.is_empty()).collect();
    let name = |word: &&str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase)
            && word.chars().count() > 1
            && letters.all(|c| c.is_lowercase() || matches!(c, '-' | '\'' | '’'))
    };
    text.contains('@') || words.iter().filter(|word| name(word)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_that_looks_like_a_person_is_told_from_one_that_does_not() {
        for (text, person) in [
            ("case-0042", false),
            ("dbs-2291", false),
            ("DBS 2291 URGENT", false),
            ("amina@example.org", true),
            ("Amina Okafor", true),
            ("Okafor, Amina", true),
            ("Amina.Okafor", true),
        ] {
            assert_eq!(looks_like_a_person(text), person, "{text}");
        }
    }
}
