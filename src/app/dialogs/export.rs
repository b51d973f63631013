//! The export dialog: scope, format, shape, redaction with its reason, parts, file.
//!
//! It is bound to the sessions that were selected, marked and filtered when its key was pressed
//! (fault V04), and acts only after it has been drawn (T14).

pub(crate) mod state;

use std::path::Path;
use std::sync::Arc;

use crate::app::dialogs::export::state::{ExportDialog, ExportField, Scope};
use jiff::Timestamp;

use crate::app::action::Action;
use crate::app::dialogs::moved;
use crate::app::dialogs::overlay::Overlay;
use crate::app::effect::{CopySource, Effect};
use crate::app::event::Measured;
use crate::app::list::sessions::Item;
use crate::app::model::Model;
use crate::app::text::text_field::TextField;
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::{Contents, Format};

/// Opens the dialog: on the selected session, or on many (the marked, else the filtered).
pub(crate) fn open(model: &mut Model, many: bool) -> Vec<Effect> {
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
        format: Format::Json,
        contents: Contents::default(),
        reason: TextField::default(),
        file: TextField::default(),
        focus: ExportField::default(),
        drawn: false,
        measured: None,
        oldest: None,
        error: None,
        serial: 0,
        chosen_file: String::new(),
    };
    let effect = settle(&mut dialog, model);
    model.overlay = Some(Overlay::Export(Box::new(dialog)));
    vec![effect]
}

/// Opens the dialog on the selected session with this format.
pub(crate) fn open_as(model: &mut Model, format: Format) -> Vec<Effect> {
    let mut effects = open(model, false);
    if let Some(Overlay::Export(mut dialog)) = model.overlay.take() {
        dialog.format = format;
        effects = vec![settle(&mut dialog, model)];
        model.overlay = Some(Overlay::Export(dialog));
    }
    effects
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
    let fetched = |id: &SessionId| {
        let answers = &model.sessions.item(*id)?.session.answers;
        answers.session.as_ref().map(|answer| answer.fetched_at)
    };
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
    if let Some(Overlay::Export(dialog)) = &mut model.overlay
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

pub(crate) fn act(model: &mut Model, mut dialog: Box<ExportDialog>, action: Action) -> Vec<Effect> {
    let mut effects = Vec::new();
    match action {
        Action::Enter | Action::CopyMenu if dialog.drawn => {
            let file = dialog.file.text();
            if let Some((field, why)) = dialog.obstacle() {
                dialog.focus = field;
                dialog.error = Some(why.to_owned());
            } else if action == Action::CopyMenu {
                let text = CopySource::Export(dialog.request());
                return vec![Effect::Copy { what: "the export", text }];
            } else if file.trim().is_empty() {
                dialog.focus = ExportField::File;
                dialog.error = Some("the file needs a name".to_owned());
            } else {
                return vec![Effect::Export(dialog.request())];
            }
        }
        Action::Toggle | Action::Left | Action::Right => {
            dialog.switch(action == Action::Left);
            effects.push(settle(&mut dialog, model));
        }
        action => {
            let fields = dialog.fields();
            let here = fields.iter().position(|field| *field == dialog.focus).unwrap_or(0);
            let there = moved(here, fields.len(), action);
            dialog.focus = fields.get(there).copied().unwrap_or_default();
        }
    }
    model.overlay = Some(Overlay::Export(dialog));
    effects
}
