//! A small HTTP server on loopback that answers by a function and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query below `/idverify/v1`, or the whole of another path.
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().skip(1).find(|line| {
            line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
        });
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

pub(crate) struct Responder {
    /// `http://127.0.0.1:PORT/idverify/v1`
    pub(crate) base: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl Responder {
    pub(crate) fn all(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A whole answer; the connection is closed after it.
pub(crate) fn answer(status: u16, kind: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(crate) fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, "application/json", body)
}

/// Starts one; an empty answer is silence.
pub(crate) async fn responder(
    answers: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static,
) -> Responder {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/idverify/v1", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let (kept, answers) = (Arc::clone(&asked), Arc::new(answers));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (kept, answers) = (Arc::clone(&kept), Arc::clone(&answers));
            tokio::spawn(async move {
                let Some(request) = request(&mut socket).await else { return };
                let answer = answers(&request);
                kept.lock().unwrap().push(request);
                if answer.is_empty() {
                    std::future::pending::<()>().await;
                }
                let _gone = socket.write_all(&answer).await;
            });
        }
    });
    Responder { base, asked }
}

async fn request(socket: &mut tokio::net::TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut part = vec![0; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
        let Ok(length @ 1..) = socket.read(&mut part).await else { return None };
        bytes.extend_from_slice(part.get(..length)?);
    };
    let head = String::from_utf8(bytes.get(..end)?.to_vec()).ok()?;
    let mut body = bytes.get(end + 4..)?.to_vec();
    let mut words = head.lines().next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let target = target.strip_prefix("/idverify/v1").map(str::to_owned).unwrap_or(target);
    let mut asked = Asked { method, target, head, body: Vec::new() };
    let length: usize = asked.header("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    while body.len() < length {
        let Ok(length @ 1..) = socket.read(&mut part).await else { return None };
        body.extend_from_slice(part.get(..length)?);
    }
    asked.body = body;
    Some(asked)
}
