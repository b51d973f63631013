//! Where the store is, and what it is opened with: all that a process needs to open it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::files;
use super::key::StoreKey;
use crate::domain::assessment::retention::Retention;

/// A store's file, and the key of the application whose answers it keeps.
#[derive(Clone, Debug)]
pub struct Location {
    pub(super) path: PathBuf,
    pub(super) key: Option<Arc<StoreKey>>,
    pub(super) retention: Option<Retention>,
    pub(super) owner: StoreOwner,
    /// Other machines are to hear of what is changed in it.
    pub(super) is_shared: bool,
}

/// The profile that is in force where none is configured.
const UNNAMED: &str = "default";

/// Whose store it is; what is empty is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoreOwner {
    profile: String,
}

impl StoreOwner {
    /// What is not known yet, from the one who opens it.
    pub(super) fn or(self, other: &Self) -> Self {
        if self.profile.is_empty() { other.clone() } else { self }
    }

    /// Why `other` is not to use it.
    pub(super) fn refuses(&self, other: &Self) -> Option<String> {
        let (ours, theirs) = (&self.profile, &other.profile);
        let differ = !ours.is_empty() && !theirs.is_empty() && ours != theirs;
        differ.then(|| {
            format!(
                "it was made for the profile {ours}, and this one is {theirs}; move its files away, \
                 or take it over: branchwatch store rekey KEY_FILE"
            )
        })
    }
}

impl Location {
    /// Without a key a store that is sealed shows session IDs alone.
    #[must_use]
    pub fn new(path: &Path, key: Option<StoreKey>) -> Self {
        Self {
            path: path.to_path_buf(),
            key: key.map(Arc::new),
            retention: None,
            is_shared: false,
            owner: StoreOwner::default(),
        }
    }

    /// A store of another profile is refused. The SDK ID does not count: an operator who mistypes it
    /// once must not lose the store, and another application has another key.
    #[must_use]
    pub fn owned_by(self, profile: &str) -> Self {
        // Without a configuration there is one that has no name: the first that gets one goes on
        // with its store.
        let profile = if profile == UNNAMED { String::new() } else { profile.to_owned() };
        Self { owner: StoreOwner { profile }, ..self }
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

    /// The same; whether other machines are to hear of what is changed while nobody holds it.
    #[must_use]
    pub fn shared(self, is_shared: bool) -> Self {
        Self { is_shared, ..self }
    }
}
