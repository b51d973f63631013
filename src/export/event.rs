//! One event as a line of JSON: for `watch --jsonl`, and for programs that are told.

use serde_json::{Map, Value};

use super::document::event as change;
use super::mask::mask_own;
use super::{DocumentOrigin, SCHEMA_VERSION, json_lines, summary};
use crate::domain::events::session_event::{SessionEvent, standing};
use crate::domain::personal::Privacy;

/// The session's part is [`summary()`] at the time of the event; an event of the connection has none.
#[must_use]
pub fn event(happening: &SessionEvent, origin: &DocumentOrigin<'_>, privacy: Privacy) -> String {
    let mut map = Map::new();
    map.insert("schema_version".to_owned(), SCHEMA_VERSION.into());
    map.insert("event".to_owned(), happening.kind.word().into());
    map.insert("at".to_owned(), happening.at.to_string().into());
    map.insert("seen_at".to_owned(), happening.seen_at.to_string().into());
    match &happening.session {
        Some(session) => {
            if let Value::Object(session) = summary(session, origin, privacy) {
                map.extend(session);
            }
        }
        None => {
            map.insert("profile".to_owned(), origin.profile.into());
            map.insert("environment".to_owned(), origin.environment.into());
        }
    }
    if let Some(words) = &happening.words {
        map.insert("words".to_owned(), words.as_raw().into());
    }
    if let Some(connection) = &happening.connection {
        map.insert("connection".to_owned(), standing(connection).into());
    }
    if let Some(store) = happening.store {
        map.insert("store".to_owned(), store.into());
    }
    if let Some(event) = &happening.change {
        let mut change = change(event);
        // Yoti's words stand in a change too.
        if privacy.hides() {
            mask_own(&mut change, "", &mut Vec::new());
        }
        map.insert("change".to_owned(), change);
    }
    json_lines(std::iter::once(Value::Object(map)))
}
