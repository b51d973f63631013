//! Comparing texts without regard to case, with `_` and blank as one.

/// The form in which texts are compared: `ID_DOCUMENT` and `id document` are one.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().replace('_', " ")
}

const fn byte(byte: u8) -> u8 {
    if byte == b'_' { b' ' } else { byte.to_ascii_lowercase() }
}

/// True when `text` holds `needle`, which is folded.
pub(super) fn contains(text: &str, needle: &str) -> bool {
    // ASCII is compared where it stands: a copy of every text of every session is slow.
    if !text.is_ascii() {
        return folded(text).contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some((&first, rest)) = needle.split_first() else { return true };
    let mut left = text;
    while let Some((&next, after)) = left.split_first() {
        if byte(next) == first && after.get(..rest.len()).is_some_and(|part| same(part, rest)) {
            return true;
        }
        left = after;
    }
    false
}

/// True when `text` is `needle`, which is folded.
pub(super) fn equals(text: &str, needle: &str) -> bool {
    if text.is_ascii() { same(text.as_bytes(), needle.as_bytes()) } else { folded(text) == needle }
}

fn same(text: &[u8], needle: &[u8]) -> bool {
    text.len() == needle.len() && text.iter().zip(needle).all(|(a, b)| byte(*a) == *b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_whatever_its_case_and_with_underscore_and_blank_as_one() {
        for (text, wanted, found) in [
            ("PHOTO_TOO_BLURRY", "too_b", true),
            ("PHOTO_TOO_BLURRY", "too b", true),
            ("call back", "Call_Back", true),
            ("PHOTO", "photos", false),
            ("PHOTO-TOO", "photo too", false),
            ("aab", "ab", true),
            ("STRASSE_Ö", "e ö", true),
            ("dbs-2291", "db91", false),
            ("x", "", true),
        ] {
            assert_eq!(contains(text, &folded(wanted)), found, "{wanted} in {text}");
        }
        assert!(equals("Team_A", "team a") && !equals("Team-A", "team"));
    }
}
