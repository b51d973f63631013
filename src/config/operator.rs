//! What the operator may do and is shown: the name, the portal, programs, labels, read-only.

use regex::RegexBuilder;
use reqwest::Url;

use super::layers::Reader;
use super::options::{General, Profile, ProgramOptions};
use super::{ConfigError, Source};
use crate::app::dialogs::programs::state::Program;
use crate::app::list::views::View;
use crate::domain::watchlist::labels::SafeLabels;

/// The place of the session's id in a portal address.
const PLACE: &str = "{session_id}";

/// The longest name, in characters.
const LONGEST: usize = 60;

/// Bytes that the compiled pattern may take.
const LARGEST_PATTERN: usize = 256 * 1024;

/// A name on one line.
pub(super) fn name(reader: &mut Reader<'_>, name: &str) -> Result<String, ConfigError> {
    let name = name.trim().to_owned();
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST && !name.chars().any(char::is_control);
    if !fits {
        let why = format!("expected a name on one line, of at most {LONGEST} characters");
        return Err(reader.wrong("operator", why));
    }
    let source = reader.source("operator");
    reader.show("operator", &name, source);
    Ok(name)
}

/// The login name of the process's user. Not `$USER`: that is whatever the shell before `sudo` or
/// `su` left there, and who wrote a line of the audit log must not depend on it.
pub(super) fn login() -> String {
    let name = whoami::username().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if name.trim().is_empty() {
        return format!("uid {}", rustix::process::getuid().as_raw());
    }
    name
}

/// Where it is written that nothing may be done at Yoti: `true` in profile or file holds.
pub(super) fn read_only(
    reader: &mut Reader<'_>,
    general: &General,
    profile: &Profile,
    name: &str,
) -> Option<String> {
    let keys = match (profile.read_only, general.read_only) {
        (true, _) => Some(vec!["profiles", name, "read_only"]),
        (false, true) => Some(vec!["read_only"]),
        (false, false) => None,
    };
    if keys.is_some() {
        reader.show("read_only", true, Source::File);
    }
    keys.map(|keys| {
        let at = reader.file.place(&keys).map(|at| format!(", {at}")).unwrap_or_default();
        format!("{} = true in {}{at}", keys.join("."), reader.file.path.display())
    })
}

/// Each has a program to run.
pub(super) fn programs(reader: &mut Reader<'_>) -> Result<Vec<Program>, ConfigError> {
    let read = |(name, program): (String, ProgramOptions)| {
        // The program itself is fixed: a reference must not choose what runs.
        if program.run.0.first().is_none_or(|first| first.is_empty() || first.contains('{')) {
            let why =
                "expected a program and its arguments, such as [\"ticket\", \"{session_id}\"]";
            return Err(reader.file.wrong(&["programs", &name, "run"], why));
        }
        Ok(Program { name, words: program.label, run: program.run.0 })
    };
    let programs = reader.sections::<ProgramOptions>()?;
    programs.into_iter().map(read).collect()
}

/// The labels that are shown whole while labels are masked. What looks like an identifier is
/// shown without them.
pub(super) fn labels(
    reader: &Reader<'_>,
    tags: &[String],
    profile: &Profile,
    views: &[View],
) -> Result<SafeLabels, ConfigError> {
    let whole = |pattern: &String| {
        // The pattern has to match all of a reference, whichever of its choices does.
        RegexBuilder::new(&format!("^(?:{pattern})$"))
            .size_limit(LARGEST_PATTERN)
            .build()
            .map_err(|why| reader.wrong("safe_reference", format!("is not a pattern: {why}")))
    };
    let reference = profile.safe_reference.as_ref().map(whole).transpose()?;
    let named = views.iter().flat_map(View::tags);
    Ok(SafeLabels::new(reference, tags.iter().cloned().chain(named)))
}

/// A portal address: https, no user, and whatever the id: the same host.
pub(super) fn checked_portal(template: &str) -> Result<(), String> {
    let host = |id: &str| {
        let url = Url::parse(&template.replace(PLACE, id)).ok()?;
        let plain =
            url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
        url.host_str().filter(|_| plain).map(str::to_lowercase)
    };
    let expected = "expected a value such as https://portal.example/sessions/{session_id}";
    if template.matches(PLACE).count() != 1 {
        return Err(format!("it must contain {PLACE} once; {expected}"));
    }
    // Two that differ: the id must not decide which host is opened.
    let ids = ["1c3cae90-1769-43a9-8554-d85f2e7cdb0f", "00000000-0000-4000-8000-000000000000"];
    match ids.map(host) {
        [Some(one), Some(other)] if one == other => Ok(()),
        _ => Err(format!("is not an https address with a fixed host; {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use super::checked_portal;

    // U08
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
            assert_eq!(checked_portal(template).is_ok(), good, "{template}");
        }
    }
}
