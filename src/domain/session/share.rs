//! Digital IDs that the applicant shared (contract 14.1).
//!
//! What a share brought is a resource; a failed share brings none.

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::session::extra::Extra;
use crate::domain::session::ids::ResourceId;

/// One share, good or failed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DigitalIdShare {
    /// Its id; a failed share may have nothing else but provider and error.
    pub id: ServerText,
    /// Who issued the digital ID: `DIGILOCKER`, `EPHIL_ID_QR`, …
    pub provider: Option<ServerText>,
    /// `DIGITAL_AADHAAR`, `EPHIL_ID`, …
    pub document_type: Option<ServerText>,
    /// ISO 3166-1 alpha-3, such as `GBR`.
    pub issuing_country: Option<ServerText>,
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub last_updated: Option<Timestamp>,
    /// The resource that it made.
    pub resource_id: Option<ResourceId>,
    pub error: Option<ShareError>,
    pub extra: Extra,
}

/// Why a share failed, in Yoti's words.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ShareError {
    /// `BAD_SHARE`, …
    pub code: Option<ServerText>,
    pub description: Option<ServerText>,
}
