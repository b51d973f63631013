//! What was changed here and the shared store does not have yet: in memory and in the local store, so
//! that neither a store that is away nor the end of the program loses any of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::unsent::{UnsentChange, UnsentStore};
use crate::hub::HubError;
use crate::refresh::Command;

/// So many changes wait for a shared store that is away; what is changed beyond stays here.
const MOST_WAITING: usize = 10_000;

/// All that waits, oldest first, and why it does.
#[derive(Debug)]
pub(super) struct WaitingChanges {
    kept: Arc<dyn UnsentStore>,
    inner: Mutex<WaitingState>,
    /// Whether what was kept before is among them. Held while the local store is read or written, so
    /// that what is written last is what is newest.
    is_read: tokio::sync::Mutex<bool>,
    /// There is something new to be sent.
    pub(super) news: Notify,
    /// How often the refresh task has merged what came: what it sent before that was changed by an
    /// operator who did not see it.
    pub(super) marks: watch::Sender<u64>,
    /// The refresh task has ended: nothing more will be changed here.
    pub(super) all_in: CancellationToken,
}

#[derive(Debug, Default)]
struct WaitingState {
    queue: VecDeque<UnsentChange>,
    /// The version of each session's note that is shown here.
    shown: HashMap<SessionId, i64>,
    /// It is other than what the local store has.
    is_changed: bool,
    /// Changes that other machines will not hear of.
    lost: usize,
    /// Why the last of them is one.
    lost_for: String,
    /// Why the local store does not keep them.
    unkept: Option<String>,
    /// Why the shared store could not be used last.
    away: Option<HubError>,
}

impl WaitingChanges {
    pub(super) fn new(kept: Arc<dyn UnsentStore>) -> Self {
        Self {
            kept,
            inner: Mutex::default(),
            is_read: tokio::sync::Mutex::new(false),
            news: Notify::new(),
            marks: watch::Sender::new(0),
            all_in: CancellationToken::new(),
        }
    }

    fn with(&self) -> MutexGuard<'_, WaitingState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps all that is changed here until the refresh task ends, whatever the connection to the
    /// shared store does meanwhile: one that does not answer holds up nothing.
    pub(super) async fn receive(
        &self,
        mut changed: mpsc::Receiver<Vec<OutboxMessage>>,
        commands: &mpsc::Sender<Command>,
    ) {
        while let Some(more) = changed.recv().await {
            if more.is_empty() {
                // What was merged is shown from here on.
                self.marks.send_modify(|marks| *marks += 1);
            } else if self.add(more) {
                self.save().await;
                self.news.notify_one();
                if self.trouble().is_some() {
                    self.tell(commands).await;
                }
            }
        }
        self.all_in.cancel();
    }

    /// True: there was something for others.
    pub(super) fn add(&self, more: Vec<OutboxMessage>) -> bool {
        let mut inner = self.with();
        let before = (inner.queue.len(), inner.lost);
        for message in more.into_iter().filter(OutboxMessage::is_for_other_machines) {
            if inner.queue.len() >= MOST_WAITING {
                inner.lost += 1;
                "too much waits for the shared store".clone_into(&mut inner.lost_for);
                continue;
            }
            let seen = match &message {
                OutboxMessage::Kept(id, ..) => inner.shown.get(id).copied(),
                _ => None,
            };
            inner.queue.push_back(UnsentChange::new(message, seen));
        }
        inner.is_changed |= inner.queue.len() > before.0;
        (inner.queue.len(), inner.lost) != before
    }

    /// Takes up what an earlier run of the program left, or another process that held the local
    /// store. False: it cannot be read, and nothing may come from the shared store before it is.
    pub(super) async fn take_up(&self) -> bool {
        let mut is_read = self.is_read.lock().await;
        self.read(&mut is_read).await
    }

    async fn read(&self, is_read: &mut bool) -> bool {
        if *is_read {
            return true;
        }
        let kept = Arc::clone(&self.kept);
        let read =
            spawn_blocking(move || kept.read()).await.unwrap_or_else(|why| Err(why.to_string()));
        let mut inner = self.with();
        match read {
            Ok(changes) => {
                inner.take_up(changes);
                inner.unkept = None;
                *is_read = true;
            }
            Err(why) => inner.unkept = Some(why),
        }
        *is_read
    }

    /// Another process has the local store now, and what waits in it.
    pub(super) async fn leave(&self) {
        *self.is_read.lock().await = false;
    }

