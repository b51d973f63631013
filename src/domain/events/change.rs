//! What happened to a session, as events of a timeline.

mod asked;
mod between;
mod contradiction;
mod order;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::events::event_kind::EventKind;
use crate::domain::events::notification::Notification;
use crate::domain::server_text::ServerText;
use crate::domain::session::parts::Part;
use crate::domain::session::wire_enum::{
    CheckState, Recommendation, SessionState, SourceType, TaskState, Topic,
};

pub use between::between;
pub use contradiction::contradiction;
pub use order::by_time;

/// Where the knowledge of an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A difference between two of the API's answers, with the API's own time stamp.
    Api,
    /// A difference seen by polling; the time is that of the observation.
    Observed,
    Notification,
    /// The operator.
    Local,
}

/// One thing that happened. It is stored and exported as it stands here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEvent {
    /// When it happened by the best knowledge.
    pub at: Timestamp,
    /// When we learned it.
    pub seen_at: Timestamp,
    pub origin: Origin,
    /// Source of the thing that changed, where there is one.
    pub source: Option<SourceType>,
    pub what: ChangeKind,
}

/// What happened; server texts inside are types, states and reasons, never personal data.
///
/// The one declaration of a kind: its name and fields here are those of the store and of an export.
/// Its words are in `app::text::change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The first response ever.
    FirstSeen,
    State {
        from: Option<SessionState>,
        to: Option<SessionState>,
    },
    /// Yoti said a state that no session reaches from the one it is in; that response is not taken in.
    Contradiction {
        kept: SessionState,
        said: Option<SessionState>,
    },
    ResourceAdded {
        /// `id_documents`, `face_capture`, ….
        container: ServerText,
        /// `PASSPORT`, …
        document_type: Option<ServerText>,
        /// Alpha-3.
        country: Option<ServerText>,
        pages: usize,
        /// Frames of all pages together.
        frames: usize,
    },
    /// A resource got more pages, frames or media.
    ResourceUpdated {
        container: ServerText,
        document_type: Option<ServerText>,
        pages: usize,
        frames: usize,
    },
    /// A resource is no longer in the response.
    ResourceRemoved {
        container: ServerText,
    },
    Task {
        #[serde(rename = "type")]
        task_type: ServerText,
        state: TaskState,
    },
    /// A check appeared or changed.
    Check {
        #[serde(rename = "type")]
        check_type: ServerText,
        state: CheckState,
        recommendation: Option<Recommendation>,
        reason: Option<ServerText>,
    },
    /// A requirement appeared or has a new state.
    Requirement {
        #[serde(rename = "type")]
        requirement_type: ServerText,
        state: ServerText,
    },
    /// A requirement of this type is no longer in the response.
    RequirementRemoved {
        #[serde(rename = "type")]
        requirement_type: ServerText,
    },
    /// What the clerk has to do, and its new state: the best hint of progress at a counter
    /// (contract 5.5).
    Assessment {
        /// One of the three in-branch check types, or a new one.
        #[serde(rename = "type")]
        check_type: ServerText,
        /// `REQUIRED` or `DONE`.
        state: ServerText,
        requirement_type: ServerText,
    },
    /// Attempts of this kind (`GENERIC`, …) that are left for a requirement.
    AttemptsLeft {
        kind: ServerText,
        left: usize,
    },
    /// A type of check was added to those that are requested, or with `false` taken from them.
    CheckAskedFor {
        #[serde(rename = "type")]
        check_type: ServerText,
        asked: bool,
    },
    /// The letter was set or changed.
    LetterSet {
        /// FAD code, else the branch's name; `None`: no branch is chosen.
        branch: Option<ServerText>,
        documents: usize,
    },
    /// Yoti says that there is no letter: for the first time, or no longer.
    LetterNotSet,
    /// A digital ID was shared, or could not be.
    DigitalIdShare {
        /// `DIGILOCKER`, …
        provider: Option<ServerText>,
        /// `BAD_SHARE`, …
        error: Option<ServerText>,
    },
    /// An identity profile has a result.
    IdentityProfile {
        result: ServerText,
    },
    /// 404: deleted, purged, or never there.
    Gone,
    /// It answers again after a 404.
    Back,
    /// `FIRST_BRANCH_VISIT`, which only a notification tells.
    FirstBranchVisit,
    /// Another topic that only a notification tells (contract 8.2).
    Notified {
        topic: Topic,
    },
    /// Something else in the response changed that this build has no word for.
    Other,
}

