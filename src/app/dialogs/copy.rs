//! `y`: what can be copied of the selected session, or of all that are marked: a line each. What may
//! name a person is copied after a question (fault S14).

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::copy::state::{CopyDialog, CopyItem};
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, PAGE, RowCursor, STAY};
use crate::app::effect::{Effect, ExportRequest};
use crate::app::model::Model;
use crate::app::motion::Motion;
use crate::app::operator::annotations;
use crate::app::text::words;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::Format;

pub(crate) fn open(model: &mut Model) {
    let ids = annotations::targets(model);
    let text = |what: &'static str, personal, line: &dyn Fn(SessionId) -> Option<String>| {
        let lines: Vec<String> = ids.iter().filter_map(|id| line(*id)).collect();
        let preview = match lines.as_slice() {
            [first, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len()),
            _ => lines.concat(),
        };
        let text = lines.join("\n");
        CopyItem { what, preview, personal, copy: Effect::Copy { what, text, personal } }
    };
    let times = &model.times;
    let personal = ids.iter().filter_map(|id| model.sessions.item(*id)).any(|item| {
        // Harmless is what masked labels show too.
        times.name(&item.session, 40) != times.masked_name(&item.session, 40)
    });
    let name = |id| Some(model.times.name(&model.sessions.item(id)?.session, 40));
    let line = |id| {
        let session = &model.sessions.item(id)?.session;
        let stage = model.times.assess(session, &model.settings.rules).stage;
        let stage = words::stage(&stage, model.times.now).text;
        Some(format!("{} {id} {stage}", name(id)?))
    };
    let mut items = vec![
        text("session ID", false, &|id| Some(id.to_string())),
        text("reference", personal, &name),
        text("line", personal, &line),
        text("portal link", false, &|id| model.portal_link(id)),
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
    model.open(CopyDialog { id, name, items, selected: 0, asked: false });
}

/// The exports of one session that fit on a clipboard.
fn exports(id: SessionId) -> [CopyItem; 2] {
    let item = |what, preview: &str, format| {
        let request = ExportRequest::masked(id, format);
        let copy = Effect::CopyExport { what, request };
        CopyItem { what, preview: preview.to_owned(), personal: false, copy }
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
        let Some(chosen) = self.items.get(self.selected) else { return CLOSE };
        if chosen.personal && !std::mem::replace(&mut self.asked, true) {
            return STAY;
        }
        Flow::Close(vec![chosen.copy.clone()])
    }

    fn moved(&mut self, _: &Model, motion: Motion) -> Vec<Effect> {
        self.asked = false;
        self.selected = motion.target(self.selected, self.items.len(), PAGE);
        Vec::new()
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: self.items.len() })
    }
}
