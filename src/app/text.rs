//! Words for values, and the field in which a text is typed.

pub(crate) mod clocks;
pub(crate) mod fuzzy;
pub mod hidden;
pub(crate) mod keys;
pub mod narration;
pub mod text_field;
pub(crate) mod unknown_fields;
pub(crate) mod words;
