//! A newtype for every id, so that a requirement is never taken for a resource.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::server_text::ServerText;

/// A session id: a UUID, lower case when printed (contract 0.3). Safe in URLs, file names, screens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(uuid::Uuid);

impl SessionId {
    /// Takes a UUID that was parsed already: no other text becomes an id.
    #[must_use]
    pub const fn new(id: uuid::Uuid) -> Self {
        Self(id)
    }

    /// Reads a hyphenated UUID in either case; surrounding white space is ignored.
    ///
    /// # Errors
    /// Says that the text is no UUID, without repeating the text.
    pub fn parse(text: &str) -> Result<Self, NotAUuid> {
        let text = text.trim();
        // The library reads other forms too, in braces or
        // as a URN: what is shown would not be what came.
        if text.len() != 36 {
            return Err(NotAUuid);
        }
        uuid::Uuid::try_parse(text).map(Self).map_err(|_unreadable| NotAUuid)
    }

    /// Reads a UUID hyphenated or as 32 digits, as people paste it.
    pub fn parse_any(text: &str) -> Result<Self, NotAUuid> {
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !digits {
            return Self::parse(text);
        }
        uuid::Uuid::try_parse(text).map(Self).map_err(|_unreadable| NotAUuid)
    }

    /// The UUID, for storage and comparison.
    #[must_use]
    pub const fn uuid(self) -> uuid::Uuid {
        self.0
    }

    /// All 32 hexadecimal digits, without hyphens.
    #[must_use]
    pub fn digits(self) -> String {
        self.0.as_simple().to_string()
    }

    /// The first eight hexadecimal digits, for narrow columns.
    #[must_use]
    pub fn short(self) -> String {
        self.0.as_hyphenated().to_string().chars().take(8).collect()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

/// The text is not a hyphenated UUID of 36 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a session ID: expected a UUID such as 1c3cae90-1769-43a9-8554-d85f2e7cdb0f")]
pub struct NotAUuid;

macro_rules! server_id {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(ServerText);

        impl $name {
            /// Wraps the id as received; ids are UUIDs by contract 0.3, but nothing relies on it.
            #[must_use]
            pub fn new(id: impl Into<ServerText>) -> Self {
                Self(id.into())
            }

            /// The text of the id, still a server's string.
            #[must_use]
            pub const fn text(&self) -> &ServerText {
                &self.0
            }
        }
    )+};
}

server_id! {
    /// Id of a required resource (contract 5.3); not a resource id. May repeat in one session (SEED).
    RequirementId
    /// Id of a supplied resource (contract 3.3).
    ResourceId
    /// Id of a check (contract 4.1).
    CheckId
    /// Id of a task (contract 3.3).
    TaskId
    /// Id of a media (contract 3.3, 10). May change between polls: never a cache key.
    MediaId
}
