//! The media of one session: kind, age, size; a picture in the terminal, or a file.
//!
//! Nothing is fetched before it is asked for; a picture begins pixelated, lives in the open dialog
//! alone, and only one at a time.

pub(crate) mod state;

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::dialogs::dialog::{Dialog, Flow, PAGE, STAY};
use crate::app::dialogs::media::state::{MediaDialog, MediaItem};
use crate::app::effect::Effect;
use crate::app::model::Model;
use crate::app::motion::Motion;
use crate::app::text::words::wire;
use crate::app::view::{Cell, Tone};
use crate::domain::session::ids::SessionId;
use crate::domain::session::media_list::{Listed, listed};
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::MediaType;

/// Opens the list, the cursor on the media under the tree's cursor.
pub(crate) fn open(model: &mut Model) {
    let Some(session) = model.opened() else { return };
    let under: Vec<&str> = model.tree.selected.iter().map(|step| step.key.as_str()).collect();
    let items: Vec<MediaItem> = listed(&session)
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
        return;
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
        name: model.times.name(&session, 40),
        selected: here.unwrap_or(0),
        items,
        picture: None,
        clear: false,
        warned: false,
        said: None,
        busy: false,
        stem: model.settings.general.export_dir.join(model.times.labels.file_stem(&session)),
    };
    model.open(dialog);
}

/// Why a media cannot be shown; told before it is fetched, because each fetch is logged.
fn not_shown(media: &Media, images: bool) -> Option<&'static str> {
    match media.media_type {
        Some(MediaType::Image) if images => None,
        Some(MediaType::Image) => Some("this build cannot show pictures"),
        _ => Some("only pictures can be shown"),
    }
}

impl MediaDialog {
    fn request(&mut self, effect: Effect) -> Flow {
        self.busy = true;
        self.said = Some(Cell::new("requesting…", Tone::Dim));
        Flow::Stay(vec![effect])
    }

    /// Without its ending, which the answer tells.
    fn file(&self, media: &Media, model: &Model) -> PathBuf {
        let role = media.role.chars();
        let role: String = role.map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let name = self.stem.file_name().unwrap_or_default().to_string_lossy();
        self.stem.with_file_name(format!("{name}_{role}_{}", model.now_stamp()))
    }
}

impl Dialog for MediaDialog {
    fn act(&mut self, model: &mut Model, action: Action) -> Flow {
        // The warning is answered with the next key or not at all.
        let warned = std::mem::take(&mut self.warned);
        let Some(item) = self.items.get(self.selected) else { return Flow::Ignored };
        let (id, media) = (self.id, Box::new(item.media.clone()));
        match action {
            Action::Enter | Action::Export if self.busy => {}
            Action::Enter => {
                let Some(why) = not_shown(&media, cfg!(feature = "images")) else {
                    self.clear = false;
                    return self.request(Effect::ShowPicture { id, media });
                };
                let saves = model.times.keys.after("; ", Action::Export, "saves it");
                self.said = Some(Cell::new(format!("{why}{saves}"), Tone::Notice));
            }
            Action::Export if warned => {
                let path = self.file(&media, model);
                return self.request(Effect::SaveMedia { id, media, path });
            }
            Action::Export => {
                let again = model.times.keys.after(" ", Action::Export, "again saves it.");
                let text =
                    format!("The file will hold personal data; you are responsible for it.{again}");
                self.said = Some(Cell::new(text, Tone::Warn));
                self.warned = true;
            }
            Action::Toggle if self.picture.is_some() => self.clear = !self.clear,
            _ => return Flow::Ignored,
        }
        STAY
    }

    /// The picture goes with it, and the terminal is wiped.
    fn leave(&mut self, _: &Model) -> Flow {
        Flow::Close(vec![Effect::Redraw])
    }

    fn confirms(&self, action: Action) -> bool {
        matches!(action, Action::Enter | Action::Export)
    }

    fn moved(&mut self, _: &Model, motion: Motion) -> Vec<Effect> {
        let there = motion.target(self.selected, self.items.len(), PAGE);
        if there == self.selected {
            return Vec::new();
        }
        self.selected = there;
        self.clear = false;
        self.said = None;
        // The picture belonged to another line: it is dropped, and the terminal wiped.
        self.picture.take().map(|_| Effect::Redraw).into_iter().collect()
    }

    fn answered(&mut self, id: SessionId, answer: &Cell) -> bool {
        if id == self.id {
            self.busy = false;
            self.said = Some(answer.clone());
        }
        id == self.id
    }
}
