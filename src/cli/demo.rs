//! `demo`: the dashboard on made-up sessions, against the embedded simulator.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::sync::{mpsc, oneshot, watch as channel};

use super::args::{Global, Play};
use super::exit::Failure;
use super::{dashboard, setup, watch};
use crate::api::client::{Client, ClientOptions};
use crate::api::key::SigningKey;
use crate::api::key_handle::KeyHandle;
use crate::clock::{Clock, SystemClock, TokioClock};
use crate::config::options::Profile;
use crate::config::{self, Config, Environment};
use crate::domain::watchlist::command::OperatorCommand;
use crate::domain::watchlist::watched::WatchEntry;
use crate::notifications::receiver::Receiver;
use crate::persist;
use crate::refresh::{Command, Settings};
use crate::runtime::alerts::AlertCommand;
use crate::runtime::engine::LoadedStore;
use crate::runtime::yoti_actions::YotiActions;
use crate::simulator::timeline::turnover::Turnover;
use crate::simulator::{self, MadeSession, Options, Prepared, SimulatorError};

/// How long the demo's Yoti keeps the evidence, so that the evidence clock shows.
const EVIDENCE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Requests per second. The simulator is on this machine, so there is nobody to be polite to; two
/// dozen sessions with configuration and letter are 72 requests.
const MAX_RPS: f64 = 50.0;

/// How often the world is looked at for new sessions.
const TURNOVER: Duration = Duration::from_secs(1);

pub(super) async fn run(global: &Global, play: &Play) -> Result<u8, Failure> {
    if !play.speed.is_finite() || play.speed < 0.0 {
        return Err(Failure::Usage("--speed must be 0 or more".into()));
    }
    // Look, layout, keys, views and programs are the operator's; Yoti is not asked.
    let mut environment = Environment::of_process();
    // The demo never needs a key, and must not fail for a wrong one.
    environment.0.retain(|name, _| !name.starts_with("YOTI_"));
    let config = config::resolve(&setup::flags(global), &environment)?;
    setup::report_crashes(global, &config);
    // A wrong name is refused also where nothing is drawn.
    let chosen = crate::cli::terminal_style::of(global, &config.general.theme)?;
    if !global.a11y {
        dashboard::must_be_a_terminal()?;
    }
    // On a free port: any number of demos run side by side.
    let (receiver, address) = Receiver::here()?;
    let options = Options {
        listen: std::net::SocketAddr::from(([127, 0, 0, 1], 0)),
        sessions: play.sessions,
        seed: play.seed,
        speed: play.speed,
        scenarios: Vec::new(),
        start: SystemClock.now(),
        public_key_pem: None,
    };
    let prepared = simulator::prepare(options, Some(address.expose_secret())).await?;
    let turnover = Turnover::new(&prepared, Some(address));
    let (clock, sdk_id) = (prepared.clock, prepared.sdk_id);
    let (key, handle) = KeyHandle::pending();
    let client =
        Client::new(&ClientOptions::new(prepared.base_url.clone(), sdk_id), handle, clock)?;
    // Made-up sessions never reach the operator's own store.
    let mut store = persist::in_memory(Vec::new());
    store.add(&entries(&prepared.sessions, clock.now()))?;
    let (sender, arrivals) = mpsc::channel(8);
    let simulator = SimulatorThread::of(prepared, key, arrive(turnover, clock, sender))?;
    let held = LoadedStore::of(store, None)?;
    let config = demonstrated(config, sdk_id, play.speed, global);
    let code = if global.a11y {
        watch::demo(global, &config, held, client, clock, receiver, arrivals).await
    } else {
        let mut parts = dashboard::parts(global, &config, chosen)?;
        parts.settings.badge = badge(play.speed);
        parts.receiver = Some(receiver);
        parts.arrivals = Some(arrivals);
        parts.services.yoti_actions =
            (!global.offline).then(|| Arc::new(client.clone()) as Arc<dyn YotiActions>);
        dashboard::finish(parts, held, client, clock).await
    };
    simulator.shutdown().await?;
    code
}

/// The operator's own configuration, under the demo's name. Made-up sessions may be deleted, where
/// that is asked for.
fn demonstrated(config: Config, sdk_id: uuid::Uuid, speed: f64, global: &Global) -> Config {
    let demo = || "demo".to_owned();
    Config {
        profile: demo(),
        environment: demo(),
        alert_command: config.alert_command.map(|command| AlertCommand {
            profile: demo(),
            environment: demo(),
            ..command
        }),
        refresh: Settings { operator: config.refresh.operator, ..settings(speed, global) },
        application: Profile {
            sdk_id: Some(sdk_id),
            allow_delete: true,
            allow_email: true,
            ..config.application
        },
        ..config
    }
}

/// The simulator on a thread of its own, of which the screen has the advantage: however much happens
/// in its world, a key is answered at once.
struct SimulatorThread {
    thread: std::thread::JoinHandle<Result<(), SimulatorError>>,
    stop: oneshot::Sender<()>,
}

impl SimulatorThread {
    /// Makes the key pair, beside the first frame, and answers requests from then on. What waits for
    /// its world runs `beside`, on the same thread.
    fn of(
        prepared: Prepared,
        key: channel::Sender<Option<Arc<SigningKey>>>,
        beside: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let serves = async move {
            let pair = SigningKey::generate()?;
            let running = prepared.serve(&pair.public_pem()?)?;
            key.send_replace(Some(Arc::new(pair)));
            tokio::spawn(beside);
            // Said, or dropped by a start that failed.
            let _ended = stopped.await;
            running.shutdown().await;
            Ok(())
        };
        let thread = std::thread::Builder::new().name("simulator".to_owned());
        let thread = thread.spawn(move || {
            yields();
            runtime.block_on(serves)
        })?;
        Ok(Self { thread, stop })
    }

