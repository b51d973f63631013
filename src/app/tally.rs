//! Figures over all sessions, kept up to date one session at a time.
//!
//! Owns what is counted. Must never look at a session itself: its facts say enough.

use crate::app::facts::Facts;
use crate::app::words::StageKind;

/// Figures over all sessions, whatever the filter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    kinds: [usize; StageKind::COUNT],
    pub(crate) due_soon: usize,
    pub(crate) stale: usize,
    pub(crate) attention: usize,
    pub(crate) unknown_states: usize,
}

impl Tally {
    pub(crate) fn of(&self, kind: StageKind) -> usize {
        self.kinds.get(kind as usize).copied().unwrap_or_default()
    }

    fn count(&mut self, facts: &Facts, change: impl Fn(usize) -> usize) {
        if let Some(kind) = self.kinds.get_mut(facts.kind as usize) {
            *kind = change(*kind);
        }
        for (holds, figure) in [
            (facts.due_soon, &mut self.due_soon),
            (facts.stale, &mut self.stale),
            (facts.attention, &mut self.attention),
            (facts.unknown_state, &mut self.unknown_states),
        ] {
            if holds {
                *figure = change(*figure);
            }
        }
    }

    pub(crate) fn add(&mut self, facts: &Facts) {
        self.count(facts, |figure| figure + 1);
    }

    pub(crate) fn take(&mut self, facts: &Facts) {
        self.count(facts, |figure| figure.saturating_sub(1));
    }
}
