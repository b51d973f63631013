//! The real binary in a pseudo-terminal: it starts, draws, obeys, and gives the terminal back on
//! every way out.
//!
//! Waits for conditions, never for time.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[path = "pty/asks.rs"]
mod asks;
#[path = "pty/configured.rs"]
mod configured;
#[path = "pty/garbage.rs"]
mod garbage;
#[path = "pty/ground.rs"]
mod ground;
#[path = "pty/lists.rs"]
mod lists;
#[cfg(debug_assertions)]
#[path = "pty/panics.rs"]
mod panics;
#[path = "pty/private.rs"]
mod private;
#[path = "common/process.rs"]
mod process;
#[path = "pty/receives.rs"]
mod receives;
#[path = "pty/unread.rs"]
mod unread;

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a condition may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    screen: Arc<Mutex<vt100::Parser>>,
    raw: Arc<Mutex<Vec<u8>>>,
    /// While it is held, nothing more is read.
    gate: Arc<Mutex<()>>,
    at_gate: Arc<AtomicBool>,
    closing: Arc<AtomicBool>,
    reading: std::thread::JoinHandle<()>,
    /// How the terminal was set before the program began.
    modes: String,
    home: Option<tempfile::TempDir>,
}

fn demo(extra: &[(&str, &str)]) -> Terminal {
    let home = tempfile::tempdir().unwrap();
    let terminal = begun(&["demo"], home.path(), extra);
    Terminal { home: Some(home), ..terminal }
}

fn begun(arguments: &[&str], home: &std::path::Path, extra: &[(&str, &str)]) -> Terminal {
    let mut command = CommandBuilder::new(assert_cmd::cargo::cargo_bin!("branchwatch"));
    command.args(arguments);
    running(command, home, extra)
}

fn running(
    mut command: CommandBuilder,
    home: &std::path::Path,
    extra: &[(&str, &str)],
) -> Terminal {
    let pair = native_pty_system()
        .openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 })
        .unwrap();
    command.env_clear();
    for (name, value) in
        [("HOME", home.to_str().unwrap()), ("TERM", "xterm-256color"), ("LANG", "C.UTF-8")]
    {
        command.env(name, value);
    }
    for (name, value) in extra {
        command.env(name, value);
    }
    command.cwd(home);
    let modes = modes(&*pair.master);
    let child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let screen = Arc::new(Mutex::new(vt100::Parser::new(cells(40), cells(120), 0)));
    let raw = Arc::new(Mutex::new(Vec::new()));
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (shown, kept) = (Arc::clone(&screen), Arc::clone(&raw));
    let closing = Arc::new(AtomicBool::new(false));
    let closed = Arc::clone(&closing);
    let (gate, at_gate) = (Arc::new(Mutex::new(())), Arc::new(AtomicBool::new(false)));
    let (open, waits) = (Arc::clone(&gate), Arc::clone(&at_gate));
    let reading = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(length) = reader.read(&mut bytes) {
            if length == 0 || closed.load(Ordering::SeqCst) {
                break;
            }
            waits.store(true, Ordering::SeqCst);
            drop(open.lock().unwrap());
            waits.store(false, Ordering::SeqCst);
            let bytes = bytes.get(..length).unwrap();
            shown.lock().unwrap().process(bytes);
            kept.lock().unwrap().extend_from_slice(bytes);
        }
    });
    let keys = pair.master.take_writer().unwrap();
    Terminal {
        child,
        master: Some(pair.master),
        keys: Some(keys),
        screen,
        raw,
        gate,
        at_gate,
        closing,
        reading,
        modes,
        home: None,
    }
}

/// What raw mode changes, and the rest of how a terminal is set.
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

/// Waits until something holds; fails with the screen when it never does.
#[track_caller]
fn until(terminal: &Terminal, what: &str, mut holds: impl FnMut() -> bool) {
    let pause = std::sync::mpsc::channel::<()>();
    let mut waited = Duration::ZERO;
    let step = Duration::from_millis(20);
    while !holds() {
        assert!(waited < PATIENCE, "never: {what}\n{}", terminal.text());
        let _elapsed = pause.1.recv_timeout(step);
        waited += step;
    }
}

/// The process is stopped.
fn stopped(pid: u32) -> bool {
    let mut command = std::process::Command::new("ps");
    let output = command.args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    output.stdout.starts_with(b"T")
}

impl Terminal {
    fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    #[track_caller]
    fn sees(&self, text: &str) {
        until(self, text, || self.text().contains(text));
    }

