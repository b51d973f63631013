//! Figures over all sessions, kept up to date one session at a time.
//!
//! Owns what is counted. Must never look at a session itself: its facts say enough.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::app::list::summary::Facts;
use crate::app::text::words::StageKind;

/// Figures over all sessions, whatever the filter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    kinds: [usize; StageKind::COUNT],
    pub(crate) due_soon: usize,
    pub(crate) stale: usize,
    pub(crate) attention: usize,
    pub(crate) hushed: usize,
    pub(crate) unseen: usize,
    pub(crate) unknown_values: usize,
    /// How many have waited for too long since that last answer.
    late: BTreeMap<Timestamp, usize>,
    pub(crate) late_in_all: usize,
}

impl Tally {
    pub(crate) fn of(&self, kind: StageKind) -> usize {
        self.kinds.get(kind as usize).copied().unwrap_or_default()
    }

    /// Since when none of those that are late was refreshed.
    pub(crate) fn late_since(&self) -> Option<Timestamp> {
        self.late.last_key_value().map(|(since, _)| *since)
    }

    fn count(&mut self, facts: &Facts, change: impl Fn(usize, usize) -> usize) {
        if let Some(kind) = self.kinds.get_mut(facts.kind as usize) {
            *kind = change(*kind, 1);
        }
        for (by, figure) in [
            (usize::from(facts.due_soon), &mut self.due_soon),
            (usize::from(facts.stale), &mut self.stale),
            (usize::from(facts.attention), &mut self.attention),
            (usize::from(facts.hushed), &mut self.hushed),
            (usize::from(facts.unseen), &mut self.unseen),
            (facts.unknown_values, &mut self.unknown_values),
            (usize::from(facts.late_since.is_some()), &mut self.late_in_all),
        ] {
            *figure = change(*figure, by);
        }
        if let Some(since) = facts.late_since {
            let held = self.late.entry(since).or_default();
            *held = change(*held, 1);
            if *held == 0 {
                self.late.remove(&since);
            }
        }
    }

    pub(crate) fn add(&mut self, facts: &Facts) {
        self.count(facts, |figure, by| figure + by);
    }

    pub(crate) fn take(&mut self, facts: &Facts) {
        self.count(facts, usize::saturating_sub);
    }
}
