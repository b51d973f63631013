//! Notifications (contract 8): who is told what, and the task that sends it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::answer::{Reply, Wrong};
use crate::domain::session::ids::SessionId;
use crate::simulator::http::subscription::{Subscription, loopback, subscription, topics};
use crate::simulator::json::{lay_over, put, text};
use crate::simulator::timeline::events;
use crate::simulator::world::{self, World};

/// How often the task looks at the clock by itself: at most, and at least.
const OFTEN: Duration = Duration::from_millis(200);
const RARELY: Duration = Duration::from_mins(10);
/// A receiver that is slower has not received.
// One after the other: a receiver that hangs would hold up all that follow.
const PATIENCE: Duration = Duration::from_secs(5);
// Bounded: a simulator may run for days.
const REMEMBERED: usize = 10_000;

/// Subscribes sessions to all topics from now on, as `--notify` does.
pub(crate) fn subscribe_to_all(
    world: &mut World,
    ids: &[SessionId],
    endpoint: &str,
) -> Result<(), Reply> {
    subscribe(world, ids, &json!({ "endpoint": endpoint, "topics": topics() }))
}

fn subscribe(world: &mut World, ids: &[SessionId], said: &Value) -> Result<(), Reply> {
    let mut wrong = Wrong::default();
    let subscription = subscription(said, &mut wrong);
    wrong.answer()?;
    let now = world.now();
    for id in ids {
        if let (Some(resident), Some(subscription)) =
            (world.residents.get_mut(id), subscription.clone())
        {
            let elapsed = resident.elapsed(now);
            let next = resident.life.next_after(elapsed);
            resident.subscription =
                Some(Subscription { past: Some(elapsed), next, ..subscription });
        }
    }
    // Whoever delivers waits for the next event of those that were there before.
    world.post.bell.notify_one();
    Ok(())
}

/// `GET /_sim/notifications`
pub(crate) fn report(world: &World) -> Reply {
    Reply::json(200, &json!({ "manner": world.post.manner, "sent": world.post.sent }))
}

/// `PUT /_sim/notifications`: the manner, and with an
/// `endpoint` a subscription of one session or of all.
pub(crate) fn set(world: &mut World, body: &[u8]) -> Reply {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Reply::payload("", "must be valid JSON");
    };
    match serde_json::from_value(value.clone()) {
        Ok(manner) => world.post.manner = manner,
        Err(why) => return Reply::payload("", &why.to_string()),
    }
    if value.get("endpoint").is_some() {
        let mut said = json!({ "topics": topics() });
        lay_over(&mut said, value.clone());
        let one = text(&value, "/session").map(SessionId::parse);
        let ids = match one {
            Some(Ok(id)) => vec![id],
            Some(Err(_no_id)) => return Reply::no_session(),
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

/// What is due now, which counts as told, and when there may be more.
fn due(world: &mut World) -> (Vec<Delivery>, Timestamp) {
    let now = world.now();
    let mut due = Vec::new();
    let mut next = Timestamp::MAX;
    for (id, resident) in &mut world.residents {
        let elapsed = resident.elapsed(now);
        let Some(subscription) = resident.subscription.as_mut().filter(|_| !resident.deleted)
        else {
            continue;
        };
        // All that ever happened to a session is made anew: only where there may be more.
        let is_due = elapsed >= subscription.next;
        if is_due {
            subscription.next = resident.life.next_after(elapsed);
        }
        let at = resident.life.created.checked_add(SignedDuration::from_secs(subscription.next));
        next = next.min(at.unwrap_or(Timestamp::MAX));
        if !is_due {
            continue;
        }
        subscription.leave_out_the_past(&resident.life);
        for event in events::of(&resident.life, elapsed) {
            if !subscription.told.insert(event.clone())
                || !subscription.topics.contains(&event.topic)
            {
                continue;
            }
            let mut body = json!({ "session_id": id.to_string(), "topic": event.topic });
            if let Some((key, value)) = event.id {
                put(&mut body, key, json!(value));
            }
            let (endpoint, authorization) =
                (subscription.endpoint.clone(), subscription.authorization.clone());
            due.push((event.at, Delivery { endpoint, authorization, body }));
        }
    }
    let created = |delivery: &Delivery| {
        let id = text(&delivery.body, "/session_id").and_then(|id| SessionId::parse(id).ok());
        id.and_then(|id| world.residents.get(&id)).map(|resident| resident.life.created)
    };
    // By time over all sessions: each has its own beginning.
    due.sort_by_key(|(at, delivery)| created(delivery).map(|time| (time.as_second() + at, time)));
    let mut due: Vec<Delivery> = due.into_iter().map(|(_, delivery)| delivery).collect();
    if world.post.manner.reversed {
        due.reverse();
    }
    (due, next)
}

/// Sends what is due until it is cancelled: when the bell rings, and when its time has come.
pub(crate) async fn deliver(shared: Arc<Mutex<World>>, cancelled: CancellationToken) {
    let Some(client) = client() else {
        // Nobody can be told; the API goes on.
        return cancelled.cancelled().await;
    };
    let bell = Arc::clone(&world::lock(&shared).post.bell);
    let mut wait = OFTEN;
    loop {
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        // The world is not held while something is sent.
        let (due, manner) = {
            let mut world = world::lock(&shared);
            let (due, next) = due(&mut world);
            wait = world.until(next).unwrap_or(RARELY).clamp(OFTEN, RARELY);
            (due, world.post.manner)
        };
        for delivery in due {
            for _ in 0..if manner.duplicates { 2 } else { 1 } {
                let told = tokio::select! {
                    () = cancelled.cancelled() => return,
                    told = send(&client, &delivery) => told,
                };
                let mut world = world::lock(&shared);
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
    // Looked at again before each: nothing is ever sent to another machine.
    let url = Url::parse(&delivery.endpoint).ok().filter(loopback);
    let Some(url) = url else {
        put(&mut told, "not_sent", json!("the address is not loopback"));
        return told;
    };
    let mut request =
        client.post(url).header("Content-Type", "application/json").body(delivery.body.to_string());
    if let Some(authorization) = &delivery.authorization {
        request = request.header("Authorization", authorization);
    }
    match request.send().await {
        Ok(answer) => put(&mut told, "status", json!(answer.status().as_u16())),
        Err(_unreachable) => put(&mut told, "not_sent", json!("no response")),
    }
    told
}
