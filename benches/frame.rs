//! Figure f: a frame of 160x50 cells at 1,000, 10,000 and 100,000 sessions. Run: cargo bench
//! --bench frame
#![expect(clippy::expect_used, reason = "a failed set-up ends the benchmark")]

use std::sync::Arc;

use branchwatch::app::event::Event;
use branchwatch::app::{Model, update};
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::snapshot::{SessionTable, Snapshot};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::theme::{ColourDepth, Look};
use branchwatch::ui;
use divan::Bencher;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

#[path = "../tests/common/model.rs"]
mod common;

fn main() {
    divan::main();
}

fn session(n: usize, revision: u64) -> Arc<WatchedSession> {
    let mut watched = WatchedSession::new(WatchEntry {
        reference: Some(format!("dbs-{n}")),
        deadline: Timestamp::from_second(2_000_000_000 + i64::try_from(n).unwrap_or(0)).ok(),
        ..WatchEntry::new(SessionId::new(uuid::Uuid::from_u128(n as u128)), Timestamp::UNIX_EPOCH)
    });
    watched.revision = revision;
    Arc::new(watched)
}

fn world(count: usize) -> (Model, SessionTable) {
    let now = Timestamp::from_second(1_900_000_000).expect("a time");
    let mut model = common::model((160, 50), now);
    let table = SessionTable::from_entries((0..count).map(|n| session(n, 0)));
    let snapshot = Snapshot { version: 1, sessions: table.clone(), ..Snapshot::default() };
    update(&mut model, Event::Snapshot(Arc::new(snapshot)));
    (model, table)
}

#[divan::bench(args = [1_000, 10_000, 100_000])]
fn draw(bencher: Bencher<'_, '_>, count: usize) {
    let (model, _) = world(count);
    let look = Look::new(ColourDepth::TrueColor, false);
    let mut terminal = Terminal::new(TestBackend::new(160, 50)).expect("cells");
    bencher.bench_local(|| {
        terminal
            .draw(|frame| {
                ui::draw(frame, &model, look);
            })
            .expect("drawn");
    });
}

#[divan::bench(args = [1_000, 10_000, 100_000])]
fn take_in_one_change(bencher: Bencher<'_, '_>, count: usize) {
    let (mut model, mut table) = world(count);
    let mut revision = 1;
    bencher.bench_local(|| {
        revision += 1;
        table.replace(session(count / 2, revision));
        let snapshot =
            Snapshot { version: revision, sessions: table.clone(), ..Snapshot::default() };
        update(&mut model, Event::Snapshot(Arc::new(snapshot)))
    });
}
