//! What the operator may do outside the model, and what is asked for.

use std::path::PathBuf;

use crate::app::dialogs::programs::state::Program;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::session::resource::Media;

/// What the configuration says of it.
#[derive(Clone, Debug, Default)]
pub struct OperatorConfig {
    /// The portal's address with `{session_id}` in it, checked.
    pub portal_url: Option<String>,
    /// What may be changed at Yoti.
    pub permissions: Permissions,
    pub programs: Vec<Program>,
}

/// What may be changed at Yoti: the command line and the profile both say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Permissions {
    pub delete: bool,
    /// The letter's e-mail may be sent again.
    pub email: bool,
}

impl Permissions {
    /// Whether anything at Yoti may be changed.
    #[must_use]
    pub const fn any(self) -> bool {
        self.delete || self.email
    }
}

/// One thing to do outside the model, for the operator's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorRequest {
    /// Write a line in the audit log; when it is there, do what waits for it.
    Permit { deed: AuditAction, session: Option<SessionId>, permit: Permit },
    /// The letter's PDF: into this file, or opened by the desktop.
    Letter {
        id: SessionId,
        /// The file; `None`: open it.
        save_to: Option<PathBuf>,
    },
    /// The recipient of the letter.
    Contact(SessionId),
    /// A media: into a file of this name (its ending is added), or as a picture.
    Media {
        id: SessionId,
        media: Box<Media>,
        /// The file; `None`: show it.
        save_to: Option<PathBuf>,
    },
    /// When the session was last exported, from the audit log.
    LastExports(SessionId),
    /// Delete the session at Yoti; confirmed.
    Delete(SessionId),
    /// Send the letter's e-mail again; confirmed.
    SendLetter(SessionId),
    /// Open this address, which the configuration's template and an id make.
    Portal(String),
    /// Run one of the operator's own programs.
    Run {
        /// Its name, safe to show.
        name: String,
        run: Vec<String>,
    },
}

/// What waits for its line in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    Privacy(Privacy),
    /// The labels of this session.
    Reveal(SessionId),
}
