//! The HTTP client: signed, bounded, and never following anybody anywhere.
//!
//! Owns the one connection pool. Must never log a request, send twice with one signature, follow a
//! redirect, or fetch an address that a body names.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, Response, Url, redirect};
use serde_json::Value;
use uuid::Uuid;

use super::key::SigningKey;
use super::{ApiError, ApiErrorKind, SessionApi, error, raw, signing, wire};
use crate::clock::Clock;
use crate::domain::configuration::Configuration;
use crate::domain::ids::{MediaId, SessionId};
use crate::domain::instructions::Instructions;
use crate::domain::session::Session;
use crate::domain::watched::Answer;

/// The most JSON that is taken in (fault A08).
pub const MAX_JSON: usize = 4 * 1024 * 1024;
/// The largest media.
pub const MAX_MEDIA: usize = 20 * 1024 * 1024;
/// A refused signature is blamed on the clock when it is further off than this (fault C02).
const MAX_SKEW_SECONDS: i64 = 300;

/// Where and as whom to ask.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `https://api.yoti.com/idverify/v1` or another; a trailing slash does not matter.
    pub base_url: String,
    /// The application.
    pub sdk_id: Uuid,
    /// Deadline for a connection with TLS.
    pub connect_timeout: Duration,
    /// Deadline for the whole call.
    pub request_timeout: Duration,
}

impl ClientOptions {
    /// The deadlines of fault N09: 5 s and 20 s.
    #[must_use]
    pub fn new(base_url: impl Into<String>, sdk_id: Uuid) -> Self {
        Self {
            base_url: base_url.into(),
            sdk_id,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
        }
    }
}

/// Why a client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an address.
    #[error("the base URL is not an address: {0}")]
    BadUrl(String),
    /// http beyond this machine (fault N06).
    #[error("the base URL must begin with https:// (http is accepted for this machine only)")]
    NotHttps,
    /// The HTTP library could not start (certificates, proxy settings).
    #[error("the HTTP client cannot start: {0}")]
    Http(String),
}

/// Checks a base URL and takes the trailing slashes off.
///
/// # Errors
/// See [`ClientError`].
pub fn checked_base_url(text: &str) -> Result<String, ClientError> {
    let text = text.trim().trim_end_matches('/');
    let url = Url::parse(text).map_err(|why| ClientError::BadUrl(why.to_string()))?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" if !host.is_empty() => {}
        "http" if here => {}
        "http" => return Err(ClientError::NotHttps),
        _ => return Err(ClientError::BadUrl(String::from("it must begin with https://"))),
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(ClientError::BadUrl(String::from("it must have no query and no user name")));
    }
    Ok(text.to_owned())
}

/// A media as the API gives it (contract 10).
#[derive(Debug)]
pub enum MediaContent {
    /// 204: withheld by regulation.
    Withheld,
    /// Bytes with their content type, parameters stripped.
    Bytes(String, Vec<u8>),
}

/// What an unsigned call to the service shows (for `doctor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// HTTP status.
    pub status: u16,
    /// Our clock minus the answer's `Date`, in seconds.
    pub skew_seconds: Option<i64>,
    /// Time until the answer's head.
    pub latency: Duration,
}

/// The client. Cloning shares the pool and the key.
#[derive(Clone)]
pub struct Client<C> {
    http: reqwest::Client,
    base: String,
    sdk_id: Uuid,
    key: Arc<SigningKey>,
    clock: C,
}

impl<C> std::fmt::Debug for Client<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}

