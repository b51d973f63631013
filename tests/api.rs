//! The client against servers that misbehave: redirects, floods, silence.
//!
//! Owns small servers on loopback that count what they are asked.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use branchwatch::api::client::{Client, ClientOptions, MAX_JSON};
use branchwatch::api::key::SigningKey;
use branchwatch::api::signing::{VerifyingKey, string_to_sign};
use branchwatch::api::{ApiErrorKind, SessionApi};
use branchwatch::clock::SystemClock;
use branchwatch::domain::ids::SessionId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn id() -> SessionId {
    SessionId::parse("0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33").unwrap()
}

/// A server that reads one request, remembers its head, and answers with these bytes.
struct Server {
    base: String,
    asked: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

async fn server(answer: impl Into<Vec<u8>>) -> Server {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/idverify/v1", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let heads: Arc<Mutex<Vec<String>>> = Arc::default();
    let (counted, kept) = (Arc::clone(&asked), Arc::clone(&heads));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (answer, counted, kept) = (answer.clone(), Arc::clone(&counted), Arc::clone(&kept));
            tokio::spawn(async move {
                let mut head = Vec::new();
                let mut bytes = [0; 4096];
                while !head.windows(4).any(|w| w == b"\r\n\r\n") {
                    let Ok(length @ 1..) = socket.read(&mut bytes).await else { return };
                    head.extend_from_slice(bytes.get(..length).unwrap());
                }
                counted.fetch_add(1, Ordering::SeqCst);
                kept.lock().unwrap().push(String::from_utf8(head).unwrap());
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _gone = socket.write_all(&answer).await;
            });
        }
    });
    Server { base, asked, heads }
}

fn client(base: &str, patience: Duration) -> (Client<SystemClock>, Arc<SigningKey>) {
    let key = Arc::new(SigningKey::generate().unwrap());
    let mut options = ClientOptions::new(base, uuid::Uuid::from_u128(7));
    options.request_timeout = patience;
    (Client::new(&options, Arc::clone(&key), SystemClock).unwrap(), key)
}

async fn failure(answer: impl Into<Vec<u8>>) -> ApiErrorKind {
    let server = server(answer).await;
    client(&server.base, Duration::from_secs(30)).0.session(id()).await.unwrap_err().kind
}

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
    assert_eq!(other.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whatever_its_head_promises() {
    let body = "x".repeat(MAX_JSON + 10);
    let promised = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    assert_eq!(failure(promised).await, ApiErrorKind::TooLarge(MAX_JSON));
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
    assert_eq!(failure(endless).await, ApiErrorKind::TooLarge(MAX_JSON));
}

#[tokio::test]
async fn silence_ends_with_the_deadline() {
    let server = server("").await;
    let (client, _) = client(&server.base, Duration::from_millis(200));
    let error = client.session(id()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Timeout("request"));
}

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
        assert!(matches!(kind, ApiErrorKind::NotFromYoti(_)), "{answer:?}: {kind:?}");
    }
    let rubbish = failure("rubbish\r\n\r\n").await;
    assert!(matches!(rubbish, ApiErrorKind::Unreachable(_)), "{rubbish:?}");
}

#[tokio::test]
async fn every_attempt_has_a_nonce_of_its_own_and_is_sent_as_it_was_signed() {
    let server =
        server("HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    let (client, key) = client(&server.base, Duration::from_secs(30));
    for _ in 0..50 {
        client.session(id()).await.unwrap_err();
    }
    let public = VerifyingKey::from_pem(&key.public_pem().unwrap()).unwrap();
    let mut nonces = HashSet::new();
    for head in server.heads.lock().unwrap().iter() {
        let target =
            head.split(' ').nth(1).unwrap().strip_prefix("/idverify/v1").unwrap().to_owned();
        let header = |name: &str| {
            let line =
                head.lines().find(|line| line.to_ascii_lowercase().starts_with(name)).unwrap();
            line.split_once(": ").unwrap().1.to_owned()
        };
        assert!(
            public.verifies(&string_to_sign("GET", &target, None), &header("x-yoti-auth-digest"))
        );
        assert_eq!(header("x-yoti-sdk:"), "Rust");
        assert!(
            !head.to_ascii_lowercase().contains("accept-encoding"),
            "no compression is asked for"
        );
        let nonce = target.split("nonce=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        assert!(nonces.insert(nonce));
    }
    assert_eq!(nonces.len(), 50);
}
