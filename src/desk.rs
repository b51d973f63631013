//! Keeps the list of this machine in step with a shared store: what is learned and changed here goes
//! there, and what comes from there goes into the local list.
//!
//! Owns the leases and what waits to be sent. Must never write the local store, which the refresh
//! task's writer does, nor send anything that is not sealed.

mod connection;
mod incoming;
#[cfg(feature = "postgres")]
mod on_postgres;
mod outgoing;
mod rows;
mod seal;

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::hub::{Hub, HubCursor, HubError, Member};
use crate::refresh::Command;
#[cfg(not(feature = "postgres"))]
pub use NoSharedStore as SharedStore;
#[cfg(feature = "postgres")]
pub use on_postgres::SharedStore;
use rows::KnownThere;
pub use seal::DeskSeal;

/// So many changes wait for a shared store that is away; what is changed beyond is refused.
const MOST_WAITING: usize = 10_000;
/// The refresh task hands over so many batches of changes before it says that it cannot.
const BATCHES: usize = 1_024;
/// A store that is away is tried again after this, then after twice as long, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(12);

/// Makes connections to one shared store.
pub trait HubConnector: Send + Sync + 'static {
    type Connected: Hub;

    /// A new connection, which has not joined yet.
    fn connect(&self) -> impl Future<Output = Result<Arc<Self::Connected>, HubError>> + Send;
}

/// How a desk reaches the rest of its process.
#[derive(Debug)]
pub struct DeskLinks {
    pub details: Arc<dyn DetailSource>,
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    pub commands: mpsc::Sender<Command>,
}

/// A shared store, where this build knows none.
#[cfg(not(feature = "postgres"))]
#[derive(Clone, Copy, Debug)]
pub enum NoSharedStore {}

#[cfg(not(feature = "postgres"))]
impl NoSharedStore {
    /// There is none to be started.
    #[must_use]
    pub fn start<C: Clock>(
        self,
        _: DeskLinks,
        _: C,
        _: CancellationToken,
    ) -> tokio::task::JoinHandle<()> {
        match self {}
    }
}

/// One process beside a shared store.
pub struct DeskTask<K, C> {
    pub connector: K,
    pub seal: DeskSeal,
    pub member: Member,
    /// Requests a second that this machine's configuration allows.
    pub max_rps: f64,
    pub clock: C,
    /// Where the details of the sessions are read.
    pub details: Arc<dyn DetailSource>,
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    pub commands: mpsc::Sender<Command>,
}

/// What is remembered of a shared store from one connection to the next.
#[derive(Default)]
struct DeskState {
    cursor: HubCursor,
    known: HashMap<SessionId, KnownThere>,
    /// Sessions that somebody took off everybody's list.
    gone: HashSet<SessionId>,
    /// Changed here and not sent yet, oldest first.
    waiting: VecDeque<WaitingChange>,
    /// Why the store could not be used last.
    away: Option<HubError>,
}

/// A change that waits to be sent.
#[derive(Clone, Debug)]
struct WaitingChange {
    message: OutboxMessage,
    /// The version of the session's note that the operator saw when it was made.
    seen: i64,
}

impl<K: HubConnector, C: Clock> DeskTask<K, C> {
    /// Until cancelled. While the shared store is away the list goes on from the local one, nobody is
    /// asked beyond the leases, and what operators change waits.
    pub async fn run(self, cancelled: CancellationToken) {
        let (relay, mut changed) = mpsc::channel(BATCHES);
        if self.commands.send(Command::Share(relay)).await.is_err() {
            return;
        }
        let mut state = DeskState::default();
        let mut pause = FIRST;
        while !cancelled.is_cancelled() {
            // Where another process of this machine holds the local store, that one is the desk.
            let mut snapshots = self.snapshots.clone();
            tokio::select! {
                biased;
                () = cancelled.cancelled() => break,
                is_ours = snapshots.wait_for(|now| !now.health.beside) => match is_ours {
                    Ok(_ours) => {}
                    Err(_ended) => break,
                },
            }
            let begun = Instant::now();
            let Err(why) = self.in_step(&mut state, &mut changed, &cancelled).await else {
                continue;
            };
            if begun.elapsed() > LONGEST {
                pause = FIRST;
            }
            self.tell_away(&mut state, &why).await;
            // With chance, so that not all desks come back at one moment.
            let wait = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
            self.rests(wait, &mut state, &mut changed, &cancelled).await;
            pause = (pause * 2).min(LONGEST);
        }
    }

    async fn tell_away(&self, state: &mut DeskState, why: &HubError) {
        // Once, however often it is tried.
        if state.away.as_ref() != Some(why) {
            tracing::warn!(%why, "the shared store cannot be used");
            state.away = Some(why.clone());
        }
        self.tell(Command::SharedTrouble(Some(why.to_string()))).await;
    }

    /// The refresh task has ended where this cannot be told.
    async fn tell(&self, command: Command) {
        let _ended = self.commands.send(command).await;
    }

    /// Waits, and keeps what is changed meanwhile.
    async fn rests(
        &self,
        wait: Duration,
        state: &mut DeskState,
        changed: &mut mpsc::Receiver<Vec<OutboxMessage>>,
        cancelled: &CancellationToken,
    ) {
        let over = tokio::time::sleep(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return,
                () = &mut over => return,
                more = changed.recv() => match more {
                    Some(more) => state.waits(more),
                    None => return,
                },
            }
        }
    }
}

impl DeskState {
    /// A note of this machine's has this version: what she wrote after it, she wrote over it.
    fn wrote_note(&mut self, id: SessionId, version: i64) {
        self.known.entry(id).or_default().note_version = version;
        for later in &mut self.waiting {
            if matches!(&later.message, OutboxMessage::Kept(whose, ..) if *whose == id) {
                later.seen = version;
            }
        }
    }

    /// Keeps what is to be sent.
    fn waits(&mut self, more: Vec<OutboxMessage>) {
        let room = MOST_WAITING.saturating_sub(self.waiting.len());
        if more.len() > room {
            tracing::error!(lost = more.len() - room, "too much waits for the shared store");
        }
        for message in more.into_iter().take(room) {
            let id = match &message {
                OutboxMessage::Kept(id, ..) => Some(id),
                _ => None,
            };
            let seen = id.and_then(|id| self.known.get(id)).map_or(0, |known| known.note_version);
            self.waiting.push_back(WaitingChange { message, seen });
        }
    }
}
