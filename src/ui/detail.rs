//! The panes of the session under the cursor, drawn.

pub(crate) mod checks;
pub(crate) mod panes;
pub(crate) mod tree;
