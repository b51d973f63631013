//! Hours and days, and many instances at once: requests keep to their rate, and nothing grows.

use branchwatch::domain::events::call::CALLS_KEPT;
use branchwatch::domain::watchlist::detail::TIMELINE_CAP;

use super::*;

// C03
#[tokio::test(start_paused = true)]
async fn after_a_suspend_of_hours_requests_keep_to_their_rate_and_visible_rows_come_first() {
    let settings = Settings { max_rps: 5.0, ..Settings::default() };
    let world = world(300, settings, ongoing);
    let visible: Vec<SessionId> = (200..210).map(id).collect();
    world.say(OperatorCommand::Focus { selected: Some(id(205)), visible: visible.clone() }).await;
    pass(300).await;
    let before = world.api.all().len();
    // In one step, as the clock goes on while nothing runs.
    advance(Duration::from_hours(8)).await;
    pass(120).await;
    let calls = world.api.calls.lock().unwrap().split_off(before);
    let times: Vec<Duration> = calls.iter().map(|call| call.0).collect();
    assert!(most_in_a_second(&times) <= 5, "{} in a second", most_in_a_second(&times));
    assert!(times.len() > 300, "{} requests in two minutes", times.len());
    let asked: Vec<SessionId> =
        calls.iter().filter(|call| call.2 == Part::Session).map(|call| call.1).collect();
    for wanted in visible {
        let place = asked.iter().position(|asked| *asked == wanted);
        assert!(place.is_some_and(|place| place < 20), "{wanted} at {place:?}");
    }
}

/// Requests in each ten seconds, of so many instances that all lose Yoti for five minutes.
async fn in_tens(instances: u64, seed: impl Fn(u64) -> u64) -> Vec<usize> {
    let script = |_, at: Duration| {
        if (60..360).contains(&at.as_secs()) {
            Err(ApiErrorKind::Unreachable(Unreached::Refused))
        } else {
            Ok(SessionState::Ongoing)
        }
    };
    let settings = |instance| Settings {
        awaiting: SignedDuration::from_secs(60),
        seed: seed(instance),
        ..Settings::default()
    };
    let worlds: Vec<World> =
        (0..instances).map(|instance| world(5, settings(instance), script)).collect();
    pass(900).await;
    let times: Vec<u64> =
        worlds.iter().flat_map(|world| world.api.all()).map(|time| time.as_secs()).collect();
    (0..90).map(|ten| times.iter().filter(|time| **time / 10 == ten).count()).collect()
}

// R02
#[tokio::test(start_paused = true)]
async fn after_an_outage_many_instances_come_back_at_times_of_their_own() {
    // From the end of the outage on.
    let peak_and_mean = |tens: Vec<usize>| {
        let after = &tens[36..];
        (*after.iter().max().unwrap(), after.iter().sum::<usize>() / after.len())
    };
    let (peak, mean) = peak_and_mean(in_tens(200, |instance| instance).await);
    assert!(mean > 100, "{mean}: they come back");
    assert!(peak * 2 <= mean * 3, "{peak} in ten seconds, {mean} on average");
    // Chance alone keeps them apart: with one seed for all they are a herd.
    let (peak, mean) = peak_and_mean(in_tens(20, |_| 1).await);
    assert!(peak > mean * 2, "{peak} in ten seconds, {mean} on average");
}

// C08
#[tokio::test(start_paused = true)]
async fn a_week_leaves_timelines_calls_and_figures_within_their_bounds() {
    // Each answer differs from the one before, so that each is an event.
    let settings = Settings { awaiting: SignedDuration::from_mins(5), ..Settings::default() };
    let flips = Arc::new(Mutex::new(0_u64));
    let mut world = world(3, settings, move |_, _| {
        let mut flips = flips.lock().unwrap();
        *flips += 1;
        Ok(SessionState::from_wire(&format!("NEW_{flips}")))
    });
    pass(7 * 86_400).await;
    assert!(world.api.all().len() > 6_000, "{} requests", world.api.all().len());
    let snapshot = world.snapshot();
    for watched in snapshot.sessions.iter() {
        assert_eq!(watched.timeline().map(<[_]>::len), Some(TIMELINE_CAP));
    }
    let (to, mut told) = mpsc::channel(1);
    world.say(Command::Traffic(to)).await;
    let traffic = told.recv().await.unwrap();
    assert_eq!(traffic.calls.len(), CALLS_KEPT);
    assert_eq!(traffic.per_ten_seconds.len(), 60, "ten minutes");
}
