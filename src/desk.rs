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
mod waiting;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::unsent::UnsentStore;
use crate::hub::{Hub, HubCursor, HubError, Member};
use crate::refresh::{self, Command};
#[cfg(not(feature = "postgres"))]
pub use NoSharedStore as SharedStore;
#[cfg(feature = "postgres")]
pub use on_postgres::SharedStore;
use rows::KnownThere;
pub use seal::DeskSeal;
use waiting::WaitingChanges;

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
    /// Where the details of the sessions are read.
    pub details: Arc<dyn DetailSource>,
    /// Where what waits for the shared store is kept.
    pub unsent: Arc<dyn UnsentStore>,
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
    pub links: DeskLinks,
}

/// What is remembered of a shared store from one connection to the next.
#[derive(Default)]
struct DeskState {
    cursor: HubCursor,
    known: HashMap<SessionId, KnownThere>,
    /// Sessions that somebody took off everybody's list.
    gone: HashSet<SessionId>,
}

impl<K: HubConnector, C: Clock> DeskTask<K, C> {
    /// Until cancelled. While the shared store is away the list goes on from the local one, requests
    /// end with the leases, and what operators change waits.
    pub async fn run(self, cancelled: CancellationToken) {
        let (relay, changed) = mpsc::channel(BATCHES);
        self.tell(Command::Share(relay)).await;
        // From here on the snapshots say whether another process holds the local store.
        refresh::published(&self.links.commands).await;
        let waiting = WaitingChanges::new(Arc::clone(&self.links.unsent));
        let received = waiting.receive(changed, &self.links.commands);
        tokio::join!(received, self.connects(&waiting, &cancelled));
    }

    /// Connects again and again, until cancelled.
    async fn connects(&self, waiting: &WaitingChanges, cancelled: &CancellationToken) {
        let mut state = DeskState::default();
        let mut pause = FIRST;
        while self.holds_the_list(waiting, cancelled).await {
            let begun = Instant::now();
            let done = if waiting.take_up().await {
                self.in_step(&mut state, waiting, cancelled).await
            } else {
                waiting.tell(&self.links.commands).await;
                Ok(())
            };
            // What was sent waits no longer, however the connection ended.
            waiting.save().await;
            if let Err(why) = done {
                // Once, however often it is tried.
                if waiting.is_away(Some(&why)) {
                    tracing::warn!(%why, "the shared store cannot be used");
                }
                waiting.tell(&self.links.commands).await;
            }
            if begun.elapsed() > LONGEST {
                pause = FIRST;
            }
            // With chance, so that not all desks come back at one moment.
            let wait = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
            let _over = tokio::time::timeout(wait, cancelled.cancelled()).await;
            pause = (pause * 2).min(LONGEST);
        }
    }

    /// Waits while another process of this machine holds the local store: that one is the desk.
    /// False: the program ends before it does.
    async fn holds_the_list(
        &self,
        waiting: &WaitingChanges,
        cancelled: &CancellationToken,
    ) -> bool {
        let mut snapshots = self.links.snapshots.clone();
        if snapshots.borrow().health.beside {
            waiting.leave().await;
        }
        tokio::select! {
            biased;
            () = cancelled.cancelled() => false,
            is_ours = snapshots.wait_for(|now| !now.health.beside) => is_ours.is_ok(),
        }
    }

    /// The refresh task has ended where this cannot be told.
    async fn tell(&self, command: Command) {
        let _ended = self.links.commands.send(command).await;
    }
}
