//! Calls about whole sessions and about the service.
//!
//! Deleting is for an operator who has confirmed it (contract 9.4).

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::{Call, Client, MAX_JSON, transport};
use crate::api::{ApiError, ApiErrorKind, raw, wire};
use crate::clock::Clock;
use crate::domain::session::answer::Answer;
use crate::domain::session::device::TrackedDevices;
use crate::domain::session::ids::SessionId;
use crate::domain::session::supported::SupportedDocuments;

/// What an unsigned call to the service shows (for `doctor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reachability {
    pub status: u16,
    /// Our clock minus the answer's `Date`, in seconds.
    pub skew_seconds: Option<i64>,
    /// Time until the answer's head.
    pub latency: Duration,
}

impl Reachability {
    /// Whether this machine's clock is so far off that requests may be refused for it.
    #[must_use]
    pub fn clock_is_off(&self) -> bool {
        self.skew_seconds.is_some_and(|off| off.abs() >= transport::CLOCK_IS_OFF)
    }
}

impl<C: Clock> Client<C> {
    /// `POST /sessions` (contract 7.1); the body is sent as it is.
    pub async fn create_session(&self, body: Vec<u8>) -> Result<SessionId, ApiError> {
        let call = Call::json(Method::POST, String::from("/sessions"), body);
        let (_, value, _) = self.json(call).await?;
        let id = value.get("session_id").and_then(Value::as_str).unwrap_or_default();
        SessionId::parse(id)
            .map_err(|_text| ApiErrorKind::NotFromYoti("the response has no session ID").into())
    }

    /// `DELETE /sessions/{s}` with all its media; 409 `RESOURCE_LOCKED`
    /// while checks are unfinished (11 #24).
    pub async fn delete_session(&self, id: SessionId) -> Result<(), ApiError> {
        self.call(Call::new(Method::DELETE, format!("/sessions/{id}"))).await.map(|_answer| ())
    }

    /// `GET /sessions/{s}/tracked-devices` (contract 13.2): addresses and devices of the end user.
    pub async fn tracked_devices(&self, id: SessionId) -> Result<Answer<TrackedDevices>, ApiError> {
        let call = Call::get(format!("/sessions/{id}/tracked-devices"));
        let (text, value, fetched_at) = self.json(call).await?;
        let value = wire::service::devices(value)?;
        Ok(Answer { value, raw: text.into(), fetched_at })
    }

    /// `DELETE /sessions/{s}/tracked-devices`
    pub async fn delete_tracked_devices(&self, id: SessionId) -> Result<(), ApiError> {
        let call = Call::new(Method::DELETE, format!("/sessions/{id}/tracked-devices"));
        self.call(call).await.map(|_answer| ())
    }

    /// `GET /supported-documents`, unsigned (11 #5).
    pub async fn supported_documents(
        &self,
        include_non_latin: bool,
    ) -> Result<Answer<SupportedDocuments>, ApiError> {
        let query = if include_non_latin { "?includeNonLatin=true" } else { "" };
        let url = format!("{}/supported-documents{query}", self.base);
        let sent = self.http.get(url).send().await;
        let mut response = sent.map_err(|why| transport::unreachable(&why))?;
        let body = transport::read(&mut response, MAX_JSON).await?;
        if !response.status().is_success() {
            return Err(transport::failure(&response, &body, self.clock.now()));
        }
        let (text, value) =
            raw::checked_without_secrets(body).map_err(ApiErrorKind::NotFromYoti)?;
        let value = wire::service::supported(&value)?;
        Ok(Answer { value, raw: text.into(), fetched_at: self.clock.now() })
    }

    /// `GET /supported-documents`, unsigned: can the service be reached at all?
    pub async fn reach(&self) -> Result<Reachability, ApiError> {
        // Unsigned, so that network and clock are tried without the key (contract 1.2, #17).
        let begun = tokio::time::Instant::now();
        let url = format!("{}/supported-documents", self.base);
        let response = self.http.get(url).send().await;
        let mut response = response.map_err(|why| transport::unreachable(&why))?;
        if let Some(page) = transport::page(&response) {
            return Err(page.into());
        }
        if !response.status().is_success() {
            let body = transport::read(&mut response, MAX_JSON).await.unwrap_or_default();
            let error = transport::failure(&response, &body, self.clock.now());
            // An error of Yoti's own shows that it is Yoti
            // who is reached; a stranger's shows nothing.
            if matches!(error.kind, ApiErrorKind::Foreign(..)) {
                return Err(error);
            }
        }
        Ok(Reachability {
            status: response.status().as_u16(),
            skew_seconds: transport::skew(&response, self.clock.now()),
            latency: begun.elapsed(),
        })
    }
}
