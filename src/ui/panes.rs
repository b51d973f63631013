//! The panes of rows: checks, timeline, alerts, letter, JSON.
//!
//! Owns their columns.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::pane;
use super::text::{cell, fit, shifted};
use crate::app::Model;
use crate::app::view::{Cell, CheckRow, Glyph, Pane, Rows, Tone};
use crate::theme::{Look, Role};

/// Draws the visible rows of a pane, or its notice.
fn rows<T>(
    frame: &mut Frame<'_>,
    area: Rect,
    (rows, focus): (&Rows<'_, T>, bool),
    look: Look,
    (head, spans): (Option<Line<'static>>, impl Fn(&T) -> Vec<Span<'static>>),
) {
    if rows.rows.is_empty() {
        pane::notice(frame, area, rows.notice, look);
        return;
    }
    let mut lines: Vec<Line<'static>> = head.into_iter().collect();
    let visible = rows.rows.get(rows.window.clone()).unwrap_or_default();
    for (number, row) in (rows.window.start..).zip(visible) {
        lines.push(pane::line(spans(row), (rows.selected == Some(number), focus), look));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

pub(super) fn checks(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Checks, look);
    let width = usize::from(inner.width).saturating_sub(4);
    let roomy = width >= 64;
    let state = if roomy { 16 } else { 10 };
    let recommendation = match width {
        100.. => 24,
        64.. => 14,
        _ => 9,
    };
    let on = (width / 5).clamp(9, 24);
    let rest = width.saturating_sub(state + recommendation + on);
    let name = if roomy { (rest * 3 / 5).clamp(10.min(rest), 34) } else { rest.saturating_sub(6) };
    let reason = rest.saturating_sub(name);
    let head = [
        ("", 4),
        ("CHECK", name),
        ("ON", on),
        ("STATE", state),
        (if roomy { "RECOMMEND." } else { "RECOMM." }, recommendation),
        ("REASON", reason),
    ];
    let head = head
        .into_iter()
        .map(|(title, width)| Span::styled(fit(title, width, look), look.role(Role::Head)));
    let head = Line::from(head.collect::<Vec<_>>());
    let spans = |row: &CheckRow| {
        let (glyph, tone) = row.glyph;
        let fold = match (row.expandable, row.expanded, look.ascii) {
            (true, true, false) => "▾",
            (true, false, false) => "▸",
            (true, true, true) => "v",
            (true, false, true) => ">",
            (false, ..) => " ",
        };
        let indent = if row.depth > 0 { 2 } else { 0 };
        vec![
            Span::styled(format!("{fold} "), look.tone(Tone::Dim)),
            Span::raw(" ".repeat(indent)),
            Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)),
            cell(&row.name, name.saturating_sub(1 + indent), look),
            Span::raw(" "),
            cell(&row.on, on.saturating_sub(1), look),
            Span::raw(" "),
            cell(&row.state, state.saturating_sub(1), look),
            Span::raw(" "),
            cell(&row.recommendation, recommendation.saturating_sub(1), look),
            Span::raw(" "),
            cell(&row.reason, reason, look),
        ]
    };
    let held = model.checks();
    rows(frame, inner, (&held, model.focus() == Pane::Checks), look, (Some(head), spans));
}

pub(super) fn timeline(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Timeline, look);
    let width = usize::from(inner.width);
    let what = width.saturating_sub(13 + 17 + 2 + 13);
    let held = model.timeline();
    let spans = |row: &crate::app::view::TimelineRow| {
        let changed = if row.changed { look.glyph(Glyph::Changed) } else { " " };
        vec![
            Span::styled(fit(&row.time, 12, look), look.tone(Tone::Dim)),
            Span::raw(" "),
            cell(&row.source, 16, look),
            Span::raw(" "),
            cell(&row.what, what, look),
            Span::styled(format!(" {changed}"), look.tone(Tone::Changed)),
            Span::styled(fit(&format!(" {}", row.origin), 13, look), look.tone(Tone::Dim)),
        ]
    };
    rows(frame, inner, (&held, model.focus() == Pane::Timeline), look, (None, spans));
}

pub(super) fn alerts(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Alerts, look);
    let width = usize::from(inner.width);
    let held = model.alerts();
    if held.rows.is_empty() {
        pane::notice(frame, inner, &["Nothing needs you.".to_owned()], look);
        return;
    }
    let spans = |row: &crate::app::view::AlertRow| {
        let (glyph, tone) = row.glyph;
        vec![
            Span::styled(fit(&row.at, 12, look), look.tone(Tone::Dim)),
            Span::raw(" "),
            Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)),
            cell(&row.name, 16, look),
            Span::raw(" "),
            Span::raw(fit(&row.why.text, width.saturating_sub(32), look)),
        ]
    };
    rows(frame, inner, (&held, model.focus() == Pane::Alerts), look, (None, spans));
}

pub(super) fn letter(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Letter, look);
    labelled(frame, inner, (&model.letter(), model.focus() == Pane::Letter), look);
}

pub(super) fn notes(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Notes, look);
    labelled(frame, inner, (&model.notes(), model.focus() == Pane::Notes), look);
}

fn labelled(
    frame: &mut Frame<'_>,
    inner: Rect,
    (held, focus): (&Rows<'_, crate::app::view::LabelRow>, bool),
    look: Look,
) {
    let width = usize::from(inner.width);
    let spans = |row: &crate::app::view::LabelRow| {
        vec![
            Span::raw(" "),
            cell(&row.label, 12, look),
            Span::raw(" "),
            cell(&row.value, width.saturating_sub(14), look),
        ]
    };
    rows(frame, inner, (held, focus), look, (None, spans));
}

pub(super) fn json(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Json, look);
    let width = usize::from(inner.width);
    let held = model.json();
    let shift = held.shift;
    let spans = |row: &Cell| vec![Span::raw(fit(&shifted(&row.text, shift), width, look))];
    rows(frame, inner, (&held, model.focus() == Pane::Json), look, (None, spans));
}
