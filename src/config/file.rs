//! The configuration file's form: strict, so that a misspelt key is never silently ignored.
//!
//! Owns the keys of the file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    pub(super) default_profile: Option<String>,
    pub(super) export_dir: Option<PathBuf>,
    pub(super) theme: Option<String>,
    pub(super) lock_after: Option<String>,
    pub(super) privacy: Option<String>,
    pub(super) operator: Option<String>,
    #[serde(default)]
    pub(super) safe_tags: Vec<String>,
    pub(super) read_only: Option<bool>,
    pub(super) mouse: Option<bool>,
    pub(super) pictures: Option<PictureChoice>,
    pub(super) clipboard: Option<String>,
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
    #[serde(default)]
    pub(super) refresh: Refresh,
    #[serde(default)]
    pub(super) alerts: Alerts,
    #[serde(default)]
    pub(super) notifications: Notifications,
    #[serde(default)]
    pub(super) layout: Layout,
    #[serde(default)]
    pub(super) keys: BTreeMap<String, Chords>,
    #[serde(default)]
    pub(super) views: BTreeMap<String, View>,
    #[serde(default)]
    pub(super) programs: BTreeMap<String, Program>,
}

/// A program of the operator's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Program {
    pub(super) run: Vec<String>,
    #[serde(default)]
    pub(super) label: String,
}

/// How pictures are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PictureChoice {
    /// As the terminal's names in the environment tell.
    #[default]
    Auto,
    Kitty,
    Sixel,
    /// iTerm2's graphics.
    Iterm2,
    /// Two pixels to a cell, in every terminal.
    HalfBlocks,
}

impl PictureChoice {
    /// As in the file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Kitty => "kitty",
            Self::Sixel => "sixel",
            Self::Iterm2 => "iterm2",
            Self::HalfBlocks => "half-blocks",
        }
    }
}

/// Filter, order and columns under a name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct View {
    #[serde(default)]
    pub(super) filter: String,
    #[serde(default)]
    pub(super) sort: String,
    #[serde(default)]
    pub(super) columns: Vec<String>,
}

/// One application at Yoti.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    pub(super) base_url: Option<String>,
    pub(super) sdk_id: Option<String>,
    pub(super) key_file: Option<PathBuf>,
    pub(super) key_command: Option<Vec<String>>,
    pub(super) auth: Option<String>,
    pub(super) auth_url: Option<String>,
    pub(super) auth_scope: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) pass_rule: Option<PassRule>,
    pub(super) resources_ttl: Option<String>,
    pub(super) portal_url: Option<String>,
    pub(super) safe_reference: Option<String>,
    pub(super) read_only: Option<bool>,
    pub(super) allow_delete: Option<bool>,
    pub(super) allow_email: Option<bool>,
    pub(super) learn: Option<bool>,
}

/// `"all"` or a list of check types.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum PassRule {
    Word(String),
    Types(Vec<String>),
}

/// Intervals and limits.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refresh {
    pub(super) at_counter: Option<String>,
    pub(super) due_today: Option<String>,
    pub(super) awaiting: Option<String>,
    pub(super) done: Option<String>,
    pub(super) selected: Option<String>,
    pub(super) configuration: Option<String>,
    pub(super) max_rps: Option<f64>,
    pub(super) stale_after: Option<u32>,
}

/// When silence is trouble.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alerts {
    pub(super) turned_away_after: Option<String>,
    pub(super) at_counter_within: Option<String>,
    pub(super) due_soon: Option<String>,
    pub(super) bell: Option<Vec<String>>,
    pub(super) desktop: Option<String>,
    #[serde(default)]
    pub(super) command: Vec<String>,
}

/// Where notifications are received.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notifications {
    pub(super) listen: Option<String>,
    pub(super) auth_file: Option<PathBuf>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    #[serde(default)]
    pub(super) hosts: Vec<String>,
}

/// How the window is divided.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) breakpoints: Option<[u16; 2]>,
    pub(super) list: Option<u16>,
    pub(super) tree: Option<u16>,
    pub(super) timeline: Option<u16>,
}

/// `"e"` or `["e", "ctrl-e"]`; `[]` unbinds.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Chords {
    One(String),
    Many(Vec<String>),
}
