//! One store, several processes: who follows reads what the other learned and takes over when it
//! ends; who asks takes in what other processes put on the watch-list.
//!
//! Owns the pace of looking. Never writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::ids::SessionId;
use crate::domain::watched::{WatchEntry, WatchedSession};
use crate::persist::sqlite::Sqlite;
use crate::persist::{LIST_VERSION, PersistError, Persistence};
use crate::refresh::Command;

/// The store is looked at this often. A process that ends is followed within a few of these.
const PACE: Duration = Duration::from_secs(2);
/// Reading a large store again waits for this many times as long as the last reading took.
const PATIENCE: u32 = 10;

/// False: the program ends.
async fn paused(cancelled: &CancellationToken, pause: Duration) -> bool {
    tokio::select! {
        biased;
        () = cancelled.cancelled() => false,
        () = tokio::time::sleep(pause) => true,
    }
}

/// A view of a store that another process writes.
struct Reader {
    path: PathBuf,
    /// Takes the store when the other process has ended.
    takes: bool,
    open: Option<Sqlite>,
    version: Option<i64>,
    pause: Duration,
}

/// What a look has found.
enum Look {
    /// The other process has ended: the store is this one's.
    Mine(Sqlite, Vec<WatchedSession>),
    /// It goes on; with the list, where anything is new.
    Theirs(Option<Vec<WatchedSession>>),
}

impl Reader {
    fn look(&mut self) -> Result<Look, PersistError> {
        if self.takes {
            match Sqlite::open(&self.path, true) {
                Ok(opened) => {
                    let mut mine = opened.persistence;
                    let known = mine.load()?;
                    return Ok(Look::Mine(mine, known));
                }
                Err(PersistError::Locked(_)) => {}
                Err(why) => return Err(why),
            }
        }
        if self.open.is_none() {
            self.open = Some(Sqlite::beside(&self.path)?);
        }
        let Some(store) = &mut self.open else { return Ok(Look::Theirs(None)) };
        let version = store.data_version()?;
        if self.version == Some(version) {
            return Ok(Look::Theirs(None));
        }
        let begun = Instant::now();
        let known = store.load()?;
        self.version = Some(version);
        self.pause = PACE.max(begun.elapsed() * PATIENCE);
        Ok(Look::Theirs(Some(known)))
    }
}

/// Shows what another process learns until it ends; then the store is this one's, where it `takes`
/// it: one that asks nobody leaves it to others. `None`: the program ends first.
pub(super) async fn follow(
    (path, takes): (&Path, bool),
    commands: &mpsc::Sender<Command>,
    cancelled: &CancellationToken,
) -> Option<Sqlite> {
    let mut reader =
        Reader { path: path.to_path_buf(), takes, open: None, version: None, pause: PACE };
    loop {
        let looked = tokio::task::spawn_blocking(move || {
            let looked = reader.look();
            (reader, looked)
        });
        let (back, looked) = looked.await.ok()?;
        reader = back;
        match looked {
            Ok(Look::Mine(store, known)) => {
                tracing::info!("takes over from another process");
                commands.send(Command::Follow(known)).await.ok()?;
                commands.send(Command::TakeOver).await.ok()?;
                return Some(store);
            }
            Ok(Look::Theirs(Some(known))) => commands.send(Command::Follow(known)).await.ok()?,
            Ok(Look::Theirs(None)) => {}
            Err(why) => tracing::warn!(%why, "the store cannot be read"),
        }
        if !paused(cancelled, reader.pause).await {
            return None;
        }
    }
}

/// Takes in what other processes (`branchwatch add`, `remove`) do to the list of this one's store.
pub(super) async fn listen(
    file: Option<PathBuf>,
    known: Vec<Arc<WatchedSession>>,
    commands: &mpsc::Sender<Command>,
    cancelled: &CancellationToken,
) {
    let Some(file) = file else { return };
    let mut list = List {
        known: by_id(known.iter().map(|s| WatchedSession::clone(s))),
        version: None,
        open: None,
        file,
    };
    while paused(cancelled, PACE).await {
        let looked = tokio::task::spawn_blocking(move || {
            let looked = list.look();
            (list, looked)
        });
        let Ok((back, looked)) = looked.await else { return };
        list = back;
        match looked {
            Ok(orders) => {
                for order in orders {
                    if commands.send(order).await.is_err() {
                        return;
                    }
                }
            }
            Err(why) => tracing::warn!(%why, "the watch-list cannot be read"),
        }
    }
}

/// Entries, and since when each is archived.
type Entries = BTreeMap<SessionId, (Arc<WatchEntry>, Option<Timestamp>)>;

struct List {
    known: Entries,
    /// As it was looked at last.
    version: Option<String>,
    open: Option<Sqlite>,
    file: PathBuf,
}

fn by_id(sessions: impl Iterator<Item = WatchedSession>) -> Entries {
    sessions.map(|s| (s.id(), (s.entry, s.own.archived_at))).collect()
}

impl List {
    fn look(&mut self) -> Result<Vec<Command>, PersistError> {
        if self.open.is_none() {
            self.open = Some(Sqlite::beside(&self.file)?);
        }
        let Some(store) = &mut self.open else { return Ok(Vec::new()) };
        let version = store.state(LIST_VERSION)?.unwrap_or_default();
        if self.version.as_ref() == Some(&version) {
            return Ok(Vec::new());
        }
        let listed = by_id(store.listed()?.into_iter());
        self.version = Some(version);
        let gone: Vec<SessionId> =
            self.known.keys().filter(|id| !listed.contains_key(id)).copied().collect();
        let (mut new, mut archived) = (Vec::new(), Vec::new());
        for (id, now) in &listed {
            let before = self.known.get(id);
            match now {
                _ if before == Some(now) => {}
                (entry, None) => new.push(WatchEntry::clone(entry)),
                (_, Some(at)) => archived.push((*id, *at)),
            }
        }
        new.sort_unstable_by_key(|entry| (entry.added_at, entry.id));
        self.known = listed;
        let mut orders = Vec::new();
        if !new.is_empty() {
            orders.push(Command::Add(new));
        }
        if !gone.is_empty() {
            orders.push(Command::Remove(gone));
        }
        if !archived.is_empty() {
            orders.push(Command::Archive(archived));
        }
        Ok(orders)
    }
}
