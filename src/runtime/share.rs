//! One store, several processes: who follows reads what the other learned, leaves it what is kept
//! here, and takes over when it ends; who asks takes in what was left for it.
//!
//! Never writes but to leave, and to strike out what was taken in.

mod inbox;
mod troubles;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::persist::location::Location;
use crate::persist::{PersistError, Persistence, SeenRows, SharedPersistence};
use crate::refresh::Command;
pub(super) use inbox::take_in;
use troubles::TroublesTold;

/// The store is looked at this often. A process that ends is followed within a few of these.
// A process that ends is followed within 15 s (I9); a look costs one number where nothing is new.
const PACE: Duration = Duration::from_secs(2);
/// Reading a large store again waits for this many times as long as the last reading took.
// So reading takes at most a tenth of the time, however much another process learns.
const PATIENCE: u32 = 10;
/// So much is kept here while the store is slow.
pub(super) const BATCHES: usize = 1_024;

/// Work on the store, which blocks. `None`: it has failed inside.
async fn blocking<T: Send + 'static, R: Send + 'static>(
    mut tool: T,
    work: impl FnOnce(&mut T) -> R + Send + 'static,
) -> Option<(T, R)> {
    let worked = tokio::task::spawn_blocking(move || {
        let result = work(&mut tool);
        (tool, result)
    });
    worked.await.ok()
}

/// The connection to the store beside the process that keeps it, opened when it is first needed.
fn beside<'a>(
    open: &'a mut Option<Box<dyn SharedPersistence>>,
    location: &Location,
) -> Result<&'a mut dyn SharedPersistence, PersistError> {
    match open {
        Some(store) => Ok(store.as_mut()),
        none => Ok(none.insert(location.beside()?).as_mut()),
    }
}

/// True, and closed: another file stands in the place of the one that is open, or none.
fn was_replaced(open: &mut Option<Box<dyn SharedPersistence>>) -> bool {
    let replaced = open.as_mut().is_some_and(|store| store.check().is_err());
    if replaced {
        *open = None;
    }
    replaced
}

/// The list is read this often though nothing is new, so that what is kept no longer leaves the
/// screen of those who only follow.
const REREAD: Duration = Duration::from_hours(1);

/// What this process has of a store when it begins to follow.
#[derive(Debug)]
pub enum FollowFrom {
    /// These rows were read a moment ago.
    Read(SeenRows),
    /// It held the store until another process took it, and had not saved this.
    Held(Vec<OutboxMessage>),
}

/// A view of a store that another process writes.
struct Reader {
    location: Location,
    /// Takes the store when the other process has ended.
    takes: bool,
    open: Option<Box<dyn SharedPersistence>>,
    /// Of the store when what is shown was read.
    version: Option<i64>,
    /// What is shown of it.
    seen: SeenRows,
    /// When the list was last read as a whole; `None`: it is to be.
    read_at: Option<Instant>,
    pause: Duration,
    /// Kept here and not left yet.
    left: Vec<OutboxMessage>,
    /// Why this process cannot take the store, though nobody has it.
    refused: Option<String>,
    /// Why nothing could be left in it now.
    unwritable: Option<String>,
    /// What in it was altered, by the last reading.
    damage: Option<String>,
}

/// What a look has found.
enum Look {
    /// The other process has ended: the store is this one's.
    Mine(Box<dyn Persistence>, ListChanges),
    /// It goes on; with what is new, if anything is.
    Theirs(Option<ReadChanges>),
}

/// What was read of the store, and is to be shown.
struct ReadChanges {
    changes: ListChanges,
    seen: SeenRows,
    version: i64,
    read_at: Option<Instant>,
}

impl Reader {
    /// Leaves what was kept here. True: something was.
    fn leave(&mut self) -> Result<bool, PersistError> {
        if self.left.is_empty() {
            return Ok(false);
        }
        beside(&mut self.open, &self.location)?.post(&self.left)?;
        self.left.clear();
        Ok(true)
    }

    /// It is shown: what is read from now on is what is other than this. What is never shown is
    /// found again, so that what happened is told all the same.
    fn shows(&mut self, read: ReadChanges) -> ListChanges {
        let ReadChanges { changes, seen, version, read_at } = read;
        (self.version, self.seen, self.read_at) = (Some(version), seen, read_at);
        changes
    }

    fn look(&mut self) -> Result<Look, PersistError> {
        if self.takes {
            match self.location.open(true) {
                Ok(opened) => {
                    (self.refused, self.unwritable) = (None, None);
                    let mut mine = opened.persistence;
                    let (known, _) = mine.look_at_all(&self.seen)?;
                    self.damage = opened.warning.or_else(|| mine.trouble());
                    tracing::info!("takes over from another process");
                    return Ok(Look::Mine(mine, known));
                }
                Err(PersistError::Locked(_)) => self.refused = None,
                Err(why @ PersistError::NotWritable(_)) => self.refused = Some(why.to_string()),
                Err(why) => return Err(why),
            }
        }
        if was_replaced(&mut self.open) {
            // Another file has versions of its own.
            (self.version, self.seen, self.read_at) = (None, SeenRows::default(), None);
        }
        // `beside`, not `open`: nothing of a store that another process holds is checked or mended.
        let store = beside(&mut self.open, &self.location)?;
        self.unwritable = store.can_write().err().map(|why| why.to_string());
        // Before the list is read: what is written meanwhile is found at the next look.
        let version = store.version()?;
        let read_at = self.read_at.filter(|read_at| read_at.elapsed() < REREAD);
        if self.version == Some(version) && read_at.is_some() {
            return Ok(Look::Theirs(None));
        }
        let begun = Instant::now();
        let (changes, seen) = if read_at.is_some() {
            store.look_at_changes(&self.seen)?
        } else {
            store.look_at_all(&self.seen)?
        };
        self.damage = store.trouble();
        self.pause = PACE.max(begun.elapsed() * PATIENCE);
        Ok(Look::Theirs(Some(ReadChanges {
            changes,
            seen,
            version,
            read_at: read_at.or(Some(begun)),
        })))
    }

