//! Yoti's Identity Verification API as this program uses it.
//!
//! Owns the wire: signing, HTTP, JSON, and the removal of secrets. Nothing that leaves this room
//! holds a secret (invariant I6). Must never know the store, the screen, or the schedule.

mod bearer;
pub mod client;
mod error;
pub mod key;
pub mod key_handle;
pub mod personal;
pub mod raw;
pub mod signing;
pub mod unreached;
pub mod wire;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::session::Session;
use crate::domain::session::answer::{Answer, Fingerprint};
use crate::domain::session::configuration::Configuration;
use crate::domain::session::ids::SessionId;
use crate::domain::session::instructions::Instructions;
use crate::domain::session::observation::Observation;
use crate::domain::session::parts::Part;
use crate::domain::session::wire_enum::ErrorCode;

pub use error::{http_date, retry_after};

/// The calls that refreshing needs; the real client and the tests' fake implement it.
pub trait SessionApi: Send + Sync + 'static {
    /// The result: `GET /sessions/{s}` (contract 3).
    fn session(
        &self,
        id: SessionId,
    ) -> impl Future<Output = Result<Answer<Session>, ApiError>> + Send;

    /// What is required: `GET /sessions/{s}/configuration` (contract 5).
    fn configuration(
        &self,
        id: SessionId,
    ) -> impl Future<Output = Result<Answer<Configuration>, ApiError>> + Send;

    /// The letter: `GET /sessions/{s}/instructions` (contract 7.3).
    fn instructions(
        &self,
        id: SessionId,
    ) -> impl Future<Output = Result<Answer<Instructions>, ApiError>> + Send;

    /// One part of a session. Where the fingerprint is of what is known of it, an answer that says
    /// nothing new may come as [`Observation::Unchanged`].
    fn poll(
        &self,
        id: SessionId,
        part: Part,
        _known: Option<Fingerprint>,
    ) -> impl Future<Output = Result<Observation, ApiError>> + Send {
        async move {
            match part {
                Part::Session => self.session(id).await.map(Observation::Session),
                Part::Configuration => self.configuration(id).await.map(Observation::Configuration),
                Part::Letter => self.instructions(id).await.map(Observation::Letter),
            }
        }
    }

    /// What time it is by Yoti's clock, as its last response said; `None`: it has not said.
    fn yoti_time(&self) -> Option<Timestamp> {
        None
    }
}

/// Why a call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", error::sentence(self))]
pub struct ApiError {
    pub kind: ApiErrorKind,
    /// The body's `code` (or `error`), contract 9.1.
    pub code: Option<ErrorCode>,
    /// The body's `message`, or the first bytes of a body that is not JSON.
    pub message: Option<ServerText>,
    /// The body's `errors[]`: property and message.
    pub errors: Vec<(ServerText, ServerText)>,
    /// The answer's `x-request-id`, to quote to Yoti.
    pub request_id: Option<ServerText>,
    /// What is known of what the call did.
    pub effect: Effect,
}

/// What is known of the effect of a call that gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Effect {
    /// It only reads, and may be tried again.
    #[default]
    Read,
    /// It would have changed something and did not; to be tried again by the operator alone.
    NotDone,
    /// It would change something, and nobody knows whether it did.
    // Told apart so that a change is never repeated blindly (contract 9.4).
    InDoubt,
}

/// What went wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// A status of Yoti's that is no success: its body is JSON with a `code` (contract 9.4).
    Status(u16),
    /// A status whose body is not Yoti's, with the content type: of a gateway, a proxy, a portal, or
    /// another server. Nothing is learned of a session by it.
    Foreign(u16, ServerText),
    /// The token endpoint gives no token, or the API does not take the one it gave.
    TokenRefused(u16),
    /// 429, with the wait asked for, clamped to 1 s – 15 min (fault A01).
    TooManyRequests(Option<Duration>),
    /// 5xx, with Retry-After where given, clamped likewise.
    Unavailable(u16, Option<Duration>),
    /// A redirect, which is never followed (fault N05).
    Redirect(u16),
    /// No connection: name, route, refusal, TLS; in our words.
    Unreachable(unreached::Unreached),
    /// A deadline passed, by name: `connect`, `request`.
    Timeout(&'static str),
    /// The answer is larger than this many bytes.
    TooLarge(usize),
    /// A success, but not what Yoti sends: not JSON, cut short, another session's.
    NotFromYoti(&'static str),
    /// Our own clock is too far from the answer's `Date`, in seconds,
    /// ours minus theirs; comes with a refused signature only.
    ClockSkew(i64),
}

/// Whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// No: the same call will fail the same way.
    Never,
    /// Yes, after a back-off of our own choice.
    BackOff,
    /// Yes, but not before this time has passed.
    After(Duration),
}
