//! A store that forgets: for `demo` and `--no-state`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::{PersistError, Persistence};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// Sessions in the order of adding.
#[derive(Debug, Default)]
pub struct Memory {
    sessions: Vec<WatchedSession>,
    state: BTreeMap<String, String>,
}

impl Memory {
    /// A store that begins with these sessions.
    #[must_use]
    pub const fn holding(sessions: Vec<WatchedSession>) -> Self {
        Self { sessions, state: BTreeMap::new() }
    }
}

impl Persistence for Memory {
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(self.sessions.clone())
    }

    fn details(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        let ids: HashSet<&SessionId> = ids.iter().collect();
        let named = self.sessions.iter().filter(|session| ids.contains(&session.id()));
        Ok(named.cloned().collect())
    }

    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError> {
        for entry in entries {
            match self.sessions.iter_mut().find(|known| known.id() == entry.id) {
                Some(known) => {
                    known.entry = Arc::new(entry.clone().over(&known.entry));
                    Arc::make_mut(&mut known.own).archived_at = None;
                }
                None => self.sessions.push(WatchedSession::new(entry.clone())),
            }
        }
        Ok(())
    }

    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError> {
        let before = self.sessions.len();
        self.sessions.retain(|known| !ids.contains(&known.id()));
        Ok(before - self.sessions.len())
    }

    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        for session in sessions {
            let known = self.sessions.iter().find(|known| known.id() == session.id());
            let Some(known) = known.filter(|k| k.poll.last_ok <= session.poll.last_ok) else {
                continue;
            };
            let (entry, own) = (Arc::clone(&known.entry), Arc::clone(&known.own));
            let personal = known.personal;
            let learned = WatchedSession { entry, own, personal, ..WatchedSession::clone(session) };
            self.save(&[Arc::new(learned)])?;
        }
        Ok(())
    }

    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        for session in sessions {
            if let Some(known) = self.sessions.iter_mut().find(|known| known.id() == session.id()) {
                let last_ok = session.poll.last_ok;
                *known = WatchedSession::clone(session);
                known.poll =
                    crate::domain::watchlist::watched::PollState { last_ok, ..Default::default() };
                // As a file would give it back: what is only true of one run is not kept.
                known.revision = 0;
            }
        }
        Ok(())
    }

    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        for session in answered {
            for known in self.sessions.iter_mut().filter(|known| known.id() == session.id()) {
                if let (Some(theirs), Some(ours)) = (&session.detail, known.detail.clone()) {
                    known.learn(Arc::clone(&theirs.answers), Arc::clone(&ours.timeline));
                }
                known.poll.last_ok = session.poll.last_ok;
            }
        }
        Ok(())
    }

    fn state(&mut self, name: &str) -> Result<Option<String>, PersistError> {
        Ok(self.state.get(name).cloned())
    }

    fn set_state(&mut self, name: &str, value: &str) -> Result<(), PersistError> {
        self.state.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}
