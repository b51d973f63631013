//! A response that would take a session back from its end.

use super::{ChangeKind, Origin, TimelineEvent};
use crate::domain::session::Session;
use crate::domain::session::answer::Answer;
use crate::domain::session::wire_enum::SessionState;

/// The event of a response that is not taken in, because no session leaves that state for the one
/// that it says (fault A19): COMPLETED stays, and EXPIRED becomes nothing but COMPLETED. A stale
/// replica, or another program in Yoti's place, says such things.
#[must_use]
pub fn contradiction(
    known: Option<&SessionState>,
    answer: &Answer<Session>,
) -> Option<TimelineEvent> {
    let said = answer.value.state.as_ref();
    let follows = match known? {
        SessionState::Completed => said == Some(&SessionState::Completed),
        SessionState::Expired => {
            matches!(said, Some(SessionState::Expired | SessionState::Completed))
        }
        SessionState::Ongoing | SessionState::Unknown(_) => true,
    };
    let what = ChangeKind::Contradiction { kept: known?.clone(), said: said.cloned() };
    let at = answer.fetched_at;
    let event = TimelineEvent { at, seen_at: at, origin: Origin::Observed, source: None, what };
    (!follows).then_some(event)
}
