//! A brief as the text that is stored, and back.

use serde_json::Value;

use crate::domain::brief::Brief;

/// The brief as JSON, for [`read`].
#[must_use]
pub fn text(brief: &Brief) -> String {
    let mut value = serde_json::to_value(brief).unwrap_or_default();
    leave_out_defaults(&mut value);
    value.to_string()
}

/// The brief of such a text; `None`: it cannot be read. Of one of a newer build, what is known here.
#[must_use]
pub fn read(text: &str) -> Option<Brief> {
    serde_json::from_str(text).ok().map(Brief::pooled)
}

/// Half of a brief is nothing, and that is what reading makes of a member that is missing.
fn leave_out_defaults(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| {
                let empty = member.as_array().is_some_and(Vec::is_empty);
                !(member.is_null() || *member == Value::Bool(false) || empty)
            });
            members.values_mut().for_each(leave_out_defaults);
        }
        Value::Array(elements) => elements.iter_mut().for_each(leave_out_defaults),
        _ => {}
    }
}
