//! What several commands need: configuration, client, store.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tracing::level_filters::LevelFilter;
use zeroize::Zeroizing;

use super::args::Global;
use super::exit::Failure;
use super::output::warn;
use crate::api::client::Client;
use crate::api::key::{KeyError, MAX_BYTES, SigningKey};
use crate::audit::{AuditKey, AuditLog};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Config, Environment, Flags, KeyCommand, KeySource, parse_span};
use crate::domain::assessment::attention::assess;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::export;
use crate::persist::key::StoreKey;
use crate::persist::location::Location;
use crate::persist::{PersistError, SharedPersistence};
use crate::refresh::due::unsigned;
use crate::regular_file::{self, folder_of};
use crate::runtime::engine::LoadedStore;
use crate::runtime::{crash, program};
use crate::telemetry::{self, LogPlace};
use crate::text::shown_str;

/// A password manager may have to be unlocked.
const SECRET_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn flags(global: &Global) -> Flags {
    Flags {
        config: global.config.clone(),
        offline: global.offline,
        options: global.options.0.clone(),
    }
}

pub(super) fn config(global: &Global) -> Result<Config, Failure> {
    let config = config::resolve(&flags(global), &Environment::of_process())?;
    report_crashes(global, &config);
    if log_place(global).is_none() && !global.no_state {
        let level = log_level(global)?.unwrap_or(LevelFilter::INFO);
        // Fails for a file that was named, and none was.
        let _installed = telemetry::install(&LogPlace::Folder(&config.state_dir), level);
    }
    if global.allow_writes {
        read_only(&config)?;
    }
    if global.options.0.contains_key("--theme") {
        // Also where nothing is drawn: a name that is wrong is said.
        crate::cli::terminal_style::of(global, &config.general.theme)?;
    }
    let (version, file) = (env!("CARGO_PKG_VERSION"), config.file.display());
    let (profile, environment) = (&config.profile, &config.environment);
    tracing::debug!(version, profile, environment, %file, "configuration read");
    Ok(config)
}

/// Logs where the flags say so. Where they say nothing, the state folder is not known yet.
pub(super) fn log(global: &Global) -> Result<(), Failure> {
    let level = log_level(global)?;
    let Some(place) = log_place(global) else { return Ok(()) };
    let usual = if global.verbose > 1 { LevelFilter::DEBUG } else { LevelFilter::INFO };
    telemetry::install(&place, level.unwrap_or(usual))
        .map_err(|why| Failure::Other(format!("cannot log: --log-file: {why}")))
}

// Not by clap: it reads the environment too, and would print a key that stands there.
fn log_level(global: &Global) -> Result<Option<LevelFilter>, Failure> {
    global.log_level.as_deref().map(str::parse).transpose().map_err(|_unknown| {
        Failure::Usage("--log-level: expected error, warn, info, debug or off".to_owned())
    })
}

fn log_place(global: &Global) -> Option<LogPlace<'_>> {
    match &global.log_file {
        Some(path) if path.as_os_str() == "-" => Some(LogPlace::StandardError),
        Some(path) => Some(LogPlace::File(path)),
        None if global.verbose > 0 => Some(LogPlace::Verbose),
        None => None,
    }
}

/// Log files that this profile's commands write: the one that was named, and the usual one.
pub(super) fn log_files(global: &Global, config: &Config) -> Vec<PathBuf> {
    let named = global.log_file.clone().filter(|log| log.as_os_str() != "-");
    named.into_iter().chain([telemetry::usual(&config.state_dir)]).collect()
}

/// A fault of the program leaves a report beside the audit log, unless nothing is to be stored.
pub(super) fn report_crashes(global: &Global, config: &Config) {
    if !global.no_state {
        crash::report_in(&config.state_dir);
    }
}

/// How much of the operator's labels a command shows. More than masked is there only once its line
/// stands in the audit log.
pub(super) fn privacy(config: &Config) -> Result<Privacy, Failure> {
    if config.general.privacy != Privacy::Masked {
        let written =
            audit_log(config).append(SystemClock.now(), AuditAction::PrivacyLowered, &[], "");
        written.map_err(Failure::Other)?;
    }
    Ok(config.general.privacy)
}

