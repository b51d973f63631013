//! Connections that are used again, closed when idle, and given up when dead (faults N12–N14).

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsAcceptor;

use super::tls::{Authority, served, tls_config};
use super::*;

/// What a server does with its first connection.
#[derive(Clone, Copy, Debug, PartialEq)]
enum First {
    Kept,
    /// Closed after one answer, which did not say so.
    Closed,
    /// Never answered again, and never closed.
    Silent,
}

/// What a server saw of its connections.
#[derive(Default)]
struct Seen {
    opened: AtomicUsize,
    closed: AtomicUsize,
    peers: Mutex<Vec<std::net::SocketAddr>>,
}

/// An answer after which the connection stays open.
fn kept_open() -> Vec<u8> {
    let body = format!(r#"{{"session_id":"{}","state":"ONGOING"}}"#, id());
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    format!("{head}: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The head of a request; empty when the other side has closed.
async fn head(socket: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        match socket.read(&mut byte).await {
            Ok(1) => head.extend_from_slice(&byte),
            _ => return Vec::new(),
        }
    }
    head
}

async fn keeping(first: First) -> (String, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let all = Arc::clone(&seen);
    let address = served(move |mut socket: TcpStream| {
        let seen = Arc::clone(&all);
        async move {
            seen.peers.lock().unwrap().push(socket.peer_addr().unwrap());
            let number = seen.opened.fetch_add(1, Ordering::SeqCst);
            let mut answered = 0;
            while !head(&mut socket).await.is_empty() {
                match first {
                    First::Silent if number == 0 && answered == 1 => std::future::pending().await,
                    _ => socket.write_all(&kept_open()).await.unwrap(),
                }
                answered += 1;
                if first == First::Closed && number == 0 {
                    return;
                }
            }
            seen.closed.fetch_add(1, Ordering::SeqCst);
        }
    })
    .await;
    (format!("http://{address}/idverify/v1"), seen)
}

// N13
#[tokio::test]
async fn a_hundred_requests_in_turn_share_a_few_connections() {
    let (base, seen) = keeping(First::Kept).await;
    let (client, _) = client(&base, Duration::from_secs(30));
    for _ in 0..100 {
        client.session(id()).await.unwrap();
    }
    // One as a rule; a connection may come back a moment after its answer.
    let opened = seen.opened.load(Ordering::SeqCst);
    assert!((1..=4).contains(&opened), "{opened} connections");
}

// N10, A23
#[tokio::test]
async fn what_is_sent_behind_an_answer_is_never_taken_for_the_next_one() {
    let address = served(|mut socket: TcpStream| async move {
        while !head(&mut socket).await.is_empty() {
            let own = String::from_utf8(kept_open()).unwrap();
            let behind = own.replace("ONGOING", "EXPIRED");
            // As one piece: both are there before the next request is sent.
            let _gone = socket.write_all((own + &behind).as_bytes()).await;
        }
    })
    .await;
    let (client, _) = client(&format!("http://{address}/idverify/v1"), Duration::from_secs(20));
    for number in 0..50 {
        let answer = client.session(id()).await.unwrap();
        assert_eq!(answer.value.state, Some(SessionState::Ongoing), "request {number}");
    }
}

// N12
#[tokio::test(start_paused = true)]
async fn a_connection_that_was_closed_or_is_dead_costs_at_most_the_request_that_finds_it_out() {
    for first in [First::Closed, First::Silent] {
        let (base, seen) = keeping(first).await;
        let (client, _) = client(&base, Duration::from_secs(20));
        client.session(id()).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        let begun = Instant::now();
        if first == First::Silent {
            let error = client.session(id()).await.unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::Timeout("request"));
            assert!(begun.elapsed() < Duration::from_secs(21), "{:?}", begun.elapsed());
        }
        client.session(id()).await.unwrap();
        client.session(id()).await.unwrap();
        assert_eq!(seen.opened.load(Ordering::SeqCst), 2, "{first:?}: connections");
    }
}

// N12
#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_after_thirty_seconds() {
    let (base, seen) = keeping(First::Kept).await;
    let (client, _) = client(&base, Duration::from_secs(20));
    client.session(id()).await.unwrap();
    let closed = || seen.closed.load(Ordering::SeqCst);
    sleep(Duration::from_secs(25)).await;
    assert_eq!(closed(), 0, "it may be used again");
    // Idle connections are looked through every 30 s: one is closed within twice that.
    sleep(Duration::from_secs(36)).await;
    assert_eq!(closed(), 1);
    client.session(id()).await.unwrap();
    assert_eq!(seen.opened.load(Ordering::SeqCst), 2);
}

/// What the system says of the timers of this connection: 2 and the time until TCP probes it.
#[cfg(target_os = "linux")]
fn timer(client: std::net::SocketAddr, server: &str) -> String {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let server = server.trim_end_matches("/idverify/v1").rsplit(':').next().unwrap();
    let server: u16 = server.parse().unwrap();
    // Both ends: one that is closed may have had this port before.
    let ends = [client.port(), server].map(|port| format!(":{port:04X}"));
    let is_it = |line: &&str| {
        let fields = line.split_whitespace().skip(1).take(2);
        fields.zip(&ends).filter(|(field, end)| field.ends_with(*end)).count() == 2
    };
    let line = table.lines().find(is_it).unwrap();
    line.split_whitespace().nth(5).unwrap().to_owned()
}

