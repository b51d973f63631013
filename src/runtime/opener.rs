//! Handing an address or a file to the desktop.
//!
//! Over SSH, and where no such program is installed, nothing is started: the address goes to the
//! clipboard of the terminal that the operator sits at.

use std::path::PathBuf;

use tokio::sync::mpsc::UnboundedSender;

use super::effects::Immediate;
use super::program;
use crate::app::event::{Event, Outcome};

/// How an address or a file is opened, if at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opener {
    /// Not on this machine: the operator sits at another one, or it has no desktop.
    Elsewhere,
    /// By this program, with the address as its one argument.
    Program(PathBuf),
}

impl Opener {
    /// The desktop's own program, looked for in this `PATH`; over SSH none.
    #[must_use]
    pub fn of(over_ssh: bool, path: Option<&std::ffi::OsStr>) -> Self {
        let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
        let mut folders = path.into_iter().flat_map(std::env::split_paths);
        match folders.find(|folder| folder.join(program).is_file()) {
            Some(folder) if !over_ssh => Self::Program(folder.join(program)),
            _ => Self::Elsewhere,
        }
    }

    /// Opens what a word of ours names; never waits for it.
    pub(super) fn open(
        &self,
        target: String,
        what: &'static str,
        results: UnboundedSender<Event>,
    ) -> Immediate {
        let Self::Program(opener) = self else {
            return Immediate::Copy("the link (nothing here can open it)", target);
        };
        let opener = opener.clone();
        tokio::spawn(async move {
            let outcome = match program::run(&opener, &[target], None, None).await {
                Ok(status) if status.success() => Outcome::Said(format!("opened {what}")),
                Ok(_) => Outcome::Refused(format!("{what} could not be opened; y copies the link")),
                Err(why) => Outcome::Refused(format!("{} {why}", opener.display())),
            };
            // The loop may have ended.
            let _unheard = results.send(Event::Done(outcome));
        });
        Immediate::None
    }
}
