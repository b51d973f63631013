//! Text in columns: cut and padded by width, never by bytes.
//!
//! Owns fitting. What comes in has been made safe already.

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::view::Cell;
use crate::theme::Look;

/// A text of exactly this many columns: cut with `…`, or padded.
pub(super) fn fit(text: &str, width: usize, look: Look) -> String {
    let text = look.text(text);
    let mut out = String::with_capacity(width + 4);
    let mut used = 0;
    let whole = text.width() <= width;
    let room = if whole { width } else { width.saturating_sub(1) };
    for cluster in text.graphemes(true) {
        let columns = cluster.width();
        if used + columns > room {
            break;
        }
        used += columns;
        out.push_str(cluster);
    }
    if !whole && width > 0 {
        out.push(if look.ascii { '~' } else { '…' });
        used += 1;
    }
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out
}

/// A cell of so many columns in its tone.
pub(super) fn cell(cell: &Cell, width: usize, look: Look) -> Span<'static> {
    Span::styled(fit(&cell.text, width, look), look.tone(cell.tone))
}

/// A text of so many columns, to the right.
pub(super) fn right(text: &str, width: usize, style: Style, look: Look) -> Span<'static> {
    let text = look.text(text);
    let pad = width.saturating_sub(text.width());
    Span::styled(fit(&format!("{}{text}", " ".repeat(pad)), width, look), style)
}

/// A text without its first columns.
pub(super) fn shifted(text: &str, columns: usize) -> String {
    let mut left = columns;
    let rest = text.graphemes(true).skip_while(|cluster| {
        let width = cluster.width();
        let gone = left > 0;
        left = left.saturating_sub(width);
        gone
    });
    rest.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ColourDepth;

    #[test]
    fn a_text_has_exactly_its_columns() {
        let look = Look::new(ColourDepth::None, false);
        for (text, width, fitted) in [
            ("abc", 5, "abc  "),
            ("abcdef", 4, "abc…"),
            ("名前名前", 5, "名前…"),
            ("名前名前", 4, "名… "),
            ("", 2, "  "),
            ("abc", 0, ""),
        ] {
            assert_eq!(fit(text, width, look), fitted);
            assert_eq!(fit(text, width, look).width(), width);
        }
        assert_eq!(shifted("abcdef", 2), "cdef");
    }
}
