//! The moment in the past that is shown.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::list::sessions::Sessions;
use crate::domain::brief::Brief;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail::Detail;
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::watched::WatchedSession;

/// What goes on meanwhile, unseen. The moment that is shown is the model's `times.now`.
#[derive(Debug)]
pub(crate) struct TimeTravel {
    pub(crate) live: Sessions,
    pub(crate) notice: Vec<String>,
}

/// Details that were read for the past: those of the sessions to which something has happened since.
#[derive(Debug, Default)]
pub(crate) struct PastDetails {
    /// Each with the brief that the session had then: with another one it is no longer the session's.
    /// `None`: it was looked for and is not there.
    read: HashMap<SessionId, (Arc<Brief>, Option<Arc<Detail>>)>,
    pub(crate) waiting: Option<Waiting>,
}

/// What is done when the details have been read.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) errand: Errand,
    /// Of the sessions that are read.
    pub(crate) briefs: BTreeMap<SessionId, Arc<Brief>>,
    /// It has been asked for.
    pub(crate) asked: bool,
}

/// Where the operator wants to go in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    Step { back: bool },
    To(Timestamp),
}

impl PastDetails {
    /// The session with its detail, where that is at hand or was read.
    pub(crate) fn opened(&self, session: &Arc<WatchedSession>) -> Option<OpenSession> {
        let read = || Some(OpenSession::with(session, self.of(session)?.as_ref()?));
        OpenSession::of(session).or_else(read)
    }

    /// The session's detail has to be read. One that is not there is not looked for again.
    pub(crate) fn lacks(&self, session: &WatchedSession) -> bool {
        session.detail.is_none() && self.of(session).is_none()
    }

    fn of(&self, session: &WatchedSession) -> Option<&Option<Arc<Detail>>> {
        let (brief, detail) = self.read.get(&session.id())?;
        Arc::ptr_eq(brief, &session.brief).then_some(detail)
    }

    /// Takes in what was read. Returns what was to be done then.
    pub(crate) fn take_in(&mut self, read: Vec<WatchedSession>) -> Option<Errand> {
        let Waiting { errand, briefs, .. } = self.waiting.take()?;
        let mut details: HashMap<SessionId, Arc<Detail>> =
            read.into_iter().filter_map(|session| Some((session.id(), session.detail?))).collect();
        for (id, brief) in briefs {
            self.read.insert(id, (brief, details.remove(&id)));
        }
        Some(errand)
    }
}
