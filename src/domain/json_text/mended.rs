//! Texts that are JSON but for a few values: what cannot be read is lost, and nothing beside it.

use std::borrow::Cow;

use super::{Fate, Refusal, code_unit, scanned};

/// What stands for half a character: U+FFFD, as JSON writes it.
const HALF: &str = "\\ufffd";

/// A text that JSON readers take in. A lone surrogate or a broken escape in a string is U+FFFD; what
/// is no value (`NaN`, `01`) is null; a member that stands twice is gone, both times: readers differ
/// in which one counts (faults A09, A11, A12).
///
/// # Errors
/// Says what is wrong with the text where more than values is broken.
pub fn mended(text: &str) -> Result<String, Refusal> {
    let once = scanned(text, true, |_| Fate::Keep)?;
    if once.twice.is_empty() {
        return Ok(once.out);
    }
    let cut = scanned(&once.out, true, |place| {
        if once.twice.contains(place.pointer) { Fate::Cut } else { Fate::Keep }
    });
    Ok(cut?.out)
}

/// The inside of a string with [`HALF`] in the place of each escape that means no character.
pub(super) fn string(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return raw.into();
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let (good, length) = escape_length(escape.as_bytes());
        let (escape, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out.push_str(if good { escape } else { HALF });
        rest = after;
    }
    out.push_str(rest);
    out.into()
}

/// Whether a text begins with an escape that means a character, and how long what it begins with is.
fn escape_length(text: &[u8]) -> (bool, usize) {
    match text.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (true, 2),
        Some(b'u') => match unit(text) {
            Some(0xd800..=0xdbff) => match text.get(6..).and_then(unit) {
                Some(0xdc00..=0xdfff) => (true, 12),
                _ => (false, 6),
            },
            Some(0xdc00..=0xdfff) => (false, 6),
            Some(_) => (true, 6),
            None => (false, 1),
        },
        _ => (false, 1),
    }
}

/// The code unit that `\uXXXX` at the beginning means.
fn unit(text: &[u8]) -> Option<u16> {
    code_unit(std::str::from_utf8(text.strip_prefix(b"\\u")?.get(..4)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // A09, A11, A12
    #[test]
    fn what_cannot_be_read_is_lost_and_nothing_beside_it() {
        for (text, left) in [
            (
                r#"{"a":"\ud800 x","b":"\udc00\ud83d\ude00"}"#,
                r#"{"a":"\ufffd x","b":"\ufffd\ud83d\ude00"}"#,
            ),
            (r#"{"a":"\ud800\u0041"}"#, r#"{"a":"\ufffd\u0041"}"#),
            (r#"{"a":"\x41\u12","b":1.50}"#, r#"{"a":"\ufffdx41\ufffdu12","b":1.50}"#),
            (r#"{"\udfff":1}"#, r#"{"\ufffd":1}"#),
            (
                r#"{"a":NaN,"b":-Infinity,"c":[01,2,1.],"d":truth}"#,
                r#"{"a":null,"b":null,"c":[null,2,null],"d":null}"#,
            ),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"b":2}"#),
            (r#"{"x":[{"a":1,"\u0061":2,"b":1e400}]}"#, r#"{"x":[{"b":1e400}]}"#),
            (r#"{"a":{"b":1},"a":NaN}"#, "{}"),
            (r#"{ "a" : 1.50 }"#, r#"{ "a" : 1.50 }"#),
        ] {
            let mended = mended(text).unwrap();
            assert_eq!(mended, left, "{text}");
            serde_json::from_str::<serde_json::Value>(&mended).unwrap();
        }
    }

    #[test]
    fn a_text_that_is_broken_as_a_whole_is_refused() {
        for text in
            ["", "NaN", "<html>", r#"{"a":1"#, r#"{"a":1,}"#, r#"{"a":}"#, r#"{"a":<b>}"#, "{} {}"]
        {
            assert!(mended(text).is_err(), "{text}");
        }
    }
}
