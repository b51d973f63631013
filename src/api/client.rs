//! The HTTP client: signed or with a token, bounded, and never following anybody anywhere.

mod capture;
mod letter;
mod media;
mod options;
mod proxy;
mod sessions;
pub(super) mod transport;

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use reqwest::{Method, Response};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::bearer::{Bearer, Token};
use super::key_handle::KeyHandle;
use super::{ApiError, ApiErrorKind, Effect, SessionApi, raw, signing, wire};
use crate::clock::Clock;
use crate::domain::session::Session;
use crate::domain::session::answer::{Answer, Fingerprint};
use crate::domain::session::configuration::Configuration;
use crate::domain::session::ids::SessionId;
use crate::domain::session::instructions::Instructions;
use crate::domain::session::observation::{Observation, Unchanged};
use crate::domain::session::parts::Part;

pub use capture::FacePicture;
pub use letter::LetterPdf;
pub use media::{Doubt, HeldMedia, MediaContent, MediaForm, MediaOutcome, MissingMedia};
pub use options::{
    AUTH_SCOPE, AUTH_URL, Auth, ClientError, ClientOptions, checked_auth_url, checked_base_url,
    default_auth_url,
};
pub use proxy::Proxy;
pub use sessions::Reachability;

/// The most JSON that is taken in (fault A08).
pub const MAX_JSON: usize = 4 * 1024 * 1024;
/// The largest media.
pub const MAX_MEDIA: usize = 20 * 1024 * 1024;

/// The client. Cloning shares the pool, the key and the token.
#[derive(Clone)]
pub struct Client<C> {
    http: reqwest::Client,
    base: String,
    sdk_id: Uuid,
    key: KeyHandle,
    /// With it nothing is signed.
    bearer: Option<Arc<Bearer>>,
    clock: C,
    told: Arc<Mutex<Option<TimeTold>>>,
}

/// The `Date` of a response, and when it came.
#[derive(Clone, Copy)]
struct TimeTold {
    date: Timestamp,
    at: Instant,
}

impl<C> std::fmt::Debug for Client<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}

/// One call below the base URL.
struct Call {
    method: Method,
    /// Below the base URL; begins with `/`.
    path: String,
    body: Option<(&'static str, Vec<u8>)>,
    limit: usize,
}

impl Call {
    const fn new(method: Method, path: String) -> Self {
        Self { method, path, body: None, limit: MAX_JSON }
    }

    const fn get(path: String) -> Self {
        Self::new(Method::GET, path)
    }

    fn json(method: Method, path: String, body: Vec<u8>) -> Self {
        Self { body: Some(("application/json", body)), ..Self::new(method, path) }
    }

    /// True when the call changes nothing at Yoti.
    fn reads(&self) -> bool {
        self.method == Method::GET
    }
}

impl<C: Clock> Client<C> {
    /// Makes a client with one pool; nothing is sent.
    pub fn new(
        options: &ClientOptions,
        key: impl Into<KeyHandle>,
        clock: C,
    ) -> Result<Self, ClientError> {
        let key = key.into();
        let base = checked_base_url(&options.base_url)?;
        let http = options::pool(&base, options)?;
        let bearer = match &options.auth {
            Auth::Signature => None,
            Auth::Bearer { auth_url, scope } => {
                let url = checked_auth_url(auth_url, &base)?;
                // A pool of its own: whether a proxy is used is decided by the host that is asked.
                let http = options::pool(&url, options)?;
                let scope = scope.clone();
                Some(Arc::new(Bearer::new(http, url, scope, options.sdk_id, key.clone())))
            }
        };
        Ok(Self { http, base, sdk_id: options.sdk_id, key, bearer, clock, told: Arc::default() })
    }

