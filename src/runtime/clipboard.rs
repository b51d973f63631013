//! Where copied text goes: to the terminal (OSC 52, also over SSH), to a program, or nowhere.

use std::time::Duration;

use super::program;
use crate::app::event::Outcome;
pub use crate::config::value::Clipboard;

/// The largest text for a clipboard, in bytes; many terminals drop more.
pub(super) const LARGEST: usize = 72 * 1024;

/// Then the program is ended. Those that keep the clipboard go on in the background by themselves.
const PATIENCE: Duration = Duration::from_secs(5);

/// Hands the text to the program, and waits for its end.
pub(super) async fn hand_over(words: Vec<String>, what: &'static str, text: String) -> Outcome {
    let Some((program, arguments)) = words.split_first() else {
        return not_copied("no program is named");
    };
    match program::run(program, arguments, Some(&text), Some(PATIENCE)).await {
        Ok(status) if status.success() => Ok(format!("copied: {what}")).into(),
        Ok(status) => not_copied(&format!("{program} ended with {status}")),
        Err(why) => not_copied(&format!("{program} {why}")),
    }
}

pub(super) fn not_copied(why: &str) -> Outcome {
    Err(format!("nothing copied: {why}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_gets_the_text_on_its_standard_input_and_its_failure_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        let copied = async |script: String| {
            let words = vec!["sh".to_owned(), "-c".to_owned(), script];
            match hand_over(words, "the link", "https://hub.example/s".to_owned()).await {
                Outcome::Done { session: None, result } => result,
                other => panic!("{other:?}"),
            }
        };
        let result = copied(format!("cat > '{}'", taken.display())).await;
        assert_eq!(result.unwrap(), "copied: the link");
        assert_eq!(std::fs::read_to_string(taken).unwrap(), "https://hub.example/s");
        let why = copied("exit 3".to_owned()).await.unwrap_err();
        assert!(why.starts_with("nothing copied: ") && why.contains("exit status: 3"), "{why}");
    }
}
