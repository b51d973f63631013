//! The real receiver over real sockets: what it takes, what it refuses, and how long it waits
//! (contract 8, faults W01–W13).
//!
//! Where time matters it is virtual.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

mod attacks;
mod ingest;
#[path = "../common/simulated.rs"]
#[expect(dead_code, reason = "each user needs some of it")]
mod simulated;
mod simulator;
mod tls;

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use branchwatch::clock::SystemClock;
use branchwatch::domain::events::notification::{Notification, Receiving};
use branchwatch::domain::session::wire_enum::Topic;
use branchwatch::notifications::receiver::{Receiver, ReceiverSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const BODY: &str = r#"{"session_id":"0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33","topic":"check_completion","check_id":"aa"}"#;

/// A receiver that listens, what it hands over, and how it stands.
struct Listening {
    address: SocketAddr,
    told: mpsc::Receiver<Notification>,
    states: mpsc::UnboundedReceiver<Receiving>,
    folder: tempfile::TempDir,
    stop: DropGuard,
}

fn secret(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn settings(folder: &Path, listen: &str, auth: &str) -> ReceiverSettings {
    ReceiverSettings {
        listen: listen.parse().unwrap(),
        auth_file: secret(folder, "auth", auth),
        tls: None,
        hosts: vec!["hooks.example".to_owned()],
    }
}

/// One that waits for so many at most.
async fn listening_with(auth: &str, waiting: usize) -> Listening {
    started(settings, auth, waiting).await
}

async fn started(
    settings: fn(&Path, &str, &str) -> ReceiverSettings,
    auth: &str,
    waiting: usize,
) -> Listening {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::new(&settings(folder.path(), "127.0.0.1:0", auth)).unwrap();
    let (hints, told) = mpsc::channel(waiting);
    let (tell, mut states) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let tell = move |how| tell.send(how).unwrap_or(());
    tokio::spawn(receiver.run(hints, tell, SystemClock, stop.clone()));
    let first = states.recv().await;
    let address = match &first {
        Some(Receiving::On(address)) => address.as_str(),
        _ => "it does not listen",
    };
    Listening { address: address.parse().unwrap(), told, states, folder, stop: stop.drop_guard() }
}

async fn listening() -> Listening {
    listening_with(&format!("bearer {TOKEN}"), 64).await
}

impl Listening {
    fn host(&self) -> String {
        self.address.to_string()
    }

    /// A whole request with these lines of a head and this body; the status of the answer.
    async fn status(&self, line: &str, headers: &[&str], body: &[u8]) -> u16 {
        status_of(&self.answer(line, headers, body).await)
    }

    async fn answer(&self, line: &str, headers: &[&str], body: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let mut head = format!("{line} HTTP/1.1\r\n");
        for header in headers {
            head += &format!("{header}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        socket.write_all(head.as_bytes()).await.unwrap();
        // It may have answered and closed before it took all.
        let _cut = socket.write_all(body).await;
        answer(&mut socket).await
    }

    /// A notification as Yoti sends it.
    async fn post(&self, headers: &[&str], body: &str) -> u16 {
        let host = format!("Host: {}", self.host());
        let all: Vec<&str> =
            std::iter::once(host.as_str()).chain(headers.iter().copied()).collect();
        self.status("POST /notifications", &all, body.as_bytes()).await
    }
}

/// All that comes until the end.
async fn answer(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _cut = socket.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

fn status_of(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn bearer() -> String {
    format!("Authorization: Bearer {TOKEN}")
}

/// A connection from another address of this machine.
async fn connect_from(from: &str, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(format!("{from}:0").parse().unwrap())?;
    socket.connect(to).await
}

#[tokio::test]
async fn a_notification_is_answered_at_once_and_handed_over() {
    let mut bearer_one = listening().await;
    assert_eq!(bearer_one.post(&[&bearer()], BODY).await, 200);
    let told = bearer_one.told.recv().await.unwrap();
    assert_eq!(told.topic, Topic::CheckCompletion);
    assert_eq!(told.session.to_string(), "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33");

    let mut basic_one = listening_with("basic yoti:pass:word", 64).await;
    // `yoti:pass:word`, as Yoti encodes it.
    let basic = "Authorization: Basic eW90aTpwYXNzOndvcmQ=";
    assert_eq!(basic_one.post(&[basic], BODY).await, 200);
    assert!(basic_one.told.recv().await.is_some());
}

// W14
#[tokio::test]
async fn what_cannot_be_handed_over_is_not_said_to_be_taken() {
    let mut full = listening_with(&format!("bearer {TOKEN}"), 1).await;
    assert_eq!(full.post(&[&bearer()], BODY).await, 200);
    assert_eq!(full.post(&[&bearer()], BODY).await, 503);
    assert!(full.told.recv().await.is_some());
    assert_eq!(full.post(&[&bearer()], BODY).await, 200);
}
