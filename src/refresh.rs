//! The background task that keeps the store fresh.
//!
//! Owns the schedule, the budget and the back-off. Must never know a concrete client or the screen:
//! it asks a `SessionApi` and writes to the `Store`.

mod answered;
mod ask;
mod at_hand;
pub mod backoff;
pub mod breaker;
mod calls;
pub mod due;
mod hints;
mod local;
pub mod meter;
mod outdated;
mod reading;
mod report;
pub mod schedule;
pub mod shards;
mod shared_list;
mod story;
mod task;
mod track;

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::api::SessionApi;
use crate::clock::Clock;
use crate::domain::assessment::rules::Rules;
use crate::domain::events::call::Traffic;
use crate::domain::events::notification::{Notification, Receiving};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::annotations::{AnnotationChange, Made};
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::list_changes::ListChanges;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::storage::StoreFault;
use crate::store::Store;
use shards::{ShardNews, SharedNews};

/// What the rest of the program asks of the task.
#[derive(Clone, Debug)]
pub enum Command {
    Operator(OperatorCommand),
    /// All of the snapshot of this version is stored.
    Saved(u64),
    /// The local store cannot be written or read, or can be again, for the header.
    StoreTrouble(Option<String>),
    /// What in the local store was altered or damaged; `None`: nothing is any more.
    StoreDamage(Option<String>),
    /// Of these sessions something that is stored is not believed.
    StoreFaults(Vec<(SessionId, StoreFault)>),
    /// Nobody can have the store, because it cannot be written: so nobody asks Yoti.
    NobodyPolls(bool),
    /// A notification came: look at its session sooner.
    Notified(Notification),
    /// How the receiver of notifications stands.
    Receiving(Receiving),
    /// Trouble with the program that is told of changes, or its end, for the header.
    AlertTrouble(Option<String>),
    /// The whole list as another process left it, while that one asks.
    Follow(ListChanges),
    /// Such changes that were made in another process.
    Kept(Vec<(SessionId, AnnotationChange)>, Made),
    /// Another process holds the store and asks: what that one is to know goes to this channel.
    Relay(mpsc::Sender<Vec<OutboxMessage>>),
    /// The other process has ended and left this list: ask. What this one holds then, before it
    /// asks anybody, goes to this channel.
    TakeOver(ListChanges, mpsc::Sender<Snapshot>),
    /// Several machines share the list: what operators change here goes to this channel too.
    Share(mpsc::Sender<Vec<OutboxMessage>>),
    /// What the shared store leaves to this process.
    Shards(ShardNews),
    /// What was learned on other machines, and what operators have changed there.
    Merge(SharedNews),
    /// Why the shared store cannot be used, for the header; `None`: it can.
    SharedTrouble(Option<String>),
    /// Tell the API log to this channel.
    Traffic(mpsc::Sender<Traffic>),
    /// Publish what the commands before it have done, and tell this channel in which version.
    Flush(mpsc::Sender<u64>),
}

impl Command {
    /// What it changes is published at once, and not with the figures once a second.
    const fn shows_at_once(&self) -> bool {
        match self {
            Self::Operator(command) => match command {
                OperatorCommand::Add(_)
                | OperatorCommand::Remove(_)
                | OperatorCommand::Keep(_)
                | OperatorCommand::Looked
                | OperatorCommand::Arrange(_) => true,
                OperatorCommand::Refresh(_)
                | OperatorCommand::RefreshAll
                | OperatorCommand::Interval(_)
                | OperatorCommand::Focus { .. } => false,
            },
            Self::Follow(_)
            | Self::Kept(..)
            | Self::TakeOver(..)
            | Self::StoreTrouble(_)
            | Self::StoreDamage(_)
            | Self::StoreFaults(_)
            | Self::Merge(_)
            | Self::SharedTrouble(_)
            | Self::NobodyPolls(_) => true,
            // A notification shows at once where it changes a session.
            Self::Notified(_)
            | Self::Receiving(_)
            | Self::AlertTrouble(_)
            | Self::Relay(_)
            | Self::Share(_)
            | Self::Shards(_)
            | Self::Saved(_)
            | Self::Traffic(_)
            | Self::Flush(_) => false,
        }
    }
}