impl ChangeKind {
    /// The part that says so; what a notification alone tells is of the session.
    #[must_use]
    pub const fn part(&self) -> Part {
        match self {
            Self::Requirement { .. }
            | Self::RequirementRemoved { .. }
            | Self::Assessment { .. }
            | Self::AttemptsLeft { .. }
            | Self::CheckAskedFor { .. } => Part::Configuration,
            Self::LetterSet { .. } | Self::LetterNotSet => Part::Letter,
            Self::FirstSeen
            | Self::State { .. }
            | Self::Contradiction { .. }
            | Self::ResourceAdded { .. }
            | Self::ResourceUpdated { .. }
            | Self::ResourceRemoved { .. }
            | Self::Task { .. }
            | Self::Check { .. }
            | Self::DigitalIdShare { .. }
            | Self::IdentityProfile { .. }
            | Self::Gone
            | Self::Back
            | Self::FirstBranchVisit
            | Self::Notified { .. }
            | Self::Other => Part::Session,
        }
    }

    /// The kind of event that a program hears of; `None`: the stage that follows from it says more.
    #[must_use]
    pub const fn event_kind(&self) -> Option<EventKind> {
        Some(match self {
            Self::FirstSeen => EventKind::FirstAnswer,
            Self::State { .. } | Self::Contradiction { .. } => EventKind::State,
            Self::ResourceAdded { .. }
            | Self::ResourceUpdated { .. }
            | Self::ResourceRemoved { .. }
            | Self::DigitalIdShare { .. } => EventKind::Resource,
            Self::Task { .. } => EventKind::Task,
            Self::Check { .. } => EventKind::Check,
            Self::Requirement { .. }
            | Self::RequirementRemoved { .. }
            | Self::Assessment { .. }
            | Self::AttemptsLeft { .. }
            | Self::CheckAskedFor { .. } => EventKind::Requirement,
            Self::LetterSet { .. } | Self::LetterNotSet => EventKind::Letter,
            Self::IdentityProfile { .. } => EventKind::IdentityProfile,
            Self::Gone => EventKind::Gone,
            Self::Back => EventKind::Back,
            Self::FirstBranchVisit => return None,
            Self::Notified { .. } => EventKind::Notified,
            Self::Other => EventKind::Other,
        })
    }

    /// The state that the session is in after this change, where it is one of the state.
    #[must_use]
    pub const fn new_state(&self) -> Option<&SessionState> {
        match self {
            Self::State { to, .. } => to.as_ref(),
            _ => None,
        }
    }
}

/// A topic told again within this time is the same telling (contract 8.3: duplicates).
const AGAIN: SignedDuration = SignedDuration::from_mins(2);
/// Of topics that are not known, a session's timeline takes so many.
// A timeline has a cap: what nobody knows must not push out the rest.
const UNKNOWN_TOPICS: usize = 16;

/// The event of a notification that tells what no answer does; `None`: it is told already, an answer
/// will tell it, or there are too many that nobody knows.
#[must_use]
pub fn only_notified(
    timeline: &[TimelineEvent],
    told: &Notification,
    now: Timestamp,
) -> Option<TimelineEvent> {
    if !told.topic.is_only_notified() {
        return None;
    }
    let topics = || {
        timeline.iter().filter_map(|event| match &event.what {
            ChangeKind::Notified { topic } => Some((topic, event.at)),
            _ => None,
        })
    };
    let again = topics()
        .any(|(topic, at)| *topic == told.topic && told.at.duration_since(at).abs() <= AGAIN);
    let strange = topics().filter(|(topic, _)| topic.is_unknown()).count();
    if again || told.topic.is_unknown() && strange >= UNKNOWN_TOPICS {
        return None;
    }
    Some(TimelineEvent {
        at: told.at,
        seen_at: now,
        source: None,
        what: ChangeKind::Notified { topic: told.topic.clone() },
        origin: Origin::Notification,
    })
}
