//! One line on standard error that is rewritten while something takes long.

use std::io::{IsTerminal, Write};

pub(super) struct Progress {
    shown: bool,
    last: String,
}

impl Progress {
    /// Shown where standard error is a terminal that can go back, and nobody asked for quiet.
    pub(super) fn on_terminal(quiet: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { shown: std::io::stderr().is_terminal() && !dumb && !quiet, last: String::new() }
    }

    /// Another text, which has been made safe; shorter ones leave nothing of longer ones.
    pub(super) fn say(&mut self, text: &str) {
        if !self.shown || self.last == text {
            return;
        }
        let gap = self.last.chars().count().saturating_sub(text.chars().count());
        let mut err = std::io::stderr().lock();
        let _unheard = write!(err, "\r{text}{}", " ".repeat(gap)).and_then(|()| err.flush());
        text.clone_into(&mut self.last);
    }

    pub(super) fn done(&mut self) {
        if !self.last.is_empty() {
            let gap = " ".repeat(self.last.chars().count());
            let mut err = std::io::stderr().lock();
            let _unheard = write!(err, "\r{gap}\r").and_then(|()| err.flush());
            self.last.clear();
        }
    }
}
