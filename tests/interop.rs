//! Yoti's own SDKs as judges: what they make of the simulator's answers equals what this client
//! does.
//!
//! The SDKs come from their package registries into an environment that `.ci/run` makes, so these
//! tests are ignored where `INTEROP_PYTHON` (a Python with the package `yoti`) or `INTEROP_NODE` (a
//! folder with `node_modules/yoti`) is not told.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up fails the test"
)]

use std::process::Command;
use std::sync::Arc;

use branchwatch::api::client::{Client, ClientOptions, MediaContent};
use branchwatch::api::key::SigningKey;
use branchwatch::api::{ApiError, ApiErrorKind, SessionApi};
use branchwatch::clock::TokioClock;
use branchwatch::domain::server_text::ServerText;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::check::Check;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::resource::{Resource, ResourceKind};
use branchwatch::domain::session::wire_enum::{LivenessType, SessionState};
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::{self, Options, Running};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A simulator, this client, and an SDK that asks as the same application.
struct Bench {
    running: Running,
    client: Client<TokioClock>,
    key_file: tempfile::NamedTempFile,
    http: reqwest::Client,
    sdk: Vec<String>,
}

fn python() -> Vec<String> {
    let python = std::env::var("INTEROP_PYTHON").expect("INTEROP_PYTHON: a Python with `yoti`");
    vec![python, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/python_sdk.py").to_owned()]
}

fn node() -> Vec<String> {
    assert!(std::env::var("INTEROP_NODE").is_ok(), "INTEROP_NODE: a folder with node_modules/yoti");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/node_sdk.cjs").to_owned();
    vec!["node".to_owned(), script]
}

async fn bench(sdk: Vec<String>, scenarios: Vec<String>) -> Bench {
    let options = Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        sessions: scenarios.len(),
        seed: 11,
        speed: 0.0,
        scenarios,
        start: "2026-10-16T09:00:00Z".parse().unwrap(),
        public_key_pem: None,
    };
    let running = simulator::start(options).await.unwrap();
    let pem = running.private_key_pem.as_ref().unwrap().expose_secret().to_owned();
    let key_file = tempfile::NamedTempFile::with_suffix(".pem").unwrap();
    std::fs::write(key_file.path(), &pem).unwrap();
    let key = Arc::new(SigningKey::from_pem(pem.as_bytes()).unwrap());
    let options = ClientOptions::new(running.base_url.clone(), running.sdk_id);
    let client = Client::new(&options, key, running.clock).unwrap();
    Bench { running, client, key_file, http: reqwest::Client::new(), sdk }
}

impl Bench {
    async fn advance(&self, seconds: i64) {
        let url = self.running.base_url.replace("/idverify/v1", "/_sim/clock");
        let body = json!({ "advance_seconds": seconds }).to_string();
        assert_eq!(self.http.put(url).body(body).send().await.unwrap().status(), 200);
    }

    /// What the SDK says to a job, as the application of this key file.
    async fn ask_as(&self, key_file: &std::path::Path, job: &[&str]) -> Value {
        let mut command = Command::new(&self.sdk[0]);
        command
            .args(&self.sdk[1..])
            .args(job)
            .env("INTEROP_BASE_URL", &self.running.base_url)
            .env("YOTI_CLIENT_SDK_ID", self.running.sdk_id.to_string())
            .env("YOTI_KEY_FILE_PATH", key_file)
            .env_remove("HTTP_PROXY")
            .env_remove("HTTPS_PROXY");
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let talk = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{job:?}: {talk}");
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|why| panic!("{job:?}: {why}\n{talk}"))
    }

    async fn ask(&self, job: &[&str]) -> Value {
        self.ask_as(self.key_file.path(), job).await
    }

    /// The SDK's view of each session equals ours, at this moment; how many could be compared.
    async fn judge(&self, ids: &[String]) -> usize {
        let mut job = vec!["read"];
        job.extend(ids.iter().map(String::as_str));
        let told = self.ask(&job).await;
        let mut compared = 0;
        for id in ids {
            let theirs = &told[id];
            let ours = self.client.session(SessionId::parse(id).unwrap()).await;
            match (&theirs["status"], &theirs["sdk_fault"], ours) {
                (Value::Null, Value::Null, Ok(answer)) => {
                    assert_eq!(theirs, &view(&answer.value), "session {id}");
                    compared += 1;
                }
                // What an SDK cannot read at all (`null` for a list), this client still reads.
                (Value::Null, Value::String(_), Ok(_)) => {}
                (Value::Number(status), _, Err(error)) => {
                    assert_eq!(status.as_u64(), status_of(&error), "session {id}");
                }
                (status, fault, ours) => panic!("{id}: SDK {status} {fault}, ours {ours:?}"),
            }
        }
        compared
    }
}

fn status_of(error: &ApiError) -> Option<u64> {
    match error.kind {
        ApiErrorKind::Status(status) | ApiErrorKind::Unavailable(status, _) => Some(status.into()),
        ApiErrorKind::TooManyRequests(_) => Some(429),
        ApiErrorKind::ClockSkew(_) => Some(401), // S25 refuses; the simulated day is not today
        _ => None,
    }
}

