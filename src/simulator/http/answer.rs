//! An HTTP answer before it is HTTP: status, type, bytes; and the API's errors (contract 9).

use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn bytes(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, kind: kind.to_owned(), body }
    }

    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json", value.to_string().into_bytes())
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::bytes(status, "application/json", Vec::new())
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "code": code, "message": message }))
    }

    /// 400 for a header or a parameter.
    pub(crate) fn malformed(property: &str) -> Self {
        Self::invalid("MALFORMED_REQUEST", &[(property, "must not be null or empty")])
    }

    pub(crate) fn payload(property: &str, message: &str) -> Self {
        Self::invalid("PAYLOAD_VALIDATION", &[(property, message)])
    }

    /// 400 for all that is wrong: properties and what is wrong with each.
    pub(crate) fn invalid(code: &str, wrong: &[(&str, &str)]) -> Self {
        let errors: Vec<Value> = wrong
            .iter()
            .map(|(property, message)| json!({ "property": property, "message": message }))
            .collect();
        let message = "There were errors validating the payload";
        Self::json(400, &json!({ "code": code, "message": message, "errors": errors }))
    }

    /// A body that must be a JSON object.
    pub(crate) fn object(body: &[u8]) -> Result<Value, Self> {
        let value = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
        value.ok_or_else(|| Self::payload("", "must be a JSON object"))
    }

    pub(crate) fn no_session() -> Self {
        Self::error(404, "SESSION_NOT_FOUND", "Session not found")
    }

    pub(crate) fn no_path() -> Self {
        Self::error(404, "NOT_FOUND", "No such path")
    }
}

/// What is wrong with a body, all of it.
#[derive(Debug, Default)]
pub(crate) struct Wrong(Vec<(String, String)>);

impl Wrong {
    pub(crate) fn say(&mut self, property: impl Into<String>, message: impl Into<String>) {
        self.0.push((property.into(), message.into()));
    }

    /// # Errors
    /// 400 `PAYLOAD_VALIDATION` when anything was said.
    pub(crate) fn answer(&self) -> Result<(), Reply> {
        if self.0.is_empty() {
            return Ok(());
        }
        let said: Vec<(&str, &str)> =
            self.0.iter().map(|(p, m)| (p.as_str(), m.as_str())).collect();
        Err(Reply::invalid("PAYLOAD_VALIDATION", &said))
    }
}
