//! The receiver: takes POSTs, answers at once, hands a hint over (faults W01–W14).
//!
//! Answers say a status and nothing else.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, HOST, ORIGIN, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode};
use futures::StreamExt;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::auth::{AuthError, BITS_BEYOND_LOOPBACK, Credential};
use super::connection::TimedListener;
pub use super::tls::TlsError;
use super::{tls, wire};
use crate::clock::Clock;
use crate::domain::events::notification::{Notification, Receiving};

/// Where notifications are sent to, below the address.
pub const PATH: &str = "/notifications";
/// The first and the longest wait before it is tried again to listen (fault W12).
// Polling goes on meanwhile, so there is no hurry.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// So much of a body is read at once: no notification is longer.
const SHORT: usize = 4 * 1024;
/// So many bodies are read beyond that at a time: what is held of them is bounded (fault W06).
const LONG: usize = 2;

/// What the configuration says of the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverSettings {
    pub listen: SocketAddr,
    pub auth_file: PathBuf,
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Names that senders call this machine by, beside loopback's.
    pub hosts: Vec<String>,
}

/// Why the receiver cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Reachable from other machines without TLS.
    #[error(
        "{0} can be reached from other machines: that needs tls_cert and tls_key; \
         without, listen on 127.0.0.1 behind a proxy that has a certificate"
    )]
    NoTls(SocketAddr),
    /// Reachable from other machines with a secret that can be guessed.
    #[error(
        "{0} can be reached from other machines: that needs a secret of 128 bits or more, such as \
         `bearer` and the output of `openssl rand -hex 16`"
    )]
    Guessable(SocketAddr),
    /// No port of this machine's is free.
    #[error("cannot listen for notifications: {0}")]
    Here(#[from] io::Error),
}

/// A receiver that is ready to listen; see [`Receiver::run`].
#[derive(Clone)]
pub struct Receiver {
    listen: SocketAddr,
    credential: Credential,
    tls: Option<TlsAcceptor>,
    hosts: Vec<String>,
    /// Listens already, so that nobody else takes its port.
    open: Option<Arc<std::net::TcpListener>>,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("listen", &self.listen).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Reads credential and certificate; an error also when other machines could
    /// reach it without TLS or with a secret of less than 128 bits (fault W13).
    pub fn new(settings: &ReceiverSettings) -> Result<Self, ReceiverError> {
        let listen = settings.listen;
        let credential = Credential::from_file(&settings.auth_file)?;
        let tls = match &settings.tls {
            Some((certificate, key)) => Some(tls::acceptor(certificate, key)?),
            None => None,
        };
        // Notifications carry no signature: the credential is all that proves them (contract 8.3).
        if !listen.ip().to_canonical().is_loopback() {
            if tls.is_none() {
                return Err(ReceiverError::NoTls(listen));
            }
            if credential.bits() < BITS_BEYOND_LOOPBACK {
                return Err(ReceiverError::Guessable(listen));
            }
        }
        Ok(Self { listen, credential, tls, hosts: settings.hosts.clone(), open: None })
    }

    /// On a free port of this machine, and where to notify it: an address that holds a credential
    /// made for this once, which nobody else has.
    pub fn here() -> Result<(Self, SecretString), ReceiverError> {
        let open = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        // Tokio takes only such a listener.
        open.set_nonblocking(true)?;
        let listen = open.local_addr()?;
        // Chance of the system's own source.
        let secret = uuid::Uuid::new_v4().simple();
        let credential = Credential::parse(&format!("basic branchwatch:{secret}"))?;
        let address = format!("http://branchwatch:{secret}@{listen}{PATH}");
        let receiver =
            Self { listen, credential, tls: None, hosts: Vec::new(), open: Some(Arc::new(open)) };
        Ok((receiver, address.into()))
    }

    /// Listens until cancelled. What is accepted goes to `hints`, which must be taken from there
    /// quickly: while it is full, senders are told 503. `tell` hears how the receiver stands; where
    /// it cannot listen it is tried again, more and more rarely.
    pub async fn run<C: Clock + Clone>(
        self,
        hints: mpsc::Sender<Notification>,
        tell: impl Fn(Receiving) + Send,
        clock: C,
        cancelled: CancellationToken,
    ) {
        let mut wait = AGAIN.0;
        loop {
            match self.bound().await {
                Ok((door, address)) => {
                    tell(Receiving::On(address.to_string()));
                    wait = AGAIN.0;
                    let asked = Asked {
                        of: self.clone(),
                        address,
                        hints: hints.clone(),
                        clock: clock.clone(),
                        long: Semaphore::new(LONG),
                    };
                    let serving = cancelled.child_token();
                    // A task of its own, so that a panic in it does not end this one.
                    let server = tokio::spawn(serve(door, asked, serving.clone()));
                    // A panic in it ends it, and it is begun again.
                    let _ended = server.await;
                    if cancelled.is_cancelled() {
                        return;
                    }
                    tell(Receiving::Down("no notifications: the receiver failed".to_owned()));
                }
                Err(why) => tell(Receiving::Down(words(self.listen, &why))),
            }
            let again = Instant::now() + wait;
            tokio::select! {
                () = cancelled.cancelled() => return,
                () = tokio::time::sleep_until(again) => {}
            }
            wait = (wait * 2).min(AGAIN.1);
        }
    }

