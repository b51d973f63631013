//! The shared store: one watch-list for several desks and pollers.
//!
//! Owns what goes between processes on different machines: leases on shards, the feed of changes,
//! what operators do. Must never decide what is shown, and never hold a key: what speaks of a person
//! is [`Sealed`] before it comes here. The local store stays what each process reads and draws from.

mod action;
mod error;
pub mod lease;
pub mod memory;
mod page;
#[cfg(feature = "postgres")]
pub mod postgres;
mod row;
pub mod slots;

use std::future::Future;

use uuid::Uuid;

use crate::domain::session::ids::SessionId;

pub use action::{ActionLine, HubAction, HubChange, HubReply};
pub use error::HubError;
pub use lease::{Beat, Holding, Lease, Shard, ThrottleState};
pub use page::{FeedPlace, HubCursor, HubPage};
pub use row::{
    Claim, HubAnswer, HubBatch, HubDetail, HubEntry, HubEvent, HubLabels, HubObservation, HubRow,
    Published, Sealed,
};

/// The number of the schema that this program was written for.
pub const HUB_SCHEMA: i32 = 1;
/// The most rows and the most actions in one [`HubPage`].
pub const PAGE: usize = 4_096;
/// The most observations in one [`HubBatch`].
pub const BATCH: usize = 256;

/// A shared store, as one process sees it. No call is tried again after [`HubError::Away`]: the
/// caller decides when, and all of them may be called twice.
pub trait Hub: Send + Sync + 'static {
    /// Says who is here, and learns which store this is and what this operator may do.
    fn join(&self, member: &Member) -> impl Future<Output = Result<Joined, HubError>> + Send;

    /// Says that this process is still here, and renews its leases. What it returns is all that is
    /// held; nothing known from before counts.
    fn beat(&self) -> impl Future<Output = Result<Beat, HubError>> + Send;

    /// As [`Hub::beat`], and takes free shards until it holds `wanted`.
    fn take(&self, wanted: u8) -> impl Future<Output = Result<Beat, HubError>> + Send;

    /// Frees shards, so that another may take them at once.
    fn free(&self, shards: &[Shard]) -> impl Future<Output = Result<(), HubError>> + Send;

    /// Puts sessions on everybody's list; archived and forgotten ones come back.
    fn add(&self, entries: &[HubEntry]) -> impl Future<Output = Result<i64, HubError>> + Send;

    /// Writes what was learned. What belongs to a lease that has ended is dropped.
    fn publish(&self, batch: &HubBatch)
    -> impl Future<Output = Result<Published, HubError>> + Send;

    /// What has changed since, a page at a time.
    fn pull(&self, since: &HubCursor) -> impl Future<Output = Result<HubPage, HubError>> + Send;

    /// Answers and events of sessions.
    fn details(
        &self,
        ids: &[SessionId],
    ) -> impl Future<Output = Result<Vec<HubDetail>, HubError>> + Send;

    /// Carries out what an operator does, once.
    fn keep(&self, action: &HubAction) -> impl Future<Output = Result<HubReply, HubError>> + Send;

    /// Tells all pollers that Yoti slowed or refused this one, or takes its key again.
    fn slow(&self, found: &ThrottleState) -> impl Future<Output = Result<(), HubError>> + Send;

    /// Waits until something may have changed since it last returned. Wakes get lost: whoever waits
    /// pulls from time to time without one.
    fn woken(&self) -> impl Future<Output = Result<(), HubError>> + Send;
}

/// What a process is to the others, and the right that a user needs for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberRole {
    /// Asks Yoti, and has no screen.
    Poller,
    /// Has a screen, and asks Yoti only where its operator may and no poller is there.
    Desk,
    /// Has a screen, and changes nothing.
    Viewer,
}

impl MemberRole {
    /// The word for it, in the store and in messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Poller => "poller",
            Self::Desk => "desk",
            Self::Viewer => "viewer",
        }
    }
}

/// A process that joins, as the others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub role: MemberRole,
    /// The name of its machine.
    pub host: String,
    /// The program and its version.
    pub program: String,
}

/// What a process learns when it joins.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// The operator's name, as the shared store knows it.
    pub operator: String,
    /// Names this store; another one after a restore from a backup.
    pub store: Uuid,
    /// The application at Yoti; `None`: not said yet.
    pub sdk_id: Option<Uuid>,
    /// The most requests a second, of all pollers together.
    pub max_rps: Option<f64>,
    /// May change labels and add sessions.
    pub may_edit: bool,
    /// May hold leases and publish.
    pub may_poll: bool,
}
