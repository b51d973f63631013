//! The API log over the panes: one call a line, the whole of the one under the cursor below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::api_log::state::{ApiLogDialog, CallRow};
use crate::app::view::{Cell, Tone};
use crate::text::count;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{cell, fit, put_cursor, right, search_line, time_width};

pub(crate) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    log: &ApiLogDialog,
    model: &Model,
    look: Look,
) {
    let (columns, rows) = (whole.width.saturating_sub(4), whole.height.saturating_sub(4));
    let title = match (columns, log.calls.len()) {
        (0..70, _) | (_, 0) => "API log".to_owned(),
        (_, calls) => format!("API log: the last {}", count(calls, "call")),
    };
    let key = |action, what| model.hint(action, what, " · ");
    let (filter, copy) = (key(Action::Find, "filter"), key(Action::CopyMenu, "request ID"));
    let hint = format!("{filter}{copy}Esc closes");
    let inner = open(frame, whole, columns, rows, &title, &hint, look);
    let width = usize::from(inner.width);
    let widths = widths(log, width);
    let mut lines = vec![search(log, width, look), head(widths, width, look)];
    let room = usize::from(inner.height).saturating_sub(2 + 3);
    let first = (log.selected + 1).saturating_sub(room);
    let bar = log.selected.checked_sub(first).filter(|line| *line < room.min(log.rows.len()));
    let bar = bar.map(|line| Bar { line: lines.len() + line, focus: true });
    for row in log.rows.iter().skip(first).take(room) {
        lines.push(Line::from(spans(row, widths, width, look)));
    }
    if log.rows.is_empty() {
        let why = if log.calls.is_empty() { "No call yet." } else { "No call matches." };
        lines.push(Line::from(Span::styled(why, look.tone(Tone::Dim))));
    }
    lines.resize(2 + room, Line::default());
    lines.extend(detail(log.rows.get(log.selected), width, look));
    pane::lines(frame, inner, lines, bar, look);
    if log.typing {
        put_cursor(frame, inner, 8 + log.search.before_cursor().width(), 0);
    }
}

fn search(log: &ApiLogDialog, width: usize, look: Look) -> Line<'static> {
    let found = format!("{} of {}", log.rows.len(), log.calls.len());
    let text = log.search.text();
    let text = if text.is_empty() && !log.typing { "all".to_owned() } else { text };
    search_line(Span::styled("filter: ", look.tone(Tone::Dim)), &text, found, width, look)
}

/// Widths of time, status, duration, call; the note takes the rest.
fn widths(log: &ApiLogDialog, width: usize) -> [usize; 4] {
    let (least, call) = if width >= 110 { (12, 58) } else { (9, 39) };
    let time = time_width(log.rows.iter().map(|row| row.time.as_str()), least) + 1;
    [time, 7, 8, call.min(width.saturating_sub(time + 15))]
}

fn head(widths: [usize; 4], width: usize, look: Look) -> Line<'static> {
    let [time, status, took, call] = widths;
    let names = [
        ("SENT", time),
        ("STATUS", status),
        ("   TOOK ", took),
        ("CALL", call),
        ("NOTE", width.saturating_sub(time + status + took + call)),
    ];
    let style = look.role(Role::Head);
    let spans = names.map(|(name, width)| Span::styled(fit(name, width, look), style));
    Line::from(spans.to_vec())
}

fn spans(row: &CallRow, widths: [usize; 4], width: usize, look: Look) -> Vec<Span<'static>> {
    let [time, status, took, call] = widths;
    vec![
        Span::styled(fit(&row.time, time - 1, look), look.tone(Tone::Dim)),
        Span::raw(" "),
        cell(&row.status, status - 1, look),
        Span::raw(" "),
        right(&row.took, took - 1, look.tone(Tone::Plain), look),
        Span::raw(" "),
        Span::raw(fit(&format!("{} {}", row.method, row.named), call - 1, look)),
        Span::raw(" "),
        cell(&row.note, width.saturating_sub(time + status + took + call), look),
    ]
}

/// The call under the cursor in full.
fn detail(row: Option<&CallRow>, width: usize, look: Look) -> [Line<'static>; 3] {
    let Some(row) = row else { return [Line::default(), Line::default(), Line::default()] };
    let labelled = |label: &str, value: &Cell| {
        Line::from(vec![
            Span::styled(fit(label, 12, look), look.tone(Tone::Dim)),
            cell(value, width.saturating_sub(12), look),
        ])
    };
    let id = row
        .request_id
        .clone()
        .unwrap_or_else(|| "not stored; only failed calls have it".to_owned());
    let note = if row.note.text.is_empty() { Cell::plain("—") } else { row.note.clone() };
    [
        labelled("call", &Cell::plain(format!("{} {}", row.method, row.path))),
        labelled("request ID", &Cell::plain(id)),
        labelled("note", &note),
    ]
}