    /// Sends one attempt by the scheme in force. A refused token is replaced and the call sent once
    /// more, if it only reads.
    async fn send(&self, call: &Call) -> Result<Response, ApiError> {
        let Some(bearer) = &self.bearer else { return self.send_signed(call).await };
        let token = bearer.token(self.clock.now()).await?;
        let response = self.send_with(&token, call).await?;
        // Only 401 may be the token's fault; any other status is the answer.
        if response.status().as_u16() != 401 {
            return Ok(response);
        }
        match bearer.instead_of(&token, self.clock.now()).await? {
            Some(other) if call.reads() => self.send_with(&other, call).await,
            _ => Ok(response),
        }
    }

    /// A new nonce, time and signature each time (fault N16).
    async fn send_signed(&self, call: &Call) -> Result<Response, ApiError> {
        // Before the time is taken: the key may still be on its way.
        let key = self.key.get().await?;
        let stamp = self.clock.now().as_millisecond();
        let path = signing::signed_path(&call.path, self.sdk_id, Uuid::new_v4(), stamp);
        let body = call.body.as_ref().map(|(_, body)| body.as_slice());
        let text = signing::string_to_sign(call.method.as_str(), &path, body);
        let digest = signing::digest(&key, &text)
            .map_err(|_opaque| ApiErrorKind::NotFromYoti("the request could not be signed"))?;
        self.transmit(call, &path, "X-Yoti-Auth-Digest", &digest).await
    }

    async fn send_with(&self, token: &Token, call: &Call) -> Result<Response, ApiError> {
        self.transmit(call, &call.path, "Authorization", token.header().expose_secret()).await
    }

    async fn transmit(
        &self,
        call: &Call,
        path: &str,
        header: &str,
        proof: &str,
    ) -> Result<Response, ApiError> {
        let mut request = self
            .http
            .request(call.method.clone(), format!("{}{path}", self.base))
            .header(header, proof)
            // An honest name: no official SDK is impersonated (contract 2.3).
            .header("X-Yoti-SDK", "Rust")
            .header("X-Yoti-SDK-Version", concat!("branchwatch-", env!("CARGO_PKG_VERSION")))
            .header("Accept", "application/json, */*");
        if let Some((kind, body)) = &call.body {
            request = request.header("Content-Type", *kind).body(body.clone());
        }
        request.send().await.map_err(|why| {
            // Without a connection nothing can have arrived; later, nobody knows.
            let effect = if why.is_connect() { Effect::NotDone } else { Effect::InDoubt };
            ApiError { effect, ..transport::unreachable(&why).into() }
        })
    }

    /// A call that must succeed; the answer and its body, within the call's limit.
    async fn call(&self, call: Call) -> Result<(Response, Vec<u8>), ApiError> {
        let answer = self.try_call(&call).await;
        answer.map_err(|error| {
            let effect = if call.reads() { Effect::Read } else { error.effect };
            ApiError { effect, ..error }
        })
    }

    async fn try_call(&self, call: &Call) -> Result<(Response, Vec<u8>), ApiError> {
        let mut response = self.send(call).await?;
        let status = response.status().as_u16();
        if (200..300).contains(&status) {
            let bytes = transport::read(&mut response, call.limit).await;
            let bytes = bytes.map_err(|why| ApiError { effect: Effect::InDoubt, ..why })?;
            return match transport::page(&response) {
                // A login page with status 200 is a portal's, not Yoti's (fault A06).
                Some(page) => Err(ApiError { effect: Effect::InDoubt, ..page.into() }),
                None => {
                    self.note_time(&response);
                    Ok((response, bytes))
                }
            };
        }
        // The status alone says enough: a body that cannot be read does not hide it.
        let bytes = transport::read(&mut response, MAX_JSON).await.unwrap_or_default();
        let mut error = transport::failure(&response, &bytes, self.clock.now());
        // The time of a portal or a proxy is not Yoti's.
        if !matches!(error.kind, ApiErrorKind::Foreign(..) | ApiErrorKind::Redirect(_)) {
            self.note_time(&response);
        }
        // With tokens a 401 says nothing of a signature, so the advice is another.
        if self.bearer.is_some() && error.kind == ApiErrorKind::Status(401) {
            error.kind = ApiErrorKind::TokenRefused(401);
        }
        // 4xx and 503 refuse before anything is done; another 5xx may come after it.
        let told = status < 500 || status == 503;
        error.effect = if told { Effect::NotDone } else { Effect::InDoubt };
        Err(error)
    }

