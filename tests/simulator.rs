//! The real client against the real simulator over HTTP: every scenario, every signature.
//!
//! Owns no fake: what is asserted went over a socket.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

use std::sync::Arc;

use branchwatch::api::client::{Client, ClientOptions, MediaContent};
use branchwatch::api::key::SigningKey;
use branchwatch::api::{ApiErrorKind, SessionApi, signing};
use branchwatch::clock::TokioClock;
use branchwatch::domain::ids::SessionId;
use branchwatch::domain::rules::Rules;
use branchwatch::domain::stage::{self, Stage, Verdict};
use branchwatch::domain::watched::{Answers, Letter, WatchEntry, WatchedSession};
use branchwatch::domain::wire_enum::{CheckType, SessionState, SourceType};
use branchwatch::simulator::{self, Options, Running};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Spoils path or digest after signing.
type Flip = fn(&mut String, &mut String);

struct World {
    running: Running,
    client: Client<TokioClock>,
    key: Arc<SigningKey>,
    http: reqwest::Client,
}

fn options(scenario: &str) -> Options {
    Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        sessions: 1,
        seed: 7,
        speed: 0.0,
        scenarios: if scenario.is_empty() { Vec::new() } else { vec![scenario.to_owned()] },
        start: "2026-10-16T09:00:00Z".parse().unwrap(),
        public_key_pem: None,
    }
}

async fn world_of(options: Options) -> World {
    let running = simulator::start(options).await.unwrap();
    let pem = running.private_key_pem.as_ref().unwrap().expose_secret().to_owned();
    let key = Arc::new(SigningKey::from_pem(pem.as_bytes()).unwrap());
    let client = Client::new(
        &ClientOptions::new(running.base_url.clone(), running.sdk_id),
        Arc::clone(&key),
        running.clock,
    )
    .unwrap();
    World { running, client, key, http: reqwest::Client::new() }
}

async fn world(scenario: &str) -> World {
    world_of(options(scenario)).await
}

impl World {
    fn id(&self) -> SessionId {
        self.running.sessions[0].id
    }

    fn control(&self, path: &str) -> String {
        self.running.base_url.replace("/idverify/v1", path)
    }

