//! Which documents the service takes at all (contract 13.3).

use crate::domain::session::configuration::AcceptedDocuments;
use crate::domain::session::extra::{Drift, Extra};

/// `GET /supported-documents`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SupportedDocuments {
    /// Each country with its documents, in the order received.
    pub countries: Vec<AcceptedDocuments>,
    pub extra: Extra,
    /// What could not be read.
    pub drift: Vec<Drift>,
}
