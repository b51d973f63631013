//! Faults U05 and U14: what a text without end costs a frame, and a hostile pattern the list.

use std::sync::Arc;

use branchwatch::api::wire;
use branchwatch::app::Model;
use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::text::text_field::Edit;
use branchwatch::app::update;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::parts::Answers;
use branchwatch::domain::watchlist::snapshot::SessionTable;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};

use crate::fixture;
use crate::frame::{draw, terminal};
use crate::measure::{Figure, Goal, ROUNDS, ratios, scaled, time};

/// As long as a whole answer may be.
const LONG: usize = 4 << 20;
/// Longer than any cell.
const SHORT: usize = 200;
const FRAMES: u32 = 100;
/// They hold up an engine that goes back and tries again.
const PATTERNS: [&str; 3] = ["(a|b|c|-)*z$", "(.*)*#", "([a-z0-9]+-?)*#"];

pub(crate) fn figures() -> Vec<Figure> {
    let (short, long) = (of_text(SHORT), of_text(LONG));
    let (mut one, mut other) = (terminal(), terminal());
    let rounds = ratios(
        || time(FRAMES, || draw(&mut one, &long)),
        || time(FRAMES, || draw(&mut other, &short)),
    );
    let what = "frame with texts of 4 MiB ÷ of 200 characters".to_owned();
    let mut figures = vec![Figure { name: "U05", what, goal: Goal::AtMost(1.2), unit: "", rounds }];
    let (mut model, _table) = fixture::model(100_000);
    update(&mut model, Event::Action(Action::Find));
    for pattern in PATTERNS {
        let query = format!("ref:re:/{pattern}/");
        let mut filtered = || {
            update(&mut model, Event::Edit(Edit::DeleteFromStart));
            time(1, || drop(update(&mut model, Event::Paste(query.clone()))))
        };
        // The first is not counted: it fills the caches.
        filtered();
        let rounds = scaled(&(0..ROUNDS).map(|_| filtered()).collect::<Vec<_>>(), 1e3);
        let what = format!("filter 100,000 references by `{pattern}`");
        figures.push(Figure { name: "U14", what, goal: Goal::AtMost(50.0), unit: "ms", rounds });
    }
    figures
}

/// A list of which each session's state and checks are texts of so many characters.
fn of_text(length: usize) -> Model {
    let text = "é".repeat(length / 2);
    let id = fixture::id(0);
    let raw = format!(
        r#"{{"session_id":"{id}","state":"{text}","checks":[{{"id":"c","type":"{text}","state":"{text}"}}]}}"#
    );
    let answer = Arc::new(Answer {
        value: wire::session(&raw, id).unwrap(),
        raw: raw.into(),
        fetched_at: fixture::now(),
    });
    let answers = Arc::new(Answers { session: Some(answer), ..Answers::default() });
    let session = |n| {
        let mut watched = WatchedSession::new(WatchEntry::new(fixture::id(n), fixture::now()));
        watched.learn(Arc::clone(&answers), Arc::default());
        Arc::new(watched)
    };
    let mut model = crate::common::model((160, 50), fixture::now());
    fixture::publish(&mut model, &SessionTable::from_entries((1..50).map(session)), 1);
    model
}
