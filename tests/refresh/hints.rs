//! Notifications as hints in virtual time: how soon, how often, and never believed (faults
//! W03–W09).

use std::time::Duration;

use branchwatch::domain::assessment::stage::{self, Stage};
use branchwatch::domain::events::change::{ChangeKind, Origin};
use branchwatch::domain::events::ledger::NotificationCounts;
use branchwatch::domain::events::notification::{Notification, Receiving};
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::wire_enum::{SessionState, Topic};
use jiff::SignedDuration;

use super::*;

fn told(world: &World, who: SessionId, topic: Topic) -> Command {
    let at = world.api.clock.now();
    Command::Notified(Notification { session: who, topic, subject: None, at })
}

/// Times between neighbours.
fn gaps(times: &[Duration]) -> impl Iterator<Item = Duration> {
    times.iter().zip(times.iter().skip(1)).map(|(one, next)| next.abs_diff(*one))
}

fn stage_of(world: &mut World, who: SessionId) -> Stage {
    let snapshot = world.snapshot();
    let watched = snapshot.sessions.get(who).unwrap();
    stage::derive(watched, &Rules::default(), world.api.clock.now()).stage
}

// W03
#[tokio::test(start_paused = true)]
async fn a_hint_has_its_session_looked_at_at_once_and_duplicates_at_most_every_two_seconds() {
    let world = world(20, Settings::default(), ongoing);
    pass(60).await;
    let before = world.api.sessions_asked().len();
    let begun = world.api.begun.elapsed();
    for _ in 0..1_000 {
        world.say(told(&world, id(7), Topic::CheckCompletion)).await;
        sleep(Duration::from_millis(10)).await;
    }
    pass(5).await;
    let asked = world.api.sessions_asked().split_off(before);
    let times: Vec<Duration> = asked.iter().map(|call| call.0).collect();
    assert!(asked.iter().all(|(_, who)| *who == id(7)), "nobody else is asked for it");
    assert!(times.first().is_some_and(|first| first.abs_diff(begun) < Duration::from_millis(300)));
    assert!(gaps(&times).all(|gap| gap >= Duration::from_secs(2)), "{times:?}");
    assert!((5..=6).contains(&times.len()), "{times:?}");
}

// W05
#[tokio::test(start_paused = true)]
async fn a_forged_completion_changes_nothing_but_has_the_session_looked_at() {
    let mut world = world(3, Settings::default(), ongoing);
    pass(30).await;
    let before = (world.snapshot(), world.api.sessions_asked().len());
    world.say(told(&world, id(2), Topic::SessionCompletion)).await;
    pass(3).await;
    let after = world.snapshot();
    let of = |snapshot: &Snapshot| snapshot.sessions.get(id(2)).unwrap().clone();
    assert_eq!(of(&after).answers().unwrap().session(), of(&before.0).answers().unwrap().session());
    assert_eq!(of(&after).revision, of(&before.0).revision);
    assert_eq!(stage_of(&mut world, id(2)), Stage::AwaitingVisit);
    assert_eq!(world.api.sessions_asked().len(), before.1 + 1, "our own GET");
}

// W04
#[tokio::test(start_paused = true)]
async fn late_and_disordered_notifications_leave_the_state_to_the_answers() {
    let mut world = world(1, Settings::default(), |_, at| {
        Ok(if at < Duration::from_secs(40) {
            SessionState::Ongoing
        } else {
            SessionState::Completed
        })
    });
    pass(30).await;
    world.say(told(&world, id(1), Topic::SessionCompletion)).await;
    world.say(told(&world, id(1), Topic::ResourceUpdate)).await;
    pass(3).await;
    let state = |world: &mut World| {
        world
            .snapshot()
            .sessions
            .get(id(1))
            .unwrap()
            .answers()
            .unwrap()
            .session()
            .unwrap()
            .state
            .clone()
    };
    assert_eq!(state(&mut world), Some(SessionState::Ongoing));
    pass(20).await;
    world.say(told(&world, id(1), Topic::ResourceUpdate)).await;
    pass(3).await;
    assert_eq!(state(&mut world), Some(SessionState::Completed));
    let asked = world.api.sessions_asked().len();
    // Three days late.
    pass(3 * 86_400).await;
    world.say(told(&world, id(1), Topic::ResourceUpdate)).await;
    world.say(told(&world, id(1), Topic::FirstBranchVisit)).await;
    pass(3).await;
    assert_eq!(state(&mut world), Some(SessionState::Completed));
    assert!(matches!(stage_of(&mut world, id(1)), Stage::Done(_)));
    assert_eq!(world.api.sessions_asked().len(), asked + 1, "one look, and no more");
}

