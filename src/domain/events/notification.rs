//! A notification: that something happened to a session, and never what is true now (contract 8).
//!
//! A notification carries no signature: state comes from our own signed GET alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::server_text::ServerText;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::Topic;

/// One notification (contract 8.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub session: SessionId,
    /// What it is about; an unknown topic keeps its text.
    pub topic: Topic,
    /// The resource, task or check that it names.
    pub subject: Option<ServerText>,
    /// When it came, by our clock; Yoti's carry no time.
    pub at: Timestamp,
}

/// How the receiver of notifications stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Receiving {
    /// Not configured.
    #[default]
    Off,
    /// It listens at this address.
    On(String),
    /// It cannot listen, in words that may be shown; retrying.
    Down(String),
}

impl Topic {
    /// What an answer of the API never tells: it stands in the timeline as it was notified.
    /// Unknown topics count here, so that nothing is lost.
    #[must_use]
    pub const fn is_only_notified(&self) -> bool {
        !matches!(
            self,
            Self::ResourceUpdate
                | Self::TaskCompletion
                | Self::CheckCompletion
                | Self::SessionCompletion
        )
    }
}
