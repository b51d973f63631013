//! The real client against the real simulator over HTTP: every scenario, every signature.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

mod calls;
mod created;
mod evidence;
mod hooks;
mod letters;
mod outcomes;
mod scenarios;
#[path = "../common/simulated.rs"]
mod simulated;
mod tokens;

use branchwatch::api::client::{Client, ClientOptions, MediaContent};
use branchwatch::api::unreached::Unreached;
use branchwatch::api::{ApiErrorKind, SessionApi, signing};
use branchwatch::clock::TokioClock;
use branchwatch::domain::assessment::stage::Stage;
use branchwatch::domain::session::wire_enum::SessionState;
use branchwatch::simulator::Options;
use serde_json::{Value, json};
use simulated::{World, options, world, world_of};

/// Spoils path or digest after signing.
type Flip = fn(&mut String, &mut String);

impl World {
    async fn fault(&self, fault: Value) {
        self.faults(json!([fault])).await;
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
        let reply = simulated::reply(request.send().await.unwrap()).await;
        (reply.status, reply.json())
    }
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
    let letter = world.client.instructions(id).await.unwrap().value;
    assert!(!letter.is_set(), "{letter:?}");
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
}

#[tokio::test]
async fn the_lookup_gives_the_ten_nearest_branches_and_refuses_a_blank_search() {
    let world = world("S01").await;
    let path = "/lookup/uk-post-office";
    let found = world.send("POST", path, &json!({ "search_string": "sp6 6ff" })).await.json();
    let branches = found["branches"].as_array().unwrap();
    assert_eq!(branches.len(), 10);
    assert_eq!(branches[0]["post_code"], "SP6 6FF", "the branch at that post code is first");
    assert!(branches.iter().all(|b| b["fad_code"].as_str().unwrap().len() == 7));
    assert!(branches[9]["location"]["latitude"].is_number());
    let again = world.send("POST", path, &json!({ "search_string": "SP66FF" })).await.json();
    assert_eq!(again, found, "spaces and case do not matter");
    for blank in [json!({}), json!({ "search_string": "  " }), json!({ "search_string": 7 })] {
        let refused = world.send("POST", path, &blank).await;
        assert_eq!(refused.error(), (400, "PAYLOAD_VALIDATION".to_owned()));
        assert_eq!(refused.properties(), ["search_string"]);
    }
}

#[tokio::test]
async fn supported_documents_come_signed_or_not_and_with_other_scripts_on_request() {
    let world = world("S01").await;
    let codes = |value: &Value| -> Vec<String> {
        let countries = value["supported_countries"].as_array().unwrap();
        countries.iter().map(|c| c["code"].as_str().unwrap().to_owned()).collect()
    };
    let latin = world.get("/supported-documents").await.json();
    assert!(
        codes(&latin).contains(&"GBR".to_owned()) && !codes(&latin).contains(&"JPN".to_owned())
    );
    assert_eq!(
        latin["supported_countries"][0]["supported_documents"][0]["is_strictly_latin"],
        true
    );
    for (query, status, more) in [
        ("?includeNonLatin=true", 200, true),
        ("?includeNonLatin=1", 200, true),
        ("?includeNonLatin=false", 200, false),
        ("?includeNonLatin=0", 200, false),
        ("?includeNonLatin=perhaps", 400, false),
    ] {
        let url = format!("{}/supported-documents{query}", world.running.base_url);
        let answer = simulated::reply(world.http.get(url).send().await.unwrap()).await;
        assert_eq!(answer.status, status, "{query}, unsigned");
        assert!(status == 400 || codes(&answer.json()).contains(&"JPN".to_owned()) == more);
    }
}

#[tokio::test]
async fn faults_choose_by_path_method_and_count_and_can_mislabel() {
    let world = world("S01").await;
    world
        .faults(json!([
            { "path": "/configuration", "method": "GET", "after": 1, "times": 1, "status": 503, "code": "X" },
            { "part": "instructions", "content_type": "text/plain", "times": 1 },
            { "part": "session", "content_length": 40, "times": 1 },
        ]))
        .await;
    let configuration = world.path("/configuration");
    assert_eq!(world.get(&configuration).await.status, 200, "the first passes");
    let acted = world.get(&configuration).await;
    assert_eq!(acted.json(), json!({ "code": "X" }), "a code and no message");
    assert_eq!(world.get(&configuration).await.status, 200);
    world.advance(20).await;
    let letter = world.get(&world.path("/instructions")).await;
    assert_eq!(letter.header("content-type"), "text/plain");
    assert_eq!(world.get(&world.path("")).await.body.len(), 40, "cut by its own length");
    let unknown = world.control("PUT", "/_sim/faults", &json!([{ "colour": "red" }])).await;
    assert_eq!(unknown.status, 400, "an unknown key is no fault");
}

#[tokio::test]
async fn a_scenario_can_be_sent_to_a_running_simulator() {
    let world = world("S01").await;
    let toml = "title = \"t\"\nttl = 900\nuser_tracking_id = \"sent\"\n";
    let made = world.control("POST", "/_sim/sessions", &json!({ "toml": toml })).await;
    assert_eq!(made.status, 201);
    let path = format!("/sessions/{}", made.json()["session_id"].as_str().unwrap());
    assert_eq!(world.get(&path).await.json()["user_tracking_id"], "sent");
    let known = world.control("POST", "/_sim/sessions", &json!({ "scenario": "S21" })).await;
    assert_eq!(known.status, 201);
    let bad = world.control("POST", "/_sim/sessions", &json!({ "toml": "ttl = 1" })).await;
    assert!(bad.json()["error"].as_str().unwrap().contains("title"));
}

#[tokio::test]
async fn media_are_real_pictures_and_fields() {
    let world = world("S02").await;
    world.advance(300).await;
    let session = world.client.session(world.id()).await.unwrap().value;
    let roles: Vec<&str> = session.media.iter().map(|media| media.role.as_str()).collect();
    let of = |role: &str| {
        let place = roles.iter().position(|known| *known == role);
        session.media[place.unwrap_or_else(|| panic!("{role} in {roles:?}"))].id.clone()
    };
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
        // What is behind the ids follows from the seed too: a letter, a picture.
        let first = world.served().await;
        let page = &first["resources"]["id_documents"][0]["pages"][0]["media"]["id"];
        let picture = format!("/media/{}/content", page.as_str().unwrap());
        for below in ["/configuration", "/instructions", "/instructions/pdf", &picture] {
            let answer = world.get(&world.path(below)).await;
            assert_eq!(answer.status, 200, "{below}");
            texts.push(format!("{:?}", answer.body));
        }
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
        for made in &world.running.sessions {
            let stage = world.stage_of(made.id).await;
            if matches!(stage, Stage::NotFound) {
                seen.insert("gone".to_owned());
                continue;
            }
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
        ApiErrorKind::Foreign(200, _)
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
    assert_eq!(error.kind, ApiErrorKind::Unreachable(Unreached::Refused));
}
