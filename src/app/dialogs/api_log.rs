//! The API log: the last calls to Yoti, newest first, while it is open.
//!
//! A closed log asks for nothing.

pub(crate) mod state;

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::dialogs::api_log::state::{ApiLogDialog, CallRow};
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, RowCursor, STAY};
use crate::app::dialogs::open::OpenDialog;
use crate::app::effect::Effect;
use crate::app::list::sessions::Sessions;
use crate::app::model::Model;
use crate::app::text::text_field::TextField;
use crate::app::text::words::{Times, server};
use crate::app::view::{Cell, Tone};
use crate::domain::events::call::{Call, Traffic};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::WatchedSession;

/// Opens the log; its calls come with [`Effect::Traffic`].
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    model.open_at_once(ApiLogDialog::default());
    vec![Effect::Traffic]
}

/// The newest calls. The cursor stays on its call, or at the top where it follows the newest.
pub(crate) fn told(model: &mut Model, traffic: &Traffic) {
    let Some(OpenDialog::ApiLog(log)) = &mut model.dialog else { return };
    if log.told && log.calls == traffic.calls {
        return;
    }
    log.told = true;
    log.calls.clone_from(&traffic.calls);
    refilter(log, Names { sessions: &model.sessions, times: &model.times });
    model.dirty = true;
}

/// What names the sessions of calls, and gives times their form.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) sessions: &'a Sessions,
    pub(crate) times: &'a Times,
}

/// The rows that hold what is typed, the cursor on its call.
fn refilter(log: &mut ApiLogDialog, names: Names<'_>) {
    let under = log.rows.get(log.selected).map(|row| row.number).filter(|_| log.selected > 0);
    let wanted = log.search.text().to_lowercase();
    let rows = log.calls.iter().map(|call| row(call, names));
    log.rows = rows.filter(|row| holds(row, &wanted)).collect();
    let place = under.and_then(|number| log.rows.iter().position(|row| row.number == number));
    log.selected = place.unwrap_or(0);
}

fn row(call: &Arc<Call>, names: Names<'_>) -> CallRow {
    let tone = match call.status {
        Some(200..300) => Tone::Good,
        Some(404) => Tone::Notice,
        _ => Tone::Bad,
    };
    let status = call.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    CallRow {
        number: call.number,
        time: names.times.of_day(call.at),
        status: Cell::new(status, tone),
        took: format!("{}ms", call.took.as_millis()),
        method: call.method,
        path: crate::text::shown_str(&call.path, 200),
        named: crate::text::shown_str(&named(&call.path, names), 200),
        request_id: call.request_id.as_ref().map(server),
        note: Cell::new(crate::text::shown_str(&call.note, 200), Tone::Plain),
    }
}

/// The path with the reference of its session where
/// that may be shown, and the beginnings of other IDs.
fn named(path: &str, names: Names<'_>) -> String {
    let Names { sessions, times } = names;
    let part = |part: &str| {
        let Ok(id) = SessionId::parse(part) else { return part.to_owned() };
        let session = sessions.item(id).map(|item| &item.session);
        let shown = |session: &&Arc<WatchedSession>| {
            !times.openness.of(id).hides() || times.labels.shows_reference(session)
        };
        let name = session.filter(shown).map(|session| times.name(session, 60));
        name.unwrap_or_else(|| format!("{}…", id.short()))
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn holds(row: &CallRow, wanted: &str) -> bool {
    let fields = [&row.time, &row.status.text, &row.path, &row.named, &row.note.text];
    let mut fields = fields.into_iter().chain(&row.request_id);
    wanted.is_empty()
        || row.method.to_lowercase().contains(wanted)
        || fields.any(|field| field.to_lowercase().contains(wanted))
}

impl Dialog for ApiLogDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Enter => self.typing = false,
            Action::Find => self.typing = true,
            Action::ApiLog => return CLOSE,
            Action::CopyId | Action::CopyMenu => {
                let id = self.rows.get(self.selected).and_then(|row| row.request_id.clone());
                let Some(id) = id else {
                    model.set_message("this call has no request ID", Tone::Notice);
                    return STAY;
                };
                return Flow::Stay(vec![Effect::Copy {
                    what: "request ID",
                    text: id,
                    personal: false,
                }]);
            }
            _ => return Flow::Ignored,
        }
        STAY
    }

    fn leave(&mut self, model: &Model) -> Flow {
        if !std::mem::take(&mut self.typing) {
            return CLOSE;
        }
        self.search = TextField::default();
        refilter(self, Names { sessions: &model.sessions, times: &model.times });
        STAY
    }

    fn typing(&self) -> Option<&'static str> {
        self.typing.then_some("apply")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        Some(&mut self.search)
    }

    fn typed(&mut self, model: &Model) {
        self.selected = 0;
        refilter(self, Names { sessions: &model.sessions, times: &model.times });
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.selected, rows: self.rows.len() })
    }

    fn tick(&mut self, _: &mut Model) -> Vec<Effect> {
        vec![Effect::Traffic]
    }
}
