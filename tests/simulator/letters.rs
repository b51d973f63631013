//! Instructions, the letter, its e-mail and the contact profile (contract 7.3, 7.4).

use branchwatch::domain::session::ids::SessionId;
use serde_json::{Value, json};

use super::created::body;
use super::simulated::{World, reply, world};

async fn created() -> (World, SessionId, Value) {
    let world = world("S01").await;
    let id = world.create(&body()).await;
    let configuration = world.get(&format!("/sessions/{id}/configuration")).await.json();
    let requirement = &configuration["capture"]["required_resources"][0]["id"];
    let letter = json!({
        "contact_profile": { "first_name": "Zoë (née)", "last_name": "Example", "email": "z@example.org" },
        "documents": [{ "requirement_id": requirement, "document": {
            "type": "ID_DOCUMENT", "country_code": "IRL", "document_type": "PASSPORT" } }],
        "branch": { "type": "UK_POST_OFFICE", "fad_code": "0040037" },
    });
    (world, id, letter)
}

#[tokio::test]
async fn each_wrong_part_of_the_instructions_is_named() {
    let (world, id, letter) = created().await;
    let path = format!("/sessions/{id}/instructions");
    for (pointer, value, property) in [
        ("/contact_profile/first_name", json!(" "), "contact_profile.first_name"),
        ("/contact_profile/last_name", json!(null), "contact_profile.last_name"),
        ("/contact_profile/email", json!("nowhere"), "contact_profile.email"),
        ("/documents", json!(null), "documents"),
        ("/documents/0/requirement_id", json!(""), "documents[0].requirement_id"),
        ("/documents/0/document/document_type", json!(7), "documents[0].document.document_type"),
        ("/branch", json!(null), "branch"),
        ("/branch/type", json!(null), "branch.type"),
        ("/branch/type", json!("KIOSK"), "branch.type"),
        ("/branch/fad_code", json!(null), "branch.fad_code"),
        ("/branch/fad_code", json!("12345678"), "branch.fad_code"),
        ("/branch/fad_code", json!("12-4567"), "branch.fad_code"),
        ("/branch/fad_code", json!("1234567"), "branch.fad_code"),
    ] {
        let mut wrong = letter.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let refused = world.send("PUT", &path, &wrong).await;
        assert_eq!(refused.error(), (400, "PAYLOAD_VALIDATION".to_owned()), "{pointer}");
        assert_eq!(refused.properties(), [property]);
    }
    let mut wrong = letter.clone();
    wrong["branch"]["fad_code"] = json!("1234567");
    let message = world.send("PUT", &path, &wrong).await.json()["errors"][0]["message"].clone();
    assert_eq!(message, "Provided fadCode does not relate to any branch");
    let mut wrong = letter.clone();
    wrong["documents"][0]["requirement_id"] = json!("00000000-0000-4000-8000-000000000000");
    let refused = world.send("PUT", &path, &wrong).await;
    assert_eq!(refused.error(), (404, "REQUIREMENT_NOT_FOUND".to_owned()));
    let none = json!({ "contact_profile_exists": false, "documents": [], "branch": null });
    assert_eq!(world.get(&path).await.json(), none, "nothing was set");
}

#[tokio::test]
async fn instructions_are_set_read_back_and_kept_by_what_the_person_brings() {
    let (world, id, letter) = created().await;
    let path = format!("/sessions/{id}/instructions");
    assert_eq!(world.get(&format!("{path}/contact-profile")).await.status, 404);
    let set = world.send("PUT", &path, &letter).await;
    assert_eq!((set.status, set.body.len()), (200, 0));
    let read = world.get(&path).await.json();
    assert_eq!(read["contact_profile_exists"], true);
    assert!(read.get("contact_profile").is_none());
    assert_eq!(read["branch"]["post_code"], "CO5 5EE", "what is known of the branch is filled in");
    let profile = world.get(&format!("{path}/contact-profile")).await.json();
    assert_eq!(profile, letter["contact_profile"]);
    world.advance(100).await;
    let served = world.get(&format!("/sessions/{id}")).await.json();
    let document = &served["resources"]["id_documents"][0];
    assert_eq!(
        (&document["document_type"], &document["issuing_country"]),
        (&json!("PASSPORT"), &json!("IRL"))
    );
    world.advance(500).await;
    let late = world.send("PUT", &path, &letter).await;
    assert_eq!(late.error(), (409, "SESSION_LOCKED".to_owned()));
}

#[tokio::test]
async fn an_expired_session_takes_no_instructions() {
    let (_, _, letter) = created().await;
    let world = world("S03").await;
    world.advance(30 * 86_400).await;
    let late = world.send("PUT", &world.path("/instructions"), &letter).await;
    assert_eq!(late.error(), (409, "SESSION_EXPIRED".to_owned()));
}

#[tokio::test]
async fn the_letter_is_a_pdf_some_seconds_after_the_instructions() {
    let (world, id, letter) = created().await;
    let path = format!("/sessions/{id}/instructions");
    let pdf = async || world.get(&format!("{path}/pdf")).await;
    let not_yet = (409, "INSTRUCTIONS_NOT_COMPLETE".to_owned());
    assert_eq!(pdf().await.error(), not_yet, "no instructions");
    world.send("PUT", &path, &letter).await;
    assert_eq!(pdf().await.error(), not_yet, "just set");
    world.advance(15).await;
    let answer = pdf().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"));
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.starts_with("%PDF-1.4") && text.trim_end().ends_with("%%EOF"));
    for part in [
        "SPECIMEN LETTER",
        r"Dear Zo\353 \(n\351e\) Example",
        "Contractham",
        "PASSPORT",
        "2026-10-26",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(pdf().await.body, answer.body, "the same bytes");
    world.send("PUT", &path, &letter).await;
    assert_eq!(pdf().await.error(), not_yet, "written again after another PUT");
}

#[tokio::test]
async fn the_email_is_asked_for_without_a_body() {
    let (world, id, letter) = created().await;
    let path = format!("/sessions/{id}/instructions");
    let email = format!("{path}/email");
    let post = async || reply(world.signed("POST", &email, None).send().await.unwrap()).await;
    assert_eq!(post().await.error(), (409, "INSTRUCTIONS_NOT_COMPLETE".to_owned()));
    world.send("PUT", &path, &letter).await;
    world.advance(20).await;
    assert_eq!(post().await.status, 200);
    assert_eq!(world.send("POST", &email, &json!({})).await.status, 400, "a body is refused");
}

#[tokio::test]
async fn the_client_session_token_opens_configuration_and_instructions_alone() {
    let (world, id, _) = created().await;
    let token = world.get(&format!("/sessions/{id}")).await.json()["client_session_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let get = async |path: &str, token: &str| {
        let url = format!("{}{path}", world.running.base_url);
        let request = world.http.get(url).header("X-Yoti-Auth-Token", token);
        reply(request.send().await.unwrap()).await
    };
    let configuration = format!("/sessions/{id}/configuration");
    assert_eq!(get(&configuration, &token).await.status, 200);
    assert_eq!(get(&format!("/sessions/{id}/instructions"), &token).await.status, 200);
    assert_eq!(get(&configuration, "other").await.error(), (401, "BAD_TOKEN".to_owned()));
    let empty = get(&configuration, "").await;
    assert_eq!(
        (empty.status, empty.properties()),
        (400, vec!["header.X-Yoti-Auth-Token".to_owned()])
    );
    let session = get(&format!("/sessions/{id}"), &token).await;
    assert_eq!(session.properties(), ["header.X-Yoti-Auth-Digest"]);
}
