//! Whether a request may be answered: signed as it must be, byte for byte over the raw target
//! (contract 2.6), or with a token (2.7, 2.8).

use std::collections::HashSet;

use axum::http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::Reply;
use crate::api::signing::{VerifyingKey, string_to_sign};

/// The application that the simulator knows, and two others by name.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) sdk_id: String,
    pub(crate) key: VerifyingKey,
    /// The same as SPKI PEM.
    pub(crate) public_pem: String,
    /// Known, with the same key, but no made session belongs to it.
    pub(crate) stranger: String,
    /// Known, but its stored key cannot be used.
    pub(crate) broken: String,
}

/// A request as it came.
pub(crate) struct Incoming<'a> {
    pub(crate) method: &'a str,
    /// Path and query as received; below the API's base without that.
    pub(crate) target: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// It came below the sandbox's base.
    pub(crate) sandbox: bool,
}

impl Incoming<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// More than the API is known to check (contract 2.2); switched on at `/_sim/verification`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Strictness {
    /// How far a timestamp may be off from the simulated or the real time; its unit follows from its size.
    window_minutes: Option<i64>,
    /// A nonce is accepted once.
    unique_nonces: bool,
    #[serde(skip)]
    seen: HashSet<String>,
}

impl Strictness {
    fn check(&mut self, nonce: &str, timestamp: &str, now: [Timestamp; 2]) -> Result<(), Reply> {
        if let Some(minutes) = self.window_minutes {
            let value: i64 = timestamp.parse().unwrap_or(i64::MAX);
            // Seconds, milliseconds and microseconds are all
            // in use (contract 2.2): the size tells which.
            let seconds = if value < 100_000_000_000 {
                value
            } else if value < 100_000_000_000_000 {
                value / 1_000
            } else {
                value / 1_000_000
            };
            let far =
                |now: &Timestamp| seconds.abs_diff(now.as_second()) > minutes.unsigned_abs() * 60;
            if now.iter().all(far) {
                return Err(Reply::invalid(
                    "MALFORMED_REQUEST",
                    &[("timestamp", "is too far off")],
                ));
            }
        }
        if self.unique_nonces && !self.seen.insert(nonce.to_owned()) {
            return Err(Reply::invalid("MALFORMED_REQUEST", &[("nonce", "was used before")]));
        }
        Ok(())
    }
}

/// A parameter of a query, by its name in any case.
pub(crate) fn parameter<'a>(target: &'a str, name: &str) -> Option<&'a str> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    // Go's SDK sends `sdkID` (contract 2.2).
    pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

impl Application {
    /// The SDK ID that signed.
    ///
    /// # Errors
    /// The answer that the contract has for what is wrong.
    pub(crate) fn check(
        &self,
        request: &Incoming<'_>,
        strictness: &mut Strictness,
        now: [Timestamp; 2],
    ) -> Result<String, Reply> {
        let digest = request.header("X-Yoti-Auth-Digest").filter(|digest| !digest.is_empty());
        let Some(digest) = digest else {
            return Err(Reply::malformed("header.X-Yoti-Auth-Digest"));
        };
        let value = |name: &str| parameter(request.target, name).filter(|value| !value.is_empty());
        let Some(nonce) = value("nonce") else { return Err(Reply::malformed("nonce")) };
        let decimal = |value: &&str| value.bytes().all(|byte| byte.is_ascii_digit());
        let Some(timestamp) = value("timestamp").filter(decimal) else {
            return Err(Reply::malformed("timestamp"));
        };
        let Some(caller) = value("sdkId") else { return Err(Reply::malformed("sdkId")) };
        let known = [&self.sdk_id, &self.stranger, &self.broken];
        let Some(caller) = known.into_iter().find(|id| id.eq_ignore_ascii_case(caller)) else {
            return Err(Reply::error(404, "APP_NOT_FOUND", "Application not found"));
        };
        if *caller == self.broken {
            return Err(Reply::error(401, "BAD_PUBLIC_KEY", "The stored key cannot be used"));
        }
        let body = (!request.body.is_empty()).then_some(request.body);
        let text = string_to_sign(request.method, request.target, body);
        // Strict checks come after it: a request that is not verified uses up no nonce.
        if !self.key.verifies(&text, digest) {
            return Err(Reply::error(401, "MESSAGE_SIGNING", "The signature does not verify"));
        }
        strictness.check(nonce, timestamp, now)?;
        Ok(caller.clone())
    }
}
