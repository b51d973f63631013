//! The longest values at six widths: each stands whole, or its column is not there.

use branchwatch::app::list::columns::Column;
use branchwatch::app::view::{ListRow, Pane};

use super::*;

const WIDTHS: [u16; 6] = [80, 99, 100, 120, 160, 200];

/// Sessions with references of 20 columns, and of each value the longest.
fn longest() -> Arc<Snapshot> {
    let kinds = [
        ("S21", State::Live),
        ("S07", State::Stale),
        ("S03", State::Error),
        ("S01", State::Loading),
    ];
    let sessions = (1_u128..).zip(kinds).map(|(n, (scenario, state))| {
        let mut watched = session(n, scenario, 900, state);
        let reference = Some(format!("dbs-{n}2290-20-of-it-{n}"));
        watched.entry = Arc::new(WatchEntry {
            reference,
            deadline: (n == 3).then(|| now() + SignedDuration::from_hours(364 * 24 + 23)).into(),
            ..WatchEntry::clone(&watched.entry)
        });
        watched.poll.last_ok =
            (watched.poll.last_ok.get().map(|_| now() - SignedDuration::from_hours(24 * 364)))
                .into();
        if let Some(failure) = &mut watched.poll.last_failure {
            watched.poll.failures = 1_000;
            failure.status = None;
        }
        if n == 2 {
            let note = "called".to_owned();
            watched.own = Arc::new(Annotations { pinned: true, note, ..Annotations::default() });
        }
        watched
    });
    snapshot_of(sessions.collect(), State::Live)
}

/// A line of the list, without its borders.
fn line(buffer: &Buffer, y: u16, width: u16) -> String {
    (1..width - 1).map(|x| buffer.cell((x, y)).unwrap().symbol()).collect()
}

/// The words stand in the line with a blank or the border on both sides.
fn stands(line: &str, words: &str) -> bool {
    let padded = format!(" {line} ");
    padded.contains(&format!(" {words} "))
}

fn value(row: &ListRow, column: Column) -> Option<&str> {
    // A name may be cut, and signs are counted.
    let whole = !matches!(column, Column::Branch | Column::Tags | Column::Checks);
    Some(&*row.cell(column).text).filter(|text| whole && !text.is_empty())
}

#[test]
fn no_reference_number_age_deadline_or_head_of_the_list_is_cut() {
    let mut seen = std::collections::BTreeSet::new();
    for width in WIDTHS {
        // As it is, all columns from the first on, and to the last; with ages, and with times in UTC.
        let ways = [(false, 0), (true, 0), (true, 12)];
        for ((wide, right), times) in ways.into_iter().flat_map(|way| [(way, 0), (way, 2)]) {
            let mut model = model_of(longest(), (width, 40));
            for _ in 0..times {
                update(&mut model, Event::Action(Action::TimeForm));
            }
            if wide {
                update(&mut model, Event::Action(Action::WideColumns));
            }
            for _ in 0..right {
                update(&mut model, Event::Action(Action::Right));
            }
            let area = model.areas().pane(Pane::List).unwrap();
            let buffer = frame(&model, look());
            let columns = model.list_columns(usize::from(area.w) - 2).columns;
            let head = line(&buffer, area.y + 1, area.w).replace('›', " ");
            let rows = model.list_rows(model.list_window());
            assert_eq!(rows.len(), 4);
            for &(column, _) in &columns {
                seen.insert(column);
                assert!(stands(&head, column.spec().head), "{width}: {column:?} in {head:?}");
                for (y, row) in (area.y + 2..).zip(&rows) {
                    let line = line(&buffer, y, area.w);
                    let Some(value) = value(row, column) else { continue };
                    assert!(stands(&line, value), "{width}: {value:?} in {line:?}");
                }
            }
            // 150 checks are counted, not cut; a branch's name alone may be.
            let checks = line(&buffer, area.y + 2, area.w);
            let branch = columns.iter().any(|(column, _)| *column == Column::Branch);
            assert!(branch || !checks.contains('…'), "{width}: {checks:?}");
        }
    }
    assert_eq!(seen.len(), Column::ALL.len(), "each column somewhere: {seen:?}");
}

