//! A list to pick from: order, columns, views.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::picker::state::{PickerDialog, PickerKind};
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{dim, fit, put_cursor, search_line};

pub(crate) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    picker: &PickerDialog,
    model: &Model,
    look: Look,
) {
    let (title, keys) = titles(picker, model);
    let searches = picker.typing || !picker.search.is_empty();
    // A found line keeps its box: it does not jump while one types.
    let height = picker.all.len() + 2 + usize::from(searches);
    let height = u16::try_from(height).unwrap_or(u16::MAX);
    let inner = open(frame, whole, 70, height, title, &keys, look);
    let width = usize::from(inner.width);
    let mut lines = Vec::new();
    if searches {
        let label = Span::styled("search: ", look.tone(Tone::Dim));
        let found = format!("{} of {}", picker.rows.len(), picker.all.len());
        lines.push(search_line(label, &picker.search.text(), found, width, look));
    }
    let head = lines.len();
    let rows = usize::from(inner.height).saturating_sub(head);
    let first = (picker.selected + 1).saturating_sub(rows);
    let found = picker.rows.iter().filter_map(|place| picker.all.get(*place));
    lines.extend(found.skip(first).take(rows).map(|row| {
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
    }));
    if picker.rows.is_empty() {
        lines.push(dim("nothing matches", width, look));
    }
    let bar = picker.selected.checked_sub(first).map(|line| head + line);
    let bar = bar.filter(|line| *line < lines.len() && !picker.rows.is_empty());
    pane::lines(frame, inner, lines, bar.map(|line| Bar { line, focus: true }), look);
    if picker.typing {
        put_cursor(frame, inner, 8 + picker.search.before_cursor().width(), 0);
    }
}

/// The title, and what keys do.
fn titles(picker: &PickerDialog, model: &Model) -> (&'static str, String) {
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
    let finds = key(Action::Find, "searches");
    (title, if picker.typing { "Esc ends the search".to_owned() } else { finds + &keys })
}
