//! What an error means: in a sentence, and whether trying again can help (contract 9).
//!
//! Server text in a sentence has passed `text::shown`.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::{ApiError, ApiErrorKind, Effect, Retry};
use crate::domain::server_text::ServerText;
use crate::domain::session::wire_enum::ErrorCode;
use crate::text::{shown, shown_str};

/// The most of a server's message that a sentence shows, in columns.
const SHOWN: usize = 200;

/// Retry-After is clamped to this range (fault A01).
const WAIT: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(15);

/// The wait after a 429 that does not say how long (fault A01).
const SLOWED: Duration = Duration::from_secs(30);

impl From<ApiErrorKind> for ApiError {
    fn from(kind: ApiErrorKind) -> Self {
        Self {
            kind,
            code: None,
            message: None,
            errors: Vec::new(),
            request_id: None,
            effect: Effect::Read,
        }
    }
}

impl ApiError {
    /// Whether trying again can help; never for a call that changes something (contract 9.4).
    #[must_use]
    pub const fn retry(&self) -> Retry {
        // DELETE and POST are never repeated blindly (contract 9.4).
        if !matches!(self.effect, Effect::Read) {
            return Retry::Never;
        }
        match &self.kind {
            ApiErrorKind::TooManyRequests(Some(wait))
            | ApiErrorKind::Unavailable(_, Some(wait)) => Retry::After(*wait),
            ApiErrorKind::TooManyRequests(None)
            | ApiErrorKind::Unavailable(..)
            | ApiErrorKind::Unreachable(_)
            | ApiErrorKind::Timeout(_)
            | ApiErrorKind::Foreign(..)
            // A body that is cut or foreign may be whole the next time.
            | ApiErrorKind::NotFromYoti(_) => Retry::BackOff,
            ApiErrorKind::Status(_)
            | ApiErrorKind::TokenRefused(_)
            | ApiErrorKind::Redirect(_)
            | ApiErrorKind::TooLarge(_)
            | ApiErrorKind::ClockSkew(_) => Retry::Never,
        }
    }

    /// How long no request may be sent; `None` unless Yoti responded with 429.
    #[must_use]
    pub fn slows(&self) -> Option<Duration> {
        match self.kind {
            ApiErrorKind::TooManyRequests(wait) => Some(wait.unwrap_or(SLOWED)),
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer, whoever gave it.
    #[must_use]
    pub const fn http_status(&self) -> Option<u16> {
        match self.kind {
            ApiErrorKind::Foreign(status, _) => Some(status),
            _ => self.status(),
        }
    }

    /// The HTTP status of an answer of Yoti's.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.kind {
            ApiErrorKind::Status(status)
            | ApiErrorKind::TokenRefused(status)
            | ApiErrorKind::Unavailable(status, _)
            | ApiErrorKind::Redirect(status) => Some(status),
            ApiErrorKind::TooManyRequests(_) => Some(429),
            ApiErrorKind::ClockSkew(_) => Some(401),
            _ => None,
        }
    }

    /// True when the body's `code` is this one.
    #[must_use]
    pub fn has_code(&self, code: &ErrorCode) -> bool {
        self.code.as_ref() == Some(code)
    }

    /// 404 APP_NOT_FOUND: key and SDK ID do not belong together.
    #[must_use]
    pub fn is_app_not_found(&self) -> bool {
        self.status() == Some(404) && self.has_code(&ErrorCode::AppNotFound)
    }

