//! The media dialog.

use std::path::PathBuf;

use crate::app::text::hidden::Picture;
use crate::app::view::Cell;
use crate::domain::session::ids::{MediaId, SessionId};
use crate::domain::session::resource::Media;

/// One media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaItem {
    pub media: Media,
    /// `PASSPORT page 1`
    pub role: String,
    /// `IMAGE`
    pub kind: String,
    pub age: String,
    /// In bytes, once it was fetched.
    pub size: Option<usize>,
}

/// The media of one session, while the dialog is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaDialog {
    /// The session under the cursor when the key was pressed.
    pub id: SessionId,
    /// Its reference or short id.
    pub name: String,
    /// All media of its resources.
    pub items: Vec<MediaItem>,
    /// Index into `items`.
    pub selected: usize,
    /// The picture of the selected media.
    pub picture: Option<Picture>,
    /// Shown as it is, not pixelated.
    pub clear: bool,
    /// Saving was asked for once: the next time it is done.
    pub warned: bool,
    /// What came of the last key.
    pub said: Option<Cell>,
    /// A fetch is under way.
    pub busy: bool,
    /// Folder and beginning of file names.
    pub(crate) stem: PathBuf,
}

impl MediaDialog {
    pub(crate) fn show(&mut self, media: &MediaId, picture: Picture, size: usize) {
        self.busy = false;
        for item in self.items.iter_mut().filter(|item| item.media.id == *media) {
            item.size = Some(size);
        }
        if self.items.get(self.selected).is_some_and(|item| item.media.id == *media) {
            self.picture = Some(picture);
            self.said = None;
        }
    }
}