#[test]
fn what_the_operator_did_with_a_session_has_a_sign_in_its_row_and_in_the_legend() {
    for (ascii, signs) in [(false, "↑¶"), (true, "^\"")] {
        let model = model_of(longest(), (120, 60));
        let look = Look::new(ColourDepth::None, ascii);
        let shown = text(&frame(&model, look));
        let row = shown.lines().find(|line| line.contains("it-2 done: REJECT")).unwrap();
        assert!(row.contains(&format!("{signs} ")), "{row}");
        // The help of the narrowest window that has a legend.
        let mut model = model_of(longest(), (80, 24));
        update(&mut model, Event::Action(Action::Help));
        let legend = text(&frame(&model, look));
        for word in ["pinned", "noted", "acknowledged", "snoozed", "derived deadline moved"] {
            assert!(legend.contains(word), "{word}: {legend}");
        }
    }
}

/// With `t` the deadline is a time, in the list and in what is said of it.
#[test]
fn deadlines_are_times_where_times_are_asked_for() {
    for (times, due, said) in [
        (0, "14d 23h", "the deadline is in 10h 6m"),
        (1, "28 Oct 07:27", "the deadline is 19:34"),
        (2, "28 Oct 07:27Z", "the deadline is 19:34Z"),
    ] {
        let mut model = model(State::Live, (120, 40));
        for _ in 0..times {
            update(&mut model, Event::Action(Action::TimeForm));
        }
        let shown = text(&frame(&model, look()));
        assert!(shown.contains(due), "{due}: {shown}");
        update(&mut model, Event::Action(Action::Pane5));
        let alerts = model.alerts().rows;
        let alerts: Vec<_> = alerts.iter().filter_map(|alert| model.alert_row(alert)).collect();
        assert!(alerts.iter().any(|row| row.why.text.starts_with(said)), "{alerts:?}");
    }
}

/// In the smallest window nothing of the export dialog is cut, pieces of the header do not touch, and
/// the help is told.
#[test]
fn the_smallest_window_cuts_no_choice_and_tells_the_help() {
    let size = (60, 16);
    for profile in ["acme", "a-profile-with-a-long-name"] {
        let mut settings = model(State::Live, size).settings().clone();
        settings.profile = profile.to_owned();
        settings.general.export_dir = "/home/jane/exports/of-the-branch-desk/november".into();
        let mut model = Model::new(settings, size, now());
        update(&mut model, Event::Snapshot(snapshot(State::Live)));
        update(&mut model, Event::Tick(now()));
        let shown = text(&frame(&model, look()));
        let header = shown.lines().next().unwrap();
        assert!(header.contains("! 6 need attention ") && header.contains(" ● live"), "{header}");
        assert!(shown.contains("? help"), "{shown}");
        for action in [Action::Export, Action::ExportMany] {
            update(&mut model, Event::Action(action));
            let shown = text(&frame(&model, look()));
            for word in [
                "JSON",
                "JSON Lines",
                "CSV",
                "Markdown",
                "Bundle",
                "normal",
                "as Yoti sent it",
                "masked",
                "none",
                "timeline",
                "configuration",
                "data age",
                "notes",
                "Preview",
                "contact profile.",
                "Enter export",
                "Esc cancel",
            ] {
                assert!(shown.contains(word), "{word}: {shown}");
            }
            // Of a long name the end, which tells one file from another.
            let end = if action == Action::Export { ".json" } else { "sessions_" };
            assert!(shown.contains(end), "{end}: {shown}");
            let cut = shown.lines().filter(|line| line.starts_with(['┏', '┃']));
            let cut: Vec<&str> = cut.filter(|line| line.contains("… ┃")).collect();
            assert!(cut.is_empty(), "{cut:?}");
            update(&mut model, Event::Action(Action::Back));
        }
    }
}

/// The JSON pane shows IDs whole beside the list.
#[test]
fn no_session_id_of_the_json_pane_is_cut() {
    for size in SIZES {
        let mut model = model(State::Live, size);
        update(&mut model, Event::Action(Action::Pane7));
        let shown = text(&frame(&model, look()));
        let id = model.selected().unwrap().to_string();
        assert!(shown.contains(&format!("\"{id}\"")), "{size:?}: {shown}");
    }
}

/// The cursor of the alerts stays on its session when others come above it.
#[test]
fn the_cursor_of_the_alerts_stays_on_its_session() {
    let size = (120, 40);
    let referred = |n| session(n, "S09", 900, State::Live);
    let mut model = model_of(snapshot_of(vec![referred(1), referred(2)], State::Live), size);
    for action in [Action::Pane5, Action::Down] {
        update(&mut model, Event::Action(action));
    }
    let under = |model: &Model| {
        let alerts = model.alerts();
        alerts.rows[alerts.selected.unwrap()].id
    };
    let before = under(&model);
    let more = vec![referred(1), referred(2), session(3, "S07", 900, State::Live)];
    update(&mut model, Event::Snapshot(snapshot_of(more, State::Live)));
    assert_eq!(model.alerts().rows.len(), 3);
    assert_eq!(model.alerts().rows[0].id, entry(3).id);
    assert_eq!(under(&model), before);
}

