//! The dashboard with its receiver: a notification brings the row, and a port in use costs nothing
//! but the notifications.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use super::process::Simulator;
use super::*;

/// A simulator with one session that posts to a port, and a home whose dashboard listens there.
struct Receiving {
    _simulator: Simulator,
    api: String,
    environment: Vec<(&'static str, String)>,
    home: tempfile::TempDir,
}

fn written(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn receiving(scenario: &str, port: u16, more: &str) -> Receiving {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.pem").display().to_string();
    let notify = format!("http://yoti:secret@127.0.0.1:{port}/notifications");
    let bin = assert_cmd::cargo::cargo_bin!("branchwatch");
    let simulator = Simulator::spawn(
        Command::new(bin)
            .args(["simulate", "--sessions", "1", "--scenario", scenario, "--speed", "0"])
            .args(["--write-key", &key, "--notify", &notify])
            .env_clear(),
    );
    let api = simulator.base_url();
    let auth = home.path().join("auth");
    written(&auth, "basic yoti:secret\n");
    let config = format!(
        "[notifications]\nlisten = \"127.0.0.1:{port}\"\nauth_file = \"{}\"\n{more}",
        auth.display()
    );
    written(&home.path().join(".config/branchwatch/config.toml"), &config);
    let environment = vec![
        ("YOTI_IDV_API_URL", api.clone()),
        ("YOTI_CLIENT_SDK_ID", simulator.sdk_id()),
        ("YOTI_KEY_FILE_PATH", key),
    ];
    let session = simulator.sessions().remove(0);
    let added = Command::new(bin)
        .args(["add", &session, "--ref", "dbs-1"])
        .env_clear()
        .env("HOME", home.path())
        .envs(environment.iter().cloned())
        .stderr(Stdio::null())
        .status();
    assert!(added.unwrap().success());
    Receiving { _simulator: simulator, api, environment, home }
}

impl Receiving {
    /// Time goes on in the simulator, and it posts what happened.
    fn advance(&self, seconds: u32) {
        let host = self.api.split('/').nth(2).unwrap();
        let body = format!("{{\"advance_seconds\": {seconds}}}");
        let head = format!(
            "PUT /_sim/clock HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut socket = TcpStream::connect(host).unwrap();
        socket.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    fn dashboard(&self) -> Terminal {
        let extra: Vec<(&str, &str)> =
            self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut terminal = begun(&[], self.home.path(), &extra);
        let size = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
        terminal.master.as_mut().unwrap().resize(size).unwrap();
        terminal.screen.lock().unwrap().screen_mut().set_size(cells(60), cells(200));
        terminal
    }
}

fn quit(mut terminal: Terminal) {
    terminal.types("q");
    assert_eq!(terminal.ends().exit_code(), 0);
    terminal.is_restored();
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn what_the_api_posts_is_on_the_screen_and_the_program_of_the_configuration_is_told() {
    let told = tempfile::tempdir().unwrap();
    let file = told.path().join("a $(b) file");
    let more =
        format!("[alerts]\ncommand = [\"sh\", \"-c\", 'cat >> \"$0\"', '{}']\n", file.display());
    let world = receiving("S01", free_port(), &more);
    let terminal = world.dashboard();
    terminal.sees("dbs-1");
    terminal.sees("notifications 0 (0 missed)");
    terminal.sees("letter not set");
    world.advance(300);
    terminal.sees("first branch visit: letter QR scanned");
    terminal.sees("at counter");
    until(&terminal, "notifications are counted", || {
        !terminal.text().contains("notifications 0 (")
    });
    let lines = || std::fs::read_to_string(&file).unwrap_or_default();
    until(&terminal, "the program is told", || lines().contains("\"event\":\"at_counter\""));
    quit(terminal);
}

// W12
#[test]
fn a_port_in_use_is_said_and_polling_goes_on() {
    let blocker = TcpListener::bind("127.0.0.1:0").unwrap();
    let world = receiving("S01", blocker.local_addr().unwrap().port(), "");
    let terminal = world.dashboard();
    terminal.sees("is in use; polling continues");
    terminal.sees("letter not set");
    terminal.sees("live");
    drop(blocker);
    until(&terminal, "it listens", || !terminal.text().contains("is in use"));
    world.advance(300);
    terminal.sees("first branch visit: letter QR scanned");
    quit(terminal);
}

/// Every string that the terminal was told to take: our title, and the question for its ground.
fn only_our_strings(raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    for command in text.split("\x1b]").skip(1) {
        let ours = ["0;branchwatch\x07", "11;?\x07"].iter().any(|own| command.starts_with(own));
        assert!(ours, "{:?}", command.chars().take(80).collect::<String>());
    }
    for begin in ["\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x1bk", "\u{90}", "\u{9b}", "\u{9d}"] {
        assert!(!text.contains(begin), "{begin:?}");
    }
    assert!(text.matches("\x1b]0;").count() == 1, "one title");
}

// U01, U08
#[test]
fn whatever_a_session_says_no_title_link_or_other_string_is_sent_but_ours() {
    let world = receiving("S28", free_port(), "");
    let mut terminal = world.dashboard();
    let raw = Arc::clone(&terminal.raw);
    terminal.sees("dbs-1");
    terminal.sees("letter not set");
    world.advance(600);
    terminal.sees("REJECT");
    for pane in 1..=8 {
        terminal.types(&format!("{pane}="));
        terminal.sees(&format!("[{pane} "));
    }
    terminal.types("3z");
    terminal.sees("\\x1b");
    terminal.types("z1e");
    terminal.sees("Export dbs-1");
    terminal.types("\x1b");
    until(&terminal, "the dialog closes", || !terminal.text().contains("Export dbs-1"));
    terminal.types("d");
    terminal.sees("Changes of dbs-1");
    terminal.types("\x1b");
    until(&terminal, "the dialog closes", || !terminal.text().contains("Changes of dbs-1"));
    quit(terminal);
    only_our_strings(&raw.lock().unwrap());
}

#[test]
fn the_demo_is_notified_of_what_happens_in_it() {
    let home = tempfile::tempdir().unwrap();
    let terminal = begun(&["demo", "--speed", "30"], home.path(), &[]);
    let size = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
    terminal.master.as_ref().unwrap().resize(size).unwrap();
    terminal.screen.lock().unwrap().screen_mut().set_size(cells(60), cells(200));
    terminal.sees("demo-0001");
    terminal.sees("notifications ");
    until(&terminal, "notifications are counted", || {
        let text = terminal.text();
        text.contains("notifications ") && !text.contains("notifications 0 (")
    });
    quit(terminal);
}
