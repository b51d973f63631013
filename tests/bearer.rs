//! Tokens instead of signatures: asked for once, reused, renewed, never printed (contract 2.8).
//!
//! Time passes only where a test says so.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[path = "common/responder.rs"]
mod responder;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use branchwatch::api::client::{AUTH_SCOPE, Auth, Client, ClientError, ClientOptions};
use branchwatch::api::key::SigningKey;
use branchwatch::api::signing::VerifyingKey;
use branchwatch::api::{ApiErrorKind, Effect, Retry, SessionApi};
use branchwatch::clock::{Clock, SystemClock};
use branchwatch::domain::session::ids::SessionId;
use responder::{Asked, Responder, json, responder};
use serde_json::Value;

const SDK: uuid::Uuid = uuid::Uuid::from_u128(0x7c1d_2f4e);
static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(SigningKey::generate().unwrap()));

fn id() -> SessionId {
    SessionId::parse("0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33").unwrap()
}

fn session() -> Vec<u8> {
    json(200, &format!(r#"{{"session_id":"{}","state":"ONGOING"}}"#, id()))
}

fn is_token(asked: &Asked) -> bool {
    asked.path() == "/v1/oauth/token"
}

/// An API that gives tokens `canary-0`, `canary-1`, … and takes those that `takes` allows.
async fn api(
    life: Option<u64>,
    takes: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> (Client<SystemClock>, Responder) {
    let given = AtomicUsize::new(0);
    let server = responder(move |asked| {
        if is_token(asked) {
            let number = given.fetch_add(1, Ordering::SeqCst);
            let life = life.map(|life| format!(r#","expires_in":{life}"#)).unwrap_or_default();
            let token =
                format!(r#"{{"access_token":"canary-{number}","token_type":"Bearer"{life}}}"#);
            return json(200, &token);
        }
        let bearer = asked.header("authorization").and_then(|h| h.strip_prefix("Bearer "));
        if bearer.is_some_and(&takes) { session() } else { json(401, r#"{"code":"UNAUTHORIZED"}"#) }
    })
    .await;
    (client(&server), server)
}

fn client(server: &Responder) -> Client<SystemClock> {
    let auth_url = server.base.replace("/idverify/v1", "/v1/oauth/token");
    let scope = AUTH_SCOPE.to_owned();
    let mut options = ClientOptions::new(server.base.clone(), SDK);
    options.auth = Auth::Bearer { auth_url, scope };
    Client::new(&options, Arc::clone(&KEY), SystemClock).unwrap()
}

fn tokens(server: &Responder) -> usize {
    server.all().iter().filter(|asked| is_token(asked)).count()
}

/// Lets tokio's time jump; sockets go on by real time.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn the_assertion_says_what_the_contract_asks_for_and_is_signed_ps384() {
    let (client, server) = api(Some(3_600), |_| true).await;
    client.session(id()).await.unwrap();
    let asked = server.all();
    let form = String::from_utf8(asked[0].body.clone()).unwrap();
    let field = |name: &str| {
        let pair = form.split('&').find_map(|pair| pair.split_once('=').filter(|p| p.0 == name));
        pair.unwrap().1.to_owned()
    };
    assert_eq!(field("grant_type"), "client_credentials");
    assert_eq!(field("scope"), "idv%3Asessions");
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    assert_eq!(field("client_assertion_type"), kind);
    let assertion = field("client_assertion");
    let (text, signature) = assertion.rsplit_once('.').unwrap();
    let public = VerifyingKey::from_pem(&KEY.public_pem().unwrap()).unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(public.verifies_ps384(text, &signature));
    assert!(!public.verifies_ps384(&text.replace('.', ","), &signature));
    let parts: Vec<Value> = text
        .split('.')
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    assert_eq!(parts[0], serde_json::json!({ "alg": "PS384", "typ": "JWT" }));
    let claims = &parts[1];
    assert_eq!(claims["iss"], format!("sdk:{SDK}"));
    assert_eq!(claims["sub"], claims["iss"]);
    assert_eq!(claims["aud"], server.base.replace("/idverify/v1", "/v1/oauth/token"));
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(exp - iat, 300);
    assert!((SystemClock.now().as_second() - iat).abs() < 60);
    assert!(uuid::Uuid::try_parse(claims["jti"].as_str().unwrap()).is_ok());
}

#[tokio::test]
async fn a_request_with_a_token_has_no_signature_and_no_query() {
    let (client, server) = api(Some(3_600), |_| true).await;
    client.session(id()).await.unwrap();
    let asked = server.all();
    assert_eq!(asked[1].target, format!("/sessions/{}", id()));
    assert_eq!(asked[1].header("authorization"), Some("Bearer canary-0"));
    assert_eq!(asked[1].header("x-yoti-auth-digest"), None);
}

#[tokio::test]
async fn many_calls_at_once_ask_for_one_token_and_share_it() {
    let (client, server) = api(Some(3_600), |_| true).await;
    let calls = (0..20).map(|_| client.session(id()));
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((tokens(&server), server.all().len()), (1, 21));
}

#[tokio::test]
async fn a_token_is_used_for_half_an_hour_and_then_renewed() {
    let (client, server) = api(Some(86_400), |_| true).await;
    client.session(id()).await.unwrap();
    pass(Duration::from_mins(29)).await;
    client.session(id()).await.unwrap();
    assert_eq!(tokens(&server), 1);
    pass(Duration::from_mins(2)).await;
    client.session(id()).await.unwrap();
    assert_eq!(tokens(&server), 2);
    assert_eq!(server.all().last().unwrap().header("authorization"), Some("Bearer canary-1"));
}

#[tokio::test]
async fn a_token_that_lives_shorter_is_renewed_sooner_and_one_without_a_life_in_time() {
    for (life, good, old) in [(Some(120), 80, 95), (Some(10), 4, 6), (None, 1_700, 1_900)] {
        let (client, server) = api(life, |_| true).await;
        client.session(id()).await.unwrap();
        pass(Duration::from_secs(good)).await;
        client.session(id()).await.unwrap();
        assert_eq!(tokens(&server), 1, "{life:?} after {good} s");
        pass(Duration::from_secs(old - good)).await;
        client.session(id()).await.unwrap();
        assert_eq!(tokens(&server), 2, "{life:?} after {old} s");
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_sent_again() {
    let (client, server) = api(Some(3_600), |token| token != "canary-0").await;
    client.session(id()).await.unwrap();
    assert_eq!(tokens(&server), 2);
    assert_eq!(server.all().len(), 4, "token, refusal, token, answer");
}

#[tokio::test]
async fn when_no_token_is_taken_at_most_one_a_minute_is_asked_for() {
    let (client, server) = api(Some(3_600), |_| false).await;
    for _ in 0..5 {
        let error = client.session(id()).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::TokenRefused(401));
        assert!(error.is_refusal());
        assert_eq!(error.retry(), Retry::Never);
    }
    assert_eq!(tokens(&server), 2);
    pass(Duration::from_secs(61)).await;
    client.session(id()).await.unwrap_err();
    assert_eq!(tokens(&server), 3);
}

#[tokio::test]
async fn a_change_is_not_sent_again_but_the_next_one_has_a_new_token() {
    let (client, server) = api(Some(3_600), |token| token != "canary-0").await;
    let error = client.delete_session(id()).await.unwrap_err();
    assert_eq!((error.effect, error.retry()), (Effect::NotDone, Retry::Never));
    let deletes = |server: &Responder| server.all().iter().filter(|a| a.method == "DELETE").count();
    assert_eq!(deletes(&server), 1);
    client.delete_session(id()).await.unwrap();
    assert_eq!((deletes(&server), tokens(&server)), (2, 2));
}

#[tokio::test]
async fn a_refusal_of_the_token_endpoint_is_about_the_key_and_asked_for_once_by_all_who_wait() {
    let server = responder(|asked| {
        assert!(is_token(asked), "nothing is asked without a token");
        json(400, r#"{"error":"invalid_client"}"#)
    })
    .await;
    let client = client(&server);
    let calls = (0..10).map(|_| client.session(id()));
    for answer in futures::future::join_all(calls).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::TokenRefused(400));
        assert!(error.is_refusal() && error.has_code(&"invalid_client".into()));
    }
    assert_eq!(tokens(&server), 1);
}

#[tokio::test]
async fn what_is_no_token_is_not_sent_anywhere() {
    for body in [
        "<h1>login</h1>",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":"a\r\nx: y"}"#,
        r#"{"access_token":"a","token_type":"mac"}"#,
    ] {
        let server = responder(move |_| json(200, body)).await;
        let error = client(&server).session(id()).await.unwrap_err();
        assert!(matches!(error.kind, ApiErrorKind::NotFromYoti(_)), "{body}: {error}");
        assert_eq!(server.all().len(), 1);
    }
}

#[tokio::test]
async fn an_old_token_helps_out_while_the_endpoint_does_not_answer() {
    let given = AtomicUsize::new(0);
    let server = responder(move |asked| match is_token(asked) {
        true if given.fetch_add(1, Ordering::SeqCst) == 0 => {
            json(200, r#"{"access_token":"canary-0","expires_in":7200}"#)
        }
        true => json(503, "{}"),
        false => session(),
    })
    .await;
    let client = client(&server);
    client.session(id()).await.unwrap();
    pass(Duration::from_mins(31)).await;
    for _ in 0..3 {
        client.session(id()).await.unwrap();
    }
    assert_eq!(tokens(&server), 2, "not asked again for a while");
    pass(Duration::from_mins(90)).await;
    let error = client.session(id()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable(503, None), "it has expired");
}

#[tokio::test]
async fn a_token_never_prints_itself() {
    let (client, server) = api(Some(3_600), |token| token == "canary-0").await;
    let answer = client.session(id()).await.unwrap();
    let printed = format!("{client:?} {answer:?}");
    assert!(!printed.contains("canary"), "{printed}");
    let (client, _server) = api(Some(3_600), |_| false).await;
    let error = client.session(id()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"));
    drop(server);
}

#[test]
fn an_assertion_is_not_made_for_an_endpoint_that_could_be_overheard() {
    let mut options = ClientOptions::new("https://api.yoti.com/idverify/v1", SDK);
    for url in ["http://auth.api.yoti.com/token", "http://127.0.0.1:1/token", "token"] {
        options.auth = Auth::Bearer { auth_url: url.to_owned(), scope: String::new() };
        let made = Client::new(&options, Arc::clone(&KEY), SystemClock);
        assert!(matches!(made, Err(ClientError::BadAuthUrl)), "{url}");
    }
}
