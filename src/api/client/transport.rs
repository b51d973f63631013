//! What HTTP itself says: bodies within a limit, failures in our words, how far the clocks are
//! apart.
//!
//! An HTTP library's error text names the URL with its signature and is never used.

use jiff::Timestamp;
use reqwest::Response;

use crate::api::unreached::Unreached;
use crate::api::{ApiError, ApiErrorKind, error};

/// A clock that is this far off is named before the key: a refused signature is the clock's fault
/// long before the five minutes that Yoti's documentation names (fault C02).
pub(in crate::api) const CLOCK_IS_OFF: i64 = 60;

/// When the answer was sent, by the clock of who sent it.
pub(in crate::api) fn date(response: &Response) -> Option<Timestamp> {
    error::http_date(response.headers().get("date")?.to_str().ok()?)
}

/// Our clock minus the answer's `Date`, in seconds.
pub(in crate::api) fn skew(response: &Response, now: Timestamp) -> Option<i64> {
    Some(now.as_second() - date(response)?.as_second())
}

/// What an answer without success means.
pub(in crate::api) fn failure(response: &Response, body: &[u8], now: Timestamp) -> ApiError {
    let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
    let wait = header("retry-after").and_then(|value| error::retry_after(value, now));
    let kind = match response.status().as_u16() {
        429 => ApiErrorKind::TooManyRequests(wait),
        status @ 500..=599 => ApiErrorKind::Unavailable(status, wait),
        status @ 300..=399 => ApiErrorKind::Redirect(status),
        401 => match skew(response, now) {
            // Only of a 401: a clock that is off hurts nobody as long as Yoti takes the signature.
            Some(off) if off.abs() >= CLOCK_IS_OFF => ApiErrorKind::ClockSkew(off),
            _ => ApiErrorKind::Status(401),
        },
        status => ApiErrorKind::Status(status),
    };
    error::of_status(kind, body, &content_type(response), header("x-request-id"))
}

/// The content type in lower case, parameters stripped.
pub(in crate::api) fn content_type(response: &Response) -> String {
    let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// A success with a page for people in it is a login page of somebody else's: Yoti sends none.
pub(in crate::api) fn page(response: &Response) -> Option<ApiErrorKind> {
    let kind = content_type(response);
    let page = matches!(kind.as_str(), "text/html" | "application/xhtml+xml");
    page.then(|| ApiErrorKind::Foreign(response.status().as_u16(), kind.into()))
}

/// Reads a body by its chunks, so that a large one is refused before it is held.
pub(in crate::api) async fn read(
    response: &mut Response,
    limit: usize,
) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            // By what arrives, not by Content-Length: a chunked
            // or lying body has no honest one (fault A08).
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(ApiErrorKind::TooLarge(limit).into());
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(why) if why.is_timeout() => return Err(ApiErrorKind::Timeout("request").into()),
            Err(_cut) => return Err(ApiErrorKind::NotFromYoti("the response was cut short").into()),
        }
    }
}

/// Why there was no answer.
pub(in crate::api) fn unreachable(why: &reqwest::Error) -> ApiErrorKind {
    if why.is_timeout() {
        return ApiErrorKind::Timeout(if why.is_connect() { "connect" } else { "request" });
    }
    ApiErrorKind::Unreachable(Unreached::of(why))
}
