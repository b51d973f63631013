//! The text of an answer, checked and freed of secrets before anything else sees it (I6).
//!
//! Owns the rule for what JSON is taken in at all and which keys are secrets. Must never change
//! what it keeps: key order and the text of numbers survive.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Keys whose values never leave this room (product.md 2.6).
const SECRET_KEYS: &[&str] = &["client_session_token", "api_key", "auth_token", "contact_profile"];

/// The deepest nesting taken in (fault A10).
const MAX_DEPTH: usize = 64;

/// Why a text is not taken in; in our words, without any of the text.
pub type Refusal = &'static str;

/// Checks a body (UTF-8, JSON, one object, no duplicate keys, not too deep) and removes the secrets
/// wherever they stand. A text without secrets is returned byte for byte.
///
/// # Errors
/// Says what is wrong with the body.
pub fn checked_without_secrets(body: Vec<u8>) -> Result<(String, Value), Refusal> {
    if body.is_empty() {
        return Err("the answer is empty");
    }
    let text = String::from_utf8(body).map_err(|_bytes| "the answer is not UTF-8")?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    check(&text)?;
    let mut value: Value =
        serde_json::from_str(&text).map_err(|_position| "the answer is not JSON")?;
    if remove_secrets(&mut value) {
        let text = serde_json::to_string(&value).map_err(|_never| "the answer is not JSON")?;
        return Ok((text, value));
    }
    Ok((text, value))
}

/// Removes the secrets below a value; true when there was one.
pub fn remove_secrets(value: &mut Value) -> bool {
    match value {
        Value::Object(map) => {
            let before = map.len();
            map.retain(|key, _| !SECRET_KEYS.contains(&key.as_str()));
            let mut found = map.len() != before;
            for inner in map.values_mut() {
                found |= remove_secrets(inner);
            }
            found
        }
        Value::Array(list) => list.iter_mut().fold(false, |found, inner| {
            let here = remove_secrets(inner);
            found || here
        }),
        _ => false,
    }
}

fn check(text: &str) -> Result<(), Refusal> {
    let reason = Cell::new("the answer is not JSON");
    let mut reader = serde_json::Deserializer::from_str(text);
    let walk = Walk { depth: 0, reason: &reason };
    walk.deserialize(&mut reader).and_then(|()| reader.end()).map_err(|_position| reason.get())?;
    if text.trim_start().starts_with(['{', '[']) { Ok(()) } else { Err("the answer is no object") }
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    depth: usize,
    reason: &'a Cell<Refusal>,
}

impl Walk<'_> {
    fn refuse<E: de::Error>(self, reason: Refusal) -> E {
        self.reason.set(reason);
        E::custom(reason)
    }

    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse("the answer is nested too deeply"));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while list.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(self.refuse("the answer has one key twice"));
            }
            map.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Result<String, Refusal> {
        checked_without_secrets(text.as_bytes().to_vec()).map(|(text, _)| text)
    }

    #[test]
    fn a_text_without_secrets_stays_byte_for_byte() {
        let text = "{ \"b\": 1.50, \"a\" : [1e400, 18446744073709551616, \"\\u0041\"] }\n";
        assert_eq!(kept(text).unwrap(), text);
    }

    #[test]
    fn secrets_go_wherever_they_stand_and_order_and_numbers_stay() {
        let text = r#"{"z":1.50,"client_session_token":"S1","client_session_token_ttl":5,"checks":[{"api_key":"S2","hits":18446744073709551616}],"contact_profile_exists":true,"contact_profile":{"email":"S3"},"n":{"auth_token":"S4"}}"#;
        let text = kept(text).unwrap();
        assert_eq!(
            text,
            r#"{"z":1.50,"client_session_token_ttl":5,"checks":[{"hits":18446744073709551616}],"contact_profile_exists":true,"n":{}}"#
        );
    }

    #[test]
    fn what_yoti_never_sends_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "empty"),
            ("<html>", "not JSON"),
            ("{\"a\":1", "not JSON"),
            ("{\"a\":1} {}", "not JSON"),
            ("{\"a\":1,\"a\":2}", "twice"),
            ("{\"x\":{\"a\":1,\"a\":2}}", "twice"),
            ("\"text\"", "no object"),
        ] {
            let refusal = kept(text).unwrap_err();
            assert!(refusal.contains(reason), "{text}: {refusal}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(kept(&deep).unwrap_err().contains("deep"));
        let bottomless = "[".repeat(100_000);
        assert!(kept(&bottomless).is_err());
        assert!(checked_without_secrets(vec![b'{', 0xff, b'}']).is_err());
    }
}
