//! The model under random events: it never panics, its order and counters are those of a model that
//! begins anew, and the cursor stays on its session.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use std::sync::Arc;

use branchwatch::app::action::{Action, Pane};
use branchwatch::app::effect::Effect;
use branchwatch::app::event::{Event, Mouse, MouseDid};
use branchwatch::app::layout::Proportions;
use branchwatch::app::list::views::{View, ViewTexts};
use branchwatch::app::text::text_field::Edit;
use branchwatch::app::{Model, update};
use branchwatch::domain::events::change::{ChangeKind, Origin, TimelineEvent};
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::list_layout::Arrangement;
use branchwatch::domain::watchlist::snapshot::{SessionTable, Snapshot};
use branchwatch::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};
use branchwatch::theme::{ColourDepth, Look};
use branchwatch::ui;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

#[path = "common/model.rs"]
mod common;

fn start() -> Timestamp {
    "2026-10-16T09:00:00Z".parse().unwrap()
}

fn model(size: (u16, u16)) -> Model {
    common::model(size, start())
}

/// A session whose urgency follows from `hours` to its deadline and from its failures.
fn session(n: u8, hours: i64, failures: u32, revision: u64) -> Arc<WatchedSession> {
    let mut watched = WatchedSession::new(WatchEntry {
        reference: Some(format!("dbs-{n}")),
        deadline: (start() + SignedDuration::from_hours(hours)).into(),
        ..WatchEntry::new(SessionId::new(uuid::Uuid::from_u128(u128::from(n))), start())
    });
    watched.poll = PollState {
        last_ok: start().into(),
        failures,
        interval: SignedDuration::from_mins(30).into(),
        ..PollState::default()
    };
    watched.revision = revision;
    Arc::new(watched)
}

#[derive(Clone, Debug)]
enum Step {
    Change(u8, i64, u32),
    Remove(u8),
    Tick(i64),
    Act(Action),
    Type(char),
    Mouse((u16, u16), MouseDid),
    Resize(u16, u16),
}

fn step() -> impl Strategy<Value = Step> {
    let dids = vec![MouseDid::Click, MouseDid::WheelUp, MouseDid::WheelDown];
    prop_oneof![
        4 => (0_u8..30, 0_i64..80, 0_u32..5).prop_map(|(n, hours, failures)| Step::Change(n, hours, failures)),
        1 => (0_u8..30).prop_map(Step::Remove),
        2 => (1_i64..7_200).prop_map(Step::Tick),
        4 => proptest::sample::select(Action::ALL).prop_map(Step::Act),
        1 => proptest::char::range('a', 'z').prop_map(Step::Type),
        3 => (0_u16..220, 0_u16..70, proptest::sample::select(dids)).prop_map(|(x, y, did)| {
            Step::Mouse((x, y), did)
        }),
        1 => (0_u16..220, 0_u16..70).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
    ]
}

/// Filters whose result changes with time, with each answer, with neither.
const FILTERS: [&str; 5] =
    ["", "due<24h", "seen>1h or dbs-2", "!due<40h stage:not_fetched", "due:passed"];

fn filter(model: &mut Model, text: &str) {
    update(model, Event::Action(Action::Pane1));
    update(model, Event::Action(Action::Find));
    update(model, Event::Paste(text.into()));
    update(model, Event::Action(Action::Enter));
}

/// Orders the list by the column at a place of the picker.
fn sort(model: &mut Model, place: usize, reversed: bool) {
    update(model, Event::Action(Action::SortPicker));
    for _ in 0..place {
        update(model, Event::Action(Action::Down));
    }
    update(model, Event::Action(Action::Enter));
    if reversed {
        update(model, Event::Action(Action::ReverseSort));
    }
}

fn order(model: &Model) -> Vec<SessionId> {
    model.list_rows(0..model.list_len()).into_iter().map(|row| row.id).collect()
}

#[test]
fn the_list_starts_from_the_share_that_the_configuration_gives() {
    let proportions = Proportions { list: 40, tree: 30, timeline: 40, ..Proportions::default() };
    let mut model = model((120, 40)).with_proportions(proportions);
    let place = |model: &Model, pane| model.areas().pane(pane).unwrap();
    assert_eq!(place(&model, Pane::List).w, 48);
    assert!(place(&model, Pane::Tree).h < place(&model, Pane::Checks).h);
    assert_eq!(place(&model, Pane::Timeline).h, 14);
    update(&mut model, Event::Action(Action::ListWider));
    assert_eq!(place(&model, Pane::List).w, 54);
    let proportions = Proportions { columns_from: 130, ..proportions };
    let model = self::model((120, 40)).with_proportions(proportions);
    assert_eq!(model.areas().panes.len(), 1);
}

