//! What can be undone, and the operator's own dialogs.

use crate::app::dialogs::add::state::AddDialog;
use crate::app::dialogs::annotate::state::OwnDialog;
use crate::app::effect::Effect;
use crate::app::panes::RowPane;
use crate::app::status::digest::state::{ChangesOverlay, DigestState};
use crate::app::view::LabelRow;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::snapshot::SessionTable;

/// One change for one session.
pub(crate) type Change = (SessionId, AnnotationChange);

/// What undoes an action, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undo {
    pub(crate) what: String,
    pub(crate) back: Effect,
}

/// What the model holds for this room.
#[derive(Debug, Default)]
pub(crate) struct OwnState {
    /// Undoes the last actions, newest last.
    pub(crate) undo: Vec<Undo>,
    pub(crate) archived: SessionTable,
    pub(crate) news: DigestState,
    pub(crate) notes: RowPane<LabelRow>,
}

/// An overlay of this room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnOverlay {
    /// Note, tags, snooze, acknowledge all.
    Dialog(OwnDialog),
    /// `+`
    Add(Box<AddDialog>),
    /// `d`
    Changes(ChangesOverlay),
}

impl OwnOverlay {
    /// Takes note that the next frame shows it.
    pub(crate) const fn set_drawn(&mut self) {
        match self {
            Self::Dialog(dialog) => dialog.drawn = true,
            Self::Add(dialog) => dialog.drawn = true,
            Self::Changes(_) => {}
        }
    }

    /// A text field is open.
    pub(crate) const fn typing(&self) -> bool {
        match self {
            Self::Dialog(dialog) => dialog.field().is_some(),
            Self::Add(_) => true,
            Self::Changes(_) => false,
        }
    }
}
