//! A store that forgets: for `demo` and `--no-state`.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::packed_detail::{packed, unpacked};
use super::shared::{TOLD, with_read};
use super::{PersistError, Persistence, ReadThrough, SeenRows, SharedPersistence, posts};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};

/// A store that this process alone has, and that ends with it; it begins with these sessions.
#[must_use]
pub fn in_memory(sessions: Vec<WatchedSession>) -> Box<dyn Persistence> {
    Box::new(Memory::holding(sessions))
}

/// Sessions in the order of adding, their details compressed.
#[derive(Debug)]
pub struct Memory {
    kept: Arc<Mutex<MemoryContents>>,
    /// It takes in what the others leave: see [`Memory::beside`].
    holds: bool,
}

#[derive(Debug, Default)]
struct MemoryContents {
    /// Without details; `None`: it was removed.
    list: Vec<Option<WatchedSession>>,
    places: HashMap<SessionId, usize>,
    details: HashMap<SessionId, Vec<u8>>,
    state: BTreeMap<String, String>,
    held: bool,
    /// The last version that was given to a session.
    version: u64,
    versions: HashMap<SessionId, u64>,
    /// With their numbers, oldest first.
    posts: VecDeque<(i64, OutboxMessage)>,
    last_post: i64,
}

impl MemoryContents {
    fn get(&mut self, id: SessionId) -> Option<&mut WatchedSession> {
        let place = *self.places.get(&id)?;
        self.list.get_mut(place)?.as_mut()
    }

    fn is_changed(&mut self, id: SessionId) {
        self.version += 1;
        self.versions.insert(id, self.version);
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
        self.is_changed(id);
    }

    fn put_entry(&mut self, entry: &WatchEntry) {
        let Some(known) = self.get(entry.id) else {
            self.put(WatchedSession::new(entry.clone()));
            return;
        };
        known.add_again(entry);
        self.is_changed(entry.id);
    }

    fn remove(&mut self, id: SessionId) -> bool {
        self.details.remove(&id);
        self.versions.remove(&id);
        self.version += 1;
        let slot = self.places.remove(&id).and_then(|place| self.list.get_mut(place));
        slot.is_some_and(|slot| slot.take().is_some())
    }

    /// Does what was posted, where nobody holds the store.
    fn settle(&mut self, message: &OutboxMessage) {
        match message {
            OutboxMessage::Added(entry) => self.put_entry(entry),
            OutboxMessage::Kept(id, change, made) => {
                let Some(known) = self.get(*id) else { return };
                known.keep(change, made.clone());
                self.is_changed(*id);
            }
            OutboxMessage::Told(_) => self.leave(message),
            OutboxMessage::Removed(_) | OutboxMessage::Asked(_) => {}
        }
    }

    fn settle_all(&mut self) {
        for (_, message) in std::mem::take(&mut self.posts) {
            self.settle(&message);
        }
    }

    fn leave(&mut self, message: &OutboxMessage) {
        self.posts.retain(|(_, earlier)| !posts::replaces(message, earlier));
        self.last_post += 1;
        self.version += 1;
        self.posts.push_back((self.last_post, message.clone()));
    }

    fn posts_after(&self, number: i64) -> Vec<OutboxMessage> {
        let left = self.posts.iter().filter(|(at, _)| *at > number);
        left.map(|(_, message)| message.clone()).collect()
    }

    fn all(&self) -> Vec<WatchedSession> {
        self.list.iter().flatten().cloned().collect()
    }

    fn opened(&self, ids: &[SessionId]) -> Vec<WatchedSession> {
        let mut places: Vec<usize> =
            ids.iter().filter_map(|id| self.places.get(id)).copied().collect();
        places.sort_unstable();
        places.dedup();
        let named = places.into_iter().filter_map(|place| self.list.get(place)?.as_ref());
        let opened = named.map(|session| {
            let packed = self.details.get(&session.id());
            let detail = packed.map(|packed| unpacked(session, packed)).unwrap_or_default();
            WatchedSession { detail: Some(Arc::new(detail)), ..session.clone() }
        });
        opened.collect()
    }
}

