//! The handover dialog.

use crate::app::text::text_field::TextField;

/// The dialog of `H`, open until its file is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverDialog {
    /// Sessions that it will be about.
    pub sessions: usize,
    /// The file, which can be edited.
    pub file: TextField,
    /// Why the last Enter did nothing.
    pub error: Option<String>,
}
