//! Connections that end by themselves: five seconds for the head, five for the rest (fault W07).
//!
//! One request for each connection; what is said over it is the receiver's.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use super::places::{Place, Places, TOGETHER};

/// For the TLS handshake and the head of the request together, and again for the rest.
const PATIENCE: Duration = Duration::from_secs(5);
/// After an error of the system's, such as too many open files.
const BREATH: Duration = Duration::from_millis(100);
/// The longest head; those of senders have some 300 bytes.
// Counted here, before the HTTP library holds any of it (fault A22).
const LONGEST_HEAD: usize = 16 * 1024;
/// Read at a time; what comes faster waits in the system's buffers (fault W06).
const AT_ONCE: usize = 2 * 1024;
const HEAD_END: &[u8] = b"\r\n\r\n";

pub(super) struct Line {
    stream: Stream,
    deadline: Pin<Box<Sleep>>,
    /// Bytes of [`HEAD_END`] seen in a row; all of them: the head is through.
    head: usize,
    /// Bytes that came before it was through.
    before: usize,
    _place: Place,
}

type Stream = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Where connections come out that are ready to be read.
pub(super) struct Door {
    ready: mpsc::Receiver<(Line, SocketAddr)>,
    address: SocketAddr,
}

impl Door {
    /// Takes connections in on a task of its own, which ends with the door.
    pub(super) fn open(listener: TcpListener, tls: Option<TlsAcceptor>) -> io::Result<Self> {
        let address = listener.local_addr()?;
        // Room for everybody who may have a place, so that nobody waits to be handed over.
        let (out, ready) = mpsc::channel(TOGETHER);
        tokio::spawn(take_in(listener, tls, out));
        Ok(Self { ready, address })
    }
}

async fn take_in(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    out: mpsc::Sender<(Line, SocketAddr)>,
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
    place: Place,
    out: mpsc::Sender<(Line, SocketAddr)>,
    peer: SocketAddr,
) {
    // From here, so that the handshake and the head share one deadline.
    let deadline = Instant::now() + PATIENCE;
    let stream = match tls {
        None => Either::Left(stream),
        Some(tls) => match timeout(PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => Either::Right(Box::new(stream)),
            Ok(Err(_)) | Err(_) => return,
        },
    };
    let deadline = Box::pin(sleep_until(deadline));
    // The receiver may have ended.
    let _unheard =
        out.send((Line { stream, deadline, head: 0, before: 0, _place: place }, peer)).await;
}

impl Listener for Door {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
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

impl Line {
    fn in_time(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.deadline.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }

    /// Looks for the end of the head in what came.
    fn came(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.head == HEAD_END.len() {
                return;
            }
            self.before += 1;
            self.head = match HEAD_END.get(self.head) {
                Some(wanted) if wanted == byte => self.head + 1,
                // The byte that broke the row may begin the next one.
                _ => usize::from(*byte == b'\r'),
            };
            if self.head == HEAD_END.len() {
                // Once only: each byte of a body that bought time
                // would keep a slow sender for ever (fault W07).
                self.deadline.as_mut().reset(Instant::now() + PATIENCE);
            }
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.in_time(context)?;
        let mut part = [0; AT_ONCE];
        let length = AT_ONCE.min(buffer.remaining());
        let mut part = ReadBuf::new(part.get_mut(..length).unwrap_or_default());
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
        buffer.put_slice(part.filled());
        self.came(part.filled());
        if self.before > LONGEST_HEAD {
            return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.in_time(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(context)?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