#[test]
fn order_columns_and_saved_views_outlive_the_run_and_a_filter_in_force_does_not() {
    let mut model = model((120, 40));
    filter(&mut model, "tag:x");
    sort(&mut model, 7, true);
    update(&mut model, Event::Action(Action::SaveView));
    update(&mut model, Event::Paste("mine".into()));
    let effects = update(&mut model, Event::Action(Action::Enter));
    let kept = effects.into_iter().find_map(|effect| match effect {
        Effect::Command(OperatorCommand::Arrange(arrangement)) => Some(arrangement),
        _ => None,
    });
    let kept = kept.unwrap();
    assert_eq!((kept.list.sort.as_str(), kept.list.filter.as_str()), ("due desc", ""));
    assert_eq!(kept.views["mine"].filter, "tag:x");
    assert_eq!(model.title(Pane::List).1, "view mine · sort due ▼");
    let quiet = update(&mut model, Event::Action(Action::Help));
    assert!(
        !quiet.iter().any(|effect| matches!(effect, Effect::Command(OperatorCommand::Arrange(_)))),
        "told once"
    );

    let mut next = self::model((120, 40)).with_views(Vec::new(), &kept);
    assert_eq!(next.title(Pane::List).1, "sort due ▼");
    update(&mut next, Event::Action(Action::Views));
    for action in [Action::Bottom, Action::Enter] {
        let effects = update(&mut next, Event::Action(action));
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::Command(OperatorCommand::Arrange(_))))
        );
    }
    assert_eq!(next.title(Pane::List).1, "view mine · sort due ▼");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    // V07
    #[test]
    fn order_and_counters_are_those_of_a_fresh_model_and_the_cursor_stays(
        steps in proptest::collection::vec(step(), 1..60),
        text in proptest::sample::select(&FILTERS[..]),
        by in 0_usize..12,
        reversed: bool,
        moves: bool,
    ) {
        let mut model = model((120, 40));
        filter(&mut model, text);
        sort(&mut model, by, reversed);
        let (mut now, mut revision) = (start(), 0);
        let mut listed: Vec<Arc<WatchedSession>> = Vec::new();
        let mut table = SessionTable::default();
        for step in steps {
            let selected = model.selected();
            match step {
                Step::Change(n, hours, failures) => {
                    revision += 1;
                    let changed = session(n, hours, failures, revision);
                    if table.replace(Arc::clone(&changed)) {
                        for known in listed.iter_mut().filter(|known| known.id() == changed.id()) {
                            *known = Arc::clone(&changed);
                        }
                    } else {
                        listed.push(changed);
                        table = SessionTable::from_entries(listed.iter().map(Arc::clone));
                    }
                }
                Step::Remove(n) => {
                    listed.retain(|known| known.id().uuid().as_u128() != u128::from(n));
                    table = SessionTable::from_entries(listed.iter().map(Arc::clone));
                }
                Step::Tick(seconds) => now += SignedDuration::from_secs(seconds),
                Step::Act(_) | Step::Type(_) | Step::Mouse(..) | Step::Resize(..) => continue,
            }
            let snapshot = Arc::new(Snapshot { version: revision, sessions: table.clone(), ..Snapshot::default() });
            update(&mut model, Event::Tick(now));
            update(&mut model, Event::Snapshot(Arc::clone(&snapshot)));
            let mut fresh = self::model((120, 40));
            update(&mut fresh, Event::Tick(now));
            update(&mut fresh, Event::Snapshot(snapshot));
            filter(&mut fresh, text);
            sort(&mut fresh, by, reversed);
            prop_assert_eq!(order(&model), order(&fresh));
            prop_assert_eq!(model.header().counters, fresh.header().counters);
            prop_assert_eq!(model.header().attention, fresh.header().attention);
            let listed = order(&model);
            if !moves {
                prop_assert_eq!(model.selected(), listed.first().copied(), "on the first row");
                prop_assert_eq!(model.list_window().start, 0, "the window stays");
            } else if let Some(selected) = selected.filter(|id| table.get(*id).is_some()) {
                prop_assert_eq!(model.selected(), Some(selected), "the cursor stays on its session");
            }
            if moves {
                update(&mut model, Event::Action(Action::Down));
            }
        }
    }

    // T09, T12
    #[test]
    fn random_events_never_panic_at_any_size(steps in proptest::collection::vec(step(), 1..80)) {
        let mut model = model((80, 24));
        update(&mut model, Event::Action(Action::Mouse));
        let look = Look::new(ColourDepth::Ansi16, false);
        let (mut now, mut listed) = (start(), Vec::new());
        for (revision, step) in (1_u64..).zip(steps) {
            let event = match step {
                Step::Change(n, hours, failures) => {
                    listed.push(session(n, hours, failures, revision));
                    let sessions = SessionTable::from_entries(listed.iter().map(Arc::clone));
                    Event::Snapshot(Arc::new(Snapshot { version: revision, sessions, ..Snapshot::default() }))
                }
                Step::Remove(n) => {
                    listed.retain(|known| known.id().uuid().as_u128() != u128::from(n));
                    let sessions = SessionTable::from_entries(listed.iter().map(Arc::clone));
                    Event::Snapshot(Arc::new(Snapshot { version: revision, sessions, ..Snapshot::default() }))
                }
                Step::Tick(seconds) => {
                    now += SignedDuration::from_secs(seconds);
                    Event::Tick(now)
                }
                Step::Act(action) => Event::Action(action),
                Step::Mouse(at, did) => Event::Mouse(Mouse { at, did }),
                Step::Type(letter) => Event::Edit(Edit::InsertChar(letter)),
                Step::Resize(columns, rows) => Event::Resize(columns, rows),
            };
            update(&mut model, event);
            model.take_dirty();
            let (columns, rows) = model.size();
            if columns > 0 && rows > 0 {
                let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
                terminal.draw(|frame| {
            ui::draw(frame, &model, look);
        }).unwrap();
            }
        }
    }
}

