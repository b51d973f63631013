//! What the operator's hands reach beside the refresh task: the audit log, the desktop.
//!
//! Owns putting them together; does nothing itself.

use super::opener::Opener;
use crate::audit::AuditLog;

/// What effects work with beside the refresh task.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Where deeds are written down.
    pub audit: AuditLog,
    /// How addresses and files are opened.
    pub opener: Opener,
}

impl Default for Desk {
    fn default() -> Self {
        Self { audit: AuditLog::nowhere(), opener: Opener::Elsewhere }
    }
}
