//! The steps of a scenario: what can happen to a made-up session, as strict TOML.

use serde::{Deserialize, Serialize};

/// The checks that a clerk does, one for each document; the first of them ends the visit.
pub(crate) const IN_BRANCH: &[&str] =
    &["IBV_VISUAL_REVIEW_CHECK", "PROFILE_DOCUMENT_MATCH", "DOCUMENT_SCHEME_VALIDITY_CHECK"];

/// One thing that happens. (Strictness is `StepKind`'s: it gets every key but these three.)
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Step {
    pub at: i64,
    /// How often; see `Scenario::words` for what may differ.
    #[serde(default = "once")]
    pub repeat: usize,
    #[serde(default)]
    pub every: i64,
    #[serde(flatten)]
    pub what: StepKind,
}

pub(crate) const fn once() -> usize {
    1
}

impl Step {
    pub(crate) const fn new(at: i64, what: StepKind) -> Self {
        Self { at, repeat: 1, every: 0, what }
    }
}

/// The kinds of steps. The first four are short for several of the others.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StepKind {
    /// A document is captured: it appears, its pages and frames follow, its requirement is met.
    Capture {
        /// Its name in this scenario.
        name: String,
        /// The requirement it meets, from 0.
        place: Option<usize>,
        /// `id_documents`, …
        #[serde(default = "id_documents")]
        container: String,
        #[serde(default = "in_branch")]
        source: String,
        /// `PASSPORT`, …
        document_type: String,
        /// ISO 3166-1 alpha-3, such as `GBR`.
        #[serde(default = "gbr")]
        country: String,
        /// For each page the number of its frames.
        #[serde(default)]
        pages: Vec<usize>,
        /// The requirement is not met by this alone: text is still to be read.
        #[serde(default)]
        unread: bool,
    },
    /// Text is read from a document: PENDING, then DONE with its media.
    Extract {
        name: String,
        /// The requirement that is met then.
        place: Option<usize>,
        #[serde(default = "extraction")]
        task: String,
        #[serde(default = "a_minute")]
        seconds: i64,
        /// `PROGRESS`, …
        #[serde(default = "progress")]
        recommendation: String,
        /// The check it generates, by name.
        generates: Option<String>,
    },
    /// A check runs: CREATED, READY, PENDING, DONE.
    Run {
        /// Its name in this scenario.
        name: String,
        check: String,
        #[serde(default)]
        uses: Vec<String>,
        /// The report, as JSON.
        report: String,
        /// From CREATED to DONE.
        #[serde(default = "seventy_five")]
        seconds: i64,
        /// JSON merged over it when it is DONE.
        extra: Option<String>,
    },
    /// One check of each type for each resource, DONE in the same second (contract 4.2).
    BranchChecks {
        uses: Vec<String>,
        checks: Vec<String>,
        /// Scheme for `DOCUMENT_SCHEME_VALIDITY_CHECK`.
        scheme: Option<String>,
        /// Recommendation of all.
        recommendation: String,
    },
    Resource {
        /// Its name in this scenario.
        name: String,
        /// `id_documents`, …
        container: String,
        source: Option<String>,
        /// `PASSPORT`, …
        document_type: Option<String>,
        /// ISO 3166-1 alpha-3, such as `GBR`.
        country: Option<String>,
        /// JSON merged over it.
        extra: Option<String>,
    },
    Page {
        name: String,
        /// `CAMERA`, `UPLOAD`
        #[serde(default = "camera")]
        method: String,
        /// Its picture is missing, as in an abandoned attempt.
        #[serde(default)]
        hollow: bool,
        /// Number of frames that come with it.
        #[serde(default)]
        frames: usize,
    },
    /// A frame is added to the last page, or to a face scan.
    Frame {
        name: String,
        /// `{}`: its picture is missing.
        #[serde(default)]
        hollow: bool,
    },
    /// A media field of a resource: `document_fields`, `image`, …; a second time it is replaced by
    /// another id, and the old one is not found any more (contract 3.3).
    Media {
        name: String,
        /// The field; `media` stands directly on the resource.
        field: String,
        /// `IMAGE`, `JSON`, …
        kind: String,
    },
    /// A task appears or changes.
    Task {
        name: String,
        task: String,
        state: String,
        /// `PROGRESS`, …
        recommendation: Option<String>,
        /// `QUALITY`, `USER_ERROR`
        reason: Option<String>,
        detail: Option<String>,
        /// The check it generated, by name.
        generates: Option<String>,
        /// The media field it generated.
        media: Option<String>,
    },
    /// A check appears or changes.
    Check {
        /// Its name in this scenario.
        name: String,
        check: String,
        state: String,
        #[serde(default)]
        uses: Vec<String>,
        /// The report, as JSON.
        report: Option<String>,
        /// JSON merged over it.
        extra: Option<String>,
    },
    /// A requirement's state, by its place from 0.
    Require {
        place: usize,
        /// `IN_PROGRESS`, `COMPLETE`
        state: String,
    },
    /// `attempts_remaining` of a requirement.
    Attempts {
        place: usize,
        /// `GENERIC`, …
        key: String,
        left: i64,
    },
    /// JSON merged over the session result from now on.
    Session {
        /// The JSON; `"media": "@JSON name"` becomes a media of this session.
        extra: String,
    },
    /// Nothing on the wire but a notification (contract 8.2).
    Notify {
        /// `first_branch_visit`, …
        topic: String,
    },
    /// All attempts etc. aside: the session ends COMPLETED.
    Complete {},
    /// The session is deleted: 404 from now on.
    Delete {},
}

