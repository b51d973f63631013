//! How far a process has read, and what it reads next.

use uuid::Uuid;

use crate::hub::action::ActionLine;
use crate::hub::error::HubError;
use crate::hub::lease::{Lease, ThrottleState};
use crate::hub::row::HubRow;

/// The last row that was read: rows are read in the order of version and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct FeedPlace {
    pub version: i64,
    pub id: Uuid,
}

/// How far a process has read; the default is nothing at all.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HubCursor {
    /// The store that it was read from.
    pub(super) store: Option<Uuid>,
    pub(super) rows: FeedPlace,
    pub(super) actions: FeedPlace,
    /// The leases at that time: they tell a server that lost its last commits.
    pub(super) leases: Vec<Lease>,
}

impl HubCursor {
    /// All changes up to this version have been read.
    #[must_use]
    pub const fn version(&self) -> i64 {
        self.rows.version
    }

    /// An error where what was read is not of this store, or of a past that the store has lost.
    pub(super) fn fits(&self, now: &StoreNow) -> Result<(), HubError> {
        let known = self.leases.iter().zip(&now.leases);
        let lost = |(before, now): (&Lease, &Lease)| {
            now.epoch < before.epoch || now.epoch == before.epoch && now.term != before.term
        };
        let other = self.store.is_some_and(|store| store != now.store);
        let back = self.rows.version.max(self.actions.version) > now.version;
        let fits = !other && !back && !known.into_iter().any(lost);
        fits.then_some(()).ok_or(HubError::StartOver)
    }
}

/// What the store is at the time of a pull.
#[derive(Clone, Debug)]
pub(super) struct StoreNow {
    pub(super) store: Uuid,
    /// The newest version that was given out.
    pub(super) version: i64,
    /// Of all shards, in order.
    pub(super) leases: Vec<Lease>,
}

/// What has changed since a [`HubCursor`].
#[derive(Clone, Debug, PartialEq)]
pub struct HubPage {
    /// In the order of version and id; each has only its newest state.
    pub rows: Vec<HubRow>,
    pub actions: Vec<ActionLine>,
    pub throttle: ThrottleState,
    pub next: HubCursor,
    /// There was more than a page of it.
    pub more: bool,
}

impl HubPage {
    pub(super) fn new(
        since: &HubCursor,
        now: StoreNow,
        rows: Vec<HubRow>,
        actions: Vec<ActionLine>,
        throttle: ThrottleState,
    ) -> Self {
        let last = rows.last().map(|row| FeedPlace { version: row.version, id: row.id.uuid() });
        let acted = actions.last().map(|line| FeedPlace { version: line.version, id: line.action });
        Self {
            more: rows.len() >= super::PAGE || actions.len() >= super::PAGE,
            next: HubCursor {
                store: Some(now.store),
                rows: last.unwrap_or(since.rows),
                actions: acted.unwrap_or(since.actions),
                leases: now.leases,
            },
            rows,
            actions,
            throttle,
        }
    }
}
