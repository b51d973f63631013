//! The dialog for a note.

use crate::app::text::text_field::TextField;
use crate::domain::session::ids::SessionId;

/// `c`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteDialog {
    pub(crate) ids: Vec<SessionId>,
    /// In words: `dbs-1`, `3 sessions`.
    pub subject: String,
    /// The note as it is typed.
    pub field: TextField,
    /// There is one that is masked: it is replaced, or stays where nothing is typed.
    pub hidden: bool,
}
