//! `config`: what is in force and where it came from.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

use super::args::{ConfigCommand, Global};
use super::exit::{self, Failure};
use super::output::{data, table, talk};
use super::{setup, terminal_style};
use crate::api::client::Client;
use crate::api::key::SigningKey;
use crate::api::key_handle::KeyHandle;
use crate::clock::SystemClock;
use crate::config::{self, Config, ConfigError, Environment, KeySource};
use crate::notifications::receiver::Receiver;
use crate::text::shown_str;
use crate::theme::{ColourDepth, Themes};

/// Columns of a value: paths stand whole.
const LONGEST: usize = 4096;

/// What the file names must be there, whichever profile is in use, and be what it is named as.
fn named(global: &Global, config: &Config) -> Result<(), Failure> {
    terminal_style::of(global, &config.general.theme)?;
    let themes = Themes::read(&config::own_themes(), ColourDepth::TrueColor);
    for name in themes.names() {
        themes.get(&name).map_err(ConfigError::from)?;
    }
    if let Some(receiver) = &config.notifications {
        Receiver::new(receiver)?;
    }
    let environment = Environment::of_process();
    let mut profiles = vec![config.clone()];
    for name in config::profiles(&setup::flags(global), &environment) {
        let mut flags = setup::flags(global);
        flags.options.insert("--profile", name);
        profiles.push(config::resolve(&flags, &environment)?);
    }
    for profile in profiles {
        if let Some(KeySource::File(file)) = &profile.key {
            SigningKey::from_file(file)?;
        }
        // Reads the authorities of ca_file; nothing is sent.
        let (_, no_key) = KeyHandle::pending();
        Client::new(&profile.client_options(uuid::Uuid::nil()), no_key, SystemClock)?;
    }
    Ok(())
}

pub(super) fn run(global: &Global, what: &ConfigCommand) -> Result<u8, Failure> {
    if matches!(what, ConfigCommand::Init { write: false }) {
        data(&config::template())?;
        return Ok(exit::OK);
    }
    if matches!(what, ConfigCommand::Schema) {
        data(&config::schema())?;
        return Ok(exit::OK);
    }
    let config = setup::config(global)?;
    match what {
        ConfigCommand::Show { origin } => {
            let rows = config.shown.iter().map(|line| {
                let mut row = vec![line.key.clone(), shown_str(&line.value, LONGEST)];
                row.extend(origin.then(|| line.source.to_string()));
                row
            });
            data(&table(&rows.collect::<Vec<_>>()))?;
        }
        ConfigCommand::Path => data(&format!("{}\n", config.file.display()))?,
        ConfigCommand::Check => {
            named(global, &config)?;
            let there =
                if config.file.exists() { "OK" } else { "does not exist; the defaults apply" };
            talk(&format!("{}: {there}", config.file.display()));
        }
        ConfigCommand::Init { .. } | ConfigCommand::Schema => {
            let path = &config.file;
            let told = |why: std::io::Error| Failure::Other(format!("{}: {why}", path.display()));
            if let Some(folder) = path.parent() {
                std::fs::DirBuilder::new()
                    .recursive(true)
                    .mode(0o700)
                    .create(folder)
                    .map_err(told)?;
            }
            let file =
                // Never over a file that is there, also not one that was made a moment ago.
                std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            let mut file = file.map_err(|why| match why.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    Failure::Other(format!("{} already exists; it was not changed", path.display()))
                }
                _ => told(why),
            })?;
            file.write_all(config::template().as_bytes()).map_err(told)?;
            talk(&format!(
                "wrote {}: its profile is for Yoti's sandbox (for live, take out base_url and \
                 environment); put sdk_id and key_file into it, then: branchwatch doctor",
                path.display()
            ));
        }
    }
    Ok(exit::OK)
}
