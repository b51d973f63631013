//! The media of one session: kind, age, size; a picture in the terminal, or a file.
//!
//! Nothing is fetched before it is asked for; a picture begins pixelated, lives in the open dialog
//! alone, and only one at a time.

pub(crate) mod state;

use crate::app::action::Action;
use crate::app::dialogs::media::state::{MediaDialog, MediaItem};
use crate::app::dialogs::moved;
use crate::app::dialogs::overlay::Overlay;
use crate::app::dialogs::yoti::state::YotiDialog;
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::operator::requests::state::OperatorRequest;
use crate::app::text::words::wire;
use crate::app::view::{Cell, Tone};
use crate::domain::session::media_list::{Listed, listed};
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::MediaType;

/// Opens the list, the cursor on the media under the tree's cursor.
pub(crate) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(item) = model.item() else { return Vec::new() };
    let session = &item.session;
    let under: Vec<&str> = model.tree.selected.iter().map(|step| step.key.as_str()).collect();
    let items: Vec<MediaItem> = listed(session)
        .into_iter()
        .map(|Listed { media, of, role }| MediaItem {
            role: format!("{} {role}", wire(of.as_raw())),
            kind: wire(media.media_type.as_ref().map_or("?", |kind| kind.as_raw())),
            age: media.created.map_or_else(|| "—".to_owned(), |at| model.times.since(at)),
            size: None,
            media: media.clone(),
        })
        .collect();
    if items.is_empty() {
        model.set_message("this session has no media", Tone::Plain);
        return Vec::new();
    }
    let here = items.iter().position(|item| {
        let raw = item.media.id.text().as_raw();
        under.last().is_some_and(|step| *step == raw)
    });
    // Else on the first that can be shown.
    let picture = |item: &MediaItem| item.media.media_type == Some(MediaType::Image);
    let here = here.or_else(|| items.iter().position(picture));
    let dialog = MediaDialog {
        id: session.id(),
        name: model.times.name(session, 40),
        selected: here.unwrap_or(0),
        items,
        picture: None,
        clear: false,
        warned: false,
        said: None,
        busy: false,
        drawn: false,
        stem: model.settings.general.export_dir.join(model.times.labels.file_stem(session)),
    };
    model.overlay = Some(Overlay::Yoti(Box::new(YotiDialog::Media(dialog))));
    Vec::new()
}

/// Why a media cannot be shown; told before it is fetched, because each fetch is logged.
fn not_shown(media: &Media, images: bool) -> Option<&'static str> {
    match media.media_type {
        Some(MediaType::Image) if images => None,
        Some(MediaType::Image) => Some("this build cannot show pictures"),
        _ => Some("only pictures can be shown"),
    }
}

pub(crate) fn act(
    mut dialog: MediaDialog,
    action: Action,
    model: &Model,
) -> (Option<YotiDialog>, Vec<Effect>) {
    let mut effects = Vec::new();
    let save = action == Action::Export;
    let ready = dialog.drawn && !dialog.busy;
    match (action, dialog.items.get(dialog.selected).cloned()) {
        (Action::Enter, Some(item)) if ready => {
            if let Some(why) = not_shown(&item.media, cfg!(feature = "images")) {
                let saves = model.times.keys.after("; ", Action::Export, "saves it");
                dialog.said = Some(Cell::new(format!("{why}{saves}"), Tone::Notice));
            } else {
                dialog.busy = true;
                dialog.clear = false;
                dialog.said = Some(Cell::new("requesting…", Tone::Dim));
                let (id, media) = (dialog.id, Box::new(item.media));
                effects.push(Effect::Request(OperatorRequest::Media { id, media, save_to: None }));
            }
        }
        (Action::Export, Some(_)) if ready && !dialog.warned => {
            let again = model.times.keys.after(" ", Action::Export, "again saves it.");
            let text =
                format!("The file will hold personal data; you are responsible for it.{again}");
            dialog.said = Some(Cell::new(text, Tone::Warn));
        }
        (Action::Export, Some(item)) if ready => {
            dialog.busy = true;
            dialog.said = Some(Cell::new("requesting…", Tone::Dim));
            let part: String = item
                .media
                .role
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            let name = dialog.stem.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{name}_{part}_{}", model.now_stamp());
            let (id, media) = (dialog.id, Box::new(item.media));
            let save_to = Some(dialog.stem.with_file_name(name));
            effects.push(Effect::Request(OperatorRequest::Media { id, media, save_to }));
        }
        (Action::Toggle, _) if dialog.picture.is_some() => dialog.clear = !dialog.clear,
        (action, _) => {
            let there = moved(dialog.selected, dialog.items.len(), action);
            if there != dialog.selected {
                // The picture belonged to another line: it is dropped, and the terminal wiped.
                if dialog.picture.take().is_some() {
                    effects.push(Effect::Redraw);
                }
                dialog.clear = false;
                dialog.said = None;
                dialog.selected = there;
            }
        }
    }
    dialog.warned = save && !dialog.warned && !dialog.busy;
    (Some(YotiDialog::Media(dialog)), effects)
}
