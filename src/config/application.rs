//! The application at Yoti: its address, its SDK ID, where its key is.
//!
//! Owns these keys, and the names that Yoti's own SDKs have for them in the environment.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::environment::{Environment, KEY_FILE, no_path};
use super::file::Profile;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, KeyCommand, KeySource, PRODUCTION, Source};
use crate::api::client::checked_base_url;

const LONGEST_PATH: usize = 4096;

/// Checked address, SDK ID, key.
type Application = (String, Option<Uuid>, Option<KeySource>);

/// Takes each from the environment, else from the profile.
pub(super) fn application(
    resolver: &mut Resolver,
    environment: &Environment,
    profile: Option<&Profile>,
    home: &Path,
) -> Result<Application, ConfigError> {
    let variable = |name: &'static str| {
        environment.get(name).map(|value| (value.to_owned(), Source::Environment(name)))
    };
    let of_file = |value: Option<String>| value.map(|value| (value, Source::File));
    let (url, source) = variable("YOTI_IDV_API_URL")
        .or_else(|| variable("YOTI_DOC_SCAN_API_URL"))
        .or_else(|| of_file(profile.and_then(|p| p.base_url.clone())))
        .unwrap_or_else(|| (PRODUCTION.to_owned(), Source::Default));
    let base_url =
        checked_base_url(&url).map_err(|why| wrong("base_url", source.clone(), why.to_string()))?;
    resolver.show("base_url", &base_url, source);

    let sdk_id =
        variable("YOTI_CLIENT_SDK_ID").or_else(|| of_file(profile.and_then(|p| p.sdk_id.clone())));
    let sdk_id = match sdk_id {
        Some((text, source)) => {
            let expected =
                "expected a UUID such as 1c3cae90-1769-43a9-8554-d85f2e7cdb0f, from Yoti Hub";
            let id = Uuid::try_parse(text.trim()).map_err(|_text| {
                wrong("sdk_id", source.clone(), format!("is not a UUID: {expected}"))
            })?;
            resolver.show("sdk_id", id, source);
            Some(id)
        }
        None => None,
    };
    let command = profile.and_then(|profile| profile.key_command.as_deref());
    let command = command.map(|words| key_command(words, profile)).transpose()?;
    let key_file = variable(KEY_FILE).or_else(|| {
        of_file(profile.and_then(|p| p.key_file.as_ref()).map(|path| path.display().to_string()))
    });
    let key_file = key_file
        .map(|(text, source)| {
            if text.len() > LONGEST_PATH || text.contains(char::is_control) {
                let of_file = source == Source::File;
                return Err(no_path(if of_file { "key_file" } else { KEY_FILE }));
            }
            let path = at_home(Path::new(&text), home);
            resolver.show("key_file", path.display(), source);
            Ok(path)
        })
        .transpose()?;
    let key = match (key_file, command) {
        (Some(path), _) => Some(KeySource::File(path)),
        (None, Some(command)) => {
            // Its arguments may be for nobody to see.
            resolver.show("key_command", &command.program, Source::File);
            Some(KeySource::Command(command))
        }
        (None, None) => None,
    };
    Ok((base_url, sdk_id, key))
}

/// Checks the words of `key_command`; nothing is run.
fn key_command(words: &[String], profile: Option<&Profile>) -> Result<KeyCommand, ConfigError> {
    let wrong = |why: &str| wrong("key_command", Source::File, why.to_owned());
    if profile.is_some_and(|profile| profile.key_file.is_some()) {
        return Err(wrong("key_file is set too; remove one of them"));
    }
    match words {
        [program, arguments @ ..] if !program.is_empty() => {
            Ok(KeyCommand { program: program.clone(), arguments: arguments.to_vec() })
        }
        _ => Err(wrong("needs a program, such as [\"op\", \"read\", \"op://ops/yoti/pem\"]")),
    }
}

/// A path with `~` for the home folder.
pub(super) fn at_home(path: &Path, home: &Path) -> PathBuf {
    path.strip_prefix("~").map_or_else(|_absolute| path.to_path_buf(), |below| home.join(below))
}

/// The badge of an address, where the profile says none.
pub(super) fn environment_of(base_url: &str) -> &'static str {
    if base_url.contains("/sandbox/") {
        "sandbox"
    } else if base_url == PRODUCTION {
        "live"
    } else {
        "other"
    }
}
