//! The question before the handover is written: into which file.
//!
//! The text is made by `app::operator::handover` once the file is accepted.

pub(crate) mod state;

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{Dialog, Flow, STAY};
use crate::app::dialogs::handover::state::HandoverDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::text::text_field::TextField;

/// `H`: of all that is watched, whatever the list is filtered to.
pub(crate) fn open(model: &mut Model) {
    let name = format!("handover_{}.md", model.now_stamp());
    let file = model.settings.general.export_dir.join(name).display().to_string();
    let sessions = model.sessions.watched();
    model.open(HandoverDialog { sessions, file: TextField::new(&file), error: None });
}

impl Dialog for HandoverDialog {
    fn act(&mut self, _: &mut Model, action: Action) -> Flow {
        if action != Action::Enter {
            return Flow::Ignored;
        }
        let file = self.file.text();
        if file.trim().is_empty() {
            self.error = Some("the file needs a name".to_owned());
            return STAY;
        }
        Flow::Close(vec![Effect::Handover(PathBuf::from(file.trim()))])
    }

    fn typing(&self) -> Option<&'static str> {
        Some("write")
    }

    fn field(&mut self) -> Option<&mut TextField> {
        self.error = None;
        Some(&mut self.file)
    }
}
