//! The running dashboard: terminal, event loop, background tasks, their start and their end.
//!
//! Owns the order of starting and stopping. Thin: every decision is some other room's.

pub mod alerts;
pub mod clipboard;
pub(crate) mod crash;
pub mod effects;
pub mod engine;
pub mod event_loop;
mod exports;
mod frames;
pub mod ground;
mod input;
pub mod opener;
mod picture;
pub mod private_folder;
pub(crate) mod program;
pub mod receiver;
pub mod reload;
pub mod services;
mod share;
pub mod shutdown;
pub mod terminal;
pub mod yoti_actions;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::api::SessionApi;
use crate::app::layout::Proportions;
use crate::app::list::views::View;
use crate::app::operator::bell::state::AlarmSettings;
use crate::app::operator::config::state::OperatorConfig;
use crate::app::{Model, ModelSettings};
use crate::clock::Clock;
use crate::desk::SharedStore;
use crate::keymap::Keymap;
use crate::notifications::receiver::Receiver;
use crate::refresh;
use crate::theme::{Look, Themes};
use crate::ui::widgets::graphics::Pictures;
use crate::ui::widgets::picture::Graphics;
use engine::{Engine, LoadedStore};
use terminal::Surface;

/// What the dashboard is made of.
pub struct DashboardParts {
    /// For exports: `live`, `sandbox`, `demo`, ….
    pub environment: String,
    pub settings: ModelSettings,
    pub keymap: Keymap,
    pub look: Look,
    /// What the look can change to.
    pub themes: Themes,
    /// The terminal is asked for its ground, for the theme `auto`.
    pub asks_ground: bool,
    pub proportions: Proportions,
    pub alarms: AlarmSettings,
    /// The graphics that the terminal has; `None`: half-blocks.
    pub graphics: Option<Graphics>,
    pub views: Vec<View>,
    /// The filter at the start.
    pub filter: View,
    /// What listens for notifications; `None`: nobody does.
    pub receiver: Option<Receiver>,
    /// Sessions that come and go without the operator: the demo's.
    pub arrivals: Option<mpsc::Receiver<refresh::Command>>,
    /// The program that is told of what happens; `None`: none is.
    pub alert_command: Option<alerts::AlertCommand>,
    pub refresh: refresh::Settings,
    /// The store that several machines share; `None`: this one keeps its list for itself.
    pub shared: Option<Box<SharedStore>>,
    /// What effects use beside the refresh task.
    pub services: services::Services,
    pub operator: OperatorConfig,
    /// The files of the configuration, and how it is read again.
    pub reload: Option<(Vec<PathBuf>, reload::RereadConfig)>,
}

/// How the dashboard ended, for the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Quit,
    /// A signal, by its number.
    Signal(u8),
    TerminalGone,
    Fault,
}

/// Runs the dashboard until it ends. The terminal is restored and the store flushed when it returns.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn dashboard<A: SessionApi, C: Clock + Clone>(
    parts: DashboardParts,
    held: LoadedStore,
    api: A,
    clock: C,
) -> std::io::Result<Ending> {
    let rules = parts.settings.rules.clone();
    let kept = held.arrangement.clone();
    let services = services::Services { details: Arc::clone(&held.details), ..parts.services };
    let refresh = refresh::Settings { shared: parts.shared.is_some(), ..parts.refresh };
    let mut engine = Engine::start(held, api, clock.clone(), refresh, rules.clone());
    engine.shares(parts.shared, &clock);
    let (commands, snapshots) = (engine.commands.clone(), engine.snapshots.clone());
    if let Some(receiver) = parts.receiver {
        receiver::start(receiver, commands.clone(), clock.clone(), engine.stopping());
    }
    // Sessions come and go without the operator: a task
    // of its own, so that a full queue holds up nobody.
    if let Some(arrivals) = parts.arrivals {
        tokio::spawn(forward(arrivals, commands.clone()));
    }
    if let Some(alert_command) = parts.alert_command {
        alerts::start(alert_command, &engine, clock.clone(), rules.clone());
    }

    // Before the terminal is taken: a signal from then on must give it back.
    let (stopped, stops) = (shutdown::of_dashboard(), shutdown::stops()?);
    let mut screen = terminal::Screen::enter()?;
    let mut model = Model::new(parts.settings.clone(), screen.size(), clock.now())
        .with_operator_config(parts.operator)
        .with_views(parts.views, &kept)
        .with_filter(parts.filter)
        .with_proportions(parts.proportions)
        .with_alarms(parts.alarms);
    if parts.settings.general.mouse {
        screen.mouse(true)?;
    }
    let origin = effects::ExportOrigin {
        profile: parts.settings.profile,
        environment: parts.environment,
        rules,
        zone: parts.settings.time_zone.clone(),
    };
    let shared = Arc::new(clock.clone());
    let outside = event_loop::LoopContext {
        snapshots: snapshots.clone(),
        effects: effects::Effects::new(commands, snapshots, origin, shared, services),
        clock,
        keymap: parts.keymap,
        look: parts.look,
        themes: parts.themes,
        asks_ground: parts.asks_ground,
        pictures: Pictures::new(parts.graphics),
        reloads: parts.reload.map(|(files, read)| reload::start(files, read)),
    };
    outside.effects.suspend_at(stops);
    let input = input::input()?;
    let ending = event_loop::run(&mut model, &mut screen, input, outside, stopped).await;
    // Before anything is waited for: the operator has her terminal back while the store is flushed.
    drop(screen);
    tracing::info!(ending = ?ending.as_ref().ok(), "dashboard ends");
    // A task that failed inside is a fault, whatever the loop made of it.
    if engine.end().await { ending } else { Ok(Ending::Fault) }
}

/// Hands commands to the refresh task until one of the two ends.
pub async fn forward(
    mut arrivals: mpsc::Receiver<refresh::Command>,
    commands: mpsc::Sender<refresh::Command>,
) {
    while let Some(command) = arrivals.recv().await {
        if commands.send(command).await.is_err() {
            return;
        }
    }
}
