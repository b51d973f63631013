//! All made-up sessions, and what has been done to them from outside.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::timeline::{Moment, SimulatedSession};
use crate::clock::{Clock, TokioClock};
use crate::domain::session::ids::SessionId;
use crate::simulator::http::answer::Reply;
use crate::simulator::http::faults::{self, Fault, Seen};
use crate::simulator::http::oauth::Tokens;
use crate::simulator::http::subscription::{SendState, Subscription};
use crate::simulator::http::verify::Strictness;
use crate::simulator::scenario::step::{Step, StepKind};

/// One session with what has been done to it from outside.
#[derive(Debug)]
pub(crate) struct Resident {
    pub(crate) life: SimulatedSession,
    pub(crate) reference: String,
    pub(crate) scenario: String,
    /// SDK ID of the application that it belongs to.
    pub(crate) owner: String,
    pub(crate) deleted: bool,
    pub(crate) deleted_media: HashSet<String>,
    /// Media whose content came from outside: content type and bytes, by id.
    pub(crate) contents: HashMap<String, (String, Vec<u8>)>,
    /// Face captures that clients created.
    pub(crate) faces: Vec<Face>,
    /// What its scenario disturbs, less what has acted.
    pub(crate) faults: Vec<Fault>,
    /// Tracked devices up to this second are forgotten.
    pub(crate) devices_from: i64,
    pub(crate) subscription: Option<Subscription>,
}

/// A face capture that a client created.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    pub(crate) id: String,
    /// Its name in the scenario.
    pub(crate) name: String,
    pub(crate) place: usize,
}

impl Resident {
    pub(crate) fn elapsed(&self, now: Timestamp) -> i64 {
        now.duration_since(self.life.created).as_secs()
    }

    /// Something that a client did, now.
    pub(crate) fn done(&mut self, now: Timestamp, what: StepKind) {
        let at = self.elapsed(now);
        self.changes();
        Arc::make_mut(&mut self.life.scenario).done.push(Step::new(at, what));
    }

    /// Before a client does something that a subscriber may have to be told.
    pub(crate) fn changes(&mut self) {
        if let Some(subscription) = &mut self.subscription {
            subscription.leave_out_the_past(&self.life);
            subscription.next = i64::MIN;
        }
    }
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) residents: BTreeMap<SessionId, Resident>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
    pub(crate) made: u64,
    /// SDK ID of the application that made sessions belong to.
    pub(crate) sdk_id: String,
    /// The outcome that the application asked for (contract 13.1).
    pub(crate) outcome: Option<Value>,
    pub(crate) strictness: Strictness,
    pub(crate) tokens: Tokens,
    pub(crate) post: SendState,
    clock: TokioClock,
    /// Seconds added through `/_sim/clock`.
    ahead: i64,
}

/// The sessions for a moment; what a panic left behind is still in order.
pub(crate) fn lock(world: &Mutex<World>) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(seed: u64, sdk_id: String, clock: TokioClock) -> Self {
        Self {
            residents: BTreeMap::new(),
            faults: Vec::new(),
            seed,
            made: 0,
            sdk_id,
            outcome: None,
            strictness: Strictness::default(),
            tokens: Tokens::new(seed),
            post: SendState::default(),
            clock,
            ahead: 0,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let ahead = jiff::SignedDuration::from_secs(self.ahead);
        self.clock.now().saturating_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// How long it takes in real time until the simulated time is `at`; `None`: for ever.
    pub(crate) fn until(&self, at: Timestamp) -> Option<Duration> {
        self.clock.real_time(at.duration_since(self.now()))
    }

    /// The time of clients, whose clocks `/_sim/clock` does not advance.
    pub(crate) fn real_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.ahead = self.ahead.saturating_add(seconds);
    }

    /// The next session id that follows from the seed.
    pub(crate) fn next_id(&mut self) -> SessionId {
        self.made += 1;
        let mut dice = fastrand::Rng::with_seed(self.seed ^ (self.made << 32));
        let mut bytes = [0; 16];
        dice.fill(&mut bytes);
        SessionId::new(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Takes a session in; it belongs to the known application.
    pub(crate) fn settle(&mut self, life: SimulatedSession, reference: String, scenario: String) {
        let resident = Resident {
            reference,
            scenario,
            owner: self.sdk_id.clone(),
            deleted: false,
            deleted_media: HashSet::new(),
            contents: HashMap::new(),
            faces: Vec::new(),
            faults: life.faults(),
            devices_from: i64::MIN,
            subscription: None,
            life,
        };
        self.residents.insert(resident.life.id, resident);
    }

    /// The fault that acts on a request: one that was switched on, or one of the scenario's.
    pub(crate) fn fault(&mut self, seen: &Seen<'_>) -> Option<Fault> {
        faults::acting(&mut self.faults, seen).or_else(|| {
            let resident = seen.session.and_then(|id| self.residents.get_mut(&id))?;
            faults::acting(&mut resident.faults, seen)
        })
    }

    /// A session that answers, as it is now; `None` once it is deleted, or before it exists.
    pub(crate) fn moment(&self, id: SessionId) -> Option<(&Resident, Moment)> {
        let resident = self.residents.get(&id).filter(|resident| !resident.deleted)?;
        let moment = resident.life.moment(self.now());
        moment.state?;
        Some((resident, moment))
    }

    /// A session that may still be changed.
    ///
    /// # Errors
    /// The API's answer when there is none, or when it has ended.
    pub(crate) fn ongoing(&mut self, id: SessionId) -> Result<(&mut Resident, Moment), Reply> {
        let (_, moment) = self.moment(id).ok_or_else(Reply::no_session)?;
        let refused = |code, message| Err(Reply::error(409, code, message));
        match moment.state {
            Some("EXPIRED") => return refused("SESSION_EXPIRED", "Session has expired"),
            Some("COMPLETED") => return refused("SESSION_LOCKED", "Session is complete"),
            _ => {}
        }
        let resident = self.residents.get_mut(&id).ok_or_else(Reply::no_session)?;
        Ok((resident, moment))
    }
}
