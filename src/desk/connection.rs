//! One connection to the shared store, for as long as it holds.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::rows::SealedRows;
use super::waiting::WaitingChanges;
use super::{DeskState, DeskTask, HubConnector};
use crate::clock::Clock;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::{SessionTable, Snapshot};
use crate::domain::watchlist::unsent::UnsentChange;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::hub::lease::Holding;
use crate::hub::{BATCH, Beat, Hub, HubError, HubReply, Joined, Lease, MemberRole, Shard};
use crate::refresh::Command;
use crate::refresh::shards::ShardNews;

/// A lease is renewed this often.
const BEAT: Duration = Duration::from_secs(2);
/// What has changed is read this often though nothing woke this process: wakes get lost.
const PULL: Duration = Duration::from_secs(15);
/// What was learned is sent at most this often.
const SEND: Duration = Duration::from_millis(100);

/// One connection, and what belongs to it alone.
pub(super) struct DeskConnection<'a, K: HubConnector, C> {
    pub(super) desk: &'a DeskTask<K, C>,
    pub(super) hub: &'a K::Connected,
    pub(super) rows: SealedRows<'a>,
    pub(super) waiting: &'a WaitingChanges,
    joined: Joined,
    holding: Option<Holding>,
    /// Shards to be freed at the next beat, when no request for them is under way any more.
    surplus: Vec<Shard>,
    /// How far the server's clock is ahead of ours.
    ahead: SignedDuration,
    /// As it was when what was learned was last sent.
    pub(super) sent: SessionTable,
}

impl<K: HubConnector, C: Clock> DeskTask<K, C> {
    /// Until cancelled, until another process takes the local store, or until the connection fails.
    pub(super) async fn in_step(
        &self,
        state: &mut DeskState,
        waiting: &WaitingChanges,
        cancelled: &CancellationToken,
    ) -> Result<(), HubError> {
        let hub = self.connector.connect().await?;
        let joined = hub.join(&self.member).await?;
        let mut connection = DeskConnection::new(self, &*hub, joined, waiting);
        connection.pull(state).await?;
        connection.add_what_is_missing(state).await?;
        let _news = waiting.is_away(None);
        waiting.tell(&self.links.commands).await;
        let mut ticks = DeskTicks::new(self.links.snapshots.clone());
        loop {
            connection.send_waiting(state).await?;
            match ticks.next(&*hub, waiting, cancelled).await? {
                Turn::Beat => connection.beat().await?,
                Turn::Pull => connection.pull(state).await?,
                Turn::Publish => connection.publish(state).await?,
                Turn::Send => {}
                Turn::End => return connection.end(state).await,
            }
        }
    }
}

/// What comes next on a connection.
enum Turn {
    Beat,
    Pull,
    Publish,
    Send,
    End,
}

/// When it is time for what.
struct DeskTicks {
    beats: Interval,
    pulls: Interval,
    sending: Interval,
    snapshots: watch::Receiver<Arc<Snapshot>>,
}

impl DeskTicks {
    fn new(mut snapshots: watch::Receiver<Arc<Snapshot>>) -> Self {
        let every = |span| {
            let mut ticks = interval(span);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        snapshots.mark_changed();
        Self { beats: every(BEAT), pulls: every(PULL), sending: every(SEND), snapshots }
    }

    async fn next(
        &mut self,
        hub: &impl Hub,
        waiting: &WaitingChanges,
        cancelled: &CancellationToken,
    ) -> Result<Turn, HubError> {
        let Self { beats, pulls, sending, snapshots } = self;
        // In this order: a snapshot is waited for only when it may be sent.
        let published = async {
            sending.tick().await;
            let goes_on = snapshots.changed().await.is_ok();
            goes_on && !snapshots.borrow_and_update().health.beside
        };
        Ok(tokio::select! {
            biased;
            () = cancelled.cancelled() => Turn::End,
            _ = beats.tick() => Turn::Beat,
            () = waiting.news.notified() => Turn::Send,
            woken = hub.woken() => woken.map(|()| Turn::Pull)?,
            _ = pulls.tick() => Turn::Pull,
            goes_on = published => if goes_on { Turn::Publish } else { Turn::End },
        })
    }
}

impl<'a, K: HubConnector, C: Clock> DeskConnection<'a, K, C> {
    fn new(
        desk: &'a DeskTask<K, C>,
        hub: &'a K::Connected,
        joined: Joined,
        waiting: &'a WaitingChanges,
    ) -> Self {
        Self {
            waiting,
            desk,
            hub,
            rows: SealedRows { seal: &desk.seal, store: joined.store },
            joined,
            holding: None,
            surplus: Vec::new(),
            ahead: SignedDuration::ZERO,
            sent: SessionTable::default(),
        }
    }

