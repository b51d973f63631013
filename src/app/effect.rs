//! What `app::update` wants done by others.
//!
//! Owns [`Effect`]. `runtime::effects` carries them out; results come back as events (I4).

use std::path::PathBuf;

use crate::domain::ids::SessionId;
use crate::domain::shape::Shape;

/// One thing to do outside the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask Yoti for one session now.
    Refresh(SessionId),
    /// Ask for all as the budget allows.
    RefreshAll,
    /// Stop or go on polling.
    SetPaused(bool),
    /// What the operator looks at: polled first.
    Focus {
        /// Under the cursor.
        selected: Option<SessionId>,
        /// Rows on the screen.
        visible: Vec<SessionId>,
    },
    /// Write an export.
    Export(ExportRequest),
    /// Put text on the terminal's clipboard; the text is safe (one line, no controls).
    Copy {
        /// What it is, in our words, for the message.
        what: &'static str,
        /// The text.
        text: CopySource,
    },
    /// Ask the refresh task for its calls; the answer is `Event::Traffic`.
    Traffic,
    /// Clear the terminal and draw all.
    Redraw,
    /// Leave.
    Quit,
}

/// Where the text of a copy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopySource {
    /// The text itself.
    Text(String),
    /// The masked export of this session, made by `export`.
    Export(SessionId),
}

/// What the export dialog asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// Bound when the key was pressed (fault V04).
    pub id: SessionId,
    /// `raw` or `normal`.
    pub shape: Shape,
    /// Hide what identifies a person.
    pub masked: bool,
    /// Include the timeline.
    pub timeline: bool,
    /// Include the configuration.
    pub configuration: bool,
    /// Target file; an existing one gets `-2`, `-3`, ….
    pub path: PathBuf,
}
