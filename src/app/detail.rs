//! The panes of the session under the cursor.

pub(crate) mod checks;
pub(crate) mod json;
pub(crate) mod letter;
pub(crate) mod notes;
pub(crate) mod rebuild;
pub(crate) mod timeline;
pub(crate) mod tree;
pub(crate) mod tree_moves;
