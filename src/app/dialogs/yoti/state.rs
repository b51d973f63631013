//! What came of a request to Yoti.

use crate::app::text::hidden::{Hidden, Picture};
use crate::domain::events::audit_action::LastExports;
use crate::domain::session::ids::{MediaId, SessionId};

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YotiReply {
    Done(SessionId, String),
    /// Not done: why, in our words.
    Failed(SessionId, String),
    /// When the session was last exported; `None`: nobody knows.
    LastExports(SessionId, Option<LastExports>),
    /// The recipient of the letter.
    Contact(SessionId, Vec<(&'static str, Hidden)>),
    /// A picture, and how many bytes it has.
    Picture(SessionId, MediaId, Picture, usize),
}
