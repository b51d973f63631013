//! From defaults, file, environment and flags to one configuration.
//!
//! Owns precedence: flag over environment over profile over file over default; for `max_rps`,
//! `privacy` and `read_only` the strictest wins.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use jiff::SignedDuration;

use super::application::{application, at_home, environment_of};
use super::auth::auth;
use super::environment::{Environment, no_keys_in};
use super::file::{ConfigFile, PassRule, Profile};
use super::notifications;
use super::place::{explained, placed};
use super::resolver::{Flags, Resolver, wrong, wrong_file};
use super::tables::{keys, views};
use super::{Config, ConfigError, Source};
use crate::api::key::holds_key;
use crate::app::operator::layout_settings::state::Fit;
use crate::domain::assessment::rules::{PassRule as Rule, Rules};
use crate::domain::session::wire_enum::CheckType;
use crate::refresh::Settings;

/// The name where there is no profile.
const DEFAULT: &str = "default";

/// Resolves the configuration.
///
/// # Errors
/// See [`ConfigError`].
pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Config, ConfigError> {
    let places = etcetera::base_strategy::choose_base_strategy().map_err(|why| {
        wrong("HOME", Source::Environment("HOME"), format!("cannot be found: {why}"))
    })?;
    no_keys_in(environment)?;
    let named =
        flags.config.clone().or_else(|| environment.get("BRANCHWATCH_CONFIG").map(PathBuf::from));
    let path = named.clone().unwrap_or_else(|| places.config_dir().join("branchwatch/config.toml"));
    let (file, text) = read(&path, named.is_some())?;
    let (name, _) = profile(&mut Resolver { shown: Vec::new() }, flags, environment, &file)?;
    resolved((flags, environment), &places, file, (&path, &text))
        .map_err(|why| placed(why, &name, (&path, &text)))
}

fn resolved(
    (flags, environment): (&Flags, &Environment),
    places: &impl BaseStrategy,
    file: ConfigFile,
    (path, text): (&Path, &str),
) -> Result<Config, ConfigError> {
    let mut resolver = Resolver { shown: Vec::new() };
    let usual = usual(&file).unwrap_or_else(|| DEFAULT.to_owned());
    let (name, profile) = profile(&mut resolver, flags, environment, &file)?;
    let (base_url, sdk_id, key) =
        application(&mut resolver, environment, profile, places.home_dir())?;
    let auth = auth(&mut resolver, environment, profile, &base_url)?;
    let label = profile.and_then(|p| p.environment.clone());
    let environment_source = if label.is_some() { Source::File } else { Source::Default };
    let label = label.unwrap_or_else(|| environment_of(&base_url).to_owned());
    resolver.show("environment", &label, environment_source);
    let rules = rules(&mut resolver, &file, profile)?;
    let home = places.home_dir();
    let learn = notifications::learn(&mut resolver, profile);
    let refresh = Settings { learn, ..refresh(&mut resolver, &file, flags)? };
    let receiver = notifications::resolve(&mut resolver, &file.notifications, home)?;
    let refresh = super::pace::paced(&mut resolver, refresh, flags, environment)?;
    let export_dir = export_dir(&mut resolver, &file, home);
    let desk =
        super::desk::resolve(&mut resolver, environment, &file, (&name, profile), (path, text))?;
    let alarms = super::alarms::resolve(&mut resolver, &file)?;
    let (privacy, zone) = super::show::resolve(&mut resolver, &file, flags)?;
    let operator = super::operator::resolve(&mut resolver, &file)?;
    let refresh = Settings { operator: Some(operator.as_str().into()), ..refresh };
    let fit = super::fit::resolve(&mut resolver, &file)?;
    let fit = Fit { privacy, ..fit };
    let theme = super::theme_named(flags, environment, file.theme.as_ref());
    if let Some((name, source)) = &theme {
        resolver.show("theme", name, source.clone());
    }
    let views = views(&file.views, (path, text))?;
    let labels = super::labels::resolve(&mut resolver, &file.safe_tags, profile, &views)?;
    let rules = Rules { labels, ..rules };
    let keys = keys(file.keys, (path, text))?;
    let named = [
        ("views", views.iter().map(|view| view.name.as_str()).collect::<Vec<_>>()),
        ("programs", desk.programs.iter().map(|program| program.name.as_str()).collect()),
        ("keys", keys.keys().map(String::as_str).collect()),
    ];
    for (key, names) in named.into_iter().filter(|(_, names)| !names.is_empty()) {
        resolver.show(key, names.join(", "), Source::File);
    }
    let state_dir = places.state_dir().unwrap_or_else(|| places.data_dir()).join("branchwatch");
    let store = places.data_dir().join("branchwatch").join(store_of(&name, &usual));
    let alert_command =
        notifications::alert_command(&mut resolver, &file.alerts, home, (&name, &label));
    Ok(Config {
        alert_command,
        profile: name,
        environment: label,
        base_url,
        sdk_id,
        key,
        auth,
        rules,
        refresh,
        notifications: receiver,
        privacy,
        operator,
        zone,
        export_dir,
        desk,
        alarms,
        fit,
        pictures: file.pictures.unwrap_or_default(),
        keys,
        theme: theme.map(|(name, _)| name),
        views,
        store,
        state_dir,
        file: path.to_path_buf(),
        shown: resolver.shown,
    })
}

