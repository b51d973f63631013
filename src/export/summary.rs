//! One session in a few keys, for lists and events.
//!
//! Every key that a document has too means the same.

use serde_json::{Value, json};

use super::document::safe;
use super::mask::{findings, word};
use super::{DocumentOrigin, SCHEMA_VERSION};
use crate::domain::assessment::attention::assess;
use crate::domain::personal::Privacy;
use crate::domain::watchlist::watched::WatchedSession;

/// What `list --json` says of a session; labels as this much privacy shows them.
#[must_use]
pub fn summary(session: &WatchedSession, origin: &DocumentOrigin<'_>, privacy: Privacy) -> Value {
    let assessment = assess(session, origin.rules, origin.now);
    let labels = &origin.rules.labels;
    let masked = privacy.hides();
    let brief = &session.brief;
    let attention = findings(&assessment, session, masked);
    json!({
        "schema_version": SCHEMA_VERSION,
        "profile": origin.profile,
        "environment": origin.environment,
        "session_id": session.id().to_string(),
        "reference": labels.reference(session, privacy),
        "tags": labels.tags(session, privacy),
        "state": brief.state().map(|state| word(state.as_raw(), masked)),
        "stage": assessment.stage.kind().file_name(),
        "erased_at": session.storage.erased_at.get().map(|at| at.to_string()),
        "attention": attention,
        "deadline": assessment.deadline.map(|d| json!({ "at": d.at.to_string(), "derived": d.derived })),
        "supplied": brief.covered.supplied,
        "required": brief.covered.of,
        "fetched_at": brief.fetched_at().map(|at| at.to_string()),
        "asked_at": session.poll.last_ok.get().map(|at| at.to_string()),
        "stale": assessment.is_old(),
    })
}

/// These values as an indented JSON array.
#[must_use]
pub fn json_array(values: impl Iterator<Item = Value>) -> String {
    super::document::escaped(&Value::Array(values.collect()))
}

/// An object on each line.
#[must_use]
pub fn json_lines(values: impl Iterator<Item = Value>) -> String {
    values.map(|value| safe(&value.to_string())).collect()
}

/// This value as indented JSON with its newline.
#[must_use]
pub fn json_text(value: &Value) -> String {
    super::document::escaped(value)
}
