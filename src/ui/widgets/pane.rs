//! The border of a pane: number and title left, summary right, thick around the focus.

use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::view::{Pane, Tone};
use crate::theme::{Look, Role};

/// Draws the border; returns what is inside.
pub(crate) fn frame(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &Model,
    pane: Pane,
    look: Look,
) -> Rect {
    let focus = model.focus() == pane;
    let (title, summary) = model.title(pane);
    let (title, summary) = (look.text(&title), look.text(&summary));
    let role = if focus { Role::Focus } else { Role::Border };
    let left = format!(" {} {title} ", pane.number());
    let room = usize::from(area.width).saturating_sub(left.width() + 4);
    // Double lines around the past: it is told from now without colours too.
    let border = if model.in_past() { look.past_border(focus) } else { look.border(focus) };
    let mut block = Block::new()
        .borders(Borders::ALL)
        .border_set(border)
        .border_style(look.role(role))
        .title(Line::from(Span::styled(left, look.role(Role::Title))));
    if !summary.is_empty() && summary.width() + 2 <= room {
        let summary = Span::styled(format!(" {summary} "), look.tone(Tone::Dim));
        block = block.title(Line::from(summary).alignment(Alignment::Right));
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}

pub(crate) fn notice(frame: &mut Frame<'_>, area: Rect, lines: &[String], look: Look) {
    let lines: Vec<Line<'_>> = std::iter::once(Line::default())
        .chain(lines.iter().map(|line| Line::from(look.text(&format!("  {line}")))))
        .collect();
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), area);
}

/// The line under the cursor, counted from the top of its area.
#[derive(Clone, Copy)]
pub(crate) struct Bar {
    pub(crate) line: usize,
    /// Its pane has the focus.
    pub(crate) focus: bool,
}

impl Bar {
    /// Lays the cursor over the whole line, whatever stands there, so that it is one bar.
    pub(crate) fn lay(self, frame: &mut Frame<'_>, area: Rect, look: Look) {
        let Ok(line) = u16::try_from(self.line) else { return };
        let row = Rect { y: area.y.saturating_add(line), height: 1, ..area };
        let role = if self.focus { Role::Cursor } else { Role::CursorElsewhere };
        look.lay_bar(frame.buffer_mut(), row.intersection(area), role);
    }
}

/// Lines with the cursor on one of them.
pub(crate) fn lines(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: Vec<Line<'_>>,
    bar: Option<Bar>,
    look: Look,
) {
    frame.render_widget(Text::from(lines), area);
    if let Some(bar) = bar {
        bar.lay(frame, area, look);
    }
}
