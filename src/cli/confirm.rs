//! Confirmation at the command line: the operator types the words that the question shows.

use std::io::{BufRead, IsTerminal};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use super::args::Global;
use super::exit::Failure;
use super::output::warn;
use crate::domain::session::ids::SessionId;

/// Nobody reads a question and answers it faster; the dashboard's dialogs wait as long.
const UNREAD: Duration = Duration::from_millis(300);

/// Goes on only when the operator types the phrase. `flag` says it without a terminal.
pub(super) async fn typed(
    global: &Global,
    word: &str,
    id: SessionId,
    what: &str,
    flag: &str,
) -> Result<(), Failure> {
    let phrase = format!("{word} {}", id.short());
    // A pipe is no operator: what stands in it was written before the question.
    if global.no_input || !std::io::stdin().is_terminal() {
        return Err(Failure::Usage(format!(
            "type {phrase} at a terminal to confirm, or pass {flag}"
        )));
    }
    let what = if what.is_empty() { String::new() } else { format!(": {what}") };
    warn(&format!("session {id}{what}\nType {phrase} to confirm:"));
    tokio::time::sleep(UNREAD).await;
    // Nothing is asked where what was typed before cannot be thrown away.
    tcflush(std::io::stdin(), QueueSelector::IFlush).map_err(std::io::Error::from)?;
    let mut typed = String::new();
    std::io::stdin().lock().read_line(&mut typed)?;
    if typed.trim() == phrase {
        return Ok(());
    }
    Err(Failure::Usage(format!("that is not {phrase}; nothing was done")))
}