    fn types(&mut self, keys: &str) {
        self.keys.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    fn tells_of_the_mouse(&self) -> bool {
        let parser = self.screen.lock().unwrap();
        parser.screen().mouse_protocol_mode() == vt100::MouseProtocolMode::PressRelease
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    #[track_caller]
    fn ends(&mut self) -> ExitStatus {
        let ended = self.is_gone();
        self.has_said_all();
        ended
    }

    #[track_caller]
    fn is_gone(&mut self) -> ExitStatus {
        let mut ended = None;
        let mut waited = Duration::ZERO;
        let pause = std::sync::mpsc::channel::<()>();
        while ended.is_none() {
            assert!(waited < PATIENCE, "it never ends\n{}", self.text());
            ended = self.child.try_wait().unwrap();
            let _elapsed = pause.1.recv_timeout(Duration::from_millis(20));
            waited += Duration::from_millis(20);
        }
        ended.unwrap()
    }

    /// Its end is seen before its last words have gone through the terminal.
    #[track_caller]
    fn has_said_all(&self) {
        until(self, "the end of its output", || self.reading.is_finished());
    }

    /// The screen of [`Self::has_its_screen`], and the terminal set as it was.
    #[track_caller]
    fn is_restored(&self) {
        until(self, "the terminal is set as it was", || {
            modes(&**self.master.as_ref().unwrap()) == self.modes
        });
        self.has_its_screen();
    }

    /// Alternate screen left, cursor shown, bracketed paste and mouse off.
    #[track_caller]
    fn has_its_screen(&self) {
        until(self, "the terminal is restored", || {
            let parser = self.screen.lock().unwrap();
            let screen = parser.screen();
            let mouse = screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None;
            let taken = screen.alternate_screen() || screen.bracketed_paste() || mouse;
            !taken && !screen.hide_cursor()
        });
        let raw = self.raw.lock().unwrap();
        let holds = |part: &[u8]| raw.windows(part.len()).any(|window| window == part);
        assert!(holds(b"\x1b[?1049h"), "it was entered");
        let text = String::from_utf8_lossy(&raw);
        let titles: Vec<&str> =
            text.split("\x1b]").skip(1).filter(|t| t.starts_with(['0', '2'])).collect();
        assert!(titles.iter().all(|title| title.starts_with("0;branchwatch\x07")), "{titles:?}");
        let kept = text.matches("\x1b[22;2t").count();
        assert_eq!((kept, text.matches("\x1b[23;2t").count()), (titles.len(), titles.len()));
        // Neither on the screen that was there before nor above it.
        let mut whole = vt100::Parser::new(cells(40), cells(120), 10_000);
        whole.process(&raw);
        whole.screen_mut().set_scrollback(usize::MAX);
        assert!(!whole.screen().contents().contains("demo-"), "{}", whole.screen().contents());
    }
}

// T16
#[test]
fn it_starts_draws_obeys_and_quits() {
    let mut terminal = demo(&[]);
    terminal.sees("demo-0001");
    terminal.sees("live");
    terminal.types("?");
    terminal.sees("Help: type to search");
    terminal.types("\x1b");
    until(&terminal, "help closes", || !terminal.text().contains("Help: type to search"));
    terminal.types("2");
    terminal.sees("[2 Tree]");
    terminal.types("1e");
    terminal.sees("Export demo-");
    terminal.types("\r");
    terminal.sees("exported");
    terminal.types("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_restored();
}

// T02, T04
#[test]
fn every_signal_gives_the_terminal_back_and_is_told_by_the_exit_code() {
    let signals = [
        ("-TERM", 143),
        ("-HUP", 129),
        ("-INT", 130),
        ("-QUIT", 131),
        ("-ABRT", 134),
        ("-ALRM", 142),
        ("-USR1", 138),
        ("-USR2", 140),
        ("-XCPU", 152),
        ("-VTALRM", 154),
        ("-PROF", 155),
    ];
    for (name, code) in signals {
        let mut terminal = demo(&[]);
        terminal.sees("demo-0001");
        terminal.signal(name);
        assert_eq!(terminal.ends().exit_code(), code, "{name}");
        terminal.is_restored();
    }
}

// T09
#[test]
fn ctrl_c_quits_and_a_resize_is_followed() {
    let mut terminal = demo(&[]);
    terminal.sees("demo-0001");
    let size = PtySize { rows: 12, cols: 50, pixel_width: 0, pixel_height: 0 };
    terminal.master.as_ref().unwrap().resize(size).unwrap();
    terminal.screen.lock().unwrap().screen_mut().set_size(cells(12), cells(50));
    terminal.sees("Window is 50x12");
    terminal.types("\x03");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_restored();
}

#[test]
fn ctrl_l_draws_all_cells_again_on_a_terminal_that_answers_no_question() {
    let mut terminal = demo(&[]);
    terminal.sees("demo-0001");
    let drawn = terminal.raw.lock().unwrap().len();
    terminal.types("\x0c");
    until(&terminal, "the screen is cleared", || {
        let raw = terminal.raw.lock().unwrap();
        raw.get(drawn..).unwrap().windows(4).any(|bytes| bytes == b"\x1b[2J")
    });
    terminal.types("2");
    terminal.sees("[2 Tree]");
    terminal.types("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_restored();
}

// T03
#[test]
fn ctrl_z_and_tstp_stop_with_the_terminal_given_back_and_go_on_with_a_whole_frame() {
    let mut terminal = demo(&[]);
    terminal.sees("demo-0001");
    let pid = terminal.child.process_id().unwrap();
    for from_outside in [false, true] {
        if from_outside {
            terminal.signal("-TSTP");
        } else {
            terminal.types("\x1a");
        }
        until(&terminal, "it stops", || stopped(pid));
        terminal.is_restored();
        terminal.screen.lock().unwrap().process(b"\x1b[2J");
        terminal.signal("-CONT");
        terminal.sees("demo-0001");
        until(&terminal, "the screen is taken again", || {
            terminal.screen.lock().unwrap().screen().alternate_screen()
        });
    }
    terminal.types("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_restored();
}

#[test]
fn the_mouse_is_off_until_asked_for_and_given_back_on_every_way_out() {
    for (way_out, code) in [("q", 0), ("\x03", 0), ("-TERM", 143)] {
        let mut terminal = demo(&[]);
        terminal.sees("demo-0001");
        assert!(!terminal.tells_of_the_mouse());
        terminal.types("M");
        until(&terminal, "the mouse is on", || terminal.tells_of_the_mouse());
        let row = terminal.text().lines().position(|line| line.contains("2 Tree")).unwrap();
        terminal.types(&format!("\x1b[<0;100;{}M\x1b[<0;100;{0}m", row + 3));
        terminal.sees("[2 Tree]");
        terminal.types("\x1a");
        let pid = terminal.child.process_id().unwrap();
        until(&terminal, "it stops", || stopped(pid));
        terminal.is_restored();
        terminal.signal("-CONT");
        until(&terminal, "the mouse is on again", || terminal.tells_of_the_mouse());
        match way_out.strip_prefix('-') {
            Some(_) => terminal.signal(way_out),
            None => terminal.types(way_out),
        }
        assert_eq!(terminal.ends().exit_code(), code, "{way_out}");
        terminal.is_restored();
    }
}

// T15
#[test]
fn a_picture_in_the_terminals_graphics_is_taken_back_when_closed_and_on_every_way_out() {
    const TAKEN: &[u8] = b"\x1b_Ga=d,d=A,q=2\x1b\\";
    let mut terminal = demo(&[("TERM", "xterm-kitty")]);
    let size = PtySize { rows: 40, cols: 120, pixel_width: 240, pixel_height: 160 };
    terminal.master.as_ref().unwrap().resize(size).unwrap();
    terminal.sees("demo-0001");
    let wrote = |terminal: &Terminal, from: usize, bytes: &[u8]| {
        let raw = terminal.raw.lock().unwrap();
        raw.get(from..).unwrap().windows(bytes.len()).any(|window| window == bytes)
    };
    // One session by its name: until the first key the selection goes with the first row.
    terminal.types("/demo-0002\r");
    terminal.sees("1 Sessions 1 of ");
    // The tree has what was supplied, and with it its pictures.
    terminal.sees("● PASSPORT");
    terminal.types("2v");
    terminal.sees("Media demo-");
    terminal.types("\r");
    until(&terminal, "a picture in Kitty's graphics", || wrote(&terminal, 0, b"\x1b_Gq=2,i="));
    let before = terminal.raw.lock().unwrap().len();
    terminal.types("\x1b");
    until(&terminal, "it is taken back", || wrote(&terminal, before, TAKEN));
    terminal.types("v");
    terminal.sees("Media demo-");
    terminal.types("\r");
    until(&terminal, "another picture", || wrote(&terminal, before, b"\x1b_Gq=2,i="));
    let before = terminal.raw.lock().unwrap().len();
    terminal.signal("-TERM");
    assert_eq!(terminal.ends().exit_code(), 143);
    until(&terminal, "it is taken back", || wrote(&terminal, before, TAKEN));
    terminal.is_restored();
}

// T06
#[test]
fn it_ends_when_the_terminal_goes_away() {
    let mut terminal = demo(&[]);
    terminal.sees("demo-0001");
    // The reader lets go with the next frame; then nobody holds the other end any more.
    terminal.closing.store(true, Ordering::SeqCst);
    terminal.keys.take();
    terminal.master.take();
    let code = terminal.ends().exit_code();
    assert!(code == 129 || code == 1, "{code}");
}

// C07
#[test]
fn a_locale_that_is_not_utf_8_gets_ascii_alone() {
    let mut terminal = demo(&[("LC_ALL", "C")]);
    terminal.sees("demo-0001");
    terminal.types("2q");
    assert_eq!(terminal.ends().exit_code(), 0);
    let raw = terminal.raw.lock().unwrap();
    let foreign =
        String::from_utf8_lossy(&raw).chars().filter(|c| !c.is_ascii()).collect::<String>();
    assert_eq!(foreign, "");
}

// T10
#[test]
fn without_colours_no_colour_is_sent() {
    let mut terminal = demo(&[("NO_COLOR", "1")]);
    terminal.sees("demo-0001");
    terminal.types("q");
    terminal.ends();
    let raw = terminal.raw.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&raw);
    assert!(!text.contains("\x1b[38;") && !text.contains("\x1b[48;"), "no colour");
    assert!(text.contains("\x1b[1m"), "but bold");
}
