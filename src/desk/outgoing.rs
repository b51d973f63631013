//! What was learned here, on its way to the shared store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::connection::DeskConnection;
use super::rows::KnownThere;
use super::{DeskState, HubConnector};
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::snapshot::SessionTable;
use crate::domain::watchlist::watched::WatchedSession;
use crate::hub::{BATCH, Hub, HubBatch, HubError, Lease, Shard};

impl<K: HubConnector, C: Clock> DeskConnection<'_, K, C> {
    /// Sends what was learned of the sessions whose shards are held.
    pub(super) async fn publish(&mut self, state: &mut DeskState) -> Result<(), HubError> {
        let leases = self.leases();
        if leases.is_empty() {
            // With the next one all is looked at again.
            self.sent = SessionTable::default();
            return Ok(());
        }
        let snapshot = Arc::clone(&self.desk.links.snapshots.borrow());
        let is_news = |session: &&&Arc<WatchedSession>| {
            let known = state.known.get(&session.id());
            let last_ok = session.poll.last_ok.get();
            epoch_of(&leases, session.id()).is_some()
                && known.is_some_and(|known| last_ok.is_some() && known.last_ok != last_ok)
        };
        let changed = snapshot.sessions.since(&self.sent).changed;
        let news: Vec<Arc<WatchedSession>> =
            changed.iter().filter(is_news).map(|session| Arc::clone(session)).collect();
        for few in news.chunks(BATCH) {
            self.publish_few(few, &leases, state).await?;
        }
        self.sent = snapshot.sessions.clone();
        Ok(())
    }

    async fn publish_few(
        &self,
        few: &[Arc<WatchedSession>],
        leases: &[Lease],
        state: &mut DeskState,
    ) -> Result<(), HubError> {
        let whole = self.with_details(few).await;
        let mut batch = HubBatch { leases: leases.to_vec(), observations: Vec::new() };
        for session in &whole {
            let (id, answered) = (session.id(), session.poll.last_ok.get());
            let (Some(epoch), Some(at)) = (epoch_of(leases, id), answered) else { continue };
            let known = state.known.entry(id).or_default();
            let made = self.rows.observation(session, known, epoch, self.theirs(at));
            batch.observations.extend(made);
        }
        if batch.observations.is_empty() {
            return Ok(());
        }
        let published = self.hub.publish(&batch).await?;
        let dropped: HashSet<SessionId> = published.dropped.into_iter().collect();
        for session in whole.iter().filter(|session| !dropped.contains(&session.id())) {
            let known = state.known.entry(session.id()).or_default();
            *known = KnownThere {
                last_ok: session.poll.last_ok.get(),
                brief: Arc::clone(&session.brief),
                events: session.timeline().map_or(known.events, <[_]>::len),
                their_note: std::mem::take(&mut known.their_note),
            };
        }
        Ok(())
    }

    /// The sessions with their details: those that are not at hand are read from the local store.
    async fn with_details(&self, few: &[Arc<WatchedSession>]) -> Vec<Arc<WatchedSession>> {
        let lacking: Vec<SessionId> =
            few.iter().filter(|session| session.detail.is_none()).map(|s| s.id()).collect();
        if lacking.is_empty() {
            return few.to_vec();
        }
        let details = Arc::clone(&self.desk.links.details);
        // It reads from the disk, and the other tasks go on meanwhile.
        let read = spawn_blocking(move || details.read(&lacking)).await;
        let read = read.unwrap_or_else(|why| Err(why.to_string()));
        let read: HashMap<SessionId, WatchedSession> = match read {
            Ok(read) => read.into_iter().map(|session| (session.id(), session)).collect(),
            Err(why) => {
                tracing::warn!(%why, "responses cannot be read for the shared store");
                HashMap::new()
            }
        };
        let whole = |session: &Arc<WatchedSession>| match read.get(&session.id()) {
            Some(stored) => {
                let detail = stored.detail.clone();
                Arc::new(WatchedSession { detail, ..WatchedSession::clone(session) })
            }
            None => Arc::clone(session),
        };
        few.iter().map(whole).collect()
    }
}

/// The epoch of the lease on the shard of a session; `None`: it is not held.
fn epoch_of(leases: &[Lease], id: SessionId) -> Option<i64> {
    let shard = Shard::of(id);
    leases.iter().find(|lease| lease.shard == shard).map(|lease| lease.epoch)
}
