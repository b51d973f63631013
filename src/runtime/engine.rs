//! The background tasks behind the dashboard, `watch` and `wait`: refreshing, saving, sharing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::share::{self, FollowFrom};
use crate::api::SessionApi;
use crate::clock::Clock;
use crate::desk::{DeskLinks, SharedStore};
use crate::domain::assessment::rules::Rules;
use crate::domain::events::ledger::NotificationCounts;
use crate::domain::events::session_event::EventDetector;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::list_layout::Arrangement;
use crate::domain::watchlist::outbox::OutboxMessage;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::unsent::{UnsentInMemory, UnsentStore};
use crate::domain::watchlist::watched::WatchedSession;
use crate::persist::location::Location;
use crate::persist::{
    LAST_LOOK, Opened, PersistError, Persistence, SavedSessions, SeenRows, UnsentBeside,
    WriterEvent, arrangement, ledger, writer,
};
use crate::refresh::{self, Command, Settings};
use crate::store::Store;

/// The most time that others have for their last words at the end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Who asks Yoti and saves.
#[derive(Debug)]
pub enum StoreRole {
    /// This process, into this store; where its file is, when other processes may change the list.
    Own(Box<dyn Persistence>, Option<Location>),
    /// Another process; this one shows what stands in the store, and takes over when it ends.
    Follow(Location, FollowFrom),
}

/// What the tasks begin with.
#[derive(Debug)]
pub struct LoadedStore {
    pub keeping: StoreRole,
    /// Sessions with their last answers.
    pub known: Vec<WatchedSession>,
    /// When the operator last looked.
    pub last_look: Option<Timestamp>,
    pub arrangement: Arrangement,
    pub tally: NotificationCounts,
    /// Where the details of the sessions are read.
    pub details: Arc<dyn DetailSource>,
    pub warning: Option<String>,
    /// Nobody can have the store: it cannot be written.
    pub nobody_polls: bool,
}

impl LoadedStore {
    /// What a store of this process's holds.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(
        mut persistence: Box<dyn Persistence>,
        location: Option<Location>,
    ) -> Result<Self, PersistError> {
        let (known, details) = (persistence.briefs_as_stored()?, persistence.source());
        // A cursor or an order that cannot be read costs the digest or the order, and nothing else.
        let last_look = persistence.state(LAST_LOOK).ok().flatten().and_then(|at| at.parse().ok());
        let arrangement = arrangement::arrangement(persistence.as_mut()).unwrap_or_default();
        let tally = ledger::tally(persistence.as_mut()).unwrap_or_default();
        let keeping = StoreRole::Own(persistence, location);
        let (warning, nobody_polls) = (None, false);
        Ok(Self { keeping, known, last_look, arrangement, tally, details, warning, nobody_polls })
    }

    /// The store: this process's own where it `takes` it and nobody
    /// else holds it, else followed; an error when it cannot be read.
    pub fn open(location: &Location, takes: bool) -> Result<Self, PersistError> {
        let (own, refused) = match location.open(takes) {
            // No error: another process has it, and is followed.
            Err(PersistError::Locked(_)) => (None, None),
            // Nor is this: it can be read.
            Err(why @ PersistError::NotWritable(_)) => (None, Some(why)),
            other => (Some(other?), None),
        };
        let follows = own.is_none() || !takes;
        let Opened { mut persistence, warning } = match own {
            Some(opened) => opened,
            None => location.open(false)?,
        };
        // Before the list itself: what is written meanwhile is found at the first look.
        let seen = if follows { persistence.rows()? } else { SeenRows::default() };
        let held = Self::of(persistence, Some(location.clone()))?;
        let unreadable = match &held.keeping {
            StoreRole::Own(store, _) => store.trouble(),
            StoreRole::Follow(..) => None,
        };
        let held = Self {
            nobody_polls: refused.is_some(),
            warning: warning.or(unreadable).or_else(|| refused.map(|why| why.to_string())),
            ..held
        };
        let following = StoreRole::Follow(location.clone(), FollowFrom::Read(seen));
        Ok(if follows { Self { keeping: following, ..held } } else { held })
    }
}

