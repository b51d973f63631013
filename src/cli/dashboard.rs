//! The dashboard on real sessions.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use color_eyre::eyre::WrapErr;
use tokio::task::spawn_blocking;

use super::args::Global;
use super::exit::{self, Failure};
use super::output::warn;
use super::{list, reload, setup, store};
use crate::api::SessionApi;
use crate::app::ModelSettings;
use crate::cli::terminal_style::{self, Chosen};
use crate::clock::{Clock, SystemClock};
use crate::config::options::General;
use crate::config::{Config, ConfigError, Environment};
use crate::keymap::Keymap;
use crate::notifications::receiver::Receiver;
use crate::persist;
use crate::runtime::engine::LoadedStore;
use crate::runtime::opener::Opener;
use crate::runtime::private_folder::PrivateFolder;
use crate::runtime::services::Services;
use crate::runtime::yoti_actions::YotiActions;
use crate::runtime::{self, DashboardParts, Ending};

pub(super) async fn run(global: &Global) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let client = setup::client_unless_offline(global, &config)?;
    // Before the store is opened: a start that fails must not take over from another process.
    must_be_a_terminal()?;
    let chosen = terminal_style::of(global, &config.general.theme)?;
    let mut parts = parts(global, &config, chosen)?;
    parts.reload = Some(reload::reading(global, &config));
    parts.shared = store::shared(global, &config)?;
    parts.receiver = config.notifications.as_ref().map(Receiver::new).transpose()?;
    parts.services.audit = setup::audit_log(&config);
    parts.services.yoti_actions =
        client.clone().map(|client| Arc::new(client) as Arc<dyn YotiActions>);
    setup::privacy(&config)?;
    let folder = config.general.export_dir.clone();
    // Beside the start: the folder may have many files, and lie on a network.
    let _beside = spawn_blocking(move || setup::remove_leftovers(&folder, None));
    if global.no_state {
        return finish(
            parts,
            LoadedStore::of(persist::in_memory(Vec::new()), None)?,
            client,
            SystemClock,
        )
        .await;
    }
    finish(
        parts,
        LoadedStore::open(&setup::location(&config), config.refresh.online)?,
        client,
        SystemClock,
    )
    .await
}

/// The dashboard as the configuration wants it. What reaches
/// Yoti, or is reached by Yoti, is for the caller to add.
pub(super) fn parts(
    global: &Global,
    config: &Config,
    Chosen { look, themes, asks_ground }: Chosen,
) -> Result<DashboardParts, Failure> {
    let own = config.general.keys.clone().unwrap_or_default();
    let keymap = Keymap::with(&own.0).map_err(ConfigError::from)?;
    let settings = ModelSettings {
        profile: config.profile.clone(),
        badge: config.environment.to_uppercase(),
        clock_speed: config.refresh.clock_speed,
        live: config.environment == "live",
        sdk_short: config.application.sdk_id.map(short).unwrap_or_default(),
        rules: config.rules.clone(),
        general: General {
            mouse: config.general.mouse && !global.no_mouse,
            ..config.general.clone()
        },
        time_zone: config.zone.clone(),
        ascii: look.ascii,
        help: keymap.help_rows(),
    };
    Ok(DashboardParts {
        environment: config.environment.clone(),
        settings,
        keymap,
        look,
        themes,
        asks_ground,
        views: config.views.clone(),
        alarms: config.alarms.clone(),
        filter: list::filter(&global.filter)?,
        graphics: terminal_style::graphics(config.general.pictures, look),
        alert_command: config.alert_command.clone(),
        receiver: None,
        arrivals: None,
        proportions: config.proportions,
        refresh: config.refresh.clone(),
        shared: None,
        reload: None,
        services: Services {
            opener: opener(),
            clipboard: config.general.clipboard.clone(),
            private: private(config),
            ..Services::default()
        },
        operator: reload::operator(global, config),
    })
}

/// The beginning of an SDK ID: enough to tell two applications apart.
fn short(sdk_id: uuid::Uuid) -> String {
    sdk_id.to_string().chars().take(4).collect()
}

pub(super) async fn finish<A: SessionApi, C: Clock + Clone>(
    parts: DashboardParts,
    held: LoadedStore,
    client: A,
    clock: C,
) -> Result<u8, Failure> {
    let ending = runtime::dashboard(parts, held, client, clock).await;
    match ending.wrap_err("the terminal cannot be used")? {
        Ending::Quit => Ok(exit::OK),
        // As a shell tells of a signal.
        Ending::Signal(number) => Ok(128_u8.saturating_add(number)),
        Ending::TerminalGone => Ok(129),
        Ending::Fault => Ok(exit::FAULT),
    }
}

pub(super) fn must_be_a_terminal() -> Result<(), Failure> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() && !dumb {
        return Ok(());
    }
    warn(
        "the dashboard needs a terminal; for lines of text: branchwatch list, branchwatch show ID",
    );
    Err(Failure::Usage("no terminal".into()))
}

/// Without one, letters are saved and not opened.
fn private(config: &Config) -> Option<PrivateFolder> {
    let environment = Environment::of_process();
    let runtime_dir = environment.get("XDG_RUNTIME_DIR").map(Path::new);
    PrivateFolder::make(runtime_dir, &config.state_dir).ok()
}

/// How addresses are opened from this process.
fn opener() -> Opener {
    let environment = Environment::of_process();
    let ssh = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"];
    let over_ssh = ssh.iter().any(|name| environment.get(name).is_some());
    Opener::of(over_ssh, std::env::var_os("PATH").as_deref())
}
