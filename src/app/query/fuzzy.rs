//! Comparing texts without regard to case.
//!
//! Owns what "part of" and "fuzzily" mean. No allocation for ASCII.

/// True when `text` holds `needle`, which is in lower case.
pub(super) fn contains(text: &str, needle: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some((&first, rest)) = needle.split_first() else { return true };
    let mut left = text;
    while let Some((&next, after)) = left.split_first() {
        if next.eq_ignore_ascii_case(&first)
            && after.get(..rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest))
        {
            return true;
        }
        left = after;
    }
    false
}

/// True when `text` is `needle`, which is in lower case.
pub(super) fn equals(text: &str, needle: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(needle) } else { text.to_lowercase() == needle }
}

/// True when the letters of `word` (lower case) stand in `text` in their order, with anything
/// between them. Digits of one number stay together: `d229` is in `dbs-2290`, not in `dbs-20209`.
pub(super) fn holds(text: &str, word: &str) -> bool {
    if text.is_ascii() {
        in_order(text.as_bytes(), word.as_bytes())
    } else {
        in_order(text.to_lowercase().as_bytes(), word.as_bytes())
    }
}

/// Taking each piece as early as it can be had leaves the most room for the next.
fn in_order(mut text: &[u8], word: &[u8]) -> bool {
    let together = |a: &u8, b: &u8| a.is_ascii_digit() && b.is_ascii_digit();
    word.chunk_by(together).all(|piece| {
        let at = text.windows(piece.len()).position(|part| part.eq_ignore_ascii_case(piece));
        let after = at.and_then(|at| text.get(at + piece.len()..));
        text = after.unwrap_or_default();
        after.is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_may_stand_apart_and_numbers_may_not() {
        for (text, word, held) in [
            ("DBS-2291", "dbs", true),
            ("DBS-2291", "d2291", true),
            ("dbs-2291", "db91", true),
            ("dbs-20209", "229", false),
            ("dbs-2291", "sbd", false),
            ("Team-A", "ta", true),
            ("Ünal", "ün", true),
            ("ünal", "na", true),
            ("", "a", false),
            ("a", "", true),
        ] {
            assert_eq!(holds(text, word), held, "{word} in {text}");
        }
    }

    #[test]
    fn a_part_is_found_whatever_its_case() {
        for (text, needle, found) in [
            ("PHOTO_TOO_BLURRY", "too_b", true),
            ("PHOTO", "photos", false),
            ("aab", "ab", true),
            ("STRASSE Ö", "ö", true),
            ("x", "", true),
        ] {
            assert_eq!(contains(text, needle), found, "{needle} in {text}");
        }
        assert!(equals("Team-A", "team-a") && !equals("Team-A", "team"));
    }
}
