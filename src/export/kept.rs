//! A kept answer: its text without secrets, and its values, which masking may change.
//!
//! What masking left alone is written as it was received.

use serde_json::Value;

use super::ExportError;
use super::mask::mask;
use crate::domain::json_text::{self, Fate};
use crate::domain::secret::is_secret;

/// One answer on its way into a file.
pub(super) struct Kept {
    text: String,
    received: Value,
    /// What is written in the place of what was received, where the two differ.
    masked: Option<Value>,
}

impl Kept {
    /// # Errors
    /// When the text cannot be read.
    pub(super) fn of(raw: &str) -> Result<Self, ExportError> {
        let unreadable = |why: &str| ExportError::Unreadable(why.to_owned());
        // Once more: an older version may have kept what is a secret today.
        let text = json_text::without(raw, is_secret).map_err(unreadable)?;
        let received: Value =
            serde_json::from_str(&text).map_err(|why| unreadable(&why.to_string()))?;
        Ok(Self { text, received, masked: None })
    }

    /// Hides what is not known to be harmless; adds the pointers of what was hidden.
    pub(super) fn mask(&mut self, pointer: &str, hidden: &mut Vec<String>) {
        let value = self.masked.get_or_insert_with(|| self.received.clone());
        mask(value, pointer, hidden);
    }

    /// What is to be written, every token that stays as it was received.
    pub(super) fn text(&self) -> String {
        let Some(masked) = &self.masked else { return self.text.clone() };
        let written = json_text::rewritten(&self.text, |place| {
            let received = self.received.pointer(place.pointer);
            match (received, masked.pointer(place.pointer)) {
                (_, None) => Fate::Cut,
                (Some(Value::Object(_)), Some(Value::Object(_)))
                | (Some(Value::Array(_)), Some(Value::Array(_))) => Fate::Keep,
                (received, wanted) if received == wanted => Fate::Keep,
                (_, Some(wanted)) => Fate::Replace(wanted.to_string()),
            }
        });
        written.unwrap_or_else(|_never| masked.to_string())
    }
}
