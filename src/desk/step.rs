//! One connection to the shared store, for as long as it holds.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::rows::{KnownThere, Rows};
use super::{Desk, DeskState, HubConnector, Waiting};
use crate::clock::Clock;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made, OwnAction};
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::SessionTable;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::hub::lease::Holding;
use crate::hub::{
    BATCH, Beat, Hub, HubBatch, HubCursor, HubDetail, HubError, HubPage, HubReply, HubRow, Joined,
    Lease, MemberRole, Shard,
};
use crate::refresh::Command;
use crate::refresh::shards::ShardNews;

/// A lease is renewed this often.
const BEAT: Duration = Duration::from_secs(2);
/// What has changed is read this often though nothing woke this process: wakes get lost.
const PULL: Duration = Duration::from_secs(15);
/// What was learned is sent at most this often.
const SEND: Duration = Duration::from_millis(100);
/// Details of so many sessions are read at once.
const DETAILS: usize = 64;

/// One connection, and what belongs to it alone.
struct Step<'a, K: HubConnector, C> {
    desk: &'a Desk<K, C>,
    hub: &'a K::Connected,
    rows: Rows<'a>,
    joined: Joined,
    holding: Option<Holding>,
    /// Shards to be freed at the next beat, when no request for them is under way any more.
    surplus: Vec<Shard>,
    /// How far the server's clock is ahead of ours.
    ahead: SignedDuration,
    /// As it was when what was learned was last sent.
    sent: SessionTable,
}

impl<K: HubConnector, C: Clock> Desk<K, C> {
    /// Until cancelled, until another process takes the local store, or until the connection fails.
    pub(super) async fn in_step(
        &self,
        state: &mut DeskState,
        changed: &mut mpsc::Receiver<Vec<OutboxMessage>>,
        cancelled: &CancellationToken,
    ) -> Result<(), HubError> {
        let hub = self.connector.connect().await?;
        let joined = hub.join(&self.member).await?;
        let mut step = Step {
            desk: self,
            hub: &*hub,
            rows: Rows { seal: &self.seal, store: joined.store },
            joined,
            holding: None,
            surplus: Vec::new(),
            ahead: SignedDuration::ZERO,
            sent: SessionTable::default(),
        };
        step.pull(state).await?;
        step.add_what_is_missing(state).await?;
        self.tell(Command::SharedTrouble(None)).await;
        let every = |span| {
            let mut ticks = interval(span);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let (mut beats, mut pulls) = (every(BEAT), every(PULL));
        let mut sending = every(SEND);
        let mut snapshots = self.snapshots.clone();
        snapshots.mark_changed();
        loop {
            step.send_waiting(state).await?;
            tokio::select! {
                biased;
                () = cancelled.cancelled() => return step.end(state, changed).await,
                _ = beats.tick() => step.beat().await?,
                more = changed.recv() => match more {
                    Some(more) => state.waits(more),
                    None => return step.end(state, changed).await,
                },
                woken = hub.woken() => {
                    woken?;
                    step.pull(state).await?;
                }
                _ = pulls.tick() => step.pull(state).await?,
                // In this order: a snapshot is waited for only when it may be sent.
                published = async { sending.tick().await; snapshots.changed().await } => {
                    if published.is_err() || snapshots.borrow_and_update().health.beside {
                        return step.end(state, changed).await;
                    }
                    step.publish(state).await?;
                }
            }
        }
    }
}

impl<K: HubConnector, C: Clock> Step<'_, K, C> {
    /// What was learned and changed last is sent, and another may go on at once.
    async fn end(
        &mut self,
        state: &mut DeskState,
        changed: &mut mpsc::Receiver<Vec<OutboxMessage>>,
    ) -> Result<(), HubError> {
        while let Ok(more) = changed.try_recv() {
            state.waits(more);
        }
        self.send_waiting(state).await?;
        self.publish(state).await?;
        let held: Vec<Shard> = self.leases().iter().map(|lease| lease.shard).collect();
        self.hub.free(&held).await
    }

