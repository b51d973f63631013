//! Notifications (contract 8): who is told what, and the task that sends it.
//!
//! Owns subscriptions and the deliveries. Must never send to an address that is not loopback.

use std::collections::HashSet;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, Wrong};
use super::server::Shared;
use crate::domain::session::ids::SessionId;
use crate::simulator::creation::spec;
use crate::simulator::timeline::events::{self, Event};
use crate::simulator::timeline::shape;
use crate::simulator::world::World;

/// Topics in the spelling of the creation (contract 8.2).
pub(crate) const TOPICS: &[&str] = &[
    "RESOURCE_UPDATE",
    "TASK_COMPLETION",
    "CHECK_COMPLETION",
    "SESSION_COMPLETION",
    "CLIENT_SESSION_TOKEN_DELETED",
    "NEW_PDF_SUPPLIED",
    "INSTRUCTIONS_EMAIL_REQUESTED",
    "THANK_YOU_EMAIL_REQUESTED",
    "FIRST_BRANCH_VISIT",
];
/// How often the task looks at the clock by itself.
const LOOK: Duration = Duration::from_millis(200);
/// A receiver that is slower has not received.
const PATIENCE: Duration = Duration::from_secs(5);
const REMEMBERED: usize = 10_000;

/// `notifications` of a session.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    endpoint: String,
    /// In lower case.
    topics: Vec<String>,
    authorization: Option<String>,
    told: HashSet<Event>,
}

/// How notifications are sent, and what was sent.
#[derive(Debug, Default)]
pub(crate) struct Post {
    manner: Manner,
    /// Each delivery with its status or why there is none.
    sent: Vec<Value>,
    pub(crate) bell: Arc<tokio::sync::Notify>,
}

/// What may go wrong on purpose.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Manner {
    /// Each is sent twice.
    duplicates: bool,
    /// What is due together is sent in reverse.
    reversed: bool,
}

/// Reads `notifications` of a creation.
pub(crate) fn subscription(said: &Value, wrong: &mut Wrong) -> Option<Subscription> {
    let text = |key: &str| said.get(key).and_then(Value::as_str);
    let endpoint = text("endpoint").unwrap_or_default();
    let url = Url::parse(endpoint).ok();
    let fits = url.is_some_and(|url| match url.scheme() {
        "https" => url.host().is_some(),
        "http" => loopback(&url),
        _ => false,
    });
    if !fits {
        wrong.say("notifications.endpoint", "must be a valid HTTPS URL");
    }
    let mut topics = Vec::new();
    let said_topics = said.get("topics").and_then(Value::as_array);
    for (place, topic) in said_topics.into_iter().flatten().enumerate() {
        let topic = topic.as_str().unwrap_or_default();
        if !TOPICS.iter().any(|known| known.eq_ignore_ascii_case(topic)) {
            wrong.say(format!("notifications.topics[{place}]"), "is not a known topic");
        }
        topics.push(topic.to_ascii_lowercase());
    }
    if topics.is_empty() {
        wrong.say("notifications.topics", "must not be empty");
    }
    let token = text("auth_token");
    let authorization = match text("auth_type").unwrap_or("BASIC") {
        "BASIC" => token.map(|token| format!("Basic {}", STANDARD.encode(token))),
        "BEARER" => token.map(|token| format!("Bearer {token}")),
        _ => {
            wrong.say("notifications.auth_type", "must be BASIC or BEARER");
            None
        }
    };
    fits.then(|| Subscription {
        endpoint: endpoint.to_owned(),
        topics,
        authorization,
        told: HashSet::new(),
    })
}

/// This machine, by number or as `localhost`.
fn loopback(url: &Url) -> bool {
    spec::is_loopback(url.host_str().unwrap_or_default())
}

/// Subscribes sessions to all topics from now on, as `--notify` does.
pub(crate) fn subscribe_all(world: &mut World, endpoint: &str) -> Result<(), Answer> {
    let said = json!({ "endpoint": endpoint, "topics": TOPICS });
    let ids: Vec<SessionId> = world.residents.keys().copied().collect();
    subscribe(world, &ids, &said)
}

/// Subscribes a session that was just made to all topics. The address was taken at the start.
pub(crate) fn subscribe_new(world: &mut World, id: SessionId, endpoint: &str) {
    let said = json!({ "endpoint": endpoint, "topics": TOPICS });
    let _taken_before = subscribe(world, &[id], &said);
}

fn subscribe(world: &mut World, ids: &[SessionId], said: &Value) -> Result<(), Answer> {
    let mut wrong = Wrong::default();
    let subscription = subscription(said, &mut wrong);
    wrong.answer()?;
    let now = world.now();
    for id in ids {
        if let (Some(resident), Some(subscription)) =
            (world.residents.get_mut(id), subscription.clone())
        {
            let past = events::of(&resident.life, resident.elapsed(now));
            let told = past.into_iter().collect();
            resident.subscription = Some(Subscription { told, ..subscription });
        }
    }
    Ok(())
}

