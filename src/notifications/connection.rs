//! Connections that end by themselves: five seconds for the head, five for the rest (fault W07).
//!
//! One request for each connection; what is said over it is the receiver's.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::framing::Framing;
use super::places::{ConnectionPlace, Places, TOGETHER};
use crate::stream_guard::{Guarded, StreamGuard};

/// For the TLS handshake and the head of the request together, and again for the rest.
const PATIENCE: Duration = Duration::from_secs(5);
/// After an error of the system's, such as too many open files.
const BREATH: Duration = Duration::from_millis(100);
/// The longest head; those of senders have some 300 bytes.
// Counted here, before the HTTP library holds any of it (fault A22).
const LONGEST_HEAD: usize = 16 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

/// How long a connection may still take, and how far its request has come.
pub(super) struct Patience {
    deadline: Pin<Box<Sleep>>,
    /// Bytes of [`HEAD_END`] seen in a row; all of them: the head is through.
    head: usize,
    /// Bytes that came before it was through.
    before: usize,
    framing: Framing,
    place: ConnectionPlace,
}

type TimedConnection = Guarded<Stream, Patience>;
type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Where connections come out that are ready to be read.
pub(super) struct TimedListener {
    ready: mpsc::Receiver<(TimedConnection, SocketAddr)>,
    address: SocketAddr,
}

impl TimedListener {
    /// Takes connections in on a task of its own, which ends with the door.
    pub(super) fn open(listener: TcpListener, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        // Room for everybody who may have a place, so that nobody waits to be handed over.
        let (out, ready) = mpsc::channel(TOGETHER);
        tokio::spawn(accept_all(listener, tls, out));
        Ok(Self { ready, address })
    }
}

async fn accept_all(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    out: mpsc::Sender<(TimedConnection, SocketAddr)>,
) {
    let places = Places::default();
    loop {
        let accepted = tokio::select! {
            () = out.closed() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = places.take(peer.ip()) else { continue };
                tokio::spawn(ready_line(stream, tls.clone(), place, out.clone(), peer));
            }
            // It would fail again at once, and spin.
            Err(_of_the_system) => tokio::time::sleep(BREATH).await,
        }
    }
}

/// A handshake never holds up the next connection.
async fn ready_line(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    mut place: ConnectionPlace,
    out: mpsc::Sender<(TimedConnection, SocketAddr)>,
    peer: SocketAddr,
) {
    // From here, so that the handshake and the head share one deadline.
    let deadline = Instant::now() + PATIENCE;
    let stream = match tls {
        None => Either::Left(stream),
        Some(tls) => {
            let handshake = timeout(PATIENCE, tls.accept(stream));
            let shaken = tokio::select! {
                // The place was given to another.
                _lost = &mut place.lost => return,
                shaken = handshake => shaken,
            };
            match shaken {
                Ok(Ok(stream)) => Either::Right(Box::new(stream)),
                Ok(Err(_)) | Err(_) => return,
            }
        }
    };
    let deadline = Box::pin(sleep_until(deadline));
    let guard = Patience { deadline, head: 0, before: 0, framing: Framing::default(), place };
    // The receiver may have ended.
    let _unheard = out.send((Guarded { stream, guard }, peer)).await;
}

impl Listener for TimedListener {
    type Io = TimedConnection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TimedConnection, SocketAddr) {
        match self.ready.recv().await {
            Some(line) => line,
            // The trait knows no end; the server is cancelled from outside.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Patience {
    /// Looks for the end of the head in what came.
    fn look_for_end(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.head == HEAD_END.len() {
                return;
            }
            self.before += 1;
            self.framing.take(*byte);
            self.head = match HEAD_END.get(self.head) {
                Some(wanted) if wanted == byte => self.head + 1,
                // The byte that broke the row may begin the next one.
                _ => usize::from(*byte == b'\r'),
            };
            if self.head == HEAD_END.len() {
                // Once only: each byte of a body that bought time
                // would keep a slow sender for ever (fault W07).
                self.deadline.as_mut().reset(Instant::now() + PATIENCE);
                self.place.keep();
            }
        }
    }
}

impl StreamGuard<Stream> for Patience {
    fn allow(&mut self, _stream: &Stream, context: &mut Context<'_>) -> io::Result<()> {
        if self.place.is_lost(context) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        match self.deadline.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    fn received(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.look_for_end(bytes);
        if self.before > LONGEST_HEAD || self.framing.is_doubtful() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
    }
}
