//! The export dialog as a box.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use unicode_width::UnicodeWidthStr;

use crate::app::Model;
use crate::app::action::Action;
use crate::app::dialogs::export::state::{ExportDialog, ExportField, Scope};
use crate::app::view::{Cell, Tone};
use crate::domain::shape::{Format, Shape};
use crate::text::{count, wrapped};
use crate::theme::{Look, Role};
use crate::ui::widgets::dialog_frame::open;
use crate::ui::widgets::text::{fit, put_cursor, windowed};

/// Columns before a field's text.
const LABEL: usize = 13;

pub(crate) fn draw(
    frame: &mut Frame<'_>,
    whole: Rect,
    dialog: &ExportDialog,
    model: &Model,
    look: Look,
) {
    let title = format!("Export {}", dialog.name);
    let hint = "no request to Yoti; writes a local file";
    let area = open(frame, whole, 78, 19, &title, hint, look);
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    let mut cursor = None;
    for field in rows(dialog) {
        if dialog.focus == field && dialog.is_typing() {
            cursor = Some(lines.len());
        }
        lines.extend(line(dialog, field, width, look));
    }
    let mut below = Vec::new();
    for cell in said(dialog, model) {
        for text in wrapped(&cell.text, width.saturating_sub(2)) {
            let text = fit(&format!("  {text}"), width, look);
            below.push(Line::from(Span::styled(text, look.tone(cell.tone))));
        }
    }
    // What is said goes before what only keeps things apart.
    let room = usize::from(area.height).saturating_sub(1);
    let spare = room.saturating_sub(lines.len() + below.len());
    if spare > 0 {
        let hint = "never overwritten, -2 is added; mode 0600";
        let hint = fit(&format!("{:LABEL$}{hint}", ""), width, look);
        lines.push(Line::from(Span::styled(hint, look.tone(Tone::Dim))));
    }
    if spare > 1 {
        lines.push(Line::default());
    }
    if spare > 2 {
        lines.insert(0, Line::default());
        cursor = cursor.map(|row| row + 1);
    }
    lines.extend(below);
    lines.truncate(room);
    lines.resize(room, Line::default());
    lines.push(keys(dialog.is_typing(), model, width, look));
    frame.render_widget(Text::from(lines), area);
    if let Some(row) = cursor {
        let reason = dialog.focus == ExportField::Reason;
        let text = if reason { &dialog.reason } else { &dialog.file };
        let (_, column) = windowed(text, width.saturating_sub(LABEL));
        put_cursor(frame, area, LABEL + column, row);
    }
}

/// The fields that have a line of their own; the parts share one.
fn rows(dialog: &ExportDialog) -> Vec<ExportField> {
    let shared = [ExportField::Configuration, ExportField::DataAge, ExportField::Notes];
    dialog.fields().into_iter().filter(|field| !shared.contains(field)).collect()
}

/// One of the choices of a field.
struct Choice<'a> {
    on: bool,
    word: Cow<'a, str>,
    /// Stands behind the word where there is room.
    more: &'a str,
}

impl<'a> Choice<'a> {
    fn new(on: bool, word: impl Into<Cow<'a, str>>, more: &'a str) -> Self {
        Self { on, word: word.into(), more }
    }
}

