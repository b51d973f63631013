//! What the tree says, told by made-up sessions.

use super::*;
use crate::domain::fixture as f;
use crate::domain::session::Session;
use crate::domain::session::check::Report;
use crate::domain::session::configuration::{
    Assessment, Configuration, DocumentLimit, RequestedTask,
};
use crate::domain::session::extra::{Drift, UnknownValue};
use crate::domain::session::ids::{CheckId, MediaId, TaskId};
use crate::domain::session::resource::{
    Document, GeneratedCheck, Liveness, Media, Page, Resource, ResourceKind, ShareCode, Task,
};
use crate::domain::session::wire_enum::{
    AssessmentState, BiometricConsent, CaptureMethod, CheckType, LivenessType, MediaType,
    Recommendation, RequirementState, RequirementType, SessionState, SourceType,
    TaskRecommendation, TaskState, TaskType,
};

fn outline(nodes: &[TreeNode], depth: usize, found: &mut Vec<String>) {
    for node in nodes {
        let cells = [&node.label.text, &node.detail.text, &node.status.text];
        let cells: Vec<&str> = cells.iter().map(|t| t.as_str()).filter(|t| !t.is_empty()).collect();
        found.push(format!("{}{}", "  ".repeat(depth), cells.join(" | ")));
        outline(&node.children, depth + 1, found);
    }
}

fn lines(session: Option<Session>, configuration: Option<Configuration>) -> Vec<String> {
    let mut times = Times::in_utc(f::now());
    times.openness.privacy = Privacy::Off;
    let mut found = Vec::new();
    outline(&view(&f::open(f::watched(session, configuration, None)), &times).roots, 0, &mut found);
    found
}

#[track_caller]
fn has(lines: &[String], wanted: &[&str]) {
    let mut rest = lines.iter();
    for line in wanted {
        assert!(rest.any(|l| l == line), "{line:?} is not, in this order, among {lines:#?}");
    }
}

fn media(id: &str, kind: MediaType) -> Media {
    Media {
        id: MediaId::new(id),
        media_type: Some(kind),
        role: "other".to_owned(),
        created: Some(f::minutes_ago(9)),
        last_updated: Some(f::minutes_ago(8)),
    }
}

fn with(resources: Vec<Resource>) -> Session {
    Session { resources, ..f::session(SessionState::Ongoing) }
}

fn of_kind(name: &str, kind: ResourceKind, minutes: i64) -> Resource {
    let document = f::document(name, "", SourceType::EndUser, f::minutes_ago(minutes));
    Resource { kind, media: Vec::new(), ..document }
}

fn task(state: TaskState) -> Task {
    Task {
        id: TaskId::new("t"),
        task_type: Some(TaskType::IdDocumentTextDataExtraction),
        state: Some(state),
        created: Some(f::minutes_ago(7)),
        last_updated: Some(f::minutes_ago(6)),
        generated_checks: Vec::new(),
        generated_media: Vec::new(),
        recommendation: None,
        reason: None,
        reason_detail: None,
    }
}

#[test]
fn a_requirement_tells_state_sources_documents_assessments_tasks_and_attempts() {
    let mut wanted = f::requirement("r-1", RequirementType::IdDocument, &["PASSPORT", "LICENCE"]);
    wanted.state = Some(RequirementState::InProgress);
    wanted.allowed_sources[0].allowed_providers = Some(vec!["UK_POST_OFFICE".into()]);
    wanted.allowed_sources[0].extra = vec![("floor".into(), "3".into())];
    wanted.accepted[0].limits = vec![DocumentLimit {
        document_type: "LICENCE".into(),
        is_strictly_latin: Some(true),
        date_from: Some("2015-01-01".into()),
    }];
    wanted.assessments = vec![Assessment {
        check_type: CheckType::DocumentSchemeValidity,
        state: Some(AssessmentState::Done),
        scheme: Some("UK_DBS".into()),
    }];
    wanted.requested_tasks = vec![RequestedTask {
        task_type: Some(TaskType::IdDocumentTextDataExtraction),
        state: Some(RequirementState::Required),
    }];
    wanted.attempts_remaining = vec![("GENERIC".into(), 2), ("RECLASSIFICATION".into(), 1)];
    wanted.objective = Some("UK_DBS".into());
    wanted.extra = vec![("phrase".into(), "hello".into())];
    let found = lines(None, Some(f::configuration(vec![wanted])));
    let expected = [
        "ID_DOCUMENT | missing",
        "  state | IN_PROGRESS",
        "  coverage | none: no resource fits",
        "  allowed sources | IBV (UK_POST_OFFICE)",
        "    IBV | UK_POST_OFFICE | allowed",
        "      floor | 3",
        "    END_USER | not allowed",
        "    RELYING_BUSINESS | not allowed",
        "  accepted documents | 2 types · GBR",
        "    GBR | PASSPORT · LICENCE",
        "      LICENCE | issued 2015-01-01 or later · Latin letters only",
        "  in-branch assessments | 1 of 1 done",
        "    DOCUMENT_SCHEME_VALIDITY_CHECK | UK_DBS | DONE",
        "  requested task | ID_DOCUMENT_TEXT_DATA_EXTRACTION | REQUIRED",
        "  attempts left | GENERIC 2, RECLASSIFICATION 1",
        "  objective | UK_DBS",
        "  requirement id | r-1",
        "  phrase | hello",
    ];
    assert_eq!(found, expected);
}

