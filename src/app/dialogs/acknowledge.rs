//! `A`: asks before all that is shown is acknowledged.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::acknowledge::state::AcknowledgeDialog;
use crate::app::dialogs::dialog::{Dialog, Flow};
use crate::app::model::Model;
use crate::app::operator::annotations::{acknowledgement, items, keep, subject};
use crate::app::view::Tone;
use crate::domain::session::ids::SessionId;

pub(crate) fn open(model: &mut Model) {
    let shown = (0..model.sessions.len()).filter_map(|row| model.sessions.at(row));
    let ids: Vec<SessionId> = shown
        .filter(|item| item.changed || item.summary.needs_attention())
        .map(|item| item.session.id())
        .collect();
    if ids.is_empty() {
        model.set_message("nothing to acknowledge", Tone::Good);
    } else {
        let subject = subject(model, &ids);
        model.open(AcknowledgeDialog { ids, subject });
    }
}

impl Dialog for AcknowledgeDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        let changes =
            items(model, &self.ids).flat_map(|item| acknowledgement(model, item)).collect();
        Flow::Close(keep(model, &format!("acknowledged {}", self.subject), changes))
    }
}
