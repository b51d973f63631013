//! New sessions for those that have ended, so that the demo goes on for as long as it runs.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use crate::clock::TokioClock;
use crate::domain::session::ids::SessionId;
use crate::simulator::http::notify;
use crate::simulator::scenario::step::StepKind;
use crate::simulator::timeline::SimulatedSession;
use crate::simulator::world::{self, World};
use crate::simulator::{MadeSession, Prepared};

/// An ended session is followed by a new one after this long, in seconds of simulated time.
const PAUSE: std::ops::Range<i64> = 30 * 60..3 * 3_600;
/// A new session rests this long after its first minute, in seconds of simulated time.
const REST: std::ops::Range<i64> = 60..90 * 60;
/// The lifetime of a new session that does not complete by itself, in seconds. The scenarios' own
/// two weeks would leave a demo of a few hours without an end.
const LIFETIME: std::ops::Range<i64> = 6 * 3_600..30 * 3_600;

/// What one look at the clock brought about.
#[derive(Debug, Default)]
pub struct Changes {
    /// New sessions, which a client puts on its list.
    pub came: Vec<MadeSession>,
    /// Sessions that ended long ago and are deleted, so that memory stays bounded.
    pub left: Vec<SessionId>,
}

/// Replaces ended sessions of a simulator.
#[derive(Debug)]
pub struct Turnover {
    world: Arc<Mutex<World>>,
    clock: TokioClock,
    /// When each session is to be followed by another.
    due: BTreeSet<(Timestamp, SessionId)>,
    /// Followed by another, the longest ago first.
    followed: VecDeque<SessionId>,
    /// Counts references: the number of sessions made so far.
    made: usize,
    /// Above this number the sessions that ended first are deleted.
    most: usize,
    /// Where the sessions send their notifications.
    notify: Option<SecretString>,
    dice: fastrand::Rng,
}

impl Turnover {
    /// For the sessions of this simulator, which send their notifications to this address.
    #[must_use]
    pub fn new(prepared: &Prepared, notify: Option<SecretString>) -> Self {
        let made = prepared.sessions.len();
        let mut turnover = Self {
            world: Arc::clone(&prepared.world),
            clock: prepared.clock,
            due: BTreeSet::new(),
            followed: VecDeque::new(),
            made,
            most: made.saturating_mul(3),
            notify,
            dice: fastrand::Rng::with_seed(prepared.seed),
        };
        let now = crate::clock::Clock::now(&turnover.clock);
        let world = world::lock(&prepared.world);
        for resident in world.residents.values() {
            turnover.plan(&resident.life, now);
        }
        turnover
    }

    fn plan(&mut self, life: &SimulatedSession, now: Timestamp) {
        let end = life.created.saturating_add(SignedDuration::from_secs(life.ends()));
        let pause = SignedDuration::from_secs(self.dice.i64(PAUSE));
        let at = end.unwrap_or(Timestamp::MAX).max(now).saturating_add(pause);
        self.due.insert((at.unwrap_or(Timestamp::MAX), life.id));
    }

    /// Replaces the sessions whose time has come.
    pub fn look(&mut self) -> Changes {
        let world = Arc::clone(&self.world);
        let mut world = world::lock(&world);
        let now = world.now();
        let mut changes = Changes::default();
        while self.due.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, ended)) = self.due.pop_first() else { break };
            self.followed.push_back(ended);
            // A client may have deleted it; then nothing follows.
            let Some(resident) = world.residents.get(&ended) else { continue };
            let scenario = resident.life.scenario.clone();
            let name = resident.scenario.clone();
            let ttl = (!completes(&resident.life)).then(|| self.dice.i64(LIFETIME));
            let id = world.next_id();
            let delay = self.dice.i64(REST);
            let life =
                SimulatedSession { id, scenario, created: now, delay, ttl, instructions: None };
            self.plan(&life, now);
            self.made += 1;
            let reference = format!("demo-{:04}", self.made);
            world.settle(life, reference.clone(), name.clone());
            if let Some(address) = &self.notify {
                // The address was taken at the start.
                let _taken = notify::subscribe_to_all(&mut world, &[id], address.expose_secret());
            }
            changes.came.push(MadeSession { id, reference, scenario: name });
        }
        while world.residents.len() > self.most {
            let Some(oldest) = self.followed.pop_front() else { break };
            world.residents.remove(&oldest);
            changes.left.push(oldest);
        }
        changes
    }
}

fn completes(life: &SimulatedSession) -> bool {
    life.scenario.steps.iter().any(|step| matches!(step.what, StepKind::Complete {}))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;
    use crate::simulator::{Options, prepare};

    #[tokio::test(start_paused = true)]
    async fn new_sessions_come_for_as_long_as_it_runs_and_their_number_is_bounded() {
        let options = Options {
            listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
            sessions: 24,
            seed: 1,
            speed: 5.0,
            scenarios: Vec::new(),
            start: "2026-10-16T09:00:00Z".parse().unwrap(),
            public_key_pem: None,
        };
        let prepared = prepare(options, None).await.unwrap();
        let mut known: HashSet<SessionId> = prepared.sessions.iter().map(|made| made.id).collect();
        let mut turnover = Turnover::new(&prepared, None);
        // A week of simulated time, six hours at a time.
        for _ in 0..28 {
            let mut came = 0;
            for _ in 0..72 {
                tokio::time::advance(Duration::from_mins(1)).await;
                let changes = turnover.look();
                for made in changes.came {
                    came += 1;
                    assert!(known.insert(made.id), "{} is new", made.reference);
                }
                for left in changes.left {
                    assert!(known.remove(&left));
                }
                assert!(known.len() <= 3 * 24, "{}", known.len());
            }
            assert!(came >= 6, "{came} new sessions in six hours");
        }
        let world = prepared.world.lock().unwrap();
        let there: HashSet<SessionId> = world.residents.keys().copied().collect();
        assert_eq!(there, known, "a client that follows the changes knows every session");
        let open =
            |s: &SessionId| world.moment(*s).is_some_and(|(_, m)| m.state == Some("ONGOING"));
        let open = known.iter().filter(|id| open(id)).count();
        assert!(open >= 8, "{open} sessions are still open after a week");
    }
}