    /// What was kept last is left too.
    async fn ends(self) {
        if let Some((_, Err(why))) = blocking(self, Self::leave).await {
            tracing::error!(%why, "the last changes could not be saved");
        }
    }

    /// Until something is kept here or it is time to look again. False: the program ends.
    async fn rests(
        &mut self,
        kept: &mut mpsc::Receiver<Vec<OutboxMessage>>,
        cancelled: &CancellationToken,
    ) -> bool {
        let goes_on = tokio::select! {
            biased;
            () = cancelled.cancelled() => false,
            more = kept.recv() => {
                self.left.extend(more.into_iter().flatten());
                true
            }
            () = tokio::time::sleep(self.pause) => true,
        };
        while let Ok(more) = kept.try_recv() {
            self.left.extend(more);
        }
        goes_on
    }
}

/// Shows what another process learns until it ends, and leaves it what is kept here; then the store
/// is this one's, where it `takes` it: one that asks nobody leaves it to others. With what the store
/// holds at that moment; `None`: the program ends first.
pub(super) async fn follow(
    location: Location,
    takes: bool,
    from: FollowFrom,
    mut kept: mpsc::Receiver<Vec<OutboxMessage>>,
    commands: &mpsc::Sender<Command>,
    cancelled: &CancellationToken,
) -> Option<(Box<dyn Persistence>, Snapshot)> {
    let (seen, read_at, left) = match from {
        FollowFrom::Read(seen) => (seen, Some(Instant::now()), Vec::new()),
        FollowFrom::Held(unsaved) => (SeenRows::default(), None, unsaved),
    };
    let mut reader = Reader {
        location,
        takes,
        open: None,
        version: None,
        seen,
        read_at,
        pause: PACE,
        left,
        refused: None,
        unwritable: None,
        damage: None,
    };
    let mut told = TroublesTold::default();
    while reader.rests(&mut kept, cancelled).await {
        // First left, then read: what was kept here is in the list that comes back.
        let (back, (left, looked)) = blocking(reader, |it| (it.leave(), it.look())).await?;
        reader = back;
        let left = left.err().map(|why| format!("not saved yet: {why}"));
        let unread = looked.as_ref().err().map(|why| format!("the store cannot be read: {why}"));
        let unwritable = || reader.refused.clone().or_else(|| reader.unwritable.clone());
        let mut news = told.news(left.or(unread).or_else(unwritable), reader.damage.clone());
        news.extend(told.holder(reader.refused.is_some()));
        for command in news {
            commands.send(command).await.ok()?;
        }
        match looked {
            Ok(Look::Mine(store, known)) => {
                let held = take_over(known, reader.left, &mut kept, commands).await?;
                return Some((store, held));
            }
            // What was kept meanwhile is not in what was read: it is read again.
            Ok(Look::Theirs(Some(read))) if kept.is_empty() => {
                let changes = reader.shows(read);
                commands.send(Command::Follow(changes)).await.ok()?;
            }
            Ok(Look::Theirs(_)) => {}
            Err(_told) => {}
        }
    }
    reader.ends().await;
    None
}

/// The refresh task takes over with what the other process left. Returns what the store holds then.
/// What was kept while the store was read is not in it, and is done once more.
async fn take_over(
    known: ListChanges,
    mut late: Vec<OutboxMessage>,
    kept: &mut mpsc::Receiver<Vec<OutboxMessage>>,
    commands: &mpsc::Sender<Command>,
) -> Option<Snapshot> {
    let (to, mut held) = mpsc::channel(1);
    commands.send(Command::TakeOver(known, to)).await.ok()?;
    let held = held.recv().await?;
    // No more comes after the refresh task has taken over.
    while let Some(more) = kept.recv().await {
        late.extend(more);
    }
    for command in self::commands(late) {
        commands.send(command).await.ok()?;
    }
    Some(held)
}

/// In their order; what can be done at once is one command.
fn commands(left: Vec<OutboxMessage>) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for post in left {
        match (post, commands.last_mut()) {
            (
                OutboxMessage::Added(entry),
                Some(Command::Operator(OperatorCommand::Add(entries))),
            ) => entries.push(entry),
            (OutboxMessage::Removed(id), Some(Command::Operator(OperatorCommand::Remove(ids)))) => {
                ids.push(id);
            }
            (OutboxMessage::Kept(id, change, made), Some(Command::Kept(changes, last)))
                if *last == made =>
            {
                changes.push((id, change));
            }
            (post, _) => commands.push(command(post)),
        }
    }
    commands
}

fn command(post: OutboxMessage) -> Command {
    match post {
        OutboxMessage::Added(entry) => OperatorCommand::Add(vec![entry]).into(),
        OutboxMessage::Removed(id) => OperatorCommand::Remove(vec![id]).into(),
        OutboxMessage::Kept(id, change, made) => Command::Kept(vec![(id, change)], made),
        OutboxMessage::Told(told) => Command::Notified(told),
        OutboxMessage::Asked(Some(id)) => OperatorCommand::Refresh(id).into(),
        OutboxMessage::Asked(None) => OperatorCommand::RefreshAll.into(),
    }
}