/// The profile that is in force where none is named.
fn usual(file: &ConfigFile) -> Option<String> {
    let only = file.profiles.keys().next().filter(|_| file.profiles.len() == 1);
    file.default_profile.clone().or_else(|| only.cloned())
}

/// The name of the store's file. Each profile has its own, so that nobody is asked for another
/// application's sessions; the usual one keeps the name that it had when it was the only one.
fn store_of(name: &str, usual: &str) -> String {
    use std::fmt::Write as _;
    if name == usual {
        return "store.db".to_owned();
    }
    let mut file = "store-".to_owned();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            file.push(char::from(byte));
        } else {
            // A string takes all that is written.
            let _always = write!(file, "%{byte:02x}");
        }
    }
    file + ".db"
}

fn read(path: &Path, must_exist: bool) -> Result<(ConfigFile, String), ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound && !must_exist => String::new(),
        Err(cause) => return Err(ConfigError::Unreadable { path: path.to_path_buf(), cause }),
    };
    if holds_key(&text) {
        let place = format!("the config file {}", path.display());
        return Err(ConfigError::KeyMaterial { place, belongs: "the path of a key file" });
    }
    let text = text.trim_start_matches('\u{feff}').to_owned();
    let file = toml::from_str(&text).map_err(|why| wrong_file(path, explained(&why)))?;
    Ok((file, text))
}

fn profile<'a>(
    resolver: &mut Resolver,
    flags: &Flags,
    environment: &Environment,
    file: &'a ConfigFile,
) -> Result<(String, Option<&'a Profile>), ConfigError> {
    let asked = flags
        .profile
        .clone()
        .map(|name| (name, Source::Flag("--profile")))
        .or_else(|| {
            let name = environment.get("BRANCHWATCH_PROFILE")?.to_owned();
            Some((name, Source::Environment("BRANCHWATCH_PROFILE")))
        })
        .or_else(|| Some((usual(file)?, Source::File)));
    let Some((name, source)) = asked else {
        resolver.show("profile", DEFAULT, Source::Default);
        return Ok((DEFAULT.to_owned(), None));
    };
    let Some(profile) = file.profiles.get(&name) else {
        let known: Vec<&str> = file.profiles.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(ConfigError::NoProfile { name, known });
    };
    resolver.show("profile", &name, source);
    Ok((name, Some(profile)))
}

