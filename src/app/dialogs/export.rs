//! The export dialog: scope, format, shape, redaction with its reason, parts, file.
//!
//! It is bound to the sessions that were selected, marked and filtered when its key was pressed
//! (fault V04), and acts only after it has been drawn (T14).

pub(crate) mod state;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{Dialog, Flow, PAGE, STAY};
use crate::app::dialogs::export::state::{ExportDialog, ExportField, Scope};
use crate::app::dialogs::open::OpenDialog;
use crate::app::effect::Effect;
use crate::app::event::Measured;
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::motion::Motion;
use crate::app::text::text_field::TextField;
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::{Contents, Format};

/// Opens the dialog: on the selected session, or on many (the marked, else the filtered).
pub(crate) fn open(model: &mut Model, many: bool, format: Format) -> Vec<Effect> {
    let Some(session) = model.item().map(|item| item.session.clone()) else { return Vec::new() };
    let rows = || (0..model.sessions.len()).filter_map(|row| model.sessions.at(row));
    let filtered: Arc<[SessionId]> = rows().map(|item| item.session.id()).collect();
    // Marked in the order of the list, then those that the filter hides.
    let unseen = |id: &&SessionId| {
        model.sessions.row_of(**id).is_none() && model.sessions.item(**id).is_some()
    };
    let marks = model.sessions.marks();
    let mut hidden: Vec<SessionId> = marks.iter().filter(unseen).copied().collect();
    // A set has no order of its own: the same marks give the same document.
    hidden.sort();
    let marked: Arc<[SessionId]> =
        filtered.iter().filter(|id| marks.contains(id)).copied().chain(hidden).collect();
    let mut scopes =
        vec![Scope { name: "selected session".to_owned(), ids: Arc::new([session.id()]) }];
    if !marked.is_empty() {
        scopes.push(Scope { name: format!("{} marked", marked.len()), ids: marked });
    }
    scopes.push(Scope { name: format!("{} filtered", filtered.len()), ids: filtered });
    let mut dialog = ExportDialog {
        scope: usize::from(many),
        scopes,
        name: model.selected_name().unwrap_or_default(),
        format,
        contents: Contents::default(),
        reason: TextField::default(),
        file: TextField::default(),
        focus: ExportField::default(),
        measured: None,
        oldest: None,
        error: None,
        serial: 0,
        chosen_file: String::new(),
    };
    let effect = settle(&mut dialog, model);
    model.open(dialog);
    vec![effect]
}

/// After a change: the file's name follows, and the outcome is asked for anew.
fn settle(dialog: &mut ExportDialog, model: &Model) -> Effect {
    let ids = dialog.ids();
    let time = model.times.now.strftime("%Y%m%dT%H%M%SZ");
    let ending = dialog.format.ending();
    let stem = match &*ids {
        [only] => {
            let item = model.sessions.item(*only);
            let stem = |item: &Item| model.times.labels.file_stem(&item.session);
            item.map_or_else(|| only.to_string(), stem)
        }
        _ => "sessions".to_owned(),
    };
    let name = if dialog.is_folder() {
        format!("{stem}_{time}/")
    } else {
        format!("{stem}_{time}.{ending}")
    };
    let chosen = model.settings.general.export_dir.join(name).display().to_string();
    if dialog.file.text() == dialog.chosen_file {
        dialog.file = TextField::new(&chosen);
        dialog.chosen_file = dialog.file.text();
    }
    let fetched = |id: &SessionId| model.sessions.item(*id)?.session.brief.fetched_at();
    dialog.oldest = ids.iter().map(fetched).min().flatten();
    // What was asked for before this change may still be on its way.
    dialog.serial += 1;
    dialog.measured = None;
    if !dialog.fields().contains(&dialog.focus) {
        dialog.focus = ExportField::Masked;
    }
    Effect::Measure(dialog.serial, dialog.request())
}

impl Model {
    /// How long ago that was, in words.
    #[must_use]
    pub fn age(&self, at: Timestamp) -> String {
        self.times.since(at)
    }
}

/// The figures have come, for this question or for one that stands no more.
pub(crate) fn measured(model: &mut Model, serial: u64, measured: Measured) {
    if let Some(OpenDialog::Export(dialog)) = &mut model.dialog
        && dialog.serial == serial
    {
        dialog.measured = Some(measured);
        model.dirty = true;
    }
}

/// What was written, in words.
pub(crate) fn exported(path: &Path, measured: &Measured) -> (String, Tone) {
    let path = crate::text::shown_str(&path.display().to_string(), 120);
    let mut text = format!("exported {path} · {} KiB", measured.bytes.div_ceil(1024));
    if measured.files > 1 {
        text += &format!(" · {}", crate::text::count(measured.files, "file"));
    }
    if measured.masked > 0 {
        text += &format!(" · {} masked", measured.masked);
    }
    if measured.left_out == 0 {
        return (text, Tone::Good);
    }
    (format!("{text} · {} left out: nothing fetched", measured.left_out), Tone::Warn)
}

impl Dialog for ExportDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Enter | Action::CopyMenu => {
                if let Some((field, why)) = self.obstacle() {
                    self.focus = field;
                    self.error = Some(why.to_owned());
                } else if action == Action::CopyMenu {
                    let request = self.request();
                    return Flow::Close(vec![Effect::CopyExport { what: "the export", request }]);
                } else if self.file.text().trim().is_empty() {
                    self.focus = ExportField::File;
                    self.error = Some("the file needs a name".to_owned());
                } else {
                    return Flow::Close(vec![Effect::Export(self.request())]);
                }
                STAY
            }
            Action::Toggle | Action::Left | Action::Right => {
                self.switch(action == Action::Left);
                Flow::Stay(vec![settle(self, model)])
            }
            _ => Flow::Ignored,
        }
    }

    fn confirms(&self, action: Action) -> bool {
        matches!(action, Action::Enter | Action::CopyMenu)
    }

    fn typing(&self) -> Option<&'static str> {
        self.is_typing().then_some("export")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        self.error = None;
        match self.focus {
            ExportField::File => Some(&mut self.file),
            ExportField::Reason => Some(&mut self.reason),
            ExportField::Scope
            | ExportField::Format
            | ExportField::Shape
            | ExportField::Masked
            | ExportField::Timeline
            | ExportField::Configuration
            | ExportField::DataAge
            | ExportField::Notes => None,
        }
    }

    fn moved(&mut self, _: &Model, motion: Motion) -> Vec<Effect> {
        let fields = self.fields();
        let here = fields.iter().position(|field| *field == self.focus).unwrap_or(0);
        let there = motion.target(here, fields.len(), PAGE);
        self.focus = fields.get(there).copied().unwrap_or_default();
        Vec::new()
    }
}
