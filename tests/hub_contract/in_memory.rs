//! The shared store in memory.

use branchwatch::clock::TokioClock;
use branchwatch::hub::memory::{HubRights, MemoryBackup, MemoryHub, MemoryStore};
use jiff::SignedDuration;

use crate::World;

pub(crate) struct Memory {
    store: MemoryStore,
    empty: MemoryBackup,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
        let store = MemoryStore::new(clock);
        let empty = store.backup();
        Self { store, empty }
    }
}

impl World for Memory {
    type Hub = MemoryHub;

    async fn connect(&self, operator: &str, rights: HubRights) -> MemoryHub {
        self.store.connect(operator, rights)
    }

    async fn pass(&self, span: SignedDuration) {
        self.store.set_clock(span);
    }

    async fn lose_commits(&self) {
        self.store.restore(&self.empty);
    }

    fn name(&self, operator: &str) -> String {
        operator.to_owned()
    }
}
