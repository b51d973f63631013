//! The copy menu over the panes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::dialogs::copy::state::CopyDialog;
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::fit;

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, menu: &CopyDialog, look: Look) {
    let height = u16::try_from(menu.items.len()).unwrap_or(8) + 3 + u16::from(menu.asked);
    let title = format!("Copy {}", menu.name);
    let inner = open(frame, whole, 70, height, &title, "Enter copies, Esc closes", look);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line<'_>> = menu
        .items
        .iter()
        .map(|item| {
            Line::from(vec![
                Span::styled(fit(item.what, 14, look), look.role(Role::Key)),
                Span::raw(fit(&item.preview, width.saturating_sub(14), look)),
            ])
        })
        .collect();
    if menu.asked {
        let question = "This may name a person. Enter again copies it for 30 seconds.";
        lines.push(Line::styled(fit(question, width, look), look.tone(Tone::Warn)));
    }
    let bar =
        (menu.selected < menu.items.len()).then_some(Bar { line: menu.selected, focus: true });
    pane::lines(frame, inner, lines, bar, look);
}
