//! What a shared store leaves to this process: shards, and the slots in which it may ask.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::Annotations;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::hub::lease::{Holding, Shard};
use crate::hub::slots::Slots;

/// What the shared store has confirmed to this process.
#[derive(Clone, Debug)]
pub struct ShardNews {
    pub holding: Holding,
    /// How far the server's clock is ahead of this machine's.
    pub ahead: SignedDuration,
    /// Requests a second of all processes together, at most.
    pub max_rps: f64,
}

/// What came from other machines.
#[derive(Clone, Debug, Default)]
pub struct SharedNews {
    /// Sessions that are new, or were answered.
    pub changed: Vec<WatchedSession>,
    /// Sessions that somebody took off the list.
    pub gone: Vec<SessionId>,
    /// Of other sessions only what operators keep.
    pub labels: Vec<LabelNews>,
}

/// The labels of a session, as the shared store has them.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelNews {
    pub entry: Arc<WatchEntry>,
    pub own: Arc<Annotations>,
}

/// How this process shares the list.
#[derive(Default)]
pub(super) struct Sharing {
    /// What operators change here goes to it too.
    pub(super) relay: Option<mpsc::Sender<Vec<OutboxMessage>>>,
    /// `None`: nothing was confirmed yet, and nobody may be asked.
    pub(super) news: Option<ShardNews>,
    /// Shards whose sessions are on the schedule.
    pub(super) scheduled: HashSet<Shard>,
    /// The slot of the last request, so that no two are sent in one.
    pub(super) last_slot: i64,
}

impl Sharing {
    /// The shards that may be asked for now, and the server's time.
    pub(super) fn held(
        &self,
        now: Instant,
        wall: Timestamp,
    ) -> Option<(Vec<Shard>, Timestamp, Slots)> {
        let news = self.news.as_ref()?;
        let held: Vec<Shard> =
            news.holding.trusted(now, wall).iter().map(|lease| lease.shard).collect();
        let theirs = wall.saturating_add(news.ahead).ok()?;
        (!held.is_empty()).then(|| (held, theirs, Slots::new(news.max_rps)))
    }
}
