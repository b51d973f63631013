//! What a change of the list costs in the store, beside 1,000 sessions and beside 100,000.

use std::path::Path;
use std::sync::Arc;

use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::watched::WatchEntry;
use branchwatch::persist::SharedPersistence;
use branchwatch::persist::key::{KEY_LENGTH, StoreKey};
use branchwatch::persist::location::Location;
use jiff::Timestamp;
use tempfile::TempDir;

use crate::fixture;
use crate::measure::{Figure, Goal, ROUNDS, scaled, time, times};

const SIZES: [(u128, &str); 2] = [(1_000, "1,000"), (100_000, "100,000")];

pub(crate) fn figures() -> Vec<Figure> {
    let mut figures = Vec::new();
    for (count, said) in SIZES {
        let mut push = |what: &str, rounds: &[f64]| {
            let (what, rounds) = (format!("{what}, {said} sessions"), scaled(rounds, 1e3));
            figures.push(Figure { name: "store", what, goal: Goal::None, unit: "ms", rounds });
        };
        let (folder, id) = filled(count);
        push("one tag, by the process that holds the store", &by_the_holder(folder.path(), id));
        let mut n = 0;
        let command = times(5, || {
            n += 1;
            let change = OutboxMessage::Kept(id, tagged(n), Timestamp::UNIX_EPOCH.into());
            opened(folder.path(), false).post(&[change]).unwrap();
        });
        push("one tag, by a command while nobody holds it", &command);
        let read = times(5, || {
            assert_eq!(opened(folder.path(), false).load_named(&[id]).unwrap().len(), 1);
        });
        push("one session with its responses read, as by `show`", &read);
        let new = entries(count);
        let import = || {
            let folder = tempfile::tempdir().unwrap();
            time(1, || opened(folder.path(), false).add(&new).unwrap())
        };
        push(
            "all of them added, as by `add FILE`",
            &(0..ROUNDS).map(|_| import()).collect::<Vec<_>>(),
        );
    }
    figures
}

fn by_the_holder(folder: &Path, id: SessionId) -> Vec<f64> {
    let mut store = opened(folder, true);
    let mut session = store.listed_named(&[id]).unwrap().remove(0);
    let mut n = 0;
    times(5, || {
        n += 1;
        session.keep(&tagged(n), Timestamp::UNIX_EPOCH);
        store.save(&[Arc::new(session.clone())]).unwrap();
    })
}

fn entries(count: u128) -> Vec<WatchEntry> {
    let entry = |n: u128| {
        let entry = WatchEntry::new(fixture::id(n), Timestamp::UNIX_EPOCH);
        WatchEntry { reference: Some(format!("dbs-2026-{n}")), ..entry }
    };
    (1..=count).map(entry).collect()
}

fn opened(folder: &Path, exclusive: bool) -> Box<dyn SharedPersistence> {
    let key = StoreKey::new(&[7; KEY_LENGTH], &[8; KEY_LENGTH]);
    Location::new(&folder.join("store.db"), key).open(exclusive).unwrap().persistence
}

fn filled(count: u128) -> (TempDir, SessionId) {
    let folder = tempfile::tempdir().unwrap();
    opened(folder.path(), true).add(&entries(count)).unwrap();
    (folder, fixture::id(count / 2))
}

fn tagged(n: usize) -> AnnotationChange {
    AnnotationChange::Tags { added: vec![format!("tag-{n}")], removed: Vec::new() }
}
