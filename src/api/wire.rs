//! From an answer's text to the typed view, element by element (contract 3–7, tolerance rules 11).

mod check;
pub(super) mod configuration;
mod cursor;
pub(super) mod instructions;
mod notes;
mod requirement;
mod resource;
pub(super) mod service;
pub(super) mod session;
mod watchlist;

use serde_json::Value;

use super::ApiErrorKind;
use crate::domain::session::Session;
use crate::domain::session::configuration::Configuration;
use crate::domain::session::ids::SessionId;
use crate::domain::session::instructions::Instructions;
use cursor::JsonCursor;
use notes::Notes;

/// Reads a session result; `asked` is the session that was asked for.
///
/// # Errors
/// [`ApiErrorKind::NotFromYoti`] when the text is not an object or speaks of another session (A18).
pub fn session(raw: &str, asked: SessionId) -> Result<Session, ApiErrorKind> {
    session::value(&parsed(raw)?, asked)
}

/// Reads a configuration; it must be of the session that was `asked` for.
pub fn configuration(raw: &str, asked: SessionId) -> Result<Configuration, ApiErrorKind> {
    configuration::value(&parsed(raw)?, asked)
}

/// Reads the instructions; they name no session, so any object is taken.
pub fn instructions(raw: &str) -> Result<Instructions, ApiErrorKind> {
    instructions::value(&parsed(raw)?)
}

fn parsed(raw: &str) -> Result<Value, ApiErrorKind> {
    serde_json::from_str(raw)
        .map_err(|_position| ApiErrorKind::NotFromYoti("the response is not JSON"))
}

/// Refuses an answer that does not name these: it may come from anybody (contract 9.4).
pub(in crate::api) fn names(answer: &Value, keys: &[&str]) -> Result<(), ApiErrorKind> {
    let named =
        |key: &&str| answer.get(*key).and_then(Value::as_str).is_some_and(|s| !s.is_empty());
    if keys.iter().all(named) {
        Ok(())
    } else {
        Err(ApiErrorKind::NotFromYoti("the response has no session ID or no state"))
    }
}

/// Refuses what may come from anybody. A letter names no session, and is empty where none is set
/// (contract 14.9, which lists all forms).
pub(in crate::api) fn is_letter(answer: &Value) -> Result<(), ApiErrorKind> {
    let known = |object: &serde_json::Map<String, Value>| {
        let keys = ["documents", "branch", "contact_profile_exists"];
        object.is_empty() || keys.iter().any(|key| object.contains_key(*key))
    };
    if answer.as_object().is_none_or(known) {
        Ok(())
    } else {
        Err(ApiErrorKind::NotFromYoti("the response has nothing of a letter"))
    }
}

