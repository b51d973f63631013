//! What operators keep for a session: what is everybody's (note, pin, archive, acknowledgement,
//! snooze), and what is one operator's own (what was looked at).
//!
//! Local: nothing of it is ever sent. Tags are everybody's too, and are in the
//! [`crate::domain::watchlist::watched::WatchEntry`], where `branchwatch add` puts them.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::assessment::reason::Reason;
use crate::domain::packed_time::OptionalTime;

/// The most own actions kept for one session.
pub const HISTORY_CAP: usize = 100;

/// What operators keep for a session, the same for all of them.
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
    /// Own actions, oldest first, at most [`HISTORY_CAP`].
    pub history: Vec<OwnAction>,
}

/// What one operator keeps for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Personal {
    /// Changes learned up to then have been looked at; `None`: never looked.
    pub looked_at: OptionalTime,
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

/// When a change was made, and by whom. It names the change: one that comes twice is made once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// When, by the clock of the operator's machine.
    pub at: Timestamp,
    /// The operator's name; `None`: made before names were kept.
    pub by: Option<Arc<str>>,
    /// Names the change; `None`: made before changes had names.
    #[serde(default)]
    pub edit: Option<Uuid>,
}

impl Made {
    /// A change of its own.
    #[must_use]
    pub fn new(at: Timestamp, by: Option<Arc<str>>) -> Self {
        Self { at, by, edit: Some(Uuid::new_v4()) }
    }
}

impl From<Timestamp> for Made {
    fn from(at: Timestamp) -> Self {
        Self { at, by: None, edit: None }
    }
}

/// One change that the operator makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationChange {
    /// Another note; empty takes it away.
    Note(String),
    /// Tags put on and taken off: what two operators do at once adds up.
    Tags {
        added: Vec<String>,
        removed: Vec<String>,
    },
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

impl AnnotationChange {
    /// What makes these tags of those; `None`: they are the same.
    #[must_use]
    pub fn tags(before: &[String], after: &[String]) -> Option<Self> {
        let lacking = |in_these: &[String], of: &[String]| -> Vec<String> {
            of.iter().filter(|tag| !in_these.contains(tag)).cloned().collect()
        };
        let (added, removed) = (lacking(before, after), lacking(after, before));
        (!added.is_empty() || !removed.is_empty()).then_some(Self::Tags { added, removed })
    }
}

impl OwnAction {
    /// A change may come twice: from this process, and from the store where another one left it.
    fn is(&self, change: &AnnotationChange, made: &Made) -> bool {
        let same = match (self.made.edit, made.edit) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => self.made.at == made.at,
        };
        same && self.what == *change
    }
}

impl Annotations {
    /// Of a session for which nobody has kept anything: one copy for all of them.
    #[must_use]
    pub fn nothing() -> Arc<Self> {
        static NOTHING: LazyLock<Arc<Annotations>> = LazyLock::new(Arc::default);
        Arc::clone(&NOTHING)
    }

    /// Takes in one change, once: a second time it is nothing new. Tags are the entry's and only
    /// leave their trace in the history; what was looked at is not everybody's.
    pub fn apply(&mut self, change: &AnnotationChange, made: impl Into<Made>) {
        let made = made.into();
        let at = made.at;
        let forgotten = self.history.len() >= HISTORY_CAP
            && self.history.first().is_some_and(|oldest| at < oldest.made.at);
        if forgotten || self.history.iter().any(|known| known.is(change, &made)) {
            return;
        }
        match change {
            AnnotationChange::Note(text) => self.note.clone_from(text),
            AnnotationChange::Tags { .. } => {}
            AnnotationChange::Pinned(pinned) => self.pinned = *pinned,
            AnnotationChange::Archived(archived) => self.archived_at = archived.then_some(at),
            AnnotationChange::Acknowledged(reasons) => {
                self.acknowledged =
                    reasons.as_ref().map(|reasons| Acknowledged { at, reasons: reasons.clone() });
            }
            AnnotationChange::Snoozed(until) => self.snoozed_until = *until,
            AnnotationChange::LookedAt(_) => return,
        }
        self.history.push(OwnAction { made, what: change.clone() });
        let surplus = self.history.len().saturating_sub(HISTORY_CAP);
        self.history.drain(..surplus);
    }

    /// Takes in what operators did, as the history alone has it: what stands now is known otherwise.
    pub fn remember(&mut self, actions: Vec<OwnAction>) {
        for action in actions {
            if !self.history.iter().any(|known| known.is(&action.what, &action.made)) {
                self.history.push(action);
            }
        }
        self.history.sort_by_key(|action| action.made.at);
        let surplus = self.history.len().saturating_sub(HISTORY_CAP);
        self.history.drain(..surplus);
    }

    /// When this change was made last, while the history still has it.
    #[must_use]
    pub fn last_made(&self, change: &AnnotationChange) -> Option<&Made> {
        self.made(|made| made == change)
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

    /// Whether this tag was taken off after that time, and not put on again since.
    #[must_use]
    pub fn taken_off_after(&self, at: Timestamp, tag: &String) -> bool {
        let later = self.history.iter().rev().filter(|action| action.made.at > at);
        let mut said = later.filter_map(|action| {
            let AnnotationChange::Tags { added, removed } = &action.what else { return None };
            let off = removed.contains(tag);
            (off || added.contains(tag)).then_some(off)
        });
        said.next() == Some(true)
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
        assert_eq!(own.note, "102");
    }

    #[test]
    fn a_change_that_comes_twice_is_made_once_whatever_was_changed_meanwhile() {
        let at = Timestamp::UNIX_EPOCH;
        let mut own = Annotations::default();
        let (first, second) = (Made::new(at, None), Made::new(at, Some("jane".into())));
        own.apply(&AnnotationChange::Note("one".into()), first.clone());
        own.apply(&AnnotationChange::Note("two".into()), second);
        own.apply(&AnnotationChange::Note("one".into()), first.clone());
        assert_eq!((own.note.as_str(), own.history.len()), ("two", 2));
        // The same words at the same time are another change.
        own.apply(&AnnotationChange::Note("one".into()), Made::new(at, None));
        assert_eq!((own.note.as_str(), own.history.len()), ("one", 3));
        let later = at + jiff::SignedDuration::from_secs(1);
        for n in 0..HISTORY_CAP {
            own.apply(&AnnotationChange::Note(n.to_string()), Made::new(later, None));
        }
        own.apply(&AnnotationChange::Note("one".into()), first);
        assert_eq!(own.note, "99", "also where the history no longer has it");
    }
}
