//! The export dialog.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::effect::ExportRequest;
use crate::app::event::Measured;
use crate::app::text::text_field::TextField;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::{Contents, Format, Shape};

/// The fields of the dialog, in the order of Tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ExportField {
    #[default]
    Scope,
    /// JSON, JSON Lines, CSV, Markdown, a bundle.
    Format,
    Shape,
    Masked,
    /// Why not masked; there only then.
    Reason,
    Timeline,
    Configuration,
    /// Include the age of the data.
    DataAge,
    /// Include the operator's note and tags.
    Notes,
    File,
}

/// Which sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `selected session`, `3 marked`, `18 filtered`.
    pub name: String,
    /// Bound when the key was pressed.
    pub ids: Arc<[SessionId]>,
}

/// The export dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportDialog {
    /// What can be exported; the selected session is always there.
    pub scopes: Vec<Scope>,
    /// Index into `scopes`.
    pub scope: usize,
    /// Reference or short id of the selected session.
    pub name: String,
    /// JSON, JSON Lines, CSV, Markdown, a bundle.
    pub format: Format,
    pub contents: Contents,
    pub reason: TextField,
    /// Target file, or for several JSON documents the folder, ending in `/`.
    pub file: TextField,
    /// The field under the cursor.
    pub focus: ExportField,
    /// What it will come to, once that is known.
    pub measured: Option<Measured>,
    /// The oldest answer among the sessions; `None`: one was never fetched.
    pub oldest: Option<Timestamp>,
    pub error: Option<String>,
    /// Which question `measured` answers.
    pub serial: u64,
    /// The name that the dialog chose; another in `file` is the operator's.
    pub(crate) chosen_file: String,
}

impl ExportDialog {
    /// The sessions of the scope chosen.
    #[must_use]
    pub fn ids(&self) -> Arc<[SessionId]> {
        self.scopes.get(self.scope).map(|scope| Arc::clone(&scope.ids)).unwrap_or_default()
    }

    /// Several documents, each in its file or folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.format.is_apart() && self.ids().len() > 1
    }

    /// The fields that are there now.
    #[must_use]
    pub fn fields(&self) -> Vec<ExportField> {
        use ExportField as F;
        let shaped = self.format.has_shape();
        let normal = shaped && self.contents.shape == Shape::Normal;
        let parts = normal || self.format == Format::Markdown;
        let all = [
            (F::Scope, true),
            (F::Format, true),
            (F::Shape, shaped),
            (F::Masked, true),
            (F::Reason, !self.contents.masked),
            (F::Timeline, parts),
            (F::Configuration, parts),
            (F::DataAge, parts),
            (F::Notes, parts),
            (F::File, true),
        ];
        all.into_iter().filter(|(_, there)| *there).map(|(field, _)| field).collect()
    }

    /// The field under the cursor is one of text.
    #[must_use]
    pub const fn is_typing(&self) -> bool {
        matches!(self.focus, ExportField::File | ExportField::Reason)
    }

    pub(crate) fn request(&self) -> ExportRequest {
        ExportRequest {
            ids: self.ids(),
            format: self.format,
            contents: self.contents,
            reason: self.reason.text().trim().to_owned(),
            path: PathBuf::from(self.file.text().trim()),
        }
    }

    /// Why it cannot go on, if so.
    pub(crate) fn obstacle(&self) -> Option<(ExportField, &'static str)> {
        let reason = self.reason.text();
        if !self.contents.masked && reason.trim().is_empty() {
            return Some((ExportField::Reason, "give a reason for exporting unmasked data"));
        }
        // It goes into the audit log, which holds nothing personal.
        if !self.contents.masked && reason.contains('@') {
            let rule = "the reason is recorded; leave out e-mail addresses";
            return Some((ExportField::Reason, rule));
        }
        None
    }

    pub(crate) fn switch(&mut self, back: bool) {
        let contents = &mut self.contents;
        match self.focus {
            ExportField::Scope => self.scope = turned(self.scope, self.scopes.len(), back),
            ExportField::Format => {
                let here = Format::ALL.iter().position(|f| *f == self.format).unwrap_or(0);
                let there = turned(here, Format::ALL.len(), back);
                self.format = Format::ALL.get(there).copied().unwrap_or_default();
            }
            ExportField::Shape => {
                let raw = contents.shape == Shape::Raw;
                contents.shape = if raw { Shape::Normal } else { Shape::Raw };
            }
            ExportField::Masked => contents.masked = !contents.masked,
            ExportField::Timeline => contents.timeline = !contents.timeline,
            ExportField::Configuration => contents.configuration = !contents.configuration,
            ExportField::DataAge => contents.data_age = !contents.data_age,
            ExportField::Notes => contents.notes = !contents.notes,
            ExportField::Reason | ExportField::File => {}
        }
    }
}

/// One further, or one back, around the end.
pub(crate) const fn turned(at: usize, len: usize, back: bool) -> usize {
    if len == 0 {
        return 0;
    }
    (at + if back { len - 1 } else { 1 }) % len
}