fn rules(
    resolver: &mut Resolver,
    file: &ConfigFile,
    profile: Option<&Profile>,
) -> Result<Rules, ConfigError> {
    let default = Rules::default();
    let pass = match profile.and_then(|p| p.pass_rule.as_ref()) {
        None => Rule::All,
        Some(PassRule::Word(word)) if word == "all" => Rule::All,
        Some(PassRule::Word(_)) => {
            let why = "expected \"all\" or a list of check types".to_owned();
            return Err(wrong("pass_rule", Source::File, why));
        }
        Some(PassRule::Types(types)) if types.is_empty() => {
            return Err(wrong("pass_rule", Source::File, "the list is empty".to_owned()));
        }
        Some(PassRule::Types(types)) => {
            Rule::Listed(types.iter().map(|name| CheckType::from_wire(name)).collect())
        }
    };
    let words = match &pass {
        Rule::All => "all".to_owned(),
        Rule::Listed(types) => format!("{} check types", types.len()),
    };
    let source = if pass == Rule::All { Source::Default } else { Source::File };
    resolver.show("pass_rule", words, source);
    let alerts = &file.alerts;
    let ttl = profile.and_then(|profile| profile.resources_ttl.as_ref());
    let resources_ttl = match ttl {
        Some(text) => Some(resolver.span("resources_ttl", Some(text), SignedDuration::ZERO)?),
        None => None,
    };
    let stale_after = file.refresh.stale_after.unwrap_or(default.stale_after).max(1);
    let source = if file.refresh.stale_after.is_some() { Source::File } else { Source::Default };
    resolver.show("refresh.stale_after", stale_after, source);
    Ok(Rules {
        labels: default.labels,
        pass,
        at_counter_within: resolver.span(
            "alerts.at_counter_within",
            alerts.at_counter_within.as_ref(),
            default.at_counter_within,
        )?,
        turned_away_after: resolver.span(
            "alerts.turned_away_after",
            alerts.turned_away_after.as_ref(),
            default.turned_away_after,
        )?,
        due_soon: resolver.span("alerts.due_soon", alerts.due_soon.as_ref(), default.due_soon)?,
        stale_after,
        resources_ttl,
    })
}

fn refresh(
    resolver: &mut Resolver,
    file: &ConfigFile,
    flags: &Flags,
) -> Result<Settings, ConfigError> {
    let default = Settings::default();
    let from = &file.refresh;
    let done = match from.done.as_deref() {
        None | Some("off") => {
            let source = if from.done.is_some() { Source::File } else { Source::Default };
            resolver.show("refresh.done", "off", source);
            None
        }
        Some(_) => Some(resolver.span("refresh.done", from.done.as_ref(), SignedDuration::ZERO)?),
    };
    // Politeness is the owner's to lower, not to raise: the smallest of all wins.
    let candidates = [
        (Some(default.max_rps), Source::Default),
        (from.max_rps, Source::File),
        (flags.max_rps, Source::Flag("--max-rps")),
    ];
    let mut max_rps = (default.max_rps, Source::Default);
    for (value, source) in candidates {
        let Some(value) = value else { continue };
        if !(value > 0.0 && value <= 1_000.0) {
            return Err(wrong(
                "refresh.max_rps",
                source,
                "must be more than 0, and 1000 at most".to_owned(),
            ));
        }
        let raised = max_rps.1 == Source::Default;
        if raised || value < max_rps.0 {
            max_rps = (value, source);
        }
    }
    resolver.show("refresh.max_rps", max_rps.0, max_rps.1);
    let mut span = |key, text: &Option<String>, default| resolver.span(key, text.as_ref(), default);
    Ok(Settings {
        at_counter: span("refresh.at_counter", &from.at_counter, default.at_counter)?,
        due_today: span("refresh.due_today", &from.due_today, default.due_today)?,
        awaiting: span("refresh.awaiting", &from.awaiting, default.awaiting)?,
        done,
        selected: span("refresh.selected", &from.selected, default.selected)?,
        configuration: span("refresh.configuration", &from.configuration, default.configuration)?,
        max_rps: max_rps.0,
        online: !flags.offline,
        seed: u64::from(std::process::id()),
        ..default
    })
}

/// `~/Documents/branchwatch` where there is such a place, else the current folder.
fn export_dir(resolver: &mut Resolver, file: &ConfigFile, home: &Path) -> PathBuf {
    let (path, source) = match &file.export_dir {
        Some(path) => (at_home(path, home), Source::File),
        None if home.join("Documents").is_dir() => {
            (home.join("Documents/branchwatch"), Source::Default)
        }
        None => (PathBuf::from("."), Source::Default),
    };
    resolver.show("export_dir", path.display(), source);
    path
}
