//! Running the operator's programs: `[programs]`, `[alerts] command`, the desktop's opener.
//!
//! Where there is a limit, none of the group outlives it.

use std::ffi::OsStr;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::app::event::{Event, Outcome};

/// Why there is no exit status.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It could not be started.
    NotStarted(io::Error),
    /// It was killed with all that it had started.
    TooLong,
    /// The system does not say how it ended.
    Lost(io::Error),
}

/// Runs it to its end, `input` on its standard input. With a limit it is killed with all that it
/// started when the time is over or nobody waits for it any more; without, it goes on by itself.
/// What a program leaves behind that ended in time is left alone.
pub(super) async fn run<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: &[A],
    input: Option<&str>,
    limit: Option<Duration>,
) -> Result<ExitStatus, Trouble> {
    let mut command = Command::new(program);
    // No terminal: it could write over the screen. A group, so that all of it can be ended at once.
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.spawn().map_err(Trouble::NotStarted)?;
    // Not in a `ProcessGroup`, whose drop would kill it: it may outlive the dashboard.
    let Some(limit) = limit else { return heard(&mut child, input).await.map_err(Trouble::Lost) };
    let mut group = ProcessGroup(child);
    match timeout(limit, heard(&mut group.0, input)).await {
        Ok(ended) => ended.map_err(Trouble::Lost),
        Err(_elapsed) => Err(Trouble::TooLong),
    }
}

/// Runs it to its end and returns what it wrote to its standard output, `most` bytes of it; the
/// time is limited as in [`run`]. What it says on standard error is dropped.
pub(crate) async fn output<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: &[A],
    limit: Duration,
    most: u64,
) -> Result<(ExitStatus, Zeroizing<Vec<u8>>), Trouble> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut group = ProcessGroup(command.process_group(0).spawn().map_err(Trouble::NotStarted)?);
    // As large as it can get: growing would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(most).unwrap_or_default()));
    let ended = timeout(limit, async {
        if let Some(from) = group.0.stdout.take() {
            from.take(most).read_to_end(&mut text).await?;
        }
        group.0.wait().await
    });
    match ended.await {
        Ok(ended) => Ok((ended.map_err(Trouble::Lost)?, text)),
        Err(_elapsed) => Err(Trouble::TooLong),
    }
}

async fn heard(child: &mut Child, input: Option<&str>) -> io::Result<ExitStatus> {
    if let (Some(mut to), Some(input)) = (child.stdin.take(), input) {
        // Who does not read is not made to.
        let _unread = to.write_all(input.as_bytes()).await;
    }
    child.wait().await
}

/// Killed when dropped, if its first process has not ended before.
struct ProcessGroup(Child);

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        // The number is nobody else's as long as nobody has asked how its process ended.
        let number = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(group) = number {
            let _gone = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Runs one of `[programs]`; what came of it is told when it ends. The dashboard never waits for it,
/// and it may outlive the dashboard.
pub(super) fn start(name: String, words: Vec<String>, results: UnboundedSender<Event>) {
    tokio::spawn(async move {
        let Some((program, arguments)) = words.split_first() else { return };
        let outcome = match run(program, arguments, None, None).await {
            Ok(status) if status.success() => Outcome::Said(format!("{name}: done")),
            Ok(status) => Outcome::Refused(format!("{name}: ended with {status}")),
            Err(why) => Outcome::Refused(format!("{name} {why}")),
        };
        // The loop may have ended.
        let _unheard = results.send(Event::Done(outcome));
    });
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotStarted(why) => write!(f, "cannot be started: {}", why.kind()),
            Self::TooLong => f.write_str("took too long and was stopped"),
            Self::Lost(why) => write!(f, "cannot be waited for: {}", why.kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read};

    use tokio::sync::mpsc;
    use tokio::task::spawn_blocking;

    use super::*;

    async fn ran(arguments: &[&str]) -> Outcome {
        let (results, mut told) = mpsc::unbounded_channel();
        start("ticket".into(), arguments.iter().map(|part| (*part).into()).collect(), results);
        match told.recv().await {
            Some(Event::Done(outcome)) => outcome,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_program_gets_its_arguments_as_they_are_and_its_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let path = out.to_str().unwrap();
        let script = "printf %s \"$2\" > \"$1\"";
        let outcome = ran(&["sh", "-c", script, "_", path, "a; b $(c)"]).await;
        assert!(matches!(outcome, Outcome::Said(text) if text == "ticket: done"));
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "a; b $(c)");
        let outcome = ran(&["sh", "-c", "exit 3"]).await;
        assert!(matches!(outcome, Outcome::Refused(text) if text.contains("exit status: 3")));
        let outcome = ran(&["/nowhere/ticket"]).await;
        assert!(matches!(outcome, Outcome::Refused(text) if text.contains("cannot be started")));
    }
    /// A script that starts another process and waits for it; both hold the pipe's end for writing.
    const FAMILY: &str = "exec 3>\"$0\"; sleep 1000 & echo up >&3; wait";

    fn pipe(folder: &std::path::Path) -> String {
        let path = folder.join("pipe").to_str().unwrap().to_owned();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    /// Returns when the script has started the other process, with the rest of what they write.
    async fn up(path: String) -> BufReader<std::fs::File> {
        let read = spawn_blocking(move || {
            let mut pipe = BufReader::new(std::fs::File::open(path).unwrap());
            let mut line = String::new();
            pipe.read_line(&mut line).unwrap();
            assert_eq!(line, "up\n");
            pipe
        });
        read.await.unwrap()
    }

    /// The pipe ends when nobody holds it any more.
    async fn ended(mut pipe: BufReader<std::fs::File>) {
        spawn_blocking(move || pipe.read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_a_program_started_ends_with_it_when_it_takes_too_long_or_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = pipe(folder.path());
        let family = |limit| {
            let arguments = ["-c".to_owned(), FAMILY.to_owned(), path.clone()];
            tokio::spawn(async move { run("sh", &arguments, None, Some(limit)).await })
        };
        let task = family(Duration::from_secs(1_000));
        let pipe = up(path.clone()).await;
        task.abort();
        ended(pipe).await;
        let task = family(Duration::from_secs(1_000));
        let pipe = up(path.clone()).await;
        tokio::time::pause();
        assert!(matches!(task.await.unwrap(), Err(Trouble::TooLong)));
        ended(pipe).await;
    }

    // The process group is read from /proc.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_program_without_a_limit_has_a_group_of_its_own_that_the_terminals_keys_do_not_reach()
    {
        // Field 5 of the line is the group.
        let own = "read -r _ _ _ _ group _ < /proc/$$/stat; test \"$group\" = $$";
        assert!(matches!(ran(&["sh", "-c", own]).await, Outcome::Said(_)));
    }
}
