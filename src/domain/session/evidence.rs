//! Until when Yoti keeps the evidence: the third of the three clocks (product.md 2.4).
//!
//! The API does not tell the retention: the operator does, for a session or for the profile, so
//! that every moment from here is approximate.

use jiff::{SignedDuration, Timestamp};

use crate::domain::brief::times::TimeOf;
use crate::domain::watchlist::watched::WatchedSession;

/// When the evidence is purged: the first upload plus the entry's retention, else the profile's.
/// `None` without a retention or without any media.
#[must_use]
pub fn kept_until(watched: &WatchedSession, profile: Option<SignedDuration>) -> Option<Timestamp> {
    let retention = watched.entry.resources_ttl.get().or(profile)?;
    watched.brief.times.get(TimeOf::FirstUpload)?.checked_add(retention).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::{SessionState, SourceType};

    #[test]
    fn retention_counts_from_the_first_upload_and_the_entry_goes_before_the_profile() {
        let mut session = f::session(SessionState::Completed);
        for minutes in [90, 300, 10] {
            let at = f::minutes_ago(minutes);
            session.resources.push(f::document("r", "PASSPORT", SourceType::Ibv, at));
        }
        let mut watched = f::watched(Some(session), None, None);
        let day = SignedDuration::from_hours(24);
        assert_eq!(kept_until(&watched, None), None, "nobody has told the retention");
        assert_eq!(kept_until(&watched, Some(day)), Some(f::minutes_ago(300) + day));
        let mut entry = f::entry();
        entry.resources_ttl = (day * 7).into();
        watched.entry = std::sync::Arc::new(entry);
        assert_eq!(kept_until(&watched, Some(day)), Some(f::minutes_ago(300) + day * 7));
    }

    #[test]
    fn without_media_there_is_nothing_to_keep_and_a_media_has_its_own_time() {
        let day = Some(SignedDuration::from_hours(24));
        let mut session = f::session(SessionState::Ongoing);
        assert_eq!(kept_until(&f::watched(Some(session.clone()), None, None), day), None);
        let mut document = f::document("r", "PASSPORT", SourceType::Ibv, f::minutes_ago(60));
        document.media[0].created = Some(f::minutes_ago(50));
        session.resources.push(document);
        let watched = f::watched(Some(session), None, None);
        let uploaded = watched.brief.times.get(TimeOf::FirstUpload);
        assert_eq!(uploaded, Some(f::minutes_ago(50)));
    }
}
