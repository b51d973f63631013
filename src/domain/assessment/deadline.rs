//! Until when a session runs at Yoti: the first of the three clocks (product.md 2.4).

use jiff::{SignedDuration, Timestamp};

use crate::domain::watchlist::watched::WatchedSession;

/// The session deadline as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub at: Timestamp,
    /// True when worked out from a ttl; false when the watch-list says it.
    pub derived: bool,
}

/// The watch-list's deadline, else the fetch time plus the ttl of the session result, else of the
/// configuration while there is no result (product.md 2.4).
#[must_use]
pub fn of(watched: &WatchedSession) -> Option<Deadline> {
    // What the operator says wins: a ttl is worked out from the moment of an answer.
    if let Some(at) = watched.entry.deadline.get() {
        return Some(Deadline { at, derived: false });
    }
    let brief = &watched.brief;
    let (fetched_at, ttl) = match (&brief.result, &brief.configuration) {
        // The result counts alone where there is one: its ttl and the configuration's may differ.
        (Some(result), _) => (result.fetched_at, result.ttl?),
        (None, Some(configuration)) => (configuration.fetched_at, configuration.ttl?),
        (None, None) => return None,
    };
    let at = fetched_at.at().saturating_add(SignedDuration::from_secs(ttl)).ok()?;
    Some(Deadline { at, derived: true })
}
