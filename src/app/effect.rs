//! What `app::update` wants done by others.
//!
//! `runtime::effects` carries them out; results come back as events (I4).

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::app::operator::bell::state::Desktop;
use crate::app::operator::requests::state::OperatorRequest;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::{Contents, Format};
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::watched::WatchEntry;

/// One thing to do outside the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask Yoti for one session now.
    Refresh(SessionId),
    /// Ask for all as the budget allows.
    RefreshAll,
    /// What the operator looks at: polled first.
    Focus {
        selected: Option<SessionId>,
        visible: Vec<SessionId>,
    },
    Export(ExportRequest),
    /// Write the handover to this file; one that exists gets `-2`, `-3`, ….
    Handover(PathBuf),
    /// Say what an export would come to, for this question of the dialog.
    Measure(u64, ExportRequest),
    /// Put text on the terminal's clipboard; the text is safe (one line, no controls).
    Copy {
        /// What it is, in our words, for the message.
        what: &'static str,
        text: CopySource,
    },
    /// Carry out the operator's changes to notes, pins, archive, ….
    Keep(Vec<(SessionId, AnnotationChange)>),
    Looked,
    /// Keep how the list is arranged, and the saved views.
    Arrange(Arrangement),
    /// Put on the watch-list and ask for.
    Add(Vec<WatchEntry>),
    /// Take off the watch-list, with all that is known.
    Remove(Vec<SessionId>),
    /// Read a list for the add dialog; the answer is `Outcome::ListRead`.
    ReadList(PathBuf),
    /// Ask the refresh task for its calls; the answer is `Event::Traffic`.
    Traffic,
    /// Something of the operator's hands.
    Request(OperatorRequest),
    /// Give the terminal back and stop; on going on, draw all.
    Suspend,
    /// Poll every open session this often.
    Interval(SignedDuration),
    /// Ring the bell, and tell the desktop this.
    Ring(Option<(Desktop, String)>),
    /// Let the terminal tell of the mouse, or not.
    Mouse(bool),
    /// Show another theme, by its name.
    Theme(String),
    /// Clear the terminal and draw all.
    Redraw,
    Quit,
}

/// Where the text of a copy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopySource {
    Text(String),
    /// An export, made by `export`; its path does not matter.
    Export(ExportRequest),
}

/// What the export dialog asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// Bound when the key was pressed (fault V04).
    pub ids: Arc<[SessionId]>,
    /// JSON, JSON Lines, CSV, Markdown.
    pub format: Format,
    pub contents: Contents,
    /// Why not masked; empty when masked.
    pub reason: String,
    /// Target file, or folder for several documents; an existing file gets `-2`, `-3`, ….
    pub path: PathBuf,
}

impl ExportRequest {
    /// One session's masked export, for the clipboard.
    #[must_use]
    pub fn masked(id: SessionId, format: Format) -> Self {
        Self {
            ids: Arc::new([id]),
            format,
            contents: Contents::default(),
            reason: String::new(),
            path: PathBuf::new(),
        }
    }
}