/// Choices in a line: with all that is said of them, with their
/// words alone, or with a mark at the one that is chosen.
fn chosen(choices: &[Choice<'_>], between: &str, width: usize) -> String {
    let line = |choice: &dyn Fn(&Choice<'_>) -> String, between: &str| {
        choices.iter().map(choice).collect::<Vec<_>>().join(between)
    };
    let dot = |on: bool| if on { "(•)" } else { "( )" };
    let whole = line(&|c| format!("{} {}{}", dot(c.on), c.word, c.more), between);
    let words = line(&|c| format!("{} {}", dot(c.on), c.word), between);
    let mark = |on: bool| if on { "•" } else { "" };
    let marked = line(&|c| format!("{}{}", mark(c.on), c.word), "  ");
    let fits = |text: &String| text.width() <= width;
    [whole, words].into_iter().find(fits).unwrap_or(marked)
}

/// What a field is called, and its text; those that share a line with it have a piece each.
fn pieces(
    dialog: &ExportDialog,
    field: ExportField,
    room: usize,
) -> (&'static str, Vec<(ExportField, String)>) {
    let contents = dialog.contents;
    let tick = |on: bool, word: &str| format!("{} {word}", if on { "[x]" } else { "[ ]" });
    match field {
        ExportField::Scope => ("Scope", vec![(field, scopes(dialog, room))]),
        ExportField::Format => {
            let choice = |f: &Format| Choice::new(*f == dialog.format, f.name(), "");
            let choices: Vec<_> = Format::ALL.iter().map(choice).collect();
            ("Format", vec![(field, chosen(&choices, "  ", room))])
        }
        ExportField::Shape => {
            let raw = contents.shape == Shape::Raw;
            let choices = [
                Choice::new(!raw, "normal", " (derived parts, schema v1)"),
                Choice::new(raw, "as Yoti sent it", ""),
            ];
            ("Shape", vec![(field, chosen(&choices, "   ", room))])
        }
        ExportField::Masked => {
            let choices = [
                Choice::new(contents.masked, "masked", ""),
                Choice::new(!contents.masked, "none", ": needs a reason, is logged"),
            ];
            ("Redaction", vec![(field, chosen(&choices, "   ", room))])
        }
        ExportField::Reason => ("Reason", vec![(field, windowed(&dialog.reason, room).0)]),
        ExportField::Timeline
        | ExportField::Configuration
        | ExportField::DataAge
        | ExportField::Notes => (
            "Include",
            vec![
                (ExportField::Timeline, tick(contents.timeline, "timeline")),
                (ExportField::Configuration, tick(contents.configuration, "configuration")),
                (ExportField::DataAge, tick(contents.data_age, "data age")),
                (ExportField::Notes, tick(contents.notes, "notes")),
            ],
        ),
        ExportField::File => {
            let folder = dialog.is_folder() || dialog.format == Format::Bundle;
            (if folder { "Folder" } else { "File" }, vec![(field, windowed(&dialog.file, room).0)])
        }
    }
}

/// The lines of a field; several only where its boxes have no room in one.
fn line(dialog: &ExportDialog, field: ExportField, width: usize, look: Look) -> Vec<Line<'static>> {
    let room = width.saturating_sub(LABEL);
    let (label, pieces) = pieces(dialog, field, room);
    let mine = pieces.iter().any(|(piece, _)| *piece == dialog.focus);
    let mark = if mine { "> " } else { "  " };
    let head = fit(label, LABEL - 2, look);
    let mut lines = vec![vec![Span::raw(mark), Span::styled(head, look.tone(Tone::Dim))]];
    let several = pieces.len() > 1;
    let mut used = 0;
    for (piece, text) in pieces {
        let text = if several { look.text(&text) } else { fit(&text, room, look) };
        if used > 0 && used + text.width() > room {
            lines.push(vec![Span::raw(" ".repeat(LABEL))]);
            used = 0;
        }
        used += text.width() + 2;
        let style =
            if piece == dialog.focus { look.role(Role::Cursor) } else { look.tone(Tone::Plain) };
        if let Some(line) = lines.last_mut() {
            line.push(Span::styled(text, style));
            if several {
                line.push(Span::raw("  "));
            }
        }
    }
    lines.into_iter().map(Line::from).collect()
}

fn scopes(dialog: &ExportDialog, room: usize) -> String {
    let choice = |(number, scope)| -> Choice<'_> {
        let scope: &Scope = scope;
        Choice::new(number == dialog.scope, scope.name.as_str(), "")
    };
    let choices: Vec<_> = dialog.scopes.iter().enumerate().map(choice).collect();
    chosen(&choices, "   ", room)
}

/// What will happen, and warnings.
fn said(dialog: &ExportDialog, model: &Model) -> Vec<Cell> {
    let mut said =
        vec![Cell::new("Left out: session token, API keys, contact profile.", Tone::Dim)];
    let age = dialog.oldest.map(|at| model.age(at));
    match &dialog.measured {
        None => said.push(Cell::new("Preview    calculating…", Tone::Dim)),
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
        let text = "Not masked: the file will contain personal data.";
        said.push(Cell::new(text, Tone::Bad));
    }
    with_error(dialog, said)
}

fn with_error(dialog: &ExportDialog, mut said: Vec<Cell>) -> Vec<Cell> {
    said.extend(dialog.error.clone().map(|why| Cell::new(why, Tone::Bad)));
    said
}

fn keys(typing: bool, model: &Model, width: usize, look: Look) -> Line<'static> {
    // While a text is typed, letters are its own.
    let key = |action| model.key(action).filter(|_| !typing);
    let all = [
        (Some("Enter"), "export"),
        (Some("Esc"), "cancel"),
        (Some("Tab"), "next"),
        (key(Action::Toggle), "choose"),
        (key(Action::CopyMenu), "copy"),
    ];
    let mut spans = Vec::new();
    let mut used = 0;
    for (key, word) in all.into_iter().filter_map(|(key, word)| Some((key?, word))) {
        used += 2 + key.width() + 1 + word.width();
        if used > width {
            break;
        }
        spans.push(Span::raw("  "));
        spans.push(Span::styled(key.to_owned(), look.role(Role::Key)));
        spans.push(Span::raw(format!(" {word}")));
    }
    Line::from(spans)
}
