//! Taking in what other processes leave for the one that holds the store, and looking after the store
//! meanwhile.

use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::troubles::TroublesTold;
use super::{PACE, beside, blocking, commands, was_replaced};
use crate::persist::location::Location;
use crate::persist::{PersistError, SharedPersistence};
use crate::refresh::Command;

/// Takes in what other processes leave for the one that holds the store: this one.
pub(in crate::runtime) async fn take_in(
    location: Option<Location>,
    commands: &mpsc::Sender<Command>,
    cancelled: &CancellationToken,
) {
    let Some(location) = location else { return };
    let mut inbox = Inbox {
        location,
        open: None,
        taken: 0,
        struck: 0,
        version: None,
        damage: None,
        inspect_at: Instant::now() + PACE,
    };
    let mut told = TroublesTold::of_holder();
    loop {
        let Some((back, looked)) = blocking(inbox, Inbox::look).await else { return };
        inbox = back;
        let (mut done, unread) = match looked {
            Ok(left) => (left, None),
            Err(why) => {
                (Vec::new(), Some(format!("what other processes left cannot be taken in: {why}")))
            }
        };
        if unread.is_none() && Instant::now() >= inbox.inspect_at {
            let Some((back, ())) = blocking(inbox, Inbox::inspect).await else { return };
            inbox = back;
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

struct Inbox {
    location: Location,
    open: Option<Box<dyn SharedPersistence>>,
    /// Number of the last that was taken in.
    taken: i64,
    /// Number of the last that was struck out.
    struck: i64,
    /// Of the store when it was inspected last.
    version: Option<i64>,
    /// What was wrong with it then.
    damage: Option<String>,
    inspect_at: Instant,
}

/// All of the store is read again after so many times as long as that took last, so that what is
/// altered is told within 5 s in a list of some thousands, and a longer one costs no more.
const RARELY: u32 = 50;

impl Inbox {
    /// What was taken in at the last look is saved by now, and struck out.
    fn look(&mut self) -> Result<Vec<Command>, PersistError> {
        if was_replaced(&mut self.open) {
            // A new file has numbers of its own.
            (self.taken, self.struck, self.version) = (0, 0, None);
        }
        let store = beside(&mut self.open, &self.location)?;
        // One look later: the writer has saved by now what was taken in at the last one.
        if self.struck < self.taken {
            store.taken(self.taken)?;
            self.struck = self.taken;
        }
        let (left, last) = store.posts(self.taken)?;
        self.taken = last;
        Ok(commands(left))
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
            store.read_through()?;
            self.version = Some(version);
            self.damage = said.or_else(|| store.trouble());
        }
        Ok(())
    }
}
