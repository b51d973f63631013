//! The session list: only the visible rows are built.
//!
//! Owns which columns fit into which width.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::pane;
use super::text::{cell, fit, right};
use crate::app::Model;
use crate::app::view::{Glyph, ListRow, Pane, Tone};
use crate::theme::{Look, Role};

/// Widths of the columns; 0: not shown.
struct Columns {
    name: usize,
    id: usize,
    state: usize,
    stage: usize,
    docs: usize,
    checks: usize,
    due: usize,
    branch: usize,
    seen: usize,
    delta: usize,
}

impl Columns {
    fn of(width: usize) -> Self {
        let wide = width >= 96;
        let narrow = width < 64;
        let mut columns = Self {
            name: 10,
            id: if wide { 9 } else { 0 },
            state: if wide { 10 } else { 0 },
            stage: 15,
            docs: 5,
            checks: if narrow { 7 } else { 10 },
            due: 8,
            branch: 0,
            seen: 5,
            delta: 7,
        };
        let used = 4
            + columns.name
            + columns.id
            + columns.state
            + columns.stage
            + columns.docs
            + columns.checks
            + columns.due
            + columns.seen
            + columns.delta;
        let mut spare = width.saturating_sub(used);
        let mut give = |column: &mut usize, most: usize| {
            let given = spare.min(most);
            *column += given;
            spare -= given;
        };
        give(&mut columns.name, 4);
        give(&mut columns.stage, 1);
        give(&mut columns.delta, 3);
        if wide {
            give(&mut columns.branch, 20);
        }
        give(&mut columns.name, 8);
        give(&mut columns.delta, 12);
        give(&mut columns.name, 10);
        if used > width {
            columns.delta = columns.delta.saturating_sub(used - width);
        }
        columns
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::List, look);
    if model.list_len() == 0 {
        pane::notice(frame, inner, &model.list_notice(), look);
        return;
    }
    let columns = Columns::of(usize::from(inner.width));
    let window = model.list_window();
    let (first, end) = (window.start, window.end);
    let focus = model.focus() == Pane::List;
    let mut lines = vec![head(&columns, look)];
    for (number, row) in (first..).zip(model.list_rows(window)) {
        let selected = model.list_selected() == Some(number);
        lines.push(pane::line(spans(&row, &columns, selected, look), (selected, focus), look));
    }
    let rows = usize::from(inner.height).saturating_sub(2);
    while lines.len() < rows + 1 {
        lines.push(Line::default());
    }
    lines.push(under(model, (first, end), usize::from(inner.width), look));
    frame.render_widget(Paragraph::new(lines), inner);
}

fn head(columns: &Columns, look: Look) -> Line<'static> {
    let style = look.role(Role::Head);
    let named = [
        ("", 4),
        ("REFERENCE", columns.name),
        ("SESSION", columns.id),
        ("STATE", columns.state),
        ("STAGE", columns.stage),
        ("DOCS", columns.docs),
        ("CHECKS", columns.checks),
        ("DUE", columns.due),
        ("LETTER BRANCH", columns.branch),
        ("SEEN", columns.seen),
        ("Δ", columns.delta),
    ];
    let spans = named.into_iter().map(|(name, width)| Span::styled(fit(name, width, look), style));
    Line::from(spans.collect::<Vec<_>>())
}

fn spans(row: &ListRow, columns: &Columns, selected: bool, look: Look) -> Vec<Span<'static>> {
    let cursor = if selected { ">" } else { " " };
    let mark = if row.marked { "*" } else { " " };
    let changed = if row.changed { look.glyph(Glyph::Changed) } else { "" };
    let mut delta = row.delta.clone();
    if row.changed {
        delta.text = format!("{changed} {}", delta.text);
        delta.tone = Tone::Changed;
    }
    let (glyph, tone) = row.glyph;
    let gap = usize::from(row.due.text.chars().count() < columns.due);
    vec![
        Span::raw(cursor),
        Span::styled(mark, look.role(Role::Mark)),
        Span::styled(look.glyph(glyph), look.tone(tone)),
        Span::raw(" "),
        cell(&row.name, columns.name.saturating_sub(1), look),
        Span::raw(" "),
        Span::styled(fit(&row.short_id, columns.id, look), look.tone(Tone::Dim)),
        cell(&row.state, columns.state, look),
        cell(&row.stage, columns.stage.saturating_sub(1), look),
        Span::raw(" "),
        cell(&row.docs, columns.docs, look),
    ]
    .into_iter()
    .chain(checks(row, columns.checks, look))
    .chain([
        // What fills the column (`purge 6d`) may take the blank before the next one too.
        right(&row.due.text, columns.due - gap, look.tone(row.due.tone), look),
        Span::raw(" ".repeat(gap)),
        cell(&row.branch, columns.branch.saturating_sub(1), look),
        Span::raw(if columns.branch > 0 { " " } else { "" }),
        right(&row.seen.text, columns.seen.saturating_sub(1), look.tone(row.seen.tone), look),
        Span::raw(" "),
        cell(&delta, columns.delta, look),
    ])
    .collect()
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
    let more = if look.ascii { more.replace('↓', "v").replace('↑', "^") } else { more };
    let room = width.saturating_sub(more.chars().count() + 1);
    let mut spans = vec![Span::raw(" ")];
    if let Some(why) = model.line_under_list() {
        spans.push(cell(&why, room, look));
    } else {
        spans.push(Span::raw(" ".repeat(room)));
    }
    spans.push(Span::styled(more, look.tone(Tone::Dim)));
    Line::from(spans)
}
