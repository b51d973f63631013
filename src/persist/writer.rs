//! The task that saves: latest wins, never queues.
//!
//! Trouble is told, never thrown: the view goes on.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::saved_sessions::SavedSessions;
use super::{PersistError, Persistence};
use crate::domain::watchlist::snapshot::Snapshot;

/// Two saves are at least this far apart.
const PACE: Duration = Duration::from_millis(500);
// A full disk is tried again this often, and saving resumes by itself within 10 s (fault D03).
const AGAIN: Duration = Duration::from_secs(3);
/// A save that takes longer is told: whoever looks must know that the newest is not on the disk.
const SLOW: Duration = Duration::from_secs(3);

/// What the writer says of its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriterEvent {
    /// All of the snapshot of this version is stored.
    Saved(u64),
    /// What is not stored and why, in words that may be shown; `None`: all is again.
    Trouble(Option<String>),
}

/// Saves what changes in the snapshots until cancelled, at most twice a second, latest wins; then
/// saves once more and returns. How it goes is told through `told`.
///
/// With what was saved last where another process has taken the store; the rest is to reach that one.
pub async fn writer(
    persistence: Box<dyn Persistence>,
    saved: SavedSessions,
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    told: impl Fn(WriterEvent) + Send + 'static,
    cancelled: CancellationToken,
) -> Option<SavedSessions> {
    let mut work = Saver {
        persistence: Some(persistence),
        saved,
        stored: 0,
        troubled: false,
        lost: false,
        taken: false,
    };
    let mut not_before = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = cancelled.cancelled() => break,
            changed = snapshots.changed() => if changed.is_err() { break },
            // After a failure also without a new snapshot: the last one is not saved yet. Else file
            // and disk are looked at, so that a removed file and a full disk are told within 5 s
            // (faults D03, D10).
            () = tokio::time::sleep_until(not_before + AGAIN) => {}
        }
        tokio::select! {
            biased;
            () = cancelled.cancelled() => break,
            () = tokio::time::sleep_until(not_before) => {}
        }
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        work = work.save(snapshot, &told).await;
        if work.taken {
            return Some(work.saved);
        }
        not_before = Instant::now() + if work.troubled { Duration::ZERO } else { PACE };
    }
    // Once more at the end: what changed within the pace is not lost.
    let snapshot = Arc::clone(&snapshots.borrow());
    work = work.save(snapshot, &told).await;
    work.taken.then_some(work.saved)
}

struct Saver {
    persistence: Option<Box<dyn Persistence>>,
    saved: SavedSessions,
    /// The last snapshot of which it was told that it is stored.
    stored: u64,
    troubled: bool,
    /// Its file is gone or damaged, or the thread that wrote it has failed: it is opened again.
    lost: bool,
    /// Another process has it: it could not be opened again.
    taken: bool,
}

/// How a save ended, and whether it was told that it takes long.
async fn awaited<T>(
    mut saving: JoinHandle<T>,
    told: &impl Fn(WriterEvent),
) -> (Result<T, JoinError>, bool) {
    tokio::select! {
        ended = &mut saving => (ended, false),
        () = tokio::time::sleep(SLOW) => {
            tracing::warn!("the local store takes more than 3 s to write");
            let slow = "not saved yet: the disk is slow or the store is in use";
            told(WriterEvent::Trouble(Some(slow.to_owned())));
            (saving.await, true)
        }
    }
}

impl Saver {
    /// Saves the difference on a blocking thread.
    async fn save(mut self, snapshot: Arc<Snapshot>, told: &impl Fn(WriterEvent)) -> Self {
        let Some(mut persistence) = self.persistence.take() else { return self };
        // What stands in the file that is opened next is not known: all of it is due.
        let unknown = SavedSessions::default();
        let due = if self.lost { &unknown } else { &self.saved }.due(&snapshot);
        let lost = self.lost;
        let saving = tokio::task::spawn_blocking(move || {
            // A panic must not take the store with it: it is opened again before the next save. The
            // panic hook ends the program (fault T01), and that save is the one on the way out; so
            // what the panic cost is written all the same (fault D11).
            let work = AssertUnwindSafe(|| -> Result<(), PersistError> {
                crate::panic_site::at("save", &());
                if lost && let Some(said) = persistence.reopen()? {
                    tracing::warn!("{said}");
                }
                if !due.is_empty() {
                    return due.write(persistence.as_mut());
                }
                persistence.check().and_then(|()| persistence.can_write())
            });
            let outcome = std::panic::catch_unwind(work).unwrap_or_else(|_told_by_the_hook| {
                Err(PersistError::Other(String::from("the writer failed")))
            });
            (persistence, outcome)
        });
        let (ended, slow) = awaited(saving, told).await;
        match ended {
            Ok((persistence, Ok(()))) => {
                if self.troubled || slow {
                    tracing::info!("the local store is written again");
                    told(WriterEvent::Trouble(None));
                }
                if self.stored != snapshot.version {
                    told(WriterEvent::Saved(snapshot.version));
                    self.stored = snapshot.version;
                }
                // Also where nothing was due: it has details that have gone from the snapshot.
                Self {
                    persistence: Some(persistence),
                    saved: SavedSessions::all_of(&snapshot),
                    troubled: false,
                    lost: false,
                    ..self
                }
            }
            Ok((persistence, Err(why))) => self.not_saved(persistence, &why, told),
            Err(_cancelled) => self,
        }
    }