    /// 401, 403, APP_NOT_FOUND or no token: not this session's fault but the key's.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
            || matches!(self.kind, ApiErrorKind::TokenRefused(_))
            || self.is_app_not_found()
    }

    /// Yoti says that it has nothing under this path.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.kind, ApiErrorKind::Status(404 | 410)) && !self.is_app_not_found()
    }

    /// Yoti says that there is no such session: deleted, purged, or of another application.
    #[must_use]
    pub fn is_session_not_found(&self) -> bool {
        self.status() == Some(404) && self.has_code(&ErrorCode::SessionNotFound)
    }

    /// Yoti says that no letter is set, for a session that it knows.
    #[must_use]
    pub fn is_no_letter(&self) -> bool {
        // Sources differ on what GET instructions answers
        // without a letter: all forms count (contract 14.9).
        (self.is_missing() && !self.is_session_not_found()) || self.status() == Some(409)
    }

    /// A 404 about something in a session: a media, a requirement, a resource.
    fn is_of_a_part(&self) -> bool {
        // By its ending: each part has a code of its own, and a new one would be read the same.
        let of_something = |code: &ErrorCode| code.as_raw().ends_with("_NOT_FOUND");
        self.code.as_ref().is_some_and(of_something) && !self.has_code(&ErrorCode::SessionNotFound)
    }

    /// A few words for a narrow place: `503 TEMPORARILY_UNAVAILABLE`, `timed out`.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.kind {
            ApiErrorKind::Unreachable(cause) => cause.to_string(),
            ApiErrorKind::Timeout(stage) => format!("timeout ({stage})"),
            ApiErrorKind::TooLarge(_) => String::from("response too large"),
            ApiErrorKind::NotFromYoti(what) => (*what).to_owned(),
            ApiErrorKind::ClockSkew(seconds) => format!("clock {seconds} s off"),
            ApiErrorKind::Foreign(status, _) => format!("{status} not from Yoti"),
            _ => {
                let status = self.status().map(|s| s.to_string()).unwrap_or_default();
                match &self.code {
                    Some(code) => format!("{status} {}", shown_str(code.as_raw(), 40)),
                    None => status,
                }
            }
        }
    }
}

/// One sentence in our words, with the API's own code and message made harmless.
pub(super) fn sentence(error: &ApiError) -> String {
    let what = match &error.kind {
        ApiErrorKind::Status(400) => String::from("Yoti does not accept the request (400)"),
        ApiErrorKind::Status(401) => String::from(
            "Yoti refuses the signature (401): check the key, the SDK ID and the clock, \
             or run `branchwatch doctor`",
        ),
        ApiErrorKind::Status(403) => String::from("Yoti does not allow this request (403)"),
        ApiErrorKind::Status(404) if error.is_app_not_found() => String::from(
            "Yoti has no application with this SDK ID (404): the key and the SDK ID do not belong together",
        ),
        ApiErrorKind::Status(404 | 410) if error.is_of_a_part() => {
            String::from("Yoti has nothing with this ID (404)")
        }
        ApiErrorKind::Status(404 | 410) => String::from(
            "Yoti has no such session (404): deleted, purged, or of another application",
        ),
        ApiErrorKind::Status(409) => String::from("not possible in the session's state (409)"),
        ApiErrorKind::Status(status) => format!("Yoti responded with {status}"),
        ApiErrorKind::TokenRefused(status) => format!(
            "Yoti returned no valid access token ({status}): check the key, the SDK ID and auth_url, \
             or set auth = \"signature\""
        ),
        ApiErrorKind::TooManyRequests(wait) => {
            format!("Yoti asks to slow down (429{})", after(*wait))
        }
        ApiErrorKind::Unavailable(status, wait) => {
            format!("Yoti is unavailable ({status}{})", after(*wait))
        }
        ApiErrorKind::Redirect(status) => {
            format!(
                "the response is a redirect ({status}), which is never followed: check the base URL"
            )
        }
        ApiErrorKind::Unreachable(cause) => format!("Yoti cannot be reached: {cause}"),
        ApiErrorKind::Timeout(stage) => format!("Yoti did not respond in time ({stage})"),
        ApiErrorKind::TooLarge(limit) => format!("the response is larger than {limit} bytes"),
        ApiErrorKind::Foreign(status, kind) => format!(
            "{status}{} from something that is not Yoti: a gateway, a proxy, or a wrong base URL; it \
             says nothing about the session",
            if kind.is_empty() { String::new() } else { format!(" ({})", shown(kind, 60)) }
        ),
        ApiErrorKind::NotFromYoti(what) => {
            format!("this is not a valid response from Yoti: {what}")
        }
        ApiErrorKind::ClockSkew(seconds) => format!(
            "this machine's clock is {} s {}: signed requests carry the time; set the clock",
            seconds.unsigned_abs(),
            if *seconds < 0 { "behind" } else { "ahead" }
        ),
    };
    let mut text = what;
    let code = error.code.as_ref().map(ErrorCode::as_raw);
    let message = error.message.as_ref().map(ServerText::as_raw);
    for (lead, part) in [("code", code), ("message", message)] {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            text += &format!("; {lead} {}", shown_str(part, SHOWN));
        }
    }
    if error.effect == Effect::InDoubt {
        text +=
            "; it is not known whether the change was made: refresh and check before you try again";
    }
    for (property, message) in error.errors.iter().take(3) {
        text += &format!("; {}: {}", shown(property, 80), shown(message, 80));
    }
    text
}

