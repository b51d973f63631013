//! Whether a request is signed as it must be: byte for byte over the raw target (contract 2.6).
//!
//! Owns the steps and their errors. Must never decode the path before it is verified.

use super::answer::Answer;
use crate::api::signing::{VerifyingKey, string_to_sign};

/// The one application that the simulator knows.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) sdk_id: String,
    pub(super) key: VerifyingKey,
}

/// A request as it came.
pub(super) struct Incoming<'a> {
    pub(super) method: &'a str,
    /// Path and query below the base, as received.
    pub(super) target: &'a str,
    pub(super) digest: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl Application {
    /// # Errors
    /// The answer that the contract has for what is wrong.
    pub(super) fn check(&self, request: &Incoming<'_>) -> Result<(), Answer> {
        let Some(digest) = request.digest.filter(|digest| !digest.is_empty()) else {
            return Err(Answer::malformed("header.X-Yoti-Auth-Digest"));
        };
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let parameter = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .into_iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        };
        for name in ["nonce", "timestamp", "sdkId"] {
            if parameter(name).is_none_or(str::is_empty) {
                return Err(Answer::malformed(name));
            }
        }
        if !parameter("timestamp").unwrap_or_default().bytes().all(|b| b.is_ascii_digit()) {
            return Err(Answer::malformed("timestamp"));
        }
        if !parameter("sdkId").unwrap_or_default().eq_ignore_ascii_case(&self.sdk_id) {
            return Err(Answer::error(404, "APP_NOT_FOUND", "Application not found"));
        }
        let body = (!request.body.is_empty()).then_some(request.body);
        let text = string_to_sign(request.method, request.target, body);
        if self.key.verifies(&text, digest) {
            Ok(())
        } else {
            Err(Answer::error(401, "MESSAGE_SIGNING", "The signature does not verify"))
        }
    }
}
