//! The letter of a session as a box.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::dialogs::letter::state::{CHOICES, LetterDialog};
use crate::app::view::Tone;
use crate::theme::Look;
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::text::{dim, fit};

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, dialog: &LetterDialog, look: Look) {
    let facts = dialog.rows.len().min(12);
    let height = u16::try_from(facts + CHOICES.len() + 9).unwrap_or(22);
    let title = format!("Letter {}", dialog.name);
    let area = open(frame, whole, 78, height, &title, "Enter selects, Esc closes", look);
    let width = usize::from(area.width);
    let mut lines: Vec<Line<'_>> = dialog
        .rows
        .iter()
        .take(facts)
        .map(|row| {
            Line::from(vec![
                Span::styled(fit(&row.label.text, 11, look), look.tone(row.label.tone)),
                Span::styled(
                    fit(&row.value.text, width.saturating_sub(11), look),
                    look.tone(row.value.tone),
                ),
            ])
        })
        .collect();
    for (label, text) in &dialog.contact {
        // Once more: the profile is a server's text, and a secret is no `ServerText`.
        let text = crate::text::shown_str(text.reveal(), 60);
        lines.push(Line::from(vec![
            Span::styled(fit(label, 11, look), look.tone(Tone::Warn)),
            Span::raw(fit(&text, width.saturating_sub(11), look)),
        ]));
    }
    if let Some(left) = &dialog.left.as_ref().filter(|_| !dialog.contact.is_empty()) {
        lines.push(dim(&format!("           hidden again in {left}"), width, look));
    }
    lines.push(Line::default());
    let bar = Bar { line: lines.len() + dialog.selected, focus: true };
    for choice in CHOICES {
        lines.push(Line::from(fit(&format!("  {choice}"), width, look)));
    }
    let to = dialog.path.display().to_string();
    let to = crate::text::shown_str(&to, width.saturating_sub(12));
    lines.push(dim(&format!("  will be saved to {to}"), width, look));
    if let Some(said) = &dialog.said {
        lines.push(Line::default());
        lines.push(Line::from(Span::styled(fit(&said.text, width, look), look.tone(said.tone))));
    }
    pane::lines(frame, area, lines, Some(bar), look);
}
