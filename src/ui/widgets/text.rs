//! Text in columns: cut and padded by width, never by bytes.
//!
//! What comes in has been made safe already.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::text::text_field::TextField;
use crate::app::view::{Cell, Tone};
use crate::theme::Look;

/// A text of exactly this many columns: cut with `…`, or padded.
pub(crate) fn fit(text: &str, width: usize, look: Look) -> String {
    let text = look.text(text);
    let mut out = String::with_capacity(width + 4);
    let mut used = 0;
    let whole = crate::text::width(&text) <= width;
    // One column for the sign of the cut.
    let room = if whole { width } else { width.saturating_sub(1) };
    // By cluster: a letter and its marks are never
    // parted, and a wide one has two columns (fault U07).
    for cluster in text.graphemes(true) {
        let columns = crate::text::width(cluster);
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

/// A line of so many columns that stands back.
pub(crate) fn dim(text: &str, width: usize, look: Look) -> Line<'static> {
    Line::from(Span::styled(fit(text, width, look), look.tone(Tone::Dim)))
}

/// Puts the terminal's cursor into an area, at a column of one of its lines.
pub(crate) fn put_cursor(frame: &mut Frame<'_>, area: Rect, column: usize, line: usize) {
    let [x, y] = [column, line].map(|at| u16::try_from(at).unwrap_or(u16::MAX));
    let x = area.x.saturating_add(x).min(area.right().saturating_sub(1));
    let y = area.y.saturating_add(y).min(area.bottom().saturating_sub(1));
    frame.set_cursor_position(Position::new(x, y));
}

/// What is searched for, and how much was found.
pub(crate) fn search_line(
    label: Span<'static>,
    text: &str,
    found: String,
    width: usize,
    look: Look,
) -> Line<'static> {
    let room = width.saturating_sub(label.width() + found.width());
    Line::from(vec![
        label,
        Span::raw(fit(text, room, look)),
        Span::styled(found, look.tone(Tone::Dim)),
    ])
}

/// A cell of so many columns in its tone.
pub(crate) fn cell(cell: &Cell, width: usize, look: Look) -> Span<'static> {
    Span::styled(fit(&cell.text, width, look), look.tone(cell.tone))
}

/// A text of so many columns, to the right.
pub(crate) fn right(text: &str, width: usize, style: Style, look: Look) -> Span<'static> {
    let text = look.text(text);
    let pad = width.saturating_sub(text.width());
    Span::styled(fit(&format!("{}{text}", " ".repeat(pad)), width, look), style)
}

/// Columns for cells of (wanted, least) columns, two apart, in the order of their importance: each
/// gets its least while there is room, then the first ones what they want. One without room gets 0.
pub(crate) fn shares<const N: usize>(room: usize, cells: [(usize, usize); N]) -> [usize; N] {
    const GAP: usize = 2;
    let mut given = [0; N];
    let mut left = room + GAP;
    for (share, (wanted, least)) in given.iter_mut().zip(cells) {
        // What needs less than its least takes no more; what needs anything gets one column.
        let least = least.min(wanted).max(usize::from(wanted > 0));
        if wanted > 0 && left >= least + GAP {
            *share = least;
            left -= least + GAP;
        }
    }
    for (share, (wanted, _)) in given.iter_mut().zip(cells) {
        if *share > 0 {
            let more = wanted.saturating_sub(*share).min(left);
            *share += more;
            left -= more;
        }
    }
    given
}

/// Columns that times take: one of another day, or in UTC, is wider than an age.
pub(crate) fn time_width<'a>(times: impl Iterator<Item = &'a str>, least: usize) -> usize {
    times.map(UnicodeWidthStr::width).fold(least, usize::max)
}

/// A text without its first columns.
pub(crate) fn shifted(text: &str, columns: usize) -> String {
    let mut left = columns;
    let rest = text.graphemes(true).skip_while(|cluster| {
        let width = cluster.width();
        let gone = left > 0;
        left = left.saturating_sub(width);
        gone
    });
    rest.collect()
}

/// The part of a long line that holds the cursor, and the cursor's column in it.
pub(crate) fn windowed(field: &TextField, width: usize) -> (String, usize) {
    let column = field.before_cursor().width();
    let left = (column + 1).saturating_sub(width);
    (shifted(&field.text(), left), column - left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ColourDepth;

    // U07
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

    #[test]
    fn columns_get_their_least_and_then_the_first_what_they_want() {
        assert_eq!(shares(40, [(7, 5), (20, 10), (5, 5)]), [7, 20, 5]);
        assert_eq!(shares(30, [(7, 5), (20, 10), (5, 5)]), [7, 14, 5]);
        assert_eq!(shares(20, [(7, 5), (20, 10), (5, 5)]), [7, 11, 0]);
        assert_eq!(shares(40, [(0, 5), (3, 10)]), [0, 3]);
        assert_eq!(shares(0, [(4, 4)]), [0]);
    }
}
