//! Media, face captures and tracked devices (contract 1.2, 10, 13.2).

use branchwatch::domain::session::ids::SessionId;
use serde_json::{Value, json};

use super::created::body;
use super::simulated::{Reply, World, reply, world};

/// A PNG of our own.
pub(crate) fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([1, 2, 3]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A multipart body as SDKs send it.
fn multipart(disposition: &str, kind: &str, content: &[u8]) -> Vec<u8> {
    let mut body = format!(
        "--yoti-doc-scan-boundary\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n\r\n"
    )
    .into_bytes();
    body.extend(content);
    body.extend(b"\r\n--yoti-doc-scan-boundary--\r\n");
    body
}

async fn upload(world: &World, path: &str, kind: &str, body: &[u8]) -> Reply {
    let request = world.signed("PUT", path, Some(body)).header("Content-Type", kind);
    reply(request.send().await.unwrap()).await
}

/// A session that requires a face, and the requirements' ids.
async fn with_a_face(world: &World) -> (SessionId, Vec<Value>) {
    let mut body = body();
    body["ibv_options"] = json!({ "support": "NOT_ALLOWED" });
    body["requested_checks"] = json!([{ "type": "ID_DOCUMENT_FACE_MATCH" }]);
    let id = world.create(&body).await;
    let configuration = world.get(&format!("/sessions/{id}/configuration")).await.json();
    let required = configuration["capture"]["required_resources"].as_array().unwrap();
    assert_eq!(required[2]["type"], "FACE_CAPTURE");
    (id, required.iter().map(|r| r["id"].clone()).collect())
}

#[tokio::test]
async fn a_face_capture_is_created_given_an_image_and_used_by_the_check() {
    let world = world("S01").await;
    let (id, requirements) = with_a_face(&world).await;
    let create = format!("/sessions/{id}/resources/face-capture");
    let made = world.send("POST", &create, &json!({ "requirement_id": requirements[2] })).await;
    assert_eq!(made.status, 201);
    assert!(made.json()["frames"].is_number());
    let resource = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("{create}/{resource}/image");
    let kind = "multipart/form-data; boundary=yoti-doc-scan-boundary";
    let named = r#"name="binary-content"; filename="face-capture-image""#;
    let done = upload(&world, &path, kind, &multipart(named, "image/png", &png())).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let session = format!("/sessions/{id}");
    let face = world.get(&session).await.json()["resources"]["face_capture"][0].clone();
    assert_eq!(
        (&face["id"], &face["source"]["type"]),
        (&json!(resource), &json!("RELYING_BUSINESS"))
    );
    let media = face["image"]["media"]["id"].as_str().unwrap();
    let content = world.get(&format!("{session}/media/{media}/content")).await;
    assert_eq!((content.header("content-type"), &content.body), ("image/png", &png()));
    let configuration = world.get(&format!("{session}/configuration")).await.json();
    assert_eq!(configuration["capture"]["required_resources"][2]["state"], "COMPLETE");
    world.advance(600).await;
    let served = world.get(&session).await.json();
    assert_eq!(served["resources"]["face_capture"].as_array().unwrap().len(), 1);
    let used = &served["checks"][0]["resources_used"];
    assert!(used.as_array().unwrap().contains(&json!(resource)), "{used}");
}

#[tokio::test]
async fn a_face_capture_that_is_wrong_is_refused_with_its_own_code() {
    let world = world("S01").await;
    let (id, requirements) = with_a_face(&world).await;
    let create = format!("/sessions/{id}/resources/face-capture");
    let post = async |body: Value| world.send("POST", &create, &body).await;
    assert_eq!(post(json!({})).await.properties(), ["requirement_id"]);
    assert_eq!(
        post(json!({ "requirement_id": requirements[0] })).await.properties(),
        ["requirement_id"]
    );
    let unknown = post(json!({ "requirement_id": "00000000-0000-4000-8000-000000000000" })).await;
    assert_eq!(unknown.error(), (404, "REQUIREMENT_NOT_FOUND".to_owned()));
    let made = post(json!({ "requirement_id": requirements[2] })).await.json();
    let path = format!("{create}/{}/image", made["id"].as_str().unwrap());
    let kind = "multipart/form-data; boundary=\"yoti-doc-scan-boundary\"";
    let named = r#"name="binary-content"; filename="x""#;
    let put = async |path: &str, kind: &str, body: Vec<u8>| upload(&world, path, kind, &body).await;
    let no_name = multipart(r#"name="binary-content""#, "image/png", &png());
    assert_eq!(put(&path, kind, no_name).await.error(), (400, "PAYLOAD_VALIDATION".to_owned()));
    let other = multipart(r#"name="file"; filename="x""#, "image/png", &png());
    assert_eq!(put(&path, kind, other).await.properties(), ["binary-content"]);
    let text = multipart(named, "text/plain", b"hello");
    assert_eq!(put(&path, kind, text).await.error(), (415, "UNSUPPORTED_TYPE".to_owned()));
    let json = put(&path, "application/json", b"{}".to_vec()).await;
    assert_eq!(json.error(), (415, "UNSUPPORTED_TYPE".to_owned()));
    let broken = multipart(named, "image/jpeg", b"not a picture");
    assert_eq!(put(&path, kind, broken).await.error(), (422, "UNPROCESSABLE_MEDIA".to_owned()));
    let jpg = multipart(named, "image/jpg", b"not a picture");
    assert_eq!(put(&path, kind, jpg).await.error(), (422, "UNPROCESSABLE_MEDIA".to_owned()));
    let good = multipart(named, "image/png", &png());
    let elsewhere = format!("{create}/{}/image", uuid::Uuid::nil());
    assert_eq!(put(&elsewhere, kind, good).await.error(), (404, "RESOURCE_NOT_FOUND".to_owned()));
    let applicant = path.replace("/image", "/applicant");
    let wrong = world.send("PUT", &applicant, &json!({ "applicant_id": "x" })).await;
    assert_eq!(wrong.properties(), ["applicant_id"]);
    let stored = json!({ "applicant_id": uuid::Uuid::new_v4().to_string() });
    let done = world.send("PUT", &applicant, &stored).await;
    assert_eq!((done.status, done.body.len()), (200, 0));
    let again = post(json!({ "requirement_id": requirements[2] })).await;
    assert_eq!(again.error(), (409, "REQUIREMENT_LOCKED".to_owned()));
}

#[tokio::test]
async fn a_face_that_only_a_branch_may_supply_is_refused() {
    let world = world("S02").await;
    let configuration = world.get(&world.path("/configuration")).await.json();
    let face = &configuration["capture"]["required_resources"][1]["id"];
    let create = world.path("/resources/face-capture");
    let refused = world.send("POST", &create, &json!({ "requirement_id": face })).await;
    assert_eq!(refused.error(), (409, "UNABLE_TO_FULFIL_RESOURCE_REQUIREMENT".to_owned()));
}

#[tokio::test]
async fn a_face_image_that_is_put_makes_s17_ready() {
    let world = world("S17").await;
    let sessions = world.control("GET", "/_sim/sessions", &json!({})).await.json();
    let requirement = &sessions["sessions"][0]["requirements"][1];
    let create = world.path("/resources/face-capture");
    let made = world.send("POST", &create, &json!({ "requirement_id": requirement })).await.json();
    let configuration = world.path("/configuration");
    assert_eq!(world.get(&configuration).await.status, 409, "there is no image yet");
    let path = format!("{create}/{}/image", made["id"].as_str().unwrap());
    let named = r#"name="binary-content"; filename="face-capture-image""#;
    let kind = "multipart/form-data; boundary=yoti-doc-scan-boundary";
    upload(&world, &path, kind, &multipart(named, "image/png", &png())).await;
    assert_eq!(world.get(&configuration).await.status, 200);
    world.advance(1_500).await;
    let served = world.served().await;
    assert_eq!(served["state"], "COMPLETED");
    assert_eq!(
        served["resources"]["face_capture"].as_array().unwrap().len(),
        1,
        "not a second time"
    );
}

#[tokio::test]
async fn media_are_what_their_types_say() {
    let world = world("S18").await;
    world.advance(600).await;
    let served = world.served().await;
    let get = async |media: &Value| {
        let id = media["media"]["id"].as_str().unwrap();
        world.get(&world.path(&format!("/media/{id}/content"))).await
    };
    let statement = &served["resources"]["supplementary_documents"][0];
    let fields = get(&statement["document_fields"]).await;
    assert_eq!(fields.header("content-type"), "application/json");
    assert_eq!(fields.json()["document_type"], "BANK_STATEMENT");
    assert!(fields.json()["organisation"].is_string());
    let token = get(&served["import_token"]).await;
    assert_eq!(token.header("content-type"), "application/octet-stream");
    let report = get(&served["advanced_identity_profile"]["identity_profile_report"]).await;
    assert_eq!(report.json()["specimen"], true);
    let page = get(&served["resources"]["id_documents"][0]["pages"][0]).await;
    assert_eq!(page.header("content-type"), "image/jpeg");
    let id = world.create(&body()).await;
    let served = world.get(&format!("/sessions/{id}")).await.json();
    let claimed = &served["resources"]["applicant_profiles"][0]["media"]["id"];
    let path = format!("/sessions/{id}/media/{}/content", claimed.as_str().unwrap());
    assert_eq!(world.get(&path).await.json(), body()["resources"]["applicant_profile"]);
}

#[tokio::test]
async fn a_passports_fields_and_portrait_come_from_its_extraction() {
    let world = world("S02").await;
    world.advance(300).await;
    let served = world.served().await;
    let document = &served["resources"]["id_documents"][0];
    let content = async |field: &str| {
        let id = document[field]["media"]["id"].as_str().unwrap();
        world.get(&world.path(&format!("/media/{id}/content"))).await
    };
    let fields = content("document_fields").await.json();
    assert_eq!(fields["mrz"]["type"], 2);
    assert!(fields["full_name"].as_str().unwrap().contains(&world.id().short()), "invented");
    let portrait = content("document_id_photo").await;
    assert_eq!(portrait.header("content-type"), "image/png");
    assert!(image::load_from_memory(&portrait.body).is_ok());
}

#[tokio::test]
async fn a_media_is_deleted_once_and_not_while_the_session_runs() {
    let world = world("S02").await;
    world.advance(200).await;
    let page = world.served().await["resources"]["id_documents"][0]["pages"][0].clone();
    let path = world.path(&format!("/media/{}/content", page["media"]["id"].as_str().unwrap()));
    assert_eq!(world.delete(&path).await.error(), (409, "RESOURCE_LOCKED".to_owned()));
    world.advance(400).await;
    assert_eq!(world.delete(&path).await.status, 204);
    assert_eq!(world.get(&path).await.error(), (404, "MEDIA_CONTENT_NOT_FOUND".to_owned()));
    assert_eq!(world.delete(&path).await.error(), (404, "MEDIA_ID_NOT_FOUND".to_owned()));
    let unknown = world.path(&format!("/media/{}/content", uuid::Uuid::nil()));
    assert_eq!(world.get(&unknown).await.error(), (404, "MEDIA_ID_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn tracked_devices_are_listed_and_forgotten() {
    let world = world("S16").await;
    let path = world.path("/tracked-devices");
    assert_eq!(world.get(&path).await.json(), json!([]));
    world.advance(200).await;
    let list = world.get(&path).await.json();
    let events: Vec<&str> =
        list.as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert_eq!(
        events,
        [
            "CONFIG_FIRST_LOADED",
            "RESOURCE_CREATED",
            "RESOURCE_CREATED",
            "CLIENT_SESSION_TOKEN_DELETED"
        ],
        "the relying business has no device"
    );
    assert!(list[1]["resource_id"].is_string() && list[0].get("resource_id").is_none());
    assert!(list[0]["device"]["ip_address"].as_str().unwrap().starts_with("192.0.2."));
    assert_eq!(world.delete(&path).await.status, 204);
    assert_eq!(world.get(&path).await.json(), json!([]));
    world.advance(1_000).await;
    assert_eq!(world.get(&path).await.json().as_array().unwrap().len(), 1, "what came after");
}