    async fn advance(&self, seconds: i64) {
        let body = json!({ "advance_seconds": seconds }).to_string();
        let answer = self.http.put(self.control("/_sim/clock")).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    async fn now(&self) -> jiff::Timestamp {
        let answer = self.http.get(self.control("/_sim/clock")).send().await.unwrap();
        let value: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        value["now"].as_str().unwrap().parse().unwrap()
    }

    async fn fault(&self, fault: Value) {
        let body = json!([fault]).to_string();
        let answer = self.http.put(self.control("/_sim/faults")).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// All that the client can learn of the one session, and its stage.
    async fn watched(&self) -> WatchedSession {
        let entry = WatchEntry {
            id: self.id(),
            reference: None,
            tags: Vec::new(),
            added_at: jiff::Timestamp::UNIX_EPOCH,
            deadline: None,
            resources_ttl: None,
        };
        let mut watched = WatchedSession::new(entry);
        let letter = self.client.instructions(self.id()).await;
        watched.answers = Arc::new(Answers {
            session: self.client.session(self.id()).await.ok().map(Arc::new),
            configuration: self.client.configuration(self.id()).await.ok().map(Arc::new),
            letter: letter.map_or(Letter::NotSet(self.now().await), |l| Letter::Set(Arc::new(l))),
            missing_since: None,
            visit_notified_at: None,
        });
        watched
    }

    async fn stage(&self) -> Stage {
        stage::derive(&self.watched().await, &Rules::default(), self.now().await).stage
    }

    /// A raw request with a path of our own making; `flip` spoils what is sent after signing.
    async fn raw(
        &self,
        method: &str,
        path: &str,
        flip: impl Fn(&mut String, &mut String),
    ) -> (u16, Value) {
        let nonce = uuid::Uuid::new_v4();
        let mut path = signing::signed_path(path, self.running.sdk_id, nonce, 1_700_000_000_000);
        let text = signing::string_to_sign(method, &path, None);
        let mut digest = signing::digest(&self.key, &text).unwrap();
        flip(&mut path, &mut digest);
        let url = format!("{}{path}", self.running.base_url);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, url);
        if !digest.is_empty() {
            request = request.header("X-Yoti-Auth-Digest", digest);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or_default())
    }
}

#[tokio::test]
async fn s01_goes_from_awaiting_to_nine_checks_approved() {
    let world = world("S01").await;
    assert_eq!(world.stage().await, Stage::LetterNotSet);
    world.advance(30).await;
    assert_eq!(world.stage().await, Stage::AwaitingVisit);
    world.advance(100).await;
    assert!(matches!(world.stage().await, Stage::AtCounter { .. }));
    let watched = world.watched().await;
    assert!(watched.session().unwrap().checks.is_empty(), "checks stay empty until the end");
    assert_eq!(branchwatch::domain::coverage::derive(&watched).counts(), (1, 3));
    world.advance(360).await;
    let watched = world.watched().await;
    let session = watched.session().unwrap();
    assert_eq!(session.state, Some(SessionState::Completed));
    assert_eq!(session.checks.len(), 9);
    assert!(session.checks.iter().all(|c| c.report.as_ref().unwrap().breakdown.is_empty()));
    assert_eq!(branchwatch::domain::coverage::derive(&watched).counts(), (3, 3));
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
}

#[tokio::test]
async fn s02_runs_its_checks_for_75_seconds_and_the_threshold_is_not_recomputed() {
    let world = world("S02").await;
    world.advance(500).await;
    assert_eq!(world.stage().await, Stage::ChecksRunning);
    world.advance(80).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
    let watched = world.watched().await;
    let checks = &watched.session().unwrap().checks;
    let face =
        checks.iter().find(|c| c.check_type == Some(CheckType::IdDocumentFaceMatch)).unwrap();
    let detail = &face.report.as_ref().unwrap().breakdown[0].details[0].1;
    assert_eq!(detail.as_raw(), "0.68");
}

#[tokio::test]
async fn s03_and_s05_expire_with_nothing_and_with_one_of_three() {
    for (scenario, silent, captured) in [("S03", false, 0), ("S05", true, 1)] {
        let world = world(scenario).await;
        world.advance(3_600).await;
        let stage = world.stage().await;
        assert_eq!(matches!(stage, Stage::TurnedAway { .. }), silent, "{stage:?}");
        world.advance(30 * 86_400).await;
        assert_eq!(world.stage().await, Stage::Expired { captured });
        let watched = world.watched().await;
        assert_eq!(watched.session().unwrap().client_session_token_ttl, Some(0));
        assert!(watched.session().unwrap().checks.is_empty());
    }
}

#[tokio::test]
async fn s04_is_silent_after_its_first_visit_and_completes_at_the_second() {
    let world = world("S04").await;
    world.advance(600).await;
    assert_eq!(world.stage().await, Stage::AwaitingVisit, "a refused visit shows nothing");
    world.advance(400).await;
    assert!(matches!(world.stage().await, Stage::AtCounter { .. }));
    world.advance(400).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Approve));
}

#[tokio::test]
async fn s07_and_s09_end_in_reject_and_refer_with_their_reasons() {
    for (scenario, verdict, reason) in
        [("S07", Verdict::Reject, "TAMPERED"), ("S09", Verdict::Refer, "FACE_NOT_FOUND")]
    {
        let world = world(scenario).await;
        world.advance(600).await;
        assert_eq!(world.stage().await, Stage::Done(verdict));
        let watched = world.watched().await;
        let reasons: Vec<String> = watched
            .session()
            .unwrap()
            .checks
            .iter()
            .filter_map(|c| Some(c.report.as_ref()?.reason.as_ref()?.as_raw().to_owned()))
            .collect();
        assert_eq!(reasons, [reason]);
    }
}

#[tokio::test]
async fn s16_mixes_sources_and_keeps_the_superseded_attempt() {
    let world = world("S16").await;
    world.advance(300).await;
    assert_eq!(world.stage().await, Stage::AtHome);
    world.advance(900).await;
    let watched = world.watched().await;
    let session = watched.session().unwrap();
    for source in [SourceType::EndUser, SourceType::RelyingBusiness, SourceType::Ibv] {
        assert!(session.resources.iter().any(|r| r.source == Some(source.clone())));
    }
    let coverage = branchwatch::domain::coverage::derive(&watched);
    assert_eq!(coverage.requirements[1].resources.len(), 2, "two attempts at liveness");
    assert_eq!(world.stage().await, Stage::Done(Verdict::Reject), "by the rule: any REJECT");
}

