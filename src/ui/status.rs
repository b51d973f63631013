//! The lines above and below the panes, drawn.

pub(crate) mod footer;
pub(crate) mod header;
