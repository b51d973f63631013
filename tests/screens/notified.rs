//! What notifications look like: counted in the header, in the timeline, offered for the list.

use branchwatch::app::view::Pane;
use branchwatch::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use branchwatch::domain::events::ledger::NotificationCounts;
use branchwatch::domain::events::notification::Receiving;
use branchwatch::domain::session::wire_enum::{SourceType, Topic};

use super::*;

fn with_health(size: (u16, u16), change: impl Fn(&mut Health)) -> Model {
    let mut snapshot = Snapshot::clone(&snapshot(State::Live));
    change(Arc::make_mut(&mut snapshot.health));
    model_of(Arc::new(snapshot), size)
}

/// Some lines of a frame.
fn rows(whole: &Buffer, range: std::ops::Range<u16>) -> Buffer {
    let width = usize::from(whole.area.width);
    let cells = usize::from(range.start) * width..usize::from(range.end) * width;
    let area = ratatui::layout::Rect::new(0, 0, whole.area.width, range.end - range.start);
    Buffer { area, content: whole.content.get(cells).unwrap().to_vec() }
}

#[test]
fn the_header_counts_notifications_and_says_when_the_receiver_is_down() {
    let on = || Receiving::On("127.0.0.1:8750".to_owned());
    let shown = |name: &str, change: &dyn Fn(&mut Health)| {
        for size in SIZES {
            let buffer = frame(&with_health(size, change), look());
            let lines = if size.1 == 60 { 3 } else { 2 };
            keep(&format!("header {name}"), &rows(&buffer, 0..lines));
        }
    };
    shown("notifications received", &|health| {
        health.receiving = on();
        health.notified =
            NotificationCounts { received: 41, confirmed: 38, ..NotificationCounts::default() };
    });
    shown("notifications missed", &|health| {
        health.receiving = on();
        health.notified =
            NotificationCounts { received: 41, missed: 2, ..NotificationCounts::default() };
    });
    shown("port in use", &|health| {
        let why = "no notifications: 127.0.0.1:8750 is in use";
        health.receiving = Receiving::Down(why.to_owned());
    });
    shown("sessions offered", &|health| {
        health.receiving = on();
        health.offered = vec![entry(77).id, entry(78).id];
    });
}

#[test]
fn what_only_a_notification_told_is_marked_in_the_timeline_and_sessions_are_offered_to_be_added() {
    let mut visited = session(1, "S01", 100, State::Live);
    let told = |what, source| TimelineEvent {
        at: now() - SignedDuration::from_secs(40),
        seen_at: now() - SignedDuration::from_secs(39),
        source,
        what,
        origin: Origin::Notification,
    };
    let told = [
        told(ChangeKind::Notified { topic: Topic::InstructionsEmailRequested }, None),
        told(ChangeKind::FirstBranchVisit, Some(SourceType::Ibv)),
        told(ChangeKind::Notified { topic: Topic::from_wire("new\u{1b}[2Jtopic") }, None),
    ];
    visited.happened([visited.timeline().unwrap(), &told].concat());
    let mut model = model_of(snapshot_of(vec![visited], State::Live), (120, 40));
    update(&mut model, Event::Action(Action::Pane4));
    let timeline = model.areas().pane(Pane::Timeline).unwrap();
    let whole = frame(&model, look());
    let shown = rows(&whole, timeline.y..timeline.y + timeline.h);
    assert!(!text(&shown).contains('\u{1b}'));
    keep("timeline of notifications", &shown);

    let mut model = with_health((120, 40), |health| {
        health.offered = vec![entry(77).id, entry(1).id];
    });
    update(&mut model, Event::Action(Action::Add));
    keep("add offered sessions", &frame(&model, look()));
}