#[tokio::test]
async fn s19_is_kept_raw_and_counts_as_refer() {
    let world = world("S19").await;
    world.advance(500).await;
    assert_eq!(world.stage().await, Stage::Done(Verdict::Refer));
    let watched = world.watched().await;
    let answer = watched.answers.session.as_ref().unwrap();
    let (_, served) = world.raw("GET", &format!("/sessions/{}", world.id()), |_, _| {}).await;
    let kept: Value = serde_json::from_str(&answer.raw).unwrap();
    assert_eq!(kept, served, "COMPLETED has no secret: nothing is missing");
    assert!(answer.raw.contains("123456789012345678901234567890"));
    assert!(answer.raw.contains("1.50"));
    let providers = watched.configuration().unwrap().requirements[0].allowed_sources[0].clone();
    assert_eq!(providers.allowed_providers.unwrap()[1].as_raw(), "XX_PARTNER");
    assert!(branchwatch::domain::requested::unknown_values(&watched) >= 4);
}

#[tokio::test]
async fn s27_looks_like_the_seed_on_plural_and_singular_paths() {
    let world = world("S27").await;
    let id = world.id();
    for path in [
        format!("/sessions/{id}/configuration"),
        format!("/session/{id}/configuration"),
        format!("/session/{id}/configuration/"),
    ] {
        let (status, value) = world.raw("GET", &path, |_, _| {}).await;
        assert_eq!((status, value["client_session_token_ttl"].as_i64()), (200, Some(599)));
        let required = value["capture"]["required_resources"].as_array().unwrap();
        let types: Vec<&str> = required.iter().map(|r| r["type"].as_str().unwrap()).collect();
        assert_eq!(types, ["ID_DOCUMENT", "SUPPLEMENTARY_DOCUMENT", "LIVENESS", "FACE_CAPTURE"]);
        assert!(required.iter().all(|r| r["id"] == required[0]["id"]));
        assert_eq!(
            required[0]["allowed_sources"][1]["allowed_providers"],
            json!(["UK_POST_OFFICE"])
        );
        assert_eq!(value["requested_checks"], json!([]));
    }
    let (_, value) = world.raw("GET", &format!("/session/{id}/"), |_, _| {}).await;
    assert_eq!(value["client_session_token_ttl"], 8924);
    assert_eq!((&value["resources"], &value["checks"]), (&json!({}), &json!([])));
    assert_eq!(world.watched().await.configuration().unwrap().requirements.len(), 4);
}

#[tokio::test]
async fn the_client_never_holds_the_client_session_token() {
    let world = world("S01").await;
    let (_, served) = world.raw("GET", &format!("/sessions/{}", world.id()), |_, _| {}).await;
    let token = served["client_session_token"].as_str().unwrap();
    let answer = world.client.session(world.id()).await.unwrap();
    assert!(!answer.raw.contains(token));
    assert!(answer.raw.contains("client_session_token_ttl"));
}

#[tokio::test]
async fn a_flipped_byte_anywhere_is_refused() {
    let world = world("S01").await;
    let path = format!("/sessions/{}", world.id());
    let (status, _) = world.raw("GET", &path, |_, _| {}).await;
    assert_eq!(status, 200);
    let flips: [(&str, Flip); 4] = [
        ("path", |path, _| *path = path.replacen("/sessions/", "/session/", 1)),
        ("nonce", |path, _| *path = path.replacen("nonce=", "nonce=0", 1)),
        ("timestamp", |path, _| path.push('1')),
        ("digest", |_, digest| *digest = digest.chars().rev().collect()),
    ];
    for (what, flip) in flips {
        let (status, value) = world.raw("GET", &path, flip).await;
        assert_eq!((status, value["code"].as_str()), (401, Some("MESSAGE_SIGNING")), "{what}");
    }
    let (status, value) = world.raw("GET", &path, |_, digest| digest.clear()).await;
    assert_eq!(status, 400);
    assert_eq!(value["errors"][0]["property"], "header.X-Yoti-Auth-Digest");
    let (status, value) =
        world.raw("GET", &path, |path, _| *path = path.replace("sdkId=", "sdkId=0")).await;
    assert_eq!((status, value["code"].as_str()), (404, Some("APP_NOT_FOUND")));
    let any_case = world.raw("GET", &path, |path, _| *path = path.replace("sdkId", "sdkID")).await;
    assert_eq!(any_case.0, 401, "the parameter is found, and the signature is over other bytes");
}

