//! The two shapes that a session can be exported in.
//!
//! Owns [`Shape`] alone; `export` makes the documents.

/// Shape of an export (product.md 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Shape {
    /// The API's answer alone, secrets removed.
    Raw,
    /// With derived parts, schema version 1.
    #[default]
    Normal,
}
