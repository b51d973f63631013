//! The dialog that confirms a change at Yoti.

use crate::app::text::text_field::TextField;
use crate::domain::events::audit_action::LastExports;
use crate::domain::session::ids::SessionId;

/// What would be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `DELETE /sessions/{s}`
    DeleteSession,
    /// `POST …/instructions/email`
    SendLetter,
}

/// The question, and what is typed as its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmDialog {
    pub what: What,
    /// The session under the cursor when it was asked for.
    pub id: SessionId,
    /// `dbs-2277 · 1c3cae90… · COMPLETED · LIVE`
    pub subject: String,
    /// What has to be typed.
    pub phrase: String,
    pub typed: TextField,
    /// When the session was last exported, once that was looked up.
    #[expect(
        clippy::option_option,
        reason = "not looked up yet is not the same as never exported"
    )]
    pub exports: Option<Option<LastExports>>,
    pub error: Option<String>,
}
