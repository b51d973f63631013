//! Figure f3: publishing one changed session among 1,000 and among 100,000. Run: cargo bench
//! --bench publish

use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::snapshot::Health;
use branchwatch::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};
use branchwatch::store::Store;
use divan::Bencher;
use jiff::Timestamp;

fn main() {
    divan::main();
}

#[divan::bench(args = [1_000, 100_000])]
fn publish(bencher: Bencher<'_, '_>, count: u128) {
    let entry =
        |n: u128| WatchEntry::new(SessionId::new(uuid::Uuid::from_u128(n)), Timestamp::UNIX_EPOCH);
    let (mut store, _reader) = Store::new((0..count).map(entry).map(WatchedSession::new).collect());
    let id = SessionId::new(uuid::Uuid::from_u128(count / 2));
    let mut failures = 0;
    bencher.bench_local(|| {
        failures += 1;
        let poll = PollState { failures, ..PollState::default() };
        store.publish(Health::default(), vec![(id, poll)])
    });
}
