//! One line on standard error that is rewritten while something takes long.

use std::io::{IsTerminal, Write};

use crate::runtime::shutdown::while_writing;

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
        put(&format!("\r{text}{}", " ".repeat(gap)));
        text.clone_into(&mut self.last);
    }

    pub(super) fn done(&mut self) {
        if !self.last.is_empty() {
            let gap = " ".repeat(self.last.chars().count());
            put(&format!("\r{gap}\r"));
            self.last.clear();
        }
    }
}

fn put(text: &str) {
    let _unheard = while_writing(|| {
        let mut err = std::io::stderr().lock();
        err.write_all(text.as_bytes()).and_then(|()| err.flush())
    });
}
