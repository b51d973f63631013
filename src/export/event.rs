//! One event as a line of JSON: for `watch --jsonl`, and for programs that are told.

use serde_json::{Map, Value};

use super::document::event as change;
use super::mask::{mask_own, sentence, strange};
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
        // A finding in words has Yoti's reason in it.
        let session = happening.session.as_deref();
        let words = session.map_or(words.as_raw(), |session| {
            sentence(words.as_raw(), &strange(session, privacy.hides()))
        });
        map.insert("words".to_owned(), words.into());
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::assessment::rules::Rules;
    use crate::domain::events::session_event::EventDetector;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{Recommendation, SessionState};
    use crate::domain::watchlist::snapshot::{SessionTable, Snapshot};
    use crate::domain::watchlist::watched::WatchedSession;

    // S11
    #[test]
    fn no_masked_event_has_a_reason_that_may_name_a_person() {
        let rejected = |reason: &str| {
            let mut session = f::session(SessionState::Completed);
            let mut check = f::check("c", Some(Recommendation::Reject));
            let report = check.report.as_mut().unwrap();
            report.reason = Some(reason.into());
            session.checks.push(check);
            f::watched(Some(session), None, None)
        };
        let told = |reason: &str, privacy| {
            let world = |session: WatchedSession| Snapshot {
                sessions: SessionTable::from_entries([Arc::new(session)]),
                ..Snapshot::default()
            };
            let before = world(f::watched(Some(f::session(SessionState::Ongoing)), None, None));
            let rules = Rules::default();
            let mut detector = EventDetector::new(&before, rules.clone(), f::now());
            let events = detector.observe(&world(rejected(reason)), f::now());
            let origin =
                DocumentOrigin { profile: "p", environment: "e", rules: &rules, now: f::now() };
            let lines = events.iter().map(|happening| event(happening, &origin, privacy));
            lines.collect::<String>()
        };
        assert!(told("Jane Smith", Privacy::Off).contains("Jane Smith"));
        assert!(!told("Jane Smith", Privacy::Masked).contains("Jane"));
        assert!(told("TAMPERED", Privacy::Masked).contains("TAMPERED"));
    }
}
