//! The command palette as a box.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::app::dialogs::palette::state::PaletteDialog;
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{dim, fit, put_cursor, right, search_line};

/// Columns of a command's text.
const TEXT: usize = 24;

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, palette: &PaletteDialog, look: Look) {
    let height = whole.height.saturating_sub(4).clamp(8, 24);
    let inner = open(frame, whole, 88, height, "Command", "Tab completes · ↑ history", look);
    let width = usize::from(inner.width);
    let found = format!("{} of {}", palette.rows.len(), palette.commands());
    let label = Span::styled(": ", look.role(Role::Key));
    let typed = palette.field.text();
    let mut lines = vec![search_line(label, &typed, found, width, look), Line::default()];
    let rows = usize::from(inner.height).saturating_sub(4);
    let first = (palette.selected + 1).saturating_sub(rows);
    let shown = palette.rows.iter().enumerate().skip(first).take(rows);
    let mut bar = None;
    for (number, row) in shown.filter_map(|(n, place)| Some((n, palette.all.get(*place)?))) {
        let selected = number == palette.selected;
        if selected {
            bar = Some(Bar { line: lines.len(), focus: true });
        }
        // Keys take only what they need: at 80 columns every description stands whole.
        let room = width.saturating_sub(2 + TEXT);
        let keys = look.text(&row.keys).width().min(room / 2);
        let spans = vec![
            Span::raw(if selected { "> " } else { "  " }),
            Span::raw(fit(&row.text, TEXT, look)),
            Span::raw(fit(&row.description, room.saturating_sub(keys + 1), look)),
            right(&row.keys, keys + 1, look.role(Role::Key), look),
        ];
        lines.push(Line::from(spans));
    }
    if palette.rows.is_empty() {
        lines.push(Line::from(Span::styled("  no command matches", look.tone(Tone::Bad))));
    }
    lines.resize(2 + rows, Line::default());
    let also = "also: filter … · sort due desc · view NAME · add ID… · interval 30s";
    lines.push(Line::default());
    lines.push(dim(also, width, look));
    pane::lines(frame, inner, lines, bar, look);
    put_cursor(frame, inner, 2 + palette.field.before_cursor().width(), 0);
}
