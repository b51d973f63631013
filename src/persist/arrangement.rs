//! The arrangement of the list as JSON, under one name of the state.
//!
//! Owns its form. What cannot be read is as good as not there.

use serde_json::{Map, Value, json};

use super::{PersistError, Persistence};
use crate::domain::arrangement::{Arrangement, ViewTexts};

const NAME: &str = "arrangement";

/// The arrangement that was kept last; the default where there is none.
///
/// # Errors
/// See [`PersistError`].
pub fn arrangement(persistence: &mut impl Persistence) -> Result<Arrangement, PersistError> {
    let text = persistence.state(NAME)?;
    let value = text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    Ok(value.map(|value| read(&value)).unwrap_or_default())
}

/// Keeps an arrangement.
///
/// # Errors
/// See [`PersistError`].
pub fn keep(
    persistence: &mut impl Persistence,
    arrangement: &Arrangement,
) -> Result<(), PersistError> {
    let views: Map<String, Value> =
        arrangement.views.iter().map(|(name, view)| (name.clone(), written(view))).collect();
    let value = json!({ "list": written(&arrangement.list), "views": views });
    persistence.set_state(NAME, &value.to_string())
}

fn written(view: &ViewTexts) -> Value {
    json!({ "filter": view.filter, "sort": view.sort, "columns": view.columns })
}

fn read(value: &Value) -> Arrangement {
    let views = value.get("views").and_then(Value::as_object);
    let views = views.into_iter().flatten().map(|(name, view)| (name.clone(), texts(view)));
    Arrangement { list: value.get("list").map(texts).unwrap_or_default(), views: views.collect() }
}

fn texts(value: &Value) -> ViewTexts {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let columns = value.get("columns").and_then(Value::as_array).into_iter().flatten();
    ViewTexts {
        filter: text("filter"),
        sort: text("sort"),
        columns: columns.filter_map(|name| name.as_str().map(str::to_owned)).collect(),
    }
}