impl<C: Clock> Client<C> {
    /// Makes a client with one pool; nothing is sent.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn new(
        options: &ClientOptions,
        key: Arc<SigningKey>,
        clock: C,
    ) -> Result<Self, ClientError> {
        let base = checked_base_url(&options.base_url)?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("branchwatch/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .http1_only()
            .connect_timeout(options.connect_timeout)
            .timeout(options.request_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(8)
            .tcp_keepalive(Duration::from_secs(15))
            .build()
            .map_err(|why| ClientError::Http(why.to_string()))?;
        Ok(Self { http, base, sdk_id: options.sdk_id, key, clock })
    }

    /// Signs and sends one attempt: a new nonce, time and signature each time (fault N16).
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Response, ApiError> {
        let stamp = self.clock.now().as_millisecond();
        let path = signing::signed_path(path, self.sdk_id, Uuid::new_v4(), stamp);
        let text = signing::string_to_sign(method.as_str(), &path, body.as_deref());
        let digest = signing::digest(&self.key, &text)
            .map_err(|_opaque| ApiErrorKind::NotFromYoti("the request could not be signed"))?;
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("X-Yoti-Auth-Digest", digest)
            .header("X-Yoti-SDK", "Rust")
            .header("X-Yoti-SDK-Version", concat!("branchwatch-", env!("CARGO_PKG_VERSION")))
            .header("Accept", "application/json, */*");
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        request.send().await.map_err(|why| unreachable(&why).into())
    }

    /// A signed call that must succeed; the answer's body, at most `limit` bytes.
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        limit: usize,
    ) -> Result<(Response, Vec<u8>), ApiError> {
        let mut response = self.send(method, path, body).await?;
        let status = response.status().as_u16();
        if (200..300).contains(&status) {
            let bytes = read(&mut response, limit).await?;
            return Ok((response, bytes));
        }
        let bytes = read(&mut response, MAX_JSON).await.unwrap_or_default();
        Err(self.failure(&response, &bytes))
    }

    fn failure(&self, response: &Response, body: &[u8]) -> ApiError {
        let now = self.clock.now();
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let wait = header("retry-after").and_then(|value| error::retry_after(value, now));
        let kind = match response.status().as_u16() {
            429 => ApiErrorKind::TooManyRequests(wait),
            status @ 500..=599 => ApiErrorKind::Unavailable(status, wait),
            status @ 300..=399 => ApiErrorKind::Redirect(status),
            401 => match skew(response, now) {
                Some(off) if off.abs() > MAX_SKEW_SECONDS => ApiErrorKind::ClockSkew(off),
                _ => ApiErrorKind::Status(401),
            },
            status => ApiErrorKind::Status(status),
        };
        error::from_body(kind, body, header("x-request-id"))
    }

    /// A JSON answer with its secrets removed.
    async fn json(&self, path: &str) -> Result<(String, Value, Timestamp), ApiError> {
        let (response, body) = self.call(Method::GET, path, None, MAX_JSON).await?;
        if response.status().as_u16() == 204 {
            return Err(ApiErrorKind::NotFromYoti("the answer is empty (204)").into());
        }
        let (text, value) =
            raw::checked_without_secrets(body).map_err(ApiErrorKind::NotFromYoti)?;
        Ok((text, value, self.clock.now()))
    }

    /// `GET /sessions/{s}/media/{m}/content` (contract 10): only when the operator asks.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn media(&self, id: SessionId, media: &MediaId) -> Result<MediaContent, ApiError> {
        let media = Uuid::try_parse(media.text().as_raw())
            .map_err(|_text| ApiErrorKind::NotFromYoti("the media id is no UUID"))?;
        let path = format!("/sessions/{id}/media/{media}/content");
        let (response, bytes) = self.call(Method::GET, &path, None, MAX_MEDIA).await?;
        if response.status().as_u16() == 204 {
            return Ok(MediaContent::Withheld);
        }
        let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        Ok(MediaContent::Bytes(kind.to_ascii_lowercase(), bytes))
    }

    /// `POST /sessions` (contract 7.1); the body is sent as it is. Used against the simulator.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn create_session(&self, body: Vec<u8>) -> Result<SessionId, ApiError> {
        let (_, body) = self.call(Method::POST, "/sessions", Some(body), MAX_JSON).await?;
        let (_, value) = raw::checked_without_secrets(body).map_err(ApiErrorKind::NotFromYoti)?;
        let id = value.get("session_id").and_then(Value::as_str).unwrap_or_default();
        SessionId::parse(id)
            .map_err(|_text| ApiErrorKind::NotFromYoti("the answer has no session id").into())
    }

    /// `PUT /sessions/{s}/instructions` (contract 7.3). Used against the simulator.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn put_instructions(&self, id: SessionId, body: Vec<u8>) -> Result<(), ApiError> {
        let path = format!("/sessions/{id}/instructions");
        self.call(Method::PUT, &path, Some(body), MAX_JSON).await.map(|_answer| ())
    }

    /// `GET /supported-documents`, unsigned (contract 11 #5): can the service be reached at all?
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn reach(&self) -> Result<Reach, ApiError> {
        let begun = tokio::time::Instant::now();
        let url = format!("{}/supported-documents", self.base);
        let response = self.http.get(url).send().await.map_err(|why| unreachable(&why))?;
        Ok(Reach {
            status: response.status().as_u16(),
            skew_seconds: skew(&response, self.clock.now()),
            latency: begun.elapsed(),
        })
    }
}

