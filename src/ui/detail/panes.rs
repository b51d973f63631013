//! The panes of rows: timeline, alerts, letter, JSON.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::sparkline;
use crate::ui::widgets::text::{cell, fit, shifted, time_width};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::view::{
    AlertMark, AlertRow, Cell, Glyph, LETTER_TEXT_AT, Pane, Rows, TimelineRow, Tone,
};
use crate::theme::Look;

/// Draws the visible rows of a pane, or its notice.
pub(crate) fn rows<T>(
    frame: &mut Frame<'_>,
    area: Rect,
    rows: &Rows<'_, T>,
    focus: bool,
    look: Look,
    head: Option<Line<'static>>,
    spans: impl Fn(&T) -> Vec<Span<'static>>,
) {
    if rows.rows.is_empty() {
        pane::notice(frame, area, rows.notice, look);
        return;
    }
    let mut lines: Vec<Line<'static>> = head.into_iter().collect();
    let visible = rows.rows.get(rows.window.clone()).unwrap_or_default();
    let mut bar = None;
    for (number, row) in (rows.window.start..).zip(visible) {
        if rows.selected == Some(number) {
            bar = Some(Bar { line: lines.len(), focus });
        }
        lines.push(Line::from(spans(row)));
    }
    pane::lines(frame, area, lines, bar, look);
}

pub(crate) fn timeline(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Timeline, look);
    let width = usize::from(inner.width);
    let held = model.timeline();
    let visible = held.rows.get(held.window.clone()).unwrap_or_default();
    let time = time_width(visible.iter().map(|row| row.time.as_str()), 8);
    // As wide as what they say: the rest is the change's.
    let widest = |of: &dyn Fn(&TimelineRow) -> usize, most: usize| {
        visible.iter().map(of).max().unwrap_or_default().min(most)
    };
    let source = widest(&|row| row.source.text.width(), 16);
    let origin = widest(&|row| row.origin.width(), 12);
    let what = width.saturating_sub(time + 1 + source + 1 + 2 + 1 + origin);
    let spans = |row: &TimelineRow| {
        let changed = if row.changed { look.glyph(Glyph::Changed) } else { " " };
        vec![
            Span::styled(fit(&row.time, time, look), look.tone(Tone::Dim)),
            Span::raw(" "),
            cell(&row.source, source, look),
            Span::raw(" "),
            cell(&row.what, what, look),
            Span::styled(format!(" {changed}"), look.tone(Tone::Changed)),
            Span::styled(fit(&format!(" {}", row.origin), 1 + origin, look), look.tone(Tone::Dim)),
        ]
    };
    rows(frame, inner, &held, model.focus() == Pane::Timeline, look, None, spans);
}

pub(crate) fn alerts(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let mut inner = pane::frame(frame, area, model, Pane::Alerts, look);
    let width = usize::from(inner.width);
    if let Some(metrics) = model.metrics() {
        let foot = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
        frame.render_widget(Text::from(sparkline::metrics(&metrics, width, look)), foot);
        // The figures and a blank line above them.
        inner.height = inner.height.saturating_sub(2);
    }
    if model.alerts().rows.is_empty() {
        pane::notice(frame, inner, &["Nothing needs you.".to_owned()], look);
        return;
    }
    let detail: Vec<Line<'static>> = model
        .alert_detail()
        .iter()
        .map(|line| Line::from(look.text(&format!(" {line}"))))
        .collect();
    if !detail.is_empty() {
        let lines = u16::try_from(detail.len()).unwrap_or_default().min(inner.height);
        let below = Rect { y: inner.bottom().saturating_sub(lines), height: lines, ..inner };
        frame.render_widget(Text::from(detail), below);
        inner.height -= lines;
    }
    alert_rows(frame, inner, model, look);
}

fn alert_rows(frame: &mut Frame<'_>, inner: Rect, model: &Model, look: Look) {
    let width = usize::from(inner.width);
    let held = model.alerts();
    let visible = held.rows.get(held.window.clone()).unwrap_or_default();
    // Words are made for visible rows alone: for 500
    // alerts they took two thirds of a change's time.
    let visible: Vec<_> = visible.iter().map(|alert| model.alert_row(alert)).collect();
    let widest = |of: &dyn Fn(&AlertRow) -> usize| {
        visible.iter().flatten().map(of).max().unwrap_or_default()
    };
    let mark = widest(&|row| row.mark.word().width());
    let (time, name) =
        (widest(&|row| row.at.width()), widest(&|row| row.name.text.width()).min(20));
    let room = width.saturating_sub(time + name + mark + 5);
    let spans = |row: &Option<AlertRow>| {
        let Some(row) = row else { return Vec::new() };
        let (glyph, tone) = row.glyph;
        vec![
            Span::styled(fit(&row.at, time, look), look.tone(Tone::Dim)),
            Span::raw(" "),
            Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)),
            cell(&row.name, name, look),
            Span::raw(" "),
            Span::raw(fit(&row.why.text, room, look)),
            Span::raw(" "),
            Span::styled(fit(row.mark.word(), mark, look), look.tone(of_mark(row.mark))),
        ]
    };
    let held = Rows {
        selected: held.selected.and_then(|at| at.checked_sub(held.window.start)),
        window: 0..visible.len(),
        rows: &visible,
        shift: held.shift,
        notice: held.notice,
    };
    rows(frame, inner, &held, model.focus() == Pane::Alerts, look, None, spans);
}

fn of_mark(mark: AlertMark) -> Tone {
    if mark == AlertMark::New { Tone::Changed } else { Tone::Dim }
}

pub(crate) fn letter(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Letter, look);
    labelled(frame, inner, &model.letter(), model.focus() == Pane::Letter, look);
}

pub(crate) fn notes(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Notes, look);
    labelled(frame, inner, &model.notes(), model.focus() == Pane::Notes, look);
}

fn labelled(
    frame: &mut Frame<'_>,
    inner: Rect,
    held: &Rows<'_, crate::app::view::LabelRow>,
    focus: bool,
    look: Look,
) {
    let width = usize::from(inner.width);
    let spans = |row: &crate::app::view::LabelRow| {
        vec![
            Span::raw(" "),
            cell(&row.label, LETTER_TEXT_AT - 2, look),
            Span::raw(" "),
            cell(&row.value, width.saturating_sub(LETTER_TEXT_AT), look),
        ]
    };
    rows(frame, inner, held, focus, look, None, spans);
}

pub(crate) fn json(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Json, look);
    let width = usize::from(inner.width);
    let held = model.json();
    let shift = held.shift;
    let spans = |row: &Cell| vec![Span::raw(fit(&shifted(&row.text, shift), width, look))];
    rows(frame, inner, &held, model.focus() == Pane::Json, look, None, spans);
}
