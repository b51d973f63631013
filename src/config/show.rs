//! How much is shown, and in which time zone.
//!
//! Owns that the strictest of flag and file wins where privacy is meant.

use jiff::tz::TimeZone;

use super::file::ConfigFile;
use super::resolver::{Flags, Resolver, wrong};
use super::{ConfigError, Source};
use crate::domain::personal::Privacy;

pub(super) fn resolve(
    resolver: &mut Resolver,
    file: &ConfigFile,
    flags: &Flags,
) -> Result<(Privacy, TimeZone), ConfigError> {
    let of_file = file.privacy.as_deref().map(read).transpose();
    let of_file = of_file.map_err(|why| wrong("privacy", Source::File, why))?;
    let of_file = of_file.map(|privacy| (privacy, Source::File));
    let of_flag = flags.privacy.map(|privacy| (privacy, Source::Flag("--privacy")));
    let strictest = of_file.into_iter().chain(of_flag).min_by_key(|(privacy, _)| *privacy);
    if let Some((privacy, source)) = &strictest {
        resolver.show("privacy", word(*privacy), source.clone());
    }
    let zone = zone(flags)?;
    if let Some(name) = &flags.zone {
        resolver.show("tz", name, Source::Flag("--tz"));
    }
    Ok((strictest.map(|(privacy, _)| privacy).unwrap_or_default(), zone))
}

/// The time zone of the flag, else the system's.
///
/// # Errors
/// [`ConfigError::Value`]: no such zone.
pub fn zone(flags: &Flags) -> Result<TimeZone, ConfigError> {
    let Some(name) = &flags.zone else { return Ok(TimeZone::system()) };
    let shown = crate::text::shown_str(name, 60);
    let expected = format!("{shown} is not a time zone; expected one such as Europe/London or UTC");
    TimeZone::get(name).map_err(|_unknown| wrong("tz", Source::Flag("--tz"), expected))
}

fn read(text: &str) -> Result<Privacy, String> {
    match text {
        "mask" => Ok(Privacy::Masked),
        "partial" => Ok(Privacy::Partial),
        "off" => Ok(Privacy::Off),
        _ => Err("expected \"mask\", \"partial\" or \"off\"".to_owned()),
    }
}

const fn word(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Masked => "mask",
        Privacy::Partial => "partial",
        Privacy::Off => "off",
    }
}
