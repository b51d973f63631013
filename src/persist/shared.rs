//! What several processes need of one store: to find sessions by name, to leave messages for the
//! process that holds it, and to follow what that one learns.

use std::collections::{HashMap, HashSet};

use super::{PersistError, Persistence};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::storage::StoreFault;
use crate::domain::watchlist::watched::WatchedSession;

/// A store that other processes have open too.
pub trait SharedPersistence: Persistence {
    /// All sessions, archived ones too, without answers and timelines: enough to find one by name.
    fn listed(&mut self) -> Result<Vec<WatchedSession>, PersistError>;

    /// Those of [`SharedPersistence::listed`] that are named. Whether other references begin as
    /// theirs do is not looked for: a masked reference stays masked.
    fn listed_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError>;

    /// As [`Persistence::details`], for who shows references.
    fn load_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError>;

    /// Takes sessions off the list and keeps all that is known of them, for when they are added
    /// again. Returns how many were on it.
    fn archive(&mut self, ids: &[SessionId], made: &Made) -> Result<usize, PersistError> {
        let named = self.listed_named(ids)?;
        let on_list = named.iter().filter(|session| session.own.archived_at.is_none());
        let archived: Vec<OutboxMessage> = on_list
            .map(|session| {
                OutboxMessage::Kept(session.id(), AnnotationChange::Archived(true), made.clone())
            })
            .collect();
        self.post(&archived)?;
        Ok(archived.len())
    }

    /// Leaves these for the process that holds the store; durable when it returns. The list itself
    /// is changed at once. Where nobody holds the store, this process does the work itself.
    fn post(&mut self, left: &[OutboxMessage]) -> Result<(), PersistError>;

    /// What was left after this number, oldest first, and the last number.
    fn posts(&mut self, after: i64) -> Result<(Vec<OutboxMessage>, i64), PersistError>;

    /// What was left up to this number has been taken in and saved.
    fn taken(&mut self, number: i64) -> Result<(), PersistError>;

    /// Changes with whatever another process writes.
    fn version(&mut self) -> Result<i64, PersistError>;

    /// The rows as they are now.
    fn rows(&mut self) -> Result<SeenRows, PersistError>;

    /// Reads all of the store, and says which rows were read. Those that are other than they were
    /// seen come with their details, so that what happened to each can be told; where these are very
    /// many, as after an import, none does.
    fn look_at_all(&mut self, seen: &SeenRows) -> Result<(ListChanges, SeenRows), PersistError>;

    /// The same, without the sessions that are as they were seen; says who is gone.
    fn look_at_changes(&mut self, seen: &SeenRows)
    -> Result<(ListChanges, SeenRows), PersistError>;

    /// Reads all of what is stored, and mends its second copy. Says what was wrong with it, in words
    /// that may be shown to the operator.
    ///
    /// # Errors
    /// When it is damaged or not in its place.
    fn inspect(&mut self) -> Result<Option<String>, PersistError>;

    /// The operator has heard of sessions that are lost: [`Persistence::trouble`] says so no more.
    fn forget_lost(&mut self) -> Result<(), PersistError> {
        Ok(())
    }

    /// Opens all sessions with their answers and events, a few at a time, so that
    /// [`Persistence::trouble`] says what of them is not believed.
    fn read_through(&mut self) -> Result<ReadThrough, PersistError>;

    /// Something is to be erased, and waits because this machine's clock is not believed.
    fn erase_waits(&self) -> bool;
}

/// What reading all of a store has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadThrough {
    pub sessions: usize,
    /// Sessions of which something is not believed, and why.
    pub faults: Vec<(SessionId, StoreFault)>,
}

/// Of so many changes at one look each is told.
pub(super) const TOLD: usize = 256;

/// The rows as they were at the last look.
#[derive(Debug, Default)]
pub struct SeenRows {
    pub(super) versions: HashMap<SessionId, u64>,
    /// Sessions of which something was left for the holder.
    posted: HashSet<SessionId>,
}

impl SeenRows {
    pub(super) fn new(
        versions: impl Iterator<Item = (SessionId, u64)>,
        posts: impl IntoIterator<Item = OutboxMessage>,
    ) -> Self {
        let posted = posts.into_iter().filter_map(|post| match post {
            OutboxMessage::Added(entry) => Some(entry.id),
            OutboxMessage::Kept(id, ..) => Some(id),
            OutboxMessage::Removed(_) | OutboxMessage::Told(_) | OutboxMessage::Asked(_) => None,
        });
        Self { versions: versions.collect(), posted: posted.collect() }
    }

    /// Sessions that are other now, and those that are gone.
    pub(super) fn other(&self, now: &Self) -> HashSet<SessionId> {
        let Self { versions, posted } = self;
        let moved = now.versions.iter().filter(|(id, version)| versions.get(id) != Some(version));
        // What was left and is not taken in yet stands over the row; what was taken in no longer does.
        let others = now.posted.union(posted).filter(|id| now.versions.contains_key(id));
        moved.map(|(id, _)| id).chain(self.gone(now)).chain(others).copied().collect()
    }

    fn gone<'a>(&'a self, now: &'a Self) -> impl Iterator<Item = &'a SessionId> {
        self.versions.keys().filter(|id| !now.versions.contains_key(id))
    }

    /// The changes, where these sessions are what was found of [`SeenRows::other`].
    pub(super) fn changes(&self, now: &Self, changed: Vec<WatchedSession>) -> ListChanges {
        // A row that somebody else took away is told with its session, which stays on the list.
        let stay: HashSet<SessionId> = changed.iter().map(WatchedSession::id).collect();
        let gone = self.gone(now).filter(|id| !stay.contains(id)).copied().collect();
        ListChanges::Some { changed, gone }
    }
}

/// The list, with these sessions in their places.
pub(super) fn with_read(
    mut list: Vec<WatchedSession>,
    read: Vec<WatchedSession>,
) -> Vec<WatchedSession> {
    let mut read: HashMap<SessionId, WatchedSession> =
        read.into_iter().map(|session| (session.id(), session)).collect();
    for known in &mut list {
        if let Some(session) = read.remove(&known.id()) {
            *known = WatchedSession { shared_prefix: known.shared_prefix, ..session };
        }
    }
    list
}
