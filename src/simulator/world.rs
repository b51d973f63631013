//! All made-up sessions, and who may ask for them.
//!
//! Owns the state of a running simulator. Must never do HTTP.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use super::faults::Fault;
use super::timeline::{Life, Moment};
use crate::clock::{Clock, TokioClock};
use crate::domain::ids::SessionId;

/// Invented branches: FAD code, name, post code.
pub(super) const BRANCHES: &[(&str, &str, &str)] = &[
    ("9990017", "Exampleton", "EX1 1AA"),
    ("9990028", "Sampleford", "SA2 2BB"),
    ("0090039", "Mockbridge", "MO3 3CC"),
    ("9990040", "Trialby", "TR4 4DD"),
];

/// One session with what has been done to it from outside.
#[derive(Debug)]
pub(super) struct Resident {
    pub(super) life: Life,
    pub(super) reference: String,
    pub(super) scenario: String,
    pub(super) deleted: bool,
    pub(super) deleted_media: HashSet<String>,
}

/// Everything.
#[derive(Debug)]
pub(super) struct World {
    pub(super) residents: BTreeMap<SessionId, Resident>,
    pub(super) faults: Vec<Fault>,
    pub(super) seed: u64,
    pub(super) made: u64,
    clock: TokioClock,
    /// Seconds added through `/_sim/clock`.
    ahead: i64,
}

impl World {
    pub(super) const fn new(seed: u64, clock: TokioClock) -> Self {
        let residents = BTreeMap::new();
        Self { residents, faults: Vec::new(), seed, made: 0, clock, ahead: 0 }
    }

    /// The simulated time.
    pub(super) fn now(&self) -> Timestamp {
        let ahead = jiff::SignedDuration::from_secs(self.ahead);
        self.clock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn advance(&mut self, seconds: i64) {
        self.ahead = self.ahead.saturating_add(seconds);
    }

    /// The next session id that follows from the seed.
    pub(super) fn next_id(&mut self) -> SessionId {
        self.made += 1;
        let mut dice = fastrand::Rng::with_seed(self.seed ^ (self.made << 32));
        let mut bytes = [0; 16];
        dice.fill(&mut bytes);
        SessionId::new(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    pub(super) fn settle(&mut self, life: Life, reference: String, scenario: String) {
        let resident =
            Resident { reference, scenario, deleted: false, deleted_media: HashSet::new(), life };
        self.residents.insert(resident.life.id, resident);
    }

    /// A session that answers, as it is now; `None` once it is deleted, or before it exists.
    pub(super) fn moment(&self, id: SessionId) -> Option<(&Resident, Moment)> {
        let resident = self.residents.get(&id).filter(|resident| !resident.deleted)?;
        let moment = resident.life.moment(self.now());
        moment.state?;
        Some((resident, moment))
    }
}

/// The kind and the key of a media in a session result.
pub(super) fn media_kind(session: &Value, id: &str) -> Option<(String, String)> {
    fn search(value: &Value, key: &str, id: &str) -> Option<(String, String)> {
        match value {
            Value::Object(map) => {
                if map.get("id").and_then(Value::as_str) == Some(id) {
                    let kind = map.get("type").and_then(Value::as_str)?;
                    return Some((kind.to_owned(), key.to_owned()));
                }
                map.iter().find_map(|(inner, value)| {
                    search(value, if inner == "media" { key } else { inner }, id)
                })
            }
            Value::Array(list) => list.iter().find_map(|value| search(value, key, id)),
            _ => None,
        }
    }
    search(session, "", id)
}
