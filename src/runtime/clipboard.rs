//! Where copied text goes: to the terminal (OSC 52, also over SSH), to a program, or nowhere.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use zeroize::Zeroizing;

use super::program;
use super::terminal::Surface;
use crate::app::effect::Effect;
use crate::app::event::{Event, Outcome};
pub use crate::config::value::Clipboard;

/// The largest text for a clipboard, in bytes; many terminals drop more.
pub(super) const LARGEST: usize = 72 * 1024;

/// Then the program is ended. Those that keep the clipboard go on in the background by themselves.
const PATIENCE: Duration = Duration::from_secs(5);

/// Personal values stay on a clipboard for so long (fault S14).
const PERSONAL: Duration = Duration::from_secs(30);
/// The end of the program waits for so long for a clipboard to be cleared.
pub(super) const AT_END: Duration = Duration::from_millis(500);
/// What takes the place of personal values. Not nothing: tmux and some terminals ignore that.
const BLANK: &str = " ";

/// Personal values that a clipboard was given, and the time after which they are cleared.
pub(super) struct PersonalCopy {
    text: Zeroizing<String>,
    /// Ended when something else is copied.
    _timer: AbortOnDropHandle<()>,
}

impl PersonalCopy {
    /// When the time is over, the event loop is told.
    pub(super) fn new(text: String, results: mpsc::UnboundedSender<Event>) -> Self {
        let timer = tokio::spawn(async move {
            tokio::time::sleep(PERSONAL).await;
            // The loop may have ended.
            let _unheard = results.send(Event::Done(Effect::ClearClipboard.into()));
        });
        Self { text: text.into(), _timer: AbortOnDropHandle::new(timer) }
    }
}

/// Hands the text to the program, and waits for its end.
pub(super) async fn hand_over(
    words: Vec<String>,
    what: &'static str,
    text: String,
    personal: bool,
) -> Outcome {
    match given(&words, &text).await {
        Ok(()) => Ok(in_words("copied", what, personal)).into(),
        Err(why) => not_copied(&why),
    }
}

async fn given(words: &[String], text: &str) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("no program is named".to_owned());
    };
    match program::run(program, arguments, Some(text), Some(PATIENCE)).await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(why) => Err(format!("{program} {why}")),
    }
}

/// What was copied where, and that it will not stay.
pub(super) fn in_words(how: &str, what: &str, personal: bool) -> String {
    let stays = if personal { "; cleared in 30 s" } else { "" };
    format!("{how}: {what}{stays}")
}

/// Writes over what the terminal holds: no terminal tells what that is.
pub(super) fn cleared_terminal<S: Surface>(surface: &mut S) -> Outcome {
    match surface.copy(BLANK) {
        Ok(()) => Ok("told the terminal to clear its clipboard of personal values".to_owned()),
        Err(why) => Err(not_cleared(&why.to_string())),
    }
    .into()
}

/// Writes over what was copied with this program, unless another one tells of other content.
pub(super) async fn clear(words: Vec<String>, personal: PersonalCopy) -> Outcome {
    let reader = reader(&words);
    if let Some((program, arguments)) = &reader {
        let most = personal.text.len() as u64 + 2;
        match program::output(program, arguments, PATIENCE, most).await {
            Ok((status, held)) if status.success() => {
                let held = held.strip_suffix(b"\n").unwrap_or(&held);
                if held != personal.text.trim_end_matches('\n').as_bytes() {
                    return Ok("the clipboard holds something else by now: left alone".to_owned())
                        .into();
                }
            }
            // Then nobody knows what it holds, and personal values must not stay.
            Ok(_) | Err(_) => {}
        }
    }
    // tmux keeps what was copied before below what is copied now.
    if let Some((program, _)) = reader.filter(|(_, arguments)| *arguments == TMUX) {
        let _none = program::run(program, &["delete-buffer"], None, Some(PATIENCE)).await;
    }
    let cleared = given(&words, BLANK).await;
    cleared
        .map(|()| "the clipboard was cleared of personal values".to_owned())
        .map_err(|why| not_cleared(&why))
        .into()
}

const TMUX: [&str; 1] = ["show-buffer"];

/// What tells the content of the clipboard that a well-known program fills.
fn reader(words: &[String]) -> Option<(PathBuf, Vec<String>)> {
    let (program, arguments) = words.split_first()?;
    let program = Path::new(program);
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match program.file_name()?.to_str()? {
        "wl-copy" => Some((program.with_file_name("wl-paste"), owned(&["--no-newline"]))),
        "pbcopy" => Some((program.with_file_name("pbpaste"), Vec::new())),
        "tmux" => Some((program.to_path_buf(), owned(&TMUX))),
        // The same selection as it was given to.
        "xclip" | "xsel" => {
            let output = arguments.iter().cloned().chain(["-o".to_owned()]).collect();
            Some((program.to_path_buf(), output))
        }
        _ => None,
    }
}

fn not_cleared(why: &str) -> String {
    format!("personal values are still on the clipboard: {why}; copy something else")
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
            match hand_over(words, "the link", "https://hub.example/s".to_owned(), false).await {
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

    // S14
    #[tokio::test]
    async fn a_clipboard_is_cleared_unless_it_is_known_to_hold_something_else() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let holds = || std::fs::read_to_string(file("held")).unwrap();
        let program = |name: &str, script: &str| {
            let path = file(name);
            let script = script.replace("HELD", &file("held").display().to_string());
            std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
            path.display().to_string()
        };
        let both = "case \"$*\" in *-o) cat HELD;; *) cat > HELD;; esac";
        let tmux = "case $1 in show-buffer) cat HELD;; delete-buffer) : > HELD.deleted;; *) cat > HELD;; esac";
        program("wl-paste", "cat HELD");
        for (words, knows) in [
            (vec![program("xsel", both), "-b".to_owned()], true),
            (vec![program("wl-copy", "cat > HELD")], true),
            (vec![program("tmux", tmux), "load-buffer".to_owned()], true),
            (vec![program("own", both)], false),
        ] {
            for other in [false, true] {
                let (results, _inbox) = mpsc::unbounded_channel();
                let personal = PersonalCopy::new("Amina Person".to_owned(), results);
                let _copied = hand_over(words.clone(), "", "Amina Person".to_owned(), true).await;
                assert_eq!(holds(), "Amina Person", "{words:?}");
                if other {
                    std::fs::write(file("held"), "Amina Persona").unwrap();
                }
                let _none = std::fs::remove_file(file("held.deleted"));
                let cleared = clear(words.clone(), personal).await;
                let left = if other && knows { "Amina Persona" } else { BLANK };
                assert_eq!(holds(), left, "{words:?} {cleared:?}");
                let is_tmux = words.len() == 2 && words[1] == "load-buffer";
                assert_eq!(file("held.deleted").exists(), is_tmux && !other, "{words:?}");
            }
        }
        std::fs::remove_file(file("wl-paste")).unwrap();
        let failing = vec![program("wl-copy", "exit 3")];
        let (results, _inbox) = mpsc::unbounded_channel();
        let cleared = clear(failing, PersonalCopy::new("x".to_owned(), results)).await;
        assert!(format!("{cleared:?}").contains("still on the clipboard"), "{cleared:?}");
    }
}
