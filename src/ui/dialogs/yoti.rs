//! The dialogs that reach Yoti as boxes: letter, media, the question before a change.
//!
//! A picture is drawn here and kept nowhere.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::confirm::state::{ConfirmDialog, What};
use crate::app::dialogs::letter::state::{CHOICES, LetterDialog};
use crate::app::dialogs::media::state::MediaDialog;
use crate::app::dialogs::yoti::state::YotiDialog;
use crate::app::view::Tone;
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::pane::{self, Bar};
use crate::ui::widgets::picture::{self, Shown};
use crate::ui::widgets::text::fit;

/// Draws the dialog; returns the picture in it.
pub(crate) fn draw<'a>(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &'a YotiDialog,
    model: &Model,
    look: Look,
) -> Option<Shown<'a>> {
    match dialog {
        YotiDialog::Letter(dialog) => letter(frame, whole, dialog, look),
        YotiDialog::Media(dialog) => return media(frame, whole, dialog, model, look),
        YotiDialog::Confirm(dialog) => confirm(frame, whole, dialog, model, look),
    }
    None
}

fn dim(text: &str, width: usize, look: Look) -> Line<'static> {
    Line::from(Span::styled(fit(text, width, look), look.tone(Tone::Dim)))
}

fn letter(frame: &mut Frame<'_>, whole: Rect, dialog: &LetterDialog, look: Look) {
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

fn media<'a>(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &'a MediaDialog,
    model: &Model,
    look: Look,
) -> Option<Shown<'a>> {
    let (width, height) = (whole.width.saturating_sub(4).min(110), whole.height.saturating_sub(2));
    let title = format!("Media {}", dialog.name);
    let area = open(frame, whole, width, height, &title, "Esc closes and wipes", look);
    let width = usize::from(area.width);
    let picture = dialog.picture.as_ref();
    let rows = if picture.is_some() { 3 } else { usize::from(area.height).saturating_sub(4) };
    let first = (dialog.selected + 1).saturating_sub(rows);
    let head = format!("  {:<38}{:<9}{:<9}SIZE", "WHAT", "TYPE", "AGE");
    let mut lines = vec![dim(&head, width, look)];
    let bar = dialog.selected.checked_sub(first).filter(|_| !dialog.items.is_empty());
    let bar = bar.map(|line| Bar { line: lines.len() + line, focus: true });
    for item in dialog.items.iter().skip(first).take(rows) {
        let size = item.size.map_or_else(
            || "not fetched".to_owned(),
            |bytes| format!("{} KiB", bytes.div_ceil(1024)),
        );
        let text = [(&item.role, 38), (&item.kind, 9), (&item.age, 9), (&size, 12)]
            .map(|(text, wide)| fit(text, wide, look))
            .concat();
        lines.push(Line::from(fit(&format!("  {text}"), width, look)));
    }
    while lines.len() < 1 + rows {
        lines.push(Line::default());
    }
    if let Some(said) = &dialog.said {
        lines.push(Line::from(Span::styled(fit(&said.text, width, look), look.tone(said.tone))));
    } else {
        lines.push(dim(
            "Personal data: fetched when you ask, and each time is logged.",
            width,
            look,
        ));
    }
    let clear = if dialog.clear { "pixelate" } else { "clear" };
    let clear = model.key(Action::Toggle).filter(|_| picture.is_some()).map(|key| (key, clear));
    let save = model.key(Action::Export).map(|key| (key, "save to a file"));
    let show = cfg!(feature = "images").then_some(("Enter", "show the picture"));
    let keys = [show, save, clear].into_iter().flatten();
    let mut spans = Vec::new();
    for (key, word) in keys {
        spans.push(Span::styled(key.to_owned(), look.role(Role::Key)));
        spans.push(Span::raw(format!(" {word}   ")));
    }
    let used = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
    lines.push(Line::from(spans));
    pane::lines(frame, area, lines, bar, look);
    let shown = picture.map(|picture| {
        let below = Rect {
            y: area.y.saturating_add(used),
            height: area.height.saturating_sub(used),
            ..area
        };
        Shown { picture, area: below, clear: dialog.clear }
    });
    if let Some(shown) = shown {
        picture::draw(frame, shown, look);
    }
    shown
}

fn confirm(frame: &mut Frame<'_>, whole: Rect, dialog: &ConfirmDialog, model: &Model, look: Look) {
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
        Line::from(Span::styled(fit(&dialog.whom, width, look), look.role(Role::Title))),
        Line::from(fit(what, width, look)),
    ];
    lines.extend(model.last_export(dialog).map(|text| Line::from(fit(&text, width, look))));
    lines.push(Line::default());
    let at = u16::try_from(lines.len()).unwrap_or(u16::MAX);
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
    frame.render_widget(Paragraph::new(lines), area);
    let column = prompt.width() + dialog.typed.before_cursor().width();
    let column = u16::try_from(column).unwrap_or(u16::MAX);
    let x = area.x.saturating_add(column).min(area.right().saturating_sub(1));
    frame.set_cursor_position(Position::new(x, area.y.saturating_add(at)));
}
