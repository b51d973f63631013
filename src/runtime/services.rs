//! What the operator's hands reach beside the refresh task: the audit log, the desktop, Yoti.

use std::sync::Arc;

use tempfile::TempDir;

use super::clipboard::Clipboard;
use super::opener::Opener;
use crate::audit::AuditLog;
use crate::runtime::yoti_actions::YotiActions;

/// What effects work with beside the refresh task.
#[derive(Clone)]
pub struct Services {
    /// Where deeds are written down.
    pub audit: AuditLog,
    /// How addresses and files are opened.
    pub opener: Opener,
    pub clipboard: Clipboard,
    /// What can be asked of Yoti; `None`: offline.
    pub yoti_actions: Option<Arc<dyn YotiActions>>,
    /// For a letter that is opened: removed when the program ends.
    pub private: Option<Arc<TempDir>>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("opener", &self.opener).finish_non_exhaustive()
    }
}

impl Default for Services {
    fn default() -> Self {
        Self {
            audit: AuditLog::nowhere(),
            opener: Opener::Elsewhere,
            clipboard: Clipboard::default(),
            yoti_actions: None,
            private: None,
        }
    }
}
