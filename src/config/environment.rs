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

/// Variables beside this program's own and Yoti's whose values it reads.
const READ: [&str; 4] = ["SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "TZ"];

/// Refuses an environment in which a variable that this program reads holds a private key, before
/// anything can print it.
///
/// # Errors
/// [`ConfigError::KeyMaterial`] names the variable.
pub fn no_keys_in(environment: &Environment) -> Result<(), ConfigError> {
    let read = |name: &str| {
        name.starts_with("BRANCHWATCH_") || name.starts_with("YOTI_") || READ.contains(&name)
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
