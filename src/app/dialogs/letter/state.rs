//! The letter dialog.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::text::hidden::Hidden;
use crate::app::view::{Cell, LabelRow};
use crate::domain::session::ids::SessionId;

/// What can be done, in the order of the dialog.
pub(crate) const CHOICES: [&str; 3] =
    ["save the PDF", "open the PDF", "show the recipient for 20 s (logged)"];

/// The letter of one session, while the dialog is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterDialog {
    /// The session under the cursor when the key was pressed.
    pub id: SessionId,
    /// Its reference or short id.
    pub name: String,
    pub rows: Vec<LabelRow>,
    /// Index into [`CHOICES`].
    pub selected: usize,
    /// The recipient, while that is revealed.
    pub contact: Vec<(&'static str, Hidden)>,
    /// Hidden again at this time.
    pub contact_until: Option<Timestamp>,
    /// How long that is, in words.
    pub left: Option<String>,
    pub path: PathBuf,
    /// What came of the last choice.
    pub said: Option<Cell>,
    /// A choice is under way.
    pub busy: bool,
}
