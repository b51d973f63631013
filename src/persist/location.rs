//! Where the store is, and what it is opened with: all that a process needs to open it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::key::StoreKey;
use super::sqlite::Sqlite;
use super::{Opened, PersistError, SharedPersistence, files};
use crate::domain::assessment::retention::Retention;

/// A store's file, and the key of the application whose answers it keeps.
#[derive(Clone, Debug)]
pub struct Location {
    pub(super) path: PathBuf,
    pub(super) key: Option<Arc<StoreKey>>,
    pub(super) retention: Option<Retention>,
}

impl Location {
    /// Without a key a store that is sealed shows session IDs alone.
    #[must_use]
    pub fn new(path: &Path, key: Option<StoreKey>) -> Self {
        Self { path: path.to_path_buf(), key: key.map(Arc::new), retention: None }
    }

    /// Opens or makes it; see [`Sqlite::at`].
    pub fn open(&self, exclusive: bool) -> Result<Opened, PersistError> {
        let Opened { persistence, warning } = Sqlite::at(self, exclusive)?;
        Ok(Opened { persistence: Box::new(persistence), warning })
    }

    /// Opens it beside the process that keeps it; nothing is checked or mended.
    pub fn beside(&self) -> Result<Box<dyn SharedPersistence>, PersistError> {
        Ok(Box::new(Sqlite::beside(self)?))
    }

    /// The application of this store has a new key: it is opened with that from now on, and no
    /// longer with the one of this location.
    pub fn rekey(&self, new: &StoreKey) -> Result<(), PersistError> {
        Sqlite::rekey(self, new)
    }

    /// Of its file, for messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Copies that stand beside it: damaged stores, and lists that earlier builds left.
    #[must_use]
    pub fn copies(&self) -> Vec<PathBuf> {
        let damaged = files::moved_aside(&self.path);
        damaged.into_iter().chain(files::copies(&self.path)).collect()
    }

    /// Answers and events that are kept no longer by this rule are never read, and erased.
    #[must_use]
    pub fn retaining(self, retention: Retention) -> Self {
        Self { retention: Some(retention), ..self }
    }
}
