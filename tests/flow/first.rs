//! Of all that waits the operator's keys come first (fault C06).

use branchwatch::domain::watchlist::snapshot::Health;

use super::*;

// C06
#[tokio::test(start_paused = true)]
async fn a_key_is_taken_before_the_snapshots_the_ticks_and_the_frames_that_wait() {
    let folder = folder();
    let play = Play {
        speed: 1.0,
        keymap: Keymap::shipped().unwrap(),
        size: (90, 30),
        scenarios: &[],
        folder: folder.path(),
    };
    let clock = TokioClock::starting_at("2026-10-16T09:00:00Z".parse().unwrap());
    let mut model = operators_model(&play, clock.now());
    let (mut store, snapshots) = Store::new(Vec::new());
    let origin = ExportOrigin {
        profile: "acme".into(),
        environment: "test".into(),
        rules: Rules::default(),
        zone: jiff::tz::TimeZone::UTC,
    };
    let services = evidence::desk(folder.path());
    let (commands, to) = (mpsc::channel(64).0, snapshots.clone());
    let outside = LoopContext {
        snapshots,
        effects: Effects::new(commands, to, origin, Arc::new(clock), services),
        clock,
        keymap: play.keymap,
        reloads: None,
        look: Look::new(ColourDepth::None, false),
        themes: Themes::read(&[], ColourDepth::None),
        asks_ground: false,
        pictures: Pictures::new(None),
    };
    let seen = Rc::new(RefCell::new(Seen::default()));
    let terminal = Terminal::new(TestBackend::new(90, 30)).unwrap();
    let mut surface = Cells { terminal, seen: Rc::clone(&seen) };
    let key = |code| Ok(Input::Key(KeyEvent::new(KeyCode::Char(code), KeyModifiers::NONE)));
    let keys = futures::stream::iter("jkjkq".chars().map(key));
    let mut number = 0;
    // The loop looks here first in each turn: a new snapshot waits whenever a key does.
    let stop = std::future::poll_fn(|_| {
        number += 1;
        let id = SessionId::new(uuid::Uuid::from_u128(number));
        store.add(vec![WatchEntry::new(id, jiff::Timestamp::UNIX_EPOCH)]);
        assert!(store.publish(Health::default(), Vec::new()));
        // Or a loop that takes snapshots first would never end.
        if number < 100 { std::task::Poll::Pending } else { std::task::Poll::Ready(Ending::Fault) }
    });
    let ending = event_loop::run(&mut model, &mut surface, keys, outside, stop).await.unwrap();
    assert_eq!(ending, Ending::Quit);
    assert_eq!((number, model.list_len(), seen.borrow().frames), (5, 0, 0));
}
