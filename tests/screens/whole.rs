//! The longest values at six widths: each stands whole, or its column is not there.
//!
//! Owns sessions whose every value is as long as it can be.

use branchwatch::app::columns::Column;
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
            deadline: (n == 3).then(|| now() + SignedDuration::from_hours(364 * 24 + 23)),
            ..WatchEntry::clone(&watched.entry)
        });
        watched.poll.last_ok =
            watched.poll.last_ok.map(|_| now() - SignedDuration::from_hours(24 * 364));
        if let Some(failure) = &mut watched.poll.last_failure {
            watched.poll.failures = 1_000;
            failure.status = None;
        }
        if n == 2 {
            let note = "called".to_owned();
            watched.own = Arc::new(Own { pinned: true, note, ..Own::default() });
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
    let cell = match column {
        Column::Ref => &row.name,
        Column::Session => return Some(&row.short_id),
        Column::State => &row.state,
        Column::Stage => &row.stage,
        Column::Docs => &row.docs,
        Column::Due => &row.due,
        Column::Seen => &row.seen,
        Column::Changed => &row.delta,
        // A name may be cut, and signs are counted.
        Column::Branch | Column::Tags | Column::Checks => return None,
    };
    Some(&cell.text).filter(|text| !text.is_empty()).map(String::as_str)
}

#[test]
fn no_reference_number_age_deadline_or_head_of_the_list_is_cut() {
    let mut seen = std::collections::BTreeSet::new();
    for width in WIDTHS {
        // As it is, all columns from the first on, and to the last.
        for (wide, right) in [(false, 0), (true, 0), (true, 12)] {
            let mut model = model_of(longest(), (width, 40));
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
                assert!(stands(&head, column.head()), "{width}: {column:?} in {head:?}");
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
        let mut model = model;
        update(&mut model, Event::Action(Action::Help));
        let legend = text(&frame(&model, look));
        for word in ["pinned", "noted", "acknowledged", "snoozed", "derived deadline that moved"] {
            assert!(legend.contains(word), "{word}: {legend}");
        }
    }
}