/// Removes what exports that were cut off have left in the usual folder, and in that of this target.
pub(super) fn remove_leftovers(export_dir: &Path, target: Option<&Path>) {
    let target = target.map(|target| if target.is_dir() { target } else { folder_of(target) });
    for folder in std::iter::once(export_dir).chain(target) {
        let removed = regular_file::remove_leftovers(folder, &[export::TEMPORARY]);
        if removed > 0 {
            tracing::info!(removed, "files of exports that were cut off: deleted");
        }
    }
}

pub(super) fn audit_log(config: &Config) -> AuditLog {
    // Without a key that can be read its lines are written all the same, and say so.
    let key = config.key.as_ref().and_then(|source| audit_key(source).ok());
    AuditLog::in_folder(&config.state_dir, &config.general.operator, key)
}

/// A key of its own for the audit log.
pub(super) fn audit_key(source: &KeySource) -> Result<AuditKey, KeyError> {
    Ok(AuditKey::new(&*signing_key(source)?.derived("audit log")?))
}

/// Refused where the configuration says so: no flag stands over it.
pub(super) fn read_only(config: &Config) -> Result<(), Failure> {
    match &config.read_only {
        Some(place) => Err(Failure::ReadOnly(format!("read-only: {place}; nothing was done"))),
        None => Ok(()),
    }
}

pub(super) fn client(config: &Config) -> Result<Client<SystemClock>, Failure> {
    let (sdk_id, key) = config.credentials()?;
    Ok(Client::new(&config.client_options(sdk_id), signing_key(key)?, SystemClock)?)
}

/// The key from its file, or from the program that prints it, once for the whole process.
pub(super) fn signing_key(source: &KeySource) -> Result<Arc<SigningKey>, KeyError> {
    static KEY: OnceLock<Arc<SigningKey>> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return Ok(Arc::clone(key));
    }
    let key = match source {
        KeySource::File(path) => SigningKey::from_file(path)?,
        KeySource::Command(command) => printed(command)?,
    };
    Ok(Arc::clone(KEY.get_or_init(|| Arc::new(key))))
}

fn printed(command: &KeyCommand) -> Result<SigningKey, KeyError> {
    let KeyCommand { program, arguments } = command;
    let wrong = |how: String| KeyError::Command { program: shown_str(program, 200), how };
    let pem = secret_of(program, arguments, MAX_BYTES).map_err(wrong)?;
    SigningKey::from_pem(&pem).map_err(|why| wrong(format!("printed no usable key ({why})")))
}

/// What a program of the configuration prints that nobody else may read; else what went wrong.
pub(super) fn secret_of(
    program: &str,
    arguments: &[String],
    most: u64,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let ended = program::output(program, arguments, SECRET_TIMEOUT, most);
    // Called from code that is not async: the other threads of the runtime go on meanwhile.
    let ended = block_in_place(|| Handle::current().block_on(ended));
    let (status, printed) = ended.map_err(|why| why.to_string())?;
    if status.success() { Ok(printed) } else { Err(format!("ended with {status}")) }
}

/// `None` with `--offline`: then no key is needed.
pub(super) fn client_unless_offline(
    global: &Global,
    config: &Config,
) -> Result<Option<Client<SystemClock>>, Failure> {
    (!global.offline).then(|| client(config)).transpose()
}

/// The store, and what it is sealed with. Who asks Yoti hears what is wrong with a key.
pub(super) fn location(config: &Config) -> Location {
    let key = config.key.as_ref().and_then(|source| signing_key(source).ok());
    let location = Location::new(&config.store, key.and_then(|key| store_key(&key)));
    let location = location.owned_by(&config.profile);
    let is_shared = config.application.shared_store.is_some();
    location.retaining(config.rules.retention).shared(is_shared)
}

/// Keys of their own for the store, so that the signing key is used for signatures alone.
pub(super) fn store_key(key: &SigningKey) -> Option<StoreKey> {
    let derived = |purpose| key.derived(purpose).ok();
    StoreKey::new(&*derived("store key")?, &*derived("stored responses")?)
}

/// Opens the store beside a dashboard that may be running; says what had to be mended.
pub(super) fn store(
    global: &Global,
    config: &Config,
) -> Result<Box<dyn SharedPersistence>, Failure> {
    needs_store(global)?;
    opened(&location(config))
}