#[tokio::test]
async fn a_session_is_created_instructed_watched_and_deleted() {
    let world = world("S01").await;
    let body = json!({
        "client_session_token_ttl": 900_000, "user_tracking_id": "case-7",
        "ibv_options": { "support": "MANDATORY" },
        "requested_checks": [
            { "type": "IBV_VISUAL_REVIEW_CHECK", "config": { "manual_check": "IBV" } },
            { "type": "DOCUMENT_SCHEME_VALIDITY_CHECK", "config": { "manual_check": "IBV", "scheme": "UK_GDS" } },
        ],
        "required_documents": [
            { "type": "ID_DOCUMENT", "filter": { "type": "DOCUMENT_RESTRICTIONS", "inclusion": "WHITELIST",
              "documents": [{ "country_codes": ["GBR"], "document_types": ["DRIVING_LICENCE"] }] } },
        ],
    });
    let id = world.client.create_session(body.to_string().into_bytes()).await.unwrap();
    let missing = world.client.instructions(id).await.unwrap_err();
    assert!(missing.is_missing(), "{missing}");
    let configuration = world.client.configuration(id).await.unwrap().value;
    let requirement = configuration.requirements[0].id.text().as_raw().to_owned();
    let letter = |fad_code: &str| {
        json!({
            "contact_profile": { "first_name": "A", "last_name": "B", "email": "a@example.org" },
            "documents": [{ "requirement_id": requirement, "document": {
                "type": "ID_DOCUMENT", "country_code": "GBR", "document_type": "DRIVING_LICENCE" } }],
            "branch": { "type": "UK_POST_OFFICE", "fad_code": fad_code },
        })
        .to_string()
        .into_bytes()
    };
    let refused = world.client.put_instructions(id, letter("12")).await.unwrap_err();
    assert_eq!(refused.status(), Some(400));
    assert_eq!(refused.errors[0].0.as_raw(), "branch.fad_code");
    world.client.put_instructions(id, letter("0040037")).await.unwrap();
    let set = world.client.instructions(id).await.unwrap();
    assert_eq!(set.value.branch.unwrap().fad_code.unwrap().as_raw(), "0040037");
    assert!(!set.raw.contains("example.org"), "the contact profile stays out");
    let locked = world.raw("DELETE", &format!("/sessions/{id}"), |_, _| {}).await;
    assert_eq!((locked.0, locked.1["code"].as_str()), (409, Some("RESOURCE_LOCKED")));
    world.advance(400).await;
    let session = world.client.session(id).await.unwrap().value;
    assert_eq!(session.state, Some(SessionState::Completed));
    assert_eq!(session.checks.len(), 2);
    let (status, _) = world.raw("DELETE", &format!("/sessions/{id}"), |_, _| {}).await;
    assert_eq!(status, 204);
    assert!(world.client.session(id).await.unwrap_err().is_missing());
    for (bad, property) in [
        (
            json!({ "client_session_token_ttl": 300, "requested_checks": [{ "type": "X" }] }),
            "client_session_token_ttl",
        ),
        (json!({ "requested_checks": [] }), "requested_checks"),
    ] {
        let error = world.client.create_session(bad.to_string().into_bytes()).await.unwrap_err();
        assert_eq!(error.errors[0].0.as_raw(), property);
    }
}

#[tokio::test]
async fn media_are_real_pictures_and_fields() {
    let world = world("S02").await;
    world.advance(300).await;
    let session = world.client.session(world.id()).await.unwrap().value;
    let of = |role: &str| session.media.iter().find(|m| m.role == role).unwrap().id.clone();
    let MediaContent::Bytes(kind, bytes) =
        world.client.media(world.id(), &of("page")).await.unwrap()
    else {
        panic!("withheld")
    };
    assert_eq!(kind, "image/jpeg");
    assert!(image::load_from_memory(&bytes).is_ok());
    let MediaContent::Bytes(kind, bytes) =
        world.client.media(world.id(), &of("document_fields")).await.unwrap()
    else {
        panic!("withheld")
    };
    assert_eq!(kind, "application/json");
    let fields: Value = serde_json::from_slice(&bytes).unwrap();
    assert!(fields["document_number"].as_str().unwrap().starts_with("SPEC"));
}

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let mut seen = Vec::new();
    for seed in [7, 7, 8] {
        let world = world_of(Options { seed, sessions: 24, ..options("") }).await;
        world.advance(300).await;
        let mut texts = Vec::new();
        for made in &world.running.sessions {
            if let Ok(answer) = world.client.session(made.id).await {
                texts.push(answer.raw.to_string());
            }
        }
        assert!(texts.len() >= 22);
        seen.push(texts.concat());
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[1], seen[2]);
}

