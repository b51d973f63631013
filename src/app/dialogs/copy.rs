//! `y`: what can be copied of the selected session, or of all that are marked: a line each.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::copy::state::{CopyDialog, CopyItem};
use crate::app::dialogs::dialog::{Dialog, Flow, RowCursor};
use crate::app::effect::{Effect, ExportRequest};
use crate::app::model::Model;
use crate::app::operator::annotations;
use crate::app::text::words;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::Format;

pub(crate) fn open(model: &mut Model) {
    let ids = annotations::targets(model);
    let text = |what: &'static str, line: &dyn Fn(SessionId) -> Option<String>| {
        let lines: Vec<String> = ids.iter().filter_map(|id| line(*id)).collect();
        let preview = match lines.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            _ => lines.concat(),
        };
        let text = lines.join("\n");
        CopyItem { what, preview, copy: Effect::Copy { what, text } }
    };
    let name = |id| Some(model.times.name(&model.sessions.item(id)?.session, 40));
    let line = |id| {
        let session = &model.sessions.item(id)?.session;
        let stage = model.times.assess(session, &model.settings.rules).stage;
        let stage = words::stage(&stage, model.times.now).text;
        Some(format!("{} {id} {stage}", name(id)?))
    };
    let mut items = vec![
        text("session ID", &|id| Some(id.to_string())),
        text("reference", &name),
        text("line", &line),
        text("portal link", &|id| model.portal_link(id)),
    ];
    items.retain(|item| !item.preview.is_empty());
    let (id, name) = match ids.as_slice() {
        [] => return,
        [id] => (*id, name(*id).unwrap_or_default()),
        [first, ..] => (*first, format!("{} marked", ids.len())),
    };
    if ids.len() == 1 {
        items.extend(exports(id));
    }
    model.open(CopyDialog { id, name, items, selected: 0 });
}

/// The exports of one session that fit on a clipboard.
fn exports(id: SessionId) -> [CopyItem; 2] {
    let item = |what, preview: &str, format| {
        let request = ExportRequest::masked(id, format);
        CopyItem { what, preview: preview.to_owned(), copy: Effect::CopyExport { what, request } }
    };
    [
        item("masked JSON", "the export, masked", Format::Json),
        item("Markdown", "a summary for people, masked", Format::Markdown),
    ]
}

impl Dialog for CopyDialog {
    fn act(&mut self, _: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        let chosen = self.items.get(self.selected);
        Flow::Close(chosen.map(|item| item.copy.clone()).into_iter().collect())
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: self.items.len() })
    }
}