pub(super) fn needs_store(global: &Global) -> Result<(), Failure> {
    if global.no_state {
        return Err(Failure::Usage("this command needs the local store: omit --no-state".into()));
    }
    Ok(())
}

/// All sessions of the store as [`SharedPersistence::listed`] has them.
pub(super) fn listed(config: &Config) -> Result<Vec<WatchedSession>, Failure> {
    Ok(opened(&location(config))?.listed()?)
}

fn opened(location: &Location) -> Result<Box<dyn SharedPersistence>, Failure> {
    let opened = location.open(false)?;
    tracing::debug!(store = %location.path().display(), "store opened");
    if let Some(warning) = opened.warning {
        warn(&format!("warning: {warning}"));
    }
    Ok(opened.persistence)
}

/// The store for a command that goes on: this process's own, or followed, and
/// taken when its keeper ends where it `takes` it. Says what had to be mended.
pub(super) fn held(config: &Config, takes: bool) -> Result<LoadedStore, Failure> {
    let held = LoadedStore::open(&location(config), takes)?;
    if let Some(warning) = &held.warning {
        warn(&format!("warning: {warning}"));
    }
    Ok(held)
}

/// Finds a session of the watch-list, or one that was archived from it.
pub(super) fn find(sessions: &[WatchedSession], id: SessionId) -> Result<&WatchedSession, Failure> {
    sessions.iter().find(|session| session.id() == id).ok_or_else(|| not_listed(id))
}

/// A session with its answers and events, which were read with it.
pub(super) fn opened_session(session: WatchedSession) -> Result<OpenSession, Failure> {
    let id = session.id();
    OpenSession::owned(session).ok_or_else(|| {
        Failure::Other(format!("the stored responses of session {id} were not read"))
    })
}

fn not_listed(id: SessionId) -> Failure {
    let why = "is not on the watch-list; add it: branchwatch add";
    Failure::Other(format!("session {id} {why} {id}"))
}

/// Whether what was found of a session is on the list, and refreshed: an archived one is not.
pub(super) fn on_list(found: Option<&WatchedSession>, id: SessionId) -> Result<(), Failure> {
    match found {
        Some(session) if session.own.archived_at.is_none() => Ok(()),
        other => Err(not_refreshed(other, id)),
    }
}

/// Why a session that is not on the list, or no longer, is not refreshed.
pub(super) fn not_refreshed(found: Option<&WatchedSession>, id: SessionId) -> Failure {
    if found.is_none() {
        return not_listed(id);
    }
    let why = "was removed from the watch-list; add it again: branchwatch add";
    Failure::Other(format!("session {id} {why} {id}"))
}

/// All sessions of the store, as the list needs them. Says which of them cannot be read.
pub(super) fn briefs(
    store: &mut dyn SharedPersistence,
) -> Result<Vec<WatchedSession>, PersistError> {
    let known = store.briefs()?;
    say_unreadable(store);
    Ok(known)
}

/// Those of the store that are named. Says which answers of theirs cannot be read.
pub(super) fn load_named(
    store: &mut dyn SharedPersistence,
    ids: &[SessionId],
) -> Result<Vec<WatchedSession>, PersistError> {
    let known = store.load_named(ids)?;
    say_unreadable(store);
    Ok(known)
}

fn say_unreadable(store: &dyn SharedPersistence) {
    if let Some(trouble) = store.trouble() {
        warn(&format!("warning: {trouble}"));
    }
}

/// Whether what is stored of it is older than it should be.
pub(super) fn is_stale(session: &WatchedSession, config: &Config) -> bool {
    assess(session, &config.rules, SystemClock.now()).is_old()
}

/// A session that is on no list, with nothing known of it.
pub(super) fn unknown(id: SessionId, now: Timestamp) -> WatchedSession {
    WatchedSession::new(WatchEntry::new(id, now))
}

/// The duration that a flag has.
pub(super) fn span(flag: &str, text: &str) -> Result<SignedDuration, Failure> {
    parse_span(text).map_err(|why| Failure::Usage(format!("{flag}: {why}")))
}

/// `--timeout`
pub(super) fn timeout(text: &str) -> Result<Duration, Failure> {
    Ok(unsigned(span("--timeout", text)?))
}
