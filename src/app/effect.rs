//! What `app::update` wants done by others.
//!
//! `runtime::event_loop` has them carried out; what came of it comes back as an event (I4).

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::operator::bell::state::Desktop;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::session::resource::Media;
use crate::domain::shape::{Contents, Format};
use crate::domain::watchlist::command::OperatorCommand;

/// One thing to do outside the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// For the task that polls.
    Command(OperatorCommand),
    /// Ask that task for its calls; the answer is `Event::Traffic`.
    Traffic,
    /// Read these sessions with their details; the answer is `Event::Details`.
    ReadDetails(Vec<SessionId>),
    Export(ExportRequest),
    /// Say what an export would come to, for this question of the dialog.
    Measure(u64, ExportRequest),
    /// Make an export for the clipboard; `what` is it in our words.
    CopyExport {
        what: &'static str,
        request: ExportRequest,
    },
    /// Put text on the clipboard; it is safe (no controls).
    Copy {
        what: &'static str,
        text: String,
        /// It may name a person: the clipboard is cleared of it after half a minute.
        personal: bool,
    },
    /// Clear the clipboard of personal values, if it was given some.
    ClearClipboard,
    /// Write the handover to this file; one that exists gets `-2`, `-3`, ….
    Handover(PathBuf),
    /// Read a list for the add dialog.
    ReadList(PathBuf),
    /// Show more of all sessions, once that stands in the audit log.
    LowerPrivacy(Privacy),
    /// Show the labels of a session, once that stands in the audit log.
    Reveal(SessionId),
    /// When the session was last exported, from the audit log.
    LastExports(SessionId),
    SaveLetter {
        id: SessionId,
        path: PathBuf,
    },
    /// Fetch the letter into a file that only lives as long as the program.
    FetchLetter(SessionId),
    /// The recipient of the letter.
    ShowContact(SessionId),
    ShowPicture {
        id: SessionId,
        media: Box<Media>,
    },
    /// Into a file of this name; its ending is added.
    SaveMedia {
        id: SessionId,
        media: Box<Media>,
        path: PathBuf,
    },
    /// Delete the session at Yoti; confirmed.
    DeleteSession(SessionId),
    /// Send the letter's e-mail again; confirmed.
    SendLetter(SessionId),
    /// Have the desktop open an address or a file; `what` is it in our words.
    Open {
        what: &'static str,
        target: String,
    },
    /// Run one of the operator's own programs; its name is safe to show.
    RunProgram {
        name: String,
        run: Vec<String>,
    },
    /// Ring the bell, and tell the desktop this.
    Ring(Option<(Desktop, String)>),
    /// Let the terminal tell of the mouse, or not.
    Mouse(bool),
    /// Show another theme, by its name.
    Theme(String),
    /// Clear the terminal and draw all.
    Redraw,
    /// Give the terminal back and stop; on going on, draw all.
    Suspend,
    Quit,
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
