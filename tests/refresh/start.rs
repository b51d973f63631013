//! Which requests a start makes, and in which order.

use super::*;
use branchwatch::domain::events::notification::Notification;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::session::wire_enum::Topic;

fn now() -> jiff::Timestamp {
    "2026-10-16T09:00:00Z".parse().unwrap()
}

/// As the store holds a session whose parts were all answered so long ago.
fn answered(n: u128, ago: SignedDuration) -> WatchedSession {
    let fetched_at = now() - ago;
    let mut watched = WatchedSession::new(entry(n));
    let mut answers = Answers::default();
    let value = Session {
        state: Some(SessionState::Ongoing),
        client_session_token_ttl: Some(30 * 86_400),
        ..Session::empty(id(n))
    };
    answers.session = Some(Arc::new(Answer { value, raw: "{}".into(), fetched_at }));
    let value = Configuration::empty(id(n));
    answers.configuration = Some(Arc::new(Answer { value, raw: "{}".into(), fetched_at }));
    answers.letter = Letter::NotSet(fetched_at);
    watched.answered(answers);
    watched.poll.last_ok = fetched_at.into();
    watched
}

#[tokio::test(start_paused = true)]
async fn a_start_asks_for_what_is_due_by_when_each_part_was_answered() {
    let known = vec![
        answered(1, SignedDuration::from_secs(1)),
        answered(2, SignedDuration::from_mins(10)),
        answered(3, SignedDuration::from_mins(16)),
        WatchedSession::new(entry(4)),
    ];
    let world = world_of(known, Settings::default(), ongoing);
    pass(60).await;
    let asked = |world: &World, n| {
        let calls = world.api.calls.lock().unwrap();
        calls.iter().filter(|call| call.1 == id(n)).map(|call| call.2).collect::<Vec<_>>()
    };
    let all = [Part::Session, Part::Configuration, Part::Letter];
    assert_eq!((asked(&world, 1), asked(&world, 2)), (Vec::new(), Vec::new()));
    assert_eq!((asked(&world, 3), asked(&world, 4)), (all.to_vec(), all.to_vec()));
    pass(6 * 60).await;
    assert_eq!((asked(&world, 1), asked(&world, 2)), (Vec::new(), all.to_vec()));
    pass(10 * 60).await;
    assert_eq!(asked(&world, 1), all);
}

#[tokio::test(start_paused = true)]
async fn hints_that_wait_at_a_start_go_first() {
    let known = (1..=100).map(|n| answered(n, SignedDuration::from_hours(1))).collect();
    let world = world_of(known, Settings::default(), ongoing);
    for n in [60, 80] {
        let told = Notification {
            session: id(n),
            topic: Topic::SessionCompletion,
            subject: None,
            at: now(),
        };
        world.say(Command::Notified(told)).await;
    }
    pass(10).await;
    let first: Vec<SessionId> =
        world.api.sessions_asked().iter().take(4).map(|(_, who)| *who).collect();
    assert!(first.contains(&id(60)) && first.contains(&id(80)), "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn on_a_new_list_all_results_come_before_any_configuration_or_letter() {
    let mut world = world(1_000, Settings::default(), ongoing);
    pass(100).await;
    let health = Arc::clone(&world.snapshot().health);
    assert!((480..=520).contains(&health.first_looks_left), "{}", health.first_looks_left);
    assert_eq!(health.budget_x10, 50, "an estimate needs the pace");
    pass(105).await;
    assert_eq!(world.snapshot().health.first_looks_left, 0);
    let calls = world.api.calls.lock().unwrap().clone();
    let other = calls.iter().position(|call| call.2 != Part::Session).unwrap();
    let first: std::collections::HashSet<SessionId> =
        calls[..other].iter().map(|call| call.1).collect();
    assert_eq!((first.len(), other), (1_000, 1_000), "each once, and nothing else");
    assert!(calls[other - 1].0 < Duration::from_secs(203), "{:?}", calls[other - 1].0);
}
