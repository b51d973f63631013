//! The running dashboard: terminal, event loop, background tasks, their start and their end.
//!
//! Owns the order of starting and stopping. Thin: every decision is some other room's.

pub mod desk;
pub mod effects;
pub mod event_loop;
pub mod evidence;
mod exports;
mod hands;
pub mod opener;
pub mod receiver;
pub mod shutdown;
pub mod terminal;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::api::SessionApi;
use crate::app::desk::DeskSettings;
use crate::app::fitting::Fit;
use crate::app::views::View;
use crate::app::{Model, ModelSettings};
use crate::clock::Clock;
use crate::domain::watched::WatchedSession;
use crate::keymap::Keymap;
use crate::notifications::receiver::Receiver;
use crate::persist::{LAST_LOOK, Persistence, arrangement, ledger, writer};
use crate::refresh::{self, Command};
use crate::store::Store;
use crate::theme::{Look, Themes};
use terminal::Surface;

/// What the dashboard is made of.
#[derive(Debug)]
pub struct Parts {
    /// For exports: `live`, `sandbox`, `demo`, ….
    pub environment: String,
    /// For the model.
    pub settings: ModelSettings,
    /// Keys in force.
    pub keymap: Keymap,
    /// Colours and signs.
    pub look: Look,
    /// What the look can change to.
    pub themes: Themes,
    /// How the screen is fitted at the start.
    pub fit: Fit,
    /// Views of the configuration.
    pub views: Vec<View>,
    /// What listens for notifications; `None`: nobody does.
    pub receiver: Option<Receiver>,
    /// For the refresh task.
    pub refresh: refresh::Settings,
    /// What the operator's hands reach.
    pub desk: desk::Desk,
    /// What the configuration says of it.
    pub desk_settings: DeskSettings,
}

/// How the dashboard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The operator quit.
    Quit,
    /// A signal, by its number.
    Signal(u8),
    /// The terminal went away.
    TerminalGone,
    /// A task failed inside.
    Fault,
}

/// Runs the dashboard until it ends. The terminal is restored and the store flushed when it returns.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn dashboard<P: Persistence, A: SessionApi, C: Clock + Clone>(
    parts: Parts,
    (mut persistence, known, warning): (P, Vec<WatchedSession>, Option<String>),
    api: A,
    clock: C,
) -> std::io::Result<Ending> {
    let rules = parts.settings.rules.clone();
    tracing::info!(sessions = known.len(), environment = parts.environment, "dashboard begins");
    // A cursor that cannot be read costs the digest and nothing else.
    let last_look = persistence.state(LAST_LOOK).ok().flatten().and_then(|at| at.parse().ok());
    // Nor does an arrangement, the list's own order.
    let kept = arrangement::arrangement(&mut persistence).unwrap_or_default();
    let (store, snapshots) = Store::new(known);
    let tally = ledger::tally(&mut persistence).unwrap_or_default();
    let mut store = store.last_looked(last_look).tallied(tally);
    store.arrange(kept.clone());
    let saved = (store.snapshot().sessions.clone(), store.snapshot().archived.clone());
    let (commands, inbox) = mpsc::channel::<Command>(256);
    let stop = CancellationToken::new();
    let polling = tokio::spawn(refresh::run(
        api,
        store,
        clock.clone(),
        (parts.refresh, rules.clone()),
        (inbox, stop.child_token()),
    ));
    let tell = commands.clone();
    let trouble = move |what: Option<String>| {
        // A full queue means that a newer word follows soon.
        let _dropped = tell.try_send(Command::StoreTrouble(what));
    };
    if warning.is_some() {
        trouble(warning);
    }
    if let Some(receiver) = parts.receiver {
        receiver::start(receiver, commands.clone(), clock.clone(), stop.child_token());
    }
    #[cfg(debug_assertions)]
    tokio::spawn(fault_for_tests("task"));
    let saving_stop = CancellationToken::new();
    let saving =
        tokio::spawn(writer(persistence, saved, snapshots.clone(), trouble, saving_stop.clone()));

    // Before the terminal is taken: a signal from then on must give it back.
    let stopped = shutdown::reason();
    let mut screen = terminal::Screen::enter()?;
    let mut model = Model::new(parts.settings.clone(), screen.size(), clock.now())
        .with_desk(parts.desk_settings)
        .with_views(parts.views, &kept)
        .with_fit(parts.fit);
    if parts.fit.mouse {
        screen.mouse(true)?;
    }
    let origin = effects::ExportOrigin {
        profile: parts.settings.profile,
        environment: parts.environment,
        rules,
    };
    let outside = event_loop::Outside {
        snapshots: snapshots.clone(),
        effects: effects::Effects::new(commands, snapshots, origin, Arc::new(clock.clone()))
            .with_desk(parts.desk),
        clock,
        keymap: parts.keymap,
        look: parts.look,
        themes: parts.themes,
    };
    let ending = event_loop::run(
        &mut model,
        &mut screen,
        crossterm::event::EventStream::new(),
        outside,
        ended(stopped),
    )
    .await;
    drop(screen);
    tracing::info!(ending = ?ending.as_ref().ok(), "dashboard ends");
    stop.cancel();
    let polled = polling.await;
    saving_stop.cancel();
    let saved = saving.await;
    if polled.is_err() || saved.is_err() {
        return Ok(Ending::Fault);
    }
    ending
}

/// What ends the loop from outside.
async fn ended(stopped: impl Future<Output = Ending>) -> Ending {
    #[cfg(debug_assertions)]
    fault_for_tests("loop").await;
    stopped.await
}

/// The tests ask for a panic here, to see that the terminal survives it. Not in release builds.
#[cfg(debug_assertions)]
async fn fault_for_tests(site: &str) {
    if std::env::var("BRANCHWATCH_TEST_PANIC").is_ok_and(|wanted| wanted == site) {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        #[expect(clippy::panic, reason = "this is the panic that was asked for")]
        {
            panic!("CANARY: the message of a panic may hold data");
        }
    }
}
