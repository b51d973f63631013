//! Media: fetched when the operator asks, never before and never kept (contract 10).
//!
//! An id may stand for other content at the next poll (contract 3.3), so nothing is remembered by
//! it.

use reqwest::Method;
use uuid::Uuid;

use super::{Call, Client, MAX_MEDIA, transport};
use crate::api::personal::PersonalBytes;
use crate::api::{ApiError, ApiErrorKind};
use crate::clock::Clock;
use crate::domain::server_text::ServerText;
use crate::domain::session::ids::{MediaId, SessionId};
use crate::domain::session::resource::Media;
use crate::domain::session::wire_enum::{ErrorCode, MediaType};

/// A media as the API gives it.
pub enum MediaContent {
    /// 204: withheld by regulation.
    Withheld,
    /// Bytes with their content type, parameters stripped.
    Bytes(String, Vec<u8>),
}

impl std::fmt::Debug for MediaContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Withheld => f.write_str("Withheld"),
            Self::Bytes(_, bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// Everything that can come of asking for a media, each for a message of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaOutcome {
    Held(HeldMedia),
    /// 204: withheld by regulation.
    Withheld,
    Missing(MissingMedia),
    /// It is larger than [`MAX_MEDIA`] and was not taken in.
    TooLarge,
    /// No answer, or one that is about something else than this media.
    Failed(ApiError),
}

/// A media that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldMedia {
    /// The answer's content type, parameters stripped, lower case.
    pub content_type: ServerText,
    /// What the bytes are by their beginning.
    pub form: MediaForm,
    pub bytes: PersonalBytes,
    /// Why it may not be what it should be.
    pub doubt: Option<Doubt>,
}

/// Which of Yoti's 404s it was, by the error code (contract 9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingMedia {
    /// MEDIA_CONTENT_NOT_FOUND: deleted, or past its retention.
    Content,
    /// MEDIA_ID_NOT_FOUND: replaced or never there; refresh the session for the ids in force.
    Id,
    /// SESSION_NOT_FOUND: the whole session is gone.
    Session,
    Other,
}

/// What bytes are, by their beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaForm {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `application/pdf`
    Pdf,
    /// `application/json`
    Json,
    Other,
}

/// Why a media may not be what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// 200 without a byte.
    Empty,
    /// The content type is not one of the kind that the session result names.
    ContentType,
    /// The bytes are not what the content type, or the session result, says.
    Bytes,
}

impl MediaForm {
    /// By the first bytes; JSON has none of its own and is tried.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"\xff\xd8\xff") {
            Self::Jpeg
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if bytes.starts_with(b"%PDF-") {
            Self::Pdf
        } else if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() {
            Self::Json
        } else {
            Self::Other
        }
    }

    /// The ending of a file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Other => "bin",
        }
    }

    fn of_content_type(kind: &str) -> Self {
        match kind {
            "image/jpeg" => Self::Jpeg,
            "image/png" => Self::Png,
            "application/pdf" => Self::Pdf,
            "application/json" => Self::Json,
            _ => Self::Other,
        }
    }

    // Content and declared type are compared before anything is drawn (fault A21).
    const fn is_one_of(self, declared: &MediaType) -> bool {
        match declared {
            MediaType::Image => matches!(self, Self::Jpeg | Self::Png),
            MediaType::Json => matches!(self, Self::Json),
            MediaType::Pdf => matches!(self, Self::Pdf),
            // A face map has no form that could be checked (contract 10).
            MediaType::Binary | MediaType::Unknown(_) => true,
        }
    }
}

impl HeldMedia {
    fn new(declared: Option<&MediaType>, content_type: String, bytes: Vec<u8>) -> Self {
        let (said, form) = (MediaForm::of_content_type(&content_type), MediaForm::of(&bytes));
        let fits = |form: MediaForm| declared.is_none_or(|declared| form.is_one_of(declared));
        let doubt = if bytes.is_empty() {
            Some(Doubt::Empty)
        } else if !fits(said) {
            Some(Doubt::ContentType)
        } else if !fits(form) || (said != MediaForm::Other && said != form) {
            Some(Doubt::Bytes)
        } else {
            None
        };
        let bytes = PersonalBytes::new(bytes);
        Self { content_type: content_type.into(), form, bytes, doubt }
    }
}

impl MediaOutcome {
    /// One sentence in our own words; of a failure, the error's.
    #[must_use]
    pub fn sentence(&self) -> String {
        let text = match self {
            Self::Held(media) => match media.doubt {
                None => "received",
                Some(Doubt::Empty) => "the response is empty: there is nothing to save",
                Some(Doubt::ContentType) => {
                    "the content type does not match the type that the session names"
                }
                Some(Doubt::Bytes) => "the content does not match its content type",
            },
            Self::Withheld => {
                "Yoti withholds this content: the issuing country's law requires it (204)"
            }
            Self::Missing(MissingMedia::Content) => {
                "the content was deleted, or its retention period has ended (404)"
            }
            Self::Missing(MissingMedia::Id) => {
                "Yoti has no media with this ID (404): refresh, it may have been replaced"
            }
            Self::Missing(MissingMedia::Session) => "the session itself is gone (404)",
            Self::Missing(MissingMedia::Other) => "Yoti has no such media (404)",
            Self::TooLarge => "the content is larger than 20 MiB and was not downloaded",
            Self::Failed(error) => return error.to_string(),
        };
        text.to_owned()
    }
}

impl<C: Clock> Client<C> {
    /// Asks for a media of a session result and judges what comes.
    pub async fn media_of(&self, id: SessionId, media: &Media) -> MediaOutcome {
        match self.media(id, &media.id).await {
            Ok(MediaContent::Withheld) => MediaOutcome::Withheld,
            Ok(MediaContent::Bytes(content_type, bytes)) => {
                let declared = media.media_type.as_ref();
                MediaOutcome::Held(HeldMedia::new(declared, content_type, bytes))
            }
            Err(error) if matches!(error.kind, ApiErrorKind::TooLarge(_)) => MediaOutcome::TooLarge,
            Err(error) if error.is_missing() => MediaOutcome::Missing(match error.code {
                Some(ErrorCode::MediaContentNotFound) => MissingMedia::Content,
                Some(ErrorCode::MediaIdNotFound) => MissingMedia::Id,
                Some(ErrorCode::SessionNotFound) => MissingMedia::Session,
                _ => MissingMedia::Other,
            }),
            Err(error) => MediaOutcome::Failed(error),
        }
    }

    /// `GET /sessions/{s}/media/{m}/content`, as it is.
    pub async fn media(&self, id: SessionId, media: &MediaId) -> Result<MediaContent, ApiError> {
        let call = Call::get(path(id, media)?);
        let (response, bytes) = self.call(Call { limit: MAX_MEDIA, ..call }).await?;
        if response.status().as_u16() == 204 {
            return Ok(MediaContent::Withheld);
        }
        Ok(MediaContent::Bytes(transport::content_type(&response), bytes))
    }

    /// `DELETE /sessions/{s}/media/{m}/content`
    pub async fn delete_media(&self, id: SessionId, media: &MediaId) -> Result<(), ApiError> {
        self.call(Call::new(Method::DELETE, path(id, media)?)).await.map(|_answer| ())
    }
}

/// Only a UUID goes into a path.
fn path(id: SessionId, media: &MediaId) -> Result<String, ApiError> {
    let media = Uuid::try_parse(media.text().as_raw())
        .map_err(|_text| ApiErrorKind::NotFromYoti("the media ID is not a UUID"))?;
    Ok(format!("/sessions/{id}/media/{media}/content"))
}
