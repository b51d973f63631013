//! The one function between a server's text and a terminal (invariant I6).
//!
//! Owns [`shown`], the breaking of long lines, and widths. Nothing else in the program may turn a
//! `ServerText` into text that is printed.

mod change;

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::server_text::ServerText;

pub use change::{ChangeWords, change_words};

/// What a text means; `theme` gives each a style. Colour only repeats what a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tone {
    Plain,
    Dim,
    Good,
    Bad,
    Warn,
    /// A person must look at it: refer, unknown.
    Notice,
    Active,
    /// New since the last look.
    Changed,
    Strong,
}

/// Combining marks kept on one base (fault U04).
const MARKS: usize = 4;

/// [`shown_str`] for a text of several lines, none of which is cut.
#[must_use]
pub fn shown_lines(text: &str) -> String {
    text.split('\n').map(|line| shown_str(line, usize::MAX)).collect::<Vec<_>>().join("\n")
}

/// Two lower-case digits for each byte.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// A text for one terminal line, at most `max` columns wide (cut with `…`): no control, format or
/// direction character, no flood of combining marks.
///
/// Control characters become text such as `\x1b`, direction and other format characters become
/// text such as `<U+202E>`, zero-width ones go, newline and tab become `⏎` and `→`. The time taken
/// depends on `max`, not on the length of the text (fault U05).
#[must_use]
pub fn shown(text: &ServerText, max: usize) -> String {
    shown_str(text.as_raw(), max)
}

/// [`shown`] for text from elsewhere that is not ours: an
/// operating system's error, a file name, a line of JSON.
#[must_use]
pub fn shown_str(text: &str, max: usize) -> String {
    // A cluster can be as long as the text: characters are bounded before they are grouped.
    let bounded = bounded(text, max.saturating_mul(64).saturating_add(256));
    let visible = visible(bounded);
    let mut safe = String::with_capacity(visible.len());
    let mut used = 0;
    for cluster in visible.graphemes(true) {
        let cluster = counted_alike(cluster);
        let columns = width(&cluster);
        if used + columns > max {
            return cut(safe, max);
        }
        used += columns;
        safe.push_str(&cluster);
    }
    if bounded.len() < text.len() { cut(safe, max) } else { safe }
}

/// A number as it is read: `1,000`.
#[must_use]
pub fn figure(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and its noun: `1 change`, `2,000 changes`.
#[must_use]
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", figure(number)) }
}

/// The number of sessions with its verb: `1 needs attention`, `2 need attention`.
#[must_use]
pub fn need_attention(number: usize) -> String {
    let need = if number == 1 { "needs" } else { "need" };
    format!("{} {need} attention", figure(number))
}

/// Columns of a text that is safe already. By characters, as most terminals count: of some letters
/// that join, such as lam and alef, `UnicodeWidthStr` counts fewer.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().filter_map(UnicodeWidthChar::width).sum()
}

/// A text that is safe already, in lines of at most `width` columns: broken at spaces, and inside a
/// word that is too long for a line. At least one line.
#[must_use]
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    // A wide character has two columns and would fit no line of one.
    let width = width.max(2);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split(' ') {
        let columns = self::width(word);
        let gap = usize::from(!line.is_empty());
        if used + gap + columns <= width {
            line.extend(std::iter::repeat_n(' ', gap));
            line.push_str(word);
            used += gap + columns;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for cluster in word.graphemes(true) {
            let columns = self::width(cluster);
            if used + columns > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(cluster);
            used += columns;
        }
    }
    lines.push(line);
    lines
}

