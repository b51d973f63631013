//! What a change of the list costs in the store, beside 1,000 sessions and beside 100,000. Run:
//! cargo bench --bench store

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the measurement")]

use std::path::Path;

use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::watched::WatchEntry;
use branchwatch::persist::SharedPersistence;
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use divan::Bencher;
use jiff::Timestamp;
use std::sync::Arc;
use tempfile::TempDir;

fn main() {
    divan::main();
}

fn entries(count: u128) -> Vec<WatchEntry> {
    let entry = |n: u128| {
        // Spread, as real IDs are.
        let id = n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let entry =
            WatchEntry::new(SessionId::new(uuid::Uuid::from_u128(id)), Timestamp::UNIX_EPOCH);
        WatchEntry { reference: Some(format!("dbs-2026-{n}")), ..entry }
    };
    (1..=count).map(entry).collect()
}

fn location(folder: &Path) -> Location {
    let key = StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH]);
    Location::new(&folder.join("store.db"), key)
}

fn opened(folder: &Path, exclusive: bool) -> Box<dyn SharedPersistence> {
    location(folder).open(exclusive).unwrap().persistence
}

fn filled(count: u128) -> (TempDir, SessionId) {
    let folder = tempfile::tempdir().unwrap();
    opened(folder.path(), true).add(&entries(count)).unwrap();
    (folder, entries(count / 2).pop().unwrap().id)
}

fn tagged(n: usize) -> AnnotationChange {
    AnnotationChange::Tags { added: vec![format!("tag-{n}")], removed: Vec::new() }
}

/// By the process that holds the store.
#[divan::bench(args = [1_000, 100_000], sample_count = 50)]
fn one_tag_by_the_holder(bencher: Bencher<'_, '_>, count: u128) {
    let (folder, id) = filled(count);
    let mut store = opened(folder.path(), true);
    let mut session = store.listed_named(&[id]).unwrap().remove(0);
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        session.keep(&tagged(n), Timestamp::UNIX_EPOCH);
        store.save(&[Arc::new(session.clone())]).unwrap();
    });
}

/// Opened, changed and closed, while nobody holds the store.
#[divan::bench(args = [1_000, 100_000], sample_count = 20)]
fn one_tag_by_a_command(bencher: Bencher<'_, '_>, count: u128) {
    let (folder, id) = filled(count);
    let mut n = 0;
    bencher.bench_local(|| {
        n += 1;
        let change = OutboxMessage::Kept(id, tagged(n), Timestamp::UNIX_EPOCH.into());
        opened(folder.path(), false).post(&[change]).unwrap();
    });
}

/// One session with its answers, as `show ID` reads it.
#[divan::bench(args = [1_000, 100_000], sample_count = 20)]
fn one_session_read(bencher: Bencher<'_, '_>, count: u128) {
    let (folder, id) = filled(count);
    bencher.bench_local(|| opened(folder.path(), false).load_named(&[id]).unwrap().len());
}

/// As `add FILE` does it while nobody holds the store.
#[divan::bench(args = [1_000, 100_000], sample_count = 3)]
fn import(bencher: Bencher<'_, '_>, count: u128) {
    let new = entries(count);
    bencher.with_inputs(|| tempfile::tempdir().unwrap()).bench_local_values(|folder| {
        opened(folder.path(), false).add(&new).unwrap();
        folder
    });
}
