//! What was supplied: the resources of a session result (contract 3.2–3.5).
//!
//! A resource names no requirement; `coverage` derives the match.

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::Extra;
use crate::domain::session::ids::{CheckId, MediaId, ResourceId, TaskId};
use crate::domain::session::wire_enum::{
    CaptureMethod, CheckType, LivenessType, MediaType, SourceType, TaskRecommendation, TaskState,
    TaskType,
};

/// One supplied resource, whatever its container.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Referenced by `resources_used` of checks.
    pub id: ResourceId,
    /// The container it came in, with what only that kind has.
    pub kind: ResourceKind,
    /// Who supplied it; no branch or clerk is ever named (contract 6.2).
    pub source: Option<SourceType>,
    /// What else its source says: a new source may have keys of its own.
    pub source_extra: Extra,
    /// Time of creation; `created` is accepted too (11 #19).
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub last_updated: Option<Timestamp>,
    pub tasks: Vec<Task>,
    /// Every media below this resource.
    pub media: Vec<Media>,
    pub extra: Extra,
}

/// The container of a resource (contract 3.2).
#[derive(Clone, Debug, PartialEq)]
pub enum ResourceKind {
    /// `id_documents`
    IdDocument(Document),
    /// `supplementary_documents`
    SupplementaryDocument(Document),
    /// `liveness_capture`
    Liveness(Liveness),
    /// `face_capture`, with its `image`.
    FaceCapture(Option<Media>),
    ApplicantProfile(Option<Media>),
    /// `share_codes`
    ShareCode(ShareCode),
    /// A container that this build does not know, by its key.
    Unknown(ServerText),
}

/// What documents have beyond the common fields (contract 3.4).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Document {
    /// Open vocabulary, contract 7.5.
    pub document_type: Option<ServerText>,
    /// Who issued a digital ID (`DIGILOCKER`, …); such a
    /// document may have no pages and no media (contract 14.1).
    pub provider: Option<ServerText>,
    /// ISO 3166-1 alpha-3, such as `GBR`.
    pub issuing_country: Option<ServerText>,
    /// Front, back; holes are possible in abandoned attempts.
    pub pages: Vec<Page>,
    pub document_fields: Option<Media>,
    /// The portrait cut out of an identity document.
    pub document_id_photo: Option<Media>,
    /// The larger data set of an identity document.
    pub expanded_document_fields: Option<Media>,
    /// The PDF of a supplementary document, which then has no pages.
    pub file: Option<Media>,
}

/// What liveness captures have beyond the common fields (contract 3.5).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Liveness {
    /// `ZOOM`, `STATIC`, or a new kind.
    pub liveness_type: Option<LivenessType>,
    /// STATIC, newest SDKs only.
    pub capture_type: Option<ServerText>,
    /// ZOOM: the scan of the face.
    pub facemap: Option<Media>,
    /// ZOOM: pictures; `None` is a frame without one.
    pub frames: Vec<Option<Media>>,
    /// STATIC: the picture.
    pub image: Option<Media>,
}

/// What share codes have beyond the common fields (contract 3.5).
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ShareCode {
    pub lookup_profile: Option<Media>,
    pub returned_profile: Option<Media>,
    /// The photo that came back.
    pub id_photo: Option<Media>,
    /// The document that came back.
    pub file: Option<Media>,
}

/// One page of a document.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Page {
    pub capture_method: Option<CaptureMethod>,
    /// The picture; missing in abandoned attempts.
    pub media: Option<Media>,
    /// Extra shots; `None` is a frame without a picture.
    pub frames: Vec<Option<Media>>,
    /// Pictures that the extraction used; newest SDKs only.
    pub extraction_image_ids: Vec<ServerText>,
}

/// A face capture that the relying business has begun (contract 1.2 #14).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaceCapture {
    /// Where its picture is to be put.
    pub id: ResourceId,
    /// Frames that it wants.
    pub frames: Option<i64>,
}

/// A media id with its kind; the content is fetched only when the operator asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// For `GET …/media/{m}/content`.
    pub id: MediaId,
    /// `IMAGE`, `JSON`, …
    pub media_type: Option<MediaType>,
    /// The role it stands in, from our own words: `page 1`, `frame`, `document_fields`, ….
    pub role: String,
    /// Time of creation; absent in short forms.
    pub created: Option<Timestamp>,
    /// Time of the last change.
    pub last_updated: Option<Timestamp>,
}

/// A check that a task generated: the full check stands in `Session::checks` under the same id.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratedCheck {
    pub id: CheckId,
    pub check_type: Option<CheckType>,
}

/// Extraction work on a resource (contract 3.3).
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub id: TaskId,
    pub task_type: Option<TaskType>,
    /// Where it stands; DONE may still be unsuccessful.
    pub state: Option<TaskState>,
    pub created: Option<Timestamp>,
    /// Time of the last change.
    pub last_updated: Option<Timestamp>,
    pub generated_checks: Vec<GeneratedCheck>,
    /// Media that it made, usually the document's fields.
    pub generated_media: Vec<Media>,
    /// `PROGRESS`, `SHOULD_TRY_AGAIN`, …
    pub recommendation: Option<TaskRecommendation>,
    /// `recommendation.reason.value`
    pub reason: Option<ServerText>,
    /// `recommendation.reason.detail`
    pub reason_detail: Option<ServerText>,
}

impl Resource {
    /// The document's own fields, for both kinds of document.
    #[must_use]
    pub const fn document(&self) -> Option<&Document> {
        match &self.kind {
            ResourceKind::IdDocument(document) | ResourceKind::SupplementaryDocument(document) => {
                Some(document)
            }
            _ => None,
        }
    }

    /// The later of `last_updated` and `created_at`.
    #[must_use]
    pub fn last_activity(&self) -> Option<Timestamp> {
        self.last_updated.max(self.created_at)
    }

    /// Whether this attempt brought something: a media, a digital ID, or a task that has finished.
    #[must_use]
    pub fn is_supplied(&self) -> bool {
        !self.media.is_empty()
            // A digital ID may come without pages and media (contract 14.1).
            || self.document().is_some_and(|document| document.provider.is_some())
            || self.tasks.iter().any(|task| task.state == Some(TaskState::Done))
    }

    /// Pages, and frames over all pages.
    #[must_use]
    pub fn pages_and_frames(&self) -> (usize, usize) {
        let pages = self.document().map_or(&[][..], |document| &document.pages);
        (pages.len(), pages.iter().map(|page| page.frames.len()).sum())
    }
}

impl ResourceKind {
    /// The key of its container in the session result.
    #[must_use]
    pub fn container(&self) -> &str {
        match self {
            Self::IdDocument(_) => "id_documents",
            Self::SupplementaryDocument(_) => "supplementary_documents",
            Self::Liveness(_) => "liveness_capture",
            Self::FaceCapture(_) => "face_capture",
            Self::ApplicantProfile(_) => "applicant_profiles",
            Self::ShareCode(_) => "share_codes",
            Self::Unknown(key) => key.as_raw(),
        }
    }

    /// What Yoti's requirements call it; `None`: not known to this build.
    #[must_use]
    pub const fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::IdDocument(_) => "ID_DOCUMENT",
            Self::SupplementaryDocument(_) => "SUPPLEMENTARY_DOCUMENT",
            Self::Liveness(_) => "LIVENESS",
            Self::FaceCapture(_) => "FACE_CAPTURE",
            Self::ApplicantProfile(_) => "APPLICANT_PROFILE",
            Self::ShareCode(_) => "SHARE_CODE",
            Self::Unknown(_) => return None,
        })
    }
}