fn raw(text: Option<&ServerText>) -> Option<&str> {
    text.map(ServerText::as_raw)
}

/// Our typed view in the words of the scripts under `tests/interop/`.
fn view(session: &Session) -> Value {
    let of = |wanted: fn(&ResourceKind) -> bool| {
        session.resources.iter().filter(move |resource| wanted(&resource.kind))
    };
    let documents =
        |wanted: fn(&ResourceKind) -> bool| -> Vec<Value> { of(wanted).map(document).collect() };
    let liveness: Vec<Value> = of(|kind| matches!(kind, ResourceKind::Liveness { .. }))
        .map(|resource| {
            let kind = match &resource.kind {
                ResourceKind::Liveness(kind) => {
                    kind.liveness_type.as_ref().map(LivenessType::as_raw)
                }
                _ => None,
            };
            json!({ "id": resource.id.text().as_raw(), "liveness_type": kind })
        })
        .collect();
    json!({
        "session_id": session.id.to_string(),
        "state": session.state.as_ref().map(branchwatch::domain::session::wire_enum::SessionState::as_raw),
        "client_session_token_ttl": session.client_session_token_ttl,
        "user_tracking_id": raw(session.user_tracking_id.as_ref()),
        "id_documents": documents(|kind| matches!(kind, ResourceKind::IdDocument(_))),
        "supplementary_documents":
            documents(|kind| matches!(kind, ResourceKind::SupplementaryDocument(_))),
        "liveness_capture": liveness,
        "checks": session.checks.iter().map(check).collect::<Vec<_>>(),
    })
}

