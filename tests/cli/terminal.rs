//! What a pipe, a dumb terminal and a shell get: no escapes, no noise, help that is a snapshot.

use std::io::BufRead;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{World, empty, world};

/// Every command that ends by itself.
fn commands(id: &str) -> Vec<Vec<&str>> {
    vec![
        vec![],
        vec!["list"],
        vec!["list", "--json"],
        vec!["list", "--csv"],
        vec!["list", "--plain"],
        vec!["show", id],
        vec!["show", id, "--part", "config"],
        vec!["fetch", id],
        vec!["export", id],
        vec!["export", id, "--format", "md"],
        vec!["wait", id, "--timeout", "1s"],
        vec!["letter", id],
        vec!["media", id],
        vec!["branches", "EC1A 1BB"],
        vec!["stats", "--by", "tag"],
        vec!["handover"],
        vec!["doctor"],
        vec!["config", "show", "--origin"],
        vec!["config", "schema"],
        vec!["help"],
        vec!["help", "keys"],
        vec!["help", "wait"],
        vec!["--help"],
        vec!["completions", "zsh"],
        vec!["dance"],
        vec!["demo"],
    ]
}

fn stored() -> World {
    let world = world(&["--sessions", "1", "--scenario", "S28", "--speed", "100000"]);
    world.run(&["add", &world.sessions[0], "--ref", "dbs-1"], 0);
    world.run(&["fetch", &world.sessions[0]], 0);
    world
}

// T10, U09
#[test]
fn no_escape_goes_into_a_pipe_whatever_the_environment_and_whatever_yoti_says() {
    let world = stored();
    for (name, value) in [
        ("TERM", "xterm-256color"),
        ("TERM", "dumb"),
        ("NO_COLOR", "1"),
        ("COLORTERM", "truecolor"),
    ] {
        for arguments in commands(&world.sessions[0]) {
            let mut command = world.command(&arguments);
            let output = command.env(name, value).output().unwrap();
            for bytes in [&output.stdout, &output.stderr] {
                let at = bytes.iter().position(|byte| *byte == 0x1b);
                assert_eq!(at, None, "{name}={value} {arguments:?}");
            }
        }
    }
}

/// How the reader of a command goes away.
#[derive(Clone, Copy, Debug)]
enum Gone {
    /// Before the first byte.
    AtOnce,
    /// After one line, as `head -1` does.
    AfterALine,
    /// Before the first byte, with standard error, as `2>&1 | true` does.
    WithErrors,
}

/// Runs a command whose reader goes away; how it ended, and what it said to standard error.
fn unheard(command: &mut Command, gone: Gone) -> (ExitStatus, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    if matches!(gone, Gone::WithErrors) {
        drop(reader);
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        return (command.status().unwrap(), String::new());
    }
    let reads = matches!(gone, Gone::AfterALine).then(|| reader.try_clone().unwrap());
    drop(reader);
    let child = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    // This process's own end for writing.
    command.stdout(Stdio::null());
    if let Some(reads) = reads {
        std::io::BufReader::new(reads).read_line(&mut String::new()).unwrap();
    }
    let output = child.wait_with_output().unwrap();
    (output.status, String::from_utf8(output.stderr).unwrap())
}

// T08
#[test]
fn a_reader_that_goes_away_hears_nothing_more_from_any_command() {
    let world = stored();
    let ids: Vec<String> = (0..200).map(|_| uuid::Uuid::new_v4().to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.run(&[&["add"], ids.as_slice()].concat(), 0);
    let heard = |arguments: Vec<_>| {
        let code = world.command(&arguments).output().unwrap().status.code();
        (arguments, code)
    };
    let all: Vec<_> = commands(&world.sessions[0]).into_iter().map(heard).collect();
    let ways = [Gone::AtOnce, Gone::AfterALine, Gone::WithErrors];
    let runs = (0..3).flat_map(|_| ways).flat_map(|gone| all.iter().map(move |c| (c, gone)));
    let runs = Mutex::new(runs);
    let done = AtomicUsize::new(0);
    let next = || runs.lock().unwrap().next();
    // Started together: how soon a reader goes then differs from run to run.
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                while let Some(((arguments, code), gone)) = next() {
                    let (status, err) = unheard(&mut world.command(arguments), gone);
                    let what = format!("{arguments:?} {gone:?}: {status} {err}");
                    assert!(status.code() == Some(0) || status.code() == *code, "{what}");
                    for word in ["panicked", "internal fault", "roken pipe"] {
                        assert!(!err.contains(word), "{what}");
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(done.into_inner() >= 200);
}

#[test]
fn the_help_of_every_command_is_as_it_was() {
    let world = empty();
    let (all, _) = world.run(&["--help"], 0);
    let commands = all.lines().skip_while(|line| *line != "Try it:");
    let names: Vec<&str> = commands
        .take_while(|line| *line != "Options:")
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 20, "{names:?}");
    // The flags of every command stand once, in the first text.
    let own =
        |text: &str| text.split("Global options:").next().unwrap_or_default().trim_end().to_owned();
    for name in names {
        insta::assert_snapshot!(format!("help_{name}"), own(&world.run(&[name, "--help"], 0).0));
    }
    insta::assert_snapshot!("help", world.run(&["-h"], 0).0);
    let global = all.split_once("\nOptions:").unwrap().1;
    let global: Vec<&str> = global.lines().filter(|line| !line.trim().is_empty()).collect();
    insta::assert_snapshot!("help_global", global.join("\n"));
}

#[test]
fn quiet_says_only_what_went_wrong_and_verbose_says_what_is_done() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    assert!(world.run(&["add", id], 0).1.contains("1 added"));
    assert_eq!(world.run(&["add", id, "-q"], 0).1, "");
    assert!(world.run(&["add", "nobody", id, "-q"], 7).1.contains("nobody"));
    world.run(&["-q", "-v", "list"], 2);
    let log = world.home.path().join("log");
    world.run(&["list", "--log-file", log.to_str().unwrap()], 0);
    assert!(log.exists());
}

#[test]
fn the_example_script_goes_on_by_the_verdict() {
    let names = ["S01", "S07", "S09", "S03"];
    let chosen: Vec<&str> = names.iter().flat_map(|name| ["--scenario", *name]).collect();
    let world = world(&[&["--sessions", "4", "--speed", "500000"], chosen.as_slice()].concat());
    let script =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/wait-and-branch.sh");
    world.run(&["add", &world.sessions[1]], 0);
    let within = |id: &str, timeout: &str, code: i32| {
        let own = world.command(&[]);
        let mut command = world.other("sh");
        command
            .arg(&script)
            .args([id, timeout])
            .env("PATH", "/usr/bin:/bin")
            .env("BRANCHWATCH", own.get_program());
        command.env("BRANCHWATCH_INTERVAL", "1s");
        crate::said(&command.output().unwrap(), code)
    };
    let ends = |id: &str, code: i32| within(id, "60s", code);
    assert!(ends(&world.sessions[0], 0).0.contains("approved: go on"));
    let (out, _) = ends(&world.sessions[1], 20);
    assert!(out.contains("REJECT: the reasons") && out.contains("TAMPERED"), "{out}");
    assert!(ends(&world.sessions[2], 21).0.contains("a person has to look"));
    assert!(ends(&world.sessions[3], 23).0.contains("create a new session"));
    // Yoti may not know it yet: it is asked for again until the end of the time.
    let unknown = within("00000000-0000-4000-8000-000000000001", "5s", 5);
    assert!(unknown.1.contains("no such session"));
}
