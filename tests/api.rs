//! The client against servers that misbehave: redirects, floods, silence.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[path = "api/connections.rs"]
mod connections;
#[path = "api/cut.rs"]
mod cut;
#[path = "common/responder.rs"]
mod responder;
#[path = "common/tls.rs"]
mod tls;
#[path = "api/tls_faults.rs"]
mod tls_faults;

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use branchwatch::api::client::{
    Client, ClientOptions, Doubt, FacePicture, LetterPdf, MAX_JSON, MAX_MEDIA, MediaForm,
    MediaOutcome, MissingMedia,
};
use branchwatch::api::key::SigningKey;
use branchwatch::api::signing::{VerifyingKey, string_to_sign};
use branchwatch::api::{ApiErrorKind, Effect, Retry, SessionApi};
use branchwatch::clock::SystemClock;
use branchwatch::domain::session::answer::Fingerprint;
use branchwatch::domain::session::ids::{MediaId, RequirementId, ResourceId, SessionId};
use branchwatch::domain::session::observation::Observation;
use branchwatch::domain::session::parts::Part;
use branchwatch::domain::session::resource::Media;
use branchwatch::domain::session::wire_enum::{DeviceEventKind, MediaType, SessionState};
use responder::{Asked, Responder, answer, json, responder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn id() -> SessionId {
    SessionId::parse("0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33").unwrap()
}

async fn server(answer: impl Into<Vec<u8>>) -> Responder {
    let answer = answer.into();
    responder(move |_| answer.clone()).await
}

fn client(base: &str, patience: Duration) -> (Client<SystemClock>, Arc<SigningKey>) {
    // One for all: making a pair takes longer than a test.
    static KEY: LazyLock<Arc<SigningKey>> =
        LazyLock::new(|| Arc::new(SigningKey::generate().unwrap()));
    let key = Arc::clone(&KEY);
    let mut options = ClientOptions::new(base, uuid::Uuid::from_u128(7));
    options.request_timeout = patience;
    (Client::new(&options, Arc::clone(&key), SystemClock).unwrap(), key)
}

/// A client of a server that answers by a function.
async fn world(
    answers: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static,
) -> (Client<SystemClock>, Arc<SigningKey>, Responder) {
    let server = responder(answers).await;
    let (client, key) = client(&server.base, Duration::from_secs(30));
    (client, key, server)
}

async fn failure(answer: impl Into<Vec<u8>>) -> ApiErrorKind {
    let server = server(answer).await;
    client(&server.base, Duration::from_secs(30)).0.session(id()).await.unwrap_err().kind
}

/// Each poll has another ttl; the fourth has another state too.
#[tokio::test]
async fn a_poll_whose_answer_says_what_is_known_tells_its_clock_alone() {
    let number = AtomicI64::new(0);
    let (client, ..) = world(move |_| {
        let number = number.fetch_add(1, Ordering::Relaxed);
        let state = if number < 3 { "ONGOING" } else { "COMPLETED" };
        let ttl =
            format!(r#""client_session_token_ttl":{},"client_session_token":"T""#, 900 - number);
        json(200, &format!(r#"{{"session_id":"{}",{ttl},"state":"{state}"}}"#, id()))
    })
    .await;
    let client = Some(client);
    let poll = async |known| client.poll(id(), Part::Session, known).await.unwrap();
    let Observation::Session(first) = poll(None).await else { panic!("nothing was known") };
    let fingerprint = Fingerprint::of(&first.raw);
    let Observation::Unchanged(same) = poll(fingerprint).await else { panic!("it says the same") };
    assert_eq!(
        (same.part, Some(same.fingerprint), same.ttl),
        (Part::Session, fingerprint, Some(899))
    );
    assert!(matches!(poll(None).await, Observation::Session(_)));
    let Observation::Session(other) = poll(fingerprint).await else { panic!("it has ended") };
    assert_eq!(other.value.state, Some(SessionState::Completed));
}

// N05
#[tokio::test]
async fn a_redirect_is_never_followed_and_the_signature_stays_here() {
    let other = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Go\r\nlocation: {}/x\r\ncontent-length: 0\r\n\r\n",
            other.base
        );
        assert_eq!(failure(answer).await, ApiErrorKind::Redirect(status));
    }
    assert!(other.all().is_empty());
}

#[tokio::test]
async fn yotis_time_is_known_from_what_yoti_sends_refused_or_not_and_from_nobody_else() {
    let date = "date: Fri, 16 Oct 2026 09:00:00 GMT\r\ncontent-length: 2";
    let json = format!("{date}\r\ncontent-type: application/json\r\n\r\n{{}}");
    let page = format!("{date}\r\ncontent-type: text/html\r\n\r\n<>");
    for (answer, tells) in [
        (format!("HTTP/1.1 401 X\r\n{json}"), true),
        (format!("HTTP/1.1 200 OK\r\n{json}"), true),
        (format!("HTTP/1.1 200 OK\r\n{page}"), false),
        (format!("HTTP/1.1 404 X\r\n{page}"), false),
        (format!("HTTP/1.1 302 X\r\nlocation: /x\r\n{json}"), false),
    ] {
        let server = server(answer.clone()).await;
        let (client, _) = client(&server.base, Duration::from_secs(30));
        assert_eq!(client.yoti_time(), None, "nobody was asked");
        let _none_is_whole = client.session(id()).await.unwrap_err();
        let told = client.yoti_time().map(|at| at.as_second() / 60);
        let nine: jiff::Timestamp = "2026-10-16T09:00:00Z".parse().unwrap();
        assert_eq!(told, tells.then_some(nine.as_second() / 60), "{answer}");
    }
}

// A05, A08
#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whatever_its_head_promises() {
    let body = "x".repeat(MAX_JSON + 10);
    let promised = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    assert_eq!(failure(promised).await, ApiErrorKind::TooLarge(MAX_JSON));
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
    assert_eq!(failure(endless).await, ApiErrorKind::TooLarge(MAX_JSON));
}

// N09
#[tokio::test]
async fn silence_ends_with_the_deadline() {
    let server = server("").await;
    let (client, _) = client(&server.base, Duration::from_millis(200));
    let error = client.session(id()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Timeout("request"));
}

// A07
#[tokio::test]
async fn a_body_that_comes_packed_is_not_unpacked_and_told_as_no_json() {
    let body = format!(r#"{{"session_id":"{}","state":"ONGOING"}}"#, id());
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, body.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
         content-length: {}\r\n\r\n",
        packed.len()
    );
    let kind = failure([head.into_bytes(), packed].concat()).await;
    assert!(matches!(kind, ApiErrorKind::NotFromYoti(_)), "{kind:?}");
}

// N10, A05, A06
#[tokio::test]
async fn what_is_not_from_yoti_is_said_to_be_so() {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<h1>login</h1",
        "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"a\":1,\"a\":2}  ",
        "HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"session_id\":",
    ] {
        let kind = failure(answer).await;
        let page = ApiErrorKind::Foreign(200, "text/html".into());
        let expected = matches!(kind, ApiErrorKind::NotFromYoti(_)) || kind == page;
        assert!(expected, "{answer:?}: {kind:?}");
    }
    let rubbish = failure("rubbish\r\n\r\n").await;
    assert!(matches!(rubbish, ApiErrorKind::Unreachable(_)), "{rubbish:?}");
}