/// The root object, after the check that it speaks of the session asked for. A missing id is taken
/// as the one asked for: the path was signed.
fn root<'a>(
    value: &'a Value,
    asked: SessionId,
    notes: &'a Notes,
) -> Result<JsonCursor<'a>, ApiErrorKind> {
    let root = JsonCursor::root(value, notes)
        .ok_or(ApiErrorKind::NotFromYoti("the response is not a JSON object"))?;
    match root.needed("session_id") {
        // Crossed answers of a broken proxy must not overwrite another session (faults A18, A23).
        Some(id) if SessionId::parse(id.as_raw()) != Ok(asked) => {
            Err(ApiErrorKind::NotFromYoti("the response is about another session"))
        }
        _ => Ok(root),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::server_text::ServerText;
    use crate::domain::session::check::Check;
    use crate::domain::session::resource::ResourceKind;
    use crate::domain::session::wire_enum::{
        CheckState, IdentityProfileOutcome, Recommendation, SourceType,
    };

    const ID: &str = "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33";

    fn id() -> SessionId {
        SessionId::parse(ID).unwrap()
    }

    fn read(text: &str) -> Session {
        session(&text.replace("$ID", ID), id()).unwrap()
    }

    /// In the shape of the contract's examples: a document, a face, three checks, a watchlist.
    const FULL: &str = r#"{"session_id":"$ID","state":"COMPLETED","client_session_token_ttl":1208400,
      "user_tracking_id":"case-0042","biometric_consent":"2022-03-29T11:39:08.473Z",
      "resources":{
        "id_documents":[{"id":"d1","source":{"type":"IBV"},"created_at":"2026-03-02T10:14:09Z","last_updated":"2026-03-02T10:15:40Z",
          "document_type":"PASSPORT","issuing_country":"GBR",
          "pages":[{"capture_method":"CAMERA","media":{"id":"m1","type":"IMAGE"},"frames":[{"media":{"id":"m2","type":"IMAGE"}},{"media":null},{}]}],
          "document_fields":{"media":{"id":"m3","type":"JSON"}},
          "tasks":[{"id":"t1","type":"ID_DOCUMENT_TEXT_DATA_EXTRACTION","state":"DONE","generated_checks":[{"id":"c9","type":"X"}],
            "recommendation":{"value":"MUST_TRY_AGAIN","reason":{"value":"QUALITY","detail":"blur"}}}]}],
        "supplementary_documents":null,
        "liveness_capture":[{"id":"l1","liveness_type":"HOLOGRAM"}],
        "face_capture":[{"id":"f1","image":{"media":{"id":"m4","type":"IMAGE"}}}],
        "hats":[{"id":"h1"}]},
      "checks":[
        {"id":"c1","type":"ID_DOCUMENT_AUTHENTICITY","state":"DONE","resources_used":["d1"],
          "report":{"recommendation":{"value":"REJECT","reason":"TAMPERED","recovery_suggestion":"AGAIN"},
            "breakdown":[{"sub_check":"hologram","result":"FAIL","process":"EXPERT_REVIEW","details":[{"name":"score","value":0.68},{"band":"B"}]},{"sub_check":"x","result":"PASS","details":null}]}},
        {"id":"c2","type":"FAMILIAR_FACE_SEARCH","state":"PONDERING","created":"2026-03-02T10:20:00Z"},
        {"id":"c3","type":"WATCHLIST_SCREENING","state":"DONE","report":{"recommendation":{"value":"CONSIDER"},
          "watchlist_summary":{"total_hits":100,"raw_results":{"media":{"id":"m5","type":"JSON"}}}}}],
      "identity_profile":{"result":"ABORTED","failure_reason":{"reason_code":"MANDATORY_DOCUMENT_NOT_PROVIDED"}},
      "quantum":{"media":{"id":"m6","type":"HOLOGRAM"}}}"#;

    #[test]
    fn a_full_answer_is_read_in_every_part() {
        let session = read(FULL);
        assert_eq!(session.drift, []);
        assert_eq!(session.resources.len(), 4);
        let document = session.resources[0].document().unwrap();
        assert_eq!(document.pages[0].frames.len(), 3);
        assert_eq!(session.resources[0].source, Some(SourceType::Ibv));
        assert_eq!(session.resources[0].tasks[0].reason.as_ref().unwrap().as_raw(), "QUALITY");
        let unknown = &session.resources[3].kind;
        assert!(matches!(unknown, ResourceKind::Unknown(key) if key.as_raw() == "hats"));
    }

    #[test]
    fn reports_media_and_profile_of_a_full_answer_are_read() {
        let session = read(FULL);
        let check = &session.checks[0];
        assert_eq!(check.recommendation(), Some(&Recommendation::Reject));
        let part = &check.report.as_ref().unwrap().breakdown[0];
        let details: Vec<(&str, &str)> =
            part.details.iter().map(|(a, b)| (a.as_raw(), b.as_raw())).collect();
        assert_eq!(details, [("score", "0.68"), ("band", "B")]);
        assert!(matches!(session.checks[1].state, Some(CheckState::Unknown(_))));
        let found = session.checks[2].report.clone().unwrap().watchlist;
        let hits = found.unwrap().total_hits;
        assert_eq!(hits.unwrap().as_raw(), "100");
        let media: Vec<&str> = session.media.iter().map(|m| m.id.text().as_raw()).collect();
        assert_eq!(media, ["m1", "m2", "m3", "m4", "m5", "m6"], "also below unknown keys");
        let profile = session.identity_profile.unwrap();
        assert_eq!(profile.result, Some(IdentityProfileOutcome::Aborted));
    }

    #[test]
    fn a_media_has_the_same_role_wherever_its_task_stands() {
        let tasks = r#""tasks":[{"id":"t","generated_media":[{"id":"m","type":"JSON"}]}]"#;
        let fields = r#""document_fields":{"media":{"id":"m","type":"JSON","created":"2026-03-02T10:20:00Z"}}"#;
        for (first, then) in [(tasks, fields), (fields, tasks)] {
            let session = read(&format!(
                r#"{{"session_id":"$ID","resources":{{"id_documents":[{{"id":"d",{first},{then}}}]}}}}"#
            ));
            for media in [&session.resources[0].media, &session.media] {
                assert_eq!(media.len(), 1, "{first}");
                assert_eq!(media[0].role, "document_fields", "{first}");
                assert!(media[0].created.is_some(), "{first}");
            }
        }
    }

    #[test]
    fn what_no_field_reads_is_flattened_below_its_own_row() {
        let session = read(
            r#"{"session_id":"$ID","quantum":{"score":1.50,"deep":[{"a":null},[]]},
            "resources":{"id_documents":[{"id":"d","source":{"type":"KIOSK","kiosk_id":"K-17","floor":3},"pages":[{"tilt":"left"}]}]},
            "checks":[{"id":"c","type":"FAMILIAR_FACE_SEARCH","state":"DONE","weight":7,
              "report":{"recommendation":{"value":"REJECT","reason":"MATCH_FOUND","by":"night"},"faces":[{"rank":1},{"rank":2}]}}]}"#,
        );
        let pairs = |extra: &crate::domain::session::extra::Extra| {
            let pair = |(path, value): &(ServerText, ServerText)| {
                format!("{}={}", path.as_raw(), value.as_raw())
            };
            extra.iter().map(pair).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            pairs(&session.extra),
            "quantum.score=1.50 quantum.deep.0.a=null quantum.deep.1=[]"
        );
        assert_eq!(pairs(&session.resources[0].source_extra), "kiosk_id=K-17 floor=3");
        assert_eq!(pairs(&session.resources[0].extra), "pages.0.tilt=left");
        assert_eq!(
            pairs(&session.checks[0].extra),
            "weight=7 report.recommendation.by=night report.faces.0.rank=1 report.faces.1.rank=2"
        );
        let unknown: Vec<&str> = session.unknown.iter().map(|u| u.pointer.as_str()).collect();
        assert_eq!(unknown, ["/resources/id_documents/0/source/type", "/checks/0/type"]);
    }

    #[test]
    fn a_flood_of_unknown_keys_is_bounded_and_says_how_many_are_left_out() {
        let keys: Vec<String> = (0..250).map(|n| format!("\"k{n}\":{n}")).collect();
        let session = read(&format!(r#"{{"session_id":"$ID",{}}}"#, keys.join(",")));
        assert_eq!(session.extra.len(), 101);
        let (path, more) = session.extra.last().unwrap();
        assert_eq!((path.as_raw(), more.as_raw()), ("…", "150 more"));
    }

    // A14
    #[test]
    fn one_bad_element_never_loses_the_rest_and_is_told_by_its_place() {
        let session = read(
            r#"{"session_id":"$ID","state":7,"client_session_token_ttl":1e999,
            "resources":{"id_documents":[{"id":"d1"},"rubbish",{"document_type":"PASSPORT"},{"id":"d2","pages":"no"}],"face_capture":5},
            "checks":[null,{"id":"c1","state":[]},{"id":"c2","created":"yesterday"}]}"#,
        );
        assert_eq!((session.state, session.client_session_token_ttl), (None, None));
        assert_eq!(session.resources.len(), 3, "one without an id stays too");
        assert_eq!((session.checks.len(), session.unreadable_checks), (2, 1));
        let places: Vec<&str> = session.drift.iter().map(|drift| drift.pointer.as_str()).collect();
        for place in [
            "/state",
            "/client_session_token_ttl",
            "/resources/id_documents/1",
            "/resources/id_documents/2/id",
            "/resources/id_documents/3/pages",
            "/resources/face_capture",
            "/checks/0",
            "/checks/1/state",
            "/checks/2/created",
        ] {
            assert!(places.contains(&place), "{place} in {places:?}");
        }
    }

    #[test]
    fn missing_null_and_empty_are_equal_and_both_names_of_a_time_are_read() {
        let a = read(r#"{"session_id":"$ID","resources":{},"checks":[]}"#);
        let b = read(r#"{"session_id":"$ID","resources":null,"checks":null,"state":null}"#);
        assert_eq!(a, b);
        let named = |key: &str| {
            let face = format!(r#"{{"id":"f","{key}":"2026-03-02T10:14:09Z"}}"#);
            let text = format!(r#"{{"session_id":"$ID","resources":{{"face_capture":[{face}]}}}}"#);
            read(&text).resources[0].created_at
        };
        assert_eq!(named("created"), named("created_at"));
        assert!(named("created").is_some());
    }

    // A18, A23
    #[test]
    fn an_answer_about_another_session_is_refused() {
        let other = FULL.replace("$ID", "1b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33");
        assert!(matches!(session(&other, id()), Err(ApiErrorKind::NotFromYoti(_))));
        assert!(session("[]", id()).is_err());
        assert!(session("", id()).is_err());
    }

    #[test]
    fn the_seeds_configuration_and_both_spellings_of_a_post_code_are_read() {
        let text = r#"{"client_session_token_ttl":599,"session_id":"$ID","requested_checks":[],"capture":{"required_resources":[
            {"type":"ID_DOCUMENT","id":"r","state":"REQUIRED","allowed_sources":[{"type":"END_USER"},{"type":"IBV","allowed_providers":["UK_POST_OFFICE"]}],"attempts_remaining":{"GENERIC":2,"NEW":"3"}},
            {"type":"VOICE","id":"r","allowed_sources":[{"type":"KIOSK","floor":3}]}]},"sdk_config":{}}"#;
        let configuration = configuration(&text.replace("$ID", ID), id()).unwrap();
        assert_eq!(configuration.requirements.len(), 2);
        let first = &configuration.requirements[0];
        assert_eq!(first.allowed_sources[0].allowed_providers, None);
        assert_eq!(first.allowed_sources[1].allowed_providers.as_ref().unwrap().len(), 1);
        assert_eq!(first.attempts_remaining.len(), 2);
        assert!(configuration.requirements[1].requirement_type.as_ref().unwrap().is_unknown());
        for key in ["post_code", "postcode"] {
            let letter = instructions(&format!(r#"{{"branch":{{"{key}":"EX1 1AA"}}}}"#)).unwrap();
            assert_eq!(letter.branch.unwrap().post_code.unwrap().as_raw(), "EX1 1AA");
        }
    }

    /// Every place of a document, as pointers.
    fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
        found.push(pointer.to_owned());
        match value {
            Value::Object(map) => {
                map.iter().for_each(|(key, v)| places(v, &format!("{pointer}/{key}"), found));
            }
            Value::Array(list) => {
                list.iter()
                    .enumerate()
                    .for_each(|(n, v)| places(v, &format!("{pointer}/{n}"), found));
            }
            _ => {}
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        // A12
        #[test]
        fn whatever_is_put_in_one_place_the_other_checks_stay(
            place in any::<prop::sample::Index>(),
            with in prop_oneof![
                Just("null"), Just("7"), Just("-1"), Just("1e999"), Just("18446744073709551616"),
                Just("true"), Just("\"NEW_VALUE\""), Just("[]"), Just("{}"), Just("[[{}]]"), Just("\"\""),
            ],
        ) {
            let mut value: Value = serde_json::from_str(&FULL.replace("$ID", ID)).unwrap();
            let mut all = Vec::new();
            places(&value, "", &mut all);
            let pointer = all[place.index(all.len())].clone();
            *value.pointer_mut(&pointer).unwrap() = serde_json::from_str(with).unwrap();
            let read = session::value(&value, id());
            if !pointer.is_empty() && pointer != "/session_id" && pointer != "/checks" {
                let read = read.unwrap();
                let kept = |name: &str| {
                    read.checks.iter().any(|check: &Check| check.id.text().as_raw() == name)
                };
                for (number, name) in ["c1", "c2", "c3"].iter().enumerate() {
                    let hit = pointer.starts_with(&format!("/checks/{number}"));
                    prop_assert!(hit || kept(name), "{name} is lost by {with} at {pointer}");
                }
            }
        }
    }
}
