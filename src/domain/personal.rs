//! What identifies a person by its key, and how a personal text is hidden (product.md 5, "Masked
//! export").
//!
//! `domain::watchlist::labels` and `domain::harmless` decide what need not be hidden. Secrets are
//! not hidden but absent: they never come this far.

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

/// True when whatever stands under this key is personal, also where the place is a known one.
#[must_use]
pub fn is_personal(key: &str) -> bool {
    PERSONAL.contains(&key)
}

/// How much of what identifies a person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Privacy {
    #[default]
    Masked,
    /// The first letter of each word.
    Partial,
    Off,
}

impl Privacy {
    /// Anything of a personal text is hidden.
    #[must_use]
    pub const fn hides(self) -> bool {
        !matches!(self, Self::Off)
    }
}

/// A personal text as this much privacy shows it.
#[must_use]
pub fn hidden(text: &str, privacy: Privacy) -> String {
    match privacy {
        Privacy::Off => text.to_owned(),
        // Always as long: the length of a name tells something too.
        Privacy::Masked => "▒▒▒▒▒▒".to_owned(),
        Privacy::Partial => {
            let words = text.split([' ', '@']).filter(|word| !word.is_empty());
            let first = |word: &str| word.chars().next().map(|c| format!("{c}▒▒▒"));
            words.filter_map(first).collect::<Vec<_>>().join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_personal_text_is_hidden_shown_by_its_first_letters_or_shown() {
        assert_eq!(hidden("Amina Okafor", Privacy::Masked), "▒▒▒▒▒▒");
        assert_eq!(hidden("Amina Okafor", Privacy::Partial), "A▒▒▒ O▒▒▒");
        assert_eq!(hidden("amina@example.org", Privacy::Partial), "a▒▒▒ e▒▒▒");
        assert_eq!(hidden("Amina Okafor", Privacy::Off), "Amina Okafor");
    }
}
