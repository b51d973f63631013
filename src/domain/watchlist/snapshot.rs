//! The state of the world at one moment, shared and never changed (invariant I1).

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::events::ledger::NotificationCounts;
use crate::domain::events::notification::Receiving;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::labels::SharedPrefixes;
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::watched::WatchedSession;

/// How refreshing goes for the whole profile.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Starting,
    /// The last answers were good.
    Live,
    /// No network or host not reachable.
    Offline {
        since: Timestamp,
        retry_at: Timestamp,
        /// In our words.
        cause: String,
    },
    /// The service answers 5xx for all.
    Unavailable { since: Timestamp, retry_at: Timestamp, status: u16 },
    /// 429: fewer requests until then.
    Slowed { until: Timestamp },
    /// 401 or 403 for several sessions: polling has stopped but for a probe a minute.
    Refused {
        status: u16,
        /// The API's `code`, if one of those that we know.
        code: Option<String>,
    },
    /// 404 APP_NOT_FOUND: key and SDK ID do not belong together.
    AppNotFound,
    /// Clock skew against the API's Date header, ours minus theirs.
    ClockSkew(SignedDuration),
    /// Polling is off (`--offline`).
    Disabled,
    /// Another process on the same store asks; this one shows what it learns.
    Following,
    /// Another process asks, but nothing has been answered since, though something was due.
    Silent { since: Timestamp },
    /// No process asks, because none can save what it learns.
    NoHolder,
}

/// How refreshing goes: the figures of the header.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Health {
    pub connection: Connection,
    /// Another process of this machine holds the local store.
    pub beside: bool,
    /// Other machines have the same list.
    pub shared: bool,
    /// Last good answer of any session.
    pub last_ok: Option<Timestamp>,
    /// When the next request is due.
    pub next_due: Option<Timestamp>,
    /// Median and 95th percentile of the last answers' latency, in milliseconds.
    pub latency_ms: Option<(u32, u32)>,
    /// Requests per second over the last ten seconds, times ten.
    pub rate_x10: u32,
    /// The request budget per second in force, times ten.
    pub budget_x10: u32,
    /// Sessions that wait for Yoti's first answer; they are asked for at `budget_x10`.
    pub first_looks_left: usize,
    /// Failed requests in the last 15 minutes.
    pub errors: u32,
    /// Trouble with the local store, in words that may be shown; `None`: all is saved.
    pub store_trouble: Option<String>,
    /// How the receiver of notifications stands.
    pub receiving: Receiving,
    pub notified: NotificationCounts,
    /// Sessions of notifications that are not on the list, where the profile says `learn`.
    pub offered: Vec<SessionId>,
    /// Trouble with the program that is told of changes, in words that may be shown.
    pub alert_trouble: Option<String>,
}

// Replacing one session copies its chunk and the list of chunks: neither may get long (I1).
const CHUNK: usize = 512;

type Chunk = Arc<Vec<Arc<WatchedSession>>>;

/// The watch-list in the order of adding.
#[derive(Clone, Debug, Default)]
pub struct SessionTable {
    chunks: Vec<Chunk>,
    index: Arc<HashMap<SessionId, usize>>,
}

impl SessionTable {
    /// Builds a table; of two entries with one id the later stands, in the earlier's place.
    #[must_use]
    pub fn from_entries(entries: impl IntoIterator<Item = Arc<WatchedSession>>) -> Self {
        let mut list: Vec<Arc<WatchedSession>> = Vec::new();
        let mut index = HashMap::new();
        for entry in entries {
            if let Some(slot) = index.get(&entry.id()).and_then(|&at: &usize| list.get_mut(at)) {
                *slot = entry;
            } else {
                index.insert(entry.id(), list.len());
                list.push(entry);
            }
        }
        mark_shared(&mut list);
        let chunks = list.chunks(CHUNK).map(|chunk| Arc::new(chunk.to_vec())).collect();
        Self { chunks, index: Arc::new(index) }
    }

    /// Number of sessions, over all chunks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// True when nothing is watched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The session with this id, by its index and not by a walk.
    #[must_use]
    pub fn get(&self, id: SessionId) -> Option<&Arc<WatchedSession>> {
        let position = *self.index.get(&id)?;
        self.chunks.get(position / CHUNK)?.get(position % CHUNK)
    }

