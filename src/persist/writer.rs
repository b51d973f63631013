//! The task that saves: latest wins, never queues.
//!
//! Trouble is told, never thrown: the view goes on.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{LAST_LOOK, PersistError, Persistence, arrangement, ledger};
use crate::domain::events::ledger::NotificationCounts;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::snapshot::{SessionTable, Snapshot};
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

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

/// What the store holds already: the list, and what was archived from it.
#[derive(Debug, Default)]
pub struct SavedSessions {
    pub watched: SessionTable,
    pub archived: SessionTable,
}

impl SavedSessions {
    /// What was loaded, before anything in it changes.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        Self { watched: snapshot.sessions.clone(), archived: snapshot.archived.clone() }
    }
}

/// Saves what changes in the snapshots until cancelled, at most twice a second, latest wins; then
/// saves once more and returns. How it goes is told through `told`.
pub async fn writer(
    persistence: Box<dyn Persistence>,
    saved: SavedSessions,
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    told: impl Fn(WriterEvent) + Send + 'static,
    cancelled: CancellationToken,
) {
    let mut work = Saver {
        persistence: Some(persistence),
        saved: saved.watched,
        archived: saved.archived,
        last_look: None,
        arrangement: None,
        tally: None,
        stored: 0,
        troubled: false,
        lost: false,
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
        not_before = Instant::now() + if work.troubled { Duration::ZERO } else { PACE };
    }
    // Once more at the end: what changed within the pace is not lost.
    let snapshot = Arc::clone(&snapshots.borrow());
    work.save(snapshot, &told).await;
}

struct Saver {
    persistence: Option<Box<dyn Persistence>>,
    saved: SessionTable,
    archived: SessionTable,
    last_look: Option<Timestamp>,
    /// As it was saved last in this run.
    arrangement: Option<Arc<Arrangement>>,
    tally: Option<NotificationCounts>,
    /// The last snapshot of which it was told that it is stored.
    stored: u64,
    troubled: bool,
    /// Its file is gone or damaged, or the thread that wrote it has failed: it is opened again.
    lost: bool,
}

/// What is to be written, most of it nothing.
#[derive(Default)]
struct Due {
    new: Vec<WatchEntry>,
    gone: Vec<SessionId>,
    changed: Vec<Arc<WatchedSession>>,
    touched: Vec<Arc<WatchedSession>>,
    last_look: Option<Timestamp>,
    arrangement: Option<Arc<Arrangement>>,
    tally: Option<NotificationCounts>,
}

impl Due {
    const fn is_empty(&self) -> bool {
        self.new.is_empty()
            && self.gone.is_empty()
            && self.changed.is_empty()
            && self.touched.is_empty()
            && self.last_look.is_none()
            && self.arrangement.is_none()
            && self.tally.is_none()
    }

    fn write(&self, persistence: &mut dyn Persistence) -> Result<(), PersistError> {
        if !self.new.is_empty() {
            persistence.add(&self.new)?;
        }
        if !self.gone.is_empty() {
            persistence.remove(&self.gone)?;
        }
        if !self.changed.is_empty() {
            persistence.save(&self.changed)?;
        }
        if !self.touched.is_empty() {
            persistence.touch(&self.touched)?;
        }
        if let Some(kept) = &self.arrangement {
            arrangement::keep(persistence, kept)?;
        }
        if let Some(tally) = &self.tally {
            ledger::keep(persistence, tally)?;
        }
        self.last_look.map_or(Ok(()), |at| persistence.set_state(LAST_LOOK, &at.to_string()))
    }
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
    fn held(&self, id: SessionId) -> Option<&Arc<WatchedSession>> {
        self.saved.get(id).or_else(|| self.archived.get(id))
    }

    fn due(&self, snapshot: &Snapshot) -> Due {
        let list = snapshot.sessions.since(&self.saved);
        let archived = snapshot.archived.since(&self.archived);
        // By address: as long as nobody came or went, no id need be looked up.
        let gone = if list.same_list && archived.same_list {
            Vec::new()
        } else {
            let held = self.saved.iter().chain(self.archived.iter()).map(|s| s.id());
            let stays =
                |id| snapshot.sessions.get(id).is_some() || snapshot.archived.get(id).is_some();
            held.filter(|id| !stays(*id)).collect()
        };
        // Most polls say nothing new: their answers need not be written again.
        let same = |s: &&Arc<WatchedSession>| {
            self.held(s.id()).is_some_and(|was| was.revision == s.revision && was.entry == s.entry)
        };
        let (touched, changed): (Vec<_>, Vec<_>) =
            list.changed.iter().chain(&archived.changed).partition(|s| same(s));
        // When it is due next, and whether its detail is at hand, is not stored.
        let answered = |s: &&Arc<WatchedSession>| {
            let same = |was: &Arc<WatchedSession>| {
                was.poll.last_ok == s.poll.last_ok && Arc::ptr_eq(&was.brief, &s.brief)
            };
            !self.held(s.id()).is_some_and(same)
        };
        let is_new = |s: &&Arc<WatchedSession>| self.held(s.id()).is_none();
        let changed: Vec<Arc<WatchedSession>> = changed.into_iter().map(Arc::clone).collect();
        Due {
            new: changed.iter().filter(is_new).map(|s| WatchEntry::clone(&s.entry)).collect(),
            gone,
            touched: touched.into_iter().filter(answered).map(Arc::clone).collect(),
            changed,
            last_look: snapshot.last_look.filter(|at| Some(*at) != self.last_look),
            arrangement: Some(Arc::clone(&snapshot.arrangement))
                .filter(|now| self.arrangement.as_ref() != Some(now)),
            tally: Some(snapshot.health.notified)
                .filter(|now| !now.is_empty() && self.tally != Some(*now)),
        }
    }

    /// What stands in the file that is opened next is not known: all of it is due.
    fn forget_what_is_saved(&mut self) {
        self.saved = SessionTable::default();
        self.archived = SessionTable::default();
        (self.last_look, self.arrangement, self.tally) = (None, None, None);
    }

    /// Saves the difference on a blocking thread.
    async fn save(mut self, snapshot: Arc<Snapshot>, told: &impl Fn(WriterEvent)) -> Self {
        let Some(mut persistence) = self.persistence.take() else { return self };
        if self.lost {
            self.forget_what_is_saved();
        }
        let (due, lost) = (self.due(&snapshot), self.lost);
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
                    saved: snapshot.sessions.clone(),
                    archived: snapshot.archived.clone(),
                    last_look: snapshot.last_look,
                    arrangement: Some(Arc::clone(&snapshot.arrangement)),
                    tally: Some(snapshot.health.notified),
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
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::domain::watchlist::detail_source::{DetailSource, NothingStored};
    use crate::domain::watchlist::snapshot::Health;
    use crate::store::Store;

    /// Writes down what it is asked for, and panics when it is to add for the first time.
    #[derive(Debug, Default)]
    struct Panics(Arc<Mutex<Vec<&'static str>>>);

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
            Box::new(Panics(Arc::clone(&asked))),
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
        task.await.unwrap();
        assert_eq!(told.recv().await, Some(WriterEvent::Trouble(None)));
        assert_eq!(told.recv().await, Some(WriterEvent::Saved(store.snapshot().version)));
        assert_eq!(*asked.lock().unwrap(), ["add", "reopen", "add", "save"]);
    }
}
