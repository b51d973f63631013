//! Taking in what other processes leave for the one that holds the store, and looking after the store
//! meanwhile.

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::troubles::TroublesTold;
use super::{PACE, beside, blocking, commands, was_replaced};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::storage::StoreFault;
use crate::persist::location::Location;
use crate::persist::{PersistError, SharedPersistence};
use crate::refresh::Command;

/// Takes in what other processes leave for the one that holds the store: this one.
pub(in crate::runtime) async fn take_in(
    location: Option<Location>,
    saved_until: watch::Receiver<u64>,
    commands: &mpsc::Sender<Command>,
    cancelled: &CancellationToken,
) {
    let Some(location) = location else { return };
    let mut inbox = Inbox {
        location,
        open: None,
        taken: 0,
        shown: None,
        saved_until,
        version: None,
        damage: None,
        faults: Vec::new(),
        inspect_at: Instant::now() + PACE,
    };
    let mut told = TroublesTold::of_holder();
    loop {
        let Some((back, looked)) = blocking(inbox, Inbox::look).await else { return };
        inbox = back;
        let (mut done, unread) = match looked {
            Ok(left) => (left, None),
            Err(why) => {
                (Vec::new(), Some(format!("changes from other processes cannot be read: {why}")))
            }
        };
        if unread.is_none() && Instant::now() >= inbox.inspect_at {
            let Some((back, ())) = blocking(inbox, Inbox::inspect).await else { return };
            inbox = back;
        }
        if !inbox.faults.is_empty() {
            done.push(Command::StoreFaults(std::mem::take(&mut inbox.faults)));
        }
        // What cannot be written the writer tells.
        done.extend(told.news(None, unread.or_else(|| inbox.damage.clone())));
        for command in done {
            if commands.send(command).await.is_err() {
                return;
            }
        }
        tokio::select! {
            biased;
            () = cancelled.cancelled() => return,
            () = tokio::time::sleep(PACE) => {}
        }
    }
}

/// The snapshot that has what was taken in.
enum PublishedIn {
    /// It is published next, and its version told here.
    Next(mpsc::Receiver<u64>),
    Version(u64),
}

struct Inbox {
    location: Location,
    open: Option<Box<dyn SharedPersistence>>,
    /// Number of the last that was taken in.
    taken: i64,
    /// What was taken in up to this number and is not struck out yet.
    shown: Option<(i64, PublishedIn)>,
    /// All of the snapshot of this version is stored.
    saved_until: watch::Receiver<u64>,
    /// Of the store when it was inspected last.
    version: Option<i64>,
    /// What was wrong with it then.
    damage: Option<String>,
    /// The sessions of which something was not believed, to be told.
    faults: Vec<(SessionId, StoreFault)>,
    inspect_at: Instant,
}

/// All of the store is read again after so many times as long as that took last, so that what is
/// altered is told within 5 s in a list of some thousands, and a longer one costs no more.
const RARELY: u32 = 50;

impl Inbox {
    /// What was taken in is struck out once it is saved: until then the post is all that a kill
    /// leaves of it, however slow the disk is.
    fn look(&mut self) -> Result<Vec<Command>, PersistError> {
        if was_replaced(&mut self.open) {
            // A new file has numbers of its own.
            (self.taken, self.shown, self.version) = (0, None, None);
        }
        let saved = self.saved();
        let store = beside(&mut self.open, &self.location)?;
        if let Some(number) = saved {
            store.taken(number)?;
            self.shown = None;
        }
        let (left, last) = store.posts(self.taken)?;
        let mut commands = commands(left);
        if last > self.taken {
            let (to, published) = mpsc::channel(1);
            commands.push(Command::Flush(to));
            (self.taken, self.shown) = (last, Some((last, PublishedIn::Next(published))));
        }
        Ok(commands)
    }

    /// The number up to which what was taken in is saved, where that is news.
    fn saved(&mut self) -> Option<i64> {
        let (number, shown) = self.shown.as_mut()?;
        if let PublishedIn::Next(published) = shown {
            *shown = PublishedIn::Version(published.try_recv().ok()?);
        }
        let until = *self.saved_until.borrow();
        matches!(shown, PublishedIn::Version(version) if *version <= until).then_some(*number)
    }

    /// Reads all of it where anything was written, so that the start does not wait for it, and damage
    /// is told before the page that has it is needed (fault D05).
    fn inspect(&mut self) {
        let begun = Instant::now();
        if let Err(why) = self.inspected() {
            self.damage = Some(why.to_string());
        }
        self.inspect_at = Instant::now() + begun.elapsed() * RARELY;
    }

    fn inspected(&mut self) -> Result<(), PersistError> {
        let store = beside(&mut self.open, &self.location)?;
        let version = store.version()?;
        if self.version != Some(version) {
            let said = store.inspect()?;
            self.faults = store.read_through()?.faults;
            self.version = Some(version);
            self.damage = said.or_else(|| store.trouble());
        }
        Ok(())
    }
}
