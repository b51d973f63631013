//! The question before the handover is written, as a box.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};

use crate::app::dialogs::handover::state::HandoverDialog;
use crate::app::view::Tone;
use crate::text::count;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::text::{fit, put_cursor, windowed};

/// Columns before the file's name.
const LABEL: usize = 8;

pub(crate) fn draw(frame: &mut Frame<'_>, whole: Rect, dialog: &HandoverDialog, look: Look) {
    let inner = open(frame, whole, 76, 9, "Handover", "writes a local file", look);
    let width = usize::from(inner.width);
    let line =
        |text: &str, tone: Tone| Line::from(Span::styled(fit(text, width, look), look.tone(tone)));
    let (file, x) = windowed(&dialog.file, width.saturating_sub(LABEL));
    let about =
        format!("{}, and what happened in the last 8 hours.", count(dialog.sessions, "session"));
    let lines = vec![
        Line::default(),
        line(&about, Tone::Plain),
        line("Markdown without personal data; never overwrites: -2 is added.", Tone::Plain),
        Line::from(vec![
            Span::styled(fit("File", LABEL, look), look.tone(Tone::Dim)),
            Span::styled(fit(&file, width.saturating_sub(LABEL), look), look.role(Role::Key)),
        ]),
        line(dialog.error.as_deref().unwrap_or_default(), Tone::Bad),
        line("Enter writes it, Esc cancels.", Tone::Dim),
    ];
    frame.render_widget(Text::from(lines), inner);
    put_cursor(frame, inner, LABEL + x, 3);
}
