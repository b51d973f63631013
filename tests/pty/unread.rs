//! A terminal that does not read (Ctrl-S, an ssh that hangs), and one that nobody gave back.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::MutexGuard;

use rustix::fs::OFlags;

use super::*;

/// Fills what the system holds for the terminal, until there is no room for one byte more.
fn fill(terminal: &Terminal, _held: &MutexGuard<'_, ()>) {
    let path = terminal.master.as_ref().unwrap().tty_name().unwrap();
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let mut to = File::options().write(true).custom_flags(flags).open(path).unwrap();
    // NUL shows nothing. The reader takes one more piece before it stands at the gate.
    let full = |to: &mut File| while to.write(&[0; 4096]).is_ok() {};
    full(&mut to);
    until(terminal, "the reader stops", || terminal.at_gate.load(Ordering::SeqCst));
    full(&mut to);
}

// T02, T07
#[test]
fn a_terminal_that_does_not_read_holds_up_no_signal() {
    for (name, code) in [("-TERM", 143), ("-HUP", 129), ("-INT", 130), ("-QUIT", 131)] {
        let mut terminal = demo(&[]);
        terminal.sees("demo-0001");
        let gate = Arc::clone(&terminal.gate);
        let held = gate.lock().unwrap();
        fill(&terminal, &held);
        // A whole frame, which finds no room.
        terminal.types("\x0c");
        terminal.signal(name);
        assert_eq!(terminal.is_gone().exit_code(), code, "{name}");
        drop(held);
        terminal.has_said_all();
        terminal.is_restored();
    }
}

// T07
#[test]
fn a_terminal_that_does_not_read_holds_up_no_key_and_then_shows_what_is_true_by_then() {
    for quits in [false, true] {
        let mut terminal = demo(&[]);
        terminal.sees("demo-0001");
        let gate = Arc::clone(&terminal.gate);
        let held = gate.lock().unwrap();
        fill(&terminal, &held);
        terminal.types("\x0c2");
        if !quits {
            drop(held);
            terminal.sees("[2 Tree]");
            terminal.sees("demo-0001");
            terminal.types("q");
            assert_eq!(terminal.ends().exit_code(), 0);
            continue;
        }
        terminal.types("q");
        assert_eq!(terminal.is_gone().exit_code(), 0);
        drop(held);
        terminal.has_said_all();
        terminal.is_restored();
    }
}

// T02
#[test]
fn a_terminal_that_does_not_read_lines_holds_up_no_signal() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = begun(&["demo", "--a11y", "--speed", "600"], home.path(), &[]);
    // Of any session: at this speed the first lines are soon gone from the screen.
    terminal.sees("demo-");
    let gate = Arc::clone(&terminal.gate);
    let held = gate.lock().unwrap();
    fill(&terminal, &held);
    terminal.signal("-TERM");
    assert_eq!(terminal.is_gone().exit_code(), 143);
    drop(held);
}

// T04, T05
#[test]
fn reset_gives_a_terminal_back_that_a_killed_dashboard_left() {
    let home = tempfile::tempdir().unwrap();
    let mut command = CommandBuilder::new("sh");
    let program = assert_cmd::cargo::cargo_bin!("branchwatch");
    let script =
        r#""$0" demo; echo "it was killed"; "$0" reset; stty -a; read -r line; echo "read $line""#;
    command.args(["-c", script]);
    command.arg(program);
    let mut terminal = running(command, home.path(), &[("PATH", "/usr/bin:/bin")]);
    terminal.sees("demo-0001");
    let shell = terminal.child.process_id().unwrap().to_string();
    let killed = Command::new("pkill").args(["-KILL", "-P", &shell]).status().unwrap();
    assert!(killed.success());
    terminal.sees("speed");
    // What raw mode takes away is given back; how it was set before nobody knows any more.
    terminal.has_its_screen();
    let modes = terminal.text();
    for mode in ["icanon", "isig", "iexten", "echo", "icrnl", "opost", "onlcr"] {
        assert!(modes.split_whitespace().any(|word| word == mode), "{mode}\n{modes}");
    }
    assert!(!terminal.text().contains("demo-0001"), "the other screen is gone");
    terminal.types("a line\r");
    terminal.sees("read a line");
    assert_eq!(terminal.ends().exit_code(), 0);
}
