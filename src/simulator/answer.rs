//! An HTTP answer before it is HTTP: status, type, bytes; and the API's errors (contract 9).
//!
//! Owns the error bodies.

use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn bytes(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, kind: kind.to_owned(), body }
    }

    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", value.to_string().into_bytes())
    }

    pub(super) fn empty(status: u16) -> Self {
        Self::bytes(status, "application/json", Vec::new())
    }

    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "code": code, "message": message }))
    }

    /// 400 for a header or a parameter.
    pub(super) fn malformed(property: &str) -> Self {
        Self::invalid("MALFORMED_REQUEST", &[(property, "must not be null or empty")])
    }

    pub(super) fn payload(property: &str, message: &str) -> Self {
        Self::invalid("PAYLOAD_VALIDATION", &[(property, message)])
    }

    /// 400 for all that is wrong: properties and what is wrong with each.
    pub(super) fn invalid(code: &str, wrong: &[(&str, &str)]) -> Self {
        let errors: Vec<Value> = wrong
            .iter()
            .map(|(property, message)| json!({ "property": property, "message": message }))
            .collect();
        let message = "There were errors validating the payload";
        Self::json(400, &json!({ "code": code, "message": message, "errors": errors }))
    }

    pub(super) fn no_session() -> Self {
        Self::error(404, "SESSION_NOT_FOUND", "Session not found")
    }

    pub(super) fn no_path() -> Self {
        Self::error(404, "NOT_FOUND", "No such path")
    }
}

/// What is wrong with a body, all of it.
#[derive(Debug, Default)]
pub(super) struct Wrong(Vec<(String, String)>);

impl Wrong {
    pub(super) fn say(&mut self, property: impl Into<String>, message: impl Into<String>) {
        self.0.push((property.into(), message.into()));
    }

    /// # Errors
    /// 400 `PAYLOAD_VALIDATION` when anything was said.
    pub(super) fn answer(&self) -> Result<(), Answer> {
        if self.0.is_empty() {
            return Ok(());
        }
        let said: Vec<(&str, &str)> =
            self.0.iter().map(|(p, m)| (p.as_str(), m.as_str())).collect();
        Err(Answer::invalid("PAYLOAD_VALIDATION", &said))
    }
}
