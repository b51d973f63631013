//! What can be undone, and what is archived.

use crate::app::panes::RowPane;
use crate::app::view::LabelRow;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::AnnotationChange;
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::snapshot::SessionTable;

/// One change for one session.
pub(crate) type Change = (SessionId, AnnotationChange);

/// What undoes an action, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Undo {
    pub(crate) what: String,
    pub(crate) back: OperatorCommand,
}

/// What the model holds of what the operator does for herself.
#[derive(Debug, Default)]
pub(crate) struct AnnotationsState {
    /// Undoes the last actions, newest last.
    pub(crate) undo: Vec<Undo>,
    pub(crate) archived: SessionTable,
    pub(crate) notes: RowPane<LabelRow>,
}
