//! The environment that the configuration is read from.

use std::collections::BTreeMap;

use super::ConfigError;
use crate::api::key::holds_key;

/// The variable with the path of the key file.
pub(super) const KEY_FILE: &str = "YOTI_KEY_FILE_PATH";

/// The environment, taken once; tests give their own.
#[derive(Clone, Debug, Default)]
pub struct Environment(pub BTreeMap<String, String>);

impl Environment {
    /// This process's environment.
    #[must_use]
    pub fn of_process() -> Self {
        Self(
            // `vars` would panic at a variable that is no UTF-8.
            std::env::vars_os()
                .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
                .collect(),
        )
    }

    /// A variable that is set and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Variables beside this program's own, Yoti's and `XDG_*` that it may show, or use as an address.
const READ: [&str; 13] = [
    "ALL_PROXY",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TERM",
    "TZ",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Refuses an environment in which a variable that this program reads holds a private key, before
/// anything can print it.
///
/// # Errors
/// [`ConfigError::KeyMaterial`] names the variable.
pub fn no_keys_in(environment: &Environment) -> Result<(), ConfigError> {
    let read = |name: &str| {
        let ours = ["BRANCHWATCH_", "YOTI_", "XDG_"].iter().any(|prefix| name.starts_with(prefix));
        ours || READ.contains(&name)
    };
    let mut read = environment.0.iter().filter(|(name, _)| read(name));
    match read.find(|(_, value)| holds_key(value)) {
        Some((name, _)) if name == KEY_FILE => Err(no_path(KEY_FILE)),
        Some((name, _)) => {
            let belongs = "a value of this variable";
            Err(ConfigError::KeyMaterial { place: name.clone(), belongs })
        }
        None => Ok(()),
    }
}

/// What stands where the path of a key file belongs is a key.
pub(super) fn no_path(place: &str) -> ConfigError {
    ConfigError::KeyMaterial { place: place.to_owned(), belongs: "a path" }
}

#[cfg(test)]
mod tests {
    use super::*;

    // S03
    #[test]
    fn a_key_in_a_variable_that_may_be_shown_is_refused_and_another_programs_is_left_to_it() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n";
        let holding = |name: &str| {
            no_keys_in(&Environment([(name.to_owned(), key.to_owned())].into_iter().collect()))
        };
        for name in ["HTTP_PROXY", "no_proxy", "ALL_PROXY", "TERM", "XDG_DATA_HOME", "TZ"] {
            assert!(holding(name).is_err_and(|why| why.to_string().starts_with(name)), "{name}");
        }
        assert!(holding("DEPLOY_KEY").is_ok());
    }
}
