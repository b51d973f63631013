//! The session list: only the visible rows are built.
//!
//! Owns how a column's cell is drawn; which columns fit, the model says.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pane::{self, Bar};
use super::text::{cell, fit, right};
use crate::app::Model;
use crate::app::columns::{Column, Fitted};
use crate::app::view::{Cell, Glyph, ListRow, Pane, Tone};
use crate::theme::{Look, Role};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::List, look);
    if model.list_len() == 0 {
        pane::notice(frame, inner, &model.list_notice(), look);
        return;
    }
    let columns = model.list_columns(usize::from(inner.width));
    let window = model.list_window();
    let (first, end) = (window.start, window.end);
    let focus = model.focus() == Pane::List;
    let mut lines = vec![head(&columns, model.list_order(), look)];
    let mut bar = None;
    for (number, row) in (first..).zip(model.list_rows(window)) {
        let selected = model.list_selected() == Some(number);
        if selected {
            bar = Some(Bar { line: lines.len(), focus });
        }
        lines.push(Line::from(spans(&row, &columns, selected, look)));
    }
    let rows = usize::from(inner.height).saturating_sub(2);
    while lines.len() < rows + 1 {
        lines.push(Line::default());
    }
    lines.push(under(model, (first, end), usize::from(inner.width), look));
    pane::lines(frame, inner, lines, bar, look);
}

/// The heads; the column that orders the list has the sign of its direction. Attention is no column:
/// the title alone says it.
fn head(fitted: &Fitted, (by, sign): (Option<Column>, &str), look: Look) -> Line<'static> {
    let style = look.role(Role::Head);
    let sign = look.text(sign);
    let more = |hidden: usize, sign: &str| look.text(if hidden > 0 { sign } else { " " });
    let mut spans = vec![Span::styled(format!("  {} ", more(fitted.left, "‹")), style)];
    let last = fitted.columns.len().saturating_sub(1);
    for (place, (column, width)) in fitted.columns.iter().enumerate() {
        let further = if place == last { more(fitted.right, "›") } else { String::new() };
        let further = further.trim();
        let width = width.saturating_sub(further.width());
        let head = if by == Some(*column) {
            let name = fit(column.head(), width.saturating_sub(1), look);
            fit(&format!("{}{sign}", name.trim_end()), width, look)
        } else {
            fit(column.head(), width, look)
        };
        spans.push(Span::styled(head, style));
        spans.push(Span::styled(further.to_owned(), style));
    }
    Line::from(spans)
}

fn spans(row: &ListRow, fitted: &Fitted, selected: bool, look: Look) -> Vec<Span<'static>> {
    let cursor = if selected { ">" } else { " " };
    let mark = if row.marked { "*" } else { " " };
    let (glyph, tone) = row.glyph;
    let mut spans = vec![
        Span::raw(cursor),
        Span::styled(mark, look.role(Role::Mark)),
        Span::styled(look.glyph(glyph), look.tone(tone)),
        Span::raw(" "),
    ];
    let has_tags = fitted.columns.iter().any(|(column, _)| *column == Column::Tags);
    // A cell that fills its column takes the blank from the next one.
    let mut full = false;
    for (column, width) in &fitted.columns {
        if full {
            spans.push(Span::raw(" "));
        }
        let width = &width.saturating_sub(usize::from(full));
        full = false;
        // The last cell of a column is the blank behind it.
        let room = width.saturating_sub(1);
        let right = |cell: &Cell| right(&cell.text, room, look.tone(cell.tone), look);
        let text = match column {
            Column::Checks => {
                spans.extend(checks(row, *width, look));
                continue;
            }
            Column::Changed => cell(&delta(row, has_tags, look), *width, look),
            Column::Session => Span::styled(fit(&row.short_id, *width, look), look.tone(Tone::Dim)),
            Column::State => cell(&row.state, *width, look),
            Column::Docs => cell(&row.docs, *width, look),
            Column::Ref => cell(&row.name, room, look),
            Column::Stage => cell(&row.stage, room, look),
            // What fills the column (`kept 12d`) may take the blank before the next one too.
            Column::Due => {
                let gap = usize::from(row.due.text.width() < *width);
                super::text::right(&row.due.text, width - gap, look.tone(row.due.tone), look)
            }
            Column::Branch => cell(&row.branch, room, look),
            Column::Seen => right(&row.seen),
            Column::Tags => cell(&row.tags, room, look),
        };
        let used = text.width();
        full = used == *width && !text.content.ends_with(' ');
        spans.push(text);
        spans.push(Span::raw(" ".repeat(width - used)));
    }
    spans
}

/// What changed; while nothing did, the tags, if they have no column.
fn delta(row: &ListRow, has_tags: bool, look: Look) -> Cell {
    let mut delta = row.delta.clone();
    if delta.text.is_empty() && !has_tags {
        delta = row.tags.clone();
    }
    if row.changed {
        delta.text = format!("{} {}", look.glyph(Glyph::Changed), delta.text);
        delta.tone = Tone::Changed;
    }
    delta
}

/// One sign for each check where they fit, else how many of each.
fn checks(row: &ListRow, width: usize, look: Look) -> Vec<Span<'static>> {
    let room = width.saturating_sub(1);
    if row.checks.len() <= room {
        let mut spans: Vec<Span<'static>> = row
            .checks
            .iter()
            .map(|(glyph, tone)| Span::styled(look.glyph(*glyph), look.tone(*tone)))
            .collect();
        spans.push(Span::raw(" ".repeat(width - row.checks.len())));
        return spans;
    }
    let mut spans = Vec::new();
    let mut used = 0;
    for glyph in [Glyph::Reject, Glyph::Refer, Glyph::Approve, Glyph::NotYet] {
        let of_kind: Vec<_> = row.checks.iter().filter(|(known, _)| *known == glyph).collect();
        let Some((_, tone)) = of_kind.first() else { continue };
        let text = format!("{}{}", of_kind.len(), look.glyph(glyph));
        let columns = text.chars().count();
        if used + columns > room {
            break;
        }
        used += columns;
        spans.push(Span::styled(text, look.tone(*tone)));
    }
    spans.push(Span::raw(" ".repeat(width - used)));
    spans
}

/// How many rows are out of sight, and why the selected one is where it is.
fn under(model: &Model, (first, end): (usize, usize), width: usize, look: Look) -> Line<'static> {
    let below = model.list_len().saturating_sub(end);
    let more = match (first, below) {
        (0, 0) => String::new(),
        (0, below) => format!(" ↓ {below} more "),
        (above, 0) => format!(" ↑ {above} "),
        (above, below) => format!(" ↑ {above} ↓ {below} "),
    };
    let more = look.text(&more);
    let room = width.saturating_sub(more.chars().count() + 1);
    let mut spans = vec![Span::raw(" ")];
    if let Some(why) = model.line_under_list(room) {
        spans.push(cell(&why, room, look));
    } else {
        spans.push(Span::raw(" ".repeat(room)));
    }
    spans.push(Span::styled(more, look.tone(Tone::Dim)));
    Line::from(spans)
}
