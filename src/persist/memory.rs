//! A store that forgets: for `demo` and `--no-state`.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::detail_rows::reread;
use super::write::AnswerPart;
use super::{PersistError, Persistence};
use crate::domain::events::change::TimelineEvent;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::watchlist::detail::Detail;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};

/// Sessions in the order of adding, their details compressed.
#[derive(Debug, Default)]
pub struct Memory {
    kept: Arc<Mutex<MemoryContents>>,
    state: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct MemoryContents {
    /// Without details; `None`: it was removed.
    list: Vec<Option<WatchedSession>>,
    places: HashMap<SessionId, usize>,
    details: HashMap<SessionId, Vec<u8>>,
}

/// The detail of a session as text, without what its brief has too.
#[derive(Serialize, Deserialize)]
struct DetailText {
    answers: Vec<AnswerText>,
    timeline: Vec<TimelineEvent>,
}

#[derive(Serialize, Deserialize)]
struct AnswerText {
    part: String,
    raw: String,
    fetched_at: Timestamp,
}

fn packed(detail: &Detail) -> Vec<u8> {
    let Detail { answers, timeline } = detail;
    let parts = AnswerPart::all(answers).map(|part| AnswerText {
        part: part.name.to_owned(),
        raw: part.raw.to_owned(),
        fetched_at: part.fetched_at,
    });
    let text = DetailText { answers: parts.collect(), timeline: Vec::clone(timeline) };
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    // Into memory: neither can fail.
    let _written = packed.write_all(&serde_json::to_vec(&text).unwrap_or_default());
    packed.finish().unwrap_or_default()
}

fn unpacked(session: &WatchedSession, packed: &[u8]) -> Detail {
    let mut text = Vec::new();
    let read = DeflateDecoder::new(packed).read_to_end(&mut text);
    let text = read.ok().and_then(|_| serde_json::from_slice::<DetailText>(&text).ok());
    let Some(text) = text else { return Detail::default() };
    let brief = &session.brief;
    let mut answers = Answers {
        letter: brief.letter.not_set_at().map_or(Letter::NotKnown, Letter::NotSet),
        missing_since: brief.missing_since,
        visit_notified_at: brief.visit_notified_at,
        ..Answers::default()
    };
    for AnswerText { part, raw, fetched_at } in text.answers {
        reread(&mut answers, session.id(), &part, raw, fetched_at);
    }
    Detail { answers: Arc::new(answers), timeline: Arc::new(text.timeline) }
}

impl MemoryContents {
    fn get(&mut self, id: SessionId) -> Option<&mut WatchedSession> {
        let place = *self.places.get(&id)?;
        self.list.get_mut(place)?.as_mut()
    }

    /// In the place of what is known of it, else at the end. What is only true of one run is not
    /// kept, as in a file.
    fn put(&mut self, mut session: WatchedSession) {
        let id = session.id();
        if let Some(detail) = session.detail.take() {
            self.details.insert(id, packed(&detail));
        }
        session.poll = PollState { last_ok: session.poll.last_ok, ..PollState::default() };
        session.revision = 0;
        match self.get(id) {
            Some(known) => *known = session,
            None => {
                self.places.insert(id, self.list.len());
                self.list.push(Some(session));
            }
        }
    }

    fn remove(&mut self, id: SessionId) -> bool {
        self.details.remove(&id);
        let slot = self.places.remove(&id).and_then(|place| self.list.get_mut(place));
        slot.is_some_and(|slot| slot.take().is_some())
    }

    fn opened(&self, ids: &[SessionId]) -> Vec<WatchedSession> {
        let mut places: Vec<usize> =
            ids.iter().filter_map(|id| self.places.get(id)).copied().collect();
        places.sort_unstable();
        let named = places.into_iter().filter_map(|place| self.list.get(place)?.as_ref());
        let opened = named.map(|session| {
            let packed = self.details.get(&session.id());
            let detail = packed.map(|packed| unpacked(session, packed)).unwrap_or_default();
            WatchedSession { detail: Some(Arc::new(detail)), ..session.clone() }
        });
        opened.collect()
    }
}

impl Memory {
    /// A store that begins with these sessions.
    #[must_use]
    pub fn holding(sessions: Vec<WatchedSession>) -> Self {
        let memory = Self::default();
        memory.with(|kept| sessions.into_iter().for_each(|session| kept.put(session)));
        memory
    }

    fn with<T>(&self, work: impl FnOnce(&mut MemoryContents) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl DetailSource for Mutex<MemoryContents> {
    fn read(&self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, String> {
        Ok(self.lock().unwrap_or_else(PoisonError::into_inner).opened(ids))
    }
}

impl Persistence for Memory {
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(self.with(|kept| kept.list.iter().flatten().cloned().collect()))
    }

    fn details(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(self.with(|kept| kept.opened(ids)))
    }

    fn source(&self) -> Arc<dyn DetailSource> {
        Arc::clone(&self.kept) as Arc<dyn DetailSource>
    }

    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError> {
        self.with(|kept| {
            for entry in entries {
                let Some(known) = kept.get(entry.id) else {
                    kept.put(WatchedSession::new(entry.clone()));
                    continue;
                };
                known.entry = Arc::new(entry.clone().over(&known.entry));
                known.come_back();
            }
        });
        Ok(())
    }

    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError> {
        Ok(self.with(|kept| ids.iter().filter(|id| kept.remove(**id)).count()))
    }

    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.with(|kept| {
            for session in sessions {
                let Some(known) = kept.get(session.id()) else { continue };
                if known.poll.last_ok > session.poll.last_ok {
                    continue;
                }
                let (entry, own) = (Arc::clone(&known.entry), Arc::clone(&known.own));
                let personal = known.personal;
                kept.put(WatchedSession { entry, own, personal, ..WatchedSession::clone(session) });
            }
        });
        Ok(())
    }

    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.with(|kept| {
            for session in sessions {
                if kept.places.contains_key(&session.id()) {
                    kept.put(WatchedSession::clone(session));
                }
            }
        });
        Ok(())
    }

    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.with(|kept| {
            for session in answered {
                let Some(known) = kept.get(session.id()) else { continue };
                known.poll.last_ok = session.poll.last_ok;
                known.brief = Arc::clone(&session.brief);
                if let Some(detail) = &session.detail {
                    kept.details.insert(session.id(), packed(detail));
                }
            }
        });
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
