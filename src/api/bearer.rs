//! Tokens instead of signatures: Yoti's Central Auth (contract 2.8).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use reqwest::Response;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::client::transport;
use super::key::SigningKey;
use super::key_handle::KeyHandle;
use super::{ApiError, ApiErrorKind, signing};

/// A token is renewed after this time, however long it would be good (contract 2.8).
const RENEW_AFTER: Duration = Duration::from_mins(30);
/// A token is not used in its last seconds.
// A request may take 20 s (fault N09), and its token must be good until the end of it.
const MARGIN: Duration = Duration::from_secs(30);
/// After a failed renewal the old token is used for so long before the next try; and a refused
/// token is replaced no more often.
const PAUSE: Duration = Duration::from_mins(1);
/// How long an assertion is good, in seconds.
const ASSERTION_SECONDS: i64 = 300;
/// The largest answer of the token endpoint.
const MAX_ANSWER: usize = 64 * 1024;

pub(super) struct Token(SecretString);

impl Token {
    /// The value of the header `Authorization`.
    pub(super) fn header(&self) -> SecretString {
        SecretString::from(format!("Bearer {}", self.0.expose_secret()))
    }
}

struct KeptToken {
    token: Arc<Token>,
    renew_at: Instant,
    expires_at: Instant,
}

#[derive(Default)]
struct TokenState {
    kept: Option<KeptToken>,
    failure: Option<ApiError>,
    /// When a refused token was last replaced.
    replaced_at: Option<Instant>,
}

/// The holder of the token.
pub(super) struct Bearer {
    http: reqwest::Client,
    url: String,
    scope: String,
    sdk_id: Uuid,
    key: KeyHandle,
    /// Locked while a token is asked for: everybody else waits for that one.
    // An async mutex, since it is held across the request.
    state: Mutex<TokenState>,
    asked: AtomicU64,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<u64>,
}

impl Bearer {
    pub(super) fn new(
        http: reqwest::Client,
        url: String,
        scope: String,
        sdk_id: Uuid,
        key: KeyHandle,
    ) -> Self {
        let (state, asked) = (Mutex::default(), AtomicU64::new(0));
        Self { http, url, scope, sdk_id, key, state, asked }
    }

    /// The token in force; a new one when there is none or it has grown old.
    pub(super) async fn token(&self, now: Timestamp) -> Result<Arc<Token>, ApiError> {
        let asked = self.asked.load(Ordering::SeqCst);
        let mut state = self.state.lock().await;
        let time = Instant::now();
        if let Some(kept) = state.kept.as_ref().filter(|kept| time < kept.renew_at) {
            return Ok(Arc::clone(&kept.token));
        }
        // Whoever waited while another asked in vain gets that answer.
        if self.asked.load(Ordering::SeqCst) != asked
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        match self.renew(&mut state, now).await {
            Ok(token) => Ok(token),
            // Renewal begins well before the end: an outage
            // of the token endpoint alone stops nothing.
            Err(failure) => match state.kept.as_mut().filter(|kept| time < kept.expires_at) {
                Some(old) => {
                    old.renew_at = time + PAUSE;
                    Ok(Arc::clone(&old.token))
                }
                None => Err(failure),
            },
        }
    }

    /// Another token than the one that was refused; `None` when it was replaced a moment ago and
    /// another would be refused too.
    pub(super) async fn instead_of(
        &self,
        refused: &Arc<Token>,
        now: Timestamp,
    ) -> Result<Option<Arc<Token>>, ApiError> {
        let mut state = self.state.lock().await;
        if let Some(kept) = state.kept.as_ref().filter(|kept| !Arc::ptr_eq(&kept.token, refused)) {
            return Ok(Some(Arc::clone(&kept.token)));
        }
        let time = Instant::now();
        // An application may have 200 active tokens (contract 2.8): refusals must not use them up.
        if state.replaced_at.is_some_and(|at| time.duration_since(at) < PAUSE) {
            return Ok(None);
        }
        state.replaced_at = Some(time);
        state.kept = None;
        self.renew(&mut state, now).await.map(Some)
    }