/// `GET /_sim/notifications`
pub(crate) fn report(world: &World) -> Answer {
    Answer::json(200, &json!({ "manner": world.post.manner, "sent": world.post.sent }))
}

/// `PUT /_sim/notifications`: the manner, and with an `endpoint` a subscription of one session or
/// of all.
pub(crate) fn set(world: &mut World, body: &[u8]) -> Answer {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Answer::payload("", "must be valid JSON");
    };
    match serde_json::from_value(value.clone()) {
        Ok(manner) => world.post.manner = manner,
        Err(why) => return Answer::payload("", &why.to_string()),
    }
    if value.get("endpoint").is_some() {
        let mut said = json!({ "topics": TOPICS });
        shape::lay_over(&mut said, value.clone());
        let one = value.get("session").and_then(Value::as_str).map(SessionId::parse);
        let ids = match one {
            Some(Ok(id)) => vec![id],
            Some(Err(_no_id)) => return Answer::no_session(),
            None => world.residents.keys().copied().collect(),
        };
        if let Err(answer) = subscribe(world, &ids, &said) {
            return answer;
        }
    }
    report(world)
}

struct Delivery {
    endpoint: String,
    authorization: Option<String>,
    body: Value,
}

/// What is due now; it counts as told.
fn due(world: &mut World) -> Vec<Delivery> {
    let now = world.now();
    let mut due = Vec::new();
    for (id, resident) in &mut world.residents {
        let elapsed = resident.elapsed(now);
        let Some(subscription) = resident.subscription.as_mut().filter(|_| !resident.deleted)
        else {
            continue;
        };
        for event in events::of(&resident.life, elapsed) {
            if !subscription.told.insert(event.clone())
                || !subscription.topics.contains(&event.topic)
            {
                continue;
            }
            let mut body = json!({ "session_id": id.to_string(), "topic": event.topic });
            if let Some((key, value)) = event.id {
                shape::put(&mut body, key, json!(value));
            }
            let (endpoint, authorization) =
                (subscription.endpoint.clone(), subscription.authorization.clone());
            due.push((event.at, Delivery { endpoint, authorization, body }));
        }
    }
    let created = |delivery: &Delivery| {
        let id = delivery.body.get("session_id").and_then(Value::as_str).unwrap_or_default();
        let id = SessionId::parse(id).ok();
        id.and_then(|id| world.residents.get(&id)).map(|resident| resident.life.created)
    };
    due.sort_by_key(|(at, delivery)| created(delivery).map(|time| (time.as_second() + at, time)));
    let mut due: Vec<Delivery> = due.into_iter().map(|(_, delivery)| delivery).collect();
    if world.post.manner.reversed {
        due.reverse();
    }
    due
}

/// Sends what is due until it is cancelled: when the bell rings and a few times a second.
pub(crate) async fn deliver(shared: Shared, cancelled: CancellationToken) {
    let Some(client) = client() else {
        // Nobody can be told; the API goes on.
        return cancelled.cancelled().await;
    };
    let bell = Arc::clone(&shared.world().post.bell);
    loop {
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        let (due, manner) = {
            let mut world = shared.world();
            (due(&mut world), world.post.manner)
        };
        for delivery in due {
            for _ in 0..if manner.duplicates { 2 } else { 1 } {
                let told = tokio::select! {
                    () = cancelled.cancelled() => return,
                    told = send(&client, &delivery) => told,
                };
                let mut world = shared.world();
                if world.post.sent.len() < REMEMBERED {
                    world.post.sent.push(told);
                }
            }
        }
    }
}

/// A client that asks no proxy and no resolver, and follows nobody.
fn client() -> Option<reqwest::Client> {
    let here: [SocketAddr; 2] = [(Ipv4Addr::LOCALHOST, 0).into(), (Ipv6Addr::LOCALHOST, 0).into()];
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .resolve_to_addrs("localhost", &here)
        .timeout(PATIENCE)
        .build()
        .ok()
}

/// Sends one, and says what became of it.
async fn send(client: &reqwest::Client, delivery: &Delivery) -> Value {
    let mut told = delivery.body.clone();
    let url = Url::parse(&delivery.endpoint).ok().filter(loopback);
    let Some(url) = url else {
        shape::put(&mut told, "not_sent", json!("the address is not loopback"));
        return told;
    };
    let mut request =
        client.post(url).header("Content-Type", "application/json").body(delivery.body.to_string());
    if let Some(authorization) = &delivery.authorization {
        request = request.header("Authorization", authorization);
    }
    match request.send().await {
        Ok(answer) => shape::put(&mut told, "status", json!(answer.status().as_u16())),
        Err(_unreachable) => shape::put(&mut told, "not_sent", json!("no response")),
    }
    told
}
