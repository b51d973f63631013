//! The dashboard's configuration, read again while it runs.

use std::path::PathBuf;

use super::args::Global;
use super::{setup, terminal_style};
use crate::app::operator::config::state::{OperatorConfig, Permissions, Reconfigured};
use crate::config::{self, Config, ConfigError, Environment, Shown};
use crate::keymap::Keymap;
use crate::runtime::reload::{Reloaded, RereadConfig};

/// What takes effect at once; the rest belongs to what was made at the start: connection, refresh
/// task, store, and how much is shown of labels.
const AT_ONCE: [&str; 8] = [
    "theme",
    "keys",
    "views.",
    "programs.",
    "layout.",
    "alerts.bell",
    "alerts.desktop",
    // Nothing of a profile that was not in use.
    "default_profile",
];

/// The files of this configuration, and how it is read again: with the same flags and environment.
pub(super) fn reading(global: &Global, config: &Config) -> (Vec<PathBuf>, RereadConfig) {
    let global = global.clone();
    let places = [Some(config.file.clone()), config::themes_folder()];
    let mut before = config.clone();
    let read = move || {
        let again = read(&global, &before).map_err(|why| why.to_string())?;
        before = again.0;
        Ok(again.1)
    };
    (places.into_iter().flatten().collect(), Box::new(read))
}

fn read(global: &Global, before: &Config) -> Result<(Config, Reloaded), super::exit::Failure> {
    let config = config::resolve(&setup::flags(global), &Environment::of_process())?;
    let chosen = terminal_style::of(global, &config.general.theme)?;
    let own = config.general.keys.clone().unwrap_or_default();
    let keymap = Keymap::with(&own.0).map_err(ConfigError::from)?;
    let theme = &config.general.theme;
    let reloaded = Reloaded {
        theme: (*theme != before.general.theme).then(|| theme.clone()),
        config: Reconfigured {
            help: keymap.help_rows(),
            themes: chosen.themes.names(),
            operator: operator(global, &config),
            views: config.views.clone(),
            alarms: (config.alarms != before.alarms).then(|| config.alarms.clone()),
            proportions: (config.proportions != before.proportions).then_some(config.proportions),
            at_next_start: at_next_start(&before.shown, &config.shown),
        },
        keymap,
        themes: chosen.themes,
    };
    Ok((config, reloaded))
}

/// What the configuration lets the operator do.
pub(super) fn operator(global: &Global, config: &Config) -> OperatorConfig {
    OperatorConfig {
        portal_url: config.application.portal_url.clone(),
        programs: config.programs.clone(),
        permissions: Permissions {
            delete: global.allow_writes && config.application.allow_delete,
            email: global.allow_writes && config.application.allow_email,
        },
    }
}

fn at_next_start(before: &[Shown], now: &[Shown]) -> Vec<String> {
    let was =
        |line: &Shown| before.iter().any(|old| old.key == line.key && old.value == line.value);
    let gone = before.iter().filter(|old| now.iter().all(|line| line.key != old.key));
    let other = now.iter().filter(|line| !was(line)).chain(gone);
    let at_once = |key: &str| {
        AT_ONCE.iter().any(|known| key == *known || known.ends_with('.') && key.starts_with(known))
            || key.ends_with(".portal_url")
    };
    other.map(|line| line.key.clone()).filter(|key| !at_once(key)).collect()
}
