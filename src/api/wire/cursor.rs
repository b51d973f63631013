//! A place in a JSON document that can be read without ever failing.
//!
//! Owns the tolerance: missing and null are nothing, a wrong type is nothing and a drift. Must
//! never copy a value into a drift.

use std::cell::RefCell;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::domain::server_text::ServerText;
use crate::domain::session::Drift;

/// The most drifts kept for one answer.
const MAX_DRIFTS: usize = 100;

/// What could not be read so far.
#[derive(Default)]
pub(super) struct Drifts(RefCell<Vec<Drift>>);

impl Drifts {
    pub(super) fn take(self) -> Vec<Drift> {
        self.0.into_inner()
    }

    fn note(&self, pointer: String, found: &'static str) {
        let mut list = self.0.borrow_mut();
        if list.len() < MAX_DRIFTS {
            list.push(Drift { pointer, found });
        }
    }
}

/// An object and the way to it.
pub(super) struct Cursor<'a> {
    map: &'a Map<String, Value>,
    pointer: String,
    drifts: &'a Drifts,
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number out of range",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn root(value: &'a Value, drifts: &'a Drifts) -> Option<Self> {
        value.as_object().map(|map| Self { map, pointer: String::new(), drifts })
    }

    /// Keys and values, in the order received.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.map.iter()
    }

    pub(super) fn note(&self, key: &str, found: &'static str) {
        self.drifts.note(format!("{}/{key}", self.pointer), found);
    }

    fn get(&self, key: &str) -> Option<&'a Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn read<T>(&self, key: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.get(key)?;
        let read = read(value);
        if read.is_none() {
            self.note(key, kind(value));
        }
        read
    }

    pub(super) fn name(&self, key: &str) -> Option<&'a str> {
        self.read(key, Value::as_str)
    }

    pub(super) fn text(&self, key: &str) -> Option<ServerText> {
        self.name(key).map(ServerText::from)
    }

    /// An id: like a text, but a missing, null or empty one is a drift too.
    pub(super) fn id(&self, key: &str) -> Option<ServerText> {
        if self.get(key).is_none() {
            self.note(key, "no id");
        }
        self.text(key).filter(|id| !id.is_empty())
    }

    /// A scalar as text: numbers and booleans keep the text they have on the wire.
    pub(super) fn scalar(&self, key: &str) -> Option<ServerText> {
        self.read(key, |value| match value {
            Value::String(text) => Some(ServerText::from(text.as_str())),
            Value::Number(number) => Some(ServerText::from(number.to_string())),
            Value::Bool(flag) => Some(ServerText::from(flag.to_string())),
            _ => None,
        })
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.read(key, Value::as_bool)
    }

    /// A whole number; numeric strings are taken too (contract 11 #7).
    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        self.read(key, |value| match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        })
    }

    /// The first of several keys that holds a time (contract 11 #19).
    pub(super) fn time(&self, keys: &[&str]) -> Option<Timestamp> {
        keys.iter().find_map(|key| {
            let text = self.name(key)?;
            let time = text.parse().ok();
            if time.is_none() {
                self.note(key, "a text that is no time");
            }
            time
        })
    }

    pub(super) fn object(&self, key: &str) -> Option<Cursor<'a>> {
        let map = self.read(key, Value::as_object)?;
        Some(Cursor { map, pointer: format!("{}/{key}", self.pointer), drifts: self.drifts })
    }

    fn array(&self, key: &str) -> &'a [Value] {
        self.read(key, Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The objects of a list; anything else in it is a drift.
    pub(super) fn list(&self, key: &str) -> Vec<Cursor<'a>> {
        let place = |number| format!("{}/{key}/{number}", self.pointer);
        let items = self.array(key).iter().enumerate();
        items
            .filter_map(|(number, value)| {
                let Some(map) = value.as_object() else {
                    self.drifts.note(place(number), kind(value));
                    return None;
                };
                Some(Cursor { map, pointer: place(number), drifts: self.drifts })
            })
            .collect()
    }

    /// The texts of a list; anything else in it is a drift.
    pub(super) fn texts(&self, key: &str) -> Vec<ServerText> {
        let items = self.array(key).iter().enumerate();
        items
            .filter_map(|(number, value)| {
                let text = value.as_str().map(ServerText::from);
                if text.is_none() {
                    self.drifts.note(format!("{}/{key}/{number}", self.pointer), kind(value));
                }
                text
            })
            .collect()
    }
}
