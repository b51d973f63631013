//! What was learned here, on its way to the shared store.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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
        let epochs: HashMap<Shard, i64> =
            leases.iter().map(|lease| (lease.shard, lease.epoch)).collect();
        let snapshot = Arc::clone(&self.desk.snapshots.borrow());
        let changed: Vec<Arc<WatchedSession>> =
            snapshot.sessions.since(&self.sent).changed.into_iter().map(Arc::clone).collect();
        let is_news = |session: &&Arc<WatchedSession>| {
            let known = state.known.get(&session.id());
            let last_ok = session.poll.last_ok.get();
            epochs.contains_key(&Shard::of(session.id()))
                && known.is_some_and(|known| last_ok.is_some() && known.last_ok != last_ok)
        };
        let news: Vec<Arc<WatchedSession>> =
            changed.iter().filter(is_news).map(Arc::clone).collect();
        for few in news.chunks(BATCH) {
            self.publish_few(few, &epochs, &leases, state).await?;
        }
        self.sent = snapshot.sessions.clone();
        Ok(())
    }

    async fn publish_few(
        &self,
        few: &[Arc<WatchedSession>],
        epochs: &HashMap<Shard, i64>,
        leases: &[Lease],
        state: &mut DeskState,
    ) -> Result<(), HubError> {
        let whole = self.with_details(few);
        let mut batch = HubBatch { leases: leases.to_vec(), observations: Vec::new() };
        for session in &whole {
            let (id, answered) = (session.id(), session.poll.last_ok.get());
            let (Some(epoch), Some(at)) = (epochs.get(&Shard::of(id)), answered) else { continue };
            let known = state.known.entry(id).or_default();
            let made = self.rows.observation(session, known, *epoch, self.theirs(at));
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
    fn with_details(&self, few: &[Arc<WatchedSession>]) -> Vec<Arc<WatchedSession>> {
        let lacking: Vec<SessionId> =
            few.iter().filter(|session| session.detail.is_none()).map(|s| s.id()).collect();
        let read =
            if lacking.is_empty() { Ok(Vec::new()) } else { self.desk.details.read(&lacking) };
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
