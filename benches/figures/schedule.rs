//! i1, i2, i3: who is asked when, by the real refresh task in virtual time against an API that takes
//! 50 ms. All sessions are due every second, so there is always more to ask than the limit lets.
//! Writes its plot to `schedule.svg` in cargo's folder for such files.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use branchwatch::api::{ApiError, SessionApi, wire};
use branchwatch::clock::{Clock, TokioClock};
use branchwatch::domain::assessment::rules::Rules;
use branchwatch::domain::session::Session;
use branchwatch::domain::session::answer::Answer;
use branchwatch::domain::session::configuration::Configuration;
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::session::instructions::Instructions;
use branchwatch::domain::session::wire_enum::SessionState;
use branchwatch::domain::watchlist::command::OperatorCommand;
use branchwatch::domain::watchlist::snapshot::Snapshot;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::refresh::{self, Settings};
use branchwatch::store::Store;
use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::fixture;
use crate::measure::{Figure, Goal};

/// Requests a second.
const LIMIT: f64 = 5.0;
/// Rows that are seen, as many as a window of 50 lines has.
const VISIBLE: u32 = 48;
const SIZES: [u128; 4] = [100, 1_000, 10_000, 100_000];
const SEEDS: [u64; 3] = [1, 2, 3];
/// Virtual seconds until ages count, and for which they do.
const BEFORE: u64 = 120;
const MEASURED: u64 = 1_200;

/// Half of the time in which all visible rows are asked with 40 % of the requests.
fn limit_of_ages() -> f64 {
    f64::from(VISIBLE) / (2.0 * 0.4 * LIMIT)
}

pub(crate) fn figures() -> Vec<Figure> {
    let runs = |size| SEEDS.map(|seed| Simulation::of(size, seed, true).ages());
    let sizes: Vec<(u128, [Ages; 3])> = SIZES.iter().map(|size| (*size, runs(*size))).collect();
    plot(&sizes);
    let at = |size: u128| sizes.iter().find(|(of, _)| *of == size).map(|(_, ages)| ages).unwrap();
    let mut figures: Vec<Figure> = sizes
        .iter()
        .map(|(size, ages)| {
            let what =
                format!("age of the {VISIBLE} visible rows of {size} at {LIMIT} requests/s, p50");
            let rounds = ages.iter().map(|ages| ages.median).collect();
            Figure { name: "i1", what, goal: Goal::AtMost(limit_of_ages()), unit: "s", rounds }
        })
        .collect();
    let mut push = |name, what: String, goal, unit, rounds| {
        figures.push(Figure { name, what, goal: Goal::AtMost(goal), unit, rounds });
    };
    let p95 = at(100_000).iter().zip(at(1_000)).map(|(many, few)| many.p95 / few.p95).collect();
    push("i2", "the same, p95 at 100,000 ÷ at 1,000".to_owned(), 1.6, "", p95);
    let most = sizes.iter().flat_map(|(_, ages)| ages.iter().map(|ages| f64::from(ages.most)));
    push("i3", "most requests in any second".to_owned(), LIMIT, "", most.collect());
    for (seen, goal) in [(false, 210.0), (true, 350.0)] {
        let rounds = SEEDS.map(|seed| Simulation::of(1_000, seed, seen).first_look()).to_vec();
        let screen = if seen { "with a screen" } else { "without a screen" };
        push("i1", format!("first look at 1,000 sessions, {screen}"), goal, "s", rounds);
    }
    figures
}

/// Of the visible rows, in seconds, and the most requests in any second.
struct Ages {
    median: f64,
    p95: f64,
    most: u32,
}

/// An API that answers always the same, and when it was asked.
#[derive(Clone)]
struct Steady {
    clock: TokioClock,
    asked: Arc<Mutex<Vec<Instant>>>,
}

impl Steady {
    async fn ask(&self) {
        self.asked.lock().unwrap().push(Instant::now());
        sleep(Duration::from_millis(50)).await;
    }
}

impl SessionApi for Steady {
    async fn session(&self, id: SessionId) -> Result<Answer<Session>, ApiError> {
        self.ask().await;
        let state = Some(SessionState::Ongoing);
        let value =
            Session { state, client_session_token_ttl: Some(900_000), ..Session::empty(id) };
        Ok(Answer { value, raw: "{}".into(), fetched_at: self.clock.now() })
    }

    async fn configuration(&self, id: SessionId) -> Result<Answer<Configuration>, ApiError> {
        self.ask().await;
        let value = Configuration::empty(id);
        Ok(Answer { value, raw: "{}".into(), fetched_at: self.clock.now() })
    }

    async fn instructions(&self, _id: SessionId) -> Result<Answer<Instructions>, ApiError> {
        self.ask().await;
        let value = wire::instructions("{}").unwrap();
        Ok(Answer { value, raw: "{}".into(), fetched_at: self.clock.now() })
    }
}

struct Simulation {
    size: u128,
    seed: u64,
    /// Somebody looks at the first rows.
    seen: bool,
}

/// One that runs.
struct Started {
    clock: TokioClock,
    asked: Arc<Mutex<Vec<Instant>>>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    visible: Vec<SessionId>,
    /// Without them the task ends.
    _held: (mpsc::Sender<refresh::Command>, DropGuard),
}

