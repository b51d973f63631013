//! From defaults, file, environment and flags to one configuration.
//!
//! Which of several values is in force is for `layers`.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::application::{auth, base_url, environment_of, key};
use super::environment::Environment;
use super::layers::{File, Flags, Reader};
use super::options::{
    Alerts, General, Layout, Notifications, Profile, Refresh, RunOptions, ViewOptions,
};
use super::value::at_home;
use super::{Config, ConfigError, Source, operator};
use crate::app::layout::Proportions;
use crate::app::list::views::{View, ViewTexts};
use crate::app::operator::bell::state::AlarmSettings;
use crate::domain::assessment::retention::Retention;
use crate::domain::assessment::rules::Rules;
use crate::notifications::receiver::ReceiverSettings;
use crate::refresh::Settings;
use crate::runtime::alerts::AlertCommand;

/// The name where there is no profile.
const DEFAULT: &str = "default";

/// The shortest time without a key after which the screen may be locked.
const SHORTEST_LOCK: SignedDuration = SignedDuration::from_secs(5);

/// Resolves the configuration.
pub fn resolve(flags: &Flags, environment: &Environment) -> Result<Config, ConfigError> {
    let places = etcetera::base_strategy::choose_base_strategy().map_err(|why| {
        let (key, source_of) = ("HOME".to_owned(), Source::Environment("HOME"));
        ConfigError::Value { key, source_of, why: format!("cannot be found: {why}") }
    })?;
    let file = file(flags, environment, &places)?;
    resolved(Reader::new(flags, environment, &file), &places)
}

/// The names of the profiles that the file has; none where it cannot be read.
#[must_use]
pub fn profiles(flags: &Flags, environment: &Environment) -> Vec<String> {
    let places = etcetera::base_strategy::choose_base_strategy().ok();
    let file = places.and_then(|places| file(flags, environment, &places).ok());
    file.map(|file| file.names("profiles")).unwrap_or_default()
}

fn file(
    flags: &Flags,
    environment: &Environment,
    places: &impl BaseStrategy,
) -> Result<File, ConfigError> {
    let named =
        flags.config.clone().or_else(|| environment.get("BRANCHWATCH_CONFIG").map(PathBuf::from));
    let path = named.clone().unwrap_or_else(|| places.config_dir().join("branchwatch/config.toml"));
    File::read(&path, named.is_some())
}

fn resolved(mut reader: Reader<'_>, places: &impl BaseStrategy) -> Result<Config, ConfigError> {
    let file = reader.file;
    let usual = usual_profile(file);
    find_out(&mut reader, usual.as_ref(), places.home_dir());
    let run: RunOptions = reader.section("")?;
    let zone = match &run.tz {
        Some(name) => zone(name).map_err(|why| reader.wrong("tz", why))?,
        None => TimeZone::system(),
    };
    let name = run.profile;
    let known = file.names("profiles");
    if !known.contains(&name) && reader.source("profile") != Source::Default {
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(reader.wrong("profile", format!("no profile named {name}; known: {known}")));
    }
    let general = general(&mut reader)?;
    let profile: Profile = reader.section(&name)?;
    let base_url = base_url(&mut reader, &profile)?;
    let key = key(&mut reader, &profile, &name)?;
    let auth = auth(&mut reader, &profile, &base_url)?;
    let badge = badge(&mut reader, &profile, &base_url);
    if let Some(template) = &profile.portal_url {
        operator::checked_portal(template).map_err(|why| reader.wrong("portal_url", why))?;
    }
    let read_only = operator::read_only(&mut reader, &general, &profile, &name);

    let refresh: Refresh = reader.section("")?;
    let alerts: Alerts = reader.section("")?;
    let command = alerts.command.as_ref().and_then(|line| line.0.split_first());
    let alert_command = command.map(|(program, arguments)| AlertCommand {
        program: at_home(program),
        arguments: arguments.to_vec(),
        profile: name.clone(),
        environment: badge.clone(),
    });
    let notifications = receiver(&mut reader)?;
    let layout: Layout = reader.section("")?;
    let views = views(&mut reader)?;
    let programs = operator::programs(&mut reader)?;
    let labels = operator::labels(&reader, &general.safe_tags, &profile, &views)?;
    let rules = Rules {
        pass: profile.pass_rule.clone(),
        at_counter_within: alerts.at_counter_within,
        turned_away_after: alerts.turned_away_after,
        due_soon: alerts.due_soon,
        // At 0 every answer would be stale at once.
        stale_after: refresh.stale_after.max(1),
        retention: Retention {
            resources_ttl: profile.resources_ttl,
            keep_answers: profile.keep_answers,
        },
        labels,
    };
    let store = store_of(&name, usual.as_deref().unwrap_or(DEFAULT));
    Ok(Config {
        refresh: Settings {
            learn: profile.learn,
            online: !reader.flags.offline,
            operator: Some(general.operator.as_str().into()),
            ..paced(&mut reader, &refresh, run.interval)
        },
        alarms: alarms(&mut reader, alerts),
        proportions: proportions(&layout),
        store: places.data_dir().join("branchwatch").join(store),
        state_dir: places.state_dir().unwrap_or_else(|| places.data_dir()).join("branchwatch"),
        shown: reader.shown(),
        file: file.path.clone(),
        application: profile,
        environment: badge,
        profile: name,
        alert_command,
        auth,
        base_url,
        general,
        key,
        notifications,
        programs,
        read_only,
        rules,
        views,
        zone,
    })
}

