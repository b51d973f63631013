//! Which sessions have their details in memory, and reading those of the others.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::spawn_blocking;

use crate::domain::brief::Brief;
use crate::domain::events::notification::Notification;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::watched::WatchedSession;

/// The details of so many sessions stay in memory when they are stored.
// Some 10 MB. What was observed last is told from them: to alerts, `watch` and the bell.
const KEPT: usize = 256;

/// Sessions with their details in memory, in the order of use.
#[derive(Debug, Default)]
pub(super) struct AtHand {
    uses: BTreeMap<u64, SessionId>,
    last: HashMap<SessionId, Use>,
    serial: u64,
    /// The newest snapshot that is stored.
    saved: u64,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    serial: u64,
    /// The snapshot with which its detail is stored.
    version: u64,
}

impl AtHand {
    /// Its detail was read or changed; it is stored with the snapshot of this version.
    pub(super) fn used(&mut self, id: SessionId, version: u64) {
        self.forget(id);
        self.serial += 1;
        self.uses.insert(self.serial, id);
        self.last.insert(id, Use { serial: self.serial, version });
    }

    /// The snapshot of this version is stored.
    pub(super) fn saved(&mut self, version: u64) {
        self.saved = self.saved.max(version);
    }

    pub(super) fn forget(&mut self, id: SessionId) {
        if let Some(before) = self.last.remove(&id) {
            self.uses.remove(&before.serial);
        }
    }

    /// Those that go now: stored, and the longest unused of too many. The open one stays.
    pub(super) fn surplus(&mut self, open: Option<SessionId>) -> Vec<SessionId> {
        let many = self.last.len().saturating_sub(KEPT);
        let stored = |id: &SessionId| self.last.get(id).is_some_and(|u| u.version <= self.saved);
        let oldest = self.uses.values().take(many).copied();
        let surplus: Vec<SessionId> = oldest.filter(|id| Some(*id) != open && stored(id)).collect();
        for id in &surplus {
            self.forget(*id);
        }
        surplus
    }
}

/// What was read of a session.
pub(super) struct ReadDetail {
    pub(super) id: SessionId,
    /// Its brief when that began.
    pub(super) brief: Arc<Brief>,
    /// `None`: it is not stored any more.
    pub(super) found: Result<Option<WatchedSession>, String>,
}

/// Reads the detail of a session, and has the notification wait for it that is taken in then.
pub(super) struct DetailReading {
    pub(super) read: ReadDetail,
    pub(super) told: Option<(Notification, Timestamp)>,
}

/// Reads the detail of a session off this thread.
pub(super) async fn read(
    details: Arc<dyn DetailSource>,
    id: SessionId,
    brief: Arc<Brief>,
) -> ReadDetail {
    let read = spawn_blocking(move || details.read(&[id]).map(|mut found| found.pop())).await;
    // The panic hook has reported it.
    let found = read.unwrap_or_else(|_panic| Err(String::from("reading failed")));
    ReadDetail { id, brief, found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> SessionId {
        SessionId::new(uuid::Uuid::from_u128(n as u128))
    }

    #[test]
    fn the_longest_unused_go_when_they_are_stored_and_too_many_and_the_open_one_stays() {
        let mut at_hand = AtHand::default();
        (0..KEPT).for_each(|n| at_hand.used(id(n), 1));
        at_hand.saved(1);
        assert_eq!(at_hand.surplus(None), []);
        at_hand.used(id(0), 1);
        at_hand.used(id(KEPT), 2);
        at_hand.used(id(KEPT + 1), 2);
        assert_eq!(at_hand.surplus(None), [id(1), id(2)], "0 was used since");
        assert_eq!(at_hand.surplus(None), []);
        at_hand.used(id(KEPT + 2), 3);
        assert_eq!(at_hand.surplus(Some(id(3))), [], "it is open");
        at_hand.used(id(3), 3);
        assert_eq!(at_hand.surplus(None), [id(4)]);
    }

    #[test]
    fn what_is_not_stored_stays_however_many_there_are() {
        let mut at_hand = AtHand::default();
        (0..KEPT + 9).for_each(|n| at_hand.used(id(n), 5));
        at_hand.saved(4);
        assert_eq!(at_hand.surplus(None), []);
        at_hand.saved(5);
        assert_eq!(at_hand.surplus(None).len(), 9);
        (0..3).for_each(|n| at_hand.forget(id(100 + n)));
        assert_eq!(at_hand.surplus(None), []);
    }
}
