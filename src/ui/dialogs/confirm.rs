//! The question before a change at Yoti as a box.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::dialogs::confirm::state::{ConfirmDialog, What};
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::text::{dim, fit, put_cursor};

pub(crate) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &ConfirmDialog,
    model: &Model,
    look: Look,
) {
    let (title, warning, what, key) = match dialog.what {
        What::DeleteSession => (
            "Delete session at Yoti?",
            "cannot be undone",
            "Removes the session, all its media and results from Yoti.",
            "allow_delete",
        ),
        What::SendLetter => (
            "Send the letter again?",
            "the applicant gets an e-mail",
            "Yoti sends the letter's e-mail, or its notification, once more.",
            "allow_email",
        ),
    };
    let area = open(frame, whole, 70, 12, title, warning, look);
    let width = usize::from(area.width);
    let prompt = format!("Type {} to confirm:   ", dialog.phrase);
    let typed = dialog.typed.text();
    let room = width.saturating_sub(prompt.width());
    let mut lines = vec![
        Line::default(),
        Line::from(Span::styled(fit(&dialog.subject, width, look), look.role(Role::Title))),
        Line::from(fit(what, width, look)),
    ];
    lines.extend(model.last_export(dialog).map(|text| Line::from(fit(&text, width, look))));
    lines.push(Line::default());
    let at = lines.len();
    lines.push(Line::from(vec![
        Span::styled(prompt.clone(), look.tone(Tone::Warn)),
        Span::raw(fit(&typed, room, look)),
    ]));
    lines.push(Line::default());
    if let Some(why) = &dialog.error {
        lines.push(Line::from(Span::styled(fit(why, width, look), look.tone(Tone::Bad))));
    }
    while lines.len() + 1 < usize::from(area.height) {
        lines.push(Line::default());
    }
    let allowed = format!("Needs --allow-writes and profile.{key}.   Esc cancels");
    lines.push(dim(&allowed, width, look));
    frame.render_widget(Text::from(lines), area);
    put_cursor(frame, area, prompt.width() + dialog.typed.before_cursor().width(), at);
}