// A06, A18
// Case 11
#[tokio::test]
async fn an_answer_names_the_session_and_its_state_or_it_is_not_yotis() {
    let other = r#"{"session_id":"00000000-0000-4000-8000-000000000001","state":"ONGOING"}"#;
    let mine = format!(r#"{{"session_id":"{}","state":"ONGOING"}}"#, id());
    let nameless = r#"{"state":"EXPIRED"}"#;
    let stateless = format!(r#"{{"session_id":"{}"}}"#, id());
    for (body, good) in [
        (mine.as_str(), true),
        ("{}", false),
        (r#"{"login":"https://portal.example"}"#, false),
        (nameless, false),
        (&stateless, false),
        (other, false),
        ("[]", false),
    ] {
        let (client, _, _server) = world({
            let body = body.to_owned();
            move |_| json(200, &body)
        })
        .await;
        assert_eq!(client.session(id()).await.is_ok(), good, "{body}");
    }
    let configuration = format!(r#"{{"session_id":"{}"}}"#, id());
    for (body, configured, letter) in [
        (configuration.as_str(), true, false),
        (other, false, false),
        (r#"{"login":"https://portal.example"}"#, false, false),
        ("[]", false, false),
        // A letter names no session, and is empty where it is not set.
        ("{}", false, true),
        (r#"{"documents":[]}"#, false, true),
        (r#"{"branch":null}"#, false, true),
    ] {
        let (client, _, _server) = world({
            let body = body.to_owned();
            move |_| json(200, &body)
        })
        .await;
        assert_eq!(client.configuration(id()).await.is_ok(), configured, "{body}");
        assert_eq!(client.instructions(id()).await.is_ok(), letter, "{body}");
    }
}

// Case 11
#[tokio::test]
async fn a_page_is_never_taken_for_a_change_that_was_made() {
    let (client, _, _server) = world(|_| answer(200, "text/html", "<h1>please log in")).await;
    let error = client.delete_session(id()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Foreign(200, "text/html".into()));
    assert_eq!(error.effect, Effect::InDoubt);
    assert_eq!(error.retry(), Retry::Never);
}

// N16, A07
#[tokio::test]
async fn every_attempt_has_a_nonce_of_its_own_and_is_sent_as_it_was_signed() {
    let server =
        server("HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    let (client, key) = client(&server.base, Duration::from_secs(30));
    for _ in 0..50 {
        client.session(id()).await.unwrap_err();
    }
    let mut nonces = HashSet::new();
    for asked in server.all() {
        assert!(is_signed(&asked, &key));
        assert_eq!(asked.header("x-yoti-sdk"), Some("Rust"));
        assert_eq!(asked.header("accept-encoding"), None, "no compression is asked for");
        let nonce = asked.target.split("nonce=").nth(1).unwrap().split('&').next().unwrap();
        assert!(nonces.insert(nonce.to_owned()));
    }
    assert_eq!(nonces.len(), 50);
}

/// Signed over exactly what was sent; without a body there is no third part.
fn is_signed(asked: &Asked, key: &SigningKey) -> bool {
    let public = VerifyingKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let body = (!asked.body.is_empty()).then_some(asked.body.as_slice());
    let text = string_to_sign(&asked.method, &asked.target, body);
    asked.header("x-yoti-auth-digest").is_some_and(|digest| public.verifies(&text, digest))
}

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 SPECIMEN";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n SPECIMEN";

fn media(number: u128, kind: Option<MediaType>) -> Media {
    Media {
        id: MediaId::new(uuid::Uuid::from_u128(number).to_string()),
        media_type: kind,
        role: "page".to_owned(),
        created: None,
        last_updated: None,
    }
}

async fn outcome(answer: Vec<u8>, kind: MediaType) -> MediaOutcome {
    let (client, _, _server) = world(move |_| answer.clone()).await;
    client.media_of(id(), &media(1, Some(kind))).await
}

// A21
#[tokio::test]
async fn what_a_media_holds_is_compared_with_what_it_should_be() {
    use MediaType as T;
    for (declared, header, bytes, form, doubt) in [
        (T::Image, "image/jpeg", JPEG, MediaForm::Jpeg, None),
        (T::Image, "image/png;charset=UTF-8", PNG, MediaForm::Png, None),
        (T::Image, "IMAGE/JPEG", JPEG, MediaForm::Jpeg, None),
        (T::Json, "application/json;charset=UTF-8", b"{\"a\":1}", MediaForm::Json, None),
        (T::Pdf, "application/pdf", b"%PDF-1.7", MediaForm::Pdf, None),
        (T::Binary, "application/octet-stream", b"\x00\x01", MediaForm::Other, None),
        (T::from_wire("HOLOGRAM"), "model/gltf", b"x", MediaForm::Other, None),
        (T::Image, "image/png", JPEG, MediaForm::Jpeg, Some(Doubt::Bytes)),
        (T::Image, "application/json", b"{}", MediaForm::Json, Some(Doubt::ContentType)),
        (T::Image, "image/jpeg", b"<h1>", MediaForm::Other, Some(Doubt::Bytes)),
        (T::Json, "application/json", b"{\"a\":", MediaForm::Other, Some(Doubt::Bytes)),
        (T::Pdf, "application/pdf", JPEG, MediaForm::Jpeg, Some(Doubt::Bytes)),
        (T::Image, "image/jpeg", b"", MediaForm::Other, Some(Doubt::Empty)),
    ] {
        let MediaOutcome::Held(held) = outcome(answer(200, header, bytes), declared).await else {
            panic!("{header}: not held");
        };
        assert_eq!((held.form, held.doubt), (form, doubt), "{header}");
        assert_eq!(held.bytes.reveal(), bytes);
    }
}

// A08
#[tokio::test]
async fn every_way_of_not_having_a_media_has_a_sentence_of_its_own() {
    let missing = |code: &str| json(404, &format!("{{\"code\":\"{code}\"}}"));
    let held = || outcome(answer(200, "image/jpeg", JPEG), MediaType::Image);
    let mut sentences = HashSet::from([held().await.sentence()]);
    let withheld = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec();
    let large = answer(200, "image/jpeg", vec![0xff; MAX_MEDIA + 1]);
    for (answer, wanted) in [
        (withheld, MediaOutcome::Withheld),
        (missing("MEDIA_CONTENT_NOT_FOUND"), MediaOutcome::Missing(MissingMedia::Content)),
        (missing("MEDIA_ID_NOT_FOUND"), MediaOutcome::Missing(MissingMedia::Id)),
        (missing("SESSION_NOT_FOUND"), MediaOutcome::Missing(MissingMedia::Session)),
        (missing("CHECK_NOT_FOUND"), MediaOutcome::Missing(MissingMedia::Other)),
        (large, MediaOutcome::TooLarge),
    ] {
        let got = outcome(answer, MediaType::Image).await;
        assert_eq!(got, wanted);
        assert!(sentences.insert(got.sentence()), "{}", got.sentence());
    }
    for (status, body) in [(404, "<h1>no route"), (200, "<h1>please log in"), (403, "")] {
        let page = outcome(answer(status, "text/html", body), MediaType::Image).await;
        let MediaOutcome::Failed(error) = page else { panic!("{page:?}") };
        assert_eq!(error.kind, ApiErrorKind::Foreign(status, "text/html".into()));
    }
    let refused = outcome(json(503, "{}"), MediaType::Image).await;
    assert!(matches!(refused, MediaOutcome::Failed(_)), "{refused:?}");
}

// U12
#[tokio::test]
async fn a_media_is_asked_for_anew_each_time_and_does_not_print_itself() {
    let (client, key, server) = world(|_| {
        let cache = "HTTP/1.1 200 OK\r\ncache-control: max-age=9999\r\netag: \"1\"\r\n";
        let rest = "content-type: image/jpeg\r\nconnection: close\r\ncontent-length: 12\r\n\r\n";
        [cache.as_bytes(), rest.as_bytes(), b"\xff\xd8\xffSPECIMEN!"].concat()
    })
    .await;
    for _ in 0..3 {
        let got = client.media_of(id(), &media(1, Some(MediaType::Image))).await;
        assert!(!format!("{got:?}").contains("SPECIMEN"), "{got:?}");
        let raw = client.media(id(), &media(1, None).id).await;
        assert!(!format!("{raw:?}").contains("83, 80"), "{raw:?}");
    }
    assert_eq!(server.all().len(), 6);
    assert!(server.all().iter().all(|asked| is_signed(asked, &key)));
    let hostile = Media { id: MediaId::new("../../x?y=1"), ..media(1, None) };
    assert!(matches!(client.media_of(id(), &hostile).await, MediaOutcome::Failed(_)));
    assert_eq!(server.all().len(), 6, "only a UUID goes into a path");
}

#[tokio::test]
async fn the_letter_is_there_or_not_or_not_yet() {
    let letter = |answer: Vec<u8>| async move {
        let (client, _, _server) = world(move |_| answer.clone()).await;
        client.letter_pdf(id()).await
    };
    let pdf = letter(answer(200, "application/pdf", "%PDF-1.7 Amina")).await.unwrap();
    assert!(matches!(&pdf, LetterPdf::Ready(bytes) if bytes.len() == 14));
    assert!(!format!("{pdf:?}").contains("Amina"));
    let none = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec();
    assert_eq!(letter(none).await.unwrap(), LetterPdf::NotThere);
    let early = json(409, r#"{"code":"INSTRUCTIONS_NOT_COMPLETE"}"#);
    assert_eq!(letter(early).await.unwrap(), LetterPdf::NotReady);
    let locked = letter(json(409, r#"{"code":"SESSION_LOCKED"}"#)).await.unwrap_err();
    assert!(locked.has_code(&"SESSION_LOCKED".into()));
    let page = letter(answer(200, "application/pdf", "<h1>")).await.unwrap_err();
    assert!(matches!(page.kind, ApiErrorKind::NotFromYoti(_)));
}

#[tokio::test]
async fn a_contact_profile_shows_itself_only_when_told_to() {
    let (client, _, server) = world(|_| {
        json(200, r#"{"first_name":"Canary","last_name":"Person","email":"canary@example.org","phone":7}"#)
    })
    .await;
    let profile = client.contact_profile(id()).await.unwrap();
    assert!(!format!("{profile:?}").to_lowercase().contains("canary"));
    let shown: Vec<(&str, String)> = profile
        .reveal()
        .into_iter()
        .map(|(key, value)| (key, value.unwrap().as_raw().to_owned()))
        .collect();
    assert_eq!(shown[0], ("first_name", "Canary".to_owned()));
    assert_eq!(shown[2], ("email", "canary@example.org".to_owned()));
    let path = format!("/sessions/{}/instructions/contact-profile", id());
    assert_eq!(server.all()[0].path(), path);
}

#[tokio::test]
async fn what_changes_something_is_sent_once_and_signed_with_its_body_or_without_one() {
    let (client, key, server) = world(|_| json(503, r#"{"code":"TEMPORARILY_UNAVAILABLE"}"#)).await;
    let number = uuid::Uuid::from_u128(9).to_string();
    let picture = FacePicture::new(JPEG.to_vec()).unwrap();
    let errors = [
        client.delete_session(id()).await.unwrap_err(),
        client.delete_media(id(), &MediaId::new(number.as_str())).await.unwrap_err(),
        client.delete_tracked_devices(id()).await.unwrap_err(),
        client.send_instructions(id()).await.unwrap_err(),
        client.put_instructions(id(), b"{}".to_vec()).await.unwrap_err(),
        client.create_session(b"{}".to_vec()).await.unwrap_err(),
        client.branches("EX1 1AA").await.unwrap_err(),
        client.create_face_capture(id(), &RequirementId::new("r")).await.unwrap_err(),
        client
            .upload_face_image(id(), &ResourceId::new(number.as_str()), &picture)
            .await
            .unwrap_err(),
    ];
    for error in &errors {
        assert_eq!((error.retry(), error.effect), (Retry::Never, Effect::NotDone), "{error}");
    }
    let (session, asked) = (id(), server.all());
    let sent: Vec<(&str, &str)> = asked.iter().map(|a| (a.method.as_str(), a.path())).collect();
    let below = |rest: &str| format!("/sessions/{session}{rest}");
    let wanted = [
        ("DELETE", below("")),
        ("DELETE", below(&format!("/media/{number}/content"))),
        ("DELETE", below("/tracked-devices")),
        ("POST", below("/instructions/email")),
        ("PUT", below("/instructions")),
        ("POST", "/sessions".to_owned()),
        ("POST", "/lookup/uk-post-office".to_owned()),
        ("POST", below("/resources/face-capture")),
        ("PUT", below(&format!("/resources/face-capture/{number}/image"))),
    ];
    let wanted: Vec<(&str, &str)> = wanted.iter().map(|(m, p)| (*m, p.as_str())).collect();
    assert_eq!(sent, wanted, "each once");
    assert!(asked.iter().all(|asked| is_signed(asked, &key)));
    assert!(asked[3].body.is_empty(), "the e-mail is asked for without a body");
}

#[tokio::test]
async fn a_change_that_nobody_answered_is_in_doubt_and_says_so() {
    for (answer, effect) in [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{".to_vec(), Effect::InDoubt),
        (b"rubbish\r\n\r\n".to_vec(), Effect::InDoubt),
        (json(500, "{}"), Effect::InDoubt),
        (json(409, r#"{"code":"RESOURCE_LOCKED"}"#), Effect::NotDone),
    ] {
        let (client, _, server) = world(move |_| answer.clone()).await;
        let error = client.delete_session(id()).await.unwrap_err();
        assert_eq!((error.effect, error.retry()), (effect, Retry::Never), "{error}");
        assert_eq!(error.to_string().contains("not known"), effect == Effect::InDoubt, "{error}");
        assert_eq!(server.all().len(), 1);
    }
    let nobody = client("http://127.0.0.1:1/v1", Duration::from_secs(5)).0;
    let error = nobody.delete_session(id()).await.unwrap_err();
    assert_eq!(error.effect, Effect::NotDone, "no connection, nothing sent: {error}");
}

#[tokio::test]
async fn a_picture_is_put_as_one_named_part_every_byte_of_which_is_signed() {
    let (client, key, server) = world(|asked| match asked.method.as_str() {
        "POST" => json(201, r#"{"id":"00000000-0000-0000-0000-000000000009","frames":2}"#),
        _ => json(200, ""),
    })
    .await;
    let begun = client.create_face_capture(id(), &RequirementId::new("req-1")).await.unwrap();
    assert_eq!(begun.frames, Some(2));
    let picture = FacePicture::new(PNG.to_vec()).unwrap();
    client.upload_face_image(id(), &begun.id, &picture).await.unwrap();
    let asked = server.all();
    assert_eq!(asked[0].body, br#"{"requirement_id":"req-1"}"#);
    let upload = &asked[1];
    assert!(is_signed(upload, &key));
    let boundary = upload.header("content-type").unwrap().split_once("boundary=").unwrap().1;
    let text = String::from_utf8_lossy(&upload.body);
    assert!(text.starts_with(&format!("--{boundary}\r\n")), "{text}");
    assert!(text.ends_with(&format!("\r\n--{boundary}--\r\n")), "{text}");
    assert!(text.contains("name=\"binary-content\"; filename=\"face-capture-image\""), "{text}");
    assert!(text.contains("Content-Type: image/png\r\n\r\n"), "{text}");
    let part = upload.body.windows(PNG.len()).any(|window| window == PNG);
    assert!(part, "the picture is in it as it is");
    assert!(FacePicture::new(b"GIF89a".to_vec()).is_none());
    assert!(FacePicture::new([JPEG, b"--yoti-doc-scan-boundary"].concat()).is_none());
}

#[tokio::test]
async fn devices_branches_and_supported_documents_are_read_in_every_part() {
    let (client, key, server) = world(|asked| match asked.path() {
        "/lookup/uk-post-office" => json(200, r#"{"branches":[
            {"type":"UK_POST_OFFICE","fad_code":"0040037","name":"A","post_code":"EX1 1AA","location":{"latitude":51.50,"longitude":-0.1}},
            {"fad_code":"9990017","postcode":"EX1 1AB"}]}"#),
        "/supported-documents" => json(200, r#"{"supported_countries":[{"code":"GBR","supported_documents":[
            {"type":"PASSPORT","is_strictly_latin":true,"requirements":{"date_from":"2012-10-31"}},{"type":"NATIONAL_ID"}]}]}"#),
        _ => json(200, r#"[{"event":"RESOURCE_CREATED","resource_id":"r1","created":"2026-03-02T10:14:09Z",
            "device":{"ip_address":"192.0.2.7","manufacture_name":"","os_name":"iOS"}},{"event":"DREAMED"},7]"#),
    })
    .await;
    let branches = client.branches("EX1 1AA").await.unwrap().value.branches;
    assert_eq!(branches[0].fad_code.as_ref().unwrap().as_raw(), "0040037");
    assert_eq!(branches[0].location.as_ref().unwrap().0.as_raw(), "51.50");
    assert_eq!(branches[1].post_code.as_ref().unwrap().as_raw(), "EX1 1AB");
    let documents = client.supported_documents(true).await.unwrap().value;
    assert_eq!(documents.countries[0].document_types.len(), 2);
    let limit = &documents.countries[0].limits[0];
    assert_eq!(limit.date_from.as_ref().unwrap().as_raw(), "2012-10-31");
    let devices = client.tracked_devices(id()).await.unwrap().value;
    assert_eq!(devices.devices.len(), 2);
    assert_eq!(devices.devices[0].event, Some(DeviceEventKind::ResourceCreated));
    assert_eq!(devices.devices[0].device.os_name.as_ref().unwrap().as_raw(), "iOS");
    assert_eq!((devices.unknown.len(), devices.drift.len()), (1, 1));
    let asked = server.all();
    assert_eq!(asked[0].body, br#"{"search_string":"EX1 1AA"}"#);
    assert!(is_signed(&asked[0], &key) && is_signed(&asked[2], &key));
    assert_eq!(asked[1].target, "/supported-documents?includeNonLatin=true");
    assert_eq!(asked[1].header("x-yoti-auth-digest"), None);
}