    /// `saved` stays as it was, so that all of it is due again.
    fn not_saved(
        self,
        persistence: Box<dyn Persistence>,
        why: &PersistError,
        told: &impl Fn(WriterEvent),
    ) -> Self {
        if self.lost && matches!(why, PersistError::Locked(_)) {
            tracing::warn!("another process has taken the local store");
            let removed = persistence.was_removed();
            let saved = if removed { SavedSessions::default() } else { self.saved };
            return Self { saved, taken: true, ..self };
        }
        if !self.troubled {
            tracing::error!(%why, "the local store is not written");
        }
        told(WriterEvent::Trouble(Some(format!("history not saved: {why}"))));
        // A full disk or a lock goes by; what else is wrong is better opened anew.
        let goes_by = matches!(why, PersistError::NotWritable(_) | PersistError::Locked(_));
        Self { persistence: Some(persistence), troubled: true, lost: self.lost || !goes_by, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Mutex, PoisonError};

    use jiff::Timestamp;

    use super::*;
    use crate::domain::session::ids::SessionId;
    use crate::domain::watchlist::detail_source::{DetailSource, NothingStored};
    use crate::domain::watchlist::snapshot::Health;
    use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
    use crate::store::Store;

    /// Writes down what it is asked for, and panics when it is to add for the first time.
    #[derive(Debug, Default)]
    struct Panics(Arc<Mutex<Vec<&'static str>>>, Arc<AtomicBool>);

    impl Panics {
        fn note(&self, what: &'static str) -> usize {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(what);
            all.iter().filter(|one| **one == what).count()
        }
    }

    impl Persistence for Panics {
        fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
            Ok(Vec::new())
        }
        fn details(&mut self, _: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
            Ok(Vec::new())
        }
        fn source(&self) -> Arc<dyn DetailSource> {
            Arc::new(NothingStored)
        }
        fn add(&mut self, _: &[WatchEntry]) -> Result<(), PersistError> {
            assert!(self.note("add") > 1, "the first save panics");
            Ok(())
        }
        fn remove(&mut self, _: &[SessionId]) -> Result<usize, PersistError> {
            Ok(0)
        }
        fn save(&mut self, _: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
            self.note("save");
            Ok(())
        }
        fn learn(&mut self, _: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
            Ok(())
        }
        fn touch(&mut self, _: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
            Ok(())
        }
        fn state(&mut self, _: &str) -> Result<Option<String>, PersistError> {
            Ok(None)
        }
        fn set_state(&mut self, _: &str, _: &str) -> Result<(), PersistError> {
            Ok(())
        }
        fn can_write(&mut self) -> Result<(), PersistError> {
            let full = self.1.load(Ordering::Relaxed);
            if full { Err(PersistError::NotWritable("no room".to_owned())) } else { Ok(()) }
        }
        fn reopen(&mut self) -> Result<Option<String>, PersistError> {
            self.note("reopen");
            Ok(None)
        }
    }

    // D11
    #[tokio::test(start_paused = true)]
    async fn after_a_save_that_panics_the_store_is_opened_again_and_all_is_saved() {
        let asked: Arc<Mutex<Vec<&'static str>>> = Arc::default();
        let (mut store, snapshots) = Store::new(Vec::new());
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let cancel = CancellationToken::new();
        let task = tokio::spawn(writer(
            Box::new(Panics(Arc::clone(&asked), Arc::default())),
            SavedSessions::of(store.snapshot()),
            snapshots,
            move |event| drop(tell.send(event)),
            cancel.clone(),
        ));
        let id = SessionId::new(uuid::Uuid::from_u128(1));
        store.add(vec![WatchEntry::new(id, Timestamp::UNIX_EPOCH)]);
        assert!(store.publish(Health::default(), Vec::new()));
        let trouble = WriterEvent::Trouble(Some(
            "history not saved: the local store failed: the writer failed".into(),
        ));
        assert_eq!(told.recv().await, Some(trouble));
        // As the panic hook of the dashboard does: the last save comes at once.
        cancel.cancel();
        assert!(task.await.unwrap().is_none());
        assert_eq!(told.recv().await, Some(WriterEvent::Trouble(None)));
        assert_eq!(told.recv().await, Some(WriterEvent::Saved(store.snapshot().version)));
        assert_eq!(*asked.lock().unwrap(), ["add", "reopen", "add", "save"]);
    }

    // D03
    #[tokio::test(start_paused = true)]
    async fn a_disk_that_fills_up_while_nothing_changes_is_told_within_5_s() {
        let full: Arc<AtomicBool> = Arc::default();
        let (store, snapshots) = Store::new(Vec::new());
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let saved = SavedSessions::all_of(store.snapshot());
        let cancel = CancellationToken::new();
        let idle = Panics(Arc::default(), Arc::clone(&full));
        let tells = move |event| drop(tell.send(event));
        let task = tokio::spawn(writer(Box::new(idle), saved, snapshots, tells, cancel.clone()));
        tokio::time::sleep(Duration::from_mins(1)).await;
        while told.try_recv().is_ok() {}
        for now in [true, false] {
            full.store(now, Ordering::Relaxed);
            let event = tokio::time::timeout(Duration::from_secs(5), told.recv()).await;
            assert_eq!(matches!(event, Ok(Some(WriterEvent::Trouble(Some(_))))), now, "{event:?}");
        }
        cancel.cancel();
        assert!(task.await.unwrap().is_none());
    }
}
