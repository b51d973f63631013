//! An HTTP answer before it is HTTP: status, type, bytes; and the API's errors (contract 9).
//!
//! Owns the error bodies.

use serde_json::{Value, json};

/// Status, content type, body.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) body: Vec<u8>,
}

const JSON: &str = "application/json";

impl Answer {
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self { status, kind: JSON, body: value.to_string().into_bytes() }
    }

    pub(super) const fn empty(status: u16) -> Self {
        Self { status, kind: JSON, body: Vec::new() }
    }

    pub(super) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "code": code, "message": message }))
    }

    /// 400 for a header or a parameter.
    pub(super) fn malformed(property: &str) -> Self {
        Self::invalid("MALFORMED_REQUEST", property, "must not be null or empty")
    }

    /// 400 for a body.
    pub(super) fn payload(property: &str, message: &str) -> Self {
        Self::invalid("PAYLOAD_VALIDATION", property, message)
    }

    fn invalid(code: &str, property: &str, message: &str) -> Self {
        Self::json(
            400,
            &json!({
                "code": code, "message": "There were errors validating the payload",
                "errors": [{ "property": property, "message": message }],
            }),
        )
    }

    pub(super) fn no_session() -> Self {
        Self::error(404, "SESSION_NOT_FOUND", "Session not found")
    }
}
