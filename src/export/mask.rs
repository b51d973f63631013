//! What identifies a person is hidden, and where it stood is said (product.md 5, "Masked export").
//!
//! Owns the walk through a document; `domain::personal` has the list of such places. Secrets are not
//! masked but absent: they never come this far.

use serde_json::Value;

use crate::domain::personal::is_personal;

/// What stands instead.
pub(super) const MASK: &str = "▒▒▒ masked";

/// Hides what is personal below a value; adds the pointers of what was hidden.
pub(super) fn mask(value: &mut Value, pointer: &str, masked: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                let here = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                if !inner.is_null() && is_personal(key, inner.as_str()) {
                    *inner = Value::from(MASK);
                    masked.push(here);
                } else {
                    mask(inner, &here, masked);
                }
            }
        }
        Value::Array(list) => {
            for (number, inner) in list.iter_mut().enumerate() {
                mask(inner, &format!("{pointer}/{number}"), masked);
            }
        }
        _ => {}
    }
}
