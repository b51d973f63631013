//! What is right or wrong on this machine: configuration, key file, store, terminal.

use std::io::IsTerminal;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use super::{DoctorLine, bad, doubtful, good};
use crate::api::key::SigningKey;
use crate::cli::args::Global;
use crate::cli::{exit, setup};
use crate::config::value::Clipboard;
use crate::config::{Config, ConfigError, Environment, KeySource};
use crate::domain::assessment::retention::NOT_ERASED;
use crate::persist::{Opened, PersistError};
use crate::text::shown_str;

pub(super) fn configuration(config: &Config, lines: &mut Vec<DoctorLine>) {
    let there = if config.file.exists() { "read" } else { "no config file; none is needed" };
    lines.push(good("configuration", format!("{} ({there})", config.file.display())));
    let live = if config.environment == "live" { ", live" } else { "" };
    lines.push(good("profile", format!("{}: {}{live}", config.profile, config.base_url)));
}

pub(super) fn credentials(
    config: &Config,
    lines: &mut Vec<DoctorLine>,
) -> Option<(Uuid, Arc<SigningKey>)> {
    let (sdk_id, source) = match config.credentials() {
        Ok(held) => held,
        Err(why) => {
            // The whole error repeats the advice.
            let says = match why {
                ConfigError::Nothing { missing } => format!("nothing is configured yet: {missing}"),
                other => other.to_string(),
            };
            let advice = "set YOTI_CLIENT_SDK_ID and YOTI_KEY_FILE_PATH, or put sdk_id and key_file \
                          into the profile (branchwatch config init --write); to try it without a \
                          key: branchwatch demo";
            lines.push(bad("credentials", says, advice, exit::CONFIG));
            return None;
        }
    };
    lines.push(good("SDK ID", sdk_id.to_string()));
    let (what, place, advice) = match source {
        KeySource::File(path) => (
            "key file",
            path.display().to_string(),
            "the PEM file from Yoti Hub, readable only by you (chmod 600)",
        ),
        KeySource::Command(command) => (
            "key command",
            shown_str(&command.program, 200),
            "run the program of key_command yourself and read its output",
        ),
    };
    let key = match setup::signing_key(source) {
        Ok(key) => {
            lines.push(good(what, format!("{place}, RSA of {} bits", key.bits())));
            Some((sdk_id, key))
        }
        Err(why) => {
            lines.push(bad(what, why.to_string(), advice, exit::CONFIG));
            None
        }
    };
    if let KeySource::File(path) = source
        && let Some(mode) = mode(path)
    {
        let others = mode & 0o077;
        lines.push(if others == 0 {
            good("key mode", format!("{mode:04o}: readable only by you"))
        } else {
            let advice = format!("chmod 600 {}", path.display());
            bad("key mode", format!("{mode:04o}: others can read it"), &advice, exit::CONFIG)
        });
    }
    key
}

fn mode(path: &Path) -> Option<u32> {
    Some(std::fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

/// True: another process has the store.
pub(super) fn store(global: &Global, config: &Config, lines: &mut Vec<DoctorLine>) -> bool {
    if global.no_state {
        let advice = "omit --no-state to keep a watch-list";
        lines.push(doubtful("store", "off (--no-state)", advice));
        return false;
    }
    let place = config.store.display();
    let location = setup::location(config);
    // The lock is let go at once: it only tells whether another process has it.
    let (opened, other) = match location.open(true) {
        Err(PersistError::Locked(who)) => {
            let who = format!("; another branchwatch{who} polls and saves");
            (location.open(false), who)
        }
        other => (other, String::new()),
    };
    let beside = !other.is_empty();
    let counted = opened.and_then(|Opened { mut persistence, warning }| {
        let count = persistence.read_through()?.sessions;
        let not_erased = persistence.erase_waits().then(|| NOT_ERASED.to_owned());
        Ok((count, warning.or(not_erased), persistence.trouble()))
    });
    lines.push(match counted {
        Ok((_, Some(warning), _)) => {
            doubtful("store", warning, "the list still works; check the files beside the store")
        }
        Ok((_, None, Some(unreadable))) => {
            let advice = "use the key of this application (after a new key: branchwatch store \
                          rekey); what was damaged or altered is fetched again";
            doubtful("store", unreadable, advice)
        }
        Ok((count, None, None)) => {
            good("store", format!("{place}: {}{other}", crate::text::count(count, "session")))
        }
        Err(why) => {
            let advice = "free disk space, fix the folder's permissions, use the newer \
                          branchwatch, or run without a store: --no-state";
            bad("store", why.to_string(), advice, exit::STORE)
        }
    });
    beside
}

/// `clipboard` is that of the configuration, where it could be read.
pub(super) fn terminal(clipboard: Option<&Clipboard>) -> DoctorLine {
    let environment = Environment::of_process();
    let lines_go = "`branchwatch list` and `branchwatch watch` work without a terminal";
    if !std::io::stdout().is_terminal() {
        return doubtful("terminal", "standard output is not a terminal: no dashboard", lines_go);
    }
    let term = environment.get("TERM").unwrap_or("not set");
    if term == "dumb" {
        return doubtful("terminal", "TERM=dumb: no dashboard", lines_go);
    }
    let (columns, rows) = crossterm::terminal::size().unwrap_or_default();
    let colours = match environment.get("COLORTERM") {
        _ if environment.get("NO_COLOR").is_some() => "no colours (NO_COLOR)",
        Some("truecolor" | "24bit") => "true colour",
        _ if term.contains("256color") => "256 colours",
        _ => "16 colours",
    };
    let copies = clipboard.and_then(copies).unwrap_or_default();
    let says = format!("{term}, {columns}x{rows}, {colours}{copies}");
    if columns >= 60 && rows >= 16 {
        good("terminal", says)
    } else {
        doubtful("terminal", says, "make it at least 60 columns and 16 rows")
    }
}

/// Where copied text goes, if not to the terminal itself.
fn copies(clipboard: &Clipboard) -> Option<String> {
    match clipboard {
        Clipboard::Terminal => None,
        Clipboard::Off => Some(", copying is off".to_owned()),
        Clipboard::Program(words) => {
            Some(format!(", copies go to {}", shown_str(words.first()?, 200)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_is_said_to_get_copies_only_where_it_does() {
        let program = |words: &[&str]| {
            Clipboard::Program(words.iter().map(|word| (*word).to_owned()).collect())
        };
        assert_eq!(copies(&Clipboard::Terminal), None);
        assert_eq!(copies(&Clipboard::Off).as_deref(), Some(", copying is off"));
        let tmux = copies(&program(&["tmux", "load-buffer", "-w", "-"]));
        assert_eq!(tmux.as_deref(), Some(", copies go to tmux"));
    }
}
