//! Small tools for JSON values.

use serde_json::{Value, json};

/// The text at a pointer.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// The list at a pointer; empty where there is none.
pub(crate) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A media object with its times (contract 3.3).
pub(crate) fn media(id: &str, kind: &str, at: &str) -> Value {
    json!({ "id": id, "type": kind, "created": at, "last_updated": at })
}

pub(crate) fn put(value: &mut Value, key: &str, inner: impl Into<Value>) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), inner.into());
    }
}

/// Changes the list at a key, which is made where there is none.
pub(crate) fn with_list(value: &mut Value, key: &str, change: impl FnOnce(&mut Vec<Value>)) {
    if !value.get(key).is_some_and(Value::is_array) {
        put(value, key, json!([]));
    }
    if let Some(list) = value.get_mut(key).and_then(Value::as_array_mut) {
        change(list);
    }
}

/// Lays JSON over a value: objects are merged, everything else is replaced.
pub(crate) fn merge(value: &mut Value, text: Option<&str>) {
    if let Some(over) = text.and_then(|text| serde_json::from_str(text).ok()) {
        lay_over(value, over);
    }
}

pub(crate) fn lay_over(value: &mut Value, over: Value) {
    match (value, over) {
        (Value::Object(map), Value::Object(over)) => {
            for (key, inner) in over {
                lay_over(map.entry(key).or_insert(Value::Null), inner);
            }
        }
        (value, over) => *value = over,
    }
}

/// Replaces every `"media": "@KIND name"` by a media object whose id `id_of` gives, and every
/// `"@ID name"` by that id alone.
pub(crate) fn resolve(value: &mut Value, at: &str, id_of: &impl Fn(&str) -> String) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let named = inner.as_str().and_then(|text| text.strip_prefix('@'));
                match named.and_then(|text| text.split_once(' ')) {
                    Some(("ID", name)) => *inner = Value::from(id_of(name)),
                    Some((kind, name)) if key == "media" => *inner = media(&id_of(name), kind, at),
                    _ => resolve(inner, at, id_of),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| resolve(inner, at, id_of)),
        _ => {}
    }
}
