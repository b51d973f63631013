//! The dialogs of the operator's own things, and the notes pane.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::annotate::state::{OwnDialog, OwnKind};
use crate::app::operator::annotations::state::OwnOverlay;
use crate::app::status::digest::state::ChangesOverlay;
use crate::app::text::text_field::TextField;
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{fit, time_width, windowed};

pub(crate) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    overlay: &OwnOverlay,
    model: &Model,
    look: Look,
) {
    match overlay {
        OwnOverlay::Dialog(dialog) => draw_dialog(frame, whole, dialog, model, look),
        OwnOverlay::Add(dialog) => super::add::draw(frame, whole, dialog, look),
        OwnOverlay::Changes(overlay) => changes(frame, whole, overlay, model, look),
    }
}

fn draw_dialog(frame: &mut Frame<'_>, whole: Rect, dialog: &OwnDialog, model: &Model, look: Look) {
    let whom = &dialog.whom;
    match &dialog.kind {
        OwnKind::Note { field, hidden } => {
            let right = if *hidden { "replaces the masked note" } else { "stays on this machine" };
            let titles = (format!("Note for {whom}"), right);
            let said = "One line. Enter saves it, an empty one removes it, Esc cancels.";
            line(frame, whole, (&titles.0, titles.1), field, said, "", look);
        }
        OwnKind::Tags { field, .. } => {
            let title = format!("Tags of {whom}");
            let said = "Words separated by spaces. Enter saves them, Tab completes, Esc cancels.";
            let in_use = dialog.completions().join("  ");
            let in_use = if in_use.is_empty() { in_use } else { format!("in use: {in_use}") };
            line(frame, whole, (&title, "stays on this machine"), field, said, &in_use, look);
        }
        OwnKind::Snooze(choices, selected) => {
            let title = format!("Snooze {whom}");
            let inner = open(frame, whole, 50, 6, &title, "no alerts until then", look);
            let width = usize::from(inner.width);
            let mut lines: Vec<Line<'_>> = Vec::new();
            for (word, until) in choices {
                let text = format!(" {word:<10} until {}", model.time_of_day(*until));
                lines.push(Line::from(fit(&text, width, look)));
            }
            lines.push(keys("Enter snoozes, Esc cancels.", width, look));
            pane::lines(frame, inner, lines, Some(Bar { line: *selected, focus: true }), look);
        }
        OwnKind::AcknowledgeAll => {
            let inner = open(frame, whole, 66, 6, "Acknowledge all shown?", "local", look);
            let width = usize::from(inner.width);
            let text = format!("{whom} shown with findings or changes.");
            let undoes = model.hint(Action::Undo, "undoes it", ", ");
            let acknowledges = format!("Enter acknowledges them all, {undoes}Esc cancels.");
            let lines = vec![
                Line::default(),
                Line::from(fit(&text, width, look)),
                Line::default(),
                keys(&acknowledges, width, look),
            ];
            frame.render_widget(Paragraph::new(lines), inner);
        }
    }
}

fn keys(text: &str, width: usize, look: Look) -> Line<'static> {
    Line::from(Span::styled(fit(text, width, look), look.tone(Tone::Dim)))
}

fn line(
    frame: &mut Frame<'_>,
    whole: Rect,
    titles: (&str, &str),
    field: &TextField,
    said: &str,
    below: &str,
    look: Look,
) {
    let inner = open(frame, whole, 76, 6, titles.0, titles.1, look);
    let width = usize::from(inner.width);
    let (text, x) = windowed(field, width);
    let lines = vec![
        Line::default(),
        Line::from(Span::styled(fit(&text, width, look), look.role(Role::Key))),
        Line::from(Span::styled(fit(below, width, look), look.tone(Tone::Dim))),
        keys(said, width, look),
    ];
    frame.render_widget(Paragraph::new(lines), inner);
    let x = inner.x.saturating_add(x).min(inner.right().saturating_sub(1));
    frame.set_cursor_position(Position::new(x, inner.y + 1));
}

/// What changed in one session since the last look.
fn changes(
    frame: &mut Frame<'_>,
    whole: Rect,
    overlay: &ChangesOverlay,
    model: &Model,
    look: Look,
) {
    let height = u16::try_from(overlay.rows.len().clamp(1, 30)).unwrap_or(30) + 4;
    let title = format!("Changes of {}", overlay.name);
    let inner = open(frame, whole, 96, height, &title, &overlay.since, look);
    let width = usize::from(inner.width);
    let mut lines = vec![Line::default()];
    if overlay.rows.is_empty() {
        lines.push(Line::from(fit("Nothing changed since you last looked.", width, look)));
    }
    let room = usize::from(inner.height).saturating_sub(2);
    let time = time_width(overlay.rows.iter().map(|row| row.time.as_str()), 12) + 1;
    for row in overlay.rows.iter().skip(overlay.down).take(room) {
        lines.push(Line::from(vec![
            Span::styled(fit(&row.time, time, look), look.tone(Tone::Dim)),
            Span::styled(fit(&row.source.text, 17, look), look.tone(row.source.tone)),
            Span::styled(
                fit(&row.what.text, width.saturating_sub(time + 17), look),
                look.tone(row.what.tone),
            ),
        ]));
    }
    while lines.len() + 1 < usize::from(inner.height) {
        lines.push(Line::default());
    }
    let next = model.hint(Action::NextSession, "next session", " · ");
    let hint = format!("{next}↑ ↓ scroll · Esc closes");
    lines.push(keys(&hint, width, look));
    frame.render_widget(Paragraph::new(lines), inner);
}
