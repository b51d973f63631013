//! What identifies a person, by its key and by its look (product.md 5, "Masked export").
//!
//! Owns the lists and the hiding of a label. Secrets are not hidden but absent: they never come
//! this far.

use crate::domain::ids::SessionId;

/// Keys whose values are personal, wherever they stand (contract 3.6, 7.3, 13.2).
pub const PERSONAL: &[&str] = &[
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

/// Labels of the relying business that may hold a person's data against the rules.
pub const LABELS: &[&str] = &["user_tracking_id", "reference", "subject_id"];

/// An e-mail address, or two or more words that begin with a capital letter.
#[must_use]
pub fn looks_like_a_person(text: &str) -> bool {
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

/// True when the value of this key is to be hidden.
#[must_use]
pub fn is_personal(key: &str, value: Option<&str>) -> bool {
    PERSONAL.contains(&key) || (LABELS.contains(&key) && value.is_some_and(looks_like_a_person))
}

/// How much of what identifies a person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Privacy {
    /// Nothing.
    #[default]
    Masked,
    /// The first letter of each word.
    Partial,
    /// All.
    Off,
}

/// A text as this much privacy shows it; what does not look like a person's stays as it is.
#[must_use]
pub fn label(text: &str, privacy: Privacy) -> String {
    if privacy == Privacy::Off || !looks_like_a_person(text) {
        return text.to_owned();
    }
    hidden(text, privacy)
}

/// A personal text as this much privacy shows it.
#[must_use]
pub fn hidden(text: &str, privacy: Privacy) -> String {
    match privacy {
        Privacy::Off => text.to_owned(),
        Privacy::Masked => "▒▒▒▒▒▒".to_owned(),
        Privacy::Partial => {
            let words = text.split([' ', '@']).filter(|word| !word.is_empty());
            let first = |word: &str| word.chars().next().map(|c| format!("{c}▒▒▒"));
            words.filter_map(first).collect::<Vec<_>>().join(" ")
        }
    }
}

/// A file's name without its end: of a reference only letters, digits, `.`, `_`, `-` survive; a
/// reference that looks like a person's data, or of which nothing survives, gives way to the id
/// (fault F09).
#[must_use]
pub fn file_stem(reference: Option<&str>, id: SessionId) -> String {
    let reference = reference.unwrap_or_default();
    let safe: String = reference
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
        .take(60)
        .collect();
    let safe = safe.trim_start_matches(['.', '-']);
    if safe.is_empty() || looks_like_a_person(reference) { id.to_string() } else { safe.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_hidden_shown_by_its_first_letters_or_shown() {
        assert_eq!(label("dbs-2291", Privacy::Masked), "dbs-2291");
        assert_eq!(label("Amina Okafor", Privacy::Masked), "▒▒▒▒▒▒");
        assert_eq!(label("Amina Okafor", Privacy::Partial), "A▒▒▒ O▒▒▒");
        assert_eq!(label("amina@example.org", Privacy::Partial), "a▒▒▒ e▒▒▒");
        assert_eq!(label("Amina Okafor", Privacy::Off), "Amina Okafor");
    }

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
