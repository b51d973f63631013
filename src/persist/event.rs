//! Timeline events as JSON rows.
//!
//! Owns the stored form; `domain` knows no serde. A stored event that cannot be read is left out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use crate::domain::server_text::ServerText;
use crate::domain::session::wire_enum::{SourceType, Topic};

#[derive(Serialize, Deserialize)]
pub(super) struct StoredEvent {
    at: Timestamp,
    seen_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    origin: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    texts: Vec<Option<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counts: Vec<usize>,
}

type Parts = (&'static str, Vec<Option<String>>, Vec<usize>);

fn own(text: &ServerText) -> String {
    text.as_raw().to_owned()
}

fn raw(text: Option<&ServerText>) -> Option<String> {
    text.map(own)
}

fn parts(what: &ChangeKind) -> Parts {
    match what {
        ChangeKind::FirstSeen => ("first_seen", vec![], vec![]),
        ChangeKind::State(from, to) => {
            ("state", vec![raw(from.as_ref()), raw(to.as_ref())], vec![])
        }
        ChangeKind::ResourceAdded { container, document_type, country, pages, frames } => (
            "resource_added",
            vec![Some(own(container)), raw(document_type.as_ref()), raw(country.as_ref())],
            vec![*pages, *frames],
        ),
        ChangeKind::ResourceUpdated { container, document_type, pages, frames } => (
            "resource_updated",
            vec![Some(own(container)), raw(document_type.as_ref())],
            vec![*pages, *frames],
        ),
        ChangeKind::ResourceRemoved { container } => {
            ("resource_removed", vec![Some(own(container))], vec![])
        }
        ChangeKind::Task(kind, state) => ("task", vec![Some(own(kind)), Some(own(state))], vec![]),
        ChangeKind::Check { check_type, state, recommendation, reason } => (
            "check",
            vec![
                Some(own(check_type)),
                Some(own(state)),
                raw(recommendation.as_ref()),
                raw(reason.as_ref()),
            ],
            vec![],
        ),
        ChangeKind::Requirement(kind, state) => {
            ("requirement", vec![Some(own(kind)), Some(own(state))], vec![])
        }
        ChangeKind::RequirementRemoved(kind) => {
            ("requirement_removed", vec![Some(own(kind))], vec![])
        }
        ChangeKind::Assessment { check_type, state, requirement } => (
            "assessment",
            vec![Some(own(check_type)), Some(own(state)), Some(own(requirement))],
            vec![],
        ),
        ChangeKind::AttemptsLeft(kind, left) => {
            ("attempts_left", vec![Some(own(kind))], vec![*left])
        }
        ChangeKind::CheckAskedFor(kind, asked) => {
            ("check_asked_for", vec![Some(own(kind))], vec![usize::from(*asked)])
        }
        ChangeKind::LetterSet(code, documents) => {
            ("letter_set", vec![raw(code.as_ref())], vec![*documents])
        }
        ChangeKind::DigitalIdShare { provider, error } => {
            ("digital_id_share", vec![raw(provider.as_ref()), raw(error.as_ref())], vec![])
        }
        ChangeKind::IdentityProfile(result) => {
            ("identity_profile", vec![Some(own(result))], vec![])
        }
        ChangeKind::Gone => ("gone", vec![], vec![]),
        ChangeKind::Back => ("back", vec![], vec![]),
        ChangeKind::FirstBranchVisit => ("first_branch_visit", vec![], vec![]),
        ChangeKind::Notified(topic) => ("notified", vec![Some(topic.as_raw().to_owned())], vec![]),
        ChangeKind::Other => ("other", vec![], vec![]),
    }
}

impl From<&TimelineEvent> for StoredEvent {
    fn from(event: &TimelineEvent) -> Self {
        let (kind, texts, counts) = parts(&event.what);
        let origin = match event.origin {
            Origin::Api => "api",
            Origin::Observed => "observed",
            Origin::Notification => "notification",
            Origin::Local => "local",
        };
        Self {
            at: event.at,
            seen_at: event.seen_at,
            source: event.source.as_ref().map(|source| source.as_raw().to_owned()),
            origin: origin.to_owned(),
            kind: kind.to_owned(),
            texts,
            counts,
        }
    }
}

impl StoredEvent {
    /// The event again; `None` when it was stored by a build with other kinds.
    pub(super) fn revived(self) -> Option<TimelineEvent> {
        let origin = match self.origin.as_str() {
            "api" => Origin::Api,
            "observed" => Origin::Observed,
            "notification" => Origin::Notification,
            "local" => Origin::Local,
            _ => return None,
        };
        let text = |place: usize| -> Option<ServerText> {
            self.texts.get(place).cloned().flatten().map(ServerText::from)
        };
        let count = |place: usize| self.counts.get(place).copied().unwrap_or(0);
        let what = match self.kind.as_str() {
            "first_seen" => ChangeKind::FirstSeen,
            "state" => ChangeKind::State(text(0), text(1)),
            "resource_added" => ChangeKind::ResourceAdded {
                container: text(0)?,
                document_type: text(1),
                country: text(2),
                pages: count(0),
                frames: count(1),
            },
            "resource_updated" => ChangeKind::ResourceUpdated {
                container: text(0)?,
                document_type: text(1),
                pages: count(0),
                frames: count(1),
            },
            "resource_removed" => ChangeKind::ResourceRemoved { container: text(0)? },
            "task" => ChangeKind::Task(text(0)?, text(1)?),
            "check" => ChangeKind::Check {
                check_type: text(0)?,
                state: text(1)?,
                recommendation: text(2),
                reason: text(3),
            },
            "requirement" => ChangeKind::Requirement(text(0)?, text(1)?),
            "requirement_removed" => ChangeKind::RequirementRemoved(text(0)?),
            "assessment" => ChangeKind::Assessment {
                check_type: text(0)?,
                state: text(1)?,
                requirement: text(2)?,
            },
            "attempts_left" => ChangeKind::AttemptsLeft(text(0)?, count(0)),
            "check_asked_for" => ChangeKind::CheckAskedFor(text(0)?, count(0) == 1),
            "letter_set" => ChangeKind::LetterSet(text(0), count(0)),
            "digital_id_share" => ChangeKind::DigitalIdShare { provider: text(0), error: text(1) },
            "identity_profile" => ChangeKind::IdentityProfile(text(0)?),
            "gone" => ChangeKind::Gone,
            "back" => ChangeKind::Back,
            "first_branch_visit" => ChangeKind::FirstBranchVisit,
            "notified" => ChangeKind::Notified(Topic::of_notification(text(0)?.as_raw())),
            "other" => ChangeKind::Other,
            _ => return None,
        };
        let source = self.source.as_deref().map(SourceType::from_wire);
        Some(TimelineEvent { at: self.at, seen_at: self.seen_at, source, what, origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_event_goes_there_and_back() {
        let text = |t: &str| ServerText::from(t);
        let kinds = [
            ChangeKind::FirstSeen,
            ChangeKind::State(None, Some(text("ONGOING"))),
            ChangeKind::ResourceAdded {
                container: text("id_documents"),
                document_type: Some(text("PASSPORT")),
                country: None,
                pages: 1,
                frames: 3,
            },
            ChangeKind::ResourceUpdated {
                container: text("id_documents"),
                document_type: None,
                pages: 2,
                frames: 0,
            },
            ChangeKind::ResourceRemoved { container: text("x") },
            ChangeKind::Task(text("T"), text("DONE")),
            ChangeKind::Check {
                check_type: text("C"),
                state: text("DONE"),
                recommendation: Some(text("REJECT")),
                reason: None,
            },
            ChangeKind::Requirement(text("R"), text("COMPLETE")),
            ChangeKind::RequirementRemoved(text("R")),
            ChangeKind::Assessment {
                check_type: text("C"),
                state: text("DONE"),
                requirement: text("R"),
            },
            ChangeKind::AttemptsLeft(text("GENERIC"), 1),
            ChangeKind::CheckAskedFor(text("C"), true),
            ChangeKind::CheckAskedFor(text("C"), false),
            ChangeKind::LetterSet(Some(text("0040037")), 3),
            ChangeKind::LetterSet(None, 1),
            ChangeKind::DigitalIdShare {
                provider: Some(text("DIGILOCKER")),
                error: Some(text("BAD_SHARE")),
            },
            ChangeKind::IdentityProfile(text("ABORTED")),
            ChangeKind::Gone,
            ChangeKind::Back,
            ChangeKind::FirstBranchVisit,
            ChangeKind::Notified(Topic::ThankYouEmailRequested),
            ChangeKind::Notified(Topic::from_wire("new_topic")),
            ChangeKind::Other,
        ];
        for what in kinds {
            let at = Timestamp::UNIX_EPOCH;
            let source = Some(SourceType::from_wire("KIOSK"));
            let event = TimelineEvent { at, seen_at: at, source, what, origin: Origin::Api };
            let stored = serde_json::to_string(&StoredEvent::from(&event)).unwrap();
            let again: StoredEvent = serde_json::from_str(&stored).unwrap();
            assert_eq!(again.revived(), Some(event));
        }
    }
}
