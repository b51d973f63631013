//! Sessions that clients create: what is refused, what is required then, and that every requested
//! check comes (contract 4.2, 5.4, 7.1, 7.2).

use branchwatch::domain::assessment::stage::{Stage, Verdict};
use serde_json::{Value, json};

use super::simulated::{World, world};

const DAY: i64 = 86_400;

/// A body that is accepted.
pub(super) fn body() -> Value {
    json!({
        "client_session_token_ttl": 900_000, "resources_ttl": "1000000",
        "user_tracking_id": "case-7", "ibv_options": { "support": "MANDATORY" },
        "requested_checks": [
            { "type": "IBV_VISUAL_REVIEW_CHECK", "config": { "manual_check": "IBV" } },
            { "type": "PROFILE_DOCUMENT_MATCH", "config": { "manual_check": "IBV" } },
            { "type": "DOCUMENT_SCHEME_VALIDITY_CHECK", "config": { "manual_check": "IBV", "scheme": "UK_GDS" } },
        ],
        "required_documents": [
            { "type": "ID_DOCUMENT", "filter": { "type": "DOCUMENT_RESTRICTIONS", "inclusion": "WHITELIST",
              "documents": [{ "country_codes": ["GBR"], "document_types": ["DRIVING_LICENCE"] }] } },
            { "type": "SUPPLEMENTARY_DOCUMENT", "document_types": ["UTILITY_BILL"],
              "country_codes": ["GBR"], "objective": { "type": "UK_DBS" } },
        ],
        "resources": { "applicant_profile": {
            "full_name": "Amina Example", "date_of_birth": "1990-01-01",
            "structured_postal_address": { "address_format": 1, "country_iso": "GBR" } } },
        "sdk_config": { "primary_colour": "#2d9fff", "locale": "en-GB", "hide_logo": true },
    })
}

/// The same with one part changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut body = body();
    match body.pointer_mut(pointer) {
        Some(slot) => *slot = value,
        None => body[pointer.trim_start_matches('/')] = value,
    }
    body
}

/// Where a body is spoilt, with what, and the property that is named then.
type Wrong = Vec<(&'static str, Value, &'static str)>;

fn wrong_in_what_is_requested() -> Wrong {
    let check = |kind: &str, config: Value| json!([{ "type": kind, "config": config }]);
    vec![
        ("/client_session_token_ttl", json!(300), "client_session_token_ttl"),
        ("/client_session_token_ttl", json!("900"), "client_session_token_ttl"),
        ("/session_deadline", json!("2026-12-01T22:00:00Z"), "session_deadline"),
        ("/resources_ttl", json!(900_000 + DAY - 1), "resources_ttl"),
        ("/resources_ttl", json!("soon"), "resources_ttl"),
        ("/requested_checks", json!([]), "requested_checks"),
        ("/requested_checks", json!([{}]), "requested_checks[0].type"),
        ("/requested_checks", check("AURA_READING", json!({})), "requested_checks[0].type"),
        (
            "/requested_checks",
            check("ID_DOCUMENT_TEXT_DATA_CHECK", json!({})),
            "requested_checks[0].type",
        ),
        (
            "/requested_checks",
            check("IBV_VISUAL_REVIEW_CHECK", json!({ "manual_check": "NEVER" })),
            "requested_checks[0].config.manual_check",
        ),
        (
            "/requested_checks",
            check("ID_DOCUMENT_AUTHENTICITY", json!({ "manual_check": "IBV" })),
            "requested_checks[0].config.manual_check",
        ),
        (
            "/requested_checks",
            check("DOCUMENT_SCHEME_VALIDITY_CHECK", json!({})),
            "requested_checks[0].config.scheme",
        ),
        (
            "/requested_checks",
            check("LIVENESS", json!({ "liveness_type": "DANCE" })),
            "requested_checks[0].config.liveness_type",
        ),
        (
            "/requested_checks",
            check("WATCHLIST_ADVANCED_CA", json!({ "type": "WITH_CUSTOM_ACCOUNT" })),
            "requested_checks[0].config.api_key",
        ),
        ("/requested_tasks", check("PAINT", json!({})), "requested_tasks[0].type"),
        (
            "/requested_tasks",
            check("ID_DOCUMENT_TEXT_DATA_EXTRACTION", json!({ "chip_data": "EAT" })),
            "requested_tasks[0].config.chip_data",
        ),
    ]
}

