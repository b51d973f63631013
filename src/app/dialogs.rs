//! What lies over the panes: keys, text and time reach the one dialog that is open.
//!
//! A dialog is bound to the session that was under the cursor when its key was pressed (fault V04),
//! and acts on Enter only after it has been drawn (T14).

pub(crate) mod acknowledge;
pub(crate) mod add;
pub(crate) mod api_log;
pub(crate) mod by_use;
pub(crate) mod changes;
pub(crate) mod charts;
pub(crate) mod commands;
pub mod confirm;
pub(crate) mod copy;
mod dialog;
pub(crate) mod export;
pub(crate) mod handover;
pub(crate) mod help;
pub(crate) mod letter;
pub(crate) mod media;
pub(crate) mod note;
pub mod open;
pub(crate) mod palette;
pub(crate) mod picker;
pub mod programs;
pub(crate) mod snooze;
pub(crate) mod tags;
pub mod yoti;

use crate::app::action::{Action, Mode};
use crate::app::dialogs::dialog::{Dialog, Flow, STAY};
use crate::app::dialogs::open::{OpenDialog, each_dialog};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::motion::{Distance, Motion};
use crate::app::text::text_field::Edit;
use crate::app::view::Cell;
use crate::domain::session::ids::SessionId;

fn dialog(open: &OpenDialog) -> &dyn Dialog {
    each_dialog!(open, dialog => &**dialog)
}

fn dialog_mut(open: &mut OpenDialog) -> &mut dyn Dialog {
    each_dialog!(open, dialog => &mut **dialog)
}

impl Model {
    /// How keys are to be read.
    #[must_use]
    pub fn mode(&self) -> Mode {
        let typing = match &self.dialog {
            _ if self.privacy.locked.is_some() => true,
            Some(open) => dialog(open).typing().is_some(),
            None => self.input.is_some(),
        };
        if typing { Mode::Text } else { Mode::Keys }
    }

    /// What Enter does in the open dialog with what is typed.
    pub(crate) fn enter_in_dialog(&self) -> Option<&'static str> {
        dialog(self.dialog.as_ref()?).typing()
    }
}

/// Asks the dialog that is open, outside the model.
fn ask<R>(model: &mut Model, ask: impl FnOnce(&mut dyn Dialog, &mut Model) -> R) -> Option<R> {
    let mut open = model.dialog.take()?;
    let answer = ask(dialog_mut(&mut open), model);
    model.dialog = Some(open);
    Some(answer)
}

/// A key in the field of the open dialog.
pub(crate) fn typed(model: &mut Model, edit: Edit) {
    model.dirty = true;
    ask(model, |dialog, model| {
        let typing = dialog.typing().is_some();
        if let Some(field) = dialog.field().filter(|_| typing) {
            field.edit(edit);
            dialog.typed(model);
        }
    });
}

/// A paste, where keys are text.
pub(crate) fn pasted(model: &mut Model, text: &str) {
    model.dirty = true;
    ask(model, |dialog, model| {
        if dialog.typing().is_some() {
            dialog.pasted(model, text);
        }
    });
}

/// What an open dialog asks for once a second.
pub(crate) fn tick(model: &mut Model) -> Vec<Effect> {
    ask(model, |dialog, model| dialog.tick(model)).unwrap_or_default()
}

/// An answer goes to the dialog that asked, if that is still open, else below the panes.
pub(crate) fn answered(model: &mut Model, id: SessionId, answer: Cell) {
    if ask(model, |dialog, _| dialog.answered(id, &answer)) != Some(true) {
        model.set_message(answer.text, answer.tone);
    }
}

pub(crate) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(mut open) = model.dialog.take() else { return Vec::new() };
    let dialog = dialog_mut(&mut open);
    let before = model.message.take();
    let flow = if matches!(action, Action::Back | Action::Quit | Action::QuitNow) {
        dialog.leave(model)
    } else if !model.dialog_drawn && dialog.confirms(action) {
        STAY
    } else {
        dialog.act(model, action)
    };
    let closes = matches!(flow, Flow::Close(_));
    match &mut model.message {
        Some(said) => said.of_dialog = !closes,
        // What is wrong in a dialog is not said of the screen behind it.
        none => *none = before.filter(|said| !(closes && said.of_dialog)),
    }
    match (flow, motion(action)) {
        (Flow::Close(effects), _) => effects,
        (Flow::Stay(effects), _) => {
            model.dialog = Some(open);
            effects
        }
        (Flow::Ignored, motion) => {
            let effects = motion.map(|motion| dialog.moved(model, motion));
            model.dialog = Some(open);
            effects.unwrap_or_default()
        }
    }
}

/// In a dialog Tab goes from line to line too.
fn motion(action: Action) -> Option<Motion> {
    match action.motion() {
        None if action == Action::NextPane => Some(Motion::Down(Distance::Line)),
        None if action == Action::PreviousPane => Some(Motion::Up(Distance::Line)),
        motion => motion,
    }
}