impl From<OperatorCommand> for Command {
    fn from(command: OperatorCommand) -> Self {
        Self::Operator(command)
    }
}

/// A session is gone when Yoti says so twice in a row (contract 9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The last look is at least so long after the first (30 s).
    pub span: SignedDuration,
    /// It is asked for again after this time (30 s).
    pub again: SignedDuration,
}

impl Default for NotFound {
    fn default() -> Self {
        // Contract 9.4: one such answer may be a fault of
        // Yoti's, or come before a new session can be read.
        let half_a_minute = SignedDuration::from_secs(30);
        Self { span: half_a_minute, again: half_a_minute }
    }
}

/// Intervals and limits (product.md 5, `[refresh]`).
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// At counter, checks running (10 s).
    pub at_counter: SignedDuration,
    /// Deadline within `Rules::due_soon`, visited, turned away? (60 s).
    pub due_today: SignedDuration,
    /// Awaiting visit, at home, letter not set, unknown (15 min).
    pub awaiting: SignedDuration,
    /// Done, expired: `None` is never again.
    pub done: Option<SignedDuration>,
    /// The session under the cursor is asked at least this often while ONGOING (10 s).
    pub selected: SignedDuration,
    /// Configuration and letter, as long as they can change (15 min).
    pub configuration: SignedDuration,
    /// When a session that Yoti does not know is gone.
    pub not_found: NotFound,
    /// Requests a second, never exceeded in any window of a second (5).
    pub max_rps: f64,
    /// Requests in flight (4).
    pub concurrency: usize,
    /// False: nothing is ever asked (`--offline`).
    pub online: bool,
    /// False: only those are asked that the operator or a notification names (`listen`).
    pub sweep: bool,
    /// Sessions of notifications that are not on the list are offered for it.
    pub learn: bool,
    /// True while another process asks for the same sessions.
    pub following: bool,
    /// Requests begin when a shared store has said which sessions are this process's.
    pub shared: bool,
    pub seed: u64,
    /// Whose changes the operator's are; `None`: not known.
    pub operator: Option<Arc<str>>,
    /// How much faster than real time the clock runs that ages are shown by (the demo's); 1.
    pub clock_speed: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            at_counter: SignedDuration::from_secs(10),
            due_today: SignedDuration::from_secs(60),
            awaiting: SignedDuration::from_mins(15),
            // A final state does not change: it is asked once (contract 9.4).
            done: None,
            selected: SignedDuration::from_secs(10),
            configuration: SignedDuration::from_mins(15),
            not_found: NotFound::default(),
            max_rps: 5.0,
            // Yoti documents no limits; at most some four
            // requests in flight is the contract's advice (9.4).
            concurrency: 4,
            online: true,
            sweep: true,
            learn: false,
            following: false,
            shared: false,
            seed: 0,
            operator: None,
            clock_speed: 1.0,
        }
    }
}

/// Waits until what the commands sent before have done is published, or the task has ended.
pub async fn published(commands: &mpsc::Sender<Command>) {
    let (to, mut version) = mpsc::channel(1);
    if commands.send(Command::Flush(to)).await.is_ok() {
        version.recv().await;
    }
}

/// Runs until cancelled or until every sender of commands is gone. Intervals are of real (tokio)
/// time; stages are derived with `clock`.
pub async fn run<A: SessionApi, C: Clock>(
    api: A,
    store: Store,
    clock: C,
    settings: Settings,
    rules: Rules,
    commands: mpsc::Receiver<Command>,
    cancelled: CancellationToken,
) {
    let task = task::Task::new(api, store, clock, settings, rules);
    task.run(commands, cancelled).await;
}
