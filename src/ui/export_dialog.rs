//! The export dialog as a box.
//!
//! Owns its lines; what they may say is the dialog's.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::overlay::open;
use super::text::fit;
use crate::app::Model;
use crate::app::action::Action;
use crate::app::overlay::{ExportDialog, ExportField};
use crate::app::view::{Cell, Tone};
use crate::domain::shape::{Format, Shape};
use crate::text::count;
use crate::theme::{Look, Role};

/// Columns before a field's text.
const LABEL: usize = 13;

pub(super) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    (dialog, model): (&ExportDialog, &Model),
    look: Look,
) {
    let title = format!("Export {}", dialog.name);
    let area = open(frame, whole, (78, 19), (&title, "reads only; writes a local file"), look);
    let width = usize::from(area.width);
    let mut lines = vec![Line::default()];
    let mut cursor = None;
    for field in rows(dialog) {
        if dialog.focus == field && dialog.typing() {
            cursor = Some(lines.len());
        }
        lines.push(line(dialog, field, width, look));
        if field == ExportField::File {
            let hint = "never overwritten: -2 is added · mode 0600";
            let hint = fit(&format!("{:LABEL$}{hint}", ""), width, look);
            lines.push(Line::from(Span::styled(hint, look.tone(Tone::Dim))));
        }
    }
    lines.push(Line::default());
    for cell in said(dialog, model) {
        let text = fit(&format!("  {}", cell.text), width, look);
        lines.push(Line::from(Span::styled(text, look.tone(cell.tone))));
    }
    lines.truncate(usize::from(area.height).saturating_sub(1));
    while lines.len() + 1 < usize::from(area.height) {
        lines.push(Line::default());
    }
    lines.push(keys(dialog.typing(), model, look));
    frame.render_widget(Paragraph::new(lines), area);
    if let Some(row) = cursor {
        let text = match dialog.focus {
            ExportField::Reason => dialog.reason.before_cursor(),
            _ => dialog.file.before_cursor(),
        };
        let column = u16::try_from(LABEL + text.width()).unwrap_or(u16::MAX);
        let x = area.x.saturating_add(column).min(area.right().saturating_sub(1));
        let y = area.y.saturating_add(u16::try_from(row).unwrap_or(0));
        frame.set_cursor_position(Position::new(x, y));
    }
}

/// The fields that have a line of their own; the parts share one.
fn rows(dialog: &ExportDialog) -> Vec<ExportField> {
    let shared = [ExportField::Configuration, ExportField::DataAge, ExportField::Notes];
    dialog.fields().into_iter().filter(|field| !shared.contains(field)).collect()
}

fn line(dialog: &ExportDialog, field: ExportField, width: usize, look: Look) -> Line<'static> {
    let contents = dialog.contents;
    let tick = |on: bool| if on { "[x]" } else { "[ ]" };
    let (label, pieces): (&str, Vec<(ExportField, String)>) = match field {
        ExportField::Scope => ("Scope", vec![(field, scopes(dialog))]),
        ExportField::Format => {
            let choice = |f: &Format| format!("{} {}", dot(*f == dialog.format), f.name());
            ("Format", vec![(field, Format::ALL.iter().map(choice).collect::<Vec<_>>().join("  "))])
        }
        ExportField::Shape => {
            let raw = contents.shape == Shape::Raw;
            let text = format!(
                "{} normal (derived parts, schema v1)   {} as Yoti sent it",
                dot(!raw),
                dot(raw)
            );
            ("Shape", vec![(field, text)])
        }
        ExportField::Masked => {
            let (on, off) = (dot(contents.masked), dot(!contents.masked));
            let text = format!("{on} masked   {off} none: asks for a reason, is logged");
            ("Redaction", vec![(field, text)])
        }
        ExportField::Reason => ("Reason", vec![(field, dialog.reason.text())]),
        ExportField::Timeline
        | ExportField::Configuration
        | ExportField::DataAge
        | ExportField::Notes => (
            "Include",
            vec![
                (ExportField::Timeline, format!("{} timeline", tick(contents.timeline))),
                (
                    ExportField::Configuration,
                    format!("{} configuration", tick(contents.configuration)),
                ),
                (ExportField::DataAge, format!("{} data age", tick(contents.data_age))),
                (ExportField::Notes, format!("{} notes", tick(contents.notes))),
            ],
        ),
        ExportField::File => {
            let folder = dialog.is_folder() || dialog.format == Format::Bundle;
            (if folder { "Folder" } else { "File" }, vec![(field, dialog.file.text())])
        }
    };
    let mine = pieces.iter().any(|(piece, _)| *piece == dialog.focus);
    let mut spans = vec![
        Span::raw(if mine { "> " } else { "  " }),
        Span::styled(fit(label, LABEL - 2, look), look.tone(Tone::Dim)),
    ];
    let several = pieces.len() > 1;
    for (piece, text) in pieces {
        let text = if several { look.text(&text) } else { fit(&text, width - LABEL, look) };
        let style =
            if piece == dialog.focus { look.role(Role::Cursor) } else { look.tone(Tone::Plain) };
        spans.push(Span::styled(text, style));
        if several {
            spans.push(Span::raw("  "));
        }
    }
    Line::from(spans)
}