    /// Writes what waits into the local store, where that is news.
    pub(super) async fn save(&self) {
        let mut is_read = self.is_read.lock().await;
        if !self.read(&mut is_read).await {
            return;
        }
        let changes: Vec<UnsentChange> = {
            let mut inner = self.with();
            if !std::mem::take(&mut inner.is_changed) {
                return;
            }
            inner.queue.iter().cloned().collect()
        };
        let kept = Arc::clone(&self.kept);
        let written = spawn_blocking(move || kept.keep(&changes));
        let written = written.await.unwrap_or_else(|why| Err(why.to_string()));
        let mut inner = self.with();
        inner.is_changed |= written.is_err();
        inner.unkept = written.err();
    }

    pub(super) fn first(&self) -> Option<UnsentChange> {
        self.with().queue.front().cloned()
    }

    /// It was sent. `instead` takes its place, where something has to be sent again.
    pub(super) fn sent(&self, change: &UnsentChange, instead: Option<UnsentChange>) {
        let mut inner = self.with();
        let Some(place) = inner.queue.iter().position(|other| other.action == change.action) else {
            return;
        };
        inner.is_changed = true;
        inner.queue.remove(place);
        if let Some(instead) = instead {
            inner.queue.insert(place, instead);
        }
    }

    /// The shared store does not take a change, now or later.
    pub(super) async fn stays_here(&self, why: String, commands: &mpsc::Sender<Command>) {
        tracing::error!(%why, "a change is not taken by the shared store");
        {
            let mut inner = self.with();
            inner.lost += 1;
            inner.lost_for = why;
        }
        self.tell(commands).await;
    }

    /// What operators keep of a session and was not sent yet.
    pub(super) fn of(&self, whose: SessionId) -> Vec<(AnnotationChange, Made)> {
        let of = |waiting: &UnsentChange| match &waiting.message {
            OutboxMessage::Kept(id, change, made) if *id == whose => {
                Some((change.clone(), made.clone()))
            }
            _ => None,
        };
        self.with().queue.iter().filter_map(of).collect()
    }

    /// A note of this machine's has this version: what was written here after it was written over it.
    pub(super) fn wrote_note(&self, id: SessionId, version: i64) {
        let mut inner = self.with();
        inner.shown.insert(id, version);
        inner.is_changed = true;
        for later in &mut inner.queue {
            if matches!(&later.message, OutboxMessage::Kept(whose, ..) if *whose == id) {
                later.seen = Some(version);
            }
        }
    }

    /// From here on this version of the session's note is shown.
    pub(super) fn shows(&self, id: SessionId, version: i64) {
        self.with().shown.insert(id, version);
    }

    pub(super) fn shown(&self, id: SessionId) -> Option<i64> {
        self.with().shown.get(&id).copied()
    }

    /// The store begins anew, and so do the versions of its notes.
    pub(super) fn forget_versions(&self) {
        self.with().shown.clear();
    }

    /// The shared store can be used, or why not. True: that is news.
    pub(super) fn is_away(&self, why: Option<&HubError>) -> bool {
        let mut inner = self.with();
        let is_news = inner.away.as_ref() != why;
        inner.away = why.cloned();
        is_news
    }

    /// Tells what is wrong, or that nothing is, for the header.
    pub(super) async fn tell(&self, commands: &mpsc::Sender<Command>) {
        // The refresh task has ended where this cannot be told.
        let _ended = commands.send(Command::SharedTrouble(self.trouble())).await;
    }

    fn trouble(&self) -> Option<String> {
        let inner = self.with();
        let away = inner.away.as_ref().map(ToString::to_string);
        let unkept = inner.unkept.as_ref().map(|why| {
            format!("what waits for the shared store is lost when this program ends: {why}")
        });
        let lost = (inner.lost > 0).then(|| {
            let changes = crate::text::count(inner.lost, "change");
            format!("only on this machine: {changes}, since {}", inner.lost_for)
        });
        let said: Vec<String> = away.into_iter().chain(unkept).chain(lost).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }
}

impl WaitingState {
    /// What was kept before goes first.
    fn take_up(&mut self, kept: Vec<UnsentChange>) {
        for change in kept.into_iter().rev() {
            if self.queue.iter().all(|other| other.action != change.action) {
                self.queue.push_front(change);
            }
        }
    }
}
