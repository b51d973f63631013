//! References that begin as many others of the list do.

use crate::domain::watchlist::labels::{SharedPrefixes, is_long};
use crate::domain::watchlist::watched::WatchedSession;

/// Whether a reference among these can be told apart only by looking at all others.
pub(super) fn any_long<'a>(mut sessions: impl Iterator<Item = &'a WatchedSession>) -> bool {
    sessions.any(|watched| watched.entry.reference.as_deref().is_some_and(is_long))
}

/// Says of each whether its reference begins as many others of the list do; `all` is the list,
/// where these are only some of it.
pub(super) fn mark_shared(sessions: &mut [WatchedSession], all: Option<&[WatchedSession]>) {
    let marks: Vec<bool> = {
        let listed = all.unwrap_or(sessions).iter().filter(|s| s.own.archived_at.is_none());
        let shared = SharedPrefixes::of(listed.filter_map(|s| s.entry.reference.as_deref()));
        let reference = |s: &WatchedSession| s.entry.reference.as_deref().map(|r| shared.covers(r));
        sessions.iter().map(|session| reference(session).unwrap_or(false)).collect()
    };
    for (watched, mark) in sessions.iter_mut().zip(marks) {
        watched.shared_prefix = mark;
    }
}