    async fn bound(&self) -> io::Result<(TimedListener, SocketAddr)> {
        let listener = match &self.open {
            Some(open) => TcpListener::from_std(open.try_clone()?)?,
            None => TcpListener::bind(self.listen).await?,
        };
        let address = listener.local_addr()?;
        Ok((TimedListener::open(listener, self.tls.clone())?, address))
    }
}

fn words(listen: SocketAddr, why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::AddrInUse => format!("no notifications: {listen} is in use"),
        io::ErrorKind::PermissionDenied => {
            format!("no notifications: not allowed to listen on {listen}")
        }
        _ => format!("no notifications: cannot listen on {listen}: {}", why.kind()),
    }
}

struct Asked<C> {
    of: Receiver,
    address: SocketAddr,
    hints: mpsc::Sender<Notification>,
    clock: C,
    /// Turns of bodies that are longer than [`SHORT`].
    long: Semaphore,
}

async fn serve<C: Clock + Clone>(
    door: TimedListener,
    asked: Asked<C>,
    cancelled: CancellationToken,
) {
    let router = Router::new().fallback(answer::<C>).with_state(Arc::new(asked));
    // Ends only when told to: errors of single connections are theirs.
    tokio::select! {
        () = cancelled.cancelled() => {}
        _ended = async { axum::serve(door, router).await } => {}
    }
}

async fn answer<C: Clock>(State(asked): State<Arc<Asked<C>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let status = match asked.refused(&parts) {
        Some(status) => status,
        None => asked.read(body).await,
    };
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    // One request for each connection: a place is given
    // back soon, and no two requests can be confused.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    match status {
        StatusCode::UNAUTHORIZED => {
            let challenge = HeaderValue::from_static(asked.of.credential.challenge());
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        _ => {}
    }
    answer
}

impl<C: Clock> Asked<C> {
    /// Why the request is refused, without a look at its body.
    fn refused(&self, parts: &Parts) -> Option<StatusCode> {
        let header =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        // A browser says where a page came from; no sender of notifications is a page (W11).
        if parts.headers.contains_key(ORIGIN) || !self.is_ours(header(HOST)) {
            return Some(StatusCode::FORBIDDEN);
        }
        // Only a proxy is asked so; which of the two hosts would count?
        if parts.uri.authority().is_some() {
            return Some(StatusCode::BAD_REQUEST);
        }
        let path = parts.uri.path();
        if path.strip_suffix('/').unwrap_or(path) != PATH {
            return Some(StatusCode::NOT_FOUND);
        }
        if parts.method != Method::POST {
            return Some(StatusCode::METHOD_NOT_ALLOWED);
        }
        if !self.of.credential.admits(&parts.headers) {
            return Some(StatusCode::UNAUTHORIZED);
        }
        // What is compressed has no size that we could know.
        let mut packings = parts.headers.get_all(CONTENT_ENCODING).iter();
        if packings.any(|how| !how.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Some(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let length = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        length.is_some_and(|length| length > wire::LARGEST).then_some(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// The host that the sender asked for is one of ours: loopback by number or name, the address
    /// that we listen on, or one of the configuration.
    fn is_ours(&self, host: Option<&str>) -> bool {
        let Some(host) = host else { return false };
        let (name, port) = split(host);
        if port.is_some_and(|port| port != self.address.port().to_string()) {
            // A proxy in front may have another port: its name must be configured with it.
            return self.of.hosts.iter().any(|known| known.eq_ignore_ascii_case(host));
        }
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        name.eq_ignore_ascii_case("localhost")
            || address.is_some_and(|ip| ip.is_loopback() || ip == self.address.ip())
            || self.of.hosts.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    async fn read(&self, body: Body) -> StatusCode {
        let (mut body, mut held, mut turn) = (body.into_data_stream(), Vec::new(), None);
        while let Some(more) = body.next().await {
            // Cut off: nobody hears the answer.
            let Ok(more) = more else { return StatusCode::BAD_REQUEST };
            let length = held.len() + more.len();
            if length > wire::LARGEST {
                return StatusCode::PAYLOAD_TOO_LARGE;
            }
            // Senders whose bodies are long wait for each other; short ones pass them.
            if length > SHORT && turn.is_none() {
                // Nobody closes it.
                turn = self.long.acquire().await.ok();
            }
            held.extend_from_slice(&more);
        }
        self.take(&held)
    }

    fn take(&self, body: &[u8]) -> StatusCode {
        let Ok(notification) = wire::read(body, self.clock.now()) else {
            return StatusCode::BAD_REQUEST;
        };
        // 200 is said of what was handed over, and of nothing else (W14).
        // Never awaited: the sender waits for this answer. 503 says that nothing was kept (W14).
        match self.hints.try_send(notification) {
            Ok(()) => StatusCode::OK,
            Err(_full_or_ending) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Name and port of a `Host`; an IPv6 address stands in brackets.
fn split(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    }
}