fn alarms(reader: &mut Reader<'_>, alerts: Alerts) -> AlarmSettings {
    let bell = alerts.bell;
    if bell.as_ref().is_none_or(Vec::is_empty) {
        let source = if bell.is_some() { Source::File } else { Source::Default };
        reader.show("alerts.bell", "off", source);
    }
    AlarmSettings { bell, desktop: alerts.desktop.0 }
}

/// What options are where nothing is given and no default is declared.
fn find_out(reader: &mut Reader<'_>, profile: Option<&String>, home: &Path) {
    let source = if profile.is_some() { Source::File } else { Source::Default };
    let profile = profile.map_or(DEFAULT, String::as_str);
    reader.usually("profile", profile.to_owned(), source);
    reader.usually("operator", operator::login(), Source::Default);
    // `~/Documents/branchwatch` where there is such a place, else the current folder.
    let documents = home.join("Documents");
    let folder =
        if documents.is_dir() { documents.join("branchwatch") } else { PathBuf::from(".") };
    reader.usually("export_dir", folder.display().to_string(), Source::Default);
    if reader.environment.get("TMUX").is_some() {
        // tmux ignores OSC 52 from programs unless set-clipboard is on; its own buffer always works.
        let program = "tmux load-buffer -w -".to_owned();
        reader.usually("clipboard", program, Source::Environment("TMUX"));
    }
}

fn general(reader: &mut Reader<'_>) -> Result<General, ConfigError> {
    let mut general: General = reader.section("")?;
    general.operator = operator::name(reader, &general.operator)?;
    if general.lock_after.0.is_some_and(|after| after < SHORTEST_LOCK) {
        return Err(reader.wrong("lock_after", "must be at least 5s, or \"off\""));
    }
    if let Some(keys) = &general.keys {
        keymap(reader, keys)?;
    }
    Ok(general)
}

fn badge(reader: &mut Reader<'_>, profile: &Profile, base_url: &str) -> String {
    let source = if profile.environment.is_some() { Source::File } else { Source::Default };
    let usual = || environment_of(base_url).to_owned();
    let badge = profile.environment.clone().unwrap_or_else(usual);
    reader.show("environment", &badge, source);
    badge
}

fn proportions(layout: &Layout) -> Proportions {
    Proportions {
        list: layout.list.0,
        tree: layout.tree.0,
        timeline: layout.timeline.0,
        columns_from: layout.breakpoints.columns,
        wide_from: layout.breakpoints.wide,
        ..Proportions::default()
    }
}

/// The profile that is in force where none is named.
fn usual_profile(file: &File) -> Option<String> {
    let named = file.table.get("default_profile").and_then(toml::Value::as_str);
    named.map(str::to_owned).or_else(|| match file.names("profiles").as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    })
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

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_unknown| {
        let name = crate::text::shown_str(name, 60);
        format!("{name} is not a time zone; expected one such as Europe/London or UTC")
    })
}

/// `--interval` stands over the intervals of what is still open, never over the budget.
fn paced(reader: &mut Reader<'_>, refresh: &Refresh, every: Option<SignedDuration>) -> Settings {
    if let Some(every) = every {
        let source = reader.source("interval");
        reader.hide("interval");
        for stage in ["at_counter", "due_today", "awaiting", "selected"] {
            let every = crate::domain::span::exact(every);
            reader.show(&format!("refresh.{stage}"), every, source.clone());
        }
    }
    Settings {
        at_counter: every.unwrap_or(refresh.at_counter),
        due_today: every.unwrap_or(refresh.due_today),
        awaiting: every.unwrap_or(refresh.awaiting),
        done: refresh.done.0,
        selected: every.unwrap_or(refresh.selected),
        configuration: refresh.configuration,
        max_rps: refresh.max_rps.0,
        // Not the process ID: each container's is 1, and their waits would be the same (fault R02).
        seed: fastrand::u64(..),
        ..Settings::default()
    }
}