    /// What was learned and changed last is sent, and another may go on at once.
    async fn end(&mut self, state: &mut DeskState) -> Result<(), HubError> {
        if !self.desk.links.snapshots.borrow().health.beside {
            self.waiting.all_in.cancelled().await;
        }
        self.send_waiting(state).await?;
        self.publish(state).await?;
        let held: Vec<Shard> = self.leases().iter().map(|lease| lease.shard).collect();
        if held.is_empty() { Ok(()) } else { self.hub.free(&held).await }
    }

    /// The leases that may be believed now.
    pub(super) fn leases(&self) -> Vec<Lease> {
        let trusted =
            |holding: &Holding| holding.trusted(Instant::now(), self.desk.clock.now()).to_vec();
        self.holding.as_ref().map(trusted).unwrap_or_default()
    }

    pub(super) fn ours(&self, at: Timestamp) -> Timestamp {
        at.saturating_sub(self.ahead).unwrap_or(at)
    }

    pub(super) fn theirs(&self, at: Timestamp) -> Timestamp {
        at.saturating_add(self.ahead).unwrap_or(at)
    }

    /// Renews the leases, and takes and frees shards so that all pollers have as many.
    async fn beat(&mut self) -> Result<(), HubError> {
        let surplus = std::mem::take(&mut self.surplus);
        if !surplus.is_empty() {
            self.hub.free(&surplus).await?;
        }
        let now = || (Instant::now(), self.desk.clock.now());
        let (sent, wall) = now();
        let mut beat = self.hub.beat().await?;
        let mut confirmed = (sent, wall, self.desk.clock.now());
        let wanted = self.wanted(&beat);
        if usize::from(wanted) > beat.leases.len() {
            let (sent, wall) = now();
            beat = self.hub.take(wanted).await?;
            confirmed = (sent, wall, self.desk.clock.now());
        }
        let (sent, wall, answered) = confirmed;
        self.ahead = beat.offset(wall, answered);
        let keep = usize::from(wanted).min(beat.leases.len());
        self.surplus = beat.leases.split_off(keep).iter().map(|lease| lease.shard).collect();
        let holding = Holding::confirmed(&beat, sent, wall);
        self.holding = Some(holding.clone());
        let max_rps =
            self.joined.max_rps.map_or(self.desk.max_rps, |all| all.min(self.desk.max_rps));
        let news = ShardNews { holding, ahead: self.ahead, max_rps };
        self.desk.tell(Command::Shards(news)).await;
        Ok(())
    }

    /// How many shards this process should hold.
    fn wanted(&self, beat: &Beat) -> u8 {
        let asks = match self.desk.member.role {
            MemberRole::Poller => true,
            // The small office without a poller: whoever comes first asks.
            MemberRole::Desk => beat.pollers == 0,
            MemberRole::Viewer => false,
        };
        if asks && self.joined.may_poll { beat.wanted() } else { 0 }
    }

    /// Sends what was changed here, in its order.
    async fn send_waiting(&self, state: &mut DeskState) -> Result<(), HubError> {
        while let Some(first) = self.waiting.first() {
            let instead = self.send(&first, state).await?;
            // Only now: what was not sent is sent again, and does nothing twice.
            self.waiting.sent(&first, instead);
        }
        self.waiting.save().await;
        Ok(())
    }

    /// Sends one change. Returns what has to be sent in its place.
    async fn send(
        &self,
        waiting: &UnsentChange,
        state: &mut DeskState,
    ) -> Result<Option<UnsentChange>, HubError> {
        let (id, action) = match &waiting.message {
            OutboxMessage::Added(entry) => {
                self.add(&[entry], state).await?;
                return Ok(None);
            }
            OutboxMessage::Removed(id) => (*id, self.rows.removal(*id, waiting.action)),
            OutboxMessage::Kept(id, change, made) => {
                (*id, self.rows.action(*id, change, made, waiting))
            }
            OutboxMessage::Told(_) | OutboxMessage::Asked(_) => return Ok(None),
        };
        let Some(action) = action else { return Ok(None) };
        match self.hub.keep(&action).await {
            Ok(HubReply::Conflict(_)) => {
                // What stands there is read before it is joined.
                self.pull(state).await?;
                let theirs = state.known.get(&id).map_or("", |known| known.their_note.as_str());
                Ok(joined(waiting, theirs, self.waiting.shown(id)))
            }
            Ok(HubReply::Done(version) | HubReply::Known(version)) => {
                if let OutboxMessage::Kept(_, AnnotationChange::Note(_), _) = &waiting.message {
                    self.waiting.wrote_note(id, version);
                }
                Ok(None)
            }
            Err(HubError::NotListed) => Ok(None),
            // What waits behind it is not to wait for ever.
            Err(HubError::Unfit(why)) => {
                self.stays_here(why).await;
                Ok(None)
            }
            Err(why) => Err(why),
        }
    }

