//! The session list: only the visible rows are built.

pub(crate) mod filter_bar;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::list::columns::{Column, Fitted};
use crate::app::view::{Cell, Glyph, ListRow, Pane, Tone};
use crate::text::{figure, wrapped};
use crate::theme::{Look, Role};
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{cell, fit, right};

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
    let (by, sign) = model.list_order();
    let mut lines = vec![head(&columns, by, sign, look)];
    let mut bar = None;
    for (number, row) in (first..).zip(model.list_rows(window)) {
        let selected = model.list_selected() == Some(number);
        if selected {
            bar = Some(Bar { line: lines.len(), focus });
        }
        lines.push(Line::from(spans(&row, &columns, selected, look)));
    }
    // Always the same number of lines: rows must not jump when the cursor moves.
    let below = under(model, first, end, usize::from(inner.width), look);
    lines.resize(usize::from(inner.height).saturating_sub(below.len()), Line::default());
    lines.extend(below);
    pane::lines(frame, inner, lines, bar, look);
}

/// The heads; the column that orders the list has the sign of its direction. Attention is no column:
/// the title alone says it.
fn head(fitted: &Fitted, by: Option<Column>, sign: &str, look: Look) -> Line<'static> {
    let style = look.role(Role::Head);
    let sign = look.text(sign);
    let more = |hidden: usize, sign: &str| look.text(if hidden > 0 { sign } else { " " });
    let before = " ".repeat(fitted.before().saturating_sub(4));
    let mut spans = vec![Span::styled(format!("  {} {before}", more(fitted.left, "‹")), style)];
    let last = fitted.columns.len().saturating_sub(1);
    for (place, (column, width)) in fitted.columns.iter().enumerate() {
        let mut head = look.text(column.spec().head);
        if by == Some(*column) {
            head += &sign;
        }
        let further = if place == last { more(fitted.right, "›") } else { String::new() };
        let further = if head.width() < *width { further.trim() } else { "" };
        let head = fit(&head, width.saturating_sub(further.width()), look);
        spans.push(Span::styled(head, style));
        spans.push(Span::styled(further.to_owned(), style));
    }
    Line::from(spans)
}

fn spans(row: &ListRow, fitted: &Fitted, selected: bool, look: Look) -> Vec<Span<'static>> {
    let cursor = if selected { ">" } else { " " };
    let mark = if row.marked { "*" } else { " " };
    let (glyph, tone) = row.glyph;
    let changed = if row.changed { look.glyph(Glyph::Changed) } else { " " };
    let own: String = row.own.iter().map(|sign| look.glyph(*sign)).collect();
    let mut spans = vec![
        Span::raw(cursor),
        Span::styled(mark, look.role(Role::Mark)),
        Span::styled(look.glyph(glyph), look.tone(tone)),
        Span::styled(changed, look.tone(Tone::Changed)),
        Span::raw(fit(&format!(" {own}"), fitted.own + 1, look)),
    ];
    let has_tags = fitted.columns.iter().any(|(column, _)| *column == Column::Tags);
    let last = fitted.columns.len().saturating_sub(1);
    for (place, (column, width)) in fitted.columns.iter().enumerate() {
        // The last cell of a column is the blank behind it, but for the border's neighbour.
        let room = if place == last { *width } else { width.saturating_sub(1) };
        if *column == Column::Checks {
            spans.extend(checks(row, room, look));
        } else {
            let shown = if *column == Column::Changed && !has_tags {
                changed_or_tags(row)
            } else {
                row.cell(*column)
            };
            spans.push(if column.spec().right {
                right(&shown.text, room, look.tone(shown.tone), look)
            } else {
                cell(shown, room, look)
            });
        }
        spans.push(Span::raw(" ".repeat(width - room)));
    }
    spans
}

/// What changed; while nothing did, the tags, which have no column.
fn changed_or_tags(row: &ListRow) -> &Cell {
    let changed = row.cell(Column::Changed);
    if changed.text.is_empty() { row.cell(Column::Tags) } else { changed }
}

/// One sign for each check where they fit, else how many of each, else of the worst kind, of all.
fn checks(row: &ListRow, room: usize, look: Look) -> Vec<Span<'static>> {
    let signs = |spans: Vec<(String, Tone)>| -> Option<Vec<Span<'static>>> {
        let used: usize = spans.iter().map(|(text, _)| text.width()).sum();
        let rest = " ".repeat(room.checked_sub(used)?);
        let spans = spans.into_iter().map(|(text, tone)| Span::styled(text, look.tone(tone)));
        Some(spans.chain([Span::raw(rest)]).collect())
    };
    let each = row.checks.iter().map(|(glyph, tone)| (look.glyph(*glyph).to_owned(), *tone));
    let kinds = [Glyph::Reject, Glyph::Refer, Glyph::Approve, Glyph::NotYet].into_iter();
    let counted: Vec<(String, Tone)> = kinds
        .filter_map(|kind| {
            let of_kind = row.checks.iter().filter(|(glyph, _)| *glyph == kind);
            let (_, tone) = of_kind.clone().next()?;
            Some((format!("{}{}", of_kind.count(), look.glyph(kind)), *tone))
        })
        .collect();
    let of_all = counted.first().cloned().into_iter();
    let of_all = of_all.chain([(format!("/{}", row.checks.len()), Tone::Dim)]).collect();
    let whole = signs(each.collect()).or_else(|| signs(counted)).or_else(|| signs(of_all));
    whole.unwrap_or_else(|| vec![Span::raw(" ".repeat(room))])
}

/// How many rows are out of sight, and why the selected one is where it is.
fn under(model: &Model, first: usize, end: usize, width: usize, look: Look) -> Vec<Line<'static>> {
    let below = model.list_len().saturating_sub(end);
    let more = match (first, below) {
        (0, 0) => String::new(),
        (0, below) => format!(" ↓ {} more ", figure(below)),
        (above, 0) => format!(" ↑ {} ", figure(above)),
        (above, below) => format!(" ↑ {} ↓ {} ", figure(above), figure(below)),
    };
    let more = look.text(&more);
    let room = width.saturating_sub(more.chars().count() + 1);
    let last = model.lines_under_list() - 1;
    let why =
        model.line_under_list(room * (last + 1)).unwrap_or_else(|| Cell::new("", Tone::Plain));
    let mut words = wrapped(&why.text, room);
    if let Some(rest) = words.get(last..).filter(|rest| rest.len() > 1) {
        // More than there is room for: the last line ends with the sign of a cut.
        let rest = rest.join(" ");
        words.truncate(last);
        words.push(rest);
    }
    words.resize(last + 1, String::new());
    let mut lines: Vec<Line<'static>> = words
        .into_iter()
        .map(|text| {
            Line::from(vec![Span::raw(" "), cell(&Cell { text, ..why.clone() }, room, look)])
        })
        .collect();
    if let Some(line) = lines.last_mut() {
        line.push_span(Span::styled(more, look.tone(Tone::Dim)));
    }
    lines
}
