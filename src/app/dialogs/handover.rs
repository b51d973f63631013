//! The question before the handover is written: into which file.
//!
//! The text is made by `app::operator::handover` once the file is accepted.

pub(crate) mod state;

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::dialogs::handover::state::HandoverDialog;
use crate::app::dialogs::overlay::Overlay;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::text::text_field::TextField;

/// `H`: of all that is watched, whatever the list is filtered to.
pub(crate) fn open(model: &mut Model) {
    let name = format!("handover_{}.md", model.now_stamp());
    let file = model.settings.general.export_dir.join(name).display().to_string();
    model.overlay = Some(Overlay::Handover(HandoverDialog {
        sessions: model.sessions.watched(),
        file: TextField::new(&file),
        drawn: false,
        error: None,
    }));
}

pub(crate) fn act(model: &mut Model, mut dialog: HandoverDialog, action: Action) -> Vec<Effect> {
    if action == Action::Enter && dialog.drawn {
        let file = dialog.file.text();
        if !file.trim().is_empty() {
            return vec![Effect::Handover(PathBuf::from(file.trim()))];
        }
        dialog.error = Some("the file needs a name".to_owned());
    }
    model.overlay = Some(Overlay::Handover(dialog));
    Vec::new()
}
