//! Notifications: a receiver on loopback is told what happens, in lower case, with its
//! authorization (contract 8).

use axum::extract::State;
use axum::http::HeaderMap;
use branchwatch::simulator;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::created::body;
use super::simulated::{World, options, world};

type Told = (Option<String>, Value);

/// A receiver that answers 200 and passes on what it was told.
async fn receiver() -> (String, UnboundedReceiver<Told>) {
    async fn take(State(sender): State<UnboundedSender<Told>>, headers: HeaderMap, body: String) {
        let authorization = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned());
        sender.send((authorization, serde_json::from_str(&body).unwrap())).unwrap();
    }
    let (sender, told) = unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(take).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, told)
}

async fn next(told: &mut UnboundedReceiver<Told>) -> Told {
    let waited = timeout(std::time::Duration::from_mins(2), told.recv()).await;
    waited.unwrap().unwrap()
}

/// Everything up to this topic, as topics.
async fn until(told: &mut UnboundedReceiver<Told>, topic: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let (_, said) = next(told).await;
        let last = said["topic"] == topic;
        all.push(said);
        if last {
            return all;
        }
    }
}

fn count(all: &[Value], topic: &str) -> usize {
    all.iter().filter(|said| said["topic"] == topic).count()
}

async fn subscribed(world: &World, notifications: Value) -> String {
    let mut body = body();
    body["notifications"] = notifications;
    world.create(&body).await.to_string()
}

#[tokio::test]
async fn a_subscriber_is_told_every_topic_in_lower_case_with_its_id() {
    let (url, mut told) = receiver().await;
    let world = world("S01").await;
    let topics: Vec<&str> = vec![
        "RESOURCE_UPDATE",
        "TASK_COMPLETION",
        "CHECK_COMPLETION",
        "SESSION_COMPLETION",
        "client_session_token_deleted",
        "FIRST_BRANCH_VISIT",
        "THANK_YOU_EMAIL_REQUESTED",
    ];
    let id = subscribed(
        &world,
        json!({ "endpoint": url, "topics": topics, "auth_token": "user:secret" }),
    )
    .await;
    world.advance(600).await;
    let (authorization, first) = next(&mut told).await;
    assert_eq!(authorization.as_deref(), Some("Basic dXNlcjpzZWNyZXQ="));
    assert_eq!(first, json!({ "session_id": id, "topic": "first_branch_visit" }));
    let all = until(&mut told, "session_completion").await;
    let served = world.get(&format!("/sessions/{id}")).await.json();
    let resource = all.iter().find(|said| said["topic"] == "resource_update").unwrap();
    assert_eq!(resource["resource_id"], served["resources"]["id_documents"][0]["id"]);
    assert_eq!(count(&all, "check_completion"), served["checks"].as_array().unwrap().len());
    assert_eq!(count(&all, "thank_you_email_requested"), 1);
    assert!(
        all.iter().all(|said| said["topic"] != "instructions_email_requested"),
        "not asked for"
    );
    assert!(told.try_recv().is_err(), "nothing is told twice");
}

#[tokio::test]
async fn only_subscribed_topics_are_told_and_bearer_tokens_go_unchanged() {
    let (url, mut told) = receiver().await;
    let world = world("S01").await;
    let id = subscribed(
        &world,
        json!({ "endpoint": url, "topics": ["SESSION_COMPLETION"], "auth_type": "BEARER", "auth_token": "t0k" }),
    )
    .await;
    world.advance(600).await;
    let (authorization, said) = next(&mut told).await;
    assert_eq!(authorization.as_deref(), Some("Bearer t0k"));
    assert_eq!(said, json!({ "session_id": id, "topic": "session_completion" }));
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn the_letter_and_each_asked_mail_are_told() {
    let (url, mut told) = receiver().await;
    let world = world("S01").await;
    let topics = json!(["INSTRUCTIONS_EMAIL_REQUESTED"]);
    let id = subscribed(&world, json!({ "endpoint": url, "topics": topics })).await;
    let letter = json!({
        "contact_profile": { "first_name": "A", "last_name": "B", "email": "a@example.org" },
        "documents": [], "branch": { "type": "UK_POST_OFFICE", "fad_code": "9990017" },
    });
    let path = format!("/sessions/{id}/instructions");
    assert_eq!(world.send("PUT", &path, &letter).await.status, 200);
    world.advance(15).await;
    let wanted = json!({ "session_id": id, "topic": "instructions_email_requested" });
    assert_eq!(next(&mut told).await, (None, wanted.clone()));
    world.advance(5).await;
    world.signed("POST", &format!("{path}/email"), None).send().await.unwrap();
    assert_eq!(next(&mut told).await.1, wanted);
}

#[tokio::test]
async fn duplicates_and_reverse_order_come_on_request() {
    let (url, mut told) = receiver().await;
    let world = world("S01").await;
    let asked = json!({ "endpoint": url, "session": world.id().to_string(), "duplicates": true, "reversed": true });
    assert_eq!(world.control("PUT", "/_sim/notifications", &asked).await.status, 200);
    world.advance(600).await;
    assert_eq!(next(&mut told).await.1["topic"], "session_completion", "the last comes first");
    assert_eq!(next(&mut told).await.1["topic"], "session_completion", "twice");
    let all = until(&mut told, "instructions_email_requested").await;
    assert_eq!(count(&all, "check_completion"), 18);
    assert_eq!(count(&all, "first_branch_visit"), 2);
    let wrong = json!({ "endpoint": "ftp://localhost/" });
    assert_eq!(world.control("PUT", "/_sim/notifications", &wrong).await.status, 400);
}

#[tokio::test]
async fn nobody_beyond_this_machine_is_ever_told() {
    let world = world("S01").await;
    let topics = json!(["SESSION_COMPLETION"]);
    subscribed(&world, json!({ "endpoint": "https://hook.example.org/x", "topics": topics })).await;
    world.advance(600).await;
    let sent = timeout(std::time::Duration::from_mins(2), async {
        loop {
            let report = world.control("GET", "/_sim/notifications", &json!({})).await.json();
            if let Some(first) = report["sent"].get(0) {
                return first.clone();
            }
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(sent.await.unwrap()["not_sent"], "the address is not loopback");
}

#[tokio::test]
async fn a_simulator_can_be_started_with_a_receiver_for_all_its_sessions() {
    let (url, mut told) = receiver().await;
    let mut options = options("S04");
    options.sessions = 2;
    let running = simulator::start_told(options, Some(&url)).await.unwrap();
    let clock = running.base_url.replace("/idverify/v1", "/_sim/clock");
    let http = reqwest::Client::new();
    http.put(clock).body(r#"{"advance_seconds":2000}"#).send().await.unwrap();
    let mut all = until(&mut told, "session_completion").await;
    all.extend(until(&mut told, "session_completion").await);
    assert_eq!(
        count(&all, "first_branch_visit"),
        2,
        "the first visit of each, though they came twice"
    );
    let refused = simulator::start_told(super::simulated::options("S01"), Some("http://10.0.0.1/"));
    assert!(refused.await.unwrap_err().to_string().contains("10.0.0.1"));
}
