//! How an answer is written: order, nulls, shuffled keys.

use serde_json::{Map, Value, json};

use crate::simulator::scenario::{Absent, SourceForm, Style};

/// The containers of `resources` that are there from the beginning (contract 3.2, 14.14).
pub(crate) const CREATED: &[&str] = &[
    "id_documents",
    "supplementary_documents",
    "liveness_capture",
    "face_capture",
    "applicant_profiles",
];

/// Writes an answer as a scenario wants it. The same seed gives the same order of keys.
pub(crate) fn styled(mut value: Value, style: Style, seed: u64) -> Value {
    if style.absent == Absent::Null {
        if let Some(resources) = value.get_mut("resources").and_then(Value::as_object_mut) {
            for key in CREATED.iter().chain(&["share_codes"]) {
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