#[tokio::test]
async fn the_demos_mixture_shows_every_stage_within_ten_simulated_minutes() {
    let world = world_of(Options { sessions: 24, ..options("") }).await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let now = world.now().await;
        for made in &world.running.sessions {
            let entry = WatchEntry {
                id: made.id,
                reference: None,
                tags: Vec::new(),
                deadline: None,
                resources_ttl: None,
                added_at: jiff::Timestamp::UNIX_EPOCH,
            };
            let mut watched = WatchedSession::new(entry);
            let Ok(session) = world.client.session(made.id).await else {
                seen.insert("gone".to_owned());
                continue;
            };
            let letter = world.client.instructions(made.id).await;
            watched.answers = Arc::new(Answers {
                session: Some(Arc::new(session)),
                configuration: world.client.configuration(made.id).await.ok().map(Arc::new),
                letter: letter.map_or(Letter::NotSet(now), |l| Letter::Set(Arc::new(l))),
                ..Answers::default()
            });
            let stage = stage::derive(&watched, &Rules::default(), now).stage;
            let name = format!("{stage:?}");
            seen.insert(match stage {
                Stage::Done(_) => name,
                _ => name.split([' ', '(']).next().unwrap().to_owned(),
            });
        }
        world.advance(30).await;
    }
    for stage in [
        "AtCounter",
        "AtHome",
        "AwaitingVisit",
        "ChecksRunning",
        "Done(Approve)",
        "Done(Refer)",
        "Done(Reject)",
        "Expired",
        "LetterNotSet",
        "TurnedAway",
        "Visited",
        "gone",
    ] {
        assert!(seen.contains(stage), "{stage} is missing in {seen:?}");
    }
}

#[tokio::test]
async fn faults_act_once_they_are_switched_on() {
    let world = world("S01").await;
    let id = world.id();
    world.fault(json!({ "status": 503, "retry_after": "7", "times": 1 })).await;
    let error = world.client.session(id).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable(503, Some(std::time::Duration::from_secs(7))));
    world.client.session(id).await.expect("the fault acts once");
    world.fault(json!({ "status": 502, "body": "<html>bad gateway</html>" })).await;
    assert!(matches!(
        world.client.session(id).await.unwrap_err().kind,
        ApiErrorKind::Unavailable(502, None)
    ));
    world.fault(json!({ "status": 302, "part": "session" })).await;
    assert_eq!(world.client.session(id).await.unwrap_err().kind, ApiErrorKind::Redirect(302));
    assert!(world.client.configuration(id).await.is_ok(), "only the part named");
    for bytes in [0, 1, 17, 200] {
        world.fault(json!({ "cut_after": bytes })).await;
        let kind = world.client.session(id).await.unwrap_err().kind;
        let cut = matches!(kind, ApiErrorKind::NotFromYoti(_) | ApiErrorKind::Unreachable(_));
        assert!(cut, "{kind:?} after {bytes} bytes");
    }
    world.fault(json!({ "status": 200, "body": "<html>please log in</html>" })).await;
    assert!(matches!(
        world.client.session(id).await.unwrap_err().kind,
        ApiErrorKind::NotFromYoti(_)
    ));
}

#[tokio::test]
async fn the_service_can_be_reached_without_a_signature() {
    let world = world("S01").await;
    let reach = world.client.reach().await.unwrap();
    assert_eq!(reach.status, 200);
    let address = world.running.base_url.clone();
    world.running.shutdown().await;
    let options = ClientOptions::new(address, uuid::Uuid::nil());
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let client = Client::new(&options, world.key, clock).unwrap();
    let error = client.reach().await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unreachable(String::from("connection refused")));
}
