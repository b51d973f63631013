//! What the operator's hands may reach: the portal, the lock, what may be done at Yoti.
//!
//! Owns the checking of these values.

use std::path::Path;

use jiff::SignedDuration;
use reqwest::Url;

use super::file::{ConfigFile, Profile};
use super::place::place;
use super::resolver::{Resolver, wrong};
use super::{ConfigError, Environment, Source};
use crate::app::dialogs::programs::state::Program;
use crate::domain::span::parse_span;
use crate::runtime::clipboard::Clipboard;

/// The place of the session's id in a portal address.
const PLACE: &str = "{session_id}";

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct DeskConfig {
    /// The portal's address with `{session_id}` in it: https, the place behind the host.
    pub portal_url: Option<String>,
    /// Lock the screen after so long without a key; `None`: never.
    pub lock_after: Option<SignedDuration>,
    /// Nothing may be done at Yoti, whatever the command line says: where that is written.
    pub read_only: Option<String>,
    pub clipboard: Clipboard,
    /// The profile's owner lets sessions be deleted at Yoti.
    pub allow_delete: bool,
    /// The profile's owner lets the letter's e-mail be sent again.
    pub allow_email: bool,
    /// The operator's own programs, by name.
    pub programs: Vec<Program>,
}

pub(super) fn resolve(
    resolver: &mut Resolver,
    environment: &Environment,
    file: &ConfigFile,
    (name, profile): (&str, Option<&Profile>),
    written: (&Path, &str),
) -> Result<DeskConfig, ConfigError> {
    let portal_url = match profile.and_then(|p| p.portal_url.as_ref()) {
        Some(template) => {
            let why = checked(template).err();
            if let Some(why) = why {
                return Err(wrong("portal_url", Source::File, why));
            }
            resolver.show("portal_url", template, Source::File);
            Some(template.clone())
        }
        None => None,
    };
    let lock_after = match file.lock_after.as_deref() {
        Some("off") => None,
        Some(text) => {
            let span = parse_span(text).map_err(|why| wrong("lock_after", Source::File, why))?;
            if span < SignedDuration::from_secs(5) {
                let why = "must be at least 5s, or \"off\"".to_owned();
                return Err(wrong("lock_after", Source::File, why));
            }
            Some(span)
        }
        None => Some(SignedDuration::from_secs(15 * 60)),
    };
    let source = if file.lock_after.is_some() { Source::File } else { Source::Default };
    let words = lock_after.map_or_else(|| "off".to_owned(), crate::domain::span::exact);
    resolver.show("lock_after", words, source);
    let read_only = read_only(resolver, file, (name, profile), written);
    let clipboard = clipboard(resolver, environment, file)?;
    let mut allowed = |key, value: Option<bool>| {
        let source = if value.is_some() { Source::File } else { Source::Default };
        resolver.show(key, value.unwrap_or(false), source);
        value.unwrap_or(false)
    };
    let programs = programs(file)?;
    Ok(DeskConfig {
        programs,
        portal_url,
        lock_after,
        read_only,
        clipboard,
        allow_delete: allowed("allow_delete", profile.and_then(|p| p.allow_delete)),
        allow_email: allowed("allow_email", profile.and_then(|p| p.allow_email)),
    })
}

/// The environment, then the file.
fn clipboard(
    resolver: &mut Resolver,
    environment: &Environment,
    file: &ConfigFile,
) -> Result<Clipboard, ConfigError> {
    const VARIABLE: &str = "BRANCHWATCH_CLIPBOARD";
    let (text, source) = match (environment.get(VARIABLE), file.clipboard.as_deref()) {
        (Some(text), _) => (text.to_owned(), Source::Environment(VARIABLE)),
        (None, Some(text)) => (text.to_owned(), Source::File),
        // tmux ignores OSC 52 from programs unless set-clipboard is on; its own buffer always works.
        (None, None) if environment.get("TMUX").is_some() => {
            ("tmux load-buffer -w -".to_owned(), Source::Environment("TMUX"))
        }
        (None, None) => ("osc52".to_owned(), Source::Default),
    };
    let read = Clipboard::read(&text);
    let expected = "expected \"osc52\", \"off\", or a program such as \"wl-copy\"";
    let wrong = || wrong("clipboard", source.clone(), expected.to_owned());
    let clipboard = read.ok_or_else(wrong)?;
    resolver.show("clipboard", text, source);
    Ok(clipboard)
}

/// The stricter of profile and file: `true` in either holds.
fn read_only(
    resolver: &mut Resolver,
    file: &ConfigFile,
    (name, profile): (&str, Option<&Profile>),
    (path, text): (&Path, &str),
) -> Option<String> {
    let of_profile = profile.and_then(|profile| profile.read_only);
    let given = of_profile.is_some() || file.read_only.is_some();
    let key = match (of_profile, file.read_only) {
        (Some(true), _) => Some(vec!["profiles", name, "read_only"]),
        (_, Some(true)) => Some(vec!["read_only"]),
        _ => None,
    };
    let source = if given { Source::File } else { Source::Default };
    resolver.show("read_only", key.is_some(), source);
    key.map(|key| {
        let at = place(text, &key).map(|at| format!(", {at}")).unwrap_or_default();
        format!("{} = true in {}{at}", key.join("."), path.display())
    })
}

/// Each has a program to run.
fn programs(file: &ConfigFile) -> Result<Vec<Program>, ConfigError> {
    let read = |(name, program): (&String, &super::file::Program)| {
        if program.run.first().is_none_or(|first| first.is_empty() || first.contains('{')) {
            let why =
                "expected a program and its arguments, such as [\"ticket\", \"{session_id}\"]";
            return Err(wrong(&format!("programs.{name}.run"), Source::File, why.to_owned()));
        }
        Ok(Program { name: name.clone(), words: program.label.clone(), run: program.run.clone() })
    };
    file.programs.iter().map(read).collect()
}

/// https, no user, and whatever the id: the same host.
fn checked(template: &str) -> Result<(), String> {
    let host = |id: &str| {
        let url = Url::parse(&template.replace(PLACE, id)).ok()?;
        let plain =
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        url.host_str().filter(|_| plain).map(str::to_lowercase)
    };
    let expected = "expected such as https://portal.example/sessions/{session_id}";
    if template.matches(PLACE).count() != 1 {
        return Err(format!("it must contain {PLACE} once; {expected}"));
    }
    let ids = ["1c3cae90-1769-43a9-8554-d85f2e7cdb0f", "00000000-0000-4000-8000-000000000000"];
    match ids.map(host) {
        [Some(one), Some(other)] if one == other => Ok(()),
        _ => Err(format!("is not an https address with a fixed host; {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn a_portal_address_is_https_with_a_host_that_no_id_changes() {
        for (template, good) in [
            ("https://hub.example/s/{session_id}", true),
            ("https://hub.example/?id={session_id}#x", true),
            ("https://{session_id}.example/s", false),
            ("https://{session_id}@hub.example/", false),
            ("http://hub.example/{session_id}", false),
            ("file:///etc/{session_id}", false),
            ("https://hub.example/s", false),
            ("https://hub.example/{session_id}/{session_id}", false),
            ("--help{session_id}", false),
        ] {
            assert_eq!(checked(template).is_ok(), good, "{template}");
        }
    }
}
