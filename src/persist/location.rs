//! Where the store is, and what it is opened with: all that a process needs to open it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files;
use super::key::StoreKey;
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