/// Text that is text in Markdown too: one safe line, every mark escaped.
#[must_use]
pub fn markdown(text: &str) -> String {
    // Bounded: nobody reads more in a table, and the text may be of any length (fault U05).
    let safe = shown_str(text, 500);
    let mut out = String::with_capacity(safe.len());
    for c in safe.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// The start of a text, at most `bytes` long, whole characters only.
fn bounded(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

/// Makes room for `…` at the end.
fn cut(mut safe: String, max: usize) -> String {
    if max == 0 {
        return String::new();
    }
    while width(&safe) > max - 1 {
        let last = safe.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
        safe.truncate(last);
    }
    safe.push('…');
    safe
}

/// Text in place of what a terminal would obey, and few marks on each base.
fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = '\0';
    let mut marks = 0;
    for c in text.chars() {
        match c {
            // CR and LF together are one line break.
            '\n' if before == '\r' => {}
            '\n' | '\r' => out.push('⏎'),
            '\t' => out.push('→'),
            c if c.is_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c if is_direction(c) => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c if is_unseen(c) => {}
            // Characters without a column of their own, of every script and of a newer Unicode too.
            c if c.width() == Some(0) => {
                marks += 1;
                if marks <= MARKS {
                    out.push(c);
                } else if marks == MARKS + 1 {
                    out.push('…');
                }
            }
            c => {
                out.push(c);
                marks = 0;
            }
        }
        before = c;
    }
    out
}

/// A cluster that has as many columns for a terminal that counts characters as for one that counts
/// clusters: a thumb with a colour of skin has four for the first and two for the second (fault U07).
fn counted_alike(cluster: &str) -> Cow<'_, str> {
    let alike = |text: &str| width(text) == text.width();
    if alike(cluster) {
        return Cow::Borrowed(cluster);
    }
    let mut first = true;
    let narrow = |c: &char| std::mem::take(&mut first) || c.width() < Some(2);
    // The thumb without its colour.
    let mut kept: String = cluster.chars().filter(narrow).collect();
    if !alike(&kept) {
        // Letters that a mark would set below each other (Khmer) stand beside each other.
        kept.retain(|c| c.width() != Some(0));
    }
    if !alike(&kept) {
        // Vowels that are one where they meet (Kirat Rai).
        kept = kept.chars().take(1).chain(['…']).collect();
    }
    Cow::Owned(kept)
}

/// A character that a reader does not see, or that moves what stands around it.
#[must_use]
pub const fn is_unseen(c: char) -> bool {
    // This runs for every character of every answer, and nearly all of them are ASCII.
    !c.is_ascii() && (is_direction(c) || is_invisible(c))
}

/// Characters that reorder what stands around them, line
/// and paragraph separators, and interlinear annotation.
const fn is_direction(c: char) -> bool {
    matches!(c,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{206a}'..='\u{206f}'
        | '\u{e0001}' | '\u{e0020}'..='\u{e007f}')
}