#[test]
fn the_filter_of_the_command_line_is_in_force_from_the_first_frame() {
    let texts = ViewTexts { filter: "ref=dbs-2".to_owned(), ..ViewTexts::default() };
    let mut model = model((120, 40)).with_filter(View::read("", &texts).unwrap());
    let sessions = SessionTable::from_entries([session(1, 5, 0, 1), session(2, 5, 0, 1)]);
    let snapshot = Snapshot { version: 1, sessions, ..Snapshot::default() };
    update(&mut model, Event::Snapshot(Arc::new(snapshot)));
    assert_eq!(order(&model), [session(2, 5, 0, 1).id()]);
}

#[test]
fn an_operator_who_comes_back_finds_the_cursor_on_the_first_row() {
    // As earlier versions have left it.
    let left = r#"{"place":{"cursor":"00000000-0000-0000-0000-000000000002","open":{}}}"#;
    let kept: Arrangement = serde_json::from_str(left).unwrap();
    let mut model = model((120, 40)).with_views(Vec::new(), &kept);
    let sessions = |hours: [i64; 3]| {
        let sessions = (1..4).zip(hours).map(|(n, hours)| session(n, hours, 0, 1));
        let sessions = SessionTable::from_entries(sessions);
        Event::Snapshot(Arc::new(Snapshot { sessions, ..Snapshot::default() }))
    };
    let first = SessionId::new(uuid::Uuid::from_u128(1));
    update(&mut model, sessions([31, 32, 33]));
    assert_eq!(model.selected(), Some(first));
    update(&mut model, sessions([33, 32, 31]));
    assert!(model.message().is_none(), "no row is missed that was not chosen");
}

// V04
#[test]
fn a_key_means_the_session_that_the_last_frame_showed_on_the_first_row() {
    let of = |n, hours, revision| session(n, hours, 0, revision);
    let take = |model: &mut Model, sessions: Vec<Arc<WatchedSession>>| {
        let sessions = SessionTable::from_entries(sessions);
        update(model, Event::Snapshot(Arc::new(Snapshot { sessions, ..Snapshot::default() })));
    };
    let id = |n: u128| SessionId::new(uuid::Uuid::from_u128(n));
    for action in [Action::Export, Action::Enter, Action::NextPane, Action::Pane3, Action::Pin] {
        let mut model = model((120, 40));
        take(&mut model, vec![of(1, 30, 1), of(2, 40, 1)]);
        model.take_dirty();
        assert_eq!(model.selected(), Some(id(1)));
        // Twice the rows move, and no frame shows it.
        take(&mut model, vec![of(1, 30, 1), of(2, 20, 2)]);
        take(&mut model, vec![of(1, 30, 1), of(2, 20, 2), of(3, 10, 3)]);
        assert_eq!(model.selected(), Some(id(3)), "the first row has another session by now");
        let effects = update(&mut model, Event::Action(action));
        assert_eq!(model.selected(), Some(id(1)), "{action:?}");
        if action == Action::Pin {
            let pins = |effect: &Effect| matches!(effect, Effect::Command(OperatorCommand::Keep(c)) if c[0].0 == id(1));
            assert!(effects.iter().any(pins), "{effects:?}");
        }
    }
    // Seen and gone: the key hits no other.
    let mut model = model((120, 40));
    take(&mut model, vec![of(1, 30, 1), of(2, 40, 1)]);
    model.take_dirty();
    take(&mut model, vec![of(2, 40, 1)]);
    let effects = update(&mut model, Event::Action(Action::Pin));
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::Command(OperatorCommand::Keep(_)))),
        "{effects:?}"
    );
    // Two keys before the next frame: down from what was seen is the row below it.
    let mut model = self::model((120, 40));
    take(&mut model, vec![of(1, 30, 1), of(2, 40, 1)]);
    model.take_dirty();
    take(&mut model, vec![of(1, 30, 1), of(2, 40, 1), of(3, 10, 3)]);
    update(&mut model, Event::Action(Action::Down));
    assert_eq!(model.selected(), Some(id(2)));
}

