//! What was noticed while a document was read: what could not be read, which values are not known,
//! and what nobody has read at all.
//!
//! A value is told by its place in memory: the document does not move while it is read.

use std::cell::RefCell;
use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::{Drift, Extra, MAX_EXTRA, UnknownValue};

/// The most drifts, and the most unknown values, kept for one answer.
// Bounded: an answer full of unknown values must not grow a session without end.
const MAX_NOTES: usize = 100;

/// The notes on one document.
#[derive(Default)]
pub(super) struct Notes {
    drifts: RefCell<Vec<Drift>>,
    unknown: RefCell<Vec<UnknownValue>>,
    read: RefCell<HashSet<*const Value>>,
}

impl Notes {
    /// What could not be read, and what was not known.
    pub(super) fn take(self) -> (Vec<Drift>, Vec<UnknownValue>) {
        (self.drifts.into_inner(), self.unknown.into_inner())
    }

    pub(super) fn drift(&self, pointer: String, found: &'static str) {
        let mut list = self.drifts.borrow_mut();
        if list.len() < MAX_NOTES {
            list.push(Drift { pointer, found });
        }
    }

    pub(super) fn unknown(&self, pointer: String, value: &str) {
        let mut list = self.unknown.borrow_mut();
        if list.len() < MAX_NOTES {
            list.push(UnknownValue { pointer, value: ServerText::from(value) });
        }
    }

    pub(super) fn read(&self, value: &Value) {
        self.read.borrow_mut().insert(std::ptr::from_ref(value));
    }

    /// Every scalar below an object that nobody has read, and marks it as read.
    pub(super) fn rest(&self, map: &Map<String, Value>) -> Extra {
        let mut found = Leftover::default();
        for (key, value) in map {
            self.unread(value, key.clone(), &mut found);
        }
        if found.more > 0 {
            let more = format!("{} more", found.more);
            found.pairs.push((ServerText::from("…"), ServerText::from(more)));
        }
        found.pairs
    }

    /// A container counts by what is in it; an empty one, and a scalar, by itself.
    fn unread(&self, value: &Value, path: String, found: &mut Leftover) {
        // By place in memory, since equal values stand in many places.
        let known = !self.read.borrow_mut().insert(std::ptr::from_ref(value));
        match value {
            Value::Object(map) if !map.is_empty() => {
                for (key, inner) in map {
                    self.unread(inner, format!("{path}.{key}"), found);
                }
            }
            Value::Array(list) if !list.is_empty() => {
                for (number, inner) in list.iter().enumerate() {
                    self.unread(inner, format!("{path}.{number}"), found);
                }
            }
            _ if known => {}
            Value::String(text) => found.add(path, text),
            scalar => found.add(path, &scalar.to_string()),
        }
    }
}

#[derive(Default)]
struct Leftover {
    pairs: Extra,
    more: usize,
}

impl Leftover {
    fn add(&mut self, path: String, value: &str) {
        if self.pairs.len() < MAX_EXTRA {
            self.pairs.push((ServerText::from(path), ServerText::from(value)));
        } else {
            self.more += 1;
        }
    }
}
