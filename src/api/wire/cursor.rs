//! A place in a JSON document that can be read without ever failing, and that knows what of it was
//! read.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::notes::Notes;
use crate::domain::server_text::ServerText;
use crate::domain::session::extra::Extra;
use crate::domain::session::wire_enum::WireValue;

/// An object and the way to it.
pub(super) struct JsonCursor<'a> {
    map: &'a Map<String, Value>,
    pointer: String,
    notes: &'a Notes,
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

impl<'a> JsonCursor<'a> {
    pub(super) fn root(value: &'a Value, notes: &'a Notes) -> Option<Self> {
        value.as_object().map(|map| Self { map, pointer: String::new(), notes })
    }

    /// Keys and values, in the order received.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
        self.map.iter()
    }

    pub(super) fn note(&self, key: &str, found: &'static str) {
        self.notes.drift(self.place(key), found);
    }

    /// Notes a value of an open vocabulary that is not known.
    pub(super) fn note_unknown(&self, key: &str, value: &str) {
        self.notes.unknown(self.place(key), value);
    }

    fn place(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    /// The value of a key, if it can be read; what cannot is a drift and stays unread.
    fn read<T>(&self, key: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.map.get(key)?;
        if value.is_null() {
            // `null` is as good as missing (contract 11,
            // rule 3), so it is nothing that was overlooked.
            self.notes.read(value);
            return None;
        }
        let found = read(value);
        match found {
            Some(_) => self.notes.read(value),
            // A drift says where and what kind, never the value: it may be personal.
            None => self.note(key, kind(value)),
        }
        found
    }

    pub(super) fn name(&self, key: &str) -> Option<&'a str> {
        self.read(key, Value::as_str)
    }

    pub(super) fn text(&self, key: &str) -> Option<ServerText> {
        self.name(key).map(ServerText::from)
    }

    /// A value of one of the contract's enums; one that is not known is noted.
    pub(super) fn value<T: WireValue>(&self, key: &str) -> Option<T> {
        let name = self.name(key)?;
        let value = T::of_wire(name);
        if value.is_new() {
            self.note_unknown(key, name);
        }
        Some(value)
    }

    /// A list of values of one enum; anything else in it is a drift.
    pub(super) fn values<T: WireValue>(&self, key: &str) -> Vec<T> {
        self.elements(key, |place, value| {
            let name = value.as_str()?;
            let value = T::of_wire(name);
            if value.is_new() {
                self.notes.unknown(place.to_owned(), name);
            }
            Some(value)
        })
    }

    /// A text that must be there: a missing, null or empty one is a drift.
    pub(super) fn needed(&self, key: &str) -> Option<ServerText> {
        let there = self.map.get(key).is_some_and(|value| !value.is_null());
        let text = self.text(key);
        if !there || text.as_ref().is_some_and(ServerText::is_empty) {
            self.note(key, "nothing");
        }
        text.filter(|text| !text.is_empty())
    }

    /// An id. Without one the element still stays, under the empty id: what it says may matter.
    pub(super) fn id(&self) -> ServerText {
        self.needed("id").unwrap_or_default()
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
        let time = |value: &Value| value.as_str()?.parse().ok();
        keys.iter().find_map(|key| self.read(key, time))
    }

    pub(super) fn object(&self, key: &str) -> Option<JsonCursor<'a>> {
        let map = self.read(key, Value::as_object)?;
        Some(JsonCursor { map, pointer: self.place(key), notes: self.notes })
    }

    /// An object, or the bare text of its name.
    pub(super) fn named(&self, key: &str) -> Option<Named<'a>> {
        self.read(key, |value| self.either(self.place(key), value))
    }

    /// The elements of a list that are objects or bare texts; anything else in it is a drift.
    pub(super) fn all_named(&self, key: &str) -> Vec<Named<'a>> {
        self.elements(key, |place, value| self.either(place.to_owned(), value))
    }

    fn either(&self, place: String, value: &'a Value) -> Option<Named<'a>> {
        match value {
            Value::Object(map) => {
                Some(Named::Object(JsonCursor { map, pointer: place, notes: self.notes }))
            }
            Value::String(text) => Some(Named::Bare { text, place, notes: self.notes }),
            _ => None,
        }
    }

    fn elements<T>(&self, key: &str, read: impl Fn(&str, &'a Value) -> Option<T>) -> Vec<T> {
        let items = self.read(key, Value::as_array).map_or(&[][..], Vec::as_slice);
        let one = |(number, value): (usize, &'a Value)| {
            let place = format!("{}/{number}", self.place(key));
            let found = read(&place, value);
            match found {
                Some(_) => self.notes.read(value),
                None => self.notes.drift(place, kind(value)),
            }
            found
        };
        items.iter().enumerate().filter_map(one).collect()
    }

    /// The objects of a list; anything else in it is a drift.
    pub(super) fn list(&self, key: &str) -> Vec<JsonCursor<'a>> {
        self.elements(key, |place, value| {
            let map = value.as_object()?;
            Some(JsonCursor { map, pointer: place.to_owned(), notes: self.notes })
        })
    }

    /// How many elements a list has, readable or not; 1 for what is there and no list.
    pub(super) fn length(&self, key: &str) -> usize {
        match self.map.get(key) {
            Some(Value::Array(list)) => list.len(),
            None | Some(Value::Null) => 0,
            Some(_) => 1,
        }
    }

    /// The texts of a list; anything else in it is a drift.
    pub(super) fn texts(&self, key: &str) -> Vec<ServerText> {
        self.elements(key, |_, value| value.as_str().map(ServerText::from))
    }

    /// All that nobody has read below here so far, flattened; it counts as read from now on.
    pub(super) fn rest(&self) -> Extra {
        self.notes.rest(self.map)
    }
}

/// An object that may also be written as the bare text of its name: `"IBV"` for `{"type": "IBV"}`,
/// `"DIGILOCKER"` for `{"name": "DIGILOCKER"}` (contract 14.1, 14.2).
pub(super) enum Named<'a> {
    Object(JsonCursor<'a>),
    Bare { text: &'a str, place: String, notes: &'a Notes },
}

impl<'a> Named<'a> {
    /// The whole object; a bare text has none.
    pub(super) const fn object(&self) -> Option<&JsonCursor<'a>> {
        match self {
            Self::Object(item) => Some(item),
            Self::Bare { .. } => None,
        }
    }

    /// The name, which an object has under `key`.
    pub(super) fn text(&self, key: &str) -> Option<ServerText> {
        match self {
            Self::Object(item) => item.needed(key),
            Self::Bare { text, .. } => Some(ServerText::from(*text)),
        }
    }

    /// The name as a value of an enum; one that is not known is noted.
    pub(super) fn value<T: WireValue>(&self, key: &str) -> Option<T> {
        match self {
            Self::Object(item) => item.value(key),
            Self::Bare { text, place, notes } => {
                let value = T::of_wire(text);
                if value.is_new() {
                    notes.unknown(place.clone(), text);
                }
                Some(value)
            }
        }
    }

    /// What else the object says.
    pub(super) fn rest(&self) -> Extra {
        self.object().map(JsonCursor::rest).unwrap_or_default()
    }
}