    async fn renew(&self, state: &mut TokenState, now: Timestamp) -> Result<Arc<Token>, ApiError> {
        let answer = self.ask(now).await;
        self.asked.fetch_add(1, Ordering::SeqCst);
        let time = Instant::now();
        match answer {
            Ok((token, life)) => {
                let token = Arc::new(token);
                let expires_at = time + life.unwrap_or(RENEW_AFTER);
                let usable = life.map_or(RENEW_AFTER, |life| {
                    // Half of a very short life, which has no room for the margin.
                    RENEW_AFTER.min(life.saturating_sub(MARGIN).max(life / 2))
                });
                let renew_at = time + usable;
                state.kept = Some(KeptToken { token: Arc::clone(&token), renew_at, expires_at });
                state.failure = None;
                Ok(token)
            }
            Err(failure) => {
                state.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// One request to the token endpoint.
    async fn ask(&self, now: Timestamp) -> Result<(Token, Option<Duration>), ApiError> {
        let key = self.key.get().await?;
        let assertion = self.assertion(&key, Uuid::new_v4(), now)?;
        let form = Zeroizing::new(format!(
            "grant_type=client_credentials\
             &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
             &scope={}&client_assertion={}",
            escaped(&self.scope),
            assertion.expose_secret()
        ));
        let request = self
            .http
            .post(&self.url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .body(form.as_bytes().to_vec());
        let mut response =
            request.send().await.map_err(|why| ApiError::from(transport::unreachable(&why)))?;
        let body = transport::read(&mut response, MAX_ANSWER).await.map(Zeroizing::new);
        if response.status().as_u16() != 200 {
            return Err(refusal(&response, body.as_deref().map_or(&[], Vec::as_slice), now));
        }
        let answer: TokenAnswer = serde_json::from_slice(&body?)
            // The error's text is dropped: it may quote the token.
            .map_err(|_text| ApiErrorKind::NotFromYoti("the token endpoint returned no token"))?;
        let other = answer.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer"));
        let token = SecretString::from(answer.access_token);
        // A line break in it would end the header and begin another.
        let printable = |b: u8| b.is_ascii_graphic();
        if other
            || token.expose_secret().is_empty()
            || !token.expose_secret().bytes().all(printable)
        {
            return Err(
                ApiErrorKind::NotFromYoti("the token endpoint returned no bearer token").into()
            );
        }
        Ok((Token(token), answer.expires_in.map(Duration::from_secs)))
    }

    /// The signed claim to be this application (contract 2.8).
    fn assertion(
        &self,
        key: &SigningKey,
        jti: Uuid,
        now: Timestamp,
    ) -> Result<SecretString, ApiError> {
        let (who, iat) = (format!("sdk:{}", self.sdk_id), now.as_second());
        let head = json!({ "alg": "PS384", "typ": "JWT" });
        let claims = json!({
            // As the Java SDK builds it (contract 2.8): `iss`
            // and `sub` are the application, `aud` the address.
            "iss": who, "sub": who, "aud": self.url, "jti": jti.to_string(),
            "iat": iat, "exp": iat + ASSERTION_SECONDS,
        });
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&head), part(&claims));
        let signature = signing::ps384(key, &text)
            .map_err(|_opaque| ApiErrorKind::NotFromYoti("the request could not be signed"))?;
        Ok(SecretString::from(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// 4xx of the token endpoint is about key and SDK ID, not about any session.
fn refusal(response: &Response, body: &[u8], now: Timestamp) -> ApiError {
    let mut error = transport::failure(response, body, now);
    if let ApiErrorKind::Status(status) = error.kind {
        error.kind = ApiErrorKind::TokenRefused(status);
    }
    error
}

/// A form value: everything but letters, digits and `-._~` as `%XX`.
fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let one = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}
