//! Timeline events as JSON rows, also as stores of earlier builds have them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use crate::domain::session::wire_enum::SourceType;

/// The event of a row; `None` when it was stored by a build with other kinds: the rest of the
/// timeline is worth more than an error.
pub(super) fn read(body: &str) -> Option<TimelineEvent> {
    serde_json::from_str(body).ok().or_else(|| serde_json::from_str::<OldEvent>(body).ok()?.event())
}

/// Texts and counts by their place, as stores up to version 0.9 have them.
#[derive(Deserialize)]
struct OldEvent {
    at: Timestamp,
    seen_at: Timestamp,
    source: Option<SourceType>,
    origin: Origin,
    kind: String,
    #[serde(default)]
    texts: Vec<Option<String>>,
    #[serde(default)]
    counts: Vec<usize>,
}

/// What stood at which place. Nothing is ever added here.
const OLD_KINDS: &[(&str, &[&str], &[&str])] = &[
    ("state", &["from", "to"], &[]),
    ("resource_added", &["container", "document_type", "country"], &["pages", "frames"]),
    ("resource_updated", &["container", "document_type"], &["pages", "frames"]),
    ("resource_removed", &["container"], &[]),
    ("task", &["type", "state"], &[]),
    ("check", &["type", "state", "recommendation", "reason"], &[]),
    ("requirement", &["type", "state"], &[]),
    ("requirement_removed", &["type"], &[]),
    ("assessment", &["type", "state", "requirement_type"], &[]),
    ("attempts_left", &["kind"], &["left"]),
    ("check_asked_for", &["type"], &["asked"]),
    ("letter_set", &["branch"], &["documents"]),
    ("digital_id_share", &["provider", "error"], &[]),
    ("identity_profile", &["result"], &[]),
    ("notified", &["topic"], &[]),
];

