//! A list to pick from: order, columns, views.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::overlay::{Picker, PickerKind};
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::fit;

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, picker: &Picker, model: &Model, look: Look) {
    let key = |action, what| model.hint(action, what, ", ");
    let (title, keys) = match picker.kind {
        PickerKind::Programs => ("Programs", "Enter runs it, Esc closes".to_owned()),
        PickerKind::Sort => {
            let reverses = key(Action::Toggle, "reverses");
            ("Sort by", format!("Enter sorts, {reverses}Esc closes"))
        }
        PickerKind::Columns => {
            let ticks = key(Action::Toggle, "ticks");
            let moves =
                key(Action::NextSession, "moves down") + &key(Action::PreviousSession, "up");
            ("Columns", format!("{ticks}{moves}Enter shows"))
        }
        PickerKind::Views => {
            let forgets = key(Action::ForgetView, "forgets");
            ("Views", format!("Enter shows, {forgets}Esc closes"))
        }
    };
    let height = u16::try_from(picker.rows.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inner = open(frame, whole, 70, height, title, &keys, look);
    let width = usize::from(inner.width);
    let rows = usize::from(inner.height);
    let first = (picker.selected + 1).saturating_sub(rows);
    let lines: Vec<Line<'_>> = picker
        .rows
        .iter()
        .skip(first)
        .take(rows)
        .map(|row| {
            let tick = match (picker.kind, row.on) {
                (PickerKind::Columns, true) => "[x] ",
                (PickerKind::Columns, false) => "[ ] ",
                (PickerKind::Programs, _) => "    ",
                (_, true) => "(•) ",
                (_, false) => "( ) ",
            };
            let tick = if look.ascii { tick.replace('•', "*") } else { tick.to_owned() };
            Line::from(vec![
                Span::raw(tick),
                Span::styled(fit(&row.name, 14, look), look.role(Role::Key)),
                Span::styled(fit(&row.words, width.saturating_sub(18), look), look.tone(Tone::Dim)),
            ])
        })
        .collect();
    let bar = picker.selected.checked_sub(first).filter(|line| *line < lines.len());
    pane::lines(frame, inner, lines, bar.map(|line| Bar { line, focus: true }), look);
}