impl LoadedStore {
    fn log_start(&self, online: bool) {
        let role = match self.keeping {
            StoreRole::Own(_, Some(_)) => "holder of the store",
            StoreRole::Own(_, None) => "without a store",
            StoreRole::Follow(..) => "beside the holder of the store",
        };
        let (version, sessions) = (env!("CARGO_PKG_VERSION"), self.known.len());
        tracing::info!(version, sessions, role, online, "begins");
        if let Some(warning) = &self.warning {
            tracing::warn!("{warning}");
        }
    }
}

/// The running background tasks, and how the rest of the program reaches them.
#[derive(Debug)]
pub struct Engine {
    pub commands: mpsc::Sender<Command>,
    /// The newest state of the world.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// What was known before anything was asked, and when that was.
    known: Arc<Snapshot>,
    began: Timestamp,
    stop: CancellationToken,
    saving_stop: CancellationToken,
    polling: JoinHandle<()>,
    saving: JoinHandle<()>,
    /// Where the details of the sessions are read.
    details: Arc<dyn DetailSource>,
    /// Where it is kept what other machines have not heard of yet.
    unsent: Arc<dyn UnsentStore>,
    /// Tasks that end with these, and are waited for.
    beside: Vec<JoinHandle<()>>,
}

impl Engine {
    /// Starts polling and saving, each a task of its own, until cancelled.
    #[must_use]
    pub fn start<A: SessionApi, C: Clock>(
        held: LoadedStore,
        api: A,
        clock: C,
        mut settings: Settings,
        rules: Rules,
    ) -> Self {
        settings.following = matches!(held.keeping, StoreRole::Follow(..));
        held.log_start(settings.online);
        let takes = settings.online;
        let (store, snapshots) = Store::new(held.known);
        let (known, began) = (Arc::clone(&snapshots.borrow()), clock.now());
        let details = Arc::clone(&held.details);
        let store = store.reads_from(held.details);
        let store = store.resumed(held.last_look, held.arrangement, held.tally);
        let saved = SavedSessions::of(store.snapshot());
        // Bounded: where the refresh task hangs, commands must not pile up in memory.
        let (commands, inbox) = mpsc::channel::<Command>(256);
        // Before anything else is said: what is kept here is the other process's to save.
        let (relay, kept) = mpsc::channel(share::BATCHES);
        if settings.following {
            let _first = commands.try_send(Command::Relay(relay));
        }
        let unsent: Arc<dyn UnsentStore> = match &held.keeping {
            StoreRole::Own(_, Some(location)) | StoreRole::Follow(location, _) => {
                Arc::new(UnsentBeside { location: location.clone() })
            }
            StoreRole::Own(_, None) => Arc::new(UnsentInMemory::default()),
        };
        let told = match held.keeping {
            StoreRole::Own(..) => Command::StoreDamage,
            // Looked at again, and taken back when it is no longer so.
            StoreRole::Follow(..) => Command::StoreTrouble,
        };
        if held.nobody_polls {
            tell(&commands, Command::NobodyPolls(true));
        }
        if held.warning.is_some() {
            tell(&commands, told(held.warning));
        }
        let stop = CancellationToken::new();
        let stopped = stop.child_token();
        let polling =
            tokio::spawn(refresh::run(api, store, clock, settings, rules, inbox, stopped));
        let saving_stop = CancellationToken::new();
        let task = StoreTask {
            takes,
            snapshots: snapshots.clone(),
            commands: commands.clone(),
            cancelled: saving_stop.clone(),
        };
        let saving = tokio::spawn(task.run(held.keeping, saved, kept));
        Self {
            commands,
            snapshots,
            known,
            began,
            stop,
            saving_stop,
            polling,
            saving,
            details,
            unsent,
            beside: Vec::new(),
        }
    }

    /// Tells what happens from the start on, whenever it is made: the first answers may come sooner.
    #[must_use]
    pub fn detector(&self, rules: Rules) -> EventDetector {
        EventDetector::new(&self.known, rules, self.began)
    }

