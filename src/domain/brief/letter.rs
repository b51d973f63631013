//! What the list needs of the letter.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::brief::bounds::Budget;
use crate::domain::packed_time::PackedTime;
use crate::domain::server_text::ServerText;
use crate::domain::session::answer::Fingerprint;
use crate::domain::session::instructions::Branch;
use crate::domain::session::parts::Letter;

/// Whether the letter is set, and with which branch.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum LetterBrief {
    #[default]
    NotKnown,
    /// Yoti said so at that time.
    NotSet(PackedTime),
    Set {
        fetched_at: PackedTime,
        /// `None`: no branch is chosen.
        branch: Option<Arc<BranchBrief>>,
        fingerprint: Option<Fingerprint>,
    },
}

/// The names by which a branch can be found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct BranchBrief {
    pub name: Option<ServerText>,
    pub fad_code: Option<ServerText>,
    pub post_code: Option<ServerText>,
}

impl LetterBrief {
    pub(super) fn of(letter: &Letter, budget: &mut Budget) -> Self {
        match letter {
            Letter::NotKnown => Self::NotKnown,
            Letter::NotSet(at) => Self::NotSet((*at).into()),
            Letter::Set(answer) => {
                let branch = answer.value.branch.as_ref();
                let branch = branch.map(|branch| Arc::new(BranchBrief::of(branch, budget)));
                Self::Set {
                    fetched_at: answer.fetched_at.into(),
                    branch,
                    fingerprint: Fingerprint::of(&answer.raw),
                }
            }
        }
    }

    /// When Yoti was last asked.
    #[must_use]
    pub fn fetched_at(&self) -> Option<Timestamp> {
        match self {
            Self::NotKnown => None,
            Self::NotSet(at) | Self::Set { fetched_at: at, .. } => Some(at.at()),
        }
    }

    /// When Yoti last said that it is not set.
    #[must_use]
    pub fn not_set_at(&self) -> Option<Timestamp> {
        match self {
            Self::NotSet(at) => Some(at.at()),
            Self::NotKnown | Self::Set { .. } => None,
        }
    }

    pub(super) const fn fingerprint(&self) -> Option<Fingerprint> {
        match self {
            Self::Set { fingerprint, .. } => *fingerprint,
            Self::NotKnown | Self::NotSet(_) => None,
        }
    }

    /// Takes the time of a letter that says the same.
    pub(super) fn fetch_again(&mut self, again: Timestamp) {
        match self {
            Self::NotKnown => {}
            Self::NotSet(at) | Self::Set { fetched_at: at, .. } => *at = again.into(),
        }
    }

    /// Yoti says that there is one.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::Set { .. })
    }

    /// The branch on the letter, where one is chosen.
    #[must_use]
    pub fn branch(&self) -> Option<&BranchBrief> {
        match self {
            Self::Set { branch, .. } => branch.as_deref(),
            Self::NotKnown | Self::NotSet(_) => None,
        }
    }
}

impl BranchBrief {
    fn of(branch: &Branch, budget: &mut Budget) -> Self {
        let mut kept = |text: &Option<ServerText>| text.as_ref().map(|text| budget.text(text));
        Self {
            name: kept(&branch.name),
            fad_code: kept(&branch.fad_code),
            post_code: kept(&branch.post_code),
        }
    }

    /// Its code, else its name; empty: neither is known.
    #[must_use]
    pub fn called(&self) -> ServerText {
        self.fad_code.clone().or_else(|| self.name.clone()).unwrap_or_default()
    }
}
