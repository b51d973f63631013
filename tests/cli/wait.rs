//! `wait`: every condition and every exit code, against the simulator.

use crate::{World, world};

/// Waits for the sessions, asking each second.
fn waits(world: &World, arguments: &[&str], code: i32) -> (String, String) {
    let waiting = ["wait", "--interval", "1s", "--max-rps", "50", "--timeout", "10m"];
    world.run(&[&waiting, arguments].concat(), code)
}

#[test]
fn waiting_ends_with_the_verdict_and_what_was_learned_is_kept() {
    let scenarios = ["S01", "S07", "S09", "S03", "S19"];
    let asked: Vec<&str> = scenarios
        .iter()
        .flat_map(|name| ["--scenario", *name])
        .chain(["--speed", "500000"])
        .collect();
    let world = world(&[&["--sessions", "5"], asked.as_slice()].concat());
    let id = |n: usize| world.sessions[n].as_str();
    world.run(&["add", id(1)], 0);
    let (out, _) = waits(&world, &[id(0)], 0);
    assert_eq!(out, format!("{}  done: APPROVE\n", id(0)));
    let (out, err) = waits(&world, &[id(1)], 20);
    assert!(out.contains("done: REJECT") && err.is_empty(), "{out}{err}");
    world.run(&["show", id(1), "--exit-status"], 20);
    waits(&world, &[id(2)], 21);
    waits(&world, &[id(3)], 23);
    // A value that nobody knows is never a pass.
    waits(&world, &[id(4)], 21);
    let (out, _) = waits(&world, &[id(0), id(1), id(3)], 7);
    assert_eq!(out.lines().count(), 3, "{out}");
    waits(&world, &[id(0), id(0), "--no-state"], 0);
    waits(&world, &[id(0), "--until", "first-visit"], 0);
    let (out, _) = waits(&world, &[id(0), "--until", "resource"], 0);
    assert!(out.contains("supplied: "), "{out}");
    waits(&world, &[id(0), "--until", "check=ibv_visual_review_check"], 0);
    let tampered = "check=ID_DOCUMENT_AUTHENTICITY";
    waits(&world, &[id(1), "--until", tampered], 20);
    let (out, _) = waits(&world, &[id(3), "--until", "first-visit"], 23);
    assert!(out.contains("never met"), "{out}");
    let (out, _) = waits(&world, &[id(0), "--until", "check=SYNTHETIC_CHECK"], 1);
    assert!(out.contains("never met"), "{out}");
}

#[test]
fn waiting_ends_early_where_it_can_come_to_nothing() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    let nobody = "00000000-0000-4000-8000-000000000001";
    let (_, err) = world.run(&["wait", nobody, "--timeout", "10s"], 5);
    assert!(err.contains("no such session"), "{err}");
    let (_, err) = world.run(&["wait", id, "--timeout", "1s"], 124);
    assert!(err.contains("timeout (--timeout)"), "{err}");
    assert!(err.contains(&format!("{id}  still letter not set")), "{err}");
    world.run(&["wait", id, "--until", "weather"], 2);
    world.run(&["wait", id, "--timeout", "soon"], 2);
    world.run(&["wait"], 2);
    let with = |timeout: &str, name: &str, value: &str, code: i32| {
        let mut command = world.command(&["wait", id, "--timeout", timeout]);
        crate::said(&command.env(name, value).output().unwrap(), code).1
    };
    assert!(with("5m", "YOTI_CLIENT_SDK_ID", nobody, 4).contains("do not belong together"));
    // Until its time is over: somebody may answer yet.
    let nowhere = "http://127.0.0.1:1/idverify/v1";
    assert!(with("10s", "YOTI_IDV_API_URL", nowhere, 6).contains("refused"));
}

// That it listens for signals is read from /proc.
#[cfg(target_os = "linux")]
#[test]
fn waiting_ends_by_ctrl_c_with_its_code() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    let mut waiting = world.command(&["wait", id]).spawn().unwrap();
    // It listens for signals before anything else; ask until it does.
    let number = waiting.id().to_string();
    let listens = || {
        let caught = std::fs::read_to_string(format!("/proc/{number}/status")).unwrap();
        let caught = caught.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << 1) != 0
    };
    while !listens() {
        std::thread::yield_now();
    }
    std::process::Command::new("kill").args(["-INT", &number]).status().unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(130));
}

/// Answers the requests for sessions, by their number from 0 on, with a status and a body of JSON,
/// until the test ends.
fn answering(answers: impl Fn(usize) -> (u16, String) + Send + 'static) -> String {
    use std::io::{BufRead, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/idverify/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let lines = std::io::BufReader::new(stream.try_clone().unwrap()).lines();
            let _head = lines.take_while(|line| line.as_ref().is_ok_and(|l| !l.is_empty())).count();
            let (status, body) = answers(number);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
            );
            let _gone =
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    base
}

/// A session in a state that nobody knows.
pub(crate) const LIMBO: &str = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";

pub(crate) const HERE: &str = "1c3cae90-1769-43a9-8554-d85f2e7cdb10";

/// The address of a Yoti for which that session is ongoing.
pub(crate) fn ongoing() -> String {
    answering(|_| {
        let body = r#"{"session_id":"1c3cae90-1769-43a9-8554-d85f2e7cdb10","state":"ONGOING"}"#;
        (200, body.to_owned())
    })
}

/// The address of a Yoti that knows no other session.
pub(crate) fn limbo() -> String {
    answering(|_| (200, in_limbo()))
}

fn in_limbo() -> String {
    format!(r#"{{"session_id":"{LIMBO}","state":"LIMBO"}}"#)
}

#[test]
fn case_14_a_session_that_yoti_does_not_know_yet_is_asked_for_again() {
    let world = world(&["--sessions", "0"]);
    let late = || {
        answering(|number| match number {
            0 | 1 => (404, r#"{"code":"SESSION_NOT_FOUND"}"#.to_owned()),
            _ => (200, in_limbo()),
        })
    };
    let waits = |base: String| {
        let mut command = world.command(&["wait", LIMBO, "--timeout", "10m"]);
        command.env("YOTI_IDV_API_URL", base).output().unwrap()
    };
    crate::said(&waits(late()), 24);
    // The store says that it is gone: what was so once is asked for all the same.
    world.run(&["add", LIMBO], 0);
    let mut store = world.location().open(false).unwrap().persistence;
    let mut gone = store.load().unwrap().remove(0);
    gone.revise(|answers| answers.missing_since = Some("2026-10-16T09:00:00Z".parse().unwrap()));
    store.learn(&[std::sync::Arc::new(gone)]).unwrap();
    drop(store);
    let (out, _) = world.run(&["list"], 0);
    assert!(out.contains("not found"), "{out}");
    crate::said(&waits(late()), 24);
}

#[test]
fn a_state_that_nobody_knows_ends_the_waiting_with_a_code_of_its_own() {
    let world = world(&["--sessions", "0"]);
    let mut command = world.command(&["wait", LIMBO, "--timeout", "10m"]);
    let (out, _) = crate::said(&command.env("YOTI_IDV_API_URL", limbo()).output().unwrap(), 24);
    assert!(out.contains("LIMBO"), "{out}");
}
