//! What an answer holds beyond what this build knows of the contract.

use serde::{Deserialize, Serialize};

use crate::domain::server_text::ServerText;

/// What an answer holds beyond the fields of this build, flattened: dotted path (`source.kiosk_id`,
/// `report.colour`) and value as text, in the order received. At most [`MAX_EXTRA`] pairs; one more,
/// named `…`, then says how many are left out.
pub type Extra = Vec<(ServerText, ServerText)>;

/// The most pairs of one [`Extra`].
pub const MAX_EXTRA: usize = 100;

/// A value of an enum that this build does not know, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnknownValue {
    /// JSON pointer into the answer.
    pub pointer: String,
    pub value: ServerText,
}

/// One place where an answer differs from the contract: a wrong type, an unreadable element.
/// Unknown enum values are found through `is_unknown`, not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// JSON pointer into the answer, built from our own key names and indices.
    pub pointer: String,
    /// What was found instead, in our own words (`a string`, `null id`), never the value.
    pub found: &'static str,
}
