//! The program that is told of what happens (`[alerts] command`): one event as JSON on its standard
//! input.
//!
//! Never goes through a shell; never tells what identifies a person.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::engine::Engine;
use super::program::{self, Trouble};
use crate::clock::Clock;
use crate::domain::assessment::rules::Rules;
use crate::domain::events::event_kind::EventKind;
use crate::domain::events::session_event::{EventDetector, SessionEvent};
use crate::domain::personal::Privacy;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::export::{DocumentOrigin, event};
use crate::refresh::Command;

/// Of the program, so many run at once.
// Two, so that one that hangs does not hold up the next event.
const TOGETHER: usize = 2;
/// Events that wait for a turn; a program that is slower than what happens misses the rest.
const WAITING: usize = 64;
/// Then it is killed, with all that it started.
const PATIENCE: Duration = Duration::from_secs(10);

/// The program, its arguments, and whose events they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCommand {
    /// Looked for in PATH when it is no path.
    pub program: PathBuf,
    /// As they are: no shell reads them.
    pub arguments: Vec<String>,
    pub profile: String,
    /// `live`, `sandbox`, ….
    pub environment: String,
}

/// Tells the program of what happens beside these tasks, until they end.
pub fn start<C: Clock>(alert_command: AlertCommand, engine: &Engine, clock: C, rules: Rules) {
    let commands = engine.commands.clone();
    // A word that finds no room is followed by another.
    let trouble = move |why| drop(commands.try_send(Command::AlertTrouble(why)));
    let detector = engine.detector(rules.clone());
    tokio::spawn(run(
        alert_command,
        engine.snapshots.clone(),
        detector,
        clock,
        rules,
        trouble,
        engine.stopping(),
    ));
}

/// Tells the program of what the detector finds, until cancelled; what runs then is killed,
/// with all that it started.
/// `trouble` hears of a failure once, and of its end.
pub async fn run<C: Clock>(
    alert_command: AlertCommand,
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    mut detector: EventDetector,
    clock: C,
    rules: Rules,
    trouble: impl Fn(Option<String>) + Send,
    stop: CancellationToken,
) {
    let mut waiting: VecDeque<String> = VecDeque::new();
    let mut running = JoinSet::new();
    let mut failing = false;
    loop {
        while running.len() < TOGETHER
            && let Some(line) = waiting.pop_front()
        {
            running.spawn(tell(alert_command.clone(), line));
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            Some(ended) = running.join_next(), if !running.is_empty() => {
                let failed = ended.unwrap_or_else(|_panic| Err("it failed".to_owned())).err();
                // Only the change is told: a program that
                // fails at each event would fill the header.
                if failed.is_some() != failing {
                    failing = failed.is_some();
                    trouble(failed.map(|why| format!("alerts: {}: {why}", alert_command.name())));
                }
                continue;
            }
            changed = snapshots.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(detector.pause(clock.now())) => {}
        }
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        let now = clock.now();
        for event in detector.observe(&snapshot, now).into_iter().filter(is_told) {
            // Dropped, not queued without end: the program
            // may be slower than what happens for hours.
            if waiting.len() < WAITING {
                waiting.push_back(alert_command.line(&event, &rules, now));
            } else if !failing {
                failing = true;
                trouble(Some(format!(
                    "alerts: {} is too slow: some events are skipped",
                    alert_command.name()
                )));
            }
        }
    }
}

/// Sessions' events; that data is stale is told of all of them at once, which is the connection's.
fn is_told(event: &SessionEvent) -> bool {
    event.session.is_some() && event.kind != EventKind::Stale
}

impl AlertCommand {
    /// As masked `watch --jsonl` has it.
    fn line(&self, what: &SessionEvent, rules: &Rules, now: Timestamp) -> String {
        let (profile, environment) = (self.profile.as_str(), self.environment.as_str());
        let origin = DocumentOrigin { profile, environment, rules, now };
        // Masked always: where the program sends it is not known here.
        event(what, &origin, Privacy::Masked)
    }

