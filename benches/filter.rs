//! Figures h1 and h2: filtering 1,000 and 100,000 sessions as the operator types, by what is asked.
//! Run: cargo bench --bench filter
#![expect(clippy::expect_used, reason = "a failed set-up ends the benchmark")]

use std::sync::Arc;

use branchwatch::api::wire;
use branchwatch::app::action::Action;
use branchwatch::app::event::Event;
use branchwatch::app::text::text_field::Edit;
use branchwatch::app::{Model, update};
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::watchlist::snapshot::{SessionTable, Snapshot};
use branchwatch::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::SimulatedSession;
use divan::Bencher;
use jiff::{SignedDuration, Timestamp};

#[path = "../tests/common/model.rs"]
mod common;

fn main() {
    divan::main();
}

fn now() -> Timestamp {
    Timestamp::from_second(1_900_000_000).expect("a time")
}

/// What Yoti would say of sessions of several scenarios.
fn answers() -> Vec<Arc<Answers>> {
    let lives = [("S01", 300), ("S03", 60_000), ("S07", 900), ("S09", 900), ("S02", 520)];
    let made = lives.into_iter().map(|(name, age)| {
        let id = SessionId::new(uuid::Uuid::from_u128(1));
        let scenario = Scenario::shipped(name).expect("a scenario");
        let created = now() - SignedDuration::from_secs(age);
        let life =
            SimulatedSession { id, scenario, created, delay: 0, ttl: None, instructions: None };
        let moment = life.moment(now());
        let (session, configuration) =
            (moment.session.to_string(), moment.configuration.to_string());
        let letter = moment.instructions.map(|letter| letter.to_string());
        Arc::new(Answers {
            session: Some(Arc::new(Answer {
                value: wire::session(&session, id).expect("a session"),
                raw: session.as_str().into(),
                fetched_at: now(),
            })),
            configuration: Some(Arc::new(Answer {
                value: wire::configuration(&configuration, id).expect("a configuration"),
                raw: configuration.as_str().into(),
                fetched_at: now(),
            })),
            letter: letter.map_or(Letter::NotKnown, |letter| {
                Letter::Set(Arc::new(Answer {
                    value: wire::instructions(&letter).expect("a letter"),
                    raw: letter.as_str().into(),
                    fetched_at: now(),
                }))
            }),
            missing_since: None,
            visit_notified_at: None,
        })
    });
    made.collect()
}

fn session(n: usize, answers: &[Arc<Answers>], revision: u64) -> Arc<WatchedSession> {
    let hours = i64::try_from(n % 300).unwrap_or(0);
    let mut watched = WatchedSession::new(WatchEntry {
        reference: Some(format!("dbs-{n:06}-branch-customer-reference")),
        tags: vec![format!("team-{}", n % 7)],
        deadline: Some(now() + SignedDuration::from_hours(hours)),
        ..WatchEntry::new(
            SessionId::new(uuid::Uuid::from_u128((n as u128) << 64 | n as u128)),
            Timestamp::UNIX_EPOCH,
        )
    });
    if let Some(answers) = answers.get(n % answers.len().max(1)) {
        watched.learn(Arc::clone(answers), Arc::default());
    }
    let seen = now() - SignedDuration::from_mins(hours);
    watched.poll = PollState { last_ok: Some(seen), ..PollState::default() };
    watched.revision = revision;
    Arc::new(watched)
}

fn world(count: usize) -> (Model, SessionTable, Vec<Arc<Answers>>) {
    let mut model = common::model((160, 50), now());
    let answers = answers();
    let table = SessionTable::from_entries((0..count).map(|n| session(n, &answers, 0)));
    let snapshot = Snapshot { version: 1, sessions: table.clone(), ..Snapshot::default() };
    update(&mut model, Event::Snapshot(Arc::new(snapshot)));
    (model, table, answers)
}

const QUERIES: [&str; 8] = [
    "d99br",
    "\"branch-cust\"",
    "re:/0{3}.*ref/",
    "tag:team-3",
    "stage:awaiting",
    "due<48h !tag:team-3",
    "docs<3",
    "reason:blurry or check:liveness",
];

fn one_more_key(bencher: Bencher<'_, '_>, count: usize, query: &str) {
    let (mut model, ..) = world(count);
    update(&mut model, Event::Action(Action::Find));
    // Once before: what is worked out when first asked for, and then kept.
    update(&mut model, Event::Paste(query.into()));
    bencher.bench_local(|| {
        update(&mut model, Event::Edit(Edit::DeleteFromStart));
        update(&mut model, Event::Paste(query.into()))
    });
}

#[divan::bench(args = QUERIES, sample_count = 20)]
fn of_1_000(bencher: Bencher<'_, '_>, query: &str) {
    one_more_key(bencher, 1_000, query);
}

#[divan::bench(args = QUERIES, sample_count = 20)]
fn of_100_000(bencher: Bencher<'_, '_>, query: &str) {
    one_more_key(bencher, 100_000, query);
}

#[divan::bench(args = ["d99br", "due<48h docs<3"], sample_count = 20)]
fn first_time_of_100_000(bencher: Bencher<'_, '_>, query: &str) {
    bencher
        .with_inputs(|| {
            let (mut model, ..) = world(100_000);
            update(&mut model, Event::Action(Action::Find));
            model
        })
        .bench_local_values(|mut model| {
            update(&mut model, Event::Paste(query.into()));
            model
        });
}

#[divan::bench(args = ["due<48h", "stage:awaiting docs<3"])]
fn one_change_of_100_000_under_a_filter(bencher: Bencher<'_, '_>, query: &str) {
    let (mut model, mut table, answers) = world(100_000);
    update(&mut model, Event::Action(Action::Find));
    update(&mut model, Event::Paste(query.into()));
    let mut revision = 1;
    bencher.bench_local(|| {
        revision += 1;
        table.replace(session(50_000, &answers, revision));
        let snapshot =
            Snapshot { version: revision, sessions: table.clone(), ..Snapshot::default() };
        update(&mut model, Event::Snapshot(Arc::new(snapshot)))
    });
}

/// By the column at a place of the picker: 7 the deadline, 1 the reference, 6 the checks.
#[divan::bench(args = [7, 1, 6], sample_count = 20)]
fn sort_100_000_by(bencher: Bencher<'_, '_>, place: usize) {
    let (mut model, ..) = world(100_000);
    update(&mut model, Event::Action(Action::SortPicker));
    for _ in 0..place {
        update(&mut model, Event::Action(Action::Down));
    }
    update(&mut model, Event::Action(Action::Enter));
    bencher.bench_local(|| update(&mut model, Event::Action(Action::ReverseSort)));
}

#[divan::bench(args = ["sta", "tag:", "branch:"], sample_count = 20)]
fn complete_among_100_000(bencher: Bencher<'_, '_>, query: &str) {
    let (mut model, ..) = world(100_000);
    update(&mut model, Event::Action(Action::Find));
    bencher.bench_local(|| {
        update(&mut model, Event::Edit(Edit::DeleteFromStart));
        update(&mut model, Event::Paste(query.into()));
        update(&mut model, Event::Action(Action::NextPane))
    });
}
