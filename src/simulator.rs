//! An Identity Verification API on loopback that speaks the contract.
//!
//! Owns the made-up sessions, their scenarios and the server. Must never be reachable from another
//! machine unless asked, and never hold real data.

mod creation;
mod evidence;
mod http;
mod json;
pub mod scenario;
pub mod timeline;
mod world;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::api::key::{KeyError, SigningKey};
use crate::api::signing::VerifyingKey;
use crate::clock::TokioClock;
use crate::domain::session::ids::SessionId;
use http::server::Shared;
use http::verify::Application;
use http::{connection, notify, server};
use scenario::Scenario;
use scenario::mixture::{self, MixturePart};
use timeline::SimulatedSession;
use world::World;

/// How to run the simulator: sessions, pace, addresses.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address; port 0 chooses a free one.
    pub listen: SocketAddr,
    pub sessions: usize,
    /// All ids, choices and pictures follow from it.
    pub seed: u64,
    /// Simulated seconds for each real one; 0 stops the clock.
    pub speed: f64,
    /// Scenario names (`S01`); empty: the demo's mixture, whose sessions began at different times.
    pub scenarios: Vec<String>,
    /// The simulated time at the start.
    pub start: Timestamp,
    /// SPKI public key (PEM) of the client; `None`: a key pair is made.
    pub public_key_pem: Option<String>,
}

/// A session that the simulator made, for the demo's watch-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeSession {
    pub id: SessionId,
    /// A reference such as `demo-0007`.
    pub reference: String,
    pub scenario: String,
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address cannot be used.
    #[error("cannot listen on {address}: {cause}")]
    Listen { address: SocketAddr, cause: std::io::Error },
    /// A scenario does not exist; the known names.
    #[error("no scenario named {name}; known: {known}")]
    UnknownScenario {
        name: String,
        /// Comma separated.
        known: String,
    },
    /// A scenario file is wrong.
    #[error("scenario {name}: {cause}")]
    BadScenario { name: String, cause: String },
    /// Notifications cannot be sent there.
    #[error("{0} is not an address for notifications: expected https, or http on this machine")]
    Notify(String),
    /// The public key cannot be used, or a key pair cannot be made.
    #[error("key: {0}")]
    Key(String),
}

/// A simulator that has its sessions and its address, but does not answer yet.
#[derive(Debug)]
pub struct Prepared {
    /// `http://127.0.0.1:PORT/idverify/v1`
    pub base_url: String,
    pub sdk_id: uuid::Uuid,
    /// For the demo's watch-list, in the order of their references.
    pub sessions: Vec<MadeSession>,
    /// The simulated time: the dashboard of the demo goes by it too.
    pub clock: TokioClock,
    world: Arc<Mutex<World>>,
    address: SocketAddr,
    listener: std::net::TcpListener,
    seed: u64,
}

/// A running simulator; stops when dropped or shut down.
#[derive(Debug)]
pub struct Running {
    /// `http://127.0.0.1:PORT/idverify/v1`
    pub base_url: String,
    pub sdk_id: uuid::Uuid,
    /// Private key, PKCS#8 PEM, when the pair was made here.
    pub private_key_pem: Option<SecretString>,
    /// The sessions made at the start.
    pub sessions: Vec<MadeSession>,
    /// The simulated time: the dashboard of the demo goes by it too.
    pub clock: TokioClock,
    task: tokio::task::JoinHandle<()>,
    stop: DropGuard,
}

impl Running {
    /// Stops listening and waits for the end.
    pub async fn shutdown(self) {
        // The guard cancels what it guards: deliveries end with the server.
        drop(self.stop);
        // A task that was cancelled or has panicked has ended too.
        let _ended = self.task.await;
    }
}

/// Starts a simulator whose sessions notify nobody.
pub async fn start(options: Options) -> Result<Running, SimulatorError> {
    start_told(options, None).await
}

/// Starts a simulator; all sessions of the start notify this address
/// (contract 8) of what happens from then on.
pub async fn start_told(options: Options, notify: Option<&str>) -> Result<Running, SimulatorError> {
    let (public, private_key_pem) = match options.public_key_pem.clone() {
        Some(pem) => (pem, None),
        None => {
            let pair = SigningKey::generate()?;
            (pair.public_pem()?, Some(pair.to_pem()?))
        }
    };
    let running = prepare(options, notify).await?.serve(&public)?;
    Ok(Running { private_key_pem, ..running })
}

impl From<KeyError> for SimulatorError {
    fn from(why: KeyError) -> Self {
        Self::Key(why.to_string())
    }
}

