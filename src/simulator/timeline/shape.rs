//! Small tools for JSON values, and how an answer is written: order, nulls, shuffled keys.

use serde_json::{Map, Value, json};

use crate::simulator::scenario::{Absent, SourceForm, Style};

/// A media object with its times (contract 3.3).
pub(crate) fn media(id: &str, kind: &str, at: &str) -> Value {
    json!({ "id": id, "type": kind, "created": at, "last_updated": at })
}

pub(crate) fn put(value: &mut Value, key: &str, inner: Value) {
    if let Some(map) = value.as_object_mut() {
        map.insert(key.to_owned(), inner);
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

/// The containers of `resources` (contract 3.2).
const CONTAINERS: &[&str] = &[
    "id_documents",
    "supplementary_documents",
    "liveness_capture",
    "face_capture",
    "applicant_profiles",
    "share_codes",
];

/// Writes an answer as a scenario wants it. The same seed gives the same order of keys.
pub(crate) fn styled(mut value: Value, style: Style, seed: u64) -> Value {
    if style.absent == Absent::Null {
        if let Some(resources) = value.get_mut("resources").and_then(Value::as_object_mut) {
            for key in CONTAINERS {
                resources.entry(*key).or_insert(Value::Null);
            }
        }
        no_empty_arrays(&mut value);
    }
    if style.absent == Absent::LeftOut {
        bare(&mut value);
    }
    if style.sources == SourceForm::Texts {
        texts(&mut value);
    }
    if style.shuffled {
        shuffle(&mut value, &mut fastrand::Rng::with_seed(seed));
    }
    value
}

fn bare(value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    map.shift_remove("client_session_token");
    if let Some(settings) = map.get_mut("sdk_config") {
        *settings = json!({});
    }
    let Some(capture) = map.get_mut("capture").and_then(Value::as_object_mut) else { return };
    capture.shift_remove("biometric_consent");
    let required = capture.get_mut("required_resources").and_then(Value::as_array_mut);
    for requirement in required.into_iter().flatten().filter_map(Value::as_object_mut) {
        requirement.shift_remove("requested_tasks");
    }
}

/// Sources that say nothing but their type become bare texts (contract 14.2).
fn texts(value: &mut Value) {
    let bare = |source: &mut Value| {
        if source.as_object().is_some_and(|map| map.len() == 1) {
            *source = source.get("type").cloned().unwrap_or_default();
        }
    };
    match value {
        Value::Array(list) => list.iter_mut().for_each(texts),
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("source", inner) => bare(inner),
                    ("allowed_sources", Value::Array(all)) => all.iter_mut().for_each(bare),
                    (_, inner) => texts(inner),
                }
            }
        }
        _ => {}
    }
}

fn no_empty_arrays(value: &mut Value) {
    match value {
        Value::Array(list) if list.is_empty() => *value = Value::Null,
        Value::Array(list) => list.iter_mut().for_each(no_empty_arrays),
        Value::Object(map) => map.values_mut().for_each(no_empty_arrays),
        _ => {}
    }
}

fn shuffle(value: &mut Value, dice: &mut fastrand::Rng) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| shuffle(inner, dice)),
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
            dice.shuffle(&mut entries);
            for (_, inner) in &mut entries {
                shuffle(inner, dice);
            }
            *map = entries.into_iter().collect::<Map<_, _>>();
        }
        _ => {}
    }
}
