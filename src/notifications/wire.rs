//! The JSON of a notification (contract 8.3).

use jiff::Timestamp;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::domain::events::notification::Notification;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::SessionId;
use crate::domain::session::wire_enum::Topic;

/// The largest notification: those of the contract have some 150 bytes.
pub const LARGEST: usize = 64 * 1024;
/// The longest topic or id that is kept.
const LONGEST: usize = 100;
/// Keys that name what a notification is about (contract 8.2).
const SUBJECTS: &[&str] = &["resource_id", "task_id", "check_id"];

/// It is no notification; says no more, since the sender is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a notification: expected {{\"session_id\": UUID, \"topic\": …}}")]
pub struct NotANotification;

/// Reads the body of a POST or a line. A `received_at` that is not in the future is taken, so that
/// the lines of `listen` can be read again; else the time is `now`.
///
/// # Errors
/// Where there is not an object with the UUID of a session and a topic, or it has a key twice.
pub fn read(text: &[u8], now: Timestamp) -> Result<Notification, NotANotification> {
    let Object(value) = serde_json::from_slice(text).map_err(|_malformed| NotANotification)?;
    let word = |key: &str| value.get(key).and_then(Value::as_str).filter(|w| w.len() <= LONGEST);
    let session = word("session_id").and_then(|id| SessionId::parse(id).ok());
    let session = session.ok_or(NotANotification)?;
    let topic = word("topic").filter(|topic| !topic.is_empty()).ok_or(NotANotification)?;
    let at = word("received_at").and_then(|at| at.parse().ok()).filter(|at| *at <= now);
    Ok(Notification {
        session,
        // In lower case here, in upper case at creation (contract 11 #14).
        topic: Topic::of_notification(topic),
        // One at most: a topic has one extra key (contract 8.2).
        subject: SUBJECTS.iter().find_map(|key| word(key)).map(ServerText::from),
        at: at.unwrap_or(now),
    })
}

/// An object of which each key stands once: of two, senders and receivers may take another one.
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Object;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Object, A::Error> {
                let mut object = Map::new();
                while let Some((key, value)) = from.next_entry()? {
                    if object.insert(key, value).is_some() {
                        return Err(A::Error::custom("duplicate key"));
                    }
                }
                Ok(Object(object))
            }
        }
        from.deserialize_map(Once)
    }
}

/// The line of `listen` and `ingest`: the contract's keys, when it came, and whether the session is
/// on the watch-list (`None`: not known).
#[must_use]
pub fn line(notification: &Notification, watched: Option<bool>) -> String {
    let mut object = json!({
        "received_at": notification.at.to_string(),
        "session_id": notification.session.to_string(),
        "topic": notification.topic.as_raw().to_ascii_lowercase(),
    });
    let key = match notification.topic {
        Topic::ResourceUpdate => "resource_id",
        Topic::TaskCompletion => "task_id",
        Topic::CheckCompletion => "check_id",
        _ => "subject_id",
    };
    if let Some(map) = object.as_object_mut() {
        if let Some(subject) = &notification.subject {
            map.insert(key.to_owned(), json!(subject.as_raw()));
        }
        if let Some(watched) = watched {
            map.insert("watched".to_owned(), json!(watched));
        }
    }
    object.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33";

    fn now() -> Timestamp {
        "2026-10-16T09:00:00Z".parse().unwrap()
    }

    fn of(text: &str) -> Result<Notification, NotANotification> {
        read(text.as_bytes(), now())
    }

    #[test]
    fn a_topic_is_read_in_either_case_and_an_unknown_one_is_kept() {
        for topic in ["check_completion", "CHECK_COMPLETION"] {
            let body = format!(r#"{{"session_id":"{ID}","topic":"{topic}","check_id":"aa"}}"#);
            let read = of(&body).unwrap();
            assert_eq!((read.topic, read.at), (Topic::CheckCompletion, now()));
            assert_eq!(read.subject, Some(ServerText::from("aa")));
        }
        let body = format!(r#"{{"topic":"Branch_Closed","session_id":"{ID}","new":[1,{{}}]}}"#);
        assert_eq!(of(&body).unwrap().topic.as_raw(), "Branch_Closed");
    }

    #[test]
    fn the_line_that_listen_prints_is_read_again_with_its_time() {
        let body = format!(
            r#"{{"session_id":"{}","topic":"RESOURCE_UPDATE","resource_id":"r-1","received_at":"2026-10-16T08:00:00Z"}}"#,
            ID.to_uppercase()
        );
        let first = of(&body).unwrap();
        assert_eq!(first.at, "2026-10-16T08:00:00Z".parse().unwrap());
        let printed = line(&first, Some(true));
        assert_eq!(
            printed,
            format!(
                r#"{{"received_at":"2026-10-16T08:00:00Z","session_id":"{ID}","topic":"resource_update","resource_id":"r-1","watched":true}}"#
            )
        );
        assert_eq!(of(&printed), Ok(first));
        let later = body.replace("2026-10-16T08", "2027-10-16T08");
        assert_eq!(of(&later).unwrap().at, now(), "nobody tells of the future");
    }

    // U12, W10
    #[test]
    fn what_is_no_notification_is_refused_whatever_it_is() {
        let deep = "[".repeat(60_000);
        let long = format!(r#"{{"session_id":"{ID}","topic":"{}"}}"#, "x".repeat(101));
        let no_topic = format!(r#"{{"session_id":"{ID}"}}"#);
        let empty = format!(r#"{{"session_id":"{ID}","topic":""}}"#);
        let number = r#"{"session_id":7,"topic":"check_completion"}"#;
        let path = r#"{"session_id":"../../etc","topic":"check_completion"}"#;
        for text in ["", "null", "[]", "{", "\u{0}", &deep, &long, &no_topic, &empty, number, path]
        {
            assert_eq!(of(text), Err(NotANotification), "{}", text.get(..20).unwrap_or(text));
        }
        assert_eq!(read(&[0xff, 0xfe, b'{'], now()), Err(NotANotification));
        let mut dice = fastrand::Rng::with_seed(10);
        let good = format!(r#"{{"session_id":"{ID}","topic":"check_completion","check_id":"aa"}}"#);
        for _ in 0..20_000 {
            let mut bytes = good.clone().into_bytes();
            for _ in 0..dice.usize(1..6) {
                let at = dice.usize(..bytes.len());
                bytes[at] = dice.u8(..);
            }
            let _either = read(&bytes, now());
        }
    }
}