    fn note_time(&self, response: &Response) {
        if let (Some(date), Ok(mut told)) = (transport::date(response), self.told.lock()) {
            *told = Some(TimeTold { date, at: Instant::now() });
        }
    }

    /// The body of a JSON answer, and when it was complete.
    async fn body(&self, call: Call) -> Result<(Vec<u8>, Timestamp), ApiError> {
        let (response, body) = self.call(call).await?;
        if response.status().as_u16() == 204 {
            return Err(ApiErrorKind::NotFromYoti("the response is empty (204)").into());
        }
        Ok((body, self.clock.now()))
    }

    /// A JSON answer with its secrets removed.
    async fn json(&self, call: Call) -> Result<(String, Value, Timestamp), ApiError> {
        let (body, fetched_at) = self.body(call).await?;
        let (text, value) =
            raw::checked_without_secrets(body).map_err(ApiErrorKind::NotFromYoti)?;
        Ok((text, value, fetched_at))
    }

    /// The body of a part of a session, and when it was complete.
    async fn part(&self, id: SessionId, part: Part) -> Result<(Vec<u8>, Timestamp), ApiError> {
        self.body(Call::get(format!("/sessions/{id}{}", part.below()))).await
    }
}

/// What a body says of a session.
fn answer<T>(
    body: Vec<u8>,
    fetched_at: Timestamp,
    id: SessionId,
    read: impl FnOnce(&Value, SessionId) -> Result<T, ApiErrorKind>,
) -> Result<Answer<T>, ApiError> {
    let (text, value) = raw::checked_without_secrets(body).map_err(ApiErrorKind::NotFromYoti)?;
    Ok(Answer { value: read(&value, id)?, raw: text.into(), fetched_at })
}

fn session(value: &Value, id: SessionId) -> Result<Session, ApiErrorKind> {
    wire::names(value, &["session_id", "state"])?;
    wire::session::value(value, id)
}

fn configuration(value: &Value, id: SessionId) -> Result<Configuration, ApiErrorKind> {
    wire::names(value, &["session_id"])?;
    wire::configuration::value(value, id)
}

fn letter(value: &Value, _id: SessionId) -> Result<Instructions, ApiErrorKind> {
    wire::is_letter(value)?;
    wire::instructions::value(value)
}

impl<C: Clock> SessionApi for Client<C> {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        let (body, fetched_at) = self.part(id, Part::Session).await?;
        answer(body, fetched_at, id, session)
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        let (body, fetched_at) = self.part(id, Part::Configuration).await?;
        answer(body, fetched_at, id, configuration)
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        let (body, fetched_at) = self.part(id, Part::Letter).await?;
        answer(body, fetched_at, id, letter)
    }

    async fn poll(
        &self,
        id: SessionId,
        part: Part,
        known: Option<Fingerprint>,
    ) -> Result<Observation, ApiError> {
        let (body, fetched_at) = self.part(id, part).await?;
        let unchanged =
            known.and_then(|fingerprint| Some((fingerprint, raw::unchanged(&body, fingerprint)?)));
        if let Some((fingerprint, ttl)) = unchanged {
            return Ok(Observation::Unchanged(Unchanged { part, fingerprint, ttl, fetched_at }));
        }
        match part {
            Part::Session => answer(body, fetched_at, id, session).map(Observation::Session),
            Part::Configuration => {
                answer(body, fetched_at, id, configuration).map(Observation::Configuration)
            }
            Part::Letter => answer(body, fetched_at, id, letter).map(Observation::Letter),
        }
    }

    /// By a timer that goes on evenly whatever this machine's clock is set to. It stands still while
    /// the machine sleeps, so that it is never ahead.
    fn yoti_time(&self) -> Option<Timestamp> {
        let told = (*self.told.lock().ok()?)?;
        told.date.checked_add(told.at.elapsed()).ok()
    }
}
