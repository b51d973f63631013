//! The thirty places where Yoti's sources disagree (contract 11), one test each, by number.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]
#![expect(clippy::needless_pass_by_value, reason = "an answer written on the spot")]

#[path = "common/responder.rs"]
mod responder;

use std::sync::{Arc, LazyLock};

use branchwatch::api::client::{Client, ClientOptions};
use branchwatch::api::key::SigningKey;
use branchwatch::api::{ApiErrorKind, SessionApi, signing, wire};
use branchwatch::clock::{Clock, SystemClock, TokioClock};
use branchwatch::domain::assessment::attention::assess;
use branchwatch::domain::assessment::coverage::{self, Match};
use branchwatch::domain::assessment::rules::{PassRule, Rules};
use branchwatch::domain::assessment::stage::{Verdict, verdict};
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Branch;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::session::wire_enum::{
    BiometricConsent, CheckType, RequirementType, SubCheckResult, Topic,
};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::simulator::{self, Options, Running};
use jiff::Timestamp;
use responder::{Asked, json, responder};
use serde_json::{Value, json};

const ID: &str = "0b8f6a52-3c1e-4f6b-9d0a-2e5c7a914d33";
static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(SigningKey::generate().unwrap()));

fn id() -> SessionId {
    SessionId::parse(ID).unwrap()
}

fn start() -> Timestamp {
    "2026-10-16T09:00:00Z".parse().unwrap()
}

/// A session result with these keys.
fn session(mut value: Value) -> Session {
    value.as_object_mut().unwrap().insert("session_id".to_owned(), json!(ID));
    wire::session(&value.to_string(), id()).unwrap()
}

fn with_check(check: Value) -> Session {
    session(json!({ "state": "COMPLETED", "checks": [check] }))
}

fn with_report(report: Value) -> Session {
    with_check(json!({ "id": "c", "type": "LIVENESS", "state": "DONE", "report": report }))
}

fn configuration(mut value: Value) -> Configuration {
    value.as_object_mut().unwrap().insert("session_id".to_owned(), json!(ID));
    wire::configuration(&value.to_string(), id()).unwrap()
}

fn with_requirement(requirement: Value) -> Configuration {
    configuration(json!({ "capture": { "required_resources": [requirement] } }))
}

fn branch(branch: Value) -> Branch {
    wire::instructions(&json!({ "branch": branch }).to_string()).unwrap().branch.unwrap()
}

fn raw(text: Option<&branchwatch::domain::server_text::ServerText>) -> Option<&str> {
    text.map(branchwatch::domain::server_text::ServerText::as_raw)
}

fn watched(session: Session, configuration: Option<Configuration>) -> WatchedSession {
    let mut watched = WatchedSession::new(WatchEntry::new(id(), start()));
    watched.answered(Answers {
        session: Some(Arc::new(Answer { value: session, raw: "".into(), fetched_at: start() })),
        configuration: configuration
            .map(|value| Arc::new(Answer { value, raw: "".into(), fetched_at: start() })),
        letter: Letter::NotKnown,
        missing_since: None,
        visit_notified_at: None,
    });
    watched
}

/// By the rule that all checks must pass.
fn judged(session: &Session) -> Verdict {
    verdict(watched(session.clone(), None).brief.result.as_ref().unwrap(), &PassRule::All)
}

/// What the client sends for a session.
async fn asked() -> Asked {
    let answer = json!({ "session_id": ID, "state": "ONGOING" }).to_string();
    let server = responder(move |_| json(200, &answer)).await;
    let options = ClientOptions::new(server.base.clone(), uuid::Uuid::from_u128(7));
    let client = Client::new(&options, Arc::clone(&KEY), SystemClock).unwrap();
    client.session(id()).await.unwrap();
    let asked = server.all().remove(0);
    assert_eq!(asked.method, "GET");
    asked
}

fn query(asked: &Asked) -> Vec<(&str, &str)> {
    let query = asked.target.split_once('?').unwrap().1;
    query.split('&').map(|pair| pair.split_once('=').unwrap()).collect()
}

