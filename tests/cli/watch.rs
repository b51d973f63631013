//! `watch`: events as lines, from start to signal; two of them on one store; the service's unit.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Stdio};

use branchwatch::clock::{Clock, SystemClock};
use serde_json::Value;

use crate::{World, world};

/// A running `watch`, its standard output read line by line.
pub(crate) struct Watching {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

pub(crate) fn watching(world: &World, arguments: &[&str]) -> Watching {
    let quick = ["--interval", "1s", "--max-rps", "100"];
    let mut command = world.command(&[arguments, &quick].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Watching { child, lines }
}

impl Watching {
    pub(crate) fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    /// The first event of this kind, and those before it.
    fn event(&mut self, kind: &str) -> (Value, Vec<String>) {
        let mut before = Vec::new();
        loop {
            let event: Value = serde_json::from_str(&self.line()).unwrap();

            if event["event"] == kind {
                return (event, before);
            }
            before.push(event["event"].as_str().unwrap().to_owned());
        }
    }

    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        let number = self.child.id().to_string();
        std::process::Command::new("kill").args([name, &number]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

#[test]
fn a_session_is_told_from_its_first_answer_to_its_verdict_and_term_ends_it_with_all_saved() {
    let world = world(&["--sessions", "1", "--scenario", "S07", "--speed", "3000"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", id, "--ref", "dbs-1"], 0);
    let log = world.home.path().join(".local/state/branchwatch/branchwatch.log");
    assert!(!log.exists(), "a command that has nothing to say leaves no log");
    let mut watch = watching(&world, &["watch", "--jsonl"]);
    let (reject, before) = watch.event("reject");
    for kind in ["first_answer", "visit", "resource", "check"] {
        assert!(before.iter().any(|word| word == kind), "{kind}: {before:?}");
    }
    assert_eq!((&reject["session_id"], &reject["reference"]), (&id.into(), &"dbs-1".into()));
    assert_eq!((&reject["stage"], &reject["state"]), (&"done_reject".into(), &"COMPLETED".into()));
    for key in ["schema_version", "profile", "environment", "fetched_at", "stale", "at", "words"] {
        assert!(!reject[key].is_null(), "{key}: {reject}");
    }
    assert_eq!(watch.signal("-TERM"), Some(143));
    world.run(&["show", id, "--exit-status"], 20);
    let said = std::fs::read_to_string(&log).unwrap();
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(said.contains(env!("CARGO_PKG_VERSION")) && said.contains("\"ends\""), "{said}");
    assert!(!said.contains(id), "{said}");
    std::fs::remove_file(&log).unwrap();
    world.run(&["fetch", id, "--log-level", "off"], 0);
    assert!(!log.exists());
}

// D06
#[test]
fn of_two_on_one_store_one_asks_and_the_other_shows_and_takes_over_when_it_is_killed() {
    let scenarios = ["--scenario", "S01", "--scenario", "S03"];
    let world = world(&[&["--sessions", "2", "--speed", "0"], scenarios.as_slice()].concat());
    let (first, second) = (world.sessions[0].as_str(), world.sessions[1].as_str());
    world.run(&["add", first], 0);
    let mut asks = watching(&world, &["watch", "--jsonl"]);
    asks.event("first_answer");
    let mut shows =
        watching(&world, &["watch", "--jsonl", "--events", "added,first_answer,connection"]);
    let (following, _) = shows.event("connection");
    assert_eq!(following["connection"], "following");
    world.run(&["add", second, "--tag", "late1"], 0);
    assert_eq!(asks.event("added").0["tags"][0], "late1");
    while shows.event("first_answer").0["session_id"] != second {}
    asks.signal("-KILL");
    let ended = SystemClock.now();
    let (live, _) = shows.event("connection");
    assert_eq!(live["connection"], "live");
    let took = SystemClock.now().duration_since(ended).as_secs();
    assert!(took < 15, "{took} s");
    let third = "00000000-0000-4000-8000-000000000001";
    world.run(&["add", third], 0);
    assert_eq!(shows.event("added").0["session_id"], third, "it reloads the list now");
    assert_eq!(shows.signal("-INT"), Some(130));
}

#[test]
fn an_outage_is_reported_although_only_one_session_is_left_open() {
    let scenarios = ["--scenario", "S07", "--scenario", "S07", "--scenario", "S03"];
    let mut world =
        world(&[&["--sessions", "3", "--speed", "2000"], scenarios.as_slice()].concat());
    for id in &world.sessions {
        world.run(&["add", id], 0);
    }
    let mut watch = watching(&world, &["watch", "--jsonl", "--events", "reject,connection"]);
    let ended = |event: Value| event["session_id"].clone();
    let first = ended(watch.event("reject").0);
    assert_ne!(first, ended(watch.event("reject").0), "two of three have ended");
    drop(world.simulator.take().unwrap());
    // A line that does not come ends the test.
    let number = watch.child.id().to_string();
    let (came, comes) = std::sync::mpsc::channel::<()>();
    let bound = std::thread::spawn(move || {
        let late = comes.recv_timeout(std::time::Duration::from_mins(10)).is_err();
        if late {
            std::process::Command::new("kill").args(["-KILL", &number]).status().unwrap();
        }
    });
    let (lost, _) = watch.event("connection");
    came.send(()).unwrap();
    bound.join().unwrap();
    assert_eq!(lost["connection"], "offline", "{lost}");
}

/// Switches a fault of the simulator on, as JSON.
fn faults(world: &World, faults: &str) {
    let place = world.base_url.strip_prefix("http://").unwrap();
    let (host, _) = place.split_once('/').unwrap();
    let mut socket = std::net::TcpStream::connect(host).unwrap();
    let length = faults.len();
    write!(
        socket,
        "PUT /_sim/faults HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{faults}"
    )
    .unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
}

#[test]
fn what_goes_wrong_with_the_store_and_the_rate_is_told() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    world.run(&["add", &world.sessions[0]], 0);
    let events = "first_answer,store,connection";
    let mut watch = watching(&world, &["watch", "--jsonl", "--events", events]);
    watch.event("first_answer");
    // Within 5 s, which tests/story.rs holds in virtual time; this machine may be busy.
    let mut told = |words: &str| {
        let begun = SystemClock.now();
        loop {
            let (event, _) = watch.event("store");
            if event["words"].as_str().unwrap().contains(words) {
                let took = SystemClock.now().duration_since(begun);
                assert!(took.as_secs() < 15, "{took:?}: {event}");
                return event;
            }
        }
    };
    let file = world.home.path().join(".local/share/branchwatch/store.db");
    // Whoever has the file, and not the key, writes another response into it, once it is saved.
    let store = rusqlite::Connection::open(&file).unwrap();
    store.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let change = "UPDATE answer SET body = zeroblob(length(body))";
    while store.execute(change, []).unwrap() == 0 {
        std::thread::yield_now();
    }
    drop(store);
    let altered = told("stored data altered: 1 session");
    assert_eq!(altered["store"], "trouble");
    assert!(altered["session_id"].is_null() && altered["profile"].is_string(), "{altered}");
    std::fs::remove_file(&file).unwrap();
    told("history not saved");
    faults(&world, r#"[{"status": 429, "retry_after": "1"}]"#);
    assert_eq!(watch.event("connection").0["connection"], "slowed");
}

#[test]
fn lines_for_people_are_sentences_without_signs_and_tell_only_what_is_asked_for() {
    let scenarios = ["--scenario", "S01", "--scenario", "S07"];
    let world = world(&[&["--sessions", "2", "--speed", "100000"], scenarios.as_slice()].concat());
    world.run(&["add", &world.sessions[0], "--ref", "Amina Okafor", "--tag", "a"], 0);
    world.run(&["add", &world.sessions[1], "--tag", "b"], 0);
    let mut all = watching(&world, &["watch", "--tz", "UTC"]);
    let mut said = Vec::new();
    while !said.iter().any(|line: &String| line.contains(": REJECT, ")) {
        said.push(all.line());
    }
    let said = said.join("\n");
    assert!(said.contains("first response from Yoti"), "{said}");
    assert!(!said.contains("Amina") && !said.contains('\x1b'), "{said}");
    let signs = said.chars().find(|c| !c.is_ascii() && *c != '▒');
    assert_eq!(signs, None, "{said}");
    drop(all);
    // With --a11y what was is one line.
    let line = watching(&world, &["--a11y", "--tz", "UTC"]).line();
    let name = world.sessions[1].split('-').next().unwrap();
    assert_eq!(line, format!("2 sessions, 1 needs attention: 1 REJECT ({name})"));
    let events = ["watch", "--jsonl", "--events", "approve,reject", "-f", "tag:a", "--no-state"];
    world.run(&["watch", "--events", "weather"], 2);
    assert!(world.run(&["watch", "--events", "rejekt"], 2).1.contains("did you mean reject?"));
    world.run(&events, 2);
    world.run(&["watch", "not-a-session"], 2);
    world.run(&["watch", "00000000-0000-4000-8000-000000000001"], 1);
    world.run(&["watch", "-f", "stge:x"], 2);
    let mut one = watching(
        &world,
        &["watch", "--no-state", "--jsonl", "--events", "reject", &world.sessions[1]],
    );
    let first: Value = serde_json::from_str(&one.line()).unwrap();
    assert_eq!(
        (&first["event"], &first["session_id"]),
        (&"reject".into(), &world.sessions[1].as_str().into())
    );
}

// T08
#[test]
fn a_reader_of_events_that_goes_away_ends_the_watching_quietly() {
    let world = world(&["--sessions", "1", "--scenario", "S01"]);
    let mut watch = watching(&world, &["watch"]);
    world.run(&["add", &world.sessions[0]], 0);
    watch.line();
    let Watching { child, lines } = &mut watch;
    // Its end of the pipe closes.
    let (reader, _writer) = std::io::pipe().unwrap();
    let open = std::mem::replace(
        lines,
        BufReader::new(std::process::ChildStdout::from(std::os::fd::OwnedFd::from(reader))).lines(),
    );
    drop(open);
    // Something that it would have told.
    world.run(&["add", "00000000-0000-4000-8000-000000000001"], 0);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_demo_speaks_in_lines_too() {
    let world = crate::empty();
    let mut command = world.command(&["demo", "--a11y", "--speed", "500", "--seed", "7"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut watch = Watching { child, lines };
    let first = watch.line();
    assert!(first.starts_with("24 sessions, ") && first.contains(" need attention: "), "{first}");
    let mut line = watch.line();
    while !line.contains("first branch visit") {
        assert!(!line.contains("first response") && !line.contains("\\x"), "{line}");
        line = watch.line();
    }
    assert_eq!(watch.signal("-TERM"), Some(143));
}

#[test]
fn offline_what_is_stored_is_shown_without_a_key() {
    let world = crate::empty();
    world.run(&["add", "1c3cae90-1769-43a9-8554-d85f2e7cdb0f"], 0);
    let mut command = world.command(&["watch", "--offline"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("watching 1 session"), "{line}");
    let number = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &number]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

// S01
#[test]
fn the_units_command_line_is_one_that_the_program_takes_and_it_makes_no_core_file() {
    let unit = std::fs::read_to_string("assets/branchwatch.service").unwrap();
    assert!(unit.lines().any(|line| line == "LimitCORE=0"), "{unit}");
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let arguments: Vec<&str> = line.split(' ').skip(1).collect();
    let world = crate::empty();
    // It goes as far as the configuration, of which there is none here.
    let (_, err) = world.run(&arguments, 3);
    assert!(err.contains("nothing is configured"), "{err}");
    let last: Value =
        serde_json::from_str(err.lines().next().unwrap_or_default()).unwrap_or_default();
    assert!(last.is_null() || last["level"].is_string(), "{err}");
}

#[test]
#[ignore = "needs systemd-analyze: .ci/run installs it"]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let world = crate::empty();
    let place = world.home.path().join(".cargo/bin");
    std::fs::create_dir_all(&place).unwrap();
    let program = assert_cmd::cargo::cargo_bin!("branchwatch");
    std::os::unix::fs::symlink(program, place.join("branchwatch")).unwrap();
    let mut command = std::process::Command::new("systemd-analyze");
    command.args(["verify", "--user", "--man=no", "assets/branchwatch.service"]);
    command.env("HOME", world.home.path()).env("XDG_RUNTIME_DIR", world.home.path());
    // A key that it does not know is only reported, and no failure.
    let (out, err) = crate::said(&command.output().unwrap(), 0);
    assert!(!out.contains("branchwatch") && !err.contains("branchwatch"), "{out}{err}");
}

// T02
#[cfg(target_os = "linux")]
#[test]
fn a_reader_that_reads_nothing_holds_up_no_signal() {
    let world = world(&["--sessions", "30", "--scenario", "S01"]);
    let ids: Vec<&str> = world.sessions.iter().map(String::as_str).collect();
    world.run(&[&["add"], ids.as_slice()].concat(), 0);
    let mut command = world.command(&["watch", "--jsonl", "--max-rps", "100"]);
    let (reader, writer) = std::io::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut child = command.stdout(writer).stderr(Stdio::null()).spawn().unwrap();
    drop(command);
    // It holds a part of what thirty first responses print; nothing comes once it is full.
    let pause = std::sync::mpsc::channel::<()>();
    let mut held = 0;
    loop {
        let _elapsed = pause.1.recv_timeout(std::time::Duration::from_millis(200));
        let now = rustix::io::ioctl_fionread(&reader).unwrap();
        if now > 2_000 && now == held {
            break;
        }
        held = now;
    }
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(reader);
}
