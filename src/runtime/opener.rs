//! Handing an address or a file to the desktop.
//!
//! Owns the one program that is started, never through a shell. Over SSH nothing is started: the
//! address goes to the clipboard of the terminal that the operator sits at.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tokio::sync::mpsc::UnboundedSender;

use super::effects::Rest;
use crate::app::event::{Event, Outcome};

/// How something is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opener {
    /// Not here: the session is on another machine.
    Elsewhere,
    /// By this program, with the address as its one argument.
    Program(PathBuf),
}

impl Opener {
    /// For this process: over SSH elsewhere, else the desktop's own program.
    #[must_use]
    pub fn of(over_ssh: bool) -> Self {
        if over_ssh {
            return Self::Elsewhere;
        }
        Self::Program(PathBuf::from(if cfg!(target_os = "macos") { "open" } else { "xdg-open" }))
    }

    /// Opens what a word of ours names; never waits for it.
    pub(super) fn open(
        &self,
        target: String,
        what: &'static str,
        results: UnboundedSender<Event>,
    ) -> Rest {
        let Self::Program(program) = self else {
            return Rest::Copy("the link, for your own machine (this is an SSH session)", target);
        };
        let program = program.clone();
        tokio::task::spawn_blocking(move || {
            let mut command = Command::new(&program);
            command.arg(&target).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let outcome = match command.status() {
                Ok(status) if status.success() => Outcome::Said(format!("opened {what}")),
                Ok(_) => Outcome::Refused(format!("{what} could not be opened; y copies the link")),
                Err(why) => Outcome::Refused(format!("{}: {why}", program.display())),
            };
            // The loop may have ended.
            let _unheard = results.send(Event::Done(outcome));
        });
        Rest::None
    }
}
