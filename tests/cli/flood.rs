//! What floods of notifications cost the real `listen` in memory, as the system counts it.
//!
//! What is compared is the most that the process held at any moment of a flood with what it held
//! after a small one of the same kind.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use super::hearing::{TOKEN, auth};
use super::*;

/// How much more it may hold, in KiB.
const MORE: u64 = 1024;
/// Senders at once, each from an address of its own: as many as have a place.
const TOGETHER: u32 = 64;

/// The real `listen`, which knows of no session and prints to nobody.
struct Flooded {
    child: Child,
    talk: BufReader<std::process::ChildStderr>,
    to: SocketAddr,
}

fn listening(world: &World) -> Flooded {
    let auth = auth(world);
    let mut command = world.command(&["listen", "--listen", "127.0.0.1:0", "--auth-file", &auth]);
    // One pool: what each thread keeps for itself of the allocator differs from run to run.
    command.env("MALLOC_ARENA_MAX", "1");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut talk = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("listening on http://") {
        said.clear();
        assert_ne!(talk.read_line(&mut said).unwrap(), 0, "it says where it listens");
    }
    let to = said.split("//").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    Flooded { child, talk, to }
}

impl Flooded {
    /// A field of its `/proc/PID/status`, in KiB.
    fn status(&self, field: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim_matches([':', ' ', '\t', 'k', 'B']).parse().unwrap()
    }

    /// The most that it has held so far.
    fn held(&self) -> u64 {
        self.status("VmHWM")
    }

    /// The last words after SIGTERM.
    fn ended(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        let mut said = String::new();
        self.talk.read_to_string(&mut said).unwrap();
        self.child.wait().unwrap();
        said
    }
}

async fn connect(from: u32, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let [_, _, network, host] = from.to_be_bytes();
    socket.bind(SocketAddr::from(([127, 1, network, host], 0)))?;
    socket.connect(to).await
}

fn head(to: SocketAddr, headers: &str) -> String {
    format!(
        "POST /notifications HTTP/1.1\r\nHost: {to}\r\nAuthorization: Bearer {TOKEN}\r\n{headers}\r\n\r\n"
    )
}

/// One request from one of this machine's addresses; the status of its answer, 0 where there is none.
async fn post(from: u32, to: SocketAddr, headers: String, body: Arc<[u8]>, times: u32) -> u16 {
    let Ok(mut socket) = connect(from, to).await else { return 0 };
    let head = head(to, &headers);
    let (mut reads, mut writes) = socket.split();
    let send = async {
        writes.write_all(head.as_bytes()).await?;
        for _ in 0..times {
            writes.write_all(&body).await?;
        }
        std::io::Result::Ok(())
    };
    let mut answer = Vec::new();
    let (_cut, _end) = tokio::join!(send, reads.read_to_end(&mut answer));
    let text = String::from_utf8_lossy(&answer);
    text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// Bodies that are too long: declared, without end, packed, and one just short enough to be read.
/// Each of so many senders sends so many rounds of them, all senders together.
async fn bodies(to: SocketAddr, senders: u32, rounds: u32) {
    let block: Arc<[u8]> = vec![b'x'; 64 * 1024].into();
    let chunk: Arc<[u8]> = format!("8000\r\n{}\r\n", "x".repeat(0x8000)).into_bytes().into();
    let mut sending = JoinSet::new();
    for sender in 0..senders {
        let (block, chunk) = (Arc::clone(&block), Arc::clone(&chunk));
        sending.spawn(async move {
            for _ in 0..rounds {
                for (headers, body, times) in [
                    ("Content-Length: 1000000000", &block, 16),
                    ("Transfer-Encoding: chunked", &chunk, 1_000),
                    ("Content-Length: 65536\r\nContent-Encoding: gzip", &block, 1),
                    ("Content-Length: 65536", &block, 1),
                ] {
                    let status = post(sender, to, headers.to_owned(), Arc::clone(body), times);
                    // The answer is lost where the connection is cut while the body is sent.
                    assert!(matches!(status.await, 0 | 400 | 413 | 415), "{headers}");
                }
            }
        });
    }
    sending.join_all().await;
}

/// As many bodies of this length as have a place, of each all but the last byte: held until all are
/// there.
async fn unfinished(to: SocketAddr, length: usize) {
    let mut held = Vec::new();
    for sender in 0..TOGETHER {
        let mut socket = connect(sender, to).await.unwrap();
        let head = head(to, &format!("Content-Length: {length}"));
        // Cut where a place is not free again yet.
        if socket.write_all(head.as_bytes()).await.is_ok()
            && socket.write_all(&vec![b'x'; length - 1]).await.is_ok()
        {
            held.push(socket);
        }
    }
    assert!(held.len() > 8, "most have a place");
    // Each has its answer or its end within five seconds.
    for mut socket in held {
        let _cut = socket.read_to_end(&mut Vec::new()).await;
    }
}

/// Notifications of sessions that nobody knows, each of another one.
async fn unknown(to: SocketAddr, numbers: std::ops::Range<u32>) {
    let next = Arc::new(AtomicU32::new(numbers.start));
    let mut senders = JoinSet::new();
    for sender in 0..TOGETHER {
        let (next, end) = (Arc::clone(&next), numbers.end);
        senders.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return;
                }
                let id = uuid::Uuid::from_u128(u128::from(number));
                let body = format!(r#"{{"session_id":"{id}","topic":"check_completion"}}"#);
                let length = format!("Content-Length: {}", body.len());
                while post(sender, to, length.clone(), body.as_bytes().into(), 1).await != 200 {}
            }
        });
    }
    senders.join_all().await;
}

// W06
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_without_end_cost_the_receiver_no_memory() {
    let world = empty();
    let door = listening(&world);
    bodies(door.to, TOGETHER, 1).await;
    unfinished(door.to, 4 * 1024).await;
    let before = door.held();
    bodies(door.to, TOGETHER, 12).await;
    unfinished(door.to, 64 * 1024).await;
    let most = door.held();
    println!("{before} KiB, at most {most} KiB in {} bodies", 12 * 4 * TOGETHER);
    assert!(most <= before + MORE, "{before} KiB, then {most} KiB");
    door.ended();
}

// W08
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_nobody_knows_cost_the_receiver_no_memory() {
    let (world, first, all) = (empty(), 4_000, 20_000);
    let door = listening(&world);
    unknown(door.to, 0..first).await;
    let before = door.held();
    unknown(door.to, first..all).await;
    let most = door.held();
    println!("{before} KiB, at most {most} KiB in {} notifications", all - first);
    assert!(most <= before + MORE, "{before} KiB, then {most} KiB");
    let said = door.ended();
    // One whose answer is lost is sent again.
    let counted = said.split(" for sessions not on the watch-list").next().unwrap();
    let counted: u32 = counted.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(counted >= all, "{said}");
    assert!(!world.run(&["list", "--json"], 0).0.contains("session_id"), "no row");
}