impl OldEvent {
    fn event(self) -> Option<TimelineEvent> {
        let what = match OLD_KINDS.iter().find(|(kind, ..)| *kind == self.kind) {
            None => Value::from(self.kind),
            Some((kind, texts, counts)) => {
                let mut fields = Map::new();
                for (place, name) in texts.iter().enumerate() {
                    fields.insert((*name).to_owned(), json!(self.texts.get(place)));
                }
                for (place, name) in counts.iter().enumerate() {
                    let count = self.counts.get(place).copied().unwrap_or(0);
                    let flag = *name == "asked";
                    fields.insert(
                        (*name).to_owned(),
                        if flag { json!(count == 1) } else { json!(count) },
                    );
                }
                json!({ *kind: fields })
            }
        };
        let what: ChangeKind = serde_json::from_value(what).ok()?;
        let Self { at, seen_at, origin, source, .. } = self;
        Some(TimelineEvent { at, seen_at, origin, source, what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::wire_enum::Topic;

    fn text<T: for<'a> From<&'a str>>(text: &str) -> T {
        text.into()
    }

    /// Each kind, with the row of the build before this one.
    #[expect(clippy::too_many_lines, reason = "one entry for each kind")]
    fn kinds() -> Vec<(ChangeKind, &'static str)> {
        vec![
            (ChangeKind::FirstSeen, r#""kind":"first_seen""#),
            (
                ChangeKind::State { from: None, to: Some(text("ONGOING")) },
                r#""kind":"state","texts":[null,"ONGOING"]"#,
            ),
            (
                ChangeKind::ResourceAdded {
                    container: text("id_documents"),
                    document_type: Some(text("PASSPORT")),
                    country: None,
                    pages: 1,
                    frames: 3,
                },
                r#""kind":"resource_added","texts":["id_documents","PASSPORT",null],"counts":[1,3]"#,
            ),
            (
                ChangeKind::ResourceUpdated {
                    container: text("id_documents"),
                    document_type: None,
                    pages: 2,
                    frames: 0,
                },
                r#""kind":"resource_updated","texts":["id_documents",null],"counts":[2,0]"#,
            ),
            (
                ChangeKind::ResourceRemoved { container: text("x") },
                r#""kind":"resource_removed","texts":["x"]"#,
            ),
            (
                ChangeKind::Task { task_type: text("T"), state: text("DONE") },
                r#""kind":"task","texts":["T","DONE"]"#,
            ),
            (
                ChangeKind::Check {
                    check_type: text("C"),
                    state: text("DONE"),
                    recommendation: Some(text("REJECT")),
                    reason: None,
                },
                r#""kind":"check","texts":["C","DONE","REJECT",null]"#,
            ),
            (
                ChangeKind::Requirement { requirement_type: text("R"), state: text("COMPLETE") },
                r#""kind":"requirement","texts":["R","COMPLETE"]"#,
            ),
            (
                ChangeKind::RequirementRemoved { requirement_type: text("R") },
                r#""kind":"requirement_removed","texts":["R"]"#,
            ),
            (
                ChangeKind::Assessment {
                    check_type: text("C"),
                    state: text("DONE"),
                    requirement_type: text("R"),
                },
                r#""kind":"assessment","texts":["C","DONE","R"]"#,
            ),
            (
                ChangeKind::AttemptsLeft { kind: text("GENERIC"), left: 1 },
                r#""kind":"attempts_left","texts":["GENERIC"],"counts":[1]"#,
            ),
            (
                ChangeKind::CheckAskedFor { check_type: text("C"), asked: true },
                r#""kind":"check_asked_for","texts":["C"],"counts":[1]"#,
            ),
            (
                ChangeKind::CheckAskedFor { check_type: text("C"), asked: false },
                r#""kind":"check_asked_for","texts":["C"],"counts":[0]"#,
            ),
            (
                ChangeKind::LetterSet { branch: Some(text("0040037")), documents: 3 },
                r#""kind":"letter_set","texts":["0040037"],"counts":[3]"#,
            ),
            (
                ChangeKind::LetterSet { branch: None, documents: 1 },
                r#""kind":"letter_set","texts":[null],"counts":[1]"#,
            ),
            (
                ChangeKind::DigitalIdShare {
                    provider: Some(text("DIGILOCKER")),
                    error: Some(text("BAD_SHARE")),
                },
                r#""kind":"digital_id_share","texts":["DIGILOCKER","BAD_SHARE"]"#,
            ),
            (
                ChangeKind::IdentityProfile { result: text("ABORTED") },
                r#""kind":"identity_profile","texts":["ABORTED"]"#,
            ),
            (ChangeKind::Gone, r#""kind":"gone""#),
            (ChangeKind::Back, r#""kind":"back""#),
            (ChangeKind::FirstBranchVisit, r#""kind":"first_branch_visit""#),
            (
                ChangeKind::Notified { topic: Topic::ThankYouEmailRequested },
                r#""kind":"notified","texts":["THANK_YOU_EMAIL_REQUESTED"]"#,
            ),
            (
                ChangeKind::Notified { topic: Topic::from_wire("new_topic") },
                r#""kind":"notified","texts":["new_topic"]"#,
            ),
            (ChangeKind::Other, r#""kind":"other""#),
        ]
    }

    #[test]
    fn an_event_is_read_as_it_is_written_and_as_the_build_before_wrote_it() {
        // A kind that is younger than the old rows.
        let younger = ChangeKind::Contradiction { kept: text("COMPLETED"), said: None };
        let kinds = kinds().into_iter().map(|(what, old)| (what, Some(old)));
        for (what, old) in kinds.chain([(younger, None)]) {
            let at = Timestamp::UNIX_EPOCH;
            let source = Some(SourceType::from_wire("KIOSK"));
            let event = TimelineEvent { at, seen_at: at, source, what, origin: Origin::Api };
            let stored = serde_json::to_string(&event).unwrap();
            assert_eq!(read(&stored).as_ref(), Some(&event), "{stored}");
            let Some(old) = old else { continue };
            let head = r#""at":"1970-01-01T00:00:00Z","seen_at":"1970-01-01T00:00:00Z""#;
            let old = format!(r#"{{{head},"source":"KIOSK","origin":"api",{old}}}"#);
            assert_eq!(read(&old), Some(event), "{old}");
        }
        let strange = r#"{"at":"1970-01-01T00:00:00Z","seen_at":"1970-01-01T00:00:00Z","origin":"api","kind":"new"}"#;
        assert_eq!(read(strange), None);
    }
}