fn document(resource: &Resource) -> Value {
    let document = resource.document().unwrap();
    let pages: Vec<Value> = document
        .pages
        .iter()
        .map(|page| {
            let id = |media: &branchwatch::domain::session::resource::Media| media.id.text().as_raw().to_owned();
            json!({
                "capture_method": page.capture_method.as_ref().map(branchwatch::domain::session::wire_enum::CaptureMethod::as_raw),
                "media": page.media.as_ref().map(id),
                "frames": page.frames.iter().map(|frame| frame.as_ref().map(id)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let tasks: Vec<Value> = resource
        .tasks
        .iter()
        .map(|task| {
            let checks = task.generated_checks.iter();
            json!({
                "id": task.id.text().as_raw(),
                "type": task.task_type.as_ref().map(branchwatch::domain::session::wire_enum::TaskType::as_raw),
                "state": task.state.as_ref().map(branchwatch::domain::session::wire_enum::TaskState::as_raw),
                "generated_checks": checks.map(|check| check.id.text().as_raw()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let fields = document.document_fields.as_ref();
    json!({
        "id": resource.id.text().as_raw(),
        "document_type": raw(document.document_type.as_ref()),
        "issuing_country": raw(document.issuing_country.as_ref()),
        "pages": pages,
        "document_fields": fields.map(|media| media.id.text().as_raw()),
        "tasks": tasks,
    })
}

fn check(check: &Check) -> Value {
    let report = check.report.as_ref();
    let parts = report.map_or(&[][..], |report| &report.breakdown);
    let breakdown: Vec<Value> = parts
        .iter()
        .map(|part| {
            let details = part.details.iter().map(|(name, value)| [name.as_raw(), value.as_raw()]);
            json!({
                "sub_check": part.name.as_raw(),
                "result": part.result.as_ref().map(branchwatch::domain::session::wire_enum::SubCheckResult::as_raw),
                "process": part.process.as_ref().map(branchwatch::domain::session::wire_enum::Process::as_raw),
                "details": details.collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "id": check.id.text().as_raw(),
        "type": check.check_type.as_ref().map(branchwatch::domain::session::wire_enum::CheckType::as_raw),
        "state": check.state.as_ref().map(branchwatch::domain::session::wire_enum::CheckState::as_raw),
        "resources_used":
            check.resources_used.iter().map(|id| id.text().as_raw()).collect::<Vec<_>>(),
        "created": check.created.map(jiff::Timestamp::as_second),
        "last_updated": check.last_updated.map(jiff::Timestamp::as_second),
        "value": check.recommendation().map(branchwatch::domain::session::wire_enum::Recommendation::as_raw),
        "reason": raw(report.and_then(|report| report.reason.as_ref())),
        "recovery_suggestion":
            raw(report.and_then(|report| report.recovery_suggestion.as_ref())),
        "breakdown": breakdown,
    })
}

/// Every scenario at several moments of its life, the SDK's view beside ours.
async fn every_scenario(sdk: Vec<String>) {
    // S24's faults answer each request differently; S19's and S28's details are made to differ.
    let names: Vec<String> = Scenario::names()
        .filter(|name| !["S19", "S24"].contains(name))
        .map(str::to_owned)
        .collect();
    let all = names.len();
    let bench = bench(sdk, names).await;
    let ids: Vec<String> = bench.running.sessions.iter().map(|made| made.id.to_string()).collect();
    let mut compared = 0;
    for seconds in [0, 100, 100, 290, 40, 400, 3_600] {
        bench.advance(seconds).await;
        compared += bench.judge(&ids).await;
    }
    assert!(compared > 5 * all, "{compared} views of {all} scenarios were compared");
}

/// From creation to deletion, as a relying business would do it.
async fn a_whole_life(sdk: Vec<String>) {
    let bench = bench(sdk, Vec::new()).await;
    let created = created(&bench).await;
    let id = in_branch(&bench).await;
    assert_eq!(bench.ask(&["delete", &id]).await["status"], 409, "checks are not finished");
    for seconds in [30, 100, 200, 200, 600, 3_600] {
        bench.advance(seconds).await;
        assert_eq!(bench.judge(&[created.clone(), id.clone()]).await, 2);
    }
    media_and_end(&bench, &id).await;
    assert!(bench.ask(&["supported"]).await["GBR"].as_array().unwrap().len() > 1);
}

/// A session made through the SDK's own builders.
async fn created(bench: &Bench) -> String {
    let made = bench.ask(&["create"]).await;
    assert_eq!((made["token"].as_bool(), made["ttl"].as_i64()), (Some(true), Some(1_209_600)));
    made["session_id"].as_str().unwrap().to_owned()
}

/// An in-branch session through the SDK's request builder, with its letter set.
async fn in_branch(bench: &Bench) -> String {
    let made = bench.ask(&["in-branch"]).await;
    assert_eq!(made["status"], 201, "{made}");
    let id = made["session_id"].as_str().unwrap().to_owned();
    let session = SessionId::parse(&id).unwrap();
    let configuration = bench.client.configuration(session).await.unwrap().value;
    let requirement = configuration.requirements[0].id.text().as_raw().to_owned();
    let letter = bench.ask(&["instructions", &id, &requirement]).await;
    assert_eq!((letter["put"].as_u64(), letter["get"].as_u64()), (Some(200), Some(200)));
    assert_eq!(letter["letter"]["documents"][0]["requirement_id"], requirement);
    let ours = bench.client.instructions(session).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&ours.raw).unwrap(), letter["letter"]);
    id
}

/// The same picture for both; then media and session are deleted through the SDK.
async fn media_and_end(bench: &Bench, id: &str) {
    let session = SessionId::parse(id).unwrap();
    let answer = bench.client.session(session).await.unwrap().value;
    assert_eq!(answer.state, Some(SessionState::Completed));
    let picture = answer.media.iter().find(|media| media.role == "page").unwrap().id.clone();
    let name = picture.text().as_raw();
    let theirs = bench.ask(&["media", id, name]).await;
    let MediaContent::Bytes(kind, bytes) = bench.client.media(session, &picture).await.unwrap()
    else {
        panic!("a picture")
    };
    assert_eq!((&theirs["mime_type"], &theirs["sha256"]), (&json!(kind), &json!(sha256(&bytes))));
    assert_eq!(bench.ask(&["delete-media", id, name]).await["done"], true);
    assert_eq!(bench.ask(&["media", id, name]).await["status"], 404);
    assert_eq!(bench.ask(&["delete", id]).await["done"], true);
    assert_eq!(bench.ask(&["read", id]).await[id]["status"], 404);
}

fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Another application's key is refused with 401 and the contract's code (9.2).
async fn a_wrong_key(sdk: Vec<String>) {
    let bench = bench(sdk, vec!["S01".to_owned()]).await;
    let id = bench.running.sessions[0].id.to_string();
    let other = tempfile::NamedTempFile::with_suffix(".pem").unwrap();
    let pem = SigningKey::generate().unwrap().to_pem().unwrap();
    std::fs::write(other.path(), pem.expose_secret()).unwrap();
    let told = bench.ask_as(other.path(), &["read", &id]).await;
    assert_eq!(told[&id]["status"], 401);
    assert!(told[&id]["text"].as_str().unwrap().contains("MESSAGE_SIGNING"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python SDK: .ci/run makes its environment"]
async fn what_the_python_sdk_parses_equals_what_this_client_parses() {
    every_scenario(python()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python SDK: .ci/run makes its environment"]
async fn the_python_sdk_takes_a_session_from_creation_to_deletion() {
    a_whole_life(python()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python SDK: .ci/run makes its environment"]
async fn the_python_sdk_with_another_key_is_refused() {
    a_wrong_key(python()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Node SDK: .ci/run makes its environment"]
async fn what_the_node_sdk_parses_equals_what_this_client_parses() {
    every_scenario(node()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Node SDK: .ci/run makes its environment"]
async fn the_node_sdk_takes_a_session_from_creation_to_deletion() {
    a_whole_life(node()).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Node SDK: .ci/run makes its environment"]
async fn the_node_sdk_with_another_key_is_refused() {
    a_wrong_key(node()).await;
}