// W08
#[tokio::test(start_paused = true)]
async fn a_flood_of_sessions_that_are_not_on_the_list_is_counted_and_makes_no_row() {
    let mut learning = world(2, Settings { learn: true, ..Settings::default() }, ongoing);
    pass(30).await;
    let asked = learning.api.all().len();
    for n in 1_000..21_000 {
        learning.say(told(&learning, id(n), Topic::SessionCompletion)).await;
    }
    pass(5).await;
    let snapshot = learning.snapshot();
    assert_eq!(snapshot.sessions.len(), 2);
    let tally = NotificationCounts {
        received: 20_000,
        unknown_sessions: 20_000,
        ..NotificationCounts::default()
    };
    assert_eq!(snapshot.health.notified, tally);
    assert_eq!(snapshot.health.offered.len(), 100, "offered, and not without end");
    assert_eq!(learning.api.all().len(), asked, "nobody is asked about them");
    learning.say(OperatorCommand::Add(vec![entry(1_000)])).await;
    pass(3).await;
    assert!(!learning.snapshot().health.offered.contains(&id(1_000)));

    let mut other = world(2, Settings::default(), ongoing);
    other.say(told(&other, id(1_000), Topic::SessionCompletion)).await;
    pass(3).await;
    assert_eq!(other.snapshot().health.offered, [], "not without `learn`");
}

/// The longest time between two looks at each of the first rows, sorted.
async fn ages(flood: bool) -> Vec<Duration> {
    let settings = Settings { awaiting: SignedDuration::from_secs(4), ..Settings::default() };
    let world = world(100_000, settings, ongoing);
    let visible: Vec<SessionId> = (1..=20).map(id).collect();
    world.say(OperatorCommand::Focus { selected: None, visible: visible.clone() }).await;
    let mut dice = fastrand::Rng::with_seed(9);
    for _ in 0..180_u32 {
        for _ in 0..if flood { 1_000 } else { 0 } {
            let who = id(u128::from(dice.u32(21..=100_000)));
            world.say(told(&world, who, Topic::ResourceUpdate)).await;
        }
        pass(1).await;
    }
    let asked = world.api.sessions_asked();
    // At first each row has a configuration and a letter to be asked for too.
    let late = |call: &&(Duration, SessionId)| call.0 > Duration::from_mins(1);
    let share = asked.iter().filter(late).filter(|call| visible.contains(&call.1)).count() * 100
        / asked.iter().filter(late).count();
    assert!(share >= 40, "visible rows have {share} % of the requests");
    assert!(most_in_a_second(&world.api.all()) <= 5);
    let mut all: Vec<Duration> = visible
        .iter()
        .flat_map(|who| {
            let times: Vec<Duration> = asked
                .iter()
                .filter(late)
                .filter(|call| call.1 == *who)
                .map(|call| call.0)
                .collect();
            gaps(&times).collect::<Vec<_>>()
        })
        .collect();
    all.sort_unstable();
    all
}

// W09
#[tokio::test(start_paused = true)]
async fn a_flood_of_a_thousand_hints_a_second_leaves_the_visible_rows_their_share() {
    let p95 = |gaps: &[Duration]| gaps[gaps.len() * 95 / 100];
    let (quiet, flooded) = (p95(&ages(false).await), p95(&ages(true).await));
    println!("age of visible rows p95: quiet {quiet:?}, under flood {flooded:?}");
    assert!(flooded <= quiet * 2, "quiet {quiet:?}, under flood {flooded:?}");
}

