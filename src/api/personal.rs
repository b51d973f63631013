//! What a person can be known by, in types that do not print themselves (invariant I6).
//!
//! Nothing here is written to the store, the log or an export by itself: somebody has to ask for it
//! by name.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::server_text::ServerText;

/// Bytes that show a person: a picture, a letter, extracted fields. Its `Debug` says only how many,
/// and it is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalBytes(Zeroizing<Vec<u8>>);

impl PersonalBytes {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for a file that the operator asked for.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// Number of bytes: a size is not personal.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for PersonalBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalBytes({})", self.0.len())
    }
}

/// The end user's name and e-mail address (contract 7.3). A secret: it cannot be printed,
/// serialised or kept, and is wiped when dropped.
pub struct ContactProfile {
    first_name: Option<SecretString>,
    last_name: Option<SecretString>,
    email: Option<SecretString>,
}

impl ContactProfile {
    /// Takes the three texts out of an answer; `None` when it is not an object.
    pub(super) fn take(mut value: Value) -> Option<Self> {
        let map = value.as_object_mut()?;
        // Taken out, not copied: the text moves into the type that wipes itself.
        let mut text = |key: &str| match map.remove(key) {
            Some(Value::String(text)) => Some(SecretString::from(text)),
            _ => None,
        };
        Some(Self {
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
        })
    }

    /// Key and value of each part, for the one place that shows them because the operator asked.
    #[must_use]
    pub fn reveal(&self) -> [(&'static str, Option<ServerText>); 3] {
        let open = |part: &Option<SecretString>| {
            part.as_ref().map(|secret| ServerText::from(secret.expose_secret()))
        };
        [
            ("first_name", open(&self.first_name)),
            ("last_name", open(&self.last_name)),
            ("email", open(&self.email)),
        ]
    }
}

impl fmt::Debug for ContactProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContactProfile(hidden)")
    }
}