    /// The leases that may be believed now.
    fn leases(&self) -> Vec<Lease> {
        let trusted =
            |holding: &Holding| holding.trusted(Instant::now(), self.desk.clock.now()).to_vec();
        self.holding.as_ref().map(trusted).unwrap_or_default()
    }

    fn ours(&self, at: Timestamp) -> Timestamp {
        at.saturating_sub(self.ahead).unwrap_or(at)
    }

    fn theirs(&self, at: Timestamp) -> Timestamp {
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
        while let Some(first) = state.waiting.front().cloned() {
            let instead = self.send(&first, state).await?;
            // Only now: what was not sent is sent again, and does nothing twice.
            state.waiting.pop_front();
            if let Some(instead) = instead {
                state.waiting.push_front(instead);
            }
        }
        Ok(())
    }

    /// Sends one; with what is to be sent in its place.
    async fn send(
        &self,
        waiting: &Waiting,
        state: &mut DeskState,
    ) -> Result<Option<Waiting>, HubError> {
        let (id, action) = match &waiting.message {
            OutboxMessage::Added(entry) => {
                self.add(&[entry], state).await?;
                return Ok(None);
            }
            OutboxMessage::Removed(id) => (*id, self.rows.removal(*id)),
            OutboxMessage::Kept(id, change, made) => {
                (*id, self.rows.action(*id, change, made, waiting.seen))
            }
            // Hints and wishes are for the process that asks; each hears of its own.
            OutboxMessage::Told(_) | OutboxMessage::Asked(_) => return Ok(None),
        };
        let Some(action) = action else { return Ok(None) };
        match self.hub.keep(&action).await {
            Ok(HubReply::Conflict(_)) => {
                // What stands there is read before it is joined.
                self.pull(state).await?;
                Ok(joined(waiting, state.known.get(&id)))
            }
            Err(HubError::NotListed) => Ok(None),
            done => done.map(|_reply| None),
        }
    }

    async fn add(&self, entries: &[&WatchEntry], state: &mut DeskState) -> Result<(), HubError> {
        let sealed: Option<Vec<_>> = entries.iter().map(|entry| self.rows.entry(entry)).collect();
        let Some(sealed) = sealed else { return Ok(()) };
        for few in sealed.chunks(BATCH) {
            self.hub.add(few).await?;
        }
        for entry in entries {
            state.gone.remove(&entry.id);
            state.known.entry(entry.id).or_default();
        }
        Ok(())
    }

    /// What this machine had on its list before it came here goes on everybody's.
    async fn add_what_is_missing(&self, state: &mut DeskState) -> Result<(), HubError> {
        if !self.joined.may_edit {
            return Ok(());
        }
        let snapshot = Arc::clone(&self.desk.snapshots.borrow());
        let is_new = |session: &&Arc<WatchedSession>| {
            let id = session.id();
            !state.known.contains_key(&id) && !state.gone.contains(&id)
        };
        let missing: Vec<&WatchEntry> =
            snapshot.sessions.iter().filter(is_new).map(|session| &*session.entry).collect();
        self.add(&missing, state).await
    }