/// Makes the sessions and binds the address. Making a key pair takes longer than all of this, so
/// the demo draws its first frame in between. Requests that come early wait until it serves.
pub async fn prepare(options: Options, notify: Option<&str>) -> Result<Prepared, SimulatorError> {
    let sdk_id = sdk_id(options.seed);
    let clock = TokioClock::with_speed(options.start, options.speed);
    let mut world = World::new(options.seed, sdk_id.to_string(), clock);
    let sessions = populate(&mut world, options.sessions, &options.scenarios, options.start)?;
    if let Some(address) = notify {
        let refused = |_answer| SimulatorError::Notify(address.to_owned());
        let all: Vec<SessionId> = sessions.iter().map(|made| made.id).collect();
        notify::subscribe_to_all(&mut world, &all, address).map_err(refused)?;
    }

    let listen = |cause| SimulatorError::Listen { address: options.listen, cause };
    // Bound before it serves: a client that is early waits for the answer and is not refused.
    let listener = tokio::net::TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    // Of no runtime yet: it may serve in another one than it was bound in.
    let listener = listener.into_std().map_err(listen)?;
    let base_url = format!("http://{address}{}", server::PREFIX);
    let world = Arc::new(Mutex::new(world));
    let seed = options.seed;
    Ok(Prepared { base_url, sdk_id, sessions, clock, world, address, listener, seed })
}

impl Prepared {
    /// Answers requests that are signed with the key that belongs to this public key (PEM), in tasks
    /// of the tokio runtime that this is called in.
    ///
    /// # Errors
    /// When the key or the address cannot be used.
    pub fn serve(self, public_pem: &str) -> Result<Running, SimulatorError> {
        let Self { base_url, sdk_id, sessions, clock, world, address, listener, seed } = self;
        let application = Application {
            sdk_id: sdk_id.to_string(),
            key: VerifyingKey::from_pem(public_pem)?,
            public_pem: public_pem.to_owned(),
            // Any numbers: the three ids only have to differ, and be the same for the same seed.
            stranger: self::sdk_id(seed ^ 0x57a6).to_string(),
            broken: self::sdk_id(seed ^ 0xb40c).to_string(),
        };
        let shared = Shared { world: Arc::clone(&world), application: Arc::new(application) };
        let listener = tokio::net::TcpListener::from_std(listener)
            .map_err(|cause| SimulatorError::Listen { address, cause })?;
        let cancelled = CancellationToken::new();
        let stop = cancelled.clone().drop_guard();
        let task = tokio::spawn(async move {
            let telling = notify::deliver(world, cancelled.clone());
            let service = server::router(shared);
            let service = service.into_make_service_with_connect_info::<connection::ResetHandle>();
            let served = axum::serve(connection::ResettableListener(listener), service);
            tokio::select! {
                () = cancelled.cancelled() => {}
                _ended = served.into_future() => {}
                () = telling => {}
            }
        });
        Ok(Running { base_url, sdk_id, private_key_pem: None, sessions, clock, task, stop })
    }
}

/// The application's id, from the seed.
fn sdk_id(seed: u64) -> uuid::Uuid {
    let mut bytes = [0; 16];
    fastrand::Rng::with_seed(seed ^ 0x5d1d).fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Makes the sessions of the start: of the scenarios
/// named, in turn, all created now; or the demo's mixture.
fn populate(
    world: &mut World,
    count: usize,
    names: &[String],
    start: Timestamp,
) -> Result<Vec<MadeSession>, SimulatorError> {
    let mut made = Vec::new();
    let chosen: Result<Vec<Arc<Scenario>>, _> =
        names.iter().map(|n| Scenario::shipped(n)).collect();
    let chosen: Vec<(&String, Arc<Scenario>)> = names.iter().zip(chosen?).collect();
    let parts = if chosen.is_empty() { mixture::parts()? } else { Vec::new() };
    let read = |part: MixturePart| {
        let scenario = Scenario::shipped(&part.scenario)?;
        Ok((part, scenario))
    };
    let mixture: Vec<_> = parts.into_iter().map(read).collect::<Result<_, SimulatorError>>()?;
    for number in 0..count {
        let (name, scenario, age, delay, ttl) = match chosen.get(number % chosen.len().max(1)) {
            Some((name, scenario)) => ((*name).clone(), scenario.clone(), 0, 0, None),
            None => {
                let Some((part, scenario)) = mixture.get(number % mixture.len()) else { continue };
                // Each round a little later, so that not all copies of a session move at once.
                let round = i64::try_from(number / mixture.len()).unwrap_or(i64::MAX);
                let later = round.saturating_mul(97) % 1_800;
                let (age, delay) = (part.age.as_secs().saturating_add(later), part.delay.as_secs());
                let scenario = Arc::clone(scenario);
                let delay = if delay > 0 { delay.saturating_add(2 * later) } else { 0 };
                let ttl = part.ttl.map(|ttl| ttl.as_secs());
                (part.scenario.clone(), scenario, age, delay, ttl)
            }
        };
        let id = world.next_id();
        let created = start.saturating_sub(SignedDuration::from_secs(age)).unwrap_or(start);
        let reference = format!("demo-{:04}", number + 1);
        let life = SimulatedSession { id, scenario, created, delay, ttl, instructions: None };
        world.settle(life, reference.clone(), name.clone());
        made.push(MadeSession { id, reference, scenario: name });
    }
    Ok(made)
}
