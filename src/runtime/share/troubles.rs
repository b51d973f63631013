//! What header and log are told of the store, once for each change.

use crate::refresh::Command;

/// What was told of the store last.
#[derive(Default)]
pub(super) struct TroublesTold {
    /// False: what the start has told may be over by now, so the first word is told in any case.
    begun: bool,
    trouble: Option<String>,
    damage: Option<String>,
}

impl TroublesTold {
    /// The writer tells the troubles of the holder: nothing is told before there is one.
    pub(super) fn of_holder() -> Self {
        Self { begun: true, ..Self::default() }
    }

    /// What has changed, for the header; the log is told too.
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
}

fn log(before: bool, now: Option<&String>) {
    match now {
        Some(said) => tracing::warn!("{said}"),
        None if before => tracing::info!("the local store is in order again"),
        None => {}
    }
}
