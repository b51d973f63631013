//! Small sessions for the tests of this room; compiled for tests only.
//!
//! Owns builders.

use crate::domain::ids::SessionId;
use crate::domain::watched::{WatchEntry, WatchedSession};

pub(crate) fn entry(n: u128, reference: &str, tags: &[&str]) -> WatchedSession {
    WatchedSession::new(WatchEntry {
        id: SessionId::new(uuid::Uuid::from_u128(n)),
        reference: Some(reference.to_owned()),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        added_at: jiff::Timestamp::UNIX_EPOCH,
        deadline: None,
        resources_ttl: None,
    })
}