fn wrong_in_everything_else() -> Wrong {
    let document = |document: Value| json!([document]);
    vec![
        ("/required_documents", document(json!({ "type": "HAT" })), "required_documents[0].type"),
        (
            "/required_documents",
            document(json!({ "type": "ID_DOCUMENT", "filter": { "type": "X" } })),
            "required_documents[0].filter.type",
        ),
        (
            "/required_documents",
            document(
                json!({ "type": "ID_DOCUMENT", "filter": { "type": "DOCUMENT_RESTRICTIONS" } }),
            ),
            "required_documents[0].filter.inclusion",
        ),
        ("/ibv_options", json!({ "support": "MAYBE" }), "ibv_options.support"),
        ("/sdk_config", json!({ "enforce_handoff": true }), "sdk_config.enforce_handoff"),
        (
            "/sdk_config",
            json!({ "enforce_handoff": true, "allow_handoff": false }),
            "sdk_config.enforce_handoff",
        ),
        (
            "/ibv_options",
            json!({ "user_price": { "amount": 12.5, "currency": "GBP" } }),
            "ibv_options.user_price.amount",
        ),
        ("/notifications", json!({ "topics": ["SESSION_COMPLETION"] }), "notifications.endpoint"),
        (
            "/notifications",
            json!({ "endpoint": "http://203.0.113.7/", "topics": ["SESSION_COMPLETION"] }),
            "notifications.endpoint",
        ),
        (
            "/notifications",
            json!({ "endpoint": "https://hook.example.org/", "topics": ["GOSSIP"] }),
            "notifications.topics[0]",
        ),
        (
            "/notifications",
            json!({ "endpoint": "https://hook.example.org/", "topics": [] }),
            "notifications.topics",
        ),
        (
            "/notifications",
            json!({ "endpoint": "https://hook.example.org/", "topics": ["RESOURCE_UPDATE"], "auth_type": "KEY" }),
            "notifications.auth_type",
        ),
        (
            "/resources/applicant_profile/structured_postal_address",
            json!({ "address_format": 9 }),
            "resources.applicant_profile.structured_postal_address",
        ),
        ("/sdk_config/primary_colour", json!("blue"), "sdk_config.primary_colour"),
        ("/user_tracking_id", json!(7), "user_tracking_id"),
        ("/import_token", json!({ "ttl": 0 }), "import_token.ttl"),
    ]
}

#[tokio::test]
async fn each_wrong_part_is_named_by_its_property() {
    let world = world("S01").await;
    let wrong = [wrong_in_what_is_requested(), wrong_in_everything_else()].concat();
    for (pointer, value, property) in wrong {
        let refused = world.send("POST", "/sessions", &with(pointer, value.clone())).await;
        let what = format!("{pointer} {value}: {}", refused.json());
        assert_eq!(refused.error(), (400, "PAYLOAD_VALIDATION".to_owned()), "{what}");
        assert_eq!(refused.properties(), [property], "{what}");
    }
    let refused = world.send("POST", "/sessions", &json!("text")).await;
    assert_eq!(refused.error(), (400, "PAYLOAD_VALIDATION".to_owned()));
    let several =
        json!({ "client_session_token_ttl": 1, "requested_checks": [], "resources_ttl": "x" });
    let refused = world.send("POST", "/sessions", &several).await;
    assert_eq!(refused.properties().len(), 3, "all at once");
}

#[tokio::test]
async fn a_deadline_in_a_branch_is_at_least_seven_days_ahead_and_at_home_is_not() {
    let world = world("S01").await;
    let with_deadline = |deadline: &str, support: &str| {
        let mut body = with("/session_deadline", json!(deadline));
        body.as_object_mut().unwrap().remove("client_session_token_ttl");
        body.as_object_mut().unwrap().remove("resources_ttl");
        body["ibv_options"] = json!({ "support": support });
        body
    };
    // It is 2026-10-16T09:00:00Z.
    for (deadline, support, good) in [
        ("2026-10-23T08:59:59Z", "MANDATORY", false),
        ("2026-10-23T09:00:00Z", "MANDATORY", true),
        ("2026-10-23T22:00:00.123456+01:00", "MANDATORY", true),
        ("2026-10-17T09:00:00Z", "NOT_ALLOWED", true),
        ("2026-10-16T09:05:00Z", "NOT_ALLOWED", false),
        ("tomorrow", "NOT_ALLOWED", false),
    ] {
        let answer = world.send("POST", "/sessions", &with_deadline(deadline, support)).await;
        assert_eq!(answer.status == 201, good, "{deadline} {support}: {}", answer.json());
        let properties = answer.properties();
        assert!(good || properties == ["session_deadline"], "{properties:?}");
    }
    let week = with_deadline("2026-10-26T09:00:00Z", "MANDATORY");
    let answer = world.send("POST", "/sessions", &week).await.json();
    assert_eq!(answer["client_session_token_ttl"], 10 * DAY);
    assert_eq!(answer["session_deadline"], "2026-10-26T09:00:00Z");
}