fn after(wait: Option<Duration>) -> String {
    wait.map(|wait| format!(", again in {} s", wait.as_secs())).unwrap_or_default()
}

/// An answer without success. Its status is Yoti's only if its body carries a code of Yoti's; of
/// another's body nothing is kept, it may hold anything.
pub(super) fn of_status(
    kind: ApiErrorKind,
    body: &[u8],
    content_type: &str,
    request_id: Option<&str>,
) -> ApiError {
    let error = from_body(kind, body, request_id);
    match error.kind {
        // Without a code of Yoti's it is a gateway's answer
        // and says nothing of the session (contract 9.4).
        ApiErrorKind::Status(status) if error.code.is_none() => {
            ApiErrorKind::Foreign(status, ServerText::from(content_type)).into()
        }
        _ => error,
    }
}

/// The parts of an error body (contract 9.1); a body that is not JSON keeps its first bytes.
pub(super) fn from_body(kind: ApiErrorKind, body: &[u8], request_id: Option<&str>) -> ApiError {
    let mut error = ApiError::from(kind);
    error.request_id = request_id.map(ServerText::from);
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let start = String::from_utf8_lossy(body.get(..body.len().min(200)).unwrap_or_default());
        error.message = (!start.trim().is_empty()).then(|| ServerText::from(start.trim()));
        return error;
    };
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(ServerText::from);
    let named = |key| text(&value, key).filter(|name| is_code(name.as_raw()));
    // A fixture of Yoti's Python SDK has `error` instead (contract 11 #26).
    let code = named("code").or_else(|| named("error"));
    error.code = code.map(|code| ErrorCode::from_wire(code.as_raw()));
    error.message = text(&value, "message");
    let list = value.get("errors").and_then(Value::as_array);
    error.errors = list
        .into_iter()
        .flatten()
        // Bounded: a server's list may be of any length.
        .take(20)
        .map(|item| {
            let part = |key| text(item, key).unwrap_or_default();
            (part("property"), part("message"))
        })
        .collect();
    error
}

/// What a token endpoint says (RFC 6749, 5.2).
const OF_TOKENS: [&str; 6] = [
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
];

/// Whether this has the form of Yoti's codes (contract 9.2). The JSON errors of gateways have a `code`
/// or an `error` too: `Not Found`, `forbidden`.
fn is_code(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let yotis = text.len() > 2
        && text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.bytes().all(known);
    yotis || OF_TOKENS.contains(&text)
}

/// Retry-After as seconds or an HTTP date, clamped to 1 s – 15 min; garbage is nothing.
#[must_use]
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    // Wide enough for any number a server may send: garbage must not overflow (fault A01).
    let wait = match value.parse::<i128>() {
        Ok(seconds) => Duration::from_secs(u64::try_from(seconds.clamp(0, 1 << 40)).ok()?),
        Err(_) => {
            let at = http_date(value)?;
            Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
        }
    };
    Some(wait.clamp(*WAIT.start(), *WAIT.end()))
}

