//! A session with its answers and events, as panes, documents and commands of one session need it.

use std::ops::Deref;
use std::sync::Arc;

use crate::domain::events::change::TimelineEvent;
use crate::domain::session::Session;
use crate::domain::session::configuration::Configuration;
use crate::domain::session::instructions::Instructions;
use crate::domain::session::parts::Answers;
use crate::domain::watchlist::detail::Detail;
use crate::domain::watchlist::watched::WatchedSession;

/// A session of the list with its detail; all that the list knows of it is its own too.
#[derive(Clone, Debug)]
pub struct OpenSession {
    watched: Arc<WatchedSession>,
    pub answers: Arc<Answers>,
    pub timeline: Arc<Vec<TimelineEvent>>,
}

impl OpenSession {
    /// The session where its detail is at hand; `None`: it has to be read first.
    #[must_use]
    pub fn of(watched: &Arc<WatchedSession>) -> Option<Self> {
        let detail = watched.detail.as_ref()?;
        Some(Self::with(watched, detail))
    }

    /// The session with a detail that was read for it.
    #[must_use]
    pub fn with(watched: &Arc<WatchedSession>, detail: &Detail) -> Self {
        Self {
            watched: Arc::clone(watched),
            answers: Arc::clone(&detail.answers),
            timeline: Arc::clone(&detail.timeline),
        }
    }

    /// As [`OpenSession::of`], of a session that nothing shares yet.
    #[must_use]
    pub fn owned(watched: WatchedSession) -> Option<Self> {
        Self::of(&Arc::new(watched))
    }

    /// The last session result, if any.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        self.answers.session()
    }

    /// The last configuration, if any.
    #[must_use]
    pub fn configuration(&self) -> Option<&Configuration> {
        self.answers.configuration()
    }

    /// The letter, if it is set.
    #[must_use]
    pub fn instructions(&self) -> Option<&Instructions> {
        self.answers.instructions()
    }
}

impl Deref for OpenSession {
    type Target = WatchedSession;

    fn deref(&self) -> &WatchedSession {
        &self.watched
    }
}
