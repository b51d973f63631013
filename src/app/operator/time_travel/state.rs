//! The moment in the past that is shown.

use std::collections::HashMap;
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
    found: HashMap<SessionId, (Arc<Brief>, Arc<Detail>)>,
    pub(crate) waiting: Option<Waiting>,
}

/// What is done when the details have been read.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) errand: Errand,
    pub(crate) briefs: HashMap<SessionId, Arc<Brief>>,
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
        OpenSession::of(session).or_else(|| {
            let (brief, detail) = self.found.get(&session.id())?;
            let detail = Some(Arc::clone(detail)).filter(|_| Arc::ptr_eq(brief, &session.brief));
            OpenSession::owned(WatchedSession { detail, ..WatchedSession::clone(session) })
        })
    }

    /// Takes in what was read. Returns what was to be done then.
    pub(crate) fn take_in(&mut self, read: Vec<WatchedSession>) -> Option<Errand> {
        let Waiting { errand, briefs, .. } = self.waiting.take()?;
        for session in read {
            let id = session.id();
            if let (Some(brief), Some(detail)) = (briefs.get(&id), session.detail) {
                self.found.insert(id, (Arc::clone(brief), detail));
            }
        }
        Some(errand)
    }
}
