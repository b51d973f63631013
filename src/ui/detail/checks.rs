//! The checks pane: headings, checks in columns, and the parts of what is open.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::panes;
use crate::app::Model;
use crate::app::view::{CHECK_TEXT_AT, Cell, CheckForm, CheckRow, Pane, Tone};
use crate::theme::{Look, Role};
use crate::ui::widgets::pane;
use crate::ui::widgets::text::{cell, fit, right, shares};

/// Columns before a check's name: the sign of folding, and that of the verdict.
const SIGNS: usize = 4;
/// Columns before the text of an open check's lines.
const INDENT: usize = 4;

/// Widths of the columns; one that does not fit is 0.
#[derive(Default)]
struct Columns {
    name: usize,
    on: usize,
    state: usize,
    verdict: usize,
    reason: usize,
    part: [usize; 3],
}

pub(crate) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let inner = pane::frame(frame, area, model, Pane::Checks, look);
    let held = model.checks();
    let columns = columns(held.rows, usize::from(inner.width));
    let spans = |row: &CheckRow| match row.form {
        CheckForm::Group => group(row, usize::from(inner.width), look),
        CheckForm::Check => check(row, &columns, look),
        CheckForm::Part => part(row, &columns, look),
        CheckForm::Text => text(row, usize::from(inner.width), look),
    };
    let head = head(&columns, look);
    panes::rows(frame, inner, &held, model.focus() == Pane::Checks, look, Some(head), spans);
}

/// A narrow pane has one column for state and verdict: a check has one or the other to say.
fn columns(rows: &[CheckRow], width: usize) -> Columns {
    let widest = |form: CheckForm, text: &dyn Fn(&CheckRow) -> usize| {
        rows.iter().filter(|row| row.form == form).map(text).max().unwrap_or_default()
    };
    let check = |text: &dyn Fn(&CheckRow) -> usize| widest(CheckForm::Check, text);
    let name = check(&|row| row.name.text.width()).max(5);
    let reason = check(&|row| row.reason.text.width()).max(6);
    let room = width.saturating_sub(SIGNS);
    // Below, a state beside a verdict would cut the names of checks, which are up to 38 letters.
    let roomy = width >= 64;
    let mut made = Columns::default();
    if roomy {
        // What else was used stands below an open check too: the reason comes first.
        let on = if width >= 90 { check(&|row| row.on.text.width()) } else { 0 };
        let state = check(&|row| row.state.text.width()).max(5);
        let verdict = check(&|row| row.recommendation.text.width()).max(10);
        let wanted = [(verdict, 10), (state, 6), (name, 20), (reason, 8), (on, 12)];
        [made.verdict, made.state, made.name, made.reason, made.on] = shares(room, wanted);
    } else {
        let verdict = check(&|row| verdict_or_state(row).text.width()).max(6);
        [made.verdict, made.name, made.reason] =
            shares(room, [(verdict.min(14), 8), (name, 18), (reason, 10)]);
    }
    let part = |text: &dyn Fn(&CheckRow) -> usize| widest(CheckForm::Part, text);
    let wanted = [
        (part(&|row| row.recommendation.text.width()), 7),
        (part(&|row| row.name.text.width()), 12),
        (part(&|row| row.on.text.width()), 0),
    ];
    made.part = shares(width.saturating_sub(INDENT + 2), wanted);
    made
}

fn verdict_or_state(row: &CheckRow) -> &Cell {
    if row.recommendation.text.is_empty() { &row.state } else { &row.recommendation }
}

/// Cells side by side, two columns apart; those without room fall away.
fn side_by_side(cells: &[(&Cell, usize)], look: Look) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for (held, width) in cells.iter().filter(|(_, width)| *width > 0) {
        if !spans.is_empty() {
            spans.push(Span::raw("  "));
        }
        spans.push(cell(held, *width, look));
    }
    spans
}

fn head(columns: &Columns, look: Look) -> Line<'static> {
    let verdict = if columns.state > 0 { "RECOMMEND." } else { "RESULT" };
    let titles = [
        ("CHECK", columns.name),
        ("ALSO USES", columns.on),
        ("STATE", columns.state),
        (verdict, columns.verdict),
        ("REASON", columns.reason),
    ];
    let mut line = " ".repeat(SIGNS);
    for (title, width) in titles.into_iter().filter(|(_, width)| *width > 0) {
        line.push_str(&fit(title, width, look));
        line.push_str("  ");
    }
    Line::from(Span::styled(line, look.role(Role::Head)))
}

fn group(row: &CheckRow, width: usize, look: Look) -> Vec<Span<'static>> {
    let signs = row.reason.text.width();
    let name = width.saturating_sub(signs + 2);
    vec![
        cell(&row.name, name, look),
        Span::raw(" "),
        right(&row.reason.text, signs, look.tone(row.reason.tone), look),
    ]
}

fn check(row: &CheckRow, columns: &Columns, look: Look) -> Vec<Span<'static>> {
    let (glyph, tone) = row.glyph;
    let fold = match (row.expandable, row.expanded, look.ascii) {
        (true, true, false) => "▾",
        (true, false, false) => "▸",
        (true, true, true) => "v",
        (true, false, true) => ">",
        (false, ..) => " ",
    };
    let verdict = if columns.state > 0 { &row.recommendation } else { verdict_or_state(row) };
    let mut spans = vec![
        Span::styled(format!("{fold} "), look.tone(Tone::Dim)),
        Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)),
    ];
    spans.extend(side_by_side(
        &[
            (&row.name, columns.name),
            (&row.on, columns.on),
            (&row.state, columns.state),
            (verdict, columns.verdict),
            (&row.reason, columns.reason),
        ],
        look,
    ));
    spans
}

fn part(row: &CheckRow, columns: &Columns, look: Look) -> Vec<Span<'static>> {
    let (glyph, tone) = row.glyph;
    let [verdict, name, on] = columns.part;
    let mut spans = vec![
        Span::raw(" ".repeat(INDENT)),
        Span::styled(format!("{} ", look.glyph(glyph)), look.tone(tone)),
    ];
    let cells = [(&row.name, name), (&row.recommendation, verdict), (&row.on, on)];
    spans.extend(side_by_side(&cells, look));
    spans
}

fn text(row: &CheckRow, width: usize, look: Look) -> Vec<Span<'static>> {
    vec![
        Span::raw(" ".repeat(INDENT)),
        cell(&row.name, CHECK_TEXT_AT - INDENT - 1, look),
        Span::raw(" "),
        cell(&row.reason, width.saturating_sub(CHECK_TEXT_AT), look),
    ]
}
