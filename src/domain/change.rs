//! What differs between two observations of one session, as events of a timeline.
//!
//! Owns the events and the comparison. Must never hold personal data: ids, types, states only.

use jiff::Timestamp;

use crate::domain::server_text::ServerText;
use crate::domain::watched::Answers;
use crate::domain::wire_enum::SourceType;

/// Where the knowledge of an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A difference between two of the API's answers, with the API's own time stamp.
    Api,
    /// A difference seen by polling; the time is that of the observation.
    Observed,
    /// A notification.
    Notification,
    /// The operator.
    Local,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    /// When it happened by the best knowledge.
    pub at: Timestamp,
    /// When we learned it.
    pub seen_at: Timestamp,
    /// Source of the thing that changed, where there is one.
    pub source: Option<SourceType>,
    /// What happened.
    pub what: ChangeKind,
    /// Where the knowledge comes from.
    pub origin: Origin,
}

/// What happened; server texts inside are types, states and reasons, never personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// First answer ever.
    FirstSeen,
    /// Session state, from and to.
    State(Option<ServerText>, Option<ServerText>),
    /// A resource appeared: container key (`id_documents`), document type and country, pages, frames.
    ResourceAdded {
        /// `id_documents`, `face_capture`, ….
        container: ServerText,
        /// `PASSPORT`, …
        document_type: Option<ServerText>,
        /// Alpha-3.
        country: Option<ServerText>,
        /// Pages.
        pages: usize,
        /// Frames over all pages.
        frames: usize,
    },
    /// A resource got more pages, frames or media.
    ResourceUpdated {
        /// As above.
        container: ServerText,
        /// `PASSPORT`, …
        document_type: Option<ServerText>,
        /// Pages.
        pages: usize,
        /// Frames over all pages.
        frames: usize,
    },
    /// A resource is no longer in the answer.
    ResourceRemoved {
        /// As above.
        container: ServerText,
    },
    /// A task's type and new state.
    Task(ServerText, ServerText),
    /// A check appeared or changed: type, state, recommendation, reason.
    Check {
        /// Its type.
        check_type: ServerText,
        /// Its state.
        state: ServerText,
        /// `APPROVE`, …
        recommendation: Option<ServerText>,
        /// Reason.
        reason: Option<ServerText>,
    },
    /// A requirement's type and new state.
    Requirement(ServerText, ServerText),
    /// The letter was set or changed: FAD code of its branch, number of documents.
    LetterSet(Option<ServerText>, usize),
    /// An identity profile result.
    IdentityProfile(ServerText),
    /// 404: deleted, purged, or never there.
    Gone,
    /// It answers again after a 404.
    Back,
    /// `FIRST_BRANCH_VISIT`, told only by a notification.
    FirstBranchVisit,
    /// Something else in the answer changed that this build has no word for.
    Other,
}

/// The events that lead from `old` to `new`, oldest first; empty when nothing but clocks
/// (`client_session_token_ttl`, fetch times) differs. `at` is the time of observation.
#[must_use]
pub fn between(_old: &Answers, _new: &Answers, _at: Timestamp) -> Vec<TimelineEvent> {
    Vec::new()
}
