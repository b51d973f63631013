//! Sessions that have answered, as the simulator tells them.

use std::sync::{Arc, LazyLock};

use branchwatch::api::{raw, wire};
use branchwatch::app::event::Event;
use branchwatch::app::{Model, update};
use branchwatch::clock::{Clock, SystemClock};
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::watchlist::snapshot::{SessionTable, Snapshot};
use branchwatch::domain::watchlist::watched::{PollState, WatchEntry, WatchedSession};
use branchwatch::simulator::scenario::Scenario;
use branchwatch::simulator::timeline::SimulatedSession;
use jiff::{SignedDuration, Timestamp};

/// That of today: what is kept no longer would be erased.
pub(crate) fn now() -> Timestamp {
    static NOW: LazyLock<Timestamp> = LazyLock::new(|| SystemClock.now());
    *NOW
}

/// Spread, as real IDs are.
pub(crate) fn id(n: u128) -> SessionId {
    SessionId::new(uuid::Uuid::from_u128(n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
}

/// What Yoti would say of a session of this scenario, so long after its creation.
pub(crate) fn answers(scenario: &str, age: SignedDuration) -> Answers {
    let (id, scenario) = (id(0), Scenario::shipped(scenario).unwrap());
    let created = now() - age;
    let life = SimulatedSession { id, scenario, created, delay: 0, ttl: None, instructions: None };
    let moment = life.moment(now());
    let text = |value: &serde_json::Value| -> Arc<str> {
        raw::checked_without_secrets(value.to_string().into_bytes()).unwrap().0.into()
    };
    let (session, configuration) = (text(&moment.session), text(&moment.configuration));
    let letter = moment.instructions.as_ref().map(|letter| {
        let raw = text(letter);
        Letter::of(Answer { value: wire::instructions(&raw).unwrap(), raw, fetched_at: now() })
    });
    Answers {
        session: Some(Arc::new(Answer {
            value: wire::session(&session, id).unwrap(),
            raw: session,
            fetched_at: now(),
        })),
        configuration: Some(Arc::new(Answer {
            value: wire::configuration(&configuration, id).unwrap(),
            raw: configuration,
            fetched_at: now(),
        })),
        letter: letter.unwrap_or_default(),
        ..Answers::default()
    }
}

/// Of all shipped scenarios, each at eight moments of its life.
pub(crate) fn templates() -> &'static [Arc<Answers>] {
    static TEMPLATES: LazyLock<Vec<Arc<Answers>>> = LazyLock::new(|| {
        let of = |name: &'static str| {
            let ttl = Scenario::shipped(name).unwrap().ttl;
            (1..=8).map(move |eighth| {
                Arc::new(answers(name, SignedDuration::from_secs(ttl * eighth / 8)))
            })
        };
        Scenario::names().flat_map(of).collect()
    });
    &TEMPLATES
}

/// One of many sessions that have answered: reference, tag, deadline and last response differ.
pub(crate) fn session(n: u128, revision: u64) -> Arc<WatchedSession> {
    let place = usize::try_from(n).unwrap();
    let hours = i64::try_from(n % 300).unwrap();
    let mut watched = WatchedSession::new(WatchEntry {
        reference: Some(format!("dbs-{n:06}-branch-customer-reference")),
        tags: vec![format!("team-{}", n % 7)],
        deadline: (now() + SignedDuration::from_hours(hours)).into(),
        ..WatchEntry::new(id(n + 1), now())
    });
    watched.learn(Arc::clone(templates().get(place % templates().len()).unwrap()), Arc::default());
    let last_ok = (now() - SignedDuration::from_mins(hours)).into();
    watched.poll = PollState { last_ok, ..PollState::default() };
    watched.revision = revision;
    Arc::new(watched)
}

pub(crate) fn table(count: u128) -> SessionTable {
    SessionTable::from_entries((0..count).map(|n| session(n, 0)))
}

/// A dashboard of 160x50 cells with so many sessions.
pub(crate) fn model(count: u128) -> (Model, SessionTable) {
    let mut model = crate::common::model((160, 50), now());
    let table = table(count);
    publish(&mut model, &table, 1);
    (model, table)
}

/// The dashboard takes in a snapshot of this list.
pub(crate) fn publish(model: &mut Model, table: &SessionTable, version: u64) {
    let snapshot = Snapshot { version, sessions: table.clone(), ..Snapshot::default() };
    update(model, Event::Snapshot(Arc::new(snapshot)));
}