    /// Cancelled when the refresh task is to end.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stop.child_token()
    }

    /// Keeps the list in step with a store that several machines share.
    pub fn shares<C: Clock + Clone>(&mut self, shared: Option<Box<SharedStore>>, clock: &C) {
        let Some(shared) = shared else { return };
        let (details, unsent) = (Arc::clone(&self.details), Arc::clone(&self.unsent));
        let (commands, snapshots) = (self.commands.clone(), self.snapshots.clone());
        let links = DeskLinks { details, unsent, snapshots, commands };
        self.beside.push(shared.start(links, clock.clone(), self.stopping()));
    }

    /// Ends them, the store flushed. False: one of them has failed inside.
    pub async fn end(self) -> bool {
        self.stop.cancel();
        // In this order: what the refresh task publishes last is saved by the one that saves.
        let polled = self.polling.await;
        for task in self.beside {
            // Not for long: a network that does not answer holds up no end.
            let _ended = tokio::time::timeout(LAST_WORDS, task).await;
        }
        self.saving_stop.cancel();
        let saved = self.saving.await;
        tracing::info!("ends");
        polled.is_ok() && saved.is_ok()
    }
}

/// Trouble with the store, for the header.
fn tell(commands: &mpsc::Sender<Command>, trouble: Command) {
    // A full queue means that a newer word follows soon.
    let _dropped = commands.try_send(trouble);
}

/// The task that saves, and keeps the watch-list in step with other processes.
struct StoreTask {
    /// Takes the store when the process that holds it has ended.
    takes: bool,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    commands: mpsc::Sender<Command>,
    cancelled: CancellationToken,
}

/// Where another process holds the store, and what is kept here for that process.
struct HeldElsewhere {
    location: Location,
    from: FollowFrom,
    kept: mpsc::Receiver<Vec<OutboxMessage>>,
}

impl StoreTask {
    /// Saves while this process holds the store, and follows while another one does.
    async fn run(
        self,
        role: StoreRole,
        saved: SavedSessions,
        kept: mpsc::Receiver<Vec<OutboxMessage>>,
    ) {
        let mut followed = match role {
            StoreRole::Own(persistence, location) => self.hold(persistence, location, saved).await,
            StoreRole::Follow(location, from) => Some(HeldElsewhere { location, from, kept }),
        };
        while let Some(HeldElsewhere { location, from, kept }) = followed {
            let (place, takes) = (location.clone(), self.takes);
            let taken =
                share::follow(place, takes, from, kept, &self.commands, &self.cancelled).await;
            let Some((persistence, held)) = taken else { return };
            followed = self.hold(persistence, Some(location), SavedSessions::of(&held)).await;
        }
    }

    /// Saves until cancelled, or until another process takes the store, which is followed then.
    async fn hold(
        &self,
        persistence: Box<dyn Persistence>,
        location: Option<Location>,
        saved: SavedSessions,
    ) -> Option<HeldElsewhere> {
        let last = self.save(persistence, location.clone(), saved).await?;
        let (location, kept) = (location?, self.stand_by().await);
        let from = FollowFrom::Held(last.unsaved(&self.snapshots.borrow()));
        Some(HeldElsewhere { location, from, kept })
    }

    /// The refresh task asks no more, and what is kept from here on goes to the channel. What was
    /// kept before is in the newest snapshot when this returns.
    async fn stand_by(&self) -> mpsc::Receiver<Vec<OutboxMessage>> {
        let (relay, kept) = mpsc::channel(share::BATCHES);
        // Trouble with writing and reading as the holder is over; who follows tells its own.
        let over = [Command::StoreTrouble(None), Command::StoreDamage(None)];
        for command in over.into_iter().chain([Command::Relay(relay)]) {
            // Where the refresh task has ended, its last snapshot has all of it.
            let _ended = self.commands.send(command).await;
        }
        refresh::published(&self.commands).await;
        kept
    }

    /// With what was saved last where another process has taken the store; `None`: cancelled.
    async fn save(
        &self,
        persistence: Box<dyn Persistence>,
        location: Option<Location>,
        saved: SavedSessions,
    ) -> Option<SavedSessions> {
        let (to, ended) = (self.commands.clone(), self.cancelled.child_token());
        let (stored, saved_until) = watch::channel(0);
        let told = move |event| {
            let command = match event {
                WriterEvent::Saved(version) => {
                    stored.send_replace(version);
                    Command::Saved(version)
                }
                WriterEvent::Trouble(trouble) => Command::StoreTrouble(trouble),
            };
            tell(&to, command);
        };
        let writes = async {
            let snapshots = self.snapshots.clone();
            let taken = writer(persistence, saved, snapshots, told, ended.clone()).await;
            ended.cancel();
            taken
        };
        tokio::join!(writes, share::take_in(location, saved_until, &self.commands, &ended)).0
    }
}
