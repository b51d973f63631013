//! What the operator keeps for a session: note, pin, archive, acknowledgement, snooze, last look.
//!
//! Local: nothing of it is ever sent. Tags are in the
//! [`crate::domain::watchlist::watched::WatchEntry`], where `branchwatch add` puts them.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::assessment::reason::Reason;

/// The most own actions kept for one session.
pub const HISTORY_CAP: usize = 100;

/// What the operator keeps for a session.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Annotations {
    /// One line; empty: none.
    pub note: String,
    pub pinned: bool,
    /// Off the list and not polled since then; kept with all that is known.
    pub archived_at: Option<Timestamp>,
    /// The findings and changes that were there then need nobody any more.
    pub acknowledged: Option<Acknowledged>,
    /// Asks for nobody until then.
    pub snoozed_until: Option<Timestamp>,
    /// Changes learned up to then have been looked at; `None`: never looked.
    pub looked_at: Option<Timestamp>,
    /// Own actions, oldest first, at most [`HISTORY_CAP`].
    pub history: Vec<OwnAction>,
}

/// An acknowledgement: it holds for these reasons, and until something new is learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    pub at: Timestamp,
    /// What asked for attention then.
    pub reasons: Vec<Reason>,
}

/// One own action of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnAction {
    /// When it was made, and by whom.
    pub made: Made,
    pub what: AnnotationChange,
}

/// When a change was made, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// When, by the clock of the operator's machine.
    pub at: Timestamp,
    /// The operator's name; `None`: made before names were kept.
    pub by: Option<Arc<str>>,
}

impl From<Timestamp> for Made {
    fn from(at: Timestamp) -> Self {
        Self { at, by: None }
    }
}

/// One change that the operator makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationChange {
    /// Another note; empty takes it away.
    Note(String),
    /// Other tags, sorted.
    Tags(Vec<String>),
    Pinned(bool),
    /// Off the list, or back.
    Archived(bool),
    /// What asks now is acknowledged for these reasons, or that is taken back.
    Acknowledged(Option<Vec<Reason>>),
    /// Asks for nobody until then, or asks again.
    Snoozed(Option<Timestamp>),
    /// Changes learned up to then have been looked at; no action of its own in the history.
    LookedAt(Option<Timestamp>),
}

impl Annotations {
    /// Takes in one change, once: a second time it is nothing new. Tags are the entry's and only
    /// leave their trace in the history.
    pub fn apply(&mut self, change: &AnnotationChange, made: impl Into<Made>) {
        let made = made.into();
        let at = made.at;
        // A change may come twice: from this process, and from the store where another one left it.
        if self.history.iter().any(|known| known.made.at == at && known.what == *change) {
            return;
        }
        match change {
            AnnotationChange::Note(text) => self.note.clone_from(text),
            AnnotationChange::Tags(_) => {}
            AnnotationChange::Pinned(pinned) => self.pinned = *pinned,
            AnnotationChange::Archived(archived) => self.archived_at = archived.then_some(at),
            AnnotationChange::Acknowledged(reasons) => {
                self.acknowledged =
                    reasons.as_ref().map(|reasons| Acknowledged { at, reasons: reasons.clone() });
            }
            AnnotationChange::Snoozed(until) => self.snoozed_until = *until,
            AnnotationChange::LookedAt(until) => {
                self.looked_at = *until;
                return;
            }
        }
        self.history.push(OwnAction { made, what: change.clone() });
        let surplus = self.history.len().saturating_sub(HISTORY_CAP);
        self.history.drain(..surplus);
    }

    /// The change that the note comes from, while the history still has it.
    #[must_use]
    pub fn note_made(&self) -> Option<&Made> {
        self.made(|change| matches!(change, AnnotationChange::Note(_)))
    }

    /// The change that the acknowledgement comes from, while the history still has it.
    #[must_use]
    pub fn acknowledgement_made(&self) -> Option<&Made> {
        self.made(|change| matches!(change, AnnotationChange::Acknowledged(Some(_))))
    }

    fn made(&self, is: impl Fn(&AnnotationChange) -> bool) -> Option<&Made> {
        self.history.iter().rev().find(|action| is(&action.what)).map(|action| &action.made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_keeps_the_last_actions_and_no_looks() {
        let mut own = Annotations::default();
        for n in 0..HISTORY_CAP + 3 {
            own.apply(&AnnotationChange::Note(n.to_string()), Timestamp::UNIX_EPOCH);
        }
        own.apply(&AnnotationChange::LookedAt(Some(Timestamp::UNIX_EPOCH)), Timestamp::UNIX_EPOCH);
        assert_eq!(own.history.len(), HISTORY_CAP);
        assert_eq!(own.history[0].what, AnnotationChange::Note("3".to_owned()));
        assert_eq!((own.note.as_str(), own.looked_at), ("102", Some(Timestamp::UNIX_EPOCH)));
    }
}
