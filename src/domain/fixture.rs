//! Small made-up sessions for the tests of this room; compiled for tests only.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::brief::result::ResultBrief;
use crate::domain::session::Session;
use crate::domain::session::answer::Answer;
use crate::domain::session::check::{Check, Report};
use crate::domain::session::configuration::{
    AcceptedDocuments, AllowedSource, Configuration, RequiredResource,
};
use crate::domain::session::ids::{CheckId, MediaId, RequirementId, ResourceId, SessionId};
use crate::domain::session::instructions::{Instructions, PromisedDocument};
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::session::resource::{Document, Media, Resource, ResourceKind};
use crate::domain::session::wire_enum::{
    CheckState, CheckType, Recommendation, RequirementState, RequirementType, SessionState,
    SourceType,
};
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

/// The time that the fixtures call now.
pub(crate) fn now() -> Timestamp {
    "2026-10-16T09:27:31Z".parse().unwrap()
}

pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

pub(crate) fn id() -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(0x1c3c_ae90))
}

pub(crate) fn session(state: SessionState) -> Session {
    Session {
        state: Some(state),
        client_session_token_ttl: Some(6 * 86_400),
        ..Session::empty(id())
    }
}

pub(crate) fn document(name: &str, kind: &str, source: SourceType, at: Timestamp) -> Resource {
    let document = Document {
        document_type: Some(kind.into()),
        issuing_country: Some("GBR".into()),
        ..Document::default()
    };
    let kind = if kind.ends_with("BILL") {
        ResourceKind::SupplementaryDocument(document)
    } else {
        ResourceKind::IdDocument(document)
    };
    Resource {
        id: ResourceId::new(name),
        kind,
        source: Some(source),
        source_extra: Vec::new(),
        created_at: Some(at),
        last_updated: Some(at),
        tasks: Vec::new(),
        media: vec![Media {
            id: MediaId::new(format!("m-{name}")),
            media_type: None,
            role: "page".to_owned(),
            created: None,
            last_updated: None,
        }],
        extra: Vec::new(),
    }
}

pub(crate) fn check(name: &str, recommendation: Option<Recommendation>) -> Check {
    Check {
        id: CheckId::new(name),
        check_type: Some(CheckType::IbvVisualReview),
        state: Some(CheckState::Done),
        resources_used: Vec::new(),
        report: recommendation
            .map(|value| Report { recommendation: Some(value), ..Report::default() }),
        scheme: None,
        generated_media: Vec::new(),
        generated_profile: None,
        media: Vec::new(),
        created: None,
        last_updated: None,
        extra: Vec::new(),
    }
}

pub(crate) fn requirement(name: &str, kind: RequirementType, types: &[&str]) -> RequiredResource {
    RequiredResource {
        id: RequirementId::new(name),
        requirement_type: Some(kind),
        state: Some(RequirementState::Required),
        allowed_sources: vec![AllowedSource {
            source: SourceType::Ibv,
            allowed_providers: None,
            extra: Vec::new(),
        }],
        requested_tasks: Vec::new(),
        assessments: Vec::new(),
        accepted: if types.is_empty() {
            Vec::new()
        } else {
            vec![AcceptedDocuments {
                country: "GBR".into(),
                document_types: types.iter().map(|t| (*t).into()).collect(),
                limits: Vec::new(),
            }]
        },
        allowed_capture_methods: None,
        attempts_remaining: Vec::new(),
        objective: None,
        liveness_type: None,
        allow_digital_ids: None,
        allowed_providers: None,
        extra: Vec::new(),
    }
}

pub(crate) fn configuration(requirements: Vec<RequiredResource>) -> Configuration {
    Configuration {
        client_session_token_ttl: Some(3_600),
        requirements,
        ..Configuration::empty(id())
    }
}

pub(crate) fn letter(promises: &[(&str, &str)]) -> Instructions {
    let documents = promises.iter().map(|(requirement, kind)| PromisedDocument {
        requirement_id: RequirementId::new(*requirement),
        kind: None,
        country_code: Some("GBR".into()),
        document_type: Some((*kind).into()),
    });
    Instructions { documents: documents.collect(), ..Instructions::default() }
}

pub(crate) fn open(watched: WatchedSession) -> OpenSession {
    OpenSession::owned(watched).unwrap()
}

/// What a brief says of this result.
pub(crate) fn brief(session: &Session) -> ResultBrief {
    watched(Some(session.clone()), None, None).brief.result.clone().unwrap()
}

fn past_ttl(text: &str) -> &str {
    text.trim_start_matches(|c: char| "Some()0123456789".contains(c))
}

pub(crate) fn answer<T: std::fmt::Debug>(value: T) -> Arc<Answer<T>> {
    // The text stands for the value, clocks left out, as the wire would.
    let text = format!("{value:?}");
    let raw = text.split("client_session_token_ttl: ").map(past_ttl).collect::<String>();
    Arc::new(Answer { value, raw: raw.into(), fetched_at: now() })
}

pub(crate) fn entry() -> WatchEntry {
    WatchEntry { reference: Some("dbs-1".to_owned()), ..WatchEntry::new(id(), minutes_ago(600)) }
}

/// A session of the watch-list with this reference, never asked for.
pub(crate) fn named(id: SessionId, reference: Option<&str>) -> WatchedSession {
    WatchedSession::new(WatchEntry { id, reference: reference.map(str::to_owned), ..entry() })
}

pub(crate) fn watched(
    session: Option<Session>,
    configuration: Option<Configuration>,
    letter: Option<Instructions>,
) -> WatchedSession {
    let mut watched = WatchedSession::new(entry());
    watched.answered(Answers {
        session: session.map(answer),
        configuration: configuration.map(answer),
        letter: letter.map_or(Letter::NotKnown, |letter| Letter::Set(answer(letter))),
        missing_since: None,
        visit_notified_at: None,
    });
    watched
}