impl<C: Clock> SessionApi for Client<C> {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        let (text, value, fetched_at) = self.json(&format!("/sessions/{id}")).await?;
        let value = wire::session::value(&value, id)?;
        Ok(Answer { value, raw: text.into(), fetched_at })
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        let (text, value, fetched_at) = self.json(&format!("/sessions/{id}/configuration")).await?;
        let value = wire::configuration::value(&value, id)?;
        Ok(Answer { value, raw: text.into(), fetched_at })
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        let (text, value, fetched_at) = self.json(&format!("/sessions/{id}/instructions")).await?;
        let value = wire::instructions::value(&value)?;
        Ok(Answer { value, raw: text.into(), fetched_at })
    }
}

/// Our clock minus the answer's `Date`, in seconds.
fn skew(response: &Response, now: Timestamp) -> Option<i64> {
    let date = response.headers().get("date")?.to_str().ok()?;
    Some(now.as_second() - error::http_date(date)?.as_second())
}

/// Reads a body by its chunks, so that a large one is refused before it is held.
async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(ApiErrorKind::TooLarge(limit).into());
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(why) if why.is_timeout() => return Err(ApiErrorKind::Timeout("request").into()),
            Err(_cut) => return Err(ApiErrorKind::NotFromYoti("the answer was cut short").into()),
        }
    }
}

/// In our words: an HTTP library's error text names the URL with its signature.
fn unreachable(why: &reqwest::Error) -> ApiErrorKind {
    if why.is_timeout() {
        return ApiErrorKind::Timeout(if why.is_connect() { "connect" } else { "request" });
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(why);
    let mut said = String::new();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => said = String::from("connection refused"),
                std::io::ErrorKind::ConnectionReset => said = String::from("connection reset"),
                std::io::ErrorKind::UnexpectedEof => said = String::from("connection closed"),
                _ => {}
            }
        }
        let text = error.to_string();
        if text.contains("dns error") || text.contains("failed to lookup") {
            said = String::from("the name cannot be resolved");
        } else if text.contains("certificate") && said.is_empty() {
            said = String::from("the server's certificate is not trusted");
        }
        cause = error.source();
    }
    if said.is_empty() {
        said = String::from(if why.is_connect() { "no connection" } else { "connection broken" });
    }
    ApiErrorKind::Unreachable(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_this_machine_only() {
        for (url, good) in [
            ("https://api.yoti.com/idverify/v1/", true),
            ("http://127.0.0.1:8080/idverify/v1", true),
            ("http://[::1]:8080/v1", true),
            ("http://localhost/v1", true),
            ("http://api.yoti.com/idverify/v1", false),
            ("http://127.0.0.1.example.org/", false),
            ("ftp://localhost/", false),
            ("https://user@api.yoti.com/", false),
            ("https://api.yoti.com/?x=1", false),
            ("api.yoti.com", false),
            ("", false),
        ] {
            assert_eq!(checked_base_url(url).is_ok(), good, "{url}");
        }
        assert_eq!(checked_base_url("https://h/v1//").unwrap(), "https://h/v1");
    }
}
