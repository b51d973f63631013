//! The arrangement of the list as JSON, under one name of the state.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{PersistError, Persistence};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_layout::{Arrangement, Fold, Place, ViewTexts};

const NAME: &str = "arrangement";

/// The arrangement that was kept last; the default where there is none.
pub fn arrangement(persistence: &mut impl Persistence) -> Result<Arrangement, PersistError> {
    let text = persistence.state(NAME)?;
    let value = text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    // What a newer version wrote, or what is damaged, is not worth refusing to start for.
    Ok(value.map(|value| read(&value)).unwrap_or_default())
}

/// Keeps an arrangement, in the place of the one before.
pub fn keep(
    persistence: &mut impl Persistence,
    arrangement: &Arrangement,
) -> Result<(), PersistError> {
    let views: Map<String, Value> =
        arrangement.views.iter().map(|(name, view)| (name.clone(), written(view))).collect();
    let open = arrangement.place.open.iter().map(|(id, folds)| (id.to_string(), json!(folds)));
    let place = json!({
        "cursor": arrangement.place.cursor.map(|id| id.to_string()),
        "open": open.collect::<Map<String, Value>>(),
    });
    let value = json!({ "list": written(&arrangement.list), "views": views, "place": place });
    persistence.set_state(NAME, &value.to_string())
}

/// Keeps nothing of where the operator was in these sessions.
pub fn forget(persistence: &mut impl Persistence, ids: &[SessionId]) -> Result<(), PersistError> {
    let known = arrangement(persistence)?;
    let mut kept = known.clone();
    kept.place.cursor = kept.place.cursor.filter(|id| !ids.contains(id));
    kept.place.open.retain(|id, _| !ids.contains(id));
    if kept == known { Ok(()) } else { keep(persistence, &kept) }
}

fn written(view: &ViewTexts) -> Value {
    json!({ "filter": view.filter, "sort": view.sort, "columns": view.columns })
}

fn read(value: &Value) -> Arrangement {
    let views = value.get("views").and_then(Value::as_object);
    let views = views.into_iter().flatten().map(|(name, view)| (name.clone(), texts(view)));
    Arrangement {
        list: value.get("list").map(texts).unwrap_or_default(),
        views: views.collect(),
        place: value.get("place").map(place).unwrap_or_default(),
    }
}

fn place(value: &Value) -> Place {
    let id = |text: &str| Uuid::try_parse(text).ok().map(SessionId::new);
    let open = value.get("open").and_then(Value::as_object);
    let folds = |value: &Value| serde_json::from_value::<Vec<Fold>>(value.clone()).ok();
    let open = open.into_iter().flatten();
    Place {
        cursor: value.get("cursor").and_then(Value::as_str).and_then(id),
        open: open.filter_map(|(text, value)| Some((id(text)?, folds(value)?))).collect(),
    }
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
