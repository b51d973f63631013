//! What several panes and dialogs draw with.

pub(crate) mod dialog_frame;
pub mod graphics;
pub(crate) mod pane;
pub(crate) mod picture;
pub(crate) mod sparkline;
pub(crate) mod text;
