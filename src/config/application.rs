//! The application at Yoti: its address, where its key is, how requests prove whose they are.

use super::environment::{KEY_FILE, no_path};
use super::layers::Reader;
use super::options::Profile;
use super::value::Scheme;
use super::{ConfigError, KeyCommand, KeySource, PRODUCTION, Source};
use crate::api::client::{Auth, checked_auth_url, checked_base_url, default_auth_url};

const LONGEST_PATH: usize = 4096;

/// Yoti's address, which must be https unless it is this machine's.
pub(super) fn base_url(reader: &mut Reader<'_>, profile: &Profile) -> Result<String, ConfigError> {
    let url = checked_base_url(&profile.base_url);
    let url = url.map_err(|why| reader.wrong("base_url", why.to_string()))?;
    let source = reader.source("base_url");
    reader.show("base_url", &url, source);
    Ok(url)
}

pub(super) fn key(
    reader: &mut Reader<'_>,
    profile: &Profile,
    name: &str,
) -> Result<Option<KeySource>, ConfigError> {
    if let Some(line) = &profile.key_command {
        if line.0.first().is_none_or(String::is_empty) {
            let why = "needs a program, such as [\"op\", \"read\", \"op://ops/yoti/pem\"]";
            return Err(reader.wrong("key_command", why));
        }
        // In the file alone: a path from the environment may stand over a command.
        if reader.file.place(&["profiles", name, "key_file"]).is_some() {
            return Err(reader.wrong("key_command", "key_file is set too; remove one of them"));
        }
    }
    if let Some(path) = &profile.key_file {
        let text = path.to_string_lossy();
        // A key pasted where its path belongs has line breaks, and must not get into a message.
        if text.len() > LONGEST_PATH || text.contains(char::is_control) {
            let of_file = reader.source("key_file") == Source::File;
            return Err(no_path(if of_file { "key_file" } else { KEY_FILE }));
        }
        reader.hide("key_command");
        return Ok(Some(KeySource::File(path.clone())));
    }
    let command = profile.key_command.as_ref().and_then(|line| line.0.split_first());
    Ok(command.map(|(program, arguments)| {
        let (program, arguments) = (program.clone(), arguments.to_vec());
        KeySource::Command(KeyCommand { program, arguments })
    }))
}

/// Signatures, or tokens of the endpoint beside `base_url`, which has been checked.
pub(super) fn auth(
    reader: &mut Reader<'_>,
    profile: &Profile,
    base_url: &str,
) -> Result<Auth, ConfigError> {
    if profile.auth == Scheme::Signature {
        reader.hide("auth_url");
        reader.hide("auth_scope");
        return Ok(Auth::Signature);
    }
    let (url, source) = match &profile.auth_url {
        Some(url) => (url.clone(), reader.source("auth_url")),
        None => (default_auth_url(base_url), Source::Default),
    };
    let auth_url = checked_auth_url(&url, base_url)
        .map_err(|why| reader.wrong("auth_url", why.to_string()))?;
    reader.show("auth_url", &auth_url, source);
    Ok(Auth::Bearer { auth_url, scope: profile.auth_scope.clone() })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::api::client::{AUTH_SCOPE, Auth};
    use crate::config::{Config, ConfigError, Environment, Flags, Source, resolve};

    fn with(profile: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, format!("[profiles.p]\n{profile}")).unwrap();
        let pairs = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let environment = Environment(pairs.collect::<BTreeMap<_, _>>());
        resolve(&Flags { config: Some(path), ..Flags::default() }, &environment)
    }

    #[test]
    fn requests_are_signed_unless_the_profile_says_bearer() {
        let config = with("", &[]).unwrap();
        assert_eq!(config.auth, Auth::Signature);
        let shown = config.shown.iter().find(|line| line.key == "auth").unwrap();
        assert_eq!((shown.value.as_str(), &shown.source), ("signature", &Source::Default));
        let bearer = |auth_url: &str| Auth::Bearer {
            auth_url: auth_url.to_owned(),
            scope: AUTH_SCOPE.to_owned(),
        };
        let yoti = with("auth = \"bearer\"", &[]).unwrap();
        assert_eq!(yoti.auth, bearer("https://auth.api.yoti.com/v1/oauth/token"));
        let here = "auth = \"bearer\"\nbase_url = \"http://127.0.0.1:8080/idverify/v1\"";
        let local = with(here, &[]).unwrap();
        assert_eq!(local.auth, bearer("http://127.0.0.1:8080/v1/oauth/token"));
        let other = with("auth = \"bearer\"\nauth_url = \"https://a/t\"", &[]).unwrap();
        assert_eq!(other.auth, bearer("https://a/t"));
        let variable = with("auth = \"bearer\"", &[("YOTI_AUTH_URL", "https://b/t")]).unwrap();
        assert_eq!(variable.auth, bearer("https://b/t"));
        assert_eq!(variable.client_options(uuid::Uuid::nil()).auth, variable.auth);
    }

    #[test]
    fn a_scheme_or_an_endpoint_that_cannot_be_used_is_refused() {
        for profile in ["auth = \"basic\"", "auth = \"bearer\"\nauth_url = \"http://a/t\""] {
            let Err(ConfigError::Wrong { cause, .. }) = with(profile, &[]) else {
                panic!("{profile}")
            };
            assert!(cause.starts_with("line ") && cause.contains("auth"), "{cause}");
        }
    }
}
