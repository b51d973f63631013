//! What `listen` and `ingest` share: a notification is printed, kept in the local store, and has
//! its session asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::args::Global;
use super::exit::Failure;
use super::output::{data, talk};
use super::setup;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError};
use crate::domain::events::notification::{Notification, Receiving};
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::labels::LEARNED_TAG;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::watched::WatchEntry;
use crate::notifications::wire;
use crate::persist;
use crate::refresh::{self, Command, Settings};
use crate::runtime::alerts;
use crate::runtime::engine::{Engine, LoadedStore, StoreRole};

/// Sessions that one run puts on the list at most: whoever has the credential cannot flood it.
const LEARNED: u64 = 1_000;

/// Counts for the last word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heard {
    pub(super) taken: u64,
    /// Of these, of sessions that were not on the list.
    pub(super) unknown: u64,
    /// Of these, put on the list.
    pub(super) learned: u64,
}

impl std::fmt::Display for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { taken, unknown, learned } = self;
        let taken =
            crate::text::count(usize::try_from(*taken).unwrap_or(usize::MAX), "notification");
        write!(f, "{taken}, {unknown} for sessions not on the watch-list")?;
        if *learned > 0 {
            write!(f, ", {learned} of which were added")?;
        }
        Ok(())
    }
}

/// The engine, and what was heard.
pub(super) struct Hearing {
    engine: Engine,
    learn: bool,
    asks: bool,
    pub(super) heard: Heard,
    /// Sessions that are to answer yet, with when they were named.
    open: BTreeMap<SessionId, Timestamp>,
}

impl Hearing {
    /// Starts the tasks. `sweep`: all of the list is kept fresh, not only who is named.
    pub(super) fn start(global: &Global, config: &Config, sweep: bool) -> Result<Self, Failure> {
        let client = match setup::client_unless_offline(global, config) {
            Ok(client) => client,
            Err(Failure::Config(ConfigError::Nothing { .. })) => {
                talk("no key is configured: notifications are stored, sessions are not refreshed");
                None
            }
            Err(other) => return Err(other),
        };
        let online = client.is_some() && config.refresh.online;
        let settings = Settings { online, sweep, ..config.refresh.clone() };
        let rules = config.rules.clone();
        let (engine, asks) = if global.no_state {
            let held = LoadedStore::of(persist::in_memory(Vec::new()), None)?;
            (Engine::start(held, client, SystemClock, settings, rules), online)
        } else {
            // Without a key it keeps what is told all the same.
            let held = setup::held(config, true)?;
            // Another process that holds the store is left what was told, and asks.
            let asks = online && matches!(held.keeping, StoreRole::Own(..));
            (Engine::start(held, client, SystemClock, settings, rules), asks)
        };
        if let Some(program) = config.alert_command.clone().filter(|_| sweep) {
            alerts::start(program, &engine, SystemClock, config.rules.clone());
        }
        let learn = config.refresh.learn;
        Ok(Self { engine, learn, asks, heard: Heard::default(), open: BTreeMap::new() })
    }

    /// How the source of notifications stands.
    pub(super) async fn stands(&self, how: Receiving) -> Result<(), Failure> {
        self.command(Command::Receiving(how)).await
    }

    /// Takes one: hands it on, and prints it.
    pub(super) async fn take(&mut self, told: Notification) -> Result<(), Failure> {
        let snapshot = Arc::clone(&self.engine.snapshots.borrow());
        let mut watched = snapshot.sessions.get(told.session).is_some();
        let line = format!("{}\n", wire::line(&told, Some(watched)));
        self.heard.taken += 1;
        if !watched {
            self.heard.unknown += 1;
            let archived = snapshot.archived.get(told.session).is_some();
            watched = !archived && self.learn(told.session).await?;
        }
        if watched && self.asks {
            self.open.insert(told.session, SystemClock.now());
        }
        // Handed on before it is told: its sender was told that it was taken.
        self.command(Command::Notified(told)).await?;
        data(&line)
    }

    async fn learn(&mut self, id: SessionId) -> Result<bool, Failure> {
        if !self.learn || self.heard.learned >= LEARNED {
            return Ok(false);
        }
        self.heard.learned += 1;
        if self.heard.learned == LEARNED {
            talk(&format!("{LEARNED} sessions added: no more are added until a restart"));
        }
        let tags = vec![LEARNED_TAG.to_owned()];
        let entry = WatchEntry { tags, ..WatchEntry::new(id, SystemClock.now()) };
        self.command(OperatorCommand::Add(vec![entry]).into()).await?;
        Ok(true)
    }

    async fn command(&self, command: Command) -> Result<(), Failure> {
        let sent = self.engine.commands.send(command).await;
        sent.map_err(|_ended| Failure::Other("a background task failed".to_owned()))
    }

    /// Waits until all that were named have answered.
    pub(super) async fn answered(&mut self) {
        refresh::published(&self.engine.commands).await;
        let mut snapshots = self.engine.snapshots.clone();
        let open = std::mem::take(&mut self.open);
        let all =
            |snapshot: &Arc<Snapshot>| open.iter().all(|(id, at)| answered(snapshot, *id, *at));
        // The tasks may have ended.
        let _ended = snapshots.wait_for(all).await;
    }

    /// Ends the tasks, the store flushed.
    pub(super) async fn end(self) -> Result<(), Failure> {
        if self.engine.end().await {
            Ok(())
        } else {
            Err(Failure::Other("a background task failed".to_owned()))
        }
    }
}

fn answered(snapshot: &Snapshot, id: SessionId, at: Timestamp) -> bool {
    snapshot.sessions.get(id).is_none_or(|session| {
        let failed = session.poll.last_failure.as_ref().map(|failure| failure.at);
        // A failure is an answer too: whoever waits for all of them must not wait for ever.
        session.poll.last_ok.get().into_iter().chain(failed).any(|answered| answered >= at)
    })
}
