//! Notifications in and out: `[notifications]`, and the program of `[alerts]`.
//!
//! Owns these keys. The credential is named by its file, never written here.

use std::net::SocketAddr;
use std::path::Path;

use super::application::at_home;
use super::file::{Alerts, Notifications, Profile};
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Source};
use crate::notifications::receiver::ReceiverSettings;
use crate::runtime::alerts::AlertCommand;

/// `None` where nothing is to be received.
pub(super) fn resolve(
    resolver: &mut Resolver,
    file: &Notifications,
    home: &Path,
) -> Result<Option<ReceiverSettings>, ConfigError> {
    let refuse = |key: &str, why: &str| wrong(key, Source::File, why.to_owned());
    let Some(listen) = &file.listen else {
        let others = file.auth_file.is_some() || file.tls_cert.is_some() || file.tls_key.is_some();
        if others || !file.hosts.is_empty() {
            let why = "is missing; expected such as \"127.0.0.1:8750\"";
            return Err(refuse("notifications.listen", why));
        }
        return Ok(None);
    };
    let listen: SocketAddr = listen.parse().map_err(|_text| {
        let why = "expected an address and a port, such as \"127.0.0.1:8750\"";
        refuse("notifications.listen", why)
    })?;
    let path = |path: &Path| at_home(path, home);
    let Some(auth_file) = &file.auth_file else {
        let why = "is missing; a file (chmod 600) with `bearer TOKEN` or `basic USER:PASSWORD`, \
                   the notifications' auth_token of the sessions";
        return Err(refuse("notifications.auth_file", why));
    };
    let tls = match (&file.tls_cert, &file.tls_key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((path(certificate), path(key))),
        (None, Some(_)) => return Err(refuse("notifications.tls_cert", "is missing")),
        (Some(_), None) => return Err(refuse("notifications.tls_key", "is missing")),
    };
    let settings =
        ReceiverSettings { listen, auth_file: path(auth_file), tls, hosts: file.hosts.clone() };
    resolver.show("notifications.listen", settings.listen, Source::File);
    resolver.show("notifications.auth_file", settings.auth_file.display(), Source::File);
    if let Some((certificate, key)) = &settings.tls {
        resolver.show("notifications.tls_cert", certificate.display(), Source::File);
        resolver.show("notifications.tls_key", key.display(), Source::File);
    }
    if !settings.hosts.is_empty() {
        resolver.show("notifications.hosts", settings.hosts.join(", "), Source::File);
    }
    Ok(Some(settings))
}

/// The program that is told of what happens and its arguments, as they are: no shell reads them.
pub(super) fn alert_command(
    resolver: &mut Resolver,
    alerts: &Alerts,
    home: &Path,
    (profile, environment): (&str, &str),
) -> Option<AlertCommand> {
    let (program, arguments) = alerts.command.split_first()?;
    let program = at_home(Path::new(program), home);
    // Arguments may hold what is nobody's business.
    let shown =
        format!("{} and {}", program.display(), crate::text::count(arguments.len(), "argument"));
    resolver.show("alerts.command", shown, Source::File);
    Some(AlertCommand {
        program,
        arguments: arguments.to_vec(),
        profile: profile.to_owned(),
        environment: environment.to_owned(),
    })
}

/// Whether sessions of notifications are offered for the list.
pub(super) fn learn(resolver: &mut Resolver, profile: Option<&Profile>) -> bool {
    let said = profile.and_then(|p| p.learn);
    let source = if said.is_some() { Source::File } else { Source::Default };
    resolver.show("learn", said.unwrap_or(false), source);
    said.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::{Config, Environment, Flags};

    fn with(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, format!("[profiles.p]\nlearn = true\n[notifications]\n{text}"))
            .unwrap();
        let flags = Flags { config: Some(path), ..Flags::default() };
        crate::config::resolve(&flags, &Environment::default())
    }

    #[test]
    fn a_receiver_is_configured_whole_or_not_at_all() {
        let config = with("").unwrap();
        assert_eq!(config.notifications, None);
        assert!(config.refresh.learn, "the profile lets sessions be learned");
        let listen = "listen = \"127.0.0.1:8750\"\n";
        let auth = "auth_file = \"/a\"\n";
        let settings = with(&format!("{listen}{auth}hosts = [\"hooks.example\"]"));
        let settings = settings.unwrap().notifications.unwrap();
        assert_eq!(settings.listen, "127.0.0.1:8750".parse().unwrap());
        assert_eq!(settings.auth_file, PathBuf::from("/a"));
        for (text, key) in [
            (listen.to_owned(), "notifications.auth_file"),
            (auth.to_owned(), "notifications.listen"),
            (format!("{auth}listen = \"8750\""), "notifications.listen"),
            (format!("{listen}{auth}tls_cert = \"/c\""), "notifications.tls_key"),
            (format!("{listen}{auth}tls_key = \"/c\""), "notifications.tls_cert"),
        ] {
            let why = with(&text).unwrap_err().to_string();
            assert!(why.contains(key), "{why}");
        }
    }
}
