//! The task that saves: latest wins, never queues.
//!
//! Owns the pace of saving. Trouble is told, never thrown: the view goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Persistence;
use crate::domain::snapshot::{SessionTable, Snapshot};
use crate::domain::watched::{WatchEntry, WatchedSession};

/// Two saves are at least this far apart.
const PACE: Duration = Duration::from_millis(500);
/// After trouble.
const AGAIN: Duration = Duration::from_secs(5);

/// Saves what changes in the snapshots until cancelled, at most twice a second, latest wins; then
/// saves once more and returns. Trouble and its end are told through `trouble`. `saved` is what the
/// store holds already.
pub async fn writer<P: Persistence>(
    persistence: P,
    saved: SessionTable,
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    trouble: impl Fn(Option<String>) + Send + 'static,
    cancelled: CancellationToken,
) {
    let mut work = Saver { persistence: Some(persistence), saved, troubled: false };
    let mut not_before = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = cancelled.cancelled() => break,
            changed = snapshots.changed() => if changed.is_err() { break },
            () = tokio::time::sleep_until(not_before), if work.troubled => {}
        }
        tokio::select! {
            biased;
            () = cancelled.cancelled() => break,
            () = tokio::time::sleep_until(not_before) => {}
        }
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        work = work.save(snapshot, &trouble).await;
        not_before = Instant::now() + if work.troubled { AGAIN } else { PACE };
    }
    let snapshot = Arc::clone(&snapshots.borrow());
    work.save(snapshot, &trouble).await;
}

struct Saver<P> {
    persistence: Option<P>,
    saved: SessionTable,
    troubled: bool,
}

impl<P: Persistence> Saver<P> {
    /// Saves the difference on a blocking thread.
    async fn save(mut self, snapshot: Arc<Snapshot>, trouble: &impl Fn(Option<String>)) -> Self {
        let Some(mut persistence) = self.persistence.take() else { return self };
        let difference = snapshot.sessions.since(&self.saved);
        let changed: Vec<Arc<WatchedSession>> =
            difference.changed.into_iter().map(Arc::clone).collect();
        let new: Vec<WatchEntry> = changed
            .iter()
            .filter(|s| self.saved.get(s.id()).is_none_or(|was| was.entry != s.entry))
            .map(|s| WatchEntry::clone(&s.entry))
            .collect();
        let gone: Vec<_> = if difference.same_list {
            Vec::new()
        } else {
            let listed = self.saved.iter().map(|s| s.id());
            listed.filter(|id| snapshot.sessions.get(*id).is_none()).collect()
        };
        if changed.is_empty() && gone.is_empty() {
            self.persistence = Some(persistence);
            return self;
        }
        // Most polls say nothing new: their answers need not be written again.
        let (touched, changed): (Vec<_>, Vec<_>) = changed.into_iter().partition(|s| {
            self.saved
                .get(s.id())
                .is_some_and(|was| was.revision == s.revision && was.entry == s.entry)
        });
        let touched: Vec<_> =
            touched.iter().filter_map(|s| Some((s.id(), s.poll.last_ok?))).collect();
        let saving = tokio::task::spawn_blocking(move || {
            let mut outcome = if new.is_empty() { Ok(()) } else { persistence.add(&new) };
            if outcome.is_ok() && !gone.is_empty() {
                outcome = persistence.remove(&gone).map(|_count| ());
            }
            if outcome.is_ok() && !changed.is_empty() {
                outcome = persistence.save(&changed);
            }
            if outcome.is_ok() && !touched.is_empty() {
                outcome = persistence.touch(&touched);
            }
            (persistence, outcome)
        });
        match saving.await {
            Ok((persistence, Ok(()))) => {
                if self.troubled {
                    trouble(None);
                }
                Self {
                    persistence: Some(persistence),
                    saved: snapshot.sessions.clone(),
                    troubled: false,
                }
            }
            Ok((persistence, Err(why))) => {
                trouble(Some(format!("history not saved: {why}")));
                Self { persistence: Some(persistence), saved: self.saved, troubled: true }
            }
            Err(_panicked) => {
                trouble(Some(String::from("history not saved: the writer failed")));
                Self { persistence: None, saved: self.saved, troubled: false }
            }
        }
    }
}
