//! The lines below an open row: labels with wrapped text, explanations, media, what is left over.

use crate::app::text::unknown_fields::unknown_fields;
use crate::app::text::words::{self, long, server};
use crate::app::view::{CHECK_TEXT_AT, Cell, CheckForm, CheckRow, Tone};
use crate::domain::personal::Privacy;
use crate::domain::server_text::ServerText;
use crate::domain::session::extra::Extra;
use crate::domain::session::resource::Media;
use crate::reasons::{self, Kind};
use crate::text;

pub(super) struct Lines {
    key: String,
    width: usize,
    pub(super) rows: Vec<CheckRow>,
}

impl Lines {
    /// No lines yet below the row of this key, in a pane of so many columns.
    pub(super) fn new(key: &str, width: usize) -> Self {
        let width = width.saturating_sub(CHECK_TEXT_AT);
        Self { key: key.to_owned(), width, rows: Vec::new() }
    }

    /// A row of this form, with the next free key.
    pub(super) fn row(&self, form: CheckForm) -> CheckRow {
        super::row(format!("{} {}", self.key, self.rows.len()), form)
    }

    /// A label and a text, over as many lines as it needs.
    pub(super) fn say(&mut self, label: &str, text: &str, tone: Tone) {
        for (number, line) in text::wrapped(text, self.width).into_iter().enumerate() {
            let mut row = self.row(CheckForm::Text);
            row.name = Cell::new(if number == 0 { label } else { "" }, Tone::Dim);
            row.reason = Cell::new(line, tone);
            self.rows.push(row);
        }
    }

    /// A code of an open vocabulary as received, marked
    /// where nothing is known of it, and what it means.
    pub(super) fn code(&mut self, label: &str, kind: Kind, code: &ServerText) {
        let unknown = reasons::explained(kind, code.as_raw()).is_none();
        let mark = if unknown { " (not known)" } else { "" };
        let tone = if unknown { Tone::Notice } else { Tone::Strong };
        self.say(label, &format!("{}{mark}", long(code)), tone);
        self.explain(kind, code.as_raw(), "means");
    }

    /// What a code means and what to do; nothing for one that nobody has explained.
    pub(super) fn explain(&mut self, kind: Kind, code: &str, label: &str) {
        if let Some(known) = reasons::explained(kind, code) {
            self.say(label, &known.means, Tone::Plain);
            self.say("next step", &known.next, Tone::Plain);
        }
    }

    /// A media by its id; its content is never shown here.
    pub(super) fn media(&mut self, label: &str, media: &Media, note: &str) {
        let kind = media.media_type.as_ref().map_or_else(
            || "media".to_owned(),
            |kind| words::marked(kind.as_raw(), kind.is_unknown(), Tone::Dim).text,
        );
        let mut text = format!("{kind} {}", server(media.id.text()));
        if !note.is_empty() {
            text = format!("{text} · {note}");
        }
        self.say(label, &text, Tone::Dim);
    }

    /// What no field of this build reads, as paths and values.
    pub(super) fn extra(&mut self, extra: &Extra, privacy: Privacy) {
        for (number, field) in unknown_fields(extra, privacy).enumerate() {
            let label = if number == 0 { "not known" } else { "" };
            let text = format!("{} {}", field.path, field.value);
            self.say(label, text.trim_end(), Tone::Notice);
        }
    }
}