    fn name(&self) -> String {
        self.program.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

async fn tell(alert_command: AlertCommand, line: String) -> Result<(), String> {
    match program::run(
        &alert_command.program,
        &alert_command.arguments,
        Some(&line),
        Some(PATIENCE),
    )
    .await
    {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("ended with {status}")),
        Err(Trouble::TooLong) => Err("took longer than 10 s and was stopped".to_owned()),
        Err(why) => Err(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;
    use crate::clock::SystemClock;
    use crate::domain::fixture as f;
    use crate::domain::session::ids::SessionId;
    use crate::domain::watchlist::snapshot::SessionTable;
    use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};

    struct Told {
        snapshots: watch::Sender<Arc<Snapshot>>,
        troubles: Arc<Mutex<Vec<Option<String>>>>,
        stop: CancellationToken,
        task: tokio::task::JoinHandle<()>,
    }

    async fn telling(program: &str, arguments: &[&str]) -> Told {
        let (snapshots, reader) = watch::channel(Arc::default());
        let alert_command = AlertCommand {
            program: program.into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            profile: "p".to_owned(),
            environment: "sandbox".to_owned(),
        };
        let troubles: Arc<Mutex<Vec<Option<String>>>> = Arc::default();
        let (heard, stop) = (Arc::clone(&troubles), CancellationToken::new());
        let trouble = move |why| heard.lock().unwrap().push(why);
        let now = SystemClock.now();
        let detector = EventDetector::new(&reader.borrow(), Rules::default(), now);
        let task = tokio::spawn(run(
            alert_command,
            reader,
            detector,
            SystemClock,
            Rules::default(),
            trouble,
            stop.clone(),
        ));
        // It begins with an empty list.
        tokio::task::yield_now().await;
        Told { snapshots, troubles, stop, task }
    }

    impl Told {
        /// So many sessions come on the list.
        fn publish(&self, count: u128) {
            let session = |n| {
                let id = SessionId::new(uuid::Uuid::from_u128(n));
                let reference = Some("Jane Doe".to_owned());
                Arc::new(WatchedSession::new(WatchEntry { id, reference, ..f::entry() }))
            };
            let sessions = SessionTable::from_entries((1..=count).map(session));
            self.snapshots.send_replace(Arc::new(Snapshot { sessions, ..Snapshot::default() }));
        }

        async fn after(self, seconds: u64) -> Vec<Option<String>> {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            self.stop.cancel();
            self.task.await.unwrap();
            self.troubles.lock().unwrap().clone()
        }
    }

    // U13
    #[tokio::test]
    async fn an_event_is_json_on_standard_input_and_no_shell_reads_the_arguments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a $(touch x) `touch y`; touch z");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        // The only shell is the one that is asked for here, to have something that writes.
        let name = path.to_str().unwrap().to_owned();
        let told = telling("sh", &["-c", "cat > \"$0\"", &name]).await;
        told.publish(1);
        let read = tokio::task::spawn_blocking(move || std::fs::read_to_string(path));
        let text = read.await.unwrap().unwrap();
        let event: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!((&event["event"], &event["profile"]), (&"added".into(), &"p".into()));
        assert_eq!(event["session_id"], "00000000-0000-0000-0000-000000000001");
        assert!(!text.contains("Jane"), "the operator's words may name a person");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        told.stop.cancel();
        told.task.await.unwrap();
        assert_eq!(*told.troubles.lock().unwrap(), []);
    }

    // Children are counted through /proc.
    #[cfg(target_os = "linux")]
    #[tokio::test(start_paused = true)]
    async fn two_run_at_once_each_ten_seconds_at_most_and_the_failure_is_told_once() {
        let (told, begun) = (telling("sleep", &["1000"]).await, Instant::now());
        told.publish(5);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
        assert_eq!(children.split_whitespace().count(), 2);
        let troubles = Arc::clone(&told.troubles);
        while troubles.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(begun.elapsed().as_secs() >= 10, "{:?}", begun.elapsed());
        let troubles = told.after(60).await;
        assert_eq!(troubles.len(), 1, "{troubles:?}");
        let why = troubles[0].as_ref().unwrap();
        assert!(why.contains("sleep: took longer than 10 s"), "{why}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_program_that_is_not_there_or_too_slow_for_a_flood_costs_nothing_else() {
        let told = telling("/nowhere/tell", &[]).await;
        told.publish(3);
        let troubles = told.after(1).await;
        assert_eq!(troubles.len(), 1);
        assert!(troubles[0].as_ref().unwrap().contains("tell: cannot be started"));
        let told = telling("sleep", &["1000"]).await;
        told.publish(10_000);
        let troubles = told.after(5).await;
        assert!(troubles[0].as_ref().unwrap().contains("too slow"), "{troubles:?}");
    }
}