    async fn add(&self, entries: &[&WatchEntry], state: &mut DeskState) -> Result<(), HubError> {
        let sealed: Option<Vec<_>> = entries.iter().map(|entry| self.rows.entry(entry)).collect();
        let Some(sealed) = sealed else { return Ok(()) };
        for few in sealed.chunks(BATCH) {
            match self.hub.add(few).await {
                Err(HubError::Unfit(_)) => {
                    for one in few.chunks(1) {
                        match self.hub.add(one).await {
                            Err(HubError::Unfit(why)) => self.stays_here(why).await,
                            added => drop(added?),
                        }
                    }
                }
                added => drop(added?),
            }
        }
        for entry in entries {
            state.gone.remove(&entry.id);
            state.known.entry(entry.id).or_default();
        }
        Ok(())
    }

    async fn stays_here(&self, why: String) {
        self.waiting.stays_here(why, &self.desk.links.commands).await;
    }

    /// What this machine had on its list before it came here goes on everybody's.
    async fn add_what_is_missing(&self, state: &mut DeskState) -> Result<(), HubError> {
        if !self.joined.may_edit {
            return Ok(());
        }
        let snapshot = Arc::clone(&self.desk.links.snapshots.borrow());
        let is_new = |session: &&Arc<WatchedSession>| {
            let id = session.id();
            !state.known.contains_key(&id) && !state.gone.contains(&id)
        };
        let missing: Vec<&Arc<WatchedSession>> = snapshot.sessions.iter().filter(is_new).collect();
        let entries: Vec<&WatchEntry> = missing.iter().map(|session| &*session.entry).collect();
        self.add(&entries, state).await?;
        let labels = missing.into_iter().flat_map(|session| self.labels(session));
        if self.waiting.add(labels.collect()) {
            self.waiting.save().await;
        }
        Ok(())
    }

    /// What an operator has kept of a session here, for everybody.
    fn labels(&self, session: &WatchedSession) -> Vec<OutboxMessage> {
        let (id, own) = (session.id(), &session.own);
        let now = || Made::new(self.desk.clock.now(), None);
        let mut kept = Vec::new();
        let mut keep = |change, made: Option<&Made>| {
            kept.push(OutboxMessage::Kept(id, change, made.cloned().unwrap_or_else(now)));
        };
        if !own.note.is_empty() {
            keep(AnnotationChange::Note(own.note.clone()), own.note_made());
        }
        if own.pinned {
            let change = AnnotationChange::Pinned(true);
            keep(change.clone(), own.last_made(&change));
        }
        if let Some(acknowledged) = &own.acknowledged {
            let change = AnnotationChange::Acknowledged(Some(acknowledged.reasons.clone()));
            keep(change, own.acknowledgement_made());
        }
        if own.snoozed_until.is_some() {
            let change = AnnotationChange::Snoozed(own.snoozed_until);
            keep(change.clone(), own.last_made(&change));
        }
        kept
    }
}

/// Another operator wrote a note at the same time: both stand in one, theirs first.
fn joined(waiting: &UnsentChange, theirs: &str, seen: Option<i64>) -> Option<UnsentChange> {
    let OutboxMessage::Kept(id, AnnotationChange::Note(ours), made) = &waiting.message else {
        return None;
    };
    let both = match (theirs, ours.as_str()) {
        ("", only) | (only, "") => only.to_owned(),
        (theirs, ours) if theirs.contains(ours) => theirs.to_owned(),
        (theirs, ours) => format!("{theirs} · {ours}"),
    };
    let made = Made::new(made.at, made.by.clone());
    let message = OutboxMessage::Kept(*id, AnnotationChange::Note(both), made);
    Some(UnsentChange::new(message, seen))
}
