//! Where the store is, and what its answers are sealed with: all that a process needs to open it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::seal::Seal;
use super::sqlite::Sqlite;
use super::{Opened, PersistError};

/// A store's file, and the seal of the application whose answers it keeps.
#[derive(Clone, Debug)]
pub struct Location {
    path: PathBuf,
    seal: Option<Arc<Seal>>,
}

impl Location {
    /// Without a seal answers that are sealed stay as they are and are not read.
    #[must_use]
    pub fn new(path: &Path, seal: Option<Seal>) -> Self {
        Self { path: path.to_path_buf(), seal: seal.map(Arc::new) }
    }

    /// Opens or makes it; see [`Sqlite::open`].
    pub fn open(&self, exclusive: bool) -> Result<Opened<Sqlite>, PersistError> {
        let Opened { persistence, warning } = Sqlite::open(&self.path, exclusive)?;
        Ok(Opened { persistence: persistence.sealed(self.seal.clone())?, warning })
    }

    /// Opens it beside the process that keeps it; see [`Sqlite::beside`].
    pub fn beside(&self) -> Result<Sqlite, PersistError> {
        Sqlite::beside(&self.path)?.sealed(self.seal.clone())
    }
}
