//! What lies over the panes, drawn.

mod add;
mod annotations;
mod api_log;
mod changes;
mod charts;
mod confirm;
mod copy;
mod export;
mod handover;
mod help;
mod letter;
pub(crate) mod lock;
mod media;
mod palette;
mod picker;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::dialogs::open::OpenDialog;
use crate::theme::Look;
use crate::ui::widgets::picture::Shown;

/// Draws the open dialog; returns the picture in it.
pub(crate) fn draw<'a>(
    frame: &mut Frame<'_>,
    whole: Rect,
    model: &'a Model,
    look: Look,
) -> Option<Shown<'a>> {
    match model.dialog()? {
        OpenDialog::Acknowledge(d) => annotations::acknowledge(frame, whole, d, model, look),
        OpenDialog::Add(d) => add::draw(frame, whole, d, look),
        OpenDialog::ApiLog(d) => api_log::draw(frame, whole, d, model, look),
        OpenDialog::Changes(d) => changes::draw(frame, whole, d, model, look),
        OpenDialog::Charts(d) => charts::draw(frame, whole, d, look),
        OpenDialog::Confirm(d) => confirm::draw(frame, whole, d, model, look),
        OpenDialog::Copy(d) => copy::draw(frame, whole, d, look),
        OpenDialog::Export(d) => export::draw(frame, whole, d, model, look),
        OpenDialog::Handover(d) => handover::draw(frame, whole, d, look),
        OpenDialog::Help(d) => help::draw(frame, whole, d, look),
        OpenDialog::Letter(d) => letter::draw(frame, whole, d, look),
        OpenDialog::Media(d) => return media::draw(frame, whole, d, model, look),
        OpenDialog::Note(d) => annotations::note(frame, whole, d, model, look),
        OpenDialog::Palette(d) => palette::draw(frame, whole, d, look),
        OpenDialog::Picker(d) => picker::draw(frame, whole, d, model, look),
        OpenDialog::Snooze(d) => annotations::snooze(frame, whole, d, model, look),
        OpenDialog::Tags(d) => annotations::tags(frame, whole, d, model, look),
    }
    None
}
