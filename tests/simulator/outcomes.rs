//! Outcomes that clients set beforehand, as in Yoti's sandbox (contract 13.1).

use branchwatch::domain::session::ids::SessionId;
use serde_json::{Value, json};

use super::simulated::{World, world};

/// Two documents with text extraction, authenticity and a third party.
fn body() -> Value {
    let document = |kind: &str| {
        json!({ "type": "ID_DOCUMENT", "filter": { "type": "DOCUMENT_RESTRICTIONS", "inclusion": "WHITELIST",
            "documents": [{ "country_codes": ["GBR"], "document_types": [kind] }] } })
    };
    json!({
        "client_session_token_ttl": 900_000,
        "requested_checks": [
            { "type": "ID_DOCUMENT_AUTHENTICITY" }, { "type": "THIRD_PARTY_IDENTITY" },
            { "type": "IBV_VISUAL_REVIEW_CHECK" },
        ],
        "requested_tasks": [{ "type": "ID_DOCUMENT_TEXT_DATA_EXTRACTION" }],
        "required_documents": [document("PASSPORT"), document("DRIVING_LICENCE")],
    })
}

async fn finished(world: &World, id: SessionId) -> Value {
    world.advance(2_000).await;
    let served = world.get(&format!("/sessions/{id}")).await.json();
    assert_eq!(served["state"], "COMPLETED");
    served
}

fn values(served: &Value, kind: &str) -> Vec<(String, String)> {
    let checks = served["checks"].as_array().unwrap().iter().filter(|c| c["type"] == kind);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    checks
        .map(|check| &check["report"]["recommendation"])
        .map(|said| (text(&said["value"]), text(&said["reason"])))
        .collect()
}

#[tokio::test]
async fn a_sessions_outcome_is_what_was_put() {
    let world = world("S01").await;
    let id = world.create(&body()).await;
    let tampered = json!({
        "recommendation": { "value": "REJECT", "reason": "TAMPERED", "recovery_suggestion": "BETTER_LIGHTING" },
        "breakdown": [{ "sub_check": "no_sign_of_tampering", "result": "FAIL", "details": [] }],
    });
    let outcome = json!({
        "check_reports": {
            "ID_DOCUMENT_AUTHENTICITY": [
                { "result": { "report": tampered }, "document_filter": { "document_types": ["DRIVING_LICENCE"], "country_codes": ["GBR"] } },
                { "result": { "report_template": "SUCCESS" }, "document_filter": { "document_types": ["PASSPORT"] } },
            ],
            "THIRD_PARTY_IDENTITY": { "result": { "report": { "recommendation": { "value": "CONSIDER", "reason": "NO_MATCH" }, "breakdown": [] } } },
            "async_report_delay": 500,
        },
        "task_results": { "ID_DOCUMENT_TEXT_DATA_EXTRACTION": [{
            "document_filter": { "document_types": ["PASSPORT"] },
            "result": {
                "document_fields": { "full_name": "Set Beforehand" },
                "document_id_photo": { "content_type": "image/jpeg", "data": "AAEC" },
                "detected_country": "FRA", "detected_document_type": "NATIONAL_ID",
                "recommendation": { "value": "SHOULD_TRY_AGAIN", "reason": { "value": "USER_ERROR", "detail": "x" } },
            },
            "response_delay": 20,
        }] },
    });
    let path = format!("/sessions/{id}/response-config");
    assert_eq!(world.send("PUT", &path, &outcome).await.status, 404, "in the sandbox only");
    let set = world.sandbox("PUT", &path, &outcome).await;
    assert_eq!((set.status, set.body.len()), (200, 0), "{}", set.json());
    world.advance(400).await;
    let early = world.get(&format!("/sessions/{id}")).await.json();
    assert_eq!(early["state"], "ONGOING", "reports come 500 s later");
    let served = finished(&world, id).await;
    let authenticity = values(&served, "ID_DOCUMENT_AUTHENTICITY");
    assert_eq!(authenticity.len(), 2);
    assert!(authenticity.contains(&("APPROVE".into(), String::new())));
    assert!(authenticity.contains(&("REJECT".into(), "TAMPERED".into())));
    assert_eq!(values(&served, "THIRD_PARTY_IDENTITY"), [("CONSIDER".into(), "NO_MATCH".into())]);
    let documents = served["resources"]["id_documents"].as_array().unwrap();
    let changed = documents.iter().find(|d| d["document_type"] == "NATIONAL_ID").unwrap();
    assert_eq!(changed["issuing_country"], "FRA");
    assert_eq!(changed["tasks"][0]["recommendation"]["reason"]["value"], "USER_ERROR");
    let content = async |field: &str| {
        let media = changed[field]["media"]["id"].as_str().unwrap();
        world.get(&format!("/sessions/{id}/media/{media}/content")).await
    };
    assert_eq!(content("document_fields").await.json(), json!({ "full_name": "Set Beforehand" }));
    assert_eq!(content("document_id_photo").await.body, [0, 1, 2]);
}

#[tokio::test]
async fn an_applications_outcome_is_that_of_sessions_created_later() {
    let world = world("S01").await;
    let before = world.create(&body()).await;
    let outcome = json!({
        "check_reports": {
            "ID_DOCUMENT_AUTHENTICITY": [{ "report_template": "DOCUMENT_COPY" }],
            "IBV_VISUAL_REVIEW_CHECK": [{ "result": { "report": { "recommendation": { "value": "REJECT" }, "breakdown": [] } } }],
        },
        "task_results": { "ID_DOCUMENT_TEXT_DATA_EXTRACTION": [{ "result_template": "UNABLE_TO_OCR" }] },
    });
    let app = format!("/apps/{}/response-config", world.running.sdk_id);
    assert_eq!(world.sandbox("PUT", &app, &outcome).await.status, 200);
    let other = format!("/apps/{}/response-config", uuid::Uuid::nil());
    let refused = world.sandbox("PUT", &other, &outcome).await;
    assert_eq!(refused.error(), (404, "APP_NOT_FOUND".to_owned()));
    let wrong = world.sandbox("PUT", &app, &json!({ "check_reports": 7 })).await;
    assert_eq!(wrong.properties(), ["check_reports"]);
    let after = world.create(&body()).await;
    let served = finished(&world, after).await;
    assert!(values(&served, "ID_DOCUMENT_AUTHENTICITY").iter().all(|v| v.1 == "DOCUMENT_COPY"));
    assert!(values(&served, "IBV_VISUAL_REVIEW_CHECK").iter().all(|v| v.0 == "REJECT"));
    let task = &served["resources"]["id_documents"][0]["tasks"][0]["recommendation"];
    assert_eq!(task["value"], "MUST_TRY_AGAIN");
    let served = finished(&world, before).await;
    assert!(values(&served, "ID_DOCUMENT_AUTHENTICITY").iter().all(|v| v.0 == "APPROVE"));
}

#[tokio::test]
async fn what_has_ended_or_does_not_exist_has_no_outcome_to_set() {
    let world = world("S01").await;
    let unknown = format!("/sessions/{}/response-config", uuid::Uuid::nil());
    let refused = world.sandbox("PUT", &unknown, &json!({})).await;
    assert_eq!(refused.error(), (404, "SESSION_NOT_FOUND".to_owned()));
    world.advance(600).await;
    let refused = world.sandbox("PUT", &world.path("/response-config"), &json!({})).await;
    assert_eq!(refused.error(), (409, "SESSION_LOCKED".to_owned()));
}
