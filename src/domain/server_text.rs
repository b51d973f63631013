//! Text that a server wrote: kept exactly, and impossible to print by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A string from the API, byte for byte. It has no `Display`; its `Debug` says only its length. As
/// JSON it is the text, for the store and for exports, which escape what acts on a terminal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerText(Box<str>);

impl ServerText {
    /// Keeps a received string exactly, control characters and all.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The exact text, for comparing and for files that escape it. Never for a terminal.
    #[must_use]
    pub fn as_raw(&self) -> &str {
        &self.0
    }

    /// True for the empty string.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for ServerText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for ServerText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for ServerText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerText({} bytes)", self.0.len())
    }
}
