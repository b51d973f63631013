//! `d`: what changed in one session since the operator last looked.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::detail::timeline;
use crate::app::dialogs::changes::state::ChangesDialog;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, RowCursor};
use crate::app::list::cursor::move_row;
use crate::app::model::Model;

pub(crate) fn open(model: &mut Model) {
    let Some(item) = model.item() else { return };
    let since = if item.changed { item.looked_at.get() } else { item.before.get() };
    let name = model.times.name(&item.session, 40);
    let mut rows = Vec::new();
    if since.is_some() {
        let Some(session) = model.opened() else { return };
        let found = model.times.assess(&session, &model.settings.rules);
        rows = timeline::timeline(&session, &found, &model.times, since);
    }
    rows.retain(|row| row.changed);
    let since = since.map_or_else(String::new, |at| format!("since {}", model.time_of_day(at)));
    model.open_at_once(ChangesDialog { name, since, rows, down: 0 });
}

impl Dialog for ChangesDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        match action {
            Action::Enter | Action::Changes => CLOSE,
            Action::NextSession | Action::PreviousSession => {
                move_row(model, if action == Action::NextSession { 1 } else { -1 });
                open(model);
                CLOSE
            }
            _ => Flow::Ignored,
        }
    }

    fn cursor(&mut self) -> Option<RowCursor<'_>> {
        Some(RowCursor { at: &mut self.down, rows: self.rows.len() })
    }
}