/// A client that gets one answer to everything.
async fn answered(status: u16, body: &'static str) -> Client<SystemClock> {
    let server = responder(move |_| json(status, body)).await;
    let options = ClientOptions::new(server.base, uuid::Uuid::from_u128(7));
    Client::new(&options, Arc::clone(&KEY), SystemClock).unwrap()
}

struct Sim {
    running: Running,
    client: Client<TokioClock>,
    http: reqwest::Client,
}

async fn sim(scenario: &str) -> Sim {
    let options = Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        sessions: 1,
        seed: 7,
        speed: 0.0,
        scenarios: vec![scenario.to_owned()],
        start: start(),
        public_key_pem: Some(KEY.public_pem().unwrap()),
    };
    let running = simulator::start(options).await.unwrap();
    let options = ClientOptions::new(running.base_url.clone(), running.sdk_id);
    let client = Client::new(&options, Arc::clone(&KEY), running.clock).unwrap();
    Sim { running, client, http: reqwest::Client::new() }
}

impl Sim {
    fn id(&self) -> SessionId {
        self.running.sessions[0].id
    }

    /// The status of a GET whose path and query are given whole.
    async fn get(&self, path: &str) -> u16 {
        let text = signing::string_to_sign("GET", path, None);
        let digest = signing::digest(&KEY, &text).unwrap();
        let url = format!("{}{path}", self.running.base_url);
        let answer = self.http.get(url).header("X-Yoti-Auth-Digest", digest).send().await;
        answer.unwrap().status().as_u16()
    }