    /// Sends what was learned of the sessions whose shards are held.
    async fn publish(&mut self, state: &mut DeskState) -> Result<(), HubError> {
        let leases = self.leases();
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
        // What was not to be sent now, for want of a lease, is looked at again with the next one.
        if leases.is_empty() {
            self.sent = SessionTable::default();
        } else {
            self.sent = snapshot.sessions.clone();
        }
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
                note_version: known.note_version,
                note: std::mem::take(&mut known.note),
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

    /// Takes in all that has changed.
    async fn pull(&self, state: &mut DeskState) -> Result<(), HubError> {
        loop {
            let page = match self.hub.pull(&state.cursor).await {
                Err(HubError::StartOver) => {
                    state.cursor = HubCursor::default();
                    state.known.clear();
                    continue;
                }
                page => page?,
            };
            let more = page.more;
            self.take_in(page, state).await?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn take_in(&self, page: HubPage, state: &mut DeskState) -> Result<(), HubError> {
        let mut changed = Vec::new();
        let (gone, rows): (Vec<HubRow>, Vec<HubRow>) =
            page.rows.into_iter().partition(|row| row.gone);
        let mut histories: HashMap<SessionId, Vec<OwnAction>> = HashMap::new();
        for (id, action) in page.actions.iter().filter_map(|line| self.rows.history(line)) {
            histories.entry(id).or_default().push(action);
        }
        let mut unread = 0;
        for few in rows.chunks(DETAILS) {
            let details = self.details_of(few, state).await?;
            for row in few {
                match self.session(row, details.get(&row.id), &mut histories, state) {
                    Some(session) => changed.push(session),
                    None => unread += 1,
                }
            }
        }
        if unread > 0 {
            tracing::warn!(
                unread,
                "rows of the shared store are sealed with another key or altered"
            );
        }
        let gone: Vec<SessionId> = gone.into_iter().map(|row| row.id).collect();
        for id in &gone {
            state.known.remove(id);
            state.gone.insert(*id);
        }
        if !(changed.is_empty() && gone.is_empty()) {
            self.desk.tell(Command::Merge(ListChanges::Some { changed, gone })).await;
        }
        state.cursor = page.next;
        Ok(())
    }

    /// Answers and events of the rows that were answered since they were read.
    async fn details_of(
        &self,
        rows: &[HubRow],
        state: &DeskState,
    ) -> Result<HashMap<SessionId, HubDetail>, HubError> {
        let held: HashSet<Shard> = self.leases().iter().map(|lease| lease.shard).collect();
        let is_news = |row: &&HubRow| {
            // Of a session that this process asks for it knows more than the shared store.
            row.answered_at.is_some()
                && !held.contains(&Shard::of(row.id))
                && state.known.get(&row.id).and_then(|known| known.last_ok)
                    != row.answered_at.map(|at| self.ours(at))
        };
        let ids: Vec<SessionId> = rows.iter().filter(is_news).map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let read = self.hub.details(&ids).await?;
        Ok(read.into_iter().map(|detail| (detail.id, detail)).collect())
    }

    /// The session of a row; `None`: it cannot be read.
    fn session(
        &self,
        row: &HubRow,
        detail: Option<&HubDetail>,
        histories: &mut HashMap<SessionId, Vec<OwnAction>>,
        state: &mut DeskState,
    ) -> Option<WatchedSession> {
        let snapshot = Arc::clone(&self.desk.snapshots.borrow());
        let ours = snapshot.sessions.get(row.id).or_else(|| snapshot.archived.get(row.id));
        let answered_at = row.answered_at.map(|at| self.ours(at));
        let mut session = self.rows.session(ours.map(|ours| &**ours), row, detail, answered_at)?;
        let known = state.known.entry(row.id).or_default();
        known.note_version = row.labels.note_version;
        known.note.clone_from(&session.own.note);
        if let Some(detail) = detail {
            known.last_ok = session.poll.last_ok.get();
            known.brief = Arc::clone(&session.brief);
            known.events = detail.events.len();
        }
        if let Some(actions) = histories.remove(&row.id) {
            let mut own = (*session.own).clone();
            own.remember(actions);
            session.own = Arc::new(own);
        }
        // What was changed here and not sent yet stands over it.
        for waiting in &state.waiting {
            if let OutboxMessage::Kept(id, change, made) = &waiting.message
                && *id == row.id
            {
                session.keep(change, made.clone());
            }
        }
        Some(session)
    }
}

/// Another operator wrote a note at the same time: both stand in one, theirs first.
fn joined(waiting: &Waiting, known: Option<&KnownThere>) -> Option<Waiting> {
    let OutboxMessage::Kept(id, AnnotationChange::Note(ours), made) = &waiting.message else {
        return None;
    };
    let theirs = known.map(|known| known.note.as_str()).unwrap_or_default();
    let both = match (theirs, ours.as_str()) {
        ("", only) | (only, "") => only.to_owned(),
        (theirs, ours) if theirs.contains(ours) => theirs.to_owned(),
        (theirs, ours) => format!("{theirs} · {ours}"),
    };
    let made = Made::new(made.at, made.by.clone());
    let message = OutboxMessage::Kept(*id, AnnotationChange::Note(both), made);
    Some(Waiting { message, seen: known.map_or(0, |known| known.note_version) })
}