impl Simulation {
    const fn of(size: u128, seed: u64, seen: bool) -> Self {
        Self { size, seed, seen }
    }

    async fn start(&self) -> Started {
        let clock = TokioClock::starting_at(fixture::now());
        let asked = Arc::default();
        let api = Steady { clock, asked: Arc::clone(&asked) };
        let ids: Vec<SessionId> = (1..=self.size).map(fixture::id).collect();
        let entry = |id: &SessionId| WatchedSession::new(WatchEntry::new(*id, fixture::now()));
        let (store, snapshots) = Store::new(ids.iter().map(entry).collect());
        let second = SignedDuration::from_secs(1);
        let settings = Settings {
            at_counter: second,
            due_today: second,
            awaiting: second,
            max_rps: LIMIT,
            seed: self.seed,
            ..Settings::default()
        };
        let (commands, inbox) = mpsc::channel(8);
        let cancel = CancellationToken::new();
        let rules = Rules::default();
        tokio::spawn(refresh::run(api, store, clock, settings, rules, inbox, cancel.clone()));
        let visible: Vec<SessionId> =
            ids.into_iter().take(usize::try_from(VISIBLE).unwrap()).filter(|_| self.seen).collect();
        let focus = OperatorCommand::Focus { selected: None, visible: visible.clone() };
        commands.send(focus.into()).await.unwrap();
        Started { clock, asked, snapshots, visible, _held: (commands, cancel.drop_guard()) }
    }

    fn run<T>(&self, measure: impl AsyncFnOnce(Started) -> T) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async { measure(self.start().await).await })
    }

    fn ages(&self) -> Ages {
        self.run(async |started| {
            sleep(Duration::from_secs(BEFORE)).await;
            let mut ages = Vec::new();
            for _ in 0..MEASURED {
                sleep(Duration::from_secs(1)).await;
                let snapshot = Arc::clone(&started.snapshots.borrow());
                let now = started.clock.now();
                let rows = started.visible.iter().filter_map(|id| snapshot.sessions.get(*id));
                let last = rows.filter_map(|session| session.poll.last_ok.get());
                ages.extend(last.map(|at| now.duration_since(at).as_secs_f64()));
            }
            ages.sort_unstable_by(f64::total_cmp);
            let at = |percent: usize| ages.get(ages.len() * percent / 100).copied().unwrap();
            let most = most_in_a_second(&started.asked.lock().unwrap());
            Ages { median: at(50), p95: at(95), most }
        })
    }

    /// Seconds until each session has been asked once.
    fn first_look(&self) -> f64 {
        self.run(async |mut started| {
            let begun = Instant::now();
            let all = |snapshot: &Arc<Snapshot>| {
                snapshot.sessions.iter().all(|session| session.poll.last_ok.get().is_some())
            };
            started.snapshots.wait_for(all).await.unwrap();
            begun.elapsed().as_secs_f64()
        })
    }
}

fn most_in_a_second(times: &[Instant]) -> u32 {
    let second = Duration::from_secs(1) - Duration::from_micros(10);
    let within = |(place, from): (usize, &Instant)| {
        times.iter().skip(place).take_while(|at| at.duration_since(*from) < second).count()
    };
    u32::try_from(times.iter().enumerate().map(within).max().unwrap_or(0)).unwrap()
}

/// Ages over the number of sessions, on a scale of tens.
fn plot(sizes: &[(u128, [Ages; 3])]) {
    let (width, height, edge) = (640.0, 360.0, 50.0);
    let most = sizes.iter().flat_map(|(_, ages)| ages).map(|ages| ages.p95).fold(1.0, f64::max);
    let x = |size: f64| edge + (size.log10() - 2.0) / 3.0 * (width - 2.0 * edge);
    let y = |age: f64| height - edge - age / most * (height - 2.0 * edge);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" \
         fill=\"white\"/>\n<text x=\"{edge}\" y=\"24\">Age of {VISIBLE} visible rows at {LIMIT} \
         requests a second, in seconds: p50 (lower) and p95 (upper), three seeds</text>\n"
    );
    let limit = y(limit_of_ages());
    let _written = writeln!(
        svg,
        "<line x1=\"{edge}\" x2=\"{}\" y1=\"{limit:.1}\" y2=\"{limit:.1}\" stroke=\"#999\" \
         stroke-dasharray=\"4\"/>\n<text x=\"4\" y=\"{limit:.1}\">{} s</text>",
        width - edge,
        limit_of_ages()
    );
    for (size, ages) in sizes {
        let at = x(*size as f64);
        let _written =
            writeln!(svg, "<text x=\"{:.1}\" y=\"{}\">{size}</text>", at - 12.0, height - 24.0);
        for (age, colour) in
            ages.iter().flat_map(|ages| [(ages.median, "#0072b2"), (ages.p95, "#d55e00")])
        {
            let _written = writeln!(
                svg,
                "<circle cx=\"{at:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"><title>{age:.1} s</title></circle>",
                y(age)
            );
        }
    }
    svg.push_str("</svg>\n");
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schedule.svg");
    std::fs::write(&path, svg).unwrap();
    println!("      plot of i1 and i2: {}", path.display());
}
