//! `reset`: gives back the terminal of a dashboard that could not do it itself.

use std::io::IsTerminal;

use super::exit::{self, Failure};
use crate::runtime::terminal;

pub(super) fn run() -> Result<u8, Failure> {
    if !std::io::stdout().is_terminal() {
        return Err(Failure::Usage("standard output is not a terminal; run this in the terminal to restore, without a pipe".into()));
    }
    terminal::reset()?;
    Ok(exit::OK)
}
