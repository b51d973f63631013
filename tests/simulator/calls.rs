//! Every call of the real client against the simulator, signed and with a token (contract 1.2,
//! 2.8).

use std::sync::Arc;

use branchwatch::api::client::{
    Auth, Client, ClientOptions, Doubt, FacePicture, LetterPdf, MediaOutcome, MissingMedia,
    default_auth_url,
};
use branchwatch::api::{ApiErrorKind, SessionApi};
use branchwatch::clock::TokioClock;
use branchwatch::domain::session::ids::RequirementId;
use branchwatch::domain::session::resource::Media;
use serde_json::json;

use crate::evidence::png;
use crate::simulated::{World, world};

/// The same application with tokens instead of signatures.
fn with_tokens(world: &World) -> Client<TokioClock> {
    let base = world.running.base_url.clone();
    let auth = Auth::Bearer { auth_url: default_auth_url(&base), scope: "idv:sessions".into() };
    let options = ClientOptions { auth, ..ClientOptions::new(base, world.running.sdk_id) };
    Client::new(&options, Arc::clone(&world.key), world.running.clock).unwrap()
}

#[tokio::test]
async fn a_letter_goes_its_whole_way_signed_and_with_a_token() {
    for tokens in [false, true] {
        let world = world("S01").await;
        let client = if tokens { with_tokens(&world) } else { world.client.clone() };
        let id = world.id();
        assert!(client.contact_profile(id).await.unwrap_err().is_missing(), "no letter yet");
        world.advance(11).await;
        assert_eq!(client.letter_pdf(id).await.unwrap(), LetterPdf::NotReady, "tokens: {tokens}");
        world.advance(30).await;
        let LetterPdf::Ready(pdf) = client.letter_pdf(id).await.unwrap() else {
            panic!("the letter is ready")
        };
        assert!(pdf.reveal().starts_with(b"%PDF-"));
        let contact = client.contact_profile(id).await.unwrap();
        assert!(contact.reveal().iter().all(|(_, value)| value.is_some()));
        assert!(!format!("{contact:?}").contains("example.org"), "it does not print itself");
        client.send_instructions(id).await.unwrap();
        client.session(id).await.unwrap();
        client.configuration(id).await.unwrap();
        assert!(!client.instructions(id).await.unwrap().value.documents.is_empty());
    }
}

#[tokio::test]
async fn branches_devices_and_supported_documents_are_read() {
    let world = world("S16").await;
    world.advance(3_600).await;
    let (client, id) = (&world.client, world.id());
    let branches = client.branches("EX1 1AA").await.unwrap().value;
    assert_eq!((branches.branches.len(), branches.drift.len()), (10, 0));
    let blank = client.branches(" ").await.unwrap_err();
    assert_eq!(blank.errors[0].0.as_raw(), "search_string");
    let devices = client.tracked_devices(id).await.unwrap().value;
    assert!(!devices.devices.is_empty() && devices.drift.is_empty() && devices.unknown.is_empty());
    client.delete_tracked_devices(id).await.unwrap();
    assert!(client.tracked_devices(id).await.unwrap().value.devices.is_empty());
    let latin = client.supported_documents(false).await.unwrap().value;
    let all = client.supported_documents(true).await.unwrap().value;
    assert!(!latin.countries.is_empty() && all.countries.len() >= latin.countries.len());
}

#[tokio::test]
async fn media_that_cannot_be_had_says_why() {
    let world = world("S23").await;
    world.advance(3_600).await;
    let session = world.client.session(world.id()).await.unwrap().value;
    let page = session.resources.iter().find_map(|resource| resource.document()).unwrap();
    let frames = &page.pages[0].frames;
    let ask = async |media: &Media| world.client.media_of(world.id(), media).await;
    let withheld = ask(page.pages[0].media.as_ref().unwrap()).await;
    assert_eq!(withheld, MediaOutcome::Withheld);
    let missing = ask(frames[0].as_ref().unwrap()).await;
    assert!(matches!(missing, MediaOutcome::Missing(_)), "{missing:?}");
    let MediaOutcome::Held(slow) = ask(frames[1].as_ref().unwrap()).await else { panic!("slow") };
    assert_eq!(slow.doubt, None);
    let MediaOutcome::Held(wrong) = ask(frames[2].as_ref().unwrap()).await else {
        panic!("of a wrong type")
    };
    assert_eq!(wrong.doubt, Some(Doubt::ContentType));
    world.fault(json!({ "status": 200, "body": "<html>please log in</html>", "times": 1 })).await;
    let portal = ask(frames[1].as_ref().unwrap()).await;
    assert!(
        matches!(&portal, MediaOutcome::Failed(why) if matches!(why.kind, ApiErrorKind::Foreign(200, _))),
        "{portal:?}"
    );
    let last = frames.last().and_then(Option::as_ref).unwrap();
    world.client.delete_media(world.id(), &last.id).await.unwrap();
    assert_eq!(ask(last).await, MediaOutcome::Missing(MissingMedia::Content));
}

#[tokio::test]
async fn a_face_that_the_client_uploads_makes_the_session_ready() {
    let world = world("S17").await;
    let (client, id) = (&world.client, world.id());
    let early = client.configuration(id).await.unwrap_err();
    assert!(early.has_code(&"SESSION_NOT_READY".into()), "{early}");
    assert!(FacePicture::new(b"GIF89a".to_vec()).is_none());
    let told = world.control("GET", "/_sim/sessions", &json!({})).await.json();
    let requirement = told["sessions"][0]["requirements"][1].as_str().unwrap();
    let requirement = RequirementId::new(requirement);
    let made = client.create_face_capture(id, &requirement).await.unwrap();
    let picture = FacePicture::new(png()).unwrap();
    client.upload_face_image(id, &made.id, &picture).await.unwrap();
    client.configuration(id).await.unwrap();
}

#[tokio::test]
async fn a_session_is_deleted_once_its_checks_are_done() {
    let world = world("S01").await;
    let (client, id) = (with_tokens(&world), world.id());
    let running = client.delete_session(id).await.unwrap_err();
    assert_eq!(
        (running.kind.clone(), running.has_code(&"RESOURCE_LOCKED".into())),
        (ApiErrorKind::Status(409), true)
    );
    world.advance(900).await;
    client.delete_session(id).await.unwrap();
    assert!(client.session(id).await.unwrap_err().is_missing());
}