#[test]
fn providers_that_are_not_stated_and_sources_that_are_not_stated_are_said_so() {
    let any = f::requirement("a", RequirementType::FaceCapture, &[]);
    let mut none = f::requirement("b", RequirementType::IdDocument, &["PASSPORT"]);
    none.allowed_sources.clear();
    let mut new = f::requirement("c", RequirementType::from_wire("VOICE"), &[]);
    new.state = None;
    let found = lines(None, Some(f::configuration(vec![any, none, new])));
    has(&found, &["  allowed sources | IBV (any provider)", "  allowed sources | not stated"]);
    has(&found, &["VOICE (not known) | not known what matches", "  state | not stated"]);
    let at = found.iter().position(|line| line == "  allowed sources | not stated").unwrap();
    assert!(!found[at + 1].starts_with("    "), "nothing is called not allowed: {found:#?}");
}

#[test]
fn coverage_is_told_in_words_and_a_source_that_is_not_listed_stands_out() {
    let requirement = f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]);
    let twice =
        vec![requirement.clone(), f::requirement("b", RequirementType::IdDocument, &["PASSPORT"])];
    let kiosk = SourceType::from_wire("KIOSK");
    let mut document = f::document("p", "PASSPORT", kiosk, f::minutes_ago(9));
    document.source_extra = vec![("kiosk_id".into(), "K-17".into())];
    let one = lines(Some(with(vec![document.clone()])), Some(f::configuration(vec![requirement])));
    has(
        &one,
        &[
            "ID_DOCUMENT | GBR PASSPORT | supplied 09:18:31Z",
            "  coverage | derived: the only one that fits",
            "    KIOSK (not known) | used, not listed",
            "  PASSPORT | from KIOSK (not known) | 09:18:31Z",
            "    source | KIOSK (not known)",
            "      kiosk_id | K-17",
        ],
    );
    let two = lines(Some(with(vec![document])), Some(f::configuration(twice)));
    has(
        &two,
        &[
            "ID_DOCUMENT | GBR PASSPORT | 1 of several could be it",
            "  coverage | ambiguous: several could be it",
            "  PASSPORT | from KIOSK (not known) | could be for this one",
        ],
    );
}

#[test]
fn attempts_stand_newest_first_with_pages_frames_and_holes() {
    let pages = vec![
        Page {
            capture_method: Some(CaptureMethod::Camera),
            media: Some(media("pic", MediaType::Image)),
            frames: vec![Some(media("shot", MediaType::Image)), None],
            extraction_image_ids: vec!["x-1".into()],
        },
        Page::default(),
    ];
    let held = |pages| {
        ResourceKind::IdDocument(Document {
            document_type: Some("PASSPORT".into()),
            issuing_country: Some("GBR".into()),
            document_fields: Some(media("fields", MediaType::Json)),
            pages,
            ..Document::default()
        })
    };
    let first = of_kind("first", held(Vec::new()), 30);
    let second = of_kind("second", held(pages), 10);
    let requirement = f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]);
    let found = lines(Some(with(vec![first, second])), Some(f::configuration(vec![requirement])));
    has(
        &found,
        &[
            "  PASSPORT | from END_USER | 09:17:31Z",
            "    resource id | second",
            "    source | END_USER",
            "    created | 09:17:31Z",
            "    last updated | 09:17:31Z",
            "    issuing country | GBR",
            "    page 1 | CAMERA · 2 frames, 1 without a picture",
            "      picture | IMAGE | 09:19:31Z",
            "        media id | pic",
            "        created | 09:18:31Z",
            "        last updated | 09:19:31Z",
            "      frames | 2, 1 without a picture",
            "        frame 1 | IMAGE | 09:19:31Z",
            "        frame 2 | no picture: abandoned or withheld",
            "      extraction images | 1",
            "        media id | x-1",
            "    page 2 | capture not stated · no picture",
            "      picture | none: abandoned or withheld",
            "    document_fields | JSON | 09:19:31Z",
            "  PASSPORT | from END_USER | earlier attempt",
            "    resource id | first",
        ],
    );
}

