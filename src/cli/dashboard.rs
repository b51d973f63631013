//! The dashboard on real sessions, and the demo on made-up ones.
//!
//! Owns putting the parts together; `runtime` runs them.

use std::io::IsTerminal;
use std::sync::Arc;

use color_eyre::eyre::WrapErr;
use jiff::SignedDuration;
use secrecy::ExposeSecret;

use super::args::{Global, Play};
use super::exit::{self, Failure};
use super::look::{self, Chosen};
use super::output::warn;
use super::{list, setup, watch};
use crate::api::SessionApi;
use crate::api::client::{Client, ClientOptions};
use crate::api::key::SigningKey;
use crate::app::ModelSettings;
use crate::app::alarm::AlarmSettings;
use crate::app::desk::{DeskSettings, Writes};
use crate::app::fitting::Fit;
use crate::audit::AuditLog;
use crate::clock::{Clock, SystemClock};
use crate::config::{self, ConfigError, Environment, PictureChoice};
use crate::domain::deed::Deed;
use crate::domain::personal::Privacy;
use crate::domain::rules::Rules;
use crate::domain::watched::WatchEntry;
use crate::keymap::Keymap;
use crate::notifications::receiver::Receiver;
use crate::persist::Persistence;
use crate::persist::memory::Memory;
use crate::refresh::Settings;
use crate::runtime::desk::Desk;
use crate::runtime::engine::Held;
use crate::runtime::evidence::Evidence;
use crate::runtime::opener::Opener;
use crate::runtime::{self, Ending, Parts};
use crate::simulator::{self, Options, Running};

pub(super) async fn run(global: &Global) -> Result<u8, Failure> {
    let config = setup::config(global)?;
    let Chosen { look, themes } = look::of(global, config.theme.as_deref())?;
    let client = setup::client_unless_offline(global, &config)?;
    must_be_a_terminal()?;
    let keymap = Keymap::with(&config.keys).map_err(ConfigError::from)?;
    let settings = ModelSettings {
        profile: config.profile.clone(),
        badge: config.environment.to_uppercase(),
        live: config.environment == "live",
        sdk_short: config
            .sdk_id
            .map(|id| id.to_string().chars().take(4).collect())
            .unwrap_or_default(),
        rules: config.rules.clone(),
        export_dir: config.export_dir.clone(),
        time_zone: config.zone.clone(),
        ascii: look.ascii,
        help: keymap.help_rows(),
    };
    let parts = Parts {
        environment: config.environment.clone(),
        settings,
        keymap,
        look,
        themes,
        views: config.views.clone(),
        alarms: config.alarms.clone(),
        filter: list::filter(&global.filter)?,
        graphics: look::graphics(config.pictures, look),
        teller: config.teller.clone(),
        receiver: config.notifications.as_ref().map(Receiver::new).transpose()?,
        fit: Fit { mouse: config.fit.mouse && !global.no_mouse, ..config.fit },
        refresh: config.refresh.clone(),
        desk: Desk {
            audit: AuditLog::in_folder(&config.state_dir),
            opener: opener(),
            clipboard: config.desk.clipboard.clone(),
            evidence: client.clone().map(|client| Arc::new(client) as Arc<dyn Evidence>),
            private: private(),
        },
        desk_settings: DeskSettings {
            portal_url: config.desk.portal_url.clone(),
            lock_after: config.desk.lock_after,
            programs: config.desk.programs.clone(),
            writes: Writes {
                delete: global.allow_writes && config.desk.allow_delete,
                email: global.allow_writes && config.desk.allow_email,
            },
        },
    };
    if config.fit.privacy != Privacy::Masked {
        let log = AuditLog::in_folder(&config.state_dir);
        log.append(SystemClock.now(), Deed::PrivacyLowered, &[], "").map_err(Failure::Other)?;
    }
    if global.no_state {
        return finish(parts, Held::of(Memory::default(), None)?, client, SystemClock).await;
    }
    finish(
        parts,
        Held::open(&setup::location(&config), config.refresh.online)?,
        client,
        SystemClock,
    )
    .await
}

