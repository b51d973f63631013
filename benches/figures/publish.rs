//! f3: publishing one changed session.

use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};
use branchwatch::store::Store;
use jiff::Timestamp;

use crate::fixture;
use crate::measure::{Figure, Goal, ratios, time};

/// Changes of a round.
const CHANGES: u32 = 10_000;

pub(crate) fn figures() -> Vec<Figure> {
    let (mut few, mut many) = (Changed::among(1_000), Changed::among(100_000));
    let rounds = ratios(|| time(CHANGES, || many.change()), || time(CHANGES, || few.change()));
    vec![Figure {
        name: "f3",
        what: "publishing one changed session among 100,000 ÷ among 1,000".to_owned(),
        goal: Goal::AtMost(2.0),
        unit: "",
        rounds,
    }]
}

pub(crate) struct Changed {
    store: Store,
    middle: u128,
    failures: u32,
}

impl Changed {
    pub(crate) fn among(count: u128) -> Self {
        let entry = |n| WatchedSession::new(WatchEntry::new(fixture::id(n), Timestamp::UNIX_EPOCH));
        let (store, _reader) = Store::new((0..count).map(entry).collect());
        Self { store, middle: count / 2, failures: 0 }
    }

    pub(crate) fn change(&mut self) {
        self.failures += 1;
        let poll = PollState { failures: self.failures, ..PollState::default() };
        assert!(self.store.publish(Health::default(), vec![(fixture::id(self.middle), poll)]));
    }
}
