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
    /// Why a row or an action was left out that makes no sense.
    pub left_out: Option<HubError>,
}

/// Rows as they were read, and where they end: also where the last one makes no sense.
pub(super) struct ReadRows<T> {
    pub(super) rows: Vec<T>,
    pub(super) read: usize,
    pub(super) end: Option<FeedPlace>,
    pub(super) left_out: Option<HubError>,
}

impl<T> Default for ReadRows<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), read: 0, end: None, left_out: None }
    }
}

impl HubPage {
    pub(super) fn new(
        since: &HubCursor,
        now: StoreNow,
        rows: ReadRows<HubRow>,
        actions: ReadRows<ActionLine>,
        throttle: ThrottleState,
    ) -> Self {
        Self {
            more: rows.read >= super::PAGE || actions.read >= super::PAGE,
            next: HubCursor {
                store: Some(now.store),
                rows: rows.end.unwrap_or(since.rows),
                actions: actions.end.unwrap_or(since.actions),
                leases: now.leases,
            },
            rows: rows.rows,
            actions: actions.rows,
            throttle,
            left_out: rows.left_out.or(actions.left_out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::lease::Shard;

    #[test]
    fn another_store_a_version_that_went_back_and_an_epoch_with_another_term_start_over() {
        let leases = |epoch, term| {
            let lease = |shard| Lease { shard, epoch, term: Uuid::from_u128(term) };
            Shard::all().map(lease).collect::<Vec<_>>()
        };
        let read = FeedPlace { version: 7, id: Uuid::nil() };
        let (store, nothing) = (Uuid::from_u128(1), FeedPlace::default());
        let cursor =
            |rows, actions| HubCursor { store: Some(store), rows, actions, leases: leases(3, 1) };
        let now = StoreNow { store, version: 7, leases: leases(3, 1) };
        let again = Err(HubError::StartOver);
        for cursor in [cursor(read, nothing), cursor(nothing, read)] {
            assert_eq!(cursor.fits(&now), Ok(()));
            assert_eq!(cursor.fits(&StoreNow { version: 6, ..now.clone() }), again);
            let other = StoreNow { store: Uuid::from_u128(2), ..now.clone() };
            assert_eq!(cursor.fits(&other), again);
            for (leases, fits) in [
                (leases(4, 2), Ok(())),
                (leases(3, 2), again.clone()),
                (leases(2, 1), again.clone()),
            ] {
                assert_eq!(cursor.fits(&StoreNow { leases, ..now.clone() }), fits);
            }
        }
        let other = StoreNow { store: Uuid::from_u128(2), version: 0, leases: leases(0, 9) };
        assert_eq!(HubCursor::default().fits(&other), Ok(()), "nothing was read before");
    }
}