/// The calls of yesterday have a longer time.
#[test]
fn no_time_of_the_api_log_is_cut() {
    for size in SIZES {
        let mut model = model(State::Live, size);
        update(&mut model, Event::Tick(now() + SignedDuration::from_hours(20)));
        for action in [Action::TimeForm, Action::TimeForm, Action::ApiLog] {
            update(&mut model, Event::Action(action));
        }
        update(&mut model, Event::Traffic(traffic()));
        let shown = text(&frame(&model, look()));
        assert!(shown.contains(" 16 Oct 09:26Z 200 "), "{size:?}: {shown}");
        assert!(shown.contains("GET /sessions/dbs-2291/configuration "), "{size:?}: {shown}");
    }
}

/// The text of a pane without its frame, lines joined and blanks made one.
fn words_of(buffer: &Buffer, area: branchwatch::app::layout::Area) -> String {
    let rows = (area.y + 1..area.y + area.h - 1).map(|y| {
        let cells = area.x + 1..area.x + area.w - 1;
        cells.map(|x| buffer.cell((x, y)).unwrap().symbol()).collect::<String>()
    });
    rows.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_reason_under_the_list_and_under_the_alerts_is_never_cut() {
    for width in WIDTHS {
        let mut model = model_of(longest(), (width, 40));
        for _ in 0..4 {
            let why = model.line_under_list(usize::MAX).unwrap().text;
            let area = model.areas().pane(Pane::List).unwrap();
            let shown = words_of(&frame(&model, look()), area);
            // A text of Yoti's that has hundreds of letters goes on in the alerts.
            let start: String = why.chars().take(100).collect();
            assert!(shown.contains(start.trim()), "{width}: {why:?} in {shown:?}");
            update(&mut model, Event::Action(Action::NextSession));
        }
        update(&mut model, Event::Action(Action::Pane5));
        for _ in 0..model.alerts().rows.len() {
            let why = model.alert_detail().join(" ");
            let area = model.areas().pane(Pane::Alerts).unwrap();
            let shown = words_of(&frame(&model, look()), area);
            assert!(
                shown.contains(why.trim()) && !why.contains('…'),
                "{width}: {why:?} in {shown:?}"
            );
            update(&mut model, Event::Action(Action::Down));
        }
    }
}

#[test]
fn no_time_of_the_timeline_and_the_alerts_is_cut_in_any_form() {
    for width in WIDTHS {
        let mut model = model_of(longest(), (width, 40));
        for pane in [Pane::Timeline, Pane::Alerts] {
            update(&mut model, Event::Action(pane.action()));
            for form in 0..4 {
                let area = model.areas().pane(pane).unwrap();
                let shown = words_of(&frame(&model, look()), area);
                let times: Vec<String> = match pane {
                    Pane::Timeline => {
                        let held = model.timeline();
                        held.rows[held.window.clone()].iter().map(|row| row.time.clone()).collect()
                    }
                    _ => {
                        let held = model.alerts();
                        let shown = held.rows[held.window.clone()].iter();
                        shown.map(|alert| model.alert_row(alert).unwrap().at).collect()
                    }
                };
                assert!(!times.is_empty());
                for time in times {
                    assert!(stands(&shown, &time), "{width} {form}: {time:?} in {shown:?}");
                }
                update(&mut model, Event::Action(Action::TimeForm));
            }
        }
    }
}

/// In the help and in the palette, whose rows also have the keys.
#[test]
fn no_description_of_an_action_is_cut_at_80_columns() {
    for dialog in [Action::Help, Action::Palette] {
        let mut model = model_of(longest(), (80, 24));
        update(&mut model, Event::Action(dialog));
        let mut shown = String::new();
        for _ in 0..2 * Action::ALL.len() {
            shown += &text(&frame(&model, look()));
            update(&mut model, Event::Action(Action::Down));
        }
        for row in Keymap::shipped().unwrap().help_rows() {
            let is_itself = row.action == Action::Palette && dialog == Action::Palette;
            let words = row.action.spec().words;
            assert!(is_itself || shown.contains(&format!(" {words} ")), "{dialog:?}: {words}");
        }
    }
}
