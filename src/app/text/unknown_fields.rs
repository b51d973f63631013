//! Fields of an answer that this build does not know, so that nobody knows whether they name a
//! person: their values are hidden as far as privacy says.

use super::words::{long, server, wire};
use crate::domain::harmless::{Leaf, is_field_name, is_harmless, is_word};
use crate::domain::personal::{Privacy, hidden};
use crate::domain::server_text::ServerText;
use crate::domain::session::extra::{Extra, UnknownValue};

/// Path and value of a field.
pub(crate) struct FieldWords {
    pub(crate) path: String,
    pub(crate) value: String,
}

pub(crate) fn unknown_fields(extra: &Extra, privacy: Privacy) -> impl Iterator<Item = FieldWords> {
    extra.iter().map(move |(path, value)| FieldWords {
        path: names(path.as_raw(), privacy),
        value: hidden(&long(value), privacy),
    })
}

/// Of the place whose fields these are only those are shown that are known to be harmless there.
pub(crate) fn fields_of(
    place: &str,
    extra: &Extra,
    privacy: Privacy,
) -> impl Iterator<Item = FieldWords> {
    extra.iter().map(move |(path, value)| {
        let raw = value.as_raw();
        let leaf = match raw {
            "true" | "false" => Leaf::Flag,
            _ => Leaf::Text(raw),
        };
        let shown = is_harmless(place, path.as_raw(), leaf);
        let value = if shown { server(value) } else { hidden(&server(value), privacy) };
        FieldWords { path: names(path.as_raw(), privacy), value }
    })
}

/// A text of a known field in which anybody may have written anything: shown where it is known to be
/// harmless there or looks like one of Yoti's words, else hidden as far as privacy says.
pub(crate) fn free_text(place: &str, field: &str, text: &ServerText, privacy: Privacy) -> String {
    let raw = text.as_raw();
    let shown = is_word(raw) || is_harmless(place, field, Leaf::Text(raw));
    if shown { long(text) } else { hidden(&long(text), privacy) }
}

/// A value of an enum that this build does not know: shown where it looks like one of Yoti's.
pub(crate) fn unknown_value(value: &UnknownValue, privacy: Privacy) -> String {
    let shown = server(&value.value);
    if is_word(value.value.as_raw()) { shown } else { hidden(&shown, privacy) }
}

/// A name in the place of a field's name is data itself.
fn names(path: &str, privacy: Privacy) -> String {
    let name =
        |name: &str| if is_field_name(name) { wire(name) } else { hidden(&wire(name), privacy) };
    path.split('.').map(name).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: impl Iterator<Item = FieldWords>) -> Vec<String> {
        fields.map(|field| format!("{} {}", field.path, field.value)).collect()
    }

    #[test]
    fn what_is_not_known_to_be_harmless_is_hidden_as_far_as_privacy_says() {
        let extra: Extra = vec![
            ("score.1".into(), "0.5".into()),
            ("Amina Okafor.seen".into(), "Amina Okafor".into()),
        ];
        let of = |privacy| told(unknown_fields(&extra, privacy));
        assert_eq!(of(Privacy::Masked), ["score.1 ▒▒▒▒▒▒", "▒▒▒▒▒▒.seen ▒▒▒▒▒▒"]);
        assert_eq!(of(Privacy::Partial)[1], "A▒▒▒ O▒▒▒.seen A▒▒▒ O▒▒▒");
        assert_eq!(of(Privacy::Off), ["score.1 0.5", "Amina Okafor.seen Amina Okafor"]);
        let settings: Extra = vec![
            ("locale".into(), "en-GB".into()),
            ("hide_logo".into(), "true".into()),
            ("locale".into(), "Amina Okafor".into()),
            ("new_setting".into(), "en-GB".into()),
        ];
        let masked = told(fields_of("sdk_config", &settings, Privacy::Masked));
        assert_eq!(
            masked,
            ["locale en-GB", "hide_logo true", "locale ▒▒▒▒▒▒", "new_setting ▒▒▒▒▒▒"]
        );
        let free = |text: &str, privacy| free_text("", "subject_id", &text.into(), privacy);
        assert_eq!(free("case-7", Privacy::Masked), "case-7");
        assert_eq!(free("EXPIRED", Privacy::Masked), "EXPIRED");
        assert_eq!(free("Amina Okafor", Privacy::Masked), "▒▒▒▒▒▒");
        assert_eq!(free("Amina Okafor", Privacy::Off), "Amina Okafor");
        let value = |text: &str| UnknownValue { pointer: String::new(), value: text.into() };
        assert_eq!(unknown_value(&value("AURA_READING"), Privacy::Masked), "AURA_READING");
        assert_eq!(unknown_value(&value("Amina Okafor"), Privacy::Masked), "▒▒▒▒▒▒");
        assert_eq!(unknown_value(&value("Amina Okafor"), Privacy::Off), "Amina Okafor");
    }
}
