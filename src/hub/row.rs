//! What the shared store holds of a session. Plain values: what speaks of a person is sealed.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::Part;
use crate::hub::lease::Lease;

/// Sealed bytes, and the number of the key that opens them.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    pub kid: u16,
    pub body: Box<[u8]>,
}

impl Sealed {
    /// As it is stored: the number of the key first, so that each value may have another.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.kid.to_be_bytes(), &*self.body].concat()
    }

    /// `None`: too short to be one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kid, body) = bytes.split_first_chunk()?;
        Some(Self { kid: u16::from_be_bytes(*kid), body: body.into() })
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes, key {})", self.body.len(), self.kid)
    }
}

/// A session that is put on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubEntry {
    pub id: SessionId,
    pub reference: Option<Sealed>,
    /// Equal tags are sealed alike.
    pub tags: Vec<Sealed>,
    pub deadline: Option<Timestamp>,
    pub resources_ttl: Option<SignedDuration>,
}

/// What operators keep of a session, the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HubLabels {
    pub reference: Option<Sealed>,
    pub tags: Vec<Sealed>,
    pub deadline: Option<Timestamp>,
    pub resources_ttl: Option<SignedDuration>,
    pub note: Option<Sealed>,
    /// The version of the note; whoever writes another must have seen it.
    pub note_version: i64,
    pub pinned: bool,
    pub archived_at: Option<Timestamp>,
    pub acknowledged: Option<Sealed>,
    pub snoozed_until: Option<Timestamp>,
    pub claim: Option<Claim>,
}

/// Who deals with a session now. It is shown and stops nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub operator: String,
    pub until: Timestamp,
}

/// A session in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRow {
    pub id: SessionId,
    /// Goes up in the order of adding.
    pub added: i64,
    pub version: i64,
    /// The epoch of the lease under which it was last answered.
    pub epoch: i64,
    pub answered_at: Option<Timestamp>,
    pub brief: Option<Sealed>,
    /// The number of the derivation that made the brief.
    pub brief_made_by: i16,
    /// Forgotten by an operator; nothing else of it is left.
    pub gone: bool,
    pub labels: HubLabels,
}

/// The answer of Yoti's for one part of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubAnswer {
    pub part: Part,
    /// The epoch of the lease under which it was asked for; the seal is bound to it.
    pub epoch: i64,
    pub fetched_at: Timestamp,
    pub body: Sealed,
}

/// One event of a session's timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubEvent {
    /// Counts the events of the session; an event that comes twice is written once.
    pub number: i32,
    pub body: Sealed,
}

/// Answers and timeline of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubDetail {
    pub id: SessionId,
    pub answers: Vec<HubAnswer>,
    pub events: Vec<HubEvent>,
}

/// What was learned of a session by asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubObservation {
    /// Its answers are those that are new; its events too.
    pub detail: HubDetail,
    /// When it was last answered, by the server's clock.
    pub answered_at: Timestamp,
    pub brief: Sealed,
    pub brief_made_by: i16,
}

/// What one holder learned, at most [`super::BATCH`] sessions, each once.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HubBatch {
    /// The leases under which it was asked for.
    pub leases: Vec<Lease>,
    pub observations: Vec<HubObservation>,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// `None`: all of it was dropped.
    pub version: Option<i64>,
    /// Sessions of leases that have ended, or that are no longer on the list.
    pub dropped: Vec<SessionId>,
}
