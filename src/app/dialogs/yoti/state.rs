//! The dialogs that reach Yoti, and what came of it.

use crate::app::dialogs::confirm::state::ConfirmDialog;
use crate::app::dialogs::letter::state::LetterDialog;
use crate::app::dialogs::media::state::MediaDialog;
use crate::app::text::hidden::{Hidden, Picture};
use crate::app::text::text_field::TextField;
use crate::app::view::Cell;
use crate::domain::events::audit_action::LastExports;
use crate::domain::session::ids::{MediaId, SessionId};

/// The one that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YotiDialog {
    /// `L`
    Letter(LetterDialog),
    /// `v` in the tree
    Media(MediaDialog),
    Confirm(ConfirmDialog),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YotiReply {
    Done(SessionId, String),
    /// Not done: why, in our words.
    Failed(SessionId, String),
    /// When the session was last exported; `None`: nobody knows.
    LastExports(SessionId, Option<LastExports>),
    /// The recipient of the letter.
    Contact(SessionId, Vec<(&'static str, Hidden)>),
    /// A picture, and how many bytes it has.
    Picture(SessionId, MediaId, Picture, usize),
}

impl YotiDialog {
    /// The session that it is bound to.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        match self {
            Self::Letter(dialog) => dialog.id,
            Self::Media(dialog) => dialog.id,
            Self::Confirm(dialog) => dialog.id,
        }
    }

    /// True while keys are text.
    #[must_use]
    pub const fn typing(&self) -> bool {
        matches!(self, Self::Confirm(_))
    }

    pub(crate) fn field(&mut self) -> Option<&mut TextField> {
        match self {
            Self::Confirm(dialog) => {
                dialog.error = None;
                Some(&mut dialog.typed)
            }
            Self::Letter(_) | Self::Media(_) => None,
        }
    }

    /// It has been on the screen.
    pub(crate) const fn drawn(&mut self) {
        match self {
            Self::Letter(dialog) => dialog.drawn = true,
            Self::Media(dialog) => dialog.drawn = true,
            Self::Confirm(dialog) => dialog.drawn = true,
        }
    }

    pub(crate) fn say(&mut self, cell: Cell) {
        match self {
            Self::Letter(dialog) => {
                dialog.busy = false;
                dialog.said = Some(cell);
            }
            Self::Media(dialog) => {
                dialog.busy = false;
                dialog.said = Some(cell);
            }
            Self::Confirm(_) => {}
        }
    }
}