/// An HTTP date (`Tue, 24 Nov 2026 10:00:00 GMT`).
#[must_use]
pub fn http_date(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // A01
    #[test]
    fn retry_after_is_obeyed_within_bounds() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("5", Some(5)),
            ("0", Some(1)),
            ("-7", Some(1)),
            ("1000000000000", Some(900)),
            ("99999999999999999999999", Some(900)),
            ("soon", None),
            ("", None),
            ("Tue, 24 Nov 2026 10:01:00 GMT", Some(60)),
            ("Tue, 24 Nov 2026 09:00:00 GMT", Some(1)),
        ] {
            assert_eq!(retry_after(value, now).map(|w| w.as_secs()), seconds, "{value}");
        }
    }

    // U09
    #[test]
    fn an_error_body_is_read_in_every_form_that_was_seen() {
        let error = from_body(
            ApiErrorKind::Status(400),
            br#"{"code":"PAYLOAD_VALIDATION","message":"m","errors":[{"property":"p","message":"q"},7]}"#,
            Some("r1"),
        );
        assert!(error.has_code(&"PAYLOAD_VALIDATION".into()));
        assert_eq!(error.errors.len(), 2);
        assert!(error.to_string().contains("p: q"), "{error}");
        assert!(
            from_body(ApiErrorKind::Status(404), br#"{"error":"NEW_1"}"#, None)
                .has_code(&"NEW_1".into())
        );
        let html = from_body(ApiErrorKind::Unavailable(502, None), b"<h1>Bad\x1b[2J</h1>", None);
        assert!(html.message.is_some());
        assert!(!html.to_string().contains('\x1b'));
        assert_eq!(from_body(ApiErrorKind::Status(500), b"", None).message, None);
    }

    // A06
    // Case 11
    #[test]
    fn a_status_is_yotis_only_with_a_code_of_yotis() {
        let portal = b"<h1>Hello Amina, please log in</h1>";
        for (status, body, yotis) in [
            (404, &br#"{"code":"SESSION_NOT_FOUND"}"#[..], true),
            (400, br#"{"error":"PAYLOAD_VALIDATION"}"#, true),
            (404, portal, false),
            (403, br#"{"message":"Forbidden"}"#, false),
            (407, b"", false),
            (404, br#"{"code":404}"#, false),
            // What Spring, nginx and API gateways say.
            (404, br#"{"status":404,"error":"Not Found"}"#, false),
            (404, br#"{"code":"Not Found"}"#, false),
            (403, br#"{"code":"forbidden"}"#, false),
            (403, br#"{"error":"Forbidden","code":"E"}"#, false),
            (404, br#"{"code":""}"#, false),
            (409, br#"["code"]"#, false),
        ] {
            let error = of_status(ApiErrorKind::Status(status), body, "text/html", None);
            let (of_yoti, says) = (error.status(), error.to_string());
            assert_eq!(of_yoti, yotis.then_some(status), "{says}");
            assert_eq!(error.http_status(), Some(status));
            if !yotis {
                assert!(!error.is_missing() && !error.is_refusal() && !error.is_no_letter());
                assert_eq!(error.retry(), Retry::BackOff);
                assert!(says.contains("(text/html) from something that is not Yoti"), "{says}");
                assert!(!says.contains("Amina") && !says.contains("Forbidden"), "{says}");
            }
        }
    }

    #[test]
    fn every_error_says_whether_to_try_again() {
        for (kind, retry) in [
            (ApiErrorKind::Status(400), Retry::Never),
            (ApiErrorKind::Status(401), Retry::Never),
            (ApiErrorKind::Redirect(302), Retry::Never),
            (ApiErrorKind::Unavailable(503, None), Retry::BackOff),
            (
                ApiErrorKind::TooManyRequests(Some(Duration::from_secs(7))),
                Retry::After(Duration::from_secs(7)),
            ),
            (ApiErrorKind::Timeout("request"), Retry::BackOff),
        ] {
            assert_eq!(ApiError::from(kind).retry(), retry);
        }
    }
}