const fn dot(on: bool) -> &'static str {
    if on { "(•)" } else { "( )" }
}

fn scopes(dialog: &ExportDialog) -> String {
    let choice = |(number, scope): (usize, &crate::app::overlay::Scope)| {
        format!("{} {}", dot(number == dialog.scope), scope.name)
    };
    dialog.scopes.iter().enumerate().map(choice).collect::<Vec<_>>().join("   ")
}

/// What will happen, and warnings.
fn said(dialog: &ExportDialog, model: &Model) -> Vec<Cell> {
    let mut said = vec![Cell::new(
        "Always left out: client session token, API keys, contact profile.",
        Tone::Dim,
    )];
    let age = dialog.oldest.map(|at| model.age(at));
    match &dialog.measured {
        None => said.push(Cell::new("Preview    reckoning…", Tone::Dim)),
        Some(measured) => {
            if let Some(why) = &measured.error {
                said.push(Cell::new(format!("Preview    nothing: {why}"), Tone::Warn));
                return with_error(dialog, said);
            }
            let files = count(measured.files, "file");
            let masked = count(measured.masked, "value");
            let about = if measured.about { "about " } else { "" };
            let kib = measured.bytes.div_ceil(1024);
            let age = age.map_or_else(
                || " · not all were fetched".to_owned(),
                |age| format!(" · data up to {age} old"),
            );
            said.push(Cell::plain(format!(
                "Preview    {about}{files} · {kib} KiB · {masked} masked{age}"
            )));
            if measured.left_out > 0 {
                let text = format!("{} left out: nothing fetched yet", measured.left_out);
                said.push(Cell::new(text, Tone::Warn));
            }
            if measured.stale > 0 {
                let text = format!("≈ stale data of {}: the file says so", measured.stale);
                said.push(Cell::new(text, Tone::Notice));
            }
        }
    }
    if !dialog.contents.masked {
        let text = "Not masked: what identifies a person will stand in the file.";
        said.push(Cell::new(text, Tone::Bad));
    }
    with_error(dialog, said)
}

fn with_error(dialog: &ExportDialog, mut said: Vec<Cell>) -> Vec<Cell> {
    said.extend(dialog.error.clone().map(|why| Cell::new(why, Tone::Bad)));
    said
}

fn keys(typing: bool, model: &Model, look: Look) -> Line<'static> {
    // While a text is typed, letters are its own.
    let key = |action| model.key(action).filter(|_| !typing);
    let all = [
        (Some("Enter"), "export"),
        (key(Action::CopyMenu), "copy"),
        (Some("Tab"), "next"),
        (key(Action::Toggle), "choose"),
        (Some("Esc"), "cancel"),
    ];
    let mut spans = Vec::new();
    for (key, word) in all.into_iter().filter_map(|(key, word)| Some((key?, word))) {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(key.to_owned(), look.role(Role::Key)));
        spans.push(Span::raw(format!(" {word} ")));
    }
    Line::from(spans)
}
