//! What the list says of one session: the part of its row that the journal keeps too.

use serde::{Deserialize, Serialize};

use crate::domain::watchlist::annotations::{Annotations, Personal};
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// One session of the list, with what operators keep beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ListRecord {
    pub(super) entry: WatchEntry,
    #[serde(default)]
    pub(super) own: Annotations,
    #[serde(default)]
    pub(super) personal: Personal,
}

impl ListRecord {
    pub(super) fn of(watched: &WatchedSession) -> Self {
        let (entry, own) = (&watched.entry, &watched.own);
        Self {
            entry: WatchEntry::clone(entry),
            own: Annotations::clone(own),
            personal: watched.personal,
        }
    }

    pub(super) fn place(store: &str, version: u64) -> String {
        format!("{store} watchlist {version}")
    }
}