/// A session that was first seen an hour ago and changed half an hour later, without its detail.
fn stored(n: u8) -> (Arc<WatchedSession>, WatchedSession) {
    let event = |minutes| TimelineEvent {
        at: start() - SignedDuration::from_mins(minutes),
        seen_at: start() - SignedDuration::from_mins(minutes),
        source: None,
        what: ChangeKind::FirstSeen,
        origin: Origin::Observed,
    };
    let mut whole = WatchedSession::clone(&session(n, 9, 0, 0));
    whole.happened(vec![event(60), event(30)]);
    (Arc::new(WatchedSession { detail: None, ..whole.clone() }), whole)
}

fn details_asked_for(effects: &[Effect]) -> Vec<SessionId> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::ReadDetails(ids) => Some(ids.clone()),
        _ => None,
    });
    asked.flatten().collect()
}

/// A model of two sessions whose details are stored, and what is stored of them.
fn with_stored() -> (Model, Vec<WatchedSession>) {
    let (listed, whole): (Vec<_>, Vec<_>) = (1..=2).map(stored).unzip();
    let sessions = SessionTable::from_entries(listed);
    let mut model = model((120, 40));
    let snapshot = Snapshot { version: 1, sessions, ..Snapshot::default() };
    update(&mut model, Event::Snapshot(Arc::new(snapshot)));
    update(&mut model, Event::Tick(start()));
    (model, whole)
}

fn back(model: &mut Model) -> Vec<SessionId> {
    details_asked_for(&update(model, Event::Action(Action::StepBack)))
}

fn answer(model: &mut Model, read: Result<Vec<WatchedSession>, String>) -> Vec<SessionId> {
    details_asked_for(&update(model, Event::Details(read)))
}

#[test]
fn the_past_reads_the_details_that_it_needs_once() {
    let (mut model, whole) = with_stored();
    // All events are before now: the last one is known, and the open session alone has to be read.
    assert_eq!(back(&mut model), [whole[0].id()]);
    assert_eq!(answer(&mut model, Ok(vec![whole[0].clone()])), [], "it is there");
    assert!(model.in_past());
    assert_eq!(back(&mut model), [whole[1].id()], "something happened to it at this moment");
    assert_eq!(answer(&mut model, Ok(vec![whole[1].clone()])), []);
    assert_eq!(back(&mut model), [], "read once");
}

#[test]
fn the_past_does_not_ask_again_and_again_for_a_detail_that_is_not_there_or_cannot_be_read() {
    for failed in [Ok(Vec::new()), Err("no such disk".to_owned())] {
        let (mut model, whole) = with_stored();
        back(&mut model);
        answer(&mut model, Ok(vec![whole[0].clone()]));
        back(&mut model);
        assert_eq!(answer(&mut model, failed), []);
        assert_eq!(details_asked_for(&update(&mut model, Event::Tick(start()))), []);
        assert!(model.in_past());
    }
    let (mut model, whole) = with_stored();
    let open = [whole[0].id()];
    assert_eq!(back(&mut model), open);
    assert_eq!(answer(&mut model, Err("no such disk".to_owned())), []);
    assert!(!model.in_past());
    assert_eq!(back(&mut model), open, "the operator may try again");
    assert_eq!(answer(&mut model, Ok(Vec::new())), [], "it is not there");
    assert!(model.in_past(), "shown as far as it is known");
}
