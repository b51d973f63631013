//! The simulator posts what happens to the real receiver, and the changed row is in a snapshot.

use std::sync::{Arc, OnceLock};

use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::assessment::stage::{self, Stage};
use branchwatch::domain::session::wire_enum::SessionState;
use branchwatch::domain::watchlist::snapshot::Snapshot;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::refresh::{self, Command, Settings};
use branchwatch::store::Store;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Duration, Instant, timeout};

use super::simulated::{World, world};
use super::*;

struct Stack {
    world: World,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    /// When the first notification was answered.
    first: Arc<OnceLock<Instant>>,
    _stop: DropGuard,
}

/// Simulator, receiver and refresh task, which asks for nobody but who is named.
async fn stack(scenario: &str, manner: serde_json::Value) -> Stack {
    let world = world(scenario).await;
    let door = listening_with("basic yoti:secret", 1024).await;
    let mut said = json!({
        "endpoint": format!("http://{}/notifications", door.host()),
        "auth_type": "BASIC",
        "auth_token": "yoti:secret",
    });
    said.as_object_mut().unwrap().extend(manner.as_object().unwrap().clone());
    assert_eq!(world.control("PUT", "/_sim/notifications", &said).await.status, 200);
    let entry = WatchEntry::new(world.id(), jiff::Timestamp::UNIX_EPOCH);
    let (store, snapshots) = Store::new(vec![WatchedSession::new(entry)]);
    let (commands, inbox) = mpsc::channel(256);
    let stop = CancellationToken::new();
    let settings = Settings { sweep: false, max_rps: 50.0, ..Settings::default() };
    let rules = Rules::default();
    tokio::spawn(refresh::run(
        world.client.clone(),
        store,
        world.running.clock,
        settings,
        rules,
        inbox,
        stop.clone(),
    ));
    let Listening { mut told, address, folder, stop: held, .. } = door;
    let first: Arc<OnceLock<Instant>> = Arc::default();
    let posted = Arc::clone(&first);
    tokio::spawn(async move {
        let _held = (folder, held);
        let _sent = commands.send(Command::Receiving(Receiving::On(address.to_string()))).await;
        while let Some(told) = told.recv().await {
            posted.get_or_init(Instant::now);
            let _sent = commands.send(Command::Notified(told)).await;
        }
    });
    Stack { world, snapshots, first, _stop: stop.drop_guard() }
}

impl Stack {
    /// Waits for a snapshot in which it holds; says how long that took.
    async fn until(&mut self, holds: impl Fn(&WatchedSession) -> bool) -> Duration {
        let begun = Instant::now();
        let id = self.world.id();
        let held = |snapshot: &Arc<Snapshot>| snapshot.sessions.get(id).is_some_and(|s| holds(s));
        timeout(Duration::from_mins(2), self.snapshots.wait_for(held)).await.unwrap().unwrap();
        begun.elapsed()
    }
}

#[tokio::test]
async fn the_changed_row_is_in_a_snapshot_soon_after_the_post() {
    let mut stack = stack("S01", json!({})).await;
    stack.world.control("PUT", "/_sim/clock", &json!({ "advance_seconds": 300 })).await;
    let now = stack.world.now().await;
    let at_counter = |s: &WatchedSession| {
        matches!(stage::derive(s, &Rules::default(), now).stage, Stage::AtCounter { .. })
            && s.answers().unwrap().session().is_some_and(|session| !session.resources.is_empty())
    };
    stack.until(at_counter).await;
    let took = stack.first.get().unwrap().elapsed();
    println!("from the first POST to the changed row in a snapshot: {took:?}");
    stack.world.control("PUT", "/_sim/clock", &json!({ "advance_seconds": 3_000 })).await;
    let done = |s: &WatchedSession| {
        s.answers().unwrap().session().is_some_and(|s| s.state == Some(SessionState::Completed))
    };
    let took = stack.until(done).await;
    println!("from the end to the row that says so, a look every two seconds: {took:?}");
    let id = stack.world.id();
    let sent = stack.world.control("GET", "/_sim/notifications", &json!({})).await.json();
    let all = sent["sent"].as_array().unwrap();
    assert!(all.iter().all(|told| told["status"] == 200), "{sent}");
    let snapshot = Arc::clone(&stack.snapshots.borrow());
    let visits = snapshot.sessions.get(id).unwrap().answers().unwrap().visit_notified_at;
    assert!(visits.is_some(), "the first branch visit was told");
}

// W04
#[tokio::test]
async fn reversed_and_doubled_notifications_lead_to_the_state_that_the_api_tells() {
    let mut stack = stack("S07", json!({ "duplicates": true, "reversed": true })).await;
    stack.world.advance(40_000).await;
    let done = |s: &WatchedSession| {
        s.answers().unwrap().session().is_some_and(|s| s.state == Some(SessionState::Completed))
    };
    stack.until(done).await;
    let served = stack.world.watched().await;
    let snapshot = Arc::clone(&stack.snapshots.borrow());
    let held = snapshot.sessions.get(stack.world.id()).unwrap();
    let judged =
        |s: &WatchedSession| stage::derive(s, &Rules::default(), jiff::Timestamp::UNIX_EPOCH).stage;
    assert_eq!(judged(held), judged(&served));
}
