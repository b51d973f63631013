//! `watch`: the refresh task and the store without a screen, one event on each line.
//!
//! Owns which events are told and in which form. What an event is, is `domain::happening`'s.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::args::{Global, Watch};
use super::exit::{self, Failure};
use super::output::{data, talk};
use super::{export, list, setup};
use crate::app::spoken;
use crate::app::views::View;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::happening::{Happening, Herald, Kind};
use crate::domain::ids::SessionId;
use crate::domain::nearest::nearest;
use crate::domain::personal::Privacy;
use crate::domain::snapshot::Snapshot;
use crate::persist::Persistence;
use crate::persist::memory::Memory;
use crate::refresh::schedule::unsigned;
use crate::runtime::engine::{Engine, Held};
use crate::runtime::{Ending, shutdown};

/// Nothing becomes true by time alone for so long at most.
const LONGEST: Duration = Duration::from_mins(1);

pub(super) async fn run(global: &Global, args: &Watch) -> Result<u8, Failure> {
    // Before anything else: a signal from now on ends it cleanly.
    let ended = shutdown::reason();
    let config = setup::config(global)?;
    let teller = Teller::of(global, args, &config)?;
    if global.no_state {
        let ids = teller.ids.iter();
        let new = ids.map(|id| setup::unknown(*id, SystemClock.now()));
        let held = Held::of(Memory::holding(new.collect()), None)?;
        return teller.watch(held, ended).await;
    }
    teller.watch(Held::open(&config.store)?, ended).await
}

/// What is told, of whom, and how.
struct Teller<'a> {
    global: &'a Global,
    config: &'a Config,
    json: bool,
    /// Empty: all of the list.
    ids: Vec<SessionId>,
    /// Empty: all kinds.
    kinds: Vec<Kind>,
    view: View,
}

impl<'a> Teller<'a> {
    fn of(global: &'a Global, args: &Watch, config: &'a Config) -> Result<Self, Failure> {
        let view = list::filter(&global.filter)?;
        let kinds = args.events.iter().map(|word| kind(word)).collect::<Result<_, _>>()?;
        let ids = setup::ids(&args.ids)?;
        if global.no_state && ids.is_empty() {
            let why = "with --no-state: which sessions? watch ID…";
            return Err(Failure::Usage(why.to_owned()));
        }
        Ok(Self { global, config, json: args.jsonl, ids, kinds, view })
    }

    async fn watch<P: Persistence>(
        &self,
        held: Held<P>,
        ended: impl Future<Output = Ending>,
    ) -> Result<u8, Failure> {
        let client = setup::client(self.config)?;
        for id in &self.ids {
            setup::find(&held.known, *id)?;
        }
        if let Some(warning) = &held.warning
            && !self.global.quiet
        {
            tracing::warn!(warning, "store");
        }
        let plan = (self.config.refresh.clone(), self.config.rules.clone());
        let engine = Engine::start(held, client, SystemClock, plan);
        let told = self.lines(&engine, ended).await;
        // Whatever ended it: what was learned is saved.
        if !engine.end().await {
            return Ok(exit::FAULT);
        }
        match told? {
            Ending::Signal(number) => Ok(128_u8.saturating_add(number)),
            Ending::Fault => Ok(exit::FAULT),
            Ending::Quit | Ending::TerminalGone => Ok(exit::OK),
        }
    }

    async fn lines(
        &self,
        engine: &Engine,
        ended: impl Future<Output = Ending>,
    ) -> Result<Ending, Failure> {
        let mut snapshots = engine.snapshots.clone();
        let first = Arc::clone(&snapshots.borrow_and_update());
        let mut herald = Herald::new(&first, self.config.rules.clone(), SystemClock.now());
        self.begin(&first);
        let mut ended = std::pin::pin!(ended);
        loop {
            let now = SystemClock.now();
            let snapshot = Arc::clone(&snapshots.borrow_and_update());
            for happening in herald.tell(&snapshot, now) {
                if self.wants(&happening, now) {
                    data(&self.line(&happening, now))?;
                }
            }
            tokio::select! {
                biased;
                ending = &mut ended => return Ok(ending),
                changed = snapshots.changed() => if changed.is_err() { return Ok(Ending::Fault) },
                () = tokio::time::sleep(pause(herald.wakes_at(), now)) => {}
            }
        }
    }

    /// A word to a person; a program reads events alone.
    fn begin(&self, snapshot: &Snapshot) {
        tracing::info!(sessions = snapshot.sessions.len(), "watch begins");
        if self.json || self.global.quiet {
            return;
        }
        talk(&match (self.ids.len(), snapshot.sessions.len()) {
            (0, 0) => "Nothing on the watch-list yet. Add sessions: branchwatch add ID…".to_owned(),
            (0, 1) => "watching 1 session; ctrl-c ends".to_owned(),
            (0, all) => format!("watching {all} sessions; ctrl-c ends"),
            (some, all) => format!("watching {some} of {all} sessions; ctrl-c ends"),
        });
    }

    fn wants(&self, happening: &Happening, now: Timestamp) -> bool {
        if !self.kinds.is_empty() && !self.kinds.contains(&happening.kind) {
            return false;
        }
        let Some(session) = &happening.session else { return true };
        (self.ids.is_empty() || self.ids.contains(&session.id()))
            && self.view.holds(session, &self.config.rules, now)
    }

    fn line(&self, happening: &Happening, now: Timestamp) -> String {
        let privacy = self.config.privacy.unwrap_or(Privacy::Off);
        if self.json {
            let origin = export::origin(self.config, now);
            let event = crate::export::event(happening, &origin, privacy);
            return crate::export::json_lines(std::iter::once(event));
        }
        format!("{}\n", spoken::line(happening, privacy, &self.config.zone))
    }
}

fn pause(wakes_at: Option<Timestamp>, now: Timestamp) -> Duration {
    let wait = wakes_at.map(|at| unsigned(at.duration_since(now)) + Duration::from_millis(10));
    wait.map_or(LONGEST, |wait| wait.min(LONGEST))
}

fn kind(word: &str) -> Result<Kind, Failure> {
    Kind::named(word).ok_or_else(|| {
        let words = || Kind::ALL.iter().map(|kind| kind.word());
        let known = words().collect::<Vec<_>>().join(", ");
        let near = nearest(&word.to_ascii_lowercase(), words());
        let near = near.map(|near| format!(" the nearest is {near};")).unwrap_or_default();
        let word = crate::text::shown_str(word, 40);
        Failure::Usage(format!("--events: no event named {word};{near} known: {known}"))
    })
}