    async fn shutdown(self) -> Result<(), SimulatorError> {
        drop(self.stop);
        let ended = tokio::task::spawn_blocking(|| self.thread.join()).await;
        // A thread that has panicked has said so.
        ended.ok().and_then(Result::ok).unwrap_or(Ok(()))
    }
}

/// From now on this thread runs only where no other has something to do.
fn yields() {
    // On other systems the priority is that of the whole process.
    #[cfg(target_os = "linux")]
    // Refused, it is only slower.
    let _refused = rustix::process::setpriority_process(None, 10);
}

/// Puts new sessions on the watch-list, and takes those off that ended long ago.
async fn arrive(mut turnover: Turnover, clock: TokioClock, list: mpsc::Sender<Command>) {
    while !list.is_closed() {
        tokio::time::sleep(TURNOVER).await;
        let changes = turnover.look();
        let mut commands = Vec::new();
        if !changes.came.is_empty() {
            commands.push(OperatorCommand::Add(entries(&changes.came, clock.now())));
        }
        if !changes.left.is_empty() {
            commands.push(OperatorCommand::Remove(changes.left));
        }
        for command in commands {
            // A list that is no longer there ends the loop.
            let _gone = list.send(command.into()).await;
        }
    }
}

/// The simulator's sessions as a watch-list.
fn entries(sessions: &[MadeSession], now: Timestamp) -> Vec<WatchEntry> {
    let entry = |made: &MadeSession| WatchEntry {
        reference: Some(made.reference.clone()),
        resources_ttl: EVIDENCE.into(),
        ..WatchEntry::new(made.id, now)
    };
    sessions.iter().map(entry).collect()
}

/// The header's badge, with the speed of the clock where it is not the real one.
fn badge(speed: f64) -> String {
    if speed == 0.0 {
        "DEMO stopped".to_owned()
    } else if (speed - 1.0).abs() < f64::EPSILON {
        "DEMO".to_owned()
    } else {
        format!("DEMO {speed}x")
    }
}

/// The usual intervals in simulated time, and never below one real second.
fn settings(speed: f64, global: &Global) -> Settings {
    let own_rate = global.options.0.get("--max-rps").and_then(|rate| rate.parse().ok());
    let usual = Settings::default();
    let quicker = |span: SignedDuration| {
        let seconds = (span.as_secs_f64() / speed.max(1.0)).max(1.0);
        SignedDuration::try_from_secs_f64(seconds).unwrap_or(span)
    };
    Settings {
        at_counter: quicker(usual.at_counter),
        due_today: quicker(usual.due_today),
        awaiting: quicker(SignedDuration::from_secs(60)),
        done: Some(SignedDuration::from_secs(20)),
        selected: quicker(usual.selected),
        configuration: quicker(SignedDuration::from_secs(60)),
        max_rps: own_rate.unwrap_or(MAX_RPS),
        online: !global.offline,
        clock_speed: if speed > 0.0 { speed } else { 1.0 },
        ..usual
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::Cli;
    use super::*;
    use crate::api::{ApiError, SessionApi};
    use crate::domain::assessment::rules::Rules;
    use crate::domain::session::Session;
    use crate::domain::session::answer::Answer;
    use crate::domain::session::configuration::Configuration;
    use crate::domain::session::ids::SessionId;
    use crate::domain::session::instructions::Instructions;
    use crate::runtime::engine::Engine;

    fn of_the_start(client: impl SessionApi, clock: TokioClock) -> Engine {
        let mut store = persist::in_memory(Vec::new());
        let id = |n| SessionId::new(uuid::Uuid::from_u128(n));
        let entries: Vec<WatchEntry> =
            (1..=24).map(|n| WatchEntry::new(id(n), clock.now())).collect();
        store.add(&entries).unwrap();
        let held = LoadedStore::of(store, None).unwrap();
        let global = Cli::parse_from(["branchwatch", "demo"]).global;
        Engine::start(held, client, clock, settings(5.0, &global), Rules::default())
    }

    #[tokio::test(start_paused = true)]
    async fn the_list_is_there_while_the_key_is_still_being_made() {
        let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
        let (_never, handle) = KeyHandle::pending();
        let options = ClientOptions::new("http://127.0.0.1:9/", uuid::Uuid::nil());
        let engine = of_the_start(Client::new(&options, handle, clock).unwrap(), clock);
        assert_eq!(engine.snapshots.borrow().sessions.len(), 24);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let snapshot = engine.snapshots.borrow().clone();
        assert!(snapshot.sessions.iter().all(|session| session.poll.failures == 0));
        assert_eq!(snapshot.health.first_looks_left, 24);
    }

    /// Answers after twenty milliseconds, as a simulator on a busy machine does.
    struct Answers(TokioClock);

    impl Answers {
        async fn answer<T>(&self, value: T) -> Result<Answer<T>, ApiError> {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Answer { value, raw: "{}".into(), fetched_at: self.0.now() })
        }
    }

    impl SessionApi for Answers {
        async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
            self.answer(Session::empty(id)).await
        }

        async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
            self.answer(Configuration::empty(id)).await
        }

        async fn instructions(&self, _id: SessionId) -> Result<Answer<Instructions>, ApiError> {
            self.answer(Instructions::default()).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_dozen_sessions_are_known_within_two_seconds() {
        let clock = TokioClock::starting_at(Timestamp::UNIX_EPOCH);
        let engine = of_the_start(Answers(clock), clock);
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(engine.snapshots.borrow().health.first_looks_left, 0);
    }
}
