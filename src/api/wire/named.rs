//! An object that may also be written as the bare text of its name: `"IBV"` for `{"type": "IBV"}`,
//! `"DIGILOCKER"` for `{"name": "DIGILOCKER"}` (contract 14.1, 14.2).

use super::cursor::JsonCursor;
use super::notes::Notes;
use crate::domain::server_text::ServerText;
use crate::domain::session::extra::Extra;
use crate::domain::session::wire_enum::WireValue;

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
