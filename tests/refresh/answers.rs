//! What counts as an answer of Yoti's, and what many failures mean together.

use super::*;
use branchwatch::domain::assessment::stage;
use branchwatch::domain::session::parts::Letter;

fn foreign() -> ApiErrorKind {
    ApiErrorKind::Foreign(404, "text/html".into())
}

fn every(seconds: i64) -> Settings {
    let interval = SignedDuration::from_secs(seconds);
    Settings {
        awaiting: interval,
        at_counter: interval,
        due_today: interval,
        ..Settings::default()
    }
}

fn missing(snapshot: &Snapshot) -> usize {
    snapshot.sessions.iter().filter(|s| s.answers().unwrap().missing_since.is_some()).count()
}

fn tries(world: &World, from: u64, to: u64) -> usize {
    world.api.sessions_asked().iter().filter(|(at, _)| (from..to).contains(&at.as_secs())).count()
}

#[tokio::test(start_paused = true)]
async fn case_11_a_404_of_a_gateway_is_never_gone_and_the_session_is_asked_again() {
    let mut world = world(1, every(2), |_, at| {
        if (5..13).contains(&at.as_secs()) { Err(foreign()) } else { Ok(SessionState::Ongoing) }
    });
    pass(8).await;
    let during = world.snapshot();
    let Connection::Offline { cause, .. } = &during.health.connection else {
        panic!("{:?}", during.health.connection)
    };
    assert_eq!(cause, "404 not from Yoti");
    let session = during.sessions.get(id(1)).unwrap();
    assert!(
        session.answers().unwrap().session().is_some() && session.poll.failures > 0,
        "the last data stay"
    );
    assert_eq!(session.poll.last_failure.as_ref().unwrap().status, None);
    pass(32).await;
    let after = world.snapshot();
    assert_eq!((missing(&after), &after.health.connection), (0, &Connection::Live));
    assert_eq!(after.sessions.get(id(1)).unwrap().poll.failures, 0);
    assert!(tries(&world, 13, 40) >= 5, "it is asked as before");
}

#[tokio::test(start_paused = true)]
async fn case_11_many_sessions_without_a_code_of_yotis_are_an_outage_and_many_with_it_a_purge() {
    let mut outage = world(50, Settings::default(), |_, _| Err(foreign()));
    pass(120).await;
    let seen = outage.snapshot();
    assert!(matches!(seen.health.connection, Connection::Offline { .. }));
    assert_eq!(missing(&seen), 0);
    assert!(outage.api.all().len() < 30, "{}", outage.api.all().len());

    let mut purge = world(50, Settings::default(), |_, _| Err(ApiErrorKind::Status(404)));
    pass(25).await;
    let first = purge.snapshot();
    assert_eq!((missing(&first), &first.health.connection), (0, &Connection::Live));
    pass(60).await;
    let second = purge.snapshot();
    assert_eq!((missing(&second), &second.health.connection), (50, &Connection::Live));
}

#[tokio::test(start_paused = true)]
async fn one_404_of_yotis_is_not_gone_and_neither_are_two_with_something_between_them() {
    let mut world = world(1, every(20), |_, at| match at.as_secs() {
        30..55 | 85..100 => Err(ApiErrorKind::Status(404)),
        55..85 => Err(ApiErrorKind::Unavailable(503, None)),
        _ => Ok(SessionState::Ongoing),
    });
    for _ in 0..200 {
        pass(1).await;
        assert_eq!(missing(&world.snapshot()), 0, "after {:?}", world.api.begun.elapsed());
    }
    assert!(world.snapshot().sessions.get(id(1)).unwrap().answers().unwrap().session().is_some());
}

// A16
#[tokio::test(start_paused = true)]
async fn a_session_that_is_gone_is_looked_at_after_an_hour_and_a_day_and_when_all_are_asked() {
    let mut world = world(2, Settings::default(), |who, at| {
        let back = at > Duration::from_hours(72);
        if who == id(1) && !back {
            Err(ApiErrorKind::Status(404))
        } else {
            Ok(SessionState::Completed)
        }
    });
    pass(20).await;
    world.say(OperatorCommand::Refresh(id(1))).await;
    pass(5).await;
    assert_eq!(missing(&world.snapshot()), 0, "two looks within 30 s are one");
    pass(71 * 3_600).await;
    let asked = world.api.sessions_asked();
    let looks: Vec<u64> =
        asked.iter().filter(|(_, who)| *who == id(1)).map(|(at, _)| at.as_secs()).collect();
    let [0, 20, gone, hour, day] = looks[..] else { panic!("{looks:?}") };
    assert!((30..=55).contains(&gone), "{looks:?}");
    assert!((3_600..3_610).contains(&(hour - gone)), "{looks:?}");
    assert!((90_000..90_010).contains(&(day - gone)), "{looks:?}");
    assert_eq!(missing(&world.snapshot()), 1);
    pass(2 * 3_600).await;
    world.say(OperatorCommand::RefreshAll).await;
    pass(5).await;
    assert_eq!(missing(&world.snapshot()), 0, "it came back");
}

