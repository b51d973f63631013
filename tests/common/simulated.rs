//! A running simulator with the real client, for tests over real HTTP.
//!
//! Time is the simulator's, and is set forward.

use std::sync::{Arc, LazyLock};

use branchwatch::api::client::{Client, ClientOptions};
use branchwatch::api::key::SigningKey;
use branchwatch::api::{SessionApi, signing};
use branchwatch::clock::TokioClock;
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::assessment::stage::{self, Stage};
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::simulator::{self, Options, Running};
use serde_json::{Value, json};

/// The application's key: making a pair costs more than most tests, and none changes it.
static KEY: LazyLock<Arc<SigningKey>> = LazyLock::new(|| Arc::new(SigningKey::generate().unwrap()));

/// A simulator, a client that it knows, and an HTTP client of our own.
pub(crate) struct World {
    pub(crate) running: Running,
    pub(crate) client: Client<TokioClock>,
    pub(crate) key: Arc<SigningKey>,
    pub(crate) http: reqwest::Client,
}

/// An answer as it came.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and `code`.
    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The properties of `errors[]`.
    pub(crate) fn properties(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|e| e["property"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn options(scenario: &str) -> Options {
    Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        sessions: 1,
        seed: 7,
        speed: 0.0,
        scenarios: if scenario.is_empty() { Vec::new() } else { vec![scenario.to_owned()] },
        start: "2026-10-16T09:00:00Z".parse().unwrap(),
        public_key_pem: Some(KEY.public_pem().unwrap()),
    }
}

pub(crate) async fn world_of(options: Options) -> World {
    let running = simulator::start(options).await.unwrap();
    let key = Arc::clone(&KEY);
    let client = Client::new(
        &ClientOptions::new(running.base_url.clone(), running.sdk_id),
        Arc::clone(&key),
        running.clock,
    )
    .unwrap();
    World { running, client, key, http: reqwest::Client::new() }
}

pub(crate) async fn world(scenario: &str) -> World {
    world_of(options(scenario)).await
}

impl World {
    pub(crate) fn id(&self) -> SessionId {
        self.running.sessions[0].id
    }

    /// Path of the one session and below.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/sessions/{}{below}", self.id())
    }

    /// An address outside the API's names.
    pub(crate) fn root(&self, path: &str) -> String {
        self.running.base_url.replace("/idverify/v1", path)
    }

    /// `/_sim/…`
    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> Reply {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, self.root(path)).body(body.to_string());
        reply(request.send().await.unwrap()).await
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        let body = json!({ "advance_seconds": seconds });
        assert_eq!(self.control("PUT", "/_sim/clock", &body).await.status, 200);
    }

    pub(crate) async fn now(&self) -> jiff::Timestamp {
        let answer = self.control("GET", "/_sim/clock", &json!({})).await.json();
        answer["now"].as_str().unwrap().parse().unwrap()
    }

    pub(crate) async fn faults(&self, faults: Value) {
        let answer = self.control("PUT", "/_sim/faults", &faults).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
    }

    /// All that the client can learn of a session.
    pub(crate) async fn watched_of(&self, id: SessionId) -> WatchedSession {
        let mut watched = WatchedSession::new(WatchEntry::new(id, jiff::Timestamp::UNIX_EPOCH));
        // The client's clock is the machine's; the answers are of the simulator's time.
        let now = self.now().await;
        let letter = self.client.instructions(id).await.map(|answer| at(answer, now));
        let session = self.client.session(id).await.map(|answer| at(answer, now));
        let missing = session.as_ref().is_err_and(branchwatch::api::ApiError::is_missing);
        watched.answered(Answers {
            session: session.ok().map(Arc::new),
            configuration: self.client.configuration(id).await.ok().map(Arc::new),
            letter: letter.map_or(Letter::NotSet(now), Letter::of),
            missing_since: missing.then_some(jiff::Timestamp::UNIX_EPOCH),
            visit_notified_at: None,
        });
        watched
    }

    /// All that the client can learn of the one session.
    pub(crate) async fn watched(&self) -> WatchedSession {
        self.watched_of(self.id()).await
    }

    pub(crate) async fn stage_of(&self, id: SessionId) -> Stage {
        stage::derive(&self.watched_of(id).await, &Rules::default(), self.now().await).stage
    }

    pub(crate) async fn stage(&self) -> Stage {
        self.stage_of(self.id()).await
    }

    /// The one session's result as served, with nothing removed.
    pub(crate) async fn served(&self) -> Value {
        let reply = self.get(&self.path("")).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()
    }

    /// A signed request, ready to be spoilt.
    pub(crate) fn signed(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> reqwest::RequestBuilder {
        let nonce = uuid::Uuid::new_v4();
        let path = signing::signed_path(path, self.running.sdk_id, nonce, 1_700_000_000_000);
        self.sent(method, &path, body)
    }

    /// The same with a path that has its parameters.
    pub(crate) fn sent(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> reqwest::RequestBuilder {
        let digest =
            signing::digest(&self.key, &signing::string_to_sign(method, path, body)).unwrap();
        let url = format!("{}{path}", self.running.base_url);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, url).header("X-Yoti-Auth-Digest", digest);
        match body {
            Some(body) => request.body(body.to_vec()),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        reply(self.signed("GET", path, None).send().await.unwrap()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        reply(self.signed("DELETE", path, None).send().await.unwrap()).await
    }

    /// `POST /sessions`, which must succeed.
    pub(crate) async fn create(&self, body: &Value) -> SessionId {
        let answer = self.send("POST", "/sessions", body).await;
        assert_eq!(answer.status, 201, "{}", answer.json());
        SessionId::parse(answer.json()["session_id"].as_str().unwrap()).unwrap()
    }

    /// Below the sandbox's base.
    pub(crate) async fn sandbox(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let request = self.signed(method, path, Some(body.as_bytes())).build().unwrap();
        let (client, mut request) = (&self.http, request);
        let url = request.url().as_str().replace("/idverify/v1", "/sandbox/idverify/v1");
        *request.url_mut() = url.parse().unwrap();
        reply(client.execute(request).await.unwrap()).await
    }

    /// With a JSON body.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        let request = self.signed(method, path, Some(body.as_bytes()));
        reply(request.header("Content-Type", "application/json").send().await.unwrap()).await
    }
}

pub(crate) async fn reply(answer: reqwest::Response) -> Reply {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Reply { status, headers, body: answer.bytes().await.unwrap().to_vec() }
}

fn at<T>(answer: Answer<T>, fetched_at: jiff::Timestamp) -> Answer<T> {
    Answer { fetched_at, ..answer }
}
