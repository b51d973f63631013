//! What the operator's hands reach beside the refresh task: the audit log.
//!
//! Owns putting them together; does nothing itself.

use crate::audit::AuditLog;

/// What effects work with beside the refresh task.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Where deeds are written down.
    pub audit: AuditLog,
}

impl Default for Desk {
    fn default() -> Self {
        Self { audit: AuditLog::nowhere() }
    }
}
