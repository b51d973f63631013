//! Figures over all sessions, kept up to date one session at a time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::app::list::summary::SessionSummary;
use crate::domain::assessment::stage_kind::StageKind;

/// Figures over all sessions, whatever the filter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct SessionCounters {
    kinds: [usize; StageKind::ALL.len()],
    pub(crate) due_soon: usize,
    pub(crate) passed: usize,
    pub(crate) stale: usize,
    pub(crate) attention: usize,
    pub(crate) hushed: usize,
    pub(crate) unseen: usize,
    pub(crate) unknown_values: usize,
    /// How many have waited for too long since that last answer.
    late: BTreeMap<Timestamp, usize>,
    pub(crate) late_in_all: usize,
}

impl SessionCounters {
    pub(crate) fn of(&self, kind: StageKind) -> usize {
        self.kinds.get(kind as usize).copied().unwrap_or_default()
    }

    /// Since when none of those that are late was refreshed.
    pub(crate) fn late_since(&self) -> Option<Timestamp> {
        self.late.last_key_value().map(|(since, _)| *since)
    }

    fn count(&mut self, summary: &SessionSummary, change: impl Fn(usize, usize) -> usize) {
        if let Some(kind) = self.kinds.get_mut(summary.kind as usize) {
            *kind = change(*kind, 1);
        }
        for (by, figure) in [
            (usize::from(summary.due_soon && !summary.passed), &mut self.due_soon),
            (usize::from(summary.passed), &mut self.passed),
            (usize::from(summary.stale), &mut self.stale),
            (usize::from(summary.needs_attention()), &mut self.attention),
            (usize::from(summary.is_hushed()), &mut self.hushed),
            (usize::from(summary.unseen), &mut self.unseen),
            (summary.unknown_values, &mut self.unknown_values),
            (usize::from(summary.late_since.get().is_some()), &mut self.late_in_all),
        ] {
            *figure = change(*figure, by);
        }
        if let Some(since) = summary.late_since.get() {
            let held = self.late.entry(since).or_default();
            *held = change(*held, 1);
            // The first key is told as the oldest: none may stay without a session.
            if *held == 0 {
                self.late.remove(&since);
            }
        }
    }

    pub(crate) fn add(&mut self, summary: &SessionSummary) {
        self.count(summary, |figure, by| figure + by);
    }

    pub(crate) fn take(&mut self, summary: &SessionSummary) {
        self.count(summary, usize::saturating_sub);
    }
}
