//! Handing an address or a file to the desktop.
//!
//! Over SSH, and where no such program is installed, nothing is started: the address goes to the
//! clipboard of the terminal that the operator sits at.

use std::path::PathBuf;

use super::program;
use crate::app::effect::Effect;
use crate::app::event::Outcome;

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

    /// Opens what a word of ours names, and waits for the end of the program.
    pub(super) async fn open(&self, what: &'static str, target: String) -> Outcome {
        let Self::Program(opener) = self else {
            return Effect::Copy {
                what: "the link (nothing here can open it)",
                text: target,
                personal: false,
            }
            .into();
        };
        let result = match program::run(opener, &[target], None, None).await {
            Ok(status) if status.success() => Ok(format!("opened {what}")),
            Ok(_) => Err(format!("{what} could not be opened; y copies the link")),
            Err(why) => Err(format!("{} {why}", opener.display())),
        };
        result.into()
    }
}
