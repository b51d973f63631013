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
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::app::event::Outcome;

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
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = spawn(program, arguments, stdin, Stdio::null())?;
    // Not in a `ProcessGroup`, whose drop would kill it: it may outlive the dashboard.
    let Some(limit) = limit else { return heard(&mut child, input).await.map_err(Trouble::Lost) };
    let mut group = ProcessGroup(child);
    within(limit, heard(&mut group.0, input)).await
}

/// Runs it to its end and returns what it wrote to its standard output, `most` bytes of it; the
/// time is limited as in [`run`]. What it says on standard error is dropped.
pub(crate) async fn output<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: &[A],
    limit: Duration,
    most: u64,
) -> Result<(ExitStatus, Zeroizing<Vec<u8>>), Trouble> {
    let mut group = ProcessGroup(spawn(program, arguments, Stdio::null(), Stdio::piped())?);
    // As large as it can get: growing would leave copies behind.
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(most).unwrap_or_default()));
    let status = within(limit, async {
        if let Some(from) = group.0.stdout.take() {
            from.take(most).read_to_end(&mut text).await?;
        }
        group.0.wait().await
    });
    Ok((status.await?, text))
}

fn spawn<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: &[A],
    stdin: Stdio,
    stdout: Stdio,
) -> Result<Child, Trouble> {
    let mut command = Command::new(program);
    // No terminal: it could write over the screen. A group, so that all of it can be ended at once.
    command.args(arguments).stdin(stdin).stdout(stdout).stderr(Stdio::null()).process_group(0);
    command.spawn().map_err(Trouble::NotStarted)
}

async fn within<T>(
    limit: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, Trouble> {
    let ended = timeout(limit, work).await.map_err(|_elapsed| Trouble::TooLong)?;
    ended.map_err(Trouble::Lost)
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

/// Runs one of `[programs]` to its end; it may outlive the dashboard.
pub(super) async fn run_own(name: String, words: Vec<String>) -> Outcome {
    let Some((program, arguments)) = words.split_first() else {
        return Err(format!("{name}: no program is named")).into();
    };
    let result = match run(program, arguments, None, None).await {
        Ok(status) if status.success() => Ok(format!("{name}: done")),
        Ok(status) => Err(format!("{name}: ended with {status}")),
        Err(why) => Err(format!("{name} {why}")),
    };
    result.into()
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

    use tokio::task::spawn_blocking;

    use super::*;

    async fn ran(arguments: &[&str]) -> Result<String, String> {
        let words = arguments.iter().map(|part| (*part).into()).collect();
        match run_own("ticket".into(), words).await {
            Outcome::Done { session: None, result } => result,
            other => panic!("{other:?}"),
        }
    }

    // U13
    #[tokio::test]
    async fn a_program_gets_its_arguments_as_they_are_and_its_end_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let path = out.to_str().unwrap();
        let script = "printf %s \"$2\" > \"$1\"";
        let result = ran(&["sh", "-c", script, "_", path, "a; b $(c)"]).await;
        assert_eq!(result.unwrap(), "ticket: done");
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "a; b $(c)");
        let why = ran(&["sh", "-c", "exit 3"]).await.unwrap_err();
        assert!(why.contains("exit status: 3"), "{why}");
        let why = ran(&["/nowhere/ticket"]).await.unwrap_err();
        assert!(why.contains("cannot be started"), "{why}");
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
        assert!(ran(&["sh", "-c", own]).await.is_ok());
    }
}