async fn required(world: &World, body: &Value) -> Vec<Value> {
    let id = world.create(body).await;
    let configuration = world.get(&format!("/sessions/{id}/configuration")).await.json();
    configuration["capture"]["required_resources"].as_array().unwrap().clone()
}

fn types(required: &[Value]) -> Vec<&str> {
    required.iter().map(|r| r["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_required_follows_from_what_was_requested() {
    let world = world("S01").await;
    let first = required(&world, &body()).await;
    assert_eq!(types(&first), ["ID_DOCUMENT", "SUPPLEMENTARY_DOCUMENT"], "in their order");
    assert_eq!(first[0]["allowed_sources"], json!([{ "type": "IBV" }]));
    assert_eq!(
        first[0]["supported_countries"],
        json!([{ "code": "GBR", "supported_documents": [{ "type": "DRIVING_LICENCE" }] }])
    );
    assert_eq!(first[0]["ibv_client_assessments"][2]["scheme"], "UK_GDS");
    assert_eq!(first[1]["objective"], json!({ "type": "UK_DBS" }));
    let at_home = required(
        &world,
        &json!({
            "requested_checks": [
                { "type": "LIVENESS", "config": { "liveness_type": "STATIC" } },
                { "type": "FACE_COMPARISON" }, { "type": "PROFILE_DOCUMENT_MATCH" },
            ],
            "requested_tasks": [{ "type": "ID_DOCUMENT_TEXT_DATA_EXTRACTION" }],
            "required_documents": [{ "type": "ID_DOCUMENT", "filter": {
                "type": "ORTHOGONAL_RESTRICTIONS",
                "country_restriction": { "inclusion": "INCLUDE", "country_codes": ["FRA"] } } }],
            "sdk_config": { "attempts_configuration": { "ID_DOCUMENT_TEXT_DATA_EXTRACTION": { "GENERIC": 5 } } },
        }),
    )
    .await;
    assert_eq!(types(&at_home), ["ID_DOCUMENT", "LIVENESS", "FACE_CAPTURE", "APPLICANT_PROFILE"]);
    assert_eq!(at_home[0]["attempts_remaining"], json!({ "GENERIC": 5 }));
    assert_eq!(at_home[0]["requested_tasks"][0]["type"], "ID_DOCUMENT_TEXT_DATA_EXTRACTION");
    assert_eq!(at_home[0]["supported_countries"][0]["code"], "FRA");
    assert_eq!(at_home[1]["liveness_type"], "STATIC");
    let sources = at_home[2]["allowed_sources"].as_array().unwrap();
    assert!(sources.contains(&json!({ "type": "RELYING_BUSINESS" })));
}

#[tokio::test]
async fn the_configuration_echoes_the_sdk_config_and_the_consent() {
    let world = world("S01").await;
    let id = world.create(&body()).await;
    let configuration = world.get(&format!("/sessions/{id}/configuration")).await.json();
    assert_eq!(configuration["sdk_config"], body()["sdk_config"]);
    assert_eq!(configuration["capture"]["biometric_consent"], "NOT_REQUIRED");
    let face = json!({ "requested_checks": [{ "type": "LIVENESS" }] });
    let id = world.create(&face).await;
    let consent = async || {
        let configuration = world.get(&format!("/sessions/{id}/configuration")).await.json();
        configuration["capture"]["biometric_consent"].clone()
    };
    assert_eq!(consent().await, "REQUIRED");
    world.advance(30).await;
    assert_eq!(consent().await, "CAPTURED");
}

#[tokio::test]
async fn every_requested_check_and_task_comes_and_the_session_completes() {
    let world = world("S01").await;
    let kinds = [
        "IBV_VISUAL_REVIEW_CHECK",
        "PROFILE_DOCUMENT_MATCH",
        "ID_DOCUMENT_AUTHENTICITY",
        "ID_DOCUMENT_COMPARISON",
        "ID_DOCUMENT_FACE_MATCH",
        "FACE_COMPARISON",
        "LIVENESS",
        "THIRD_PARTY_IDENTITY",
        "THIRD_PARTY_IDENTITY_FRAUD_1",
        "WATCHLIST_SCREENING",
        "WATCHLIST_ADVANCED_CA",
        "FAMILIAR_FACE_SEARCH",
    ];
    let checks: Vec<Value> = kinds.iter().map(|kind| json!({ "type": kind })).collect();
    let id = world
        .create(&json!({
            "client_session_token_ttl": 900_000, "requested_checks": checks,
            "requested_tasks": [
                { "type": "ID_DOCUMENT_TEXT_DATA_EXTRACTION", "config": { "manual_check": "FALLBACK", "create_expanded_document_fields": true } },
                { "type": "SUPPLEMENTARY_DOCUMENT_TEXT_DATA_EXTRACTION", "config": { "manual_check": "NEVER" } },
                { "type": "VERIFY_SHARE_CODE_TASK" },
            ],
            "required_documents": [
                { "type": "ID_DOCUMENT" }, { "type": "ID_DOCUMENT" },
                { "type": "SUPPLEMENTARY_DOCUMENT", "objective": { "type": "PROOF_OF_ADDRESS" } },
            ],
            "subject": { "subject_id": "subject-1" }, "import_token": { "ttl": 3600 },
            "identity_profile_requirements": { "trust_framework": "UK_TFIDA", "scheme": { "type": "RTW" } },
            "advanced_identity_profile_requirements": { "profiles": [
                { "trust_framework": "YOTI_GLOBAL", "schemes": [{ "type": "IDENTITY", "label": "l" }] }] },
        }))
        .await;
    let path = format!("/sessions/{id}");
    let mut states = std::collections::BTreeSet::new();
    let mut served = Value::Null;
    for _ in 0..150 {
        world.advance(5).await;
        served = world.get(&path).await.json();
        for check in served["checks"].as_array().unwrap() {
            let state = check["state"].as_str().unwrap().to_owned();
            assert_eq!(check["report"].is_object(), state == "DONE", "a report only when DONE");
            states.insert(state);
        }
        if served["state"] == "COMPLETED" {
            break;
        }
    }
    assert_eq!(served["state"], "COMPLETED");
    assert_eq!(states.into_iter().collect::<Vec<_>>(), ["CREATED", "DONE", "PENDING", "READY"]);
    let checks = served["checks"].as_array().unwrap();
    let count = |kind: &str| checks.iter().filter(|check| check["type"] == kind).count();
    for kind in kinds {
        let wanted = match kind {
            "IBV_VISUAL_REVIEW_CHECK" | "PROFILE_DOCUMENT_MATCH" => 3,
            "ID_DOCUMENT_AUTHENTICITY" | "ID_DOCUMENT_FACE_MATCH" => 2,
            _ => 1,
        };
        assert_eq!(count(kind), wanted, "{kind}");
    }
    assert_eq!(count("ID_DOCUMENT_TEXT_DATA_CHECK"), 2, "generated, one for each task");
    assert_eq!(count("SUPPLEMENTARY_DOCUMENT_TEXT_DATA_CHECK"), 0, "manual_check is NEVER");
    let documents = served["resources"]["id_documents"].as_array().unwrap();
    let generated = &documents[0]["tasks"][0]["generated_checks"][0]["id"];
    assert!(checks.iter().any(|check| check["id"] == *generated));
    assert!(documents[0]["expanded_document_fields"]["media"]["id"].is_string());
    assert_eq!(served["resources"]["share_codes"][0]["tasks"][0]["state"], "DONE");
    assert_eq!(served["identity_profile"]["subject_id"], "subject-1");
    let advanced = &served["advanced_identity_profile"]["identity_profile_report"];
    assert_eq!(advanced["compliance"][0]["trust_framework"], "YOTI_GLOBAL");
    assert!(served["import_token"]["media"]["id"].is_string());
    let stage = world.stage_of(id).await;
    assert_eq!(stage, Stage::Done(Verdict::Refer), "nobody knows FAMILIAR_FACE_SEARCH yet");
}

#[tokio::test]
async fn a_session_with_an_identity_profile_needs_no_checks() {
    let world = world("S01").await;
    let profile =
        json!({ "trust_framework": "UK_TFIDA", "scheme": { "type": "DBS", "objective": "BASIC" } });
    let id = world.create(&json!({ "identity_profile_requirements": profile })).await;
    world.advance(400).await;
    let served = world.get(&format!("/sessions/{id}")).await.json();
    assert_eq!(served["identity_profile"]["result"], "DONE");
    assert_eq!(served["resources"]["id_documents"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn evidence_is_purged_when_its_time_is_over() {
    let world = world("S01").await;
    let id = world.create(&body()).await;
    world.advance(500).await;
    let path = format!("/sessions/{id}");
    assert_eq!(world.get(&path).await.json()["state"], "COMPLETED");
    // `resources_ttl` counts from the first picture, 86 s after the creation.
    world.advance(1_000_000 - 500 + 85).await;
    assert_eq!(world.get(&path).await.status, 200);
    world.advance(1).await;
    assert_eq!(world.get(&path).await.error(), (404, "SESSION_NOT_FOUND".to_owned()));
}
