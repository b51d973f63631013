//! b1: the CPU of a poll that says nothing new, beside one raw signature.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use branchwatch::api::client::{Client, ClientOptions};
use branchwatch::api::key::SigningKey;
use branchwatch::api::{ApiError, SessionApi, signing};
use branchwatch::clock::SystemClock;
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::{Answer, Fingerprint};
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::session::observation::Observation;
use branchwatch::domain::session::parts::Part;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::refresh::{self, Settings};
use branchwatch::store::Store;
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::fixture::now;
use crate::measure::{Figure, Goal, ROUNDS, time};

const SESSIONS: u32 = 1_000;
/// Of one round.
const SIGNATURES: u32 = 500;
const SECONDS: u64 = 4;

pub(crate) fn figures() -> Vec<Figure> {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("key.pem");
    let simulator = Simulator::started(&file);
    let key = Arc::new(SigningKey::from_file(&file).unwrap());
    let polls = polls(&simulator, &key);
    let sign = || {
        time(SIGNATURES, || {
            signing::digest(&key, "GET&/sessions").unwrap();
        })
    };
    let rounds = polls.iter().map(|poll| poll / sign()).collect();
    let microseconds = polls.iter().map(|poll| poll * 1e6).collect();
    let ratio = "CPU of a steady poll ÷ of one raw signature, 1,000 sessions";
    vec![
        figure(ratio, Goal::AtMost(1.25), "", rounds),
        figure("CPU of a steady poll", Goal::None, "µs", microseconds),
    ]
}

fn figure(what: &str, goal: Goal, unit: &'static str, rounds: Vec<f64>) -> Figure {
    Figure { name: "b1", what: what.to_owned(), goal, unit, rounds }
}

/// A process of its own: what it costs does not count.
struct Simulator {
    process: Child,
    base_url: String,
    sdk_id: uuid::Uuid,
    sessions: Vec<SessionId>,
}

impl Simulator {
    fn started(key: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_branchwatch"));
        command.args(["simulate", "--scenario", "S03", "--sessions", &SESSIONS.to_string()]);
        command.arg("--write-key").arg(key).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
        let sessions = ready["sessions"].as_array().unwrap().iter();
        Self {
            process,
            base_url: ready["base_url"].as_str().unwrap().to_owned(),
            sdk_id: ready["sdk_id"].as_str().unwrap().parse().unwrap(),
            sessions: sessions.map(|id| SessionId::parse(id.as_str().unwrap()).unwrap()).collect(),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// A client whose answers are counted.
struct Counted {
    client: Client<SystemClock>,
    answers: Arc<AtomicU32>,
}

impl Counted {
    fn count<T>(&self, answer: T) -> T {
        self.answers.fetch_add(1, Ordering::Relaxed);
        answer
    }
}

impl SessionApi for Counted {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        self.count(self.client.session(id).await)
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        self.count(self.client.configuration(id).await)
    }

    async fn instructions(&self, id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        self.count(self.client.instructions(id).await)
    }

    async fn poll(
        &self,
        id: SessionId,
        part: Part,
        known: Option<Fingerprint>,
    ) -> Result<Observation, ApiError> {
        self.count(self.client.poll(id, part, known).await)
    }
}

/// Seconds of CPU for each poll of the refresh task, once for each round.
fn polls(simulator: &Simulator, key: &Arc<SigningKey>) -> Vec<f64> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = ClientOptions::new(simulator.base_url.clone(), simulator.sdk_id);
        let client = Client::new(&options, Arc::clone(key), SystemClock).unwrap();
        let answers = Arc::new(AtomicU32::new(0));
        let api = Counted { client, answers: Arc::clone(&answers) };
        let entry = |id: &SessionId| WatchedSession::new(WatchEntry::new(*id, now()));
        let (store, _snapshots) = Store::new(simulator.sessions.iter().map(entry).collect());
        let second = SignedDuration::from_secs(1);
        let settings = Settings {
            at_counter: second,
            due_today: second,
            awaiting: second,
            max_rps: 100_000.0,
            ..Settings::default()
        };
        let (_commands, inbox) = mpsc::channel(1);
        let cancel = CancellationToken::new();
        let rules = Rules::default();
        let task = refresh::run(api, store, SystemClock, settings, rules, inbox, cancel.clone());
        let task = tokio::spawn(task);
        // The first look at each session asks for three parts.
        while answers.load(Ordering::Relaxed) < 4 * SESSIONS {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let (used, asked) = (cpu(), answers.load(Ordering::Relaxed));
            tokio::time::sleep_until((Instant::now() + Duration::from_secs(SECONDS)).into()).await;
            let asked = answers.load(Ordering::Relaxed) - asked;
            assert!(asked > 100, "{asked} polls");
            rounds.push((cpu() - used) / f64::from(asked));
        }
        cancel.cancel();
        task.await.unwrap();
        rounds
    })
}

/// Seconds of CPU of all threads of this process.
fn cpu() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let used = threads.map(|thread| {
        let stat = std::fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap();
        stat.split_whitespace().next().unwrap().parse::<f64>().unwrap()
    });
    used.sum::<f64>() / 1e9
}
