//! Who the operator is: the name in the audit log and with what the operator keeps.
//!
//! Owns the checking of that name, and asking the system for the one of the login.

use super::file::ConfigFile;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Source};

/// The longest name, in characters.
const LONGEST: usize = 60;

pub(super) fn resolve(resolver: &mut Resolver, file: &ConfigFile) -> Result<String, ConfigError> {
    let (name, source) = match &file.operator {
        Some(name) => (name.trim().to_owned(), Source::File),
        None => (login(), Source::Default),
    };
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST && !name.chars().any(char::is_control);
    if !fits {
        let why = format!("expected a name on one line, of at most {LONGEST} characters");
        return Err(wrong("operator", source, why));
    }
    resolver.show("operator", &name, source);
    Ok(name)
}

/// The login name of the process's user. Not `$USER`: that is whatever the shell before `sudo` or
/// `su` left there, and who wrote a line of the audit log must not depend on it.
fn login() -> String {
    let name = whoami::username().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if name.trim().is_empty() {
        return format!("uid {}", rustix::process::getuid().as_raw());
    }
    name
}
