//! Calls about the letter: what it says, the letter itself, whom it is for, and branches (contract
//! 7.3, 7.4).
//!
//! The contact profile leaves here only as a type that does not print itself.

use reqwest::Method;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Call, Client, MAX_MEDIA};
use crate::api::personal::{ContactProfile, PersonalBytes};
use crate::api::{ApiError, ApiErrorKind, Effect, wire};
use crate::clock::Clock;
use crate::domain::session::answer::Answer;
use crate::domain::session::ids::SessionId;
use crate::domain::session::instructions::Branches;
use crate::domain::session::wire_enum::ErrorCode;

/// What there is of the letter as a PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterPdf {
    Ready(PersonalBytes),
    /// 204: there is none.
    NotThere,
    /// 409 INSTRUCTIONS_NOT_COMPLETE: it is made after
    /// the instructions are set; later it may be there.
    NotReady,
}

impl<C: Clock> Client<C> {
    /// `GET /sessions/{s}/instructions/pdf`
    ///
    /// # Errors
    /// See [`ApiError`]; other conflicts (`SESSION_EXPIRED`, `SESSION_LOCKED`) are errors.
    pub async fn letter_pdf(&self, id: SessionId) -> Result<LetterPdf, ApiError> {
        let path = format!("/sessions/{id}/instructions/pdf");
        let (response, bytes) = match self.call(Call { limit: MAX_MEDIA, ..Call::get(path) }).await
        {
            Ok(answer) => answer,
            Err(error) if error.status() == Some(409) => {
                let early = error.has_code(&ErrorCode::InstructionsNotComplete);
                return if early { Ok(LetterPdf::NotReady) } else { Err(error) };
            }
            Err(error) => return Err(error),
        };
        if response.status().as_u16() == 204 {
            return Ok(LetterPdf::NotThere);
        }
        // A page of a gateway must not be saved as a customer's letter.
        if !bytes.starts_with(b"%PDF-") {
            return Err(ApiErrorKind::NotFromYoti("the letter is not a PDF").into());
        }
        Ok(LetterPdf::Ready(PersonalBytes::new(bytes)))
    }

    /// `GET /sessions/{s}/instructions/contact-profile`: personal data, only when the operator asks.
    pub async fn contact_profile(&self, id: SessionId) -> Result<ContactProfile, ApiError> {
        let path = format!("/sessions/{id}/instructions/contact-profile");
        let (_, body) = self.call(Call::get(path)).await?;
        // Not through `raw`: this body is personal as a whole, and is wiped instead of kept.
        let body = Zeroizing::new(body);
        let value: Option<Value> = serde_json::from_slice(&body).ok();
        value.and_then(ContactProfile::take).ok_or_else(|| {
            ApiErrorKind::NotFromYoti("the contact profile is not a JSON object").into()
        })
    }

    /// `PUT /sessions/{s}/instructions`; the body is sent as it is. The answer is empty or `null`.
    pub async fn put_instructions(&self, id: SessionId, body: Vec<u8>) -> Result<(), ApiError> {
        let path = format!("/sessions/{id}/instructions");
        self.call(Call::json(Method::PUT, path, body)).await.map(|_answer| ())
    }

    /// `POST /sessions/{s}/instructions/email`, without a body: the letter goes out once more.
    pub async fn send_instructions(&self, id: SessionId) -> Result<(), ApiError> {
        let path = format!("/sessions/{id}/instructions/email");
        self.call(Call::new(Method::POST, path)).await.map(|_answer| ())
    }

    /// `POST /lookup/uk-post-office`: branches near a postcode.
    pub async fn branches(&self, near: &str) -> Result<Answer<Branches>, ApiError> {
        let body = json!({ "search_string": near }).to_string().into_bytes();
        let path = String::from("/lookup/uk-post-office");
        let answer = self.json(Call::json(Method::POST, path, body)).await;
        // A look-up changes nothing, whatever its method.
        let (text, value, fetched_at) =
            answer.map_err(|why| ApiError { effect: Effect::NotDone, ..why })?;
        let value = wire::service::branches(&value)?;
        Ok(Answer { value, raw: text.into(), fetched_at })
    }
}