macro_rules! usual {
    ($($name:ident $text:literal)+) => {$(fn $name() -> String { $text.to_owned() })+};
}

usual! {
    id_documents "id_documents"
    in_branch "IBV"
    gbr "GBR"
    camera "CAMERA"
    extraction "ID_DOCUMENT_TEXT_DATA_EXTRACTION"
    progress "PROGRESS"
}

const fn a_minute() -> i64 {
    58
}

const fn seventy_five() -> i64 {
    75
}

impl StepKind {
    /// A resource without a document.
    pub(crate) fn resource(name: &str, container: &str, source: &str) -> Self {
        Self::Resource {
            name: name.to_owned(),
            container: container.to_owned(),
            source: Some(source.to_owned()),
            document_type: None,
            country: None,
            extra: None,
        }
    }

    pub(crate) fn media(name: &str, field: &str, kind: &str) -> Self {
        let (name, field, kind) = (name.to_owned(), field.to_owned(), kind.to_owned());
        Self::Media { name, field, kind }
    }

    pub(crate) fn require(place: usize, state: &str) -> Self {
        Self::Require { place, state: state.to_owned() }
    }

    pub(crate) fn notify(topic: &str) -> Self {
        Self::Notify { topic: topic.to_owned() }
    }

    /// The name of the resource that it makes.
    pub(crate) fn makes(&self) -> Option<&str> {
        match self {
            Self::Capture { name, .. } | Self::Resource { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The names of the resources that must be there before.
    pub(crate) fn needs(&self) -> Vec<&str> {
        match self {
            Self::Extract { name, .. }
            | Self::Page { name, .. }
            | Self::Frame { name, .. }
            | Self::Media { name, .. }
            | Self::Task { name, .. } => vec![name],
            Self::Run { uses, .. } | Self::Check { uses, .. } | Self::BranchChecks { uses, .. } => {
                uses.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The place of the requirement that it speaks of.
    pub(crate) const fn place(&self) -> Option<usize> {
        match self {
            Self::Capture { place, .. } | Self::Extract { place, .. } => *place,
            Self::Require { place, .. } | Self::Attempts { place, .. } => Some(*place),
            _ => None,
        }
    }

    /// The JSON texts in it.
    pub(crate) fn json(&self) -> Vec<&str> {
        match self {
            Self::Run { report, extra, .. } => {
                std::iter::once(report.as_str()).chain(extra.as_deref()).collect()
            }
            Self::Check { report, extra, .. } => {
                report.iter().chain(extra).map(String::as_str).collect()
            }
            Self::Resource { extra, .. } => extra.iter().map(String::as_str).collect(),
            Self::Session { extra } => vec![extra],
            _ => Vec::new(),
        }
    }
}
