//! What can be asked of Yoti for one session because the operator asked: letter, contact, media,
//! and the two changes.
//!
//! Personal data passes through in types that wipe themselves, and stays nowhere.

use futures::future::BoxFuture;
use zeroize::Zeroizing;

use crate::api::ApiError;
use crate::api::client::{Client, LetterPdf, MediaOutcome};
use crate::app::text::hidden::Hidden;
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::ErrorCode;

/// A media that was handed over.
pub struct HeldBytes {
    pub bytes: Zeroizing<Vec<u8>>,
    /// The ending of a file's name.
    pub ending: &'static str,
    /// Why it may not be what it should be, in our words.
    pub doubt: Option<String>,
}

/// The real client, and the tests' made-up one. An error is a sentence in our words.
pub trait YotiActions: Send + Sync {
    /// The letter as a PDF (contract 7.3).
    fn letter(&self, id: SessionId) -> BoxFuture<'_, Result<Zeroizing<Vec<u8>>, String>>;

    /// The recipient of the letter (contract 7.3).
    fn contact(&self, id: SessionId) -> BoxFuture<'_, Result<Vec<(&'static str, Hidden)>, String>>;

    /// The content of a media (contract 10).
    fn media<'a>(
        &'a self,
        id: SessionId,
        media: &'a Media,
    ) -> BoxFuture<'a, Result<HeldBytes, String>>;

    /// Deletes the session at Yoti (contract 9.3).
    fn delete(&self, id: SessionId) -> BoxFuture<'_, Result<(), String>>;

    /// Sends the letter's e-mail again (contract 7.3).
    fn send_letter(&self, id: SessionId) -> BoxFuture<'_, Result<(), String>>;
}

impl<C: Clock> YotiActions for Client<C> {
    fn letter(&self, id: SessionId) -> BoxFuture<'_, Result<Zeroizing<Vec<u8>>, String>> {
        Box::pin(async move {
            match self.letter_pdf(id).await {
                Ok(LetterPdf::Ready(bytes)) => Ok(Zeroizing::new(bytes.reveal().to_vec())),
                Ok(LetterPdf::NotThere) => Err("there is no letter for this session".to_owned()),
                Ok(LetterPdf::NotReady) => Err(
                    "the letter is not ready (409): Yoti makes it after the instructions are set; \
                     try again in a minute"
                        .to_owned(),
                ),
                Err(why) => Err(conflict(&why, "the letter")),
            }
        })
    }

    fn contact(&self, id: SessionId) -> BoxFuture<'_, Result<Vec<(&'static str, Hidden)>, String>> {
        Box::pin(async move {
            let profile = self.contact_profile(id).await;
            let profile = profile.map_err(|why| conflict(&why, "the contact profile"))?;
            let parts = profile.reveal().into_iter();
            let open = parts.filter_map(|(key, text)| {
                let label = match key {
                    "first_name" => "first name",
                    "last_name" => "last name",
                    _ => "e-mail",
                };
                Some((label, Hidden::new(crate::text::shown(&text?, 200))))
            });
            Ok(open.collect())
        })
    }

    fn media<'a>(
        &'a self,
        id: SessionId,
        media: &'a Media,
    ) -> BoxFuture<'a, Result<HeldBytes, String>> {
        Box::pin(async move {
            let outcome = self.media_of(id, media).await;
            let sentence = outcome.sentence();
            match outcome {
                // An empty file would look like a picture that was saved.
                MediaOutcome::Held(held) if held.bytes.is_empty() => Err(sentence),
                MediaOutcome::Held(held) => Ok(HeldBytes {
                    bytes: Zeroizing::new(held.bytes.reveal().to_vec()),
                    ending: held.form.ending(),
                    doubt: held.doubt.map(|_| sentence),
                }),
                _ => Err(sentence),
            }
        })
    }

    fn delete(&self, id: SessionId) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let answer = self.delete_session(id).await;
            answer.map_err(|why| match why.status() {
                Some(409) => "Yoti deletes a session only when its checks have finished (409); \
                     nothing was deleted"
                    .to_owned(),
                _ => conflict(&why, "the session"),
            })
        })
    }

    fn send_letter(&self, id: SessionId) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let answer = self.send_instructions(id).await;
            answer.map_err(|why| conflict(&why, "the letter"))
        })
    }
}

/// An error as a sentence; conflicts (409) in words of their own.
fn conflict(why: &ApiError, what: &str) -> String {
    if why.status() != Some(409) {
        return why.to_string();
    }
    let because = match why.code {
        Some(ErrorCode::SessionExpired) => "the session has expired; Yoti advises a new one",
        Some(ErrorCode::SessionLocked | ErrorCode::ResourceLocked) => {
            "Yoti is working on the session; try again later"
        }
        Some(ErrorCode::InstructionsNotComplete) => "its instructions are not set",
        _ => return format!("{what}: {why}"),
    };
    format!("{what}: {because} (409)")
}
