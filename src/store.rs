//! The one writer of the state of the world (invariant I1).
//!
//! Owns [`Store`]: applies observations and local changes, publishes snapshots. Must never know the
//! API, the disk, or the screen.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::domain::configuration::Configuration;
use crate::domain::ids::SessionId;
use crate::domain::instructions::Instructions;
use crate::domain::session::Session;
use crate::domain::snapshot::{Health, Snapshot};
use crate::domain::watched::{Answer, PollState, WatchEntry, WatchedSession};

/// What was learned of one session.
#[derive(Clone, Debug)]
pub enum Observation {
    /// A session result.
    Session(Answer<Session>),
    /// A configuration.
    Configuration(Answer<Configuration>),
    /// A letter.
    Letter(Answer<Instructions>),
    /// The API says there is no letter.
    LetterNotSet(Timestamp),
    /// The API says there is no such session.
    Missing(Timestamp),
}

/// The writer. There is one in a process; it lives in the refresh task.
#[derive(Debug)]
pub struct Store {
    publisher: watch::Sender<Arc<Snapshot>>,
}

impl Store {
    /// A store that knows these sessions, and where its snapshots can be read.
    #[must_use]
    pub fn new(known: Vec<WatchedSession>) -> (Self, watch::Receiver<Arc<Snapshot>>) {
        let _ = known;
        let (publisher, reader) = watch::channel(Arc::default());
        (Self { publisher }, reader)
    }

    /// The state of the world now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.publisher.borrow())
    }

    /// Takes in one observation. True when content changed and a snapshot was published; an equal
    /// one (clocks aside) publishes nothing, and its fetch time goes out with the next
    /// [`Store::set_polling`].
    pub fn observe(&mut self, id: SessionId, observation: Observation) -> bool {
        let _ = (id, observation);
        false
    }

    /// Publishes how polling goes, for the profile and for some sessions, in one snapshot; nothing
    /// when nothing differs.
    pub fn set_polling(&mut self, health: Health, sessions: Vec<(SessionId, PollState)>) -> bool {
        let _ = (health, sessions);
        false
    }

    /// Puts sessions on the list; an entry already there is replaced, its answers stay.
    pub fn add(&mut self, entries: Vec<WatchEntry>) {
        let _ = entries;
    }

    /// Takes sessions off the list.
    pub fn remove(&mut self, ids: &[SessionId]) {
        let _ = ids;
    }
}
