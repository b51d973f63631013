//! What the program runs with: defaults, then the file, then the environment, then flags.
//!
//! Owns the resolved [`Config`] and where each value came from. Must never hold a secret: keys are
//! named by path and read where they are used. Never writes the file but for `config init --write`.

mod application;
mod environment;
mod generate;
mod layers;
mod operator;
mod option;
pub mod options;
mod resolve;
mod themes;
pub mod value;

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::api::client::{Auth, ClientOptions};
use crate::app::dialogs::programs::state::Program;
use crate::app::layout::Proportions;
use crate::app::list::views::View;
use crate::app::operator::bell::state::AlarmSettings;
use crate::domain::assessment::rules::Rules;
pub use crate::domain::span::parse_span;
use crate::notifications::receiver::ReceiverSettings;
use crate::refresh;
use crate::runtime::alerts::AlertCommand;
use crate::text::shown_lines;
pub use environment::{Environment, no_keys_in};
pub use generate::{reference, schema, template};
pub use layers::Flags;
use options::{General, Profile};
pub use resolve::{profiles, resolve};
pub use themes::{own_themes, themes_folder};

/// Yoti's own address (contract 1.1).
pub const PRODUCTION: &str = "https://api.yoti.com/idverify/v1";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    File,
    Environment(&'static str),
    Flag(&'static str),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File => f.write_str("file"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// One line of `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Key as in the file: `refresh.at_counter`.
    pub key: String,
    /// Value as text; never a secret.
    pub value: String,
    pub source: Source,
}

/// Where the application's key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    File(PathBuf),
    Command(KeyCommand),
}

/// `key_command`: a program whose standard output is the PEM key; no shell is between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCommand {
    /// A path, or a name that is looked for in PATH.
    pub program: String,
    pub arguments: Vec<String>,
}

/// What the program runs with.
#[derive(Clone, Debug)]
pub struct Config {
    pub profile: String,
    /// `live`, `sandbox`, or the operator's own word.
    pub environment: String,
    /// Checked: https, or http on this machine.
    pub base_url: String,
    /// Where its key is; `None`: not configured.
    pub key: Option<KeySource>,
    pub auth: Auth,
    /// Thresholds and the pass rule.
    pub rules: Rules,
    pub refresh: refresh::Settings,
    /// The program that is told of what happens; `None`: none is.
    pub alert_command: Option<AlertCommand>,
    /// Where notifications are received; `None`: nowhere.
    pub notifications: Option<ReceiverSettings>,
    /// Of the times that are shown.
    pub zone: TimeZone,
    /// What stands before all sections, checked.
    pub general: General,
    /// The profile in force, as far as nothing above was made of it.
    pub application: Profile,
    /// Nothing may be done at Yoti, whatever the command line says: where that is written.
    pub read_only: Option<String>,
    /// The operator's own programs, by name.
    pub programs: Vec<Program>,
    pub alarms: AlarmSettings,
    pub proportions: Proportions,
    /// `[views]`, in the order of their names.
    pub views: Vec<View>,
    pub store: PathBuf,
    pub state_dir: PathBuf,
    /// The configuration file, whether it is there or not.
    pub file: PathBuf,
    /// Every value and where it came from.
    pub shown: Vec<Shown>,
}

/// Why the configuration cannot be used; exit code 3.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there or cannot be read.
    #[error("cannot read the config file {path}: {cause}")]
    Unreadable { path: PathBuf, cause: std::io::Error },
    /// TOML that is wrong, with line and column.
    #[error("the config file {path} is not valid:\n{cause}")]
    Wrong {
        path: PathBuf,
        /// With line, column and the valid keys.
        cause: String,
    },
    /// A value that cannot be used.
    #[error("{key} ({source_of}): {why}")]
    Value {
        key: String,
        source_of: Source,
        /// What is wrong and what is expected.
        why: String,
    },
    /// Key material where something else belongs. The value is never repeated.
    #[error("{place} holds a key, not {belongs}: write it to a file (chmod 600)")]
    KeyMaterial {
        /// The variable, or the file and its key.
        place: String,
        belongs: &'static str,
    },
    /// A theme that is not known or wrong.
    #[error(transparent)]
    Theme(#[from] crate::theme::ThemeError),
    /// Keys that are not known or in conflict.
    #[error(transparent)]
    Keys(#[from] crate::keymap::KeymapError),
    /// Neither file nor environment names an application.
    #[error(
        "nothing is configured yet: {missing}\n\n\
         To try it without a key:        branchwatch demo\n\
         To begin with a file:           branchwatch config init --write\n\
         To begin with the environment:  set YOTI_CLIENT_SDK_ID and YOTI_KEY_FILE_PATH"
    )]
    Nothing { missing: String },
}

impl ConfigError {
    /// The parser repeats the line of the file, and whatever stands in it.
    fn wrong(path: &Path, cause: &str) -> Self {
        Self::Wrong { path: path.to_path_buf(), cause: shown_lines(cause) }
    }
}

impl Config {
    /// The application and where its key is, both of which asking Yoti needs.
    ///
    /// # Errors
    /// [`ConfigError::Nothing`] says which is missing and how to begin.
    pub fn credentials(&self) -> Result<(Uuid, &KeySource), ConfigError> {
        let nothing = |missing: &str| ConfigError::Nothing { missing: missing.to_owned() };
        match (self.application.sdk_id, &self.key) {
            (Some(sdk_id), Some(key)) => Ok((sdk_id, key)),
            (None, Some(_)) => Err(nothing("the SDK ID is missing (sdk_id in the profile)")),
            (Some(_), None) => {
                Err(nothing("the key is missing (key_file or key_command in the profile)"))
            }
            (None, None) => Err(nothing("no SDK ID and no key")),
        }
    }

    /// How the client is to ask, for an application.
    #[must_use]
    pub fn client_options(&self, sdk_id: Uuid) -> ClientOptions {
        let (auth, ca_file) = (self.auth.clone(), self.application.ca_file.clone());
        ClientOptions { auth, ca_file, ..ClientOptions::new(self.base_url.clone(), sdk_id) }
    }
}
