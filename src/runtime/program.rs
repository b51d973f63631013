//! Running one of the operator's own programs.
//!
//! Owns the process: never through a shell, with no terminal and nothing on its standard input.

use std::process::{Command, Stdio};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::event::{Event, Outcome};

/// Runs it; what came of it is told when it ends. The dashboard never waits for it.
pub(super) fn run(name: String, run: Vec<String>, results: UnboundedSender<Event>) {
    tokio::task::spawn_blocking(move || {
        let Some((program, arguments)) = run.split_first() else { return };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let outcome = match command.status() {
            Ok(status) if status.success() => Outcome::Said(format!("{name}: done")),
            Ok(status) => Outcome::Refused(format!("{name}: ended with {status}")),
            Err(why) => Outcome::Refused(format!("{name} cannot be run: {why}")),
        };
        // The loop may have ended.
        let _unheard = results.send(Event::Done(outcome));
    });
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    async fn ran(arguments: &[&str]) -> Outcome {
        let (results, mut told) = mpsc::unbounded_channel();
        run("ticket".into(), arguments.iter().map(|part| (*part).into()).collect(), results);
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
        assert!(matches!(outcome, Outcome::Refused(text) if text.contains("cannot be run")));
    }
}
