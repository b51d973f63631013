//! A session as a document and as a file.
//!
//! Owns the export's shapes, the masking and the writing of files. Must never hold a secret, and
//! never overwrite.

mod assemble;
mod bundle;
mod chosen;
mod csv;
mod deliver;
mod document;
mod event;
mod file;
mod kept;
mod markdown;
mod mask;
mod part;
mod summary;

use std::path::PathBuf;

use jiff::Timestamp;

use crate::domain::assessment::rules::Rules;
pub use assemble::{Assembled, assemble, text};
pub use bundle::{MANIFEST, Sum, letter, media, verify, write_bundles};
pub use chosen::ChosenSessions;
pub use csv::csv;
pub use deliver::{Delivered, ExportJob};
pub use document::{configuration, document, json_object};
pub use event::event;
pub use file::{TEMPORARY, file_name, list_name, write, write_bytes};
pub use part::{Part, part};
pub use summary::{json_array, json_lines, json_text, summary};

pub use crate::domain::shape::{Contents, Format};

/// Version of the normal shape; adding keys does not change it.
pub const SCHEMA_VERSION: u32 = 1;

/// What a document says of its making.
#[derive(Clone, Debug)]
pub struct DocumentOrigin<'a> {
    pub profile: &'a str,
    /// `live`, `sandbox`, `demo`, ….
    pub environment: &'a str,
    pub rules: &'a Rules,
    pub now: Timestamp,
}

/// A finished document, with the places where it was masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedDocument {
    /// JSON, pretty printed, ending in a newline; controls and bidi characters as `\u` escapes.
    pub text: String,
    /// Pointers of the masked values.
    pub masked_paths: Vec<String>,
    /// True when the data is stale (product.md 4.3).
    pub stale: bool,
}

/// Why an export was not made, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Shape raw of a session without an answer.
    #[error(
        "nothing fetched yet: a raw export needs a response from Yoti; refresh the session first"
    )]
    NothingFetched,
    /// The target exists and must not be replaced.
    #[error("{0} exists: choose another name, or pass --force")]
    Exists(PathBuf),
    #[error("cannot write {path}: {cause}")]
    Io { path: PathBuf, cause: std::io::Error },
    /// Without its line nothing leaves that is not masked (I8).
    #[error("{0}")]
    NotEntered(String),
    #[error("too much for the clipboard ({} KiB): export it to a file", .0.div_ceil(1024))]
    TooLarge(usize),
    /// The kept answer is not JSON any more.
    #[error("the stored response cannot be read: {0}")]
    Unreadable(String),
}

/// What to do with a target that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    Refuse,
    /// Replace atomically (`--force`).
    Replace,
    /// Take the next free name: `-2`, `-3`, … (the dialog).
    NextFree,
}
