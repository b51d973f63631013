//! All made-up sessions, and who may ask for them.
//!
//! Owns the state of a running simulator. Must never do HTTP.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::faults::{self, Fault, Seen};
use super::timeline::{Life, Moment};
use crate::clock::{Clock, TokioClock};
use crate::domain::ids::SessionId;

/// One session with what has been done to it from outside.
#[derive(Debug)]
pub(super) struct Resident {
    pub(super) life: Life,
    pub(super) reference: String,
    pub(super) scenario: String,
    pub(super) deleted: bool,
    pub(super) deleted_media: HashSet<String>,
    /// What its scenario disturbs, less what has acted.
    pub(super) faults: Vec<Fault>,
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
        let faults = life.scenario.faults.iter().map(|fault| fault.bound(&life)).collect();
        let deleted_media = HashSet::new();
        let resident =
            Resident { reference, scenario, deleted: false, deleted_media, faults, life };
        self.residents.insert(resident.life.id, resident);
    }

    /// The fault that acts on a request: one that was switched on, or one of the scenario's.
    pub(super) fn fault(&mut self, seen: &Seen<'_>) -> Option<Fault> {
        faults::acting(&mut self.faults, seen).or_else(|| {
            let resident = seen.session.and_then(|id| self.residents.get_mut(&id))?;
            faults::acting(&mut resident.faults, seen)
        })
    }

    /// A session that answers, as it is now; `None` once it is deleted, or before it exists.
    pub(super) fn moment(&self, id: SessionId) -> Option<(&Resident, Moment)> {
        let resident = self.residents.get(&id).filter(|resident| !resident.deleted)?;
        let moment = resident.life.moment(self.now());
        moment.state?;
        Some((resident, moment))
    }
}
