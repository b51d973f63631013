//! Troubles of the store for the header and the log, each reported once.

use crate::refresh::Command;

/// What was last reported to the header and the log.
#[derive(Default)]
pub(super) struct TroublesTold {
    /// False: what was reported at the start may be over, so the first look is always reported.
    begun: bool,
    trouble: Option<String>,
    damage: Option<String>,
    nobody_polls: Option<bool>,
}

impl TroublesTold {
    /// The writer reports the troubles of the holder: nothing is reported before there is one.
    pub(super) fn of_holder() -> Self {
        Self { begun: true, ..Self::default() }
    }

    /// What has changed, for the header; it is written to the log too.
    pub(super) fn news(&mut self, trouble: Option<String>, damage: Option<String>) -> Vec<Command> {
        let mut news = Vec::new();
        if !self.begun || self.trouble != trouble {
            self.begun = true;
            log(self.trouble.is_some(), trouble.as_ref());
            self.trouble.clone_from(&trouble);
            news.push(Command::StoreTrouble(trouble));
        }
        if self.damage != damage {
            log(self.damage.is_some(), damage.as_ref());
            self.damage.clone_from(&damage);
            news.push(Command::StoreDamage(damage));
        }
        news
    }

    /// Whether there can be a process that polls, where that has changed.
    pub(super) fn holder(&mut self, nobody: bool) -> Option<Command> {
        (self.nobody_polls.replace(nobody) != Some(nobody)).then_some(Command::NobodyPolls(nobody))
    }
}

fn log(before: bool, now: Option<&String>) {
    match now {
        Some(said) => tracing::warn!("{said}"),
        None if before => tracing::info!("the local store is in order again"),
        None => {}
    }
}
