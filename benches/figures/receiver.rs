//! Fault W07: how long a notification waits for its answer while others open connection after
//! connection, silent ones and slow ones, and keep what they get.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use branchwatch::clock::SystemClock;
use branchwatch::domain::events::notification::Receiving;
use branchwatch::notifications::receiver::{Receiver, ReceiverSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::measure::{Figure, Goal, ROUNDS};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const BODY: &str =
    r#"{"session_id":"0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33","topic":"check_completion"}"#;
/// Notifications of one round; before each, so many connections of others are opened.
const POSTS: usize = 100;
const OTHERS: usize = 20;

pub(crate) fn figures() -> Vec<Figure> {
    let kinds = [(1, "one address"), (200, "200 addresses")];
    let figure = |(addresses, named): (usize, &str)| {
        let what = format!("receiver: p99 beside 2,000 slow connections from {named}");
        let rounds = (0..ROUNDS).map(|_| waited(addresses).as_secs_f64() * 1e3).collect();
        Figure { name: "W07", what, goal: Goal::AtMost(250.0), unit: "ms", rounds }
    };
    kinds.into_iter().map(figure).collect()
}

/// How long 99 of 100 notifications wait at most.
fn waited(addresses: usize) -> Duration {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let to = listening(&folder).await;
        let (mut held, mut times) = (Vec::new(), Vec::new());
        for round in 0..POSTS {
            for other in round * OTHERS..(round + 1) * OTHERS {
                let from = format!("127.0.1.{}", other % addresses + 1);
                let mut socket = connected(&from, to).await;
                if other % 2 == 0 {
                    // One that is slow, not silent; it may be cut off already.
                    let _cut = socket.write_all(b"POST /notifications HTTP/1.1\r\nX: y").await;
                }
                held.push(socket);
            }
            let begun = Instant::now();
            posted(to).await;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        times[POSTS * 99 / 100 - 1]
    })
}

/// Where a receiver listens, for as long as the runtime lives.
async fn listening(folder: &tempfile::TempDir) -> SocketAddr {
    use std::os::unix::fs::PermissionsExt;
    let auth_file = folder.path().join("auth");
    std::fs::write(&auth_file, format!("bearer {TOKEN}")).unwrap();
    std::fs::set_permissions(&auth_file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let listen = "127.0.0.1:0".parse().unwrap();
    let settings = ReceiverSettings { listen, auth_file, tls: None, hosts: Vec::new() };
    let receiver = Receiver::new(&settings).unwrap();
    let (hints, mut told) = mpsc::channel(POSTS);
    let (tell, mut states) = mpsc::unbounded_channel();
    let tell = move |how| tell.send(how).unwrap_or(());
    tokio::spawn(receiver.run(hints, tell, SystemClock, CancellationToken::new()));
    tokio::spawn(async move { while told.recv().await.is_some() {} });
    let Some(Receiving::On(address)) = states.recv().await else { unreachable!("it listens") };
    // Whoever hears of its states is there as long as it.
    tokio::spawn(async move { while states.recv().await.is_some() {} });
    address.parse().unwrap()
}

async fn connected(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

/// A notification as Yoti sends it, and its answer.
async fn posted(to: SocketAddr) {
    let mut socket = TcpStream::connect(to).await.unwrap();
    let request = format!(
        "POST /notifications HTTP/1.1\r\nHost: {to}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
}
