//! `d`: what changed in one session since the operator last looked.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::detail::timeline;
use crate::app::dialogs::changes::state::ChangesDialog;
use crate::app::dialogs::dialog::{CLOSE, Dialog, Flow, RowCursor};
use crate::app::list::cursor::move_row;
use crate::app::model::Model;
use crate::app::view::Tone;

pub(crate) fn open(model: &mut Model) {
    let Some(item) = model.item() else { return };
    let since = if item.changed { item.looked_at } else { item.before };
    if since.is_some() && item.opened().is_none() {
        model.set_message("the stored responses are being read; try again", Tone::Notice);
        return;
    }
    let found = model.times.assess(&item.session, &model.settings.rules);
    let rows = match (since, item.opened()) {
        (Some(_), Some(session)) => timeline::timeline(&session, &found, &model.times, since),
        _ => Vec::new(),
    };
    let rows = rows.into_iter().filter(|row| row.changed).collect();
    let name = model.times.name(&item.session, 40);
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
