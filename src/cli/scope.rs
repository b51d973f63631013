//! Which commands take which of the global flags that would mislead where they do nothing.
//!
//! A flag that changes nothing and misleads nobody (`--theme` for a list) is accepted.

use super::args::{Command, Global};
use super::exit::Failure;

pub(super) fn check(global: &Global, command: Option<&Command>) -> Result<(), Failure> {
    let refuse = |why: &str| Err(Failure::Usage(why.to_owned()));
    if !global.filter.is_empty() && !filters(command) {
        return refuse(
            "--filter is for the dashboard, demo, list, watch, stats and handover; it has no effect here",
        );
    }
    if global.options.0.contains_key("--interval") && !is_paced(command) {
        return refuse(
            "--interval is for the dashboard, watch, wait, listen and ingest; this command does not poll",
        );
    }
    if global.offline && only_asks(command) {
        return refuse("--offline: this command only sends requests to Yoti");
    }
    Ok(())
}

const fn filters(command: Option<&Command>) -> bool {
    matches!(
        command,
        None | Some(
            Command::Demo(_)
                | Command::List(_)
                | Command::Watch(_)
                | Command::Stats(_)
                | Command::Handover(_)
        )
    )
}

/// `config show` shows it.
const fn is_paced(command: Option<&Command>) -> bool {
    matches!(
        command,
        None | Some(
            Command::Watch(_)
                | Command::Wait(_)
                | Command::Listen(_)
                | Command::Ingest(_)
                | Command::Config { .. }
        )
    )
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
        _ => false,
    }
}