    async fn advance(&self, seconds: i64) {
        let body = json!({ "advance_seconds": seconds }).to_string();
        let url = self.running.base_url.replace("/idverify/v1", "/_sim/clock");
        let answer = self.http.put(url).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// Creates a session by this specification, with what all have in common.
    async fn create(&self, more: Value) -> Result<SessionId, branchwatch::api::ApiError> {
        let mut body = json!({
            "client_session_token_ttl": 1_296_000,
            "requested_checks": [{ "type": "IBV_VISUAL_REVIEW_CHECK", "config": { "manual_check": "IBV" } }],
            "required_documents": [{ "type": "ID_DOCUMENT" }],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.client.create_session(body.to_string().into_bytes()).await
    }

    /// Puts the letter of the session, with this branch.
    async fn instruct(
        &self,
        id: SessionId,
        branch: Value,
    ) -> Result<(), branchwatch::api::ApiError> {
        let required = self.client.configuration(id).await.unwrap().value.requirements;
        let body = json!({
            "contact_profile": { "first_name": "A", "last_name": "B", "email": "a@example.org" },
            "documents": [{
                "requirement_id": required[0].id.text().as_raw(),
                "document": { "type": "ID_DOCUMENT", "country_code": "GBR", "document_type": "PASSPORT" },
            }],
            "branch": branch,
        });
        self.client.put_instructions(id, body.to_string().into_bytes()).await
    }
}

#[tokio::test]
async fn d01_the_client_asks_by_the_plural_path_and_the_simulator_takes_the_singular_too() {
    assert_eq!(asked().await.path(), format!("/sessions/{ID}"));
    let sim = sim("S27").await;
    let id = sim.id();
    for path in ["sessions", "session"] {
        for end in ["", "/", "/configuration"] {
            let nonce = uuid::Uuid::new_v4();
            let path = format!("/{path}/{id}{end}");
            let path = signing::signed_path(&path, sim.running.sdk_id, nonce, 1);
            assert_eq!(sim.get(&path).await, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn d02_the_client_names_its_id_sdk_id_and_the_simulator_reads_it_in_any_case() {
    assert!(query(&asked().await).iter().any(|(key, _)| *key == "sdkId"));
    let sim = sim("S01").await;
    let (id, sdk) = (sim.id(), sim.running.sdk_id);
    for key in ["sdkId", "sdkID", "sdkid"] {
        let path = format!("/sessions/{id}?{key}={sdk}&nonce=n&timestamp=1");
        assert_eq!(sim.get(&path).await, 200, "{key}");
    }
}

#[tokio::test]
async fn d03_the_client_sends_milliseconds_and_the_simulator_takes_any_decimal() {
    let asked = asked().await;
    let stamp: i64 =
        query(&asked).iter().find(|(k, _)| *k == "timestamp").unwrap().1.parse().unwrap();
    assert!((stamp - SystemClock.now().as_millisecond()).abs() < 60_000, "{stamp}");
    let sim = sim("S01").await;
    let (id, sdk) = (sim.id(), sim.running.sdk_id);
    for (stamp, status) in [
        ("1767225600", 200),
        ("1767225600000", 200),
        ("84251337999", 200),
        ("yesterday", 400),
        ("", 400),
    ] {
        let path = format!("/sessions/{id}?sdkId={sdk}&nonce=n&timestamp={stamp}");
        assert_eq!(sim.get(&path).await, status, "{stamp}");
    }
}

#[tokio::test]
async fn d04_the_client_keeps_one_order_of_parameters_and_the_simulator_takes_any() {
    let asked = asked().await;
    let keys: Vec<&str> = query(&asked).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["sdkId", "nonce", "timestamp"]);
    let sim = sim("S01").await;
    let (id, sdk) = (sim.id(), sim.running.sdk_id);
    for query in [
        format!("timestamp=1&nonce=n&sdkId={sdk}"),
        format!("nonce=n&sdkId={sdk}&timestamp=1"),
        format!("x=y&timestamp=1&sdkId={sdk}&nonce=n"),
    ] {
        assert_eq!(sim.get(&format!("/sessions/{id}?{query}")).await, 200, "{query}");
    }
}

#[tokio::test]
async fn d05_supported_documents_are_asked_for_unsigned_and_given_to_both() {
    let sim = sim("S01").await;
    let countries = sim.client.supported_documents(false).await.unwrap().value.countries;
    assert!(!countries.is_empty());
    let nonce = uuid::Uuid::new_v4();
    let signed = signing::signed_path("/supported-documents", sim.running.sdk_id, nonce, 1);
    assert_eq!(sim.get(&signed).await, 200);
}

#[tokio::test]
async fn d06_allowed_sources_are_read_and_never_inferred_from_the_support_asked_for() {
    let silent =
        json!({ "type": "ID_DOCUMENT", "id": "r", "ibv_options": { "support": "MANDATORY" } });
    assert_eq!(with_requirement(silent).requirements[0].allowed_sources, []);
    let sim = sim("S01").await;
    for support in ["MANDATORY", "NOT_ALLOWED"] {
        let id = sim.create(json!({ "ibv_options": { "support": support } })).await.unwrap();
        let configuration = sim.client.configuration(id).await.unwrap().value;
        assert!(!configuration.requirements[0].allowed_sources.is_empty(), "{support}");
    }
}

#[tokio::test]
async fn d07_resources_ttl_is_read_as_a_number_or_a_numeric_string() {
    for ttl in [json!(1_814_400), json!("1814400")] {
        let session = session(json!({ "client_session_token_ttl": ttl, "resources_ttl": ttl }));
        assert_eq!(session.client_session_token_ttl, Some(1_814_400), "a ttl of either type");
        assert_eq!(session.extra[0].1.as_raw(), "1814400", "shown where it is told");
        let sim = sim("S01").await;
        sim.create(json!({ "resources_ttl": ttl })).await.unwrap();
    }
}

#[tokio::test]
async fn d08_a_fad_code_is_a_text_whose_zeros_and_length_stay() {
    for code in ["0040037", "00400371"] {
        let read = branch(json!({ "type": "UK_POST_OFFICE", "fad_code": code }));
        assert_eq!(raw(read.fad_code.as_ref()), Some(code));
    }
    let sim = sim("S01").await;
    let id = sim.create(json!({})).await.unwrap();
    for code in ["00400371", "004003", "004-037"] {
        let wrong = json!({ "type": "UK_POST_OFFICE", "fad_code": code });
        let error = sim.instruct(id, wrong).await.unwrap_err();
        assert!(error.has_code(&"PAYLOAD_VALIDATION".into()), "{code}: {error}");
        assert_eq!(error.errors[0].0.as_raw(), "branch.fad_code");
    }
}

#[tokio::test]
async fn d09_a_branch_may_be_put_by_type_and_code_alone() {
    let sim = sim("S01").await;
    let id = sim.create(json!({})).await.unwrap();
    let short = json!({ "type": "UK_POST_OFFICE", "fad_code": "0040037" });
    sim.instruct(id, short).await.unwrap();
    for missing in [json!({ "type": "UK_POST_OFFICE" }), json!({ "fad_code": "0040037" })] {
        let error = sim.instruct(id, missing).await.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Status(400));
    }
}

#[tokio::test]
async fn d10_both_spellings_of_a_post_code_are_read_and_the_simulator_writes_one() {
    for key in ["post_code", "postcode"] {
        let read = branch(json!({ key: "EX1 1AA" }));
        assert_eq!(raw(read.post_code.as_ref()), Some("EX1 1AA"), "{key}");
    }
    let sim = sim("S01").await;
    sim.advance(60).await;
    let letter = sim.client.instructions(sim.id()).await.unwrap();
    assert!(letter.raw.contains("\"post_code\"") && !letter.raw.contains("\"postcode\""));
}

#[tokio::test]
async fn d11_providers_may_be_listed_or_not_stated_at_all() {
    let sources = |configuration: &Configuration| {
        let all = configuration.requirements.iter().flat_map(|r| r.allowed_sources.clone());
        all.map(|source| source.allowed_providers).collect::<Vec<_>>()
    };
    let listed = sim("S27").await;
    let configuration = listed.client.configuration(listed.id()).await.unwrap().value;
    let names: Vec<String> = sources(&configuration)
        .into_iter()
        .flatten()
        .flatten()
        .map(|name| name.as_raw().to_owned())
        .collect();
    assert!(names.contains(&"UK_POST_OFFICE".to_owned()), "{names:?}");
    let silent = sim("S01").await;
    let configuration = silent.client.configuration(silent.id()).await.unwrap().value;
    assert!(sources(&configuration).iter().all(Option::is_none));
}

#[tokio::test]
async fn d12_assessments_and_attempts_left_are_optional_and_read_where_they_are() {
    let bare = with_requirement(json!({ "type": "ID_DOCUMENT", "id": "r" }));
    assert!(bare.requirements[0].assessments.is_empty() && bare.drift.is_empty());
    assert!(bare.requirements[0].attempts_remaining.is_empty());
    let full = with_requirement(json!({ "type": "ID_DOCUMENT", "id": "r",
        "ibv_client_assessments": [{ "type": "IBV_VISUAL_REVIEW_CHECK", "state": "REQUIRED" }],
        "attempts_remaining": { "GENERIC": 2, "ANY_OTHER": 3 } }));
    assert_eq!(full.requirements[0].assessments.len(), 1);
    let attempts = &full.requirements[0].attempts_remaining;
    assert_eq!((attempts[1].0.as_raw(), attempts[1].1), ("ANY_OTHER", 3));
    let sim = sim("S01").await;
    let served = sim.client.configuration(sim.id()).await.unwrap().value;
    assert!(!served.requirements[0].assessments.is_empty(), "the simulator gives them");
}

#[test]
fn d13_a_required_applicant_profile_is_known() {
    let read =
        with_requirement(json!({ "type": "APPLICANT_PROFILE", "id": "r", "state": "REQUIRED" }));
    let kind = read.requirements[0].requirement_type.clone();
    assert_eq!(kind, Some(RequirementType::ApplicantProfile));
    assert!(read.unknown.is_empty() && read.requirements[0].extra.is_empty());
}

#[test]
fn d14_a_topic_is_known_in_either_case_and_an_unknown_one_keeps_its_text() {
    for text in ["first_branch_visit", "FIRST_BRANCH_VISIT"] {
        assert_eq!(Topic::of_notification(text), Topic::FirstBranchVisit);
    }
    assert_eq!(Topic::of_notification("tea_served").as_raw(), "tea_served");
}

#[test]
fn d15_reasons_and_sub_checks_are_kept_as_they_are_spelt() {
    for (reason, part) in
        [("NO_MATCH", "no_sign_of_forgery"), ("NO_MATCH_FOUND", "no_signs_of_forgery")]
    {
        let session = with_report(json!({
            "recommendation": { "value": "CONSIDER", "reason": reason },
            "breakdown": [{ "sub_check": part, "result": "FAIL" }],
        }));
        let report = session.checks[0].report.as_ref().unwrap();
        assert_eq!(raw(report.reason.as_ref()), Some(reason));
        assert_eq!(report.breakdown[0].name.as_raw(), part);
        assert!(session.unknown.is_empty(), "an open vocabulary");
    }
}

#[test]
fn d16_exact_match_is_read_as_a_boolean_or_a_text() {
    for (value, shown) in [(json!(true), "true"), (json!("true"), "true"), (json!(false), "false")]
    {
        let session = with_report(json!({ "watchlist_summary": { "search_config": {
            "matching_strategy": { "type": "EXACT", "exact_match": value } } } }));
        let found = session.checks[0].report.clone().unwrap().watchlist.unwrap();
        let matching = found.search.unwrap().matching.unwrap();
        assert_eq!(raw(matching.exact_match.as_ref()), Some(shown));
        assert!(session.drift.is_empty());
    }
}

#[test]
fn d17_a_reject_may_come_with_a_recovery_suggestion_or_without() {
    for suggestion in [None, Some("BETTER_LIGHTING")] {
        let session = with_report(json!({
            "recommendation": { "value": "REJECT", "recovery_suggestion": suggestion } }));
        let report = session.checks[0].report.as_ref().unwrap();
        assert_eq!(raw(report.recovery_suggestion.as_ref()), suggestion);
        assert_eq!(judged(&session), Verdict::Reject);
    }
}

#[tokio::test]
async fn d18_a_ttl_means_a_deadline_only_while_the_session_goes_on() {
    for (state, ttl, deadline) in [
        ("ONGOING", 3_600, true),
        ("COMPLETED", 2_637_097, false),
        ("COMPLETED", 0, false),
        ("EXPIRED", 0, false),
    ] {
        let session = session(json!({ "state": state, "client_session_token_ttl": ttl }));
        let assessment = assess(&watched(session, None), &Rules::default(), start());
        assert_eq!(assessment.deadline.is_some(), deadline, "{state} {ttl}");
    }
    for (scenario, wait, positive) in [("S01", 2_000, true), ("S03", 40 * 86_400, false)] {
        let sim = sim(scenario).await;
        sim.advance(wait).await;
        let ttl = sim.client.session(sim.id()).await.unwrap().value.client_session_token_ttl;
        assert_eq!(ttl.is_some_and(|ttl| ttl > 0), positive, "{scenario}: {ttl:?}");
    }
}

#[test]
fn d19_a_time_of_creation_is_read_under_both_names_everywhere() {
    for key in ["created", "created_at"] {
        let at = "2026-03-02T10:14:09Z";
        let media = json!({ "id": "m", "type": "JSON", key: at });
        let task = json!({ "id": "t", key: at });
        let session = session(json!({
            "resources": { "applicant_profiles": [{ "id": "r", key: at, "tasks": [task], "media": media }] },
            "checks": [{ "id": "c", key: at, "generated_profile": { "media": media } }],
        }));
        let resource = &session.resources[0];
        let times = [
            resource.created_at,
            resource.tasks[0].created,
            session.checks[0].created,
            session.checks[0].generated_profile.as_ref().unwrap().created,
        ];
        assert!(times.iter().all(|time| *time == Some(at.parse().unwrap())), "{key}: {times:?}");
    }
}

#[test]
fn d20_biometric_consent_is_a_time_in_the_result_and_a_word_in_the_configuration() {
    for time in ["2022-03-29T11:39:08Z", "2022-03-29T11:39:08.473Z"] {
        let read = session(json!({ "biometric_consent": time }));
        assert_eq!(read.biometric_consent, Some(time.parse().unwrap()));
    }
    let read = configuration(json!({ "capture": { "biometric_consent": "NOT_REQUIRED" } }));
    assert_eq!(read.biometric_consent, Some(BiometricConsent::NotRequired));
}

#[tokio::test]
async fn d21_no_requested_checks_are_no_fault() {
    assert!(configuration(json!({ "requested_checks": [] })).drift.is_empty());
    let sim = sim("S27").await;
    let served = sim.client.configuration(sim.id()).await.unwrap().value;
    assert!(served.requested_checks.is_empty() && served.drift.is_empty());
    assert!(!served.requirements.is_empty());
}

#[test]
fn d22_a_detail_is_kept_as_it_is_written_text_or_number() {
    for (value, shown) in [("\"0.68\"", "0.68"), ("0.680", "0.680"), ("true", "true")] {
        let details: Value =
            serde_json::from_str(&format!(r#"[{{"name":"confidence_score","value":{value}}}]"#))
                .unwrap();
        let session =
            with_report(json!({ "breakdown": [{ "sub_check": "s", "details": details }] }));
        let part = &session.checks[0].report.as_ref().unwrap().breakdown[0];
        assert_eq!(part.details[0].1.as_raw(), shown);
    }
}

#[tokio::test]
async fn d23_a_result_is_never_worked_out_again_from_its_score() {
    for (score, result) in [("0.68", SubCheckResult::Pass), ("0.99", SubCheckResult::Fail)] {
        let session = with_report(json!({
            "recommendation": { "value": "APPROVE" },
            "breakdown": [{ "sub_check": "ai_face_match", "result": result.as_raw(),
                "details": [{ "name": "confidence_score", "value": score }] }],
        }));
        let part = &session.checks[0].report.as_ref().unwrap().breakdown[0];
        assert_eq!(part.result, Some(result));
        assert_eq!(judged(&session), Verdict::Approve);
    }
    let sim = sim("S02").await;
    sim.advance(2_000).await;
    let session = sim.client.session(sim.id()).await.unwrap();
    assert!(session.raw.contains("\"0.68\""), "below the documentation's mark");
    assert_eq!(judged(&session.value), Verdict::Approve);
}

// A17
#[tokio::test]
async fn d24_a_running_session_cannot_be_deleted_and_the_409_is_told() {
    let refused = answered(409, r#"{"code":"RESOURCE_LOCKED"}"#).await;
    let error = refused.delete_session(id()).await.unwrap_err();
    assert_eq!(error.status(), Some(409));
    assert!(error.has_code(&"RESOURCE_LOCKED".into()) && error.to_string().contains("409"));
    let sim = sim("S01").await;
    sim.advance(100).await;
    let error = sim.client.delete_session(sim.id()).await.unwrap_err();
    assert!(error.has_code(&"RESOURCE_LOCKED".into()), "{error}");
    sim.advance(2_000).await;
    sim.client.delete_session(sim.id()).await.unwrap();
}

#[tokio::test]
async fn d25_only_a_404_with_a_code_of_yotis_is_about_the_session() {
    for (body, yotis) in [
        ("", false),
        ("<h1>", false),
        (r#"{"message":"no route"}"#, false),
        (r#"{"code":"SESSION_NOT_FOUND"}"#, true),
        (r#"{"code":"RESOURCE_NOT_FOUND"}"#, true),
    ] {
        let error = answered(404, body).await.session(id()).await.unwrap_err();
        assert_eq!((error.is_missing(), error.is_refusal()), (yotis, false), "{body}: {error}");
    }
    let sim = sim("S01").await;
    sim.advance(2_000).await;
    sim.client.delete_session(sim.id()).await.unwrap();
    let error = sim.client.session(sim.id()).await.unwrap_err();
    assert!(error.is_missing() && error.has_code(&"SESSION_NOT_FOUND".into()), "{error}");
}

#[tokio::test]
async fn d26_an_error_without_a_message_or_with_the_key_error_is_read() {
    for body in [r#"{"code":"SERVER_ERROR"}"#, r#"{"error":"SERVER_ERROR","message":null}"#] {
        let error = answered(400, body).await.session(id()).await.unwrap_err();
        assert!(error.has_code(&"SERVER_ERROR".into()), "{body}: {error}");
        assert_eq!(error.message, None);
    }
}

#[tokio::test]
async fn d27_schemes_and_objectives_are_open_texts() {
    for scheme in ["UK_DBS", "UK_GDS", "FR_NEW"] {
        let session = with_check(json!({ "id": "c", "scheme": scheme, "state": "DONE",
            "type": "DOCUMENT_SCHEME_VALIDITY_CHECK" }));
        assert_eq!(raw(session.checks[0].scheme.as_ref()), Some(scheme));
        let read = with_requirement(json!({ "type": "SUPPLEMENTARY_DOCUMENT", "id": "r",
            "objective": { "type": scheme } }));
        assert_eq!(raw(read.requirements[0].objective.as_ref()), Some(scheme));
        assert!(session.unknown.is_empty() && read.unknown.is_empty());
    }
}

#[test]
fn d28_the_fraud_check_is_known_by_its_value_and_not_by_a_constants_name() {
    let kind = CheckType::from_wire("THIRD_PARTY_IDENTITY_FRAUD_1");
    assert_eq!(kind, CheckType::ThirdPartyIdentityFraud1);
    assert!(CheckType::from_wire("THIRD_PARTY_IDENTITY_FRAUD_ONE").is_unknown());
}

#[tokio::test]
async fn d29_the_link_from_a_requirement_to_a_resource_is_derived_and_says_so() {
    let documents = json!({ "id_documents": [{ "id": "d", "document_type": "PASSPORT",
        "issuing_country": "GBR", "document_id_photo": { "media": { "id": "m" } } }] });
    let session = session(json!({ "state": "ONGOING", "resources": documents }));
    let required = with_requirement(json!({ "type": "ID_DOCUMENT", "id": "r" }));
    let covered = coverage::derive(watched(session, Some(required)).answers().unwrap());
    assert_eq!(covered.requirements[0].matched, Match::Derived);
    assert_eq!(covered.requirements[0].matched.word(), "derived");
    let sim = sim("S01").await;
    sim.advance(2_000).await;
    let session = sim.client.session(sim.id()).await.unwrap().raw;
    let configuration = sim.client.configuration(sim.id()).await.unwrap().value;
    for requirement in &configuration.requirements {
        assert!(!session.contains(requirement.id.text().as_raw()), "no link is given");
    }
}

#[test]
fn d30_old_names_are_kept_and_shown_but_mean_nothing() {
    let session = session(json!({ "resources": {
        "id_documents": [{ "id": "d", "pages": [{ "hologram_frames": [{ "media": { "id": "m1" } }] }] }],
        "face_capture": [{ "id": "f", "photos": [{ "media": { "id": "m2" } }] }],
    } }));
    assert_eq!(session.resources[0].pages_and_frames(), (1, 0));
    let shown = |at: usize| session.resources[at].extra[0].0.as_raw().to_owned();
    assert_eq!(shown(0), "pages.0.hologram_frames.0.media.id");
    assert_eq!(shown(1), "photos.0.media.id");
    assert_eq!(session.media.len(), 2, "the media are found all the same");
}