#[tokio::test(start_paused = true)]
async fn a_first_branch_visit_is_told_by_a_notification_alone_and_makes_the_stage() {
    let mut world = world(2, Settings::default(), ongoing);
    pass(30).await;
    assert_eq!(stage_of(&mut world, id(1)), Stage::AwaitingVisit);
    let at = world.api.clock.now();
    for topic in [
        Topic::FirstBranchVisit,
        Topic::FirstBranchVisit,
        Topic::InstructionsEmailRequested,
        Topic::InstructionsEmailRequested,
        Topic::ThankYouEmailRequested,
        Topic::from_wire("new_topic"),
    ] {
        world.say(told(&world, id(1), topic)).await;
    }
    pass(5).await;
    assert_eq!(stage_of(&mut world, id(1)), Stage::AtCounter { since: at });
    let watched = world.snapshot().sessions.get(id(1)).unwrap().clone();
    let events: Vec<(ChangeKind, Origin)> = watched
        .timeline()
        .unwrap()
        .iter()
        .map(|event| (event.what.clone(), event.origin))
        .collect();
    let wanted = [
        ChangeKind::FirstBranchVisit,
        ChangeKind::Notified { topic: Topic::InstructionsEmailRequested },
        ChangeKind::Notified { topic: Topic::ThankYouEmailRequested },
        ChangeKind::Notified { topic: Topic::from_wire("new_topic") },
    ];
    let notified: Vec<ChangeKind> = events
        .into_iter()
        .filter(|(_, origin)| *origin == Origin::Notification)
        .map(|(what, _)| what)
        .collect();
    assert_eq!(notified, wanted, "each once");
    // An answer that came after it does not take the visit back.
    world.say(OperatorCommand::Refresh(id(1))).await;
    pass(5).await;
    assert!(matches!(stage_of(&mut world, id(1)), Stage::AtCounter { .. }));
}

#[tokio::test(start_paused = true)]
async fn topics_that_nobody_knows_cannot_fill_a_timeline() {
    let mut world = world(1, Settings::default(), ongoing);
    pass(30).await;
    for n in 0..500 {
        world.say(told(&world, id(1), Topic::from_wire(&format!("topic_{n}")))).await;
    }
    pass(3).await;
    let watched = world.snapshot().sessions.get(id(1)).unwrap().clone();
    let strange = |what: &ChangeKind| matches!(what, ChangeKind::Notified { .. });
    assert_eq!(watched.timeline().unwrap().iter().filter(|event| strange(&event.what)).count(), 16);
}

#[tokio::test(start_paused = true)]
async fn the_ledger_says_what_was_missed_and_outlives_nothing_it_should_not() {
    let mut world = world(2, Settings::default(), |who, at| {
        let done = if who == id(1) { 100 } else { 400 };
        Ok(if at.as_secs() < done { SessionState::Ongoing } else { SessionState::Completed })
    });
    world.say(Command::Receiving(Receiving::On("127.0.0.1:1".to_owned()))).await;
    pass(30).await;
    world.say(told(&world, id(1), Topic::FirstBranchVisit)).await;
    world.say(told(&world, id(2), Topic::FirstBranchVisit)).await;
    pass(80).await;
    world.say(told(&world, id(1), Topic::SessionCompletion)).await;
    pass(10).await;
    let tally = NotificationCounts { received: 3, confirmed: 1, ..NotificationCounts::default() };
    assert_eq!(world.snapshot().health.notified, tally);
    // The second ends and nobody tells.
    pass(1_200).await;
    let tally = NotificationCounts {
        received: 3,
        confirmed: 1,
        missed: 1,
        ..NotificationCounts::default()
    };
    assert_eq!(world.snapshot().health.notified, tally);
    assert_eq!(world.snapshot().health.receiving, Receiving::On("127.0.0.1:1".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn who_only_listens_asks_for_nobody_but_those_that_are_named() {
    let world = world(50, Settings { sweep: false, ..Settings::default() }, ongoing);
    pass(600).await;
    assert_eq!(world.api.all(), Vec::<Duration>::new());
    world.say(told(&world, id(9), Topic::ResourceUpdate)).await;
    pass(600).await;
    let asked: Vec<SessionId> = world.api.sessions_asked().iter().map(|call| call.1).collect();
    assert_eq!(asked, [id(9)]);
}
