//! What every part of the configuration is resolved with: the flags, what was found where, errors.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::{ConfigError, Shown, Source};
use crate::domain::personal::Privacy;
use crate::domain::span::{exact, parse_span};

/// The global flags that configure.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--theme`
    pub theme: Option<String>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--max-rps`
    pub max_rps: Option<f64>,
    /// `--privacy`
    pub privacy: Option<Privacy>,
    /// `--tz`
    pub zone: Option<String>,
    /// `--interval`
    pub interval: Option<String>,
    /// `--offline`
    pub offline: bool,
}

/// What has been resolved so far, for `config show`.
pub(super) struct Resolver {
    pub(super) shown: Vec<Shown>,
}

impl Resolver {
    pub(super) fn show(
        &mut self,
        key: &'static str,
        value: impl std::fmt::Display,
        source: Source,
    ) {
        self.shown.push(Shown { key, value: value.to_string(), source });
    }

    /// A span of the file or its default.
    pub(super) fn span(
        &mut self,
        key: &'static str,
        text: Option<&String>,
        default: SignedDuration,
    ) -> Result<SignedDuration, ConfigError> {
        let (span, source) = match text {
            Some(text) => {
                let span = parse_span(text).map_err(|why| wrong(key, Source::File, why))?;
                if span < SignedDuration::from_secs(1) {
                    return Err(wrong(key, Source::File, "must be at least 1s".to_owned()));
                }
                (span, Source::File)
            }
            None => (default, Source::Default),
        };
        self.show(key, exact(span), source);
        Ok(span)
    }
}

pub(super) fn wrong(key: &str, source_of: Source, why: String) -> ConfigError {
    ConfigError::Value { key: key.to_owned(), source_of, why }
}

pub(super) fn wrong_file(path: &Path, cause: String) -> ConfigError {
    ConfigError::Wrong { path: path.to_path_buf(), cause }
}
