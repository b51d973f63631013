//! The question before all that is shown is acknowledged.

use crate::domain::session::ids::SessionId;

/// `A`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcknowledgeDialog {
    pub(crate) ids: Vec<SessionId>,
    /// All that have findings or changes, in words: `3 sessions`.
    pub subject: String,
}