/// Characters that show nothing: zero-width, joiners, soft hyphen,
/// variation selectors, fillers, private-use and noncharacters.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{fffe}' | '\u{ffff}' | '\u{0600}'..='\u{0605}' | '\u{06dd}' | '\u{070f}'
        | '\u{0890}' | '\u{0891}' | '\u{08e2}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}' | '\u{e0002}'..='\u{e001f}' | '\u{e0080}'..='\u{e0fff}'
        | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(figure(number), text);
            assert_eq!(count(number, "row"), format!("{text} rows"));
        }
    }

    // U01, U02, U03, U06
    #[test]
    fn what_a_terminal_would_obey_becomes_text() {
        for (hostile, safe) in [
            ("\x1b[2J", "\\x1b[2J"),
            ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
            ("\u{9b}31m", "\\x9b31m"),
            ("a\u{202e}b", "a<U+202E>b"),
            ("a\u{200b}\u{feff}b", "ab"),
            ("a\u{e0041}b", "a<U+E0041>b"),
            ("a\nb\tc", "a⏎b→c"),
            ("a\r\nb", "a⏎b"),
            ("\x7f\0", "\\x7f\\x00"),
            ("plain Ünïcode 名前", "plain Ünïcode 名前"),
            ("\u{1F468}\u{200D}\u{1F469}", "\u{1F468}\u{1F469}"),
        ] {
            assert_eq!(shown_str(hostile, 80), safe);
        }
    }

    // U04
    #[test]
    fn a_flood_of_marks_is_cut() {
        let flood = format!("e{}x", "\u{301}".repeat(5_000));
        let safe = shown_str(&flood, 10);
        assert!(safe.len() < 40, "{} bytes", safe.len());
        // What goes must not part the marks, so that each part may have its four.
        let parted = format!("e{}x", "\u{301}\u{301}\u{200b}".repeat(20));
        assert_eq!(shown_str(&parted, 10), "e\u{301}\u{301}\u{301}\u{301}…x");
    }

    // U07
    #[test]
    fn whoever_counts_characters_and_whoever_counts_clusters_sees_the_same_columns() {
        for (text, safe) in [
            ("👍🏽 yes", "👍 yes"),
            ("☝🏽", "☝"),
            ("👩🏽\u{200d}👦🏿", "👩👦"),
            ("👍\u{200b}🏽", "👍"),
            ("🇬🇧", "🇬🇧"),
            ("1\u{fe0f}\u{20e3}", "1\u{20e3}"),
            ("\u{1100}\u{1161}\u{11a8}", "\u{1100}\u{1161}\u{11a8}"),
            ("\u{16d63}\u{16d67}a", "\u{16d63}…a"),
        ] {
            assert_eq!(shown_str(text, 80), safe);
        }
        // Lam and alef are drawn as one, and a terminal has two cells for them all the same.
        assert_eq!(width(&shown_str(&"\u{644}\u{627}".repeat(20), 10)), 10);
    }

    // U05
    #[test]
    fn a_long_text_is_cut_at_a_whole_character() {
        assert_eq!(shown_str("abcdef", 4), "abc…");
        assert_eq!(shown_str("abcd", 4), "abcd");
        assert_eq!(shown_str("名前名前", 5), "名前…");
        assert_eq!(shown_str("abc", 0), "");
        let huge = "x".repeat(16 * 1024 * 1024);
        assert_eq!(shown_str(&huge, 20).chars().count(), 20);
    }

    #[test]
    fn lines_break_at_spaces_and_inside_words_that_are_too_long() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("名前名前", 5), ["名前", "名前"]);
        assert_eq!(wrapped("", 5), [""]);
    }

    /// Characters that are counted otherwise alone than beside each other, and any.
    fn parts_of_clusters() -> impl Strategy<Value = char> {
        let known = [
            "👍☝👩👦👨❤✊🏻🏽🏿🇬🇧🏴©1#*\u{20e3}\u{fe0f}\u{fe0e}\u{200d}\u{e0067}\u{e007f}",
            "\u{1100}\u{1161}\u{11a8}\u{a960}\u{d7b0}\u{d7cb}\u{ac00}",
            "\u{644}\u{627}\u{623}\u{5d0}\u{5dc}\u{a4f8}\u{a4fb}\u{a4fc}\u{a4fd}",
            "\u{1780}\u{17d2}\u{17b6}\u{915}\u{94d}\u{937}\u{1000}\u{1039}\u{2d31}\u{2d7f}",
            "\u{1a15}\u{1a17}\u{1a10}\u{10c32}\u{10c03}\u{16d63}\u{16d67}\u{16d68}\u{16d69}",
            "\u{301}\u{489}\u{200b}\u{d4e}\u{600}\u{903}\u{1d165}a名\r\n\t",
        ];
        let known: Vec<char> = known.concat().chars().collect();
        prop_oneof![4 => proptest::sample::select(known), 1 => any::<char>()]
    }

    proptest! {
        #[test]
        fn wrapped_lines_fit_and_lose_nothing(text in "[a-z名é ]{0,80}", width in 2_usize..40) {
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| line.width() <= width), "{lines:?}");
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }

        // U02, U03, U07
        #[test]
        fn whatever_comes_in_what_goes_out_is_printable_and_fits(text in any::<String>(), max in 0_usize..60) {
            let safe = shown_str(&text, max);
            prop_assert!(safe.width() <= max);
            prop_assert!(!safe.chars().any(|c| c.is_control() || is_unseen(c)));
        }

        // U04, U07
        #[test]
        fn columns_are_the_same_by_characters_and_by_clusters_and_marks_are_few(
            text in proptest::collection::vec(parts_of_clusters(), 0..40),
            max in 0_usize..60
        ) {
            let safe = shown_str(&text.into_iter().collect::<String>(), max);
            let clusters: usize = safe.graphemes(true).map(UnicodeWidthStr::width).sum();
            prop_assert_eq!(width(&safe), clusters, "{:?}", safe.escape_unicode().to_string());
            prop_assert!(clusters <= max);
            let marks = safe.split(|c: char| c.width() != Some(0)).map(|run| run.chars().count());
            prop_assert!(marks.max().unwrap_or_default() <= MARKS);
        }

        // U01
        #[test]
        fn hostile_text_is_printable_too(
            text in proptest::collection::vec(
                prop_oneof![
                    Just('\x1b'), Just('\u{9d}'), Just('\u{202e}'), Just('\u{301}'), Just('\n'),
                    Just('\u{200d}'), Just('\u{fe0f}'), Just('名'), Just('a'), any::<char>()
                ], 0..80),
            max in 0_usize..60
        ) {
            let text: String = text.into_iter().collect();
            let safe = shown_str(&text, max);
            prop_assert!(safe.width() <= max);
            prop_assert!(!safe.chars().any(|c| c.is_control() || is_unseen(c)));
        }
    }
}
