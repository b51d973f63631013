//! Which commands take which of the global flags that would mislead where they do nothing.
//!
//! A flag that changes nothing and misleads nobody (`--theme` for a list) is accepted.

use super::args::{Command, Global};
use super::exit::Failure;

/// Global options that work in some commands only, and those commands; without a command they work
/// all, in the dashboard.
const SCOPES: [(&str, &[&str]); 9] = [
    ("filter", &["demo", "list", "watch", "stats", "handover"]),
    // `config show` shows it.
    ("--interval", &["watch", "wait", "listen", "ingest", "config"]),
    ("--max-rps", &["demo", "add", "fetch", "watch", "wait", "listen", "ingest", "config"]),
    ("--theme", &["demo", "config"]),
    ("no_mouse", &["demo"]),
    ("a11y", &["demo"]),
    ("allow_writes", &["demo", "session", "letter"]),
    ("offline", &["demo", "add", "show", "watch", "export", "letter", "media", "doctor"]),
    ("no_input", &["add", "remove", "watch", "session", "letter", "media", "store", "export"]),
];

/// Whether a global option does anything in a command: by its name in the grammar.
pub(super) fn works(option: &str, command: &str) -> bool {
    let scope = SCOPES.iter().find(|(known, _)| *known == option);
    scope.is_none_or(|(_, commands)| commands.contains(&command))
}

/// Refuses those that would mislead where they do nothing.
pub(super) fn check(
    global: &Global,
    command: Option<&Command>,
    name: Option<&str>,
) -> Result<(), Failure> {
    let works = |option| name.is_none_or(|name| works(option, name));
    let refuse = |why: &str| Err(Failure::Usage(why.to_owned()));
    if !global.filter.is_empty() && !works("filter") {
        return refuse(
            "--filter is for the dashboard, demo, list, watch, stats and handover; it has no effect here",
        );
    }
    if global.options.0.contains_key("--interval") && !works("--interval") {
        return refuse(
            "--interval is for the dashboard, watch, wait, listen and ingest; this command does not poll",
        );
    }
    if global.offline && only_asks(command) {
        return refuse("--offline: this command only sends requests to Yoti");
    }
    Ok(())
}

/// Those that show what is stored too, such as `letter`, say it themselves.
const fn only_asks(command: Option<&Command>) -> bool {
    match command {
        Some(
            Command::Fetch { .. }
            | Command::Wait(_)
            | Command::Branches(_)
            | Command::Session { .. },
        ) => true,
        Some(Command::Add(add)) => add.fetch,
        Some(Command::Letter(letter)) => letter.what.is_some(),
        None
        | Some(
            Command::Demo(_)
            | Command::Simulate(_)
            | Command::Remove(_)
            | Command::List(_)
            | Command::Show(_)
            | Command::Watch(_)
            | Command::Listen(_)
            | Command::Ingest(_)
            | Command::Export(_)
            | Command::Verify { .. }
            | Command::Media(_)
            | Command::Stats(_)
            | Command::Handover(_)
            | Command::Doctor { .. }
            | Command::Store { .. }
            | Command::Info { .. }
            | Command::Reset
            | Command::Config { .. }
            | Command::Completions { .. }
            | Command::Man { .. }
            | Command::Version
            | Command::Help { .. },
        ) => false,
    }
}
