//! What changed in one session, over the panes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::changes::state::ChangesDialog;
use crate::app::view::Tone;
use crate::theme::Look;
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::text::{dim, fit, time_width};

pub(crate) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &ChangesDialog,
    model: &Model,
    look: Look,
) {
    let height = u16::try_from(dialog.rows.len().clamp(1, 30)).unwrap_or(30) + 4;
    let title = format!("Changes of {}", dialog.name);
    let inner = open(frame, whole, 96, height, &title, &dialog.since, look);
    let width = usize::from(inner.width);
    let mut lines = vec![Line::default()];
    if dialog.rows.is_empty() {
        lines.push(Line::from(fit("Nothing changed since you last looked.", width, look)));
    }
    let room = usize::from(inner.height).saturating_sub(2);
    let time = time_width(dialog.rows.iter().map(|row| row.time.as_str()), 12) + 1;
    for row in dialog.rows.iter().skip(dialog.down).take(room) {
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
    lines.push(dim(&hint, width, look));
    frame.render_widget(Text::from(lines), inner);
}
