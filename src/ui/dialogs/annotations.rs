//! The dialogs for note, tags, snooze and acknowledging.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::acknowledge::state::AcknowledgeDialog;
use crate::app::dialogs::note::state::NoteDialog;
use crate::app::dialogs::snooze::state::SnoozeDialog;
use crate::app::dialogs::tags::state::TagsDialog;
use crate::app::text::text_field::TextField;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{dim, fit, put_cursor, windowed};

pub(crate) fn note(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &NoteDialog,
    model: &Model,
    look: Look,
) {
    let right = if dialog.hidden { "replaces the masked note" } else { model.who_sees_labels() };
    let title = format!("Note for {}", dialog.subject);
    let said = "One line. Enter saves it, an empty one removes it, Esc cancels.";
    line(frame, whole, (&title, right), &dialog.field, said, "", look);
}

pub(crate) fn tags(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &TagsDialog,
    model: &Model,
    look: Look,
) {
    let title = format!("Tags of {}", dialog.subject);
    let said = "Words separated by spaces. Enter saves them, Tab completes, Esc cancels.";
    let in_use = dialog.completions().join("  ");
    let in_use = if in_use.is_empty() { in_use } else { format!("in use: {in_use}") };
    line(frame, whole, (&title, model.who_sees_labels()), &dialog.field, said, &in_use, look);
}

pub(crate) fn snooze(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &SnoozeDialog,
    model: &Model,
    look: Look,
) {
    let title = format!("Snooze {}", dialog.subject);
    let inner = open(frame, whole, 50, 6, &title, "no alerts until then", look);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (word, until) in &dialog.choices {
        let text = format!(" {word:<10} until {}", model.time_of_day(*until));
        lines.push(Line::from(fit(&text, width, look)));
    }
    lines.push(dim("Enter snoozes, Esc cancels.", width, look));
    pane::lines(frame, inner, lines, Some(Bar { line: dialog.selected, focus: true }), look);
}

pub(crate) fn acknowledge(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &AcknowledgeDialog,
    model: &Model,
    look: Look,
) {
    let inner = open(frame, whole, 66, 6, "Acknowledge all shown?", "local", look);
    let width = usize::from(inner.width);
    let text = format!("{} shown with findings or changes.", dialog.subject);
    let undoes = model.hint(Action::Undo, "undoes it", ", ");
    let acknowledges = format!("Enter acknowledges them all, {undoes}Esc cancels.");
    let lines = vec![
        Line::default(),
        Line::from(fit(&text, width, look)),
        Line::default(),
        dim(&acknowledges, width, look),
    ];
    frame.render_widget(Text::from(lines), inner);
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
        dim(below, width, look),
        dim(said, width, look),
    ];
    frame.render_widget(Text::from(lines), inner);
    put_cursor(frame, inner, x, 1);
}
