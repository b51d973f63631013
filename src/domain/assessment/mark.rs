//! One sign for each check of a session.

use crate::domain::brief::Brief;
use crate::domain::brief::result::CheckBrief;
use crate::domain::session::wire_enum::Recommendation;

/// The sign of one check in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    Approve,
    Reject,
    /// Anything else that is finished.
    Refer,
    /// Not finished, or only requested.
    NotYet,
}

/// One sign for each check, or for each requested one while there is none.
#[must_use]
pub fn marks(brief: &Brief) -> Vec<Mark> {
    let checks = brief.result.as_ref().map_or(&[][..], |result| &result.checks);
    if checks.is_empty() {
        let expected = brief.configuration.as_ref().map_or(0, |known| known.requested.expected);
        return vec![Mark::NotYet; expected];
    }
    checks.iter().map(mark).collect()
}

fn mark(check: &CheckBrief) -> Mark {
    match check.recommendation {
        Some(Recommendation::Reject) => Mark::Reject,
        // The same test as the verdict's: sign and verdict cannot disagree.
        Some(Recommendation::Approve) if check.is_approved() && check.is_of_known_type() => {
            Mark::Approve
        }
        _ if check.is_finished() => Mark::Refer,
        // Advice of an unfinished check is no result yet (contract 4.1), but worth a look.
        Some(_) => Mark::Refer,
        None => Mark::NotYet,
    }
}