pub(super) async fn demo(global: &Global, play: &Play) -> Result<u8, Failure> {
    let flags = setup::flags(global);
    let zone = config::zone(&flags)?;
    let named = config::theme_named(&flags, &Environment::of_process(), None);
    let Chosen { look, themes } = look::of(global, named.map(|(name, _)| name).as_deref())?;
    if !global.a11y {
        must_be_a_terminal()?;
    }
    if global.max_rps.is_some_and(|rate| !(rate > 0.0 && rate <= 1_000.0)) {
        return Err(Failure::Usage("--max-rps: more than 0, and 1000 at most".into()));
    }
    if !play.speed.is_finite() || play.speed < 0.0 {
        return Err(Failure::Usage("--speed: 0 or more".into()));
    }
    let (running, receiver) = simulated(play).await?;
    let pem = running.private_key_pem.as_ref().map_or("", |pem| pem.expose_secret());
    let key = Arc::new(SigningKey::from_pem(pem.as_bytes())?);
    let options = ClientOptions::new(running.base_url.clone(), running.sdk_id);
    let client = Client::new(&options, key, running.clock)?;
    let mut store = Memory::default();
    store.add(&made_up(&running))?;
    let refresh = demo_settings(play.speed, global);
    if global.a11y {
        let held = Held::of(store, None)?;
        let told = watch::demo(global, held, (client, running.clock), (refresh, receiver)).await;
        running.shutdown().await;
        return told;
    }
    let keymap = Keymap::shipped().map_err(ConfigError::from)?;
    let settings = ModelSettings {
        profile: "demo".into(),
        badge: "DEMO".into(),
        live: false,
        sdk_short: running.sdk_id.to_string().chars().take(4).collect(),
        rules: Rules::default(),
        export_dir: std::path::PathBuf::from("."),
        time_zone: zone,
        ascii: look.ascii,
        help: keymap.help_rows(),
    };
    let parts = Parts {
        environment: "demo".into(),
        settings,
        keymap,
        look,
        themes,
        views: Vec::new(),
        filter: list::filter(&global.filter)?,
        fit: Fit { privacy: flags.privacy.unwrap_or_default(), ..Fit::default() },
        graphics: look::graphics(PictureChoice::Auto, look),
        teller: None,
        receiver: Some(receiver),
        alarms: AlarmSettings::default(),
        refresh,
        desk: Desk {
            opener: opener(),
            evidence: (!global.offline).then(|| Arc::new(client.clone()) as Arc<dyn Evidence>),
            private: private(),
            ..Desk::default()
        },
        // Made-up sessions may be deleted, where that is asked for.
        desk_settings: DeskSettings {
            writes: Writes { delete: global.allow_writes, email: global.allow_writes },
            ..DeskSettings::default()
        },
    };
    let clock = running.clock;
    let code = finish(parts, Held::of(store, None)?, client, clock).await;
    running.shutdown().await;
    code
}

/// The simulator, and the receiver that it notifies of what happens from now on.
async fn simulated(play: &Play) -> Result<(Running, Receiver), Failure> {
    let (receiver, address) = Receiver::here()?;
    let options = Options {
        listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
        sessions: play.sessions,
        seed: play.seed,
        speed: play.speed,
        scenarios: Vec::new(),
        start: SystemClock.now(),
        public_key_pem: None,
    };
    let running = simulator::start_told(options, Some(address.expose_secret())).await?;
    Ok((running, receiver))
}

/// The simulator's sessions as a watch-list.
fn made_up(running: &Running) -> Vec<WatchEntry> {
    let entry = |made: &simulator::MadeSession| WatchEntry {
        id: made.id,
        reference: Some(made.reference.clone()),
        tags: Vec::new(),
        added_at: running.clock.now(),
        deadline: None,
        // So that the evidence clock shows.
        resources_ttl: Some(EVIDENCE),
    };
    running.sessions.iter().map(entry).collect()
}

/// How long the demo's Yoti keeps the evidence.
const EVIDENCE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The usual intervals in simulated time, and never below one real second.
fn demo_settings(speed: f64, global: &Global) -> Settings {
    let usual = Settings::default();
    let quicker = |span: SignedDuration| {
        let seconds = (span.as_secs_f64() / speed.max(1.0)).max(1.0);
        SignedDuration::try_from_secs_f64(seconds).unwrap_or(span)
    };
    Settings {
        at_counter: quicker(usual.at_counter),
        due_today: quicker(usual.due_today),
        awaiting: quicker(SignedDuration::from_secs(60)),
        done: Some(SignedDuration::from_secs(20)),
        selected: quicker(usual.selected),
        configuration: quicker(SignedDuration::from_secs(60)),
        max_rps: global.max_rps.unwrap_or(20.0),
        online: !global.offline,
        clock_speed: if speed > 0.0 { speed } else { 1.0 },
        ..usual
    }
}

async fn finish<P: Persistence, A: SessionApi, C: Clock + Clone>(
    parts: Parts,
    held: Held<P>,
    client: A,
    clock: C,
) -> Result<u8, Failure> {
    let ending = runtime::dashboard(parts, held, client, clock).await;
    match ending.wrap_err("the terminal cannot be used")? {
        Ending::Quit => Ok(exit::OK),
        Ending::Signal(number) => Ok(128_u8.saturating_add(number)),
        Ending::TerminalGone => Ok(129),
        Ending::Fault => Ok(exit::FAULT),
    }
}

fn must_be_a_terminal() -> Result<(), Failure> {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    if std::io::stdout().is_terminal() && std::io::stdin().is_terminal() && !dumb {
        return Ok(());
    }
    warn(
        "the dashboard needs a terminal; for lines of text: branchwatch list, branchwatch show ID",
    );
    Err(Failure::Usage("no terminal".into()))
}

/// A folder for the owner alone, in memory where the system has such a place; removed at the end.
fn private() -> Option<Arc<tempfile::TempDir>> {
    let place = Environment::of_process().get("XDG_RUNTIME_DIR").map(std::path::PathBuf::from);
    let place = place.filter(|place| place.is_dir()).unwrap_or_else(std::env::temp_dir);
    tempfile::Builder::new().prefix("branchwatch-").tempdir_in(place).ok().map(Arc::new)
}

/// How addresses are opened from this process.
fn opener() -> Opener {
    let environment = Environment::of_process();
    let ssh = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"];
    Opener::of(ssh.iter().any(|name| environment.get(name).is_some()))
}
