//! The receiver with a certificate: what other machines need, and a handshake that never ends.

use reqwest::Certificate;
use tokio::time::{Duration, Instant};

use super::*;

const CERTIFICATE: &str = include_str!("tls/cert.pem");
const KEY: &str = include_str!("tls/key.pem");

fn with_tls(folder: &Path, listen: &str, auth: &str) -> ReceiverSettings {
    let tls = (secret(folder, "cert", CERTIFICATE), secret(folder, "key", KEY));
    ReceiverSettings { tls: Some(tls), ..settings(folder, listen, auth) }
}

#[tokio::test]
async fn over_tls_a_notification_is_taken_and_plain_http_is_not() {
    let mut door = started(with_tls, &format!("bearer {TOKEN}"), 8).await;
    let trusted = Certificate::from_pem(CERTIFICATE.as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([trusted]).build().unwrap();
    let url = format!("https://{}/notifications", door.host());
    let post = |token: &str| client.post(&url).bearer_auth(token).body(BODY).send();
    assert_eq!(post(TOKEN).await.unwrap().status(), 200);
    assert!(door.told.recv().await.is_some());
    assert_eq!(post("wrong").await.unwrap().status(), 401);
    assert_eq!(door.post(&[&bearer()], BODY).await, 0, "no HTTP without TLS");
}

// W07
#[tokio::test(start_paused = true)]
async fn a_handshake_has_five_seconds() {
    let door = started(with_tls, &format!("bearer {TOKEN}"), 8).await;
    let begun = Instant::now();
    let mut socket = TcpStream::connect(door.address).await.unwrap();
    socket.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    assert_eq!(answer(&mut socket).await, "");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
}

// W13
#[test]
fn with_tls_other_machines_may_reach_it_if_nobody_can_guess_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let made = |auth: &str| Receiver::new(&with_tls(folder.path(), "0.0.0.0:0", auth));
    assert!(made(&format!("bearer {TOKEN}")).is_ok());
    let why = made("bearer 0123456789abcdef").unwrap_err().to_string();
    assert!(why.contains("128 bits"), "{why}");
}

// F02
#[test]
fn a_certificate_or_key_that_cannot_be_used_is_refused_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let good = with_tls(folder.path(), "127.0.0.1:0", "bearer x");
    let (cert, key) = good.tls.clone().unwrap();
    let none = secret(folder.path(), "none", "hello");
    let open = secret(folder.path(), "open", KEY);
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o644)).unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    for (tls, word) in [
        // Opened as a file, a pipe would hold up the start for ever.
        ((pipe.clone(), key.clone()), "not a regular file"),
        ((cert.clone(), pipe), "not a regular file"),
        ((none.clone(), key.clone()), "certificate"),
        ((folder.path().join("missing"), key), "certificate"),
        ((cert.clone(), none), "no private key"),
        ((cert.clone(), open), "chmod 600"),
        ((cert.clone(), cert), "no private key"),
    ] {
        let why = Receiver::new(&ReceiverSettings { tls: Some(tls), ..good.clone() });
        let why = why.unwrap_err().to_string();
        assert!(why.contains(word), "{word}: {why}");
    }
}