/// A receiver is configured whole or not at all.
fn receiver(reader: &mut Reader<'_>) -> Result<Option<ReceiverSettings>, ConfigError> {
    let from: Notifications = reader.section("")?;
    let refuse = |key: &str, why: &str| Err(reader.wrong(&format!("notifications.{key}"), why));
    let paths = [&from.auth_file, &from.tls_cert, &from.tls_key];
    let Some(listen) = from.listen else {
        if paths.iter().any(|path| path.is_some()) || !from.hosts.is_empty() {
            return refuse("listen", "is missing; expected a value such as \"127.0.0.1:8750\"");
        }
        return Ok(None);
    };
    let Some(auth_file) = from.auth_file else {
        return refuse(
            "auth_file",
            "is missing; a file (chmod 600) with `bearer TOKEN` or `basic USER:PASSWORD`, \
             the notifications' auth_token of the sessions",
        );
    };
    let tls = match (from.tls_cert, from.tls_key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, Some(_)) => return refuse("tls_cert", "is missing"),
        (Some(_), None) => return refuse("tls_key", "is missing"),
    };
    Ok(Some(ReceiverSettings { listen, auth_file, tls, hosts: from.hosts }))
}

/// Views are read at once, so that a wrong one is told before the dashboard opens.
fn views(reader: &mut Reader<'_>) -> Result<Vec<View>, ConfigError> {
    let read = |(name, view): (String, ViewOptions)| {
        let texts = ViewTexts { filter: view.filter, sort: view.sort, columns: view.columns };
        View::read(&name, &texts)
            .map_err(|why| reader.file.wrong(&["views", &name, why.part], &why.to_string()))
    };
    let views = reader.sections::<ViewOptions>()?;
    views.into_iter().map(read).collect()
}

/// Keys are tried at once, so that a conflict never waits for the dashboard.
fn keymap(reader: &Reader<'_>, keys: &super::value::Chords) -> Result<(), ConfigError> {
    let Err(why) = crate::keymap::Keymap::with(&keys.0) else { return Ok(()) };
    let place = |action: &String| reader.file.place(&["keys", action]);
    Err(match why.action.as_ref().and_then(place) {
        Some(at) => {
            let cause = format!("{at}: {why}");
            ConfigError::wrong(&reader.file.path, &cause)
        }
        None => ConfigError::Keys(why),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment, Flags};

    fn with(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, format!("[profiles.p]\nlearn = true\n[notifications]\n{text}"))
            .unwrap();
        let flags = Flags { config: Some(path), ..Flags::default() };
        crate::config::resolve(&flags, &Environment::default())
    }

    #[test]
    fn the_declared_defaults_are_those_of_the_rooms_that_use_them() {
        let config = with("").unwrap();
        assert_eq!(config.rules, Rules::default());
        assert_eq!(config.proportions, Proportions::default());
        let intervals = |settings: &Settings| {
            let done = settings.done.unwrap_or_default();
            let Settings { at_counter, due_today, awaiting, selected, configuration, .. } =
                settings;
            (
                [*at_counter, *due_today, *awaiting, done, *selected, *configuration],
                settings.max_rps,
            )
        };
        assert_eq!(intervals(&config.refresh), intervals(&Settings::default()));
    }

    // R02
    #[test]
    fn each_start_has_a_seed_of_its_own() {
        assert_ne!(with("").unwrap().refresh.seed, with("").unwrap().refresh.seed);
    }

    #[test]
    fn a_receiver_is_configured_whole_or_not_at_all() {
        let config = with("").unwrap();
        assert_eq!(config.notifications, None);
        assert!(config.refresh.learn, "the profile lets sessions be learned");
        let listen = "listen = \"127.0.0.1:8750\"\n";
        let auth = "auth_file = \"/a\"\n";
        let settings = with(&format!("{listen}{auth}hosts = [\"hooks.example\"]"));
        let settings = settings.unwrap().notifications.unwrap();
        assert_eq!(settings.listen, "127.0.0.1:8750".parse().unwrap());
        assert_eq!(settings.auth_file, PathBuf::from("/a"));
        for (text, key) in [
            (listen.to_owned(), "notifications.auth_file"),
            (auth.to_owned(), "notifications.listen"),
            (format!("{auth}listen = \"8750\""), "notifications.listen"),
            (format!("{listen}{auth}tls_cert = \"/c\""), "notifications.tls_key"),
            (format!("{listen}{auth}tls_key = \"/c\""), "notifications.tls_cert"),
        ] {
            let why = with(&text).unwrap_err().to_string();
            assert!(why.contains(key), "{why}");
        }
    }
}