    /// All, in the order of adding.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<WatchedSession>> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Puts a new value in the place of a known session; false when it is not on the list.
    pub fn replace(&mut self, session: Arc<WatchedSession>) -> bool {
        let Some(&position) = self.index.get(&session.id()) else { return false };
        let Some(chunk) = self.chunks.get_mut(position / CHUNK) else { return false };
        let Some(slot) = Arc::make_mut(chunk).get_mut(position % CHUNK) else { return false };
        *slot = session;
        true
    }

    /// The sessions that are new or other than in `older` (by address), and whether the list itself
    /// (who is on it, in which order) is another. Costs one comparison for each chunk that is shared.
    #[must_use]
    pub fn since<'a>(&'a self, older: &SessionTable) -> Difference<'a> {
        // By address: comparing 100,000 ids at every snapshot would cost more than what changed.
        let same_list = Arc::ptr_eq(&self.index, &older.index);
        let mut changed = Vec::new();
        for (number, chunk) in self.chunks.iter().enumerate() {
            match older.chunks.get(number) {
                Some(old) if Arc::ptr_eq(chunk, old) => {}
                Some(old) => {
                    changed.extend(chunk.iter().enumerate().filter_map(|(place, session)| {
                        let same = old.get(place).is_some_and(|was| Arc::ptr_eq(was, session));
                        (!same).then_some(session)
                    }));
                }
                None => changed.extend(chunk.iter()),
            }
        }
        Difference { same_list, changed }
    }
}

/// Says of each session whether its reference begins as many others do. Only the ends of long words
/// are counted, and only sessions of which another thing is true now are copied.
fn mark_shared(list: &mut [Arc<WatchedSession>]) {
    let references = || list.iter().map(|session| session.entry.reference.as_deref());
    let shared = SharedPrefixes::of(references().flatten());
    let covered = |text: Option<&str>| text.is_some_and(|text| shared.covers(text));
    let marks: Vec<bool> = references().map(covered).collect();
    for (session, mark) in list.iter_mut().zip(marks) {
        // Only where it differs: a copy is another address, and would count as changed.
        if session.shared_prefix != mark {
            Arc::make_mut(session).shared_prefix = mark;
        }
    }
}

/// What differs between two tables, as [`SessionTable::since`] found it.
#[derive(Debug)]
pub struct Difference<'a> {
    /// Nobody was added, removed or moved.
    pub same_list: bool,
    /// New or replaced entries; where `same_list` is false, possibly some unchanged ones as well.
    pub changed: Vec<&'a Arc<WatchedSession>>,
}

/// The state of the world at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Grows by one with each publication.
    pub version: u64,
    pub sessions: SessionTable,
    /// Taken off the list by the operator, kept with all that is known, not polled.
    pub archived: SessionTable,
    /// When the operator last looked at the dashboard, in this run or an earlier one.
    pub last_look: Option<Timestamp>,
    /// How the list is arranged, and the views that were saved.
    pub arrangement: Arc<Arrangement>,
    pub health: Arc<Health>,
}

impl Snapshot {
    /// A session of the list or of those that were archived.
    #[must_use]
    pub fn watched(&self, id: SessionId) -> Option<&Arc<WatchedSession>> {
        self.sessions.get(id).or_else(|| self.archived.get(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::watchlist::watched::WatchEntry;

    fn session(n: u128) -> Arc<WatchedSession> {
        Arc::new(WatchedSession::new(WatchEntry::new(
            SessionId::new(uuid::Uuid::from_u128(n)),
            Timestamp::UNIX_EPOCH,
        )))
    }

    #[test]
    fn replacing_one_shares_every_other_chunk() {
        let table = SessionTable::from_entries((0..2_000).map(session));
        let mut next = table.clone();
        assert!(next.replace(session(700)));
        let shared =
            table.chunks.iter().zip(&next.chunks).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert_eq!(shared, table.chunks.len() - 1);
        let difference = next.since(&table);
        assert!(difference.same_list);
        assert_eq!(difference.changed.len(), 1);
        assert_eq!(difference.changed.first().map(|s| s.id()), Some(session(700).id()));
    }

    #[test]
    fn a_session_that_is_not_listed_is_not_replaced() {
        let mut table = SessionTable::from_entries((0..3).map(session));
        assert!(!table.replace(session(9)));
        assert_eq!(table.len(), 3);
    }

    #[test]
    fn of_two_entries_with_one_id_the_later_stands() {
        let later = session(1);
        let table = SessionTable::from_entries([session(1), session(2), Arc::clone(&later)]);
        assert_eq!(table.len(), 2);
        assert!(table.get(later.id()).is_some_and(|held| Arc::ptr_eq(held, &later)));
    }
}
