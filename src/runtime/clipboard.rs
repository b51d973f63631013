//! Where copied text goes: to the terminal (OSC 52, also over SSH), to a program, or nowhere.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::program;
use crate::app::event::{Event, Outcome};
pub use crate::config::value::Clipboard;

/// Then the program is ended. Those that keep the clipboard go on in the background by themselves.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hands the text to the program; what came of it is told when it ends.
pub(super) fn hand(
    words: Vec<String>,
    what: &'static str,
    text: String,
    results: UnboundedSender<Event>,
) {
    tokio::spawn(async move {
        let Some((program, arguments)) = words.split_first() else { return };
        let outcome = match program::run(program, arguments, Some(&text), Some(PATIENCE)).await {
            Ok(status) if status.success() => Outcome::Copied(what),
            Ok(status) => Outcome::CopyFailed(format!("{program} ended with {status}")),
            Err(why) => Outcome::CopyFailed(format!("{program} {why}")),
        };
        // The loop may have ended.
        let _unheard = results.send(Event::Done(outcome));
    });
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_program_gets_the_text_on_its_standard_input_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        let copied = async |script: String| {
            let (results, mut told) = mpsc::unbounded_channel();
            let words = vec!["sh".to_owned(), "-c".to_owned(), script];
            hand(words, "the link", "https://hub.example/s".to_owned(), results);
            match told.recv().await {
                Some(Event::Done(outcome)) => outcome,
                other => panic!("{other:?}"),
            }
        };
        let outcome = copied(format!("cat > '{}'", taken.display())).await;
        assert!(matches!(outcome, Outcome::Copied("the link")));
        assert_eq!(std::fs::read_to_string(taken).unwrap(), "https://hub.example/s");
        let outcome = copied("exit 3".to_owned()).await;
        assert!(matches!(outcome, Outcome::CopyFailed(why) if why.contains("exit status: 3")));
    }
}