// N12
#[cfg(target_os = "linux")]
#[tokio::test]
async fn tcp_probes_a_connection_that_is_silent_for_fifteen_seconds() {
    let (base, seen) = keeping(First::Silent).await;
    let (client, _) = client(&base, Duration::from_secs(30));
    client.session(id()).await.unwrap();
    let peer = seen.peers.lock().unwrap()[0];
    let timer = timer(peer, &base);
    let (kind, left) = timer.split_once(':').unwrap();
    // In hundredths of a second.
    let left = u32::from_str_radix(left, 16).unwrap();
    assert!(kind == "02" && left <= 1_500, "{timer}");
}

/// The protocol that was agreed on, and the head of the request.
type Heard = (Option<Vec<u8>>, Vec<u8>);

// N14
#[tokio::test]
async fn a_server_that_offers_http_2_is_spoken_to_in_http_1() {
    let trusted = Authority::new();
    let mut config = tls_config(trusted.signs("localhost", 2020..4000));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let said: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let kept = Arc::clone(&said);
    let address = served(move |socket| {
        let (acceptor, kept) = (acceptor.clone(), Arc::clone(&kept));
        async move {
            let mut socket = acceptor.accept(socket).await.unwrap();
            let chosen = socket.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
            let head = head(&mut socket).await;
            kept.lock().unwrap().push((chosen, head));
            socket.write_all(&kept_open()).await.unwrap();
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let (_, key) = client("http://127.0.0.1:1", Duration::from_secs(30));
    let base = format!("https://localhost:{}/idverify/v1", address.port());
    let mut options = ClientOptions::new(base, uuid::Uuid::from_u128(7));
    options.ca_file = Some(trusted.file(folder.path()));
    Client::new(&options, key, SystemClock).unwrap().session(id()).await.unwrap();
    let said = said.lock().unwrap();
    let [(chosen, head)] = said.as_slice() else { panic!("{} connections", said.len()) };
    assert!(chosen.as_deref().is_none_or(|chosen| chosen == b"http/1.1"), "{chosen:?}");
    let head = String::from_utf8_lossy(head);
    assert!(head.lines().next().unwrap().ends_with(" HTTP/1.1"), "{head}");
    assert!(!head.to_lowercase().contains("upgrade"), "{head}");
}

/// What a call to a server that sends this, piece by piece, ends with, and how long it took.
async fn told(pieces: Vec<Vec<u8>>, pause: Duration) -> (Result<(), ApiErrorKind>, Duration) {
    let address = served(move |mut socket: TcpStream| {
        let pieces = pieces.clone();
        async move {
            head(&mut socket).await;
            for piece in pieces {
                if socket.write_all(&piece).await.is_err() {
                    return;
                }
                sleep(pause).await;
            }
            // Open until the client has enough.
            while socket.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
        }
    })
    .await;
    let (client, _) = client(&format!("http://{address}/idverify/v1"), Duration::from_secs(20));
    let begun = Instant::now();
    let ended = client.session(id()).await.map(|_| ()).map_err(|why| why.kind);
    (ended, begun.elapsed())
}

fn with_headers(headers: &str) -> Vec<Vec<u8>> {
    let answer = String::from_utf8(kept_open()).unwrap();
    vec![answer.replacen("\r\n\r\n", &format!("\r\n{headers}\r\n"), 1).into_bytes()]
}

// A22
#[tokio::test(start_paused = true)]
async fn headers_without_measure_are_an_error_within_the_deadline() {
    // Two are there already.
    let many =
        |count: usize| (2..count).map(|n| format!("x-{n}: y\r\n")).collect::<Vec<_>>().concat();
    let long = |length: usize| format!("x-long: {}\r\n", "y".repeat(length));
    let early = |count: usize| {
        let early = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
        [vec![early; count], vec![kept_open()]].concat()
    };
    for (name, pieces, good) in [
        ("100 headers", with_headers(&many(100)), true),
        ("101 headers", with_headers(&many(101)), false),
        ("1,000 headers", with_headers(&many(1_000)), false),
        ("100 kB", with_headers(&long(100_000)), true),
        ("1 MB", with_headers(&long(1_000_000)), false),
        ("5,000 early answers", early(5_000), true),
    ] {
        let (ended, took) = told(pieces, Duration::ZERO).await;
        let refused = matches!(ended, Err(ApiErrorKind::Unreachable(_)));
        assert!(if good { ended.is_ok() } else { refused }, "{name}: {ended:?}");
        assert!(took < Duration::from_secs(21), "{name}: {took:?}");
    }
    let (ended, took) = told(early(60), Duration::from_secs(1)).await;
    assert_eq!(ended, Err(ApiErrorKind::Timeout("request")), "early answers without end");
    assert!(took < Duration::from_secs(21), "{took:?}");
}
