//! The question for the terminal's ground, and its answer at any time (T11).

use super::*;

const QUESTION: &str = "\x1b]11;?\x07";

fn asked(terminal: &Terminal) -> bool {
    String::from_utf8_lossy(&terminal.raw.lock().unwrap()).contains(QUESTION)
}

/// The inks of `dark` and of `light`, and the ground of `dark`, as they are sent.
const DARK: &str = "38;2;216;222;230";
const LIGHT: &str = "38;2;27;31;36";
const GROUND: &str = "48;2;17;21;26";

fn wrote(terminal: &Terminal, colour: &str) -> bool {
    String::from_utf8_lossy(&terminal.raw.lock().unwrap()).contains(colour)
}

fn wait(milliseconds: u64) {
    let pause = std::sync::mpsc::channel::<()>();
    let _elapsed = pause.1.recv_timeout(Duration::from_millis(milliseconds));
}

// T11
#[test]
fn an_answer_at_any_time_is_no_key() {
    for (after, colour) in [
        (Some(0), "1c1c/1c1c/1c1c"),
        (Some(90), "ffff/ffff/f0f0"),
        (Some(3_000), "1c1c/1c1c/1c1c"),
        (None, ""),
    ] {
        let mut terminal = demo(&[("COLORTERM", "truecolor")]);
        until(&terminal, "the question", || asked(&terminal));
        let first = terminal.raw.lock().unwrap().len();
        assert!(first > 1_000, "the first frame stands before the question");
        if let Some(after) = after {
            wait(after);
            terminal.types(&format!("\x1b]11;rgb:{colour}\x1b\\"));
        }
        // Of the answer's signs `:` opens the palette, `c` a note, `r` asks Yoti.
        terminal.types("?");
        terminal.sees("Help: type to search");
        terminal.sees("search:    ");
        terminal.types("\x1b");
        until(&terminal, "help closes", || !terminal.text().contains("Help: type to search"));
        terminal.sees("[1 Sessions]");
        terminal.types("q");
        assert_eq!(terminal.ends().exit_code(), 0, "{after:?}");
        terminal.is_restored();
    }
}

#[test]
fn nothing_is_asked_where_a_theme_or_a_variable_says_it_or_the_terminal_is_far() {
    for (name, value, ink) in [
        ("BRANCHWATCH_THEME", "terminal", None),
        ("BRANCHWATCH_THEME", "light", Some(LIGHT)),
        ("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22", None),
        ("COLORFGBG", "15;0", Some(DARK)),
        ("COLORFGBG", "0;15", Some(LIGHT)),
        ("TERM", "xterm", None),
        ("NO_COLOR", "1", None),
    ] {
        let depth = if name == "TERM" { "" } else { "truecolor" };
        let mut terminal = demo(&[("COLORTERM", depth), (name, value)]);
        terminal.sees("demo-0001");
        terminal.types("2");
        terminal.sees("[2 Tree]");
        assert!(!asked(&terminal), "{name}={value}");
        for known in [DARK, LIGHT] {
            assert_eq!(wrote(&terminal, known), ink == Some(known), "{name}={value}");
        }
        assert!(!wrote(&terminal, GROUND), "{name}={value}");
        terminal.types("q");
        assert_eq!(terminal.ends().exit_code(), 0);
    }
}
