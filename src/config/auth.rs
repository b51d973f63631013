//! Which scheme proves whose a request is (contract 2): signatures, or tokens.
//!
//! Owns the keys `auth`, `auth_url` and `auth_scope`.

use super::environment::Environment;
use super::file::Profile;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Source};
use crate::api::client::{AUTH_SCOPE, Auth, checked_auth_url, default_auth_url};

/// Signature unless the profile says bearer; `base_url` has been checked.
pub(super) fn auth(
    resolver: &mut Resolver,
    environment: &Environment,
    profile: Option<&Profile>,
    base_url: &str,
) -> Result<Auth, ConfigError> {
    let word = profile.and_then(|p| p.auth.as_deref());
    let source = if word.is_some() { Source::File } else { Source::Default };
    let word = word.unwrap_or("signature");
    resolver.show("auth", word, source.clone());
    match word {
        "signature" => return Ok(Auth::Signature),
        "bearer" => {}
        _ => {
            let why = String::from("expected \"signature\" or \"bearer\"");
            return Err(wrong("auth", source, why));
        }
    }
    let variable = environment
        .get("YOTI_AUTH_URL")
        .map(|url| (url.to_owned(), Source::Environment("YOTI_AUTH_URL")));
    let (url, source) = variable
        .or_else(|| Some((profile?.auth_url.clone()?, Source::File)))
        .unwrap_or_else(|| (default_auth_url(base_url), Source::Default));
    let auth_url = checked_auth_url(&url, base_url)
        .map_err(|why| wrong("auth_url", source.clone(), why.to_string()))?;
    resolver.show("auth_url", &auth_url, source);
    let scope = profile.and_then(|p| p.auth_scope.clone());
    let source = if scope.is_some() { Source::File } else { Source::Default };
    let scope = scope.unwrap_or_else(|| AUTH_SCOPE.to_owned());
    resolver.show("auth_scope", &scope, source);
    Ok(Auth::Bearer { auth_url, scope })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Config, Flags, resolve};

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