// S13
#[tokio::test(start_paused = true)]
async fn what_is_kept_no_longer_is_erased_and_not_fetched_again_unless_it_is_asked_for() {
    let day = 24 * 3_600;
    let mut world = world(2, Settings::default(), |who, _| {
        Ok(if who == id(1) { SessionState::Completed } else { SessionState::Ongoing })
    });
    pass(90 * day - 60).await;
    let before = world.snapshot();
    assert!(before.sessions.get(id(1)).unwrap().answers().unwrap().session().is_some());
    let calls = |world: &super::World| {
        let calls = world.api.calls.lock().unwrap();
        calls.iter().filter(|(_, who, _)| *who == id(1)).count()
    };
    let asked = calls(&world);
    pass(2 * 3_600).await;
    let after = world.snapshot();
    let erased = after.sessions.get(id(1)).unwrap();
    let at = erased.storage.erased_at.get().unwrap();
    assert_eq!((erased.answers().unwrap().session(), erased.timeline().unwrap().len()), (None, 0));
    assert!(
        after.sessions.get(id(2)).unwrap().answers().unwrap().session().is_some(),
        "it still runs"
    );
    let stage = stage::derive(erased, &Rules::default(), at).stage;
    assert_eq!(stage, Stage::Erased(at));
    pass(40 * day).await;
    assert_eq!(calls(&world), asked, "no part of it is fetched again by itself");
    world.say(OperatorCommand::Refresh(id(1))).await;
    pass(5).await;
    let back = world.snapshot();
    let back = back.sessions.get(id(1)).unwrap();
    assert!(back.answers().unwrap().session().is_some() && back.storage.erased_at.get().is_none());
}

// S13, C01
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_years_ahead_erases_nothing_until_yoti_has_told_its_time() {
    let mut known = world(1, Settings::default(), |_, _| Ok(SessionState::Completed));
    pass(60).await;
    let mut known = WatchedSession::clone(known.snapshot().sessions.get(id(1)).unwrap());
    let long_ago: jiff::Timestamp = "2023-10-16T09:00:00Z".parse().unwrap();
    known.revise(|answers| {
        let result = Arc::make_mut(answers.session.as_mut().unwrap());
        result.fetched_at = long_ago;
        Arc::make_mut(answers.configuration.as_mut().unwrap()).fetched_at = long_ago;
        answers.letter = Letter::NotSet(long_ago);
    });
    known.poll.last_ok = long_ago.into();
    let offline = Settings { online: false, ..Settings::default() };
    let mut world = world_of(vec![known], offline, ongoing);
    let erased = |world: &mut super::World| {
        world.snapshot().sessions.get(id(1)).unwrap().storage.erased_at.get()
    };
    pass(2 * 3_600).await;
    assert_eq!(erased(&mut world), None, "its own clock alone is not believed");
    *world.api.yoti_time.lock().unwrap() = Some(long_ago + SignedDuration::from_hours(24));
    pass(2 * 3_600).await;
    assert_eq!(erased(&mut world), None, "by Yoti's time it is a day old");
    let now = "2026-10-16T09:00:00Z".parse().unwrap();
    *world.api.yoti_time.lock().unwrap() = Some(now);
    pass(3_601).await;
    assert_eq!(erased(&mut world), Some(now));
}

// A04
#[tokio::test(start_paused = true)]
async fn an_outage_is_told_when_one_session_is_left_and_its_tries_back_off() {
    let mut world = world(6, every(2), |who, at| {
        if at > Duration::from_mins(1) {
            Err(ApiErrorKind::Unreachable(Unreached::Refused))
        } else if who != id(6) && at > Duration::from_secs(20) {
            Ok(SessionState::Completed)
        } else {
            Ok(SessionState::Ongoing)
        }
    });
    pass(60).await;
    let before = world.snapshot();
    let open = before.sessions.iter().filter(|s| s.poll.interval.get().is_some()).count();
    assert_eq!((open, &before.health.connection), (1, &Connection::Live));
    pass(5).await;
    assert!(matches!(world.snapshot().health.connection, Connection::Offline { .. }));
    pass(120).await;
    assert!(tries(&world, 61, 86) <= 5, "{} tries in 25 s", tries(&world, 61, 86));
    assert!((1..=3).contains(&tries(&world, 125, 185)), "{}", tries(&world, 125, 185));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_alone_keeps_failing_is_asked_less_and_less() {
    let world = world(10, every(10), |who, _| {
        if who == id(3) { Err(ApiErrorKind::Status(400)) } else { Ok(SessionState::Ongoing) }
    });
    pass(7_200).await;
    let asked = world.api.sessions_asked();
    let mine = asked.iter().filter(|(_, who)| *who == id(3)).count();
    assert!((8..=20).contains(&mine), "{mine} tries in two hours");
}

#[tokio::test(start_paused = true)]
async fn an_answer_its_poll_state_and_the_time_of_the_last_are_seen_together() {
    let world = world(5, every(3), ongoing);
    let mut snapshots = world.snapshots.clone();
    let watching = tokio::spawn(async move {
        let mut seen = 0;
        while snapshots.changed().await.is_ok() && seen < 100 {
            let snapshot = Arc::clone(&snapshots.borrow_and_update());
            for session in snapshot.sessions.iter() {
                let fetched = session.brief.fetched_at();
                assert_eq!(fetched, session.poll.last_ok.get());
                assert!(fetched <= snapshot.health.last_ok);
                seen += usize::from(fetched.is_some());
            }
        }
        seen
    });
    assert!(watching.await.unwrap() >= 100);
}