#[test]
fn liveness_share_codes_and_unknown_containers_tell_what_only_they_have() {
    let live = ResourceKind::Liveness(Liveness {
        liveness_type: Some(LivenessType::Zoom),
        capture_type: Some("PHOTOGRAPH".into()),
        facemap: Some(media("map", MediaType::Binary)),
        frames: vec![None],
        image: None,
    });
    let code = ResourceKind::ShareCode(ShareCode {
        returned_profile: Some(media("back", MediaType::Json)),
        ..ShareCode::default()
    });
    let mut voice = of_kind("v", ResourceKind::Unknown("voice_recordings".into()), 3);
    voice.extra = vec![("seconds".into(), "7".into())];
    voice.media = vec![media("sound", MediaType::from_wire("SOUND"))];
    let resources = vec![of_kind("l", live, 5), of_kind("s", code, 4), voice];
    let found = lines(Some(with(resources)), Some(f::configuration(Vec::new())));
    has(
        &found,
        &[
            "LIVENESS | from END_USER | matches no requirement",
            "  liveness type | ZOOM",
            "  capture type | PHOTOGRAPH",
            "  facemap | BINARY | 09:19:31Z",
            "  frames | 1, 1 without a picture",
            "SHARE_CODE | from END_USER | matches no requirement",
            "  returned_profile | JSON | 09:19:31Z",
            "voice_recordings (not known) | from END_USER | matches no requirement",
            "  other | SOUND (not known) | 09:19:31Z",
            "  seconds | 7",
        ],
    );
    let alone = lines(Some(with(vec![of_kind("f", ResourceKind::FaceCapture(None), 2)])), None);
    has(&alone, &["FACE_CAPTURE | from END_USER | 09:25:31Z"]);
}

#[test]
fn a_task_tells_its_advice_and_the_verdict_of_the_check_that_it_generated() {
    let mut failed = task(TaskState::Failed);
    failed.recommendation = Some(TaskRecommendation::MustTryAgain);
    failed.reason = Some("QUALITY".into());
    failed.reason_detail = Some("too dark".into());
    failed.generated_checks = ["c", "gone"]
        .map(|id| GeneratedCheck {
            id: CheckId::new(id),
            check_type: Some(CheckType::IdDocumentTextData),
        })
        .into();
    failed.generated_media = vec![media("fields", MediaType::Json)];
    let mut document = f::document("p", "PASSPORT", SourceType::Ibv, f::minutes_ago(9));
    document.tasks = vec![failed];
    let mut session = with(vec![document]);
    let mut check = f::check("c", None);
    check.report = Some(Report {
        recommendation: Some(Recommendation::NotAvailable),
        reason: Some("PHOTO_TOO_BLURRY".into()),
        ..Report::default()
    });
    session.checks = vec![check];
    has(
        &lines(Some(session), Some(f::configuration(Vec::new()))),
        &[
            "  task | ID_DOCUMENT_TEXT_DATA_EXTRACTION | FAILED",
            "    recommends | MUST_TRY_AGAIN",
            "    reason | QUALITY",
            "    detail | too dark",
            "    generated check | ID_DOCUMENT_TEXT_DATA_CHECK | NOT_AVAILABLE",
            "      reason | PHOTO_TOO_BLURRY",
            "      check id | c",
            "    generated check | ID_DOCUMENT_TEXT_DATA_CHECK | not in the response",
            "    generated media | JSON | 09:19:31Z",
            "    created | 09:20:31Z",
            "    last updated | 09:21:31Z",
            "    task id | t",
        ],
    );
}

#[test]
fn facts_of_the_session_and_what_nobody_knows_stand_at_the_end() {
    let mut configuration = f::configuration(Vec::new());
    configuration.biometric_consent = Some(BiometricConsent::Captured);
    configuration.requested_checks = vec![CheckType::from_wire("AURA_READING")];
    configuration.applicant_profile = Some(media("who", MediaType::Json));
    configuration.track_ip_address = Some(true);
    configuration.sdk_config = vec![("locale".into(), "en-GB".into())];
    configuration.extra = vec![("moon.phase".into(), "full".into())];
    let mut session = f::session(SessionState::Ongoing);
    session.biometric_consent = Some(f::minutes_ago(5));
    session.user_tracking_id = Some("case-1".into());
    session.extra = vec![("quantum.score".into(), "1.50".into())];
    session.unknown =
        vec![UnknownValue { pointer: "/checks/0/type".into(), value: "AURA_READING".into() }];
    session.drift = vec![Drift { pointer: "/checks/1".into(), found: "a string" }];
    let expected = [
        "session configuration | 7 facts",
        "  biometric consent | CAPTURED",
        "  requested checks | 1 type",
        "    AURA_READING (not known)",
        "  consent given | 09:22:31Z",
        "  user tracking id | case-1",
        "  applicant profile | JSON | 09:19:31Z",
        "    media id | who",
        "    created | 09:18:31Z",
        "    last updated | 09:19:31Z",
        "  track_ip_address | yes",
        "  sdk_config | 1 setting",
        "    locale | en-GB",
        "not known to this build | 4 entries",
        "  in the session result | 3",
        "    quantum.score | 1.50",
        "    /checks/0/type | AURA_READING | value",
        "    /checks/1 | a string | not as documented",
        "  in the configuration | 1",
        "    moon.phase | full",
    ];
    assert_eq!(lines(Some(session), Some(configuration)), expected);
}
