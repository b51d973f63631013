//! Calls that supply a picture of the face for the relying business (contract 1.2 #14, #15).
//!
//! Every byte of it is signed.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::{Call, Client};
use crate::api::{ApiError, ApiErrorKind, wire};
use crate::clock::Clock;
use crate::domain::session::ids::{RequirementId, ResourceId, SessionId};
use crate::domain::session::resource::FaceCapture;

/// Separates the parts of the upload; Yoti's own SDKs use it too.
const BOUNDARY: &str = "yoti-doc-scan-boundary";

/// A picture of one of the two kinds that Yoti takes.
#[derive(Clone)]
pub struct FacePicture {
    kind: &'static str,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for FacePicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl FacePicture {
    /// `None` for what is neither JPEG nor PNG, by its first bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let kind = if bytes.starts_with(b"\xff\xd8\xff") {
            "image/jpeg"
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            "image/png"
        } else {
            return None;
        };
        // A picture that holds the boundary would end the part early.
        let boundary = BOUNDARY.as_bytes();
        let holds = bytes.windows(boundary.len()).any(|window| window == boundary);
        (!holds).then_some(Self { kind, bytes })
    }

    /// One part, named, with the file name that Yoti insists on.
    fn form(&self) -> Vec<u8> {
        // Yoti refuses a part without a file name (contract 1.2, #15); this is the SDKs' own.
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"binary-content\"; \
             filename=\"face-capture-image\"\r\nContent-Type: {}\r\n\r\n",
            self.kind
        );
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        [head.as_bytes(), &self.bytes, end.as_bytes()].concat()
    }
}

impl<C: Clock> Client<C> {
    /// `POST /sessions/{s}/resources/face-capture`
    pub async fn create_face_capture(
        &self,
        id: SessionId,
        requirement: &RequirementId,
    ) -> Result<FaceCapture, ApiError> {
        let body = json!({ "requirement_id": requirement.text().as_raw() }).to_string();
        let path = format!("/sessions/{id}/resources/face-capture");
        let (_, value, _) = self.json(Call::json(Method::POST, path, body.into_bytes())).await?;
        Ok(wire::service::face_capture(&value)?)
    }

    /// `PUT /sessions/{s}/resources/face-capture/{r}/image`
    pub async fn upload_face_image(
        &self,
        id: SessionId,
        resource: &ResourceId,
        picture: &FacePicture,
    ) -> Result<(), ApiError> {
        // An id of a server goes into a path: only a UUID
        // may, or it could lead elsewhere (fault U12).
        let resource = Uuid::try_parse(resource.text().as_raw())
            .map_err(|_text| ApiErrorKind::NotFromYoti("the resource ID is not a UUID"))?;
        let path = format!("/sessions/{id}/resources/face-capture/{resource}/image");
        let kind = "multipart/form-data; boundary=yoti-doc-scan-boundary";
        let body = Some((kind, picture.form()));
        self.call(Call { body, ..Call::new(Method::PUT, path) }).await.map(|_answer| ())
    }
}