impl Default for Memory {
    fn default() -> Self {
        let kept = MemoryContents { held: true, ..MemoryContents::default() };
        Self { kept: Arc::new(Mutex::new(kept)), holds: true }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.holds {
            self.with(|kept| kept.held = false);
        }
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

    /// The same store, as another process has it that does not hold it.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { kept: Arc::clone(&self.kept), holds: false }
    }

    /// The same store, held from now on, with what was left for it.
    ///
    /// # Errors
    /// While somebody else holds it.
    pub fn hold(&self) -> Result<Self, PersistError> {
        self.with(|kept| {
            if kept.held {
                return Err(PersistError::Locked(String::new()));
            }
            kept.settle_all();
            kept.held = true;
            Ok(Self { kept: Arc::clone(&self.kept), holds: true })
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut MemoryContents) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// As they are shown: for whoever does not hold the store, what was left is newer.
    fn shown(
        &self,
        read: impl FnOnce(&MemoryContents) -> Vec<WatchedSession>,
    ) -> Vec<WatchedSession> {
        self.with(|kept| {
            let mut sessions = read(kept);
            if !self.holds {
                posts::overlay(sessions.iter_mut(), kept.posts_after(0));
            }
            sessions
        })
    }

    /// Changes the list, and leaves word for the holder or does its part; returns how many went.
    fn carry_out(&self, changes: &[OutboxMessage]) -> usize {
        self.with(|kept| {
            let alone = !self.holds && !kept.held;
            if alone {
                kept.settle_all();
            }
            let mut forgotten = 0;
            for change in changes {
                match change {
                    OutboxMessage::Removed(id) => {
                        kept.posts.retain(|(_, post)| posts::whose(post) != Some(*id));
                        forgotten += usize::from(kept.remove(*id));
                    }
                    OutboxMessage::Added(entry) if !alone => kept.put_entry(entry),
                    OutboxMessage::Kept(..) if !alone && !self.holds => kept.settle(change),
                    OutboxMessage::Added(_)
                    | OutboxMessage::Kept(..)
                    | OutboxMessage::Told(_)
                    | OutboxMessage::Asked(_) => {}
                }
                if alone {
                    kept.settle(change);
                } else if !self.holds {
                    kept.leave(change);
                }
            }
            forgotten
        })
    }

    /// Writes these, where they are on the list and were not added anew since.
    fn put_known(
        &self,
        sessions: &[Arc<WatchedSession>],
        put: impl Fn(&mut MemoryContents, &WatchedSession),
    ) {
        self.with(|kept| {
            for session in sessions {
                let known = kept.get(session.id());
                if known.is_some_and(|known| known.entry.added_at <= session.entry.added_at) {
                    put(kept, session);
                }
            }
        });
    }
}

impl DetailSource for Mutex<MemoryContents> {
    fn read(&self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, String> {
        Ok(self.lock().unwrap_or_else(PoisonError::into_inner).opened(ids))
    }
}

impl Persistence for Memory {
    fn briefs(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(self.shown(MemoryContents::all))
    }

    fn details(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        Ok(self.shown(|kept| kept.opened(ids)))
    }

    fn source(&self) -> Arc<dyn DetailSource> {
        Arc::clone(&self.kept) as Arc<dyn DetailSource>
    }

    fn add(&mut self, entries: &[WatchEntry]) -> Result<(), PersistError> {
        let added: Vec<OutboxMessage> = entries.iter().cloned().map(OutboxMessage::Added).collect();
        self.carry_out(&added);
        Ok(())
    }

    fn remove(&mut self, ids: &[SessionId]) -> Result<usize, PersistError> {
        let removed: Vec<OutboxMessage> = ids.iter().copied().map(OutboxMessage::Removed).collect();
        Ok(self.carry_out(&removed))
    }

    fn learn(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.put_known(sessions, |kept, session| {
            let Some(known) = kept.get(session.id()) else { return };
            if known.poll.last_ok.get() > session.poll.last_ok.get() {
                return;
            }
            let (entry, own) = (Arc::clone(&known.entry), Arc::clone(&known.own));
            let personal = known.personal;
            kept.put(WatchedSession { entry, own, personal, ..session.clone() });
        });
        Ok(())
    }

    fn save(&mut self, sessions: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.put_known(sessions, |kept, session| {
            let mut session = session.clone();
            posts::overlay(std::iter::once(&mut session), kept.posts_after(0));
            kept.put(session);
        });
        Ok(())
    }

    fn touch(&mut self, answered: &[Arc<WatchedSession>]) -> Result<(), PersistError> {
        self.put_known(answered, |kept, session| {
            let Some(known) = kept.get(session.id()) else { return };
            known.poll.last_ok = session.poll.last_ok;
            known.brief = Arc::clone(&session.brief);
            if let Some(detail) = &session.detail {
                kept.details.insert(session.id(), packed(detail));
            }
            kept.is_changed(session.id());
        });
        Ok(())
    }

    fn state(&mut self, name: &str) -> Result<Option<String>, PersistError> {
        Ok(self.with(|kept| kept.state.get(name).cloned()))
    }

    fn set_state(&mut self, name: &str, value: &str) -> Result<(), PersistError> {
        self.with(|kept| kept.state.insert(name.to_owned(), value.to_owned()));
        Ok(())
    }
}

impl SharedPersistence for Memory {
    fn listed(&mut self) -> Result<Vec<WatchedSession>, PersistError> {
        self.briefs()
    }

    fn listed_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        let mut listed = self.briefs()?;
        listed.retain(|session| ids.contains(&session.id()));
        Ok(listed)
    }

    fn load_named(&mut self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, PersistError> {
        self.details(ids)
    }

    fn post(&mut self, left: &[OutboxMessage]) -> Result<(), PersistError> {
        self.carry_out(left);
        Ok(())
    }

    fn posts(&mut self, after: i64) -> Result<(Vec<OutboxMessage>, i64), PersistError> {
        Ok(self.with(|kept| {
            let last = kept.posts.back().map_or(after, |(number, _)| *number.max(&after));
            (kept.posts_after(after), last)
        }))
    }

    fn taken(&mut self, number: i64) -> Result<(), PersistError> {
        self.with(|kept| kept.posts.retain(|(at, _)| *at > number));
        Ok(())
    }

    fn version(&mut self) -> Result<i64, PersistError> {
        Ok(self.with(|kept| i64::try_from(kept.version).unwrap_or(i64::MAX)))
    }

    fn rows(&mut self) -> Result<SeenRows, PersistError> {
        Ok(self.with(|kept| {
            let versions = kept.versions.iter().map(|(id, version)| (*id, *version));
            SeenRows::new(versions, kept.posts_after(0))
        }))
    }

    fn look_at_all(&mut self, seen: &SeenRows) -> Result<(ListChanges, SeenRows), PersistError> {
        let now = self.rows()?;
        let ids: Vec<SessionId> = seen.other(&now).into_iter().collect();
        let read = if ids.len() <= TOLD { self.details(&ids)? } else { Vec::new() };
        Ok((ListChanges::Whole(with_read(self.briefs()?, read)), now))
    }

    fn look_at_changes(
        &mut self,
        seen: &SeenRows,
    ) -> Result<(ListChanges, SeenRows), PersistError> {
        let now = self.rows()?;
        let ids: Vec<SessionId> = seen.other(&now).into_iter().collect();
        Ok((seen.changes(&now, self.details(&ids)?), now))
    }

    fn inspect(&mut self) -> Result<Option<String>, PersistError> {
        Ok(None)
    }

    fn read_through(&mut self) -> Result<ReadThrough, PersistError> {
        let sessions = self.with(|kept| kept.places.len());
        Ok(ReadThrough { sessions, ..ReadThrough::default() })
    }

    fn erase_waits(&self) -> bool {
        false
    }
}
