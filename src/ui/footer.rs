//! The lines below: what changed or was done last, tabs, keys, the text to find being typed.
//!
//! Owns the footer; its keys come from the keymap in force.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::filter_bar;
use super::text::{cell, fit};
use crate::app::Model;
use crate::app::view::{InputView, Pane, Tone};
use crate::keymap::Keymap;
use crate::theme::{Look, Role};

/// The message, else the newest change of any session.
pub(super) fn ticker(frame: &mut Frame<'_>, area: Rect, model: &Model, look: Look) {
    let width = usize::from(area.width).saturating_sub(1);
    let said = model.message().or(model.digest()).cloned().or_else(|| model.ticker());
    if let Some(said) = said {
        let line = Line::from(vec![Span::raw(" "), cell(&said, width, look)]);
        frame.render_widget(Paragraph::new(line), area);
    }
}

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    (keymap, look): (&Keymap, Look),
) {
    if let Some(input) = model.input() {
        if input.filter {
            filter_bar::draw(frame, area, &input, look);
        } else {
            draw_find(frame, area, &input, look);
        }
        return;
    }
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    match (model.areas().ticker, model.message()) {
        (None, Some(said)) => {
            lines.push(Line::from(vec![Span::raw(" "), cell(said, width.saturating_sub(1), look)]));
        }
        _ => lines.push(tabs(model, look)),
    }
    let hints = keymap.hints(model.mode(), model.focus());
    let marked = match model.marked() {
        0 => String::new(),
        n => format!("{n} marked  "),
    };
    let mut used = 1 + marked.width();
    let mut spans = vec![Span::raw(" "), Span::styled(marked, look.role(Role::Mark))];
    let mut room = usize::from(area.height).saturating_sub(1);
    for (key, word) in hints {
        let piece = key.width() + 1 + word.width() + 2;
        if used + piece > width {
            if room <= 1 {
                break;
            }
            room -= 1;
            lines.push(Line::from(std::mem::replace(&mut spans, vec![Span::raw(" ")])));
            used = 1;
        }
        used += piece;
        let key = if look.ascii { look.text(&key) } else { key };
        spans.push(Span::styled(key, look.role(Role::Key)));
        spans.push(Span::styled(format!(" {word}  "), look.tone(Tone::Dim)));
    }
    lines.push(Line::from(spans));
    frame.render_widget(Paragraph::new(lines), area);
}

fn tabs(model: &Model, look: Look) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for pane in Pane::ALL {
        let text = format!("{} {}", pane.number(), pane.name());
        if pane == model.focus() {
            spans.push(Span::styled(format!("[{text}]"), look.role(Role::Focus)));
        } else {
            spans.push(Span::styled(format!(" {text} "), look.tone(Tone::Dim)));
        }
    }
    Line::from(spans)
}

/// A text to find in a pane.
fn draw_find(frame: &mut Frame<'_>, area: Rect, input: &InputView<'_>, look: Look) {
    let width = usize::from(area.width);
    let prompt = " / find: ";
    let room = width.saturating_sub(prompt.width());
    let lines = vec![
        Line::from(vec![
            Span::styled(prompt, look.role(Role::Key)),
            Span::raw(fit(&input.field.text(), room, look)),
        ]),
        Line::from(Span::styled(
            fit(" Enter finds, then n N · Esc cancel", width, look),
            look.tone(Tone::Dim),
        )),
    ];
    frame.render_widget(Paragraph::new(lines), area);
    let column = prompt.width() + input.field.before_cursor().width();
    let x = area
        .x
        .saturating_add(u16::try_from(column).unwrap_or(u16::MAX))
        .min(area.right().saturating_sub(1));
    frame.set_cursor_position(Position::new(x, area.y));
}
