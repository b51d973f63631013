//! The box that every dialog is drawn in.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear};

use crate::app::view::Tone;
use crate::theme::{Look, Role};

/// A box in the middle; what was there is wiped.
pub(crate) fn open(
    frame: &mut Frame<'_>,
    whole: Rect,
    width: u16,
    height: u16,
    title: &str,
    hint: &str,
    look: Look,
) -> Rect {
    let width = width.min(whole.width.saturating_sub(2));
    let height = height.min(whole.height.saturating_sub(2));
    let x = whole.x + (whole.width - width) / 2;
    let y = whole.y + (whole.height - height) / 2;
    let area = Rect::new(x, y, width, height);
    let hint = if hint.is_empty() { String::new() } else { format!(" {} ", look.text(hint)) };
    let block = Block::new()
        .borders(Borders::ALL)
        .border_set(look.border(true))
        .border_style(look.role(Role::Focus))
        .title(Line::from(Span::styled(format!(" {} ", look.text(title)), look.role(Role::Title))))
        .title(Line::from(Span::styled(hint, look.tone(Tone::Dim))).right_aligned());
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}
