//! What a pipe, a dumb terminal and a shell get: no escapes, no noise, completions that load, help
//! that is a snapshot.

use std::process::{Command, Stdio};

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

#[test]
fn a_reader_that_goes_away_hears_nothing_more_from_any_command() {
    let world = stored();
    for arguments in commands(&world.sessions[0]) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = world.command(&arguments);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_ne!(output.status.code(), Some(70), "{arguments:?}: {err}");
        assert!(!err.contains("panicked") && !err.contains("roken pipe"), "{arguments:?}: {err}");
    }
}

#[test]
fn completions_load_in_the_shells_that_are_here() {
    let world = empty();
    for (shell, check) in [
        ("bash", "source ./completions && complete -p branchwatch"),
        (
            "zsh",
            "autoload -U compinit && compinit -u && source ./completions && whence _branchwatch",
        ),
        (
            "fish",
            "source ./completions; and complete -C 'branchwatch wai' | string match -q 'wait*'",
        ),
    ] {
        let (text, _) = world.run(&["completions", shell], 0);
        for word in ["wait", "watch", "until", "handover"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
        std::fs::write(world.home.path().join("completions"), text).unwrap();
        let mut loads = Command::new(shell);
        loads.args(["-c", check]).current_dir(world.home.path()).env("HOME", world.home.path());
        // A shell that is not installed is not asked.
        if let Ok(output) = loads.output() {
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && err.is_empty(), "{shell}: {err}");
        }
    }
}

#[test]
fn the_help_of_every_command_is_as_it_was() {
    let world = empty();
    let (all, _) = world.run(&["--help"], 0);
    let commands = all.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 20, "{names:?}");
    // The flags of every command stand once, in the first text.
    let own =
        |text: &str| text.split("Global options:").next().unwrap_or_default().trim_end().to_owned();
    let texts: Vec<String> = names
        .iter()
        .map(|name| format!("── {name}\n{}", own(&world.run(&[name, "--help"], 0).0)))
        .collect();
    insta::assert_snapshot!("help", format!("{all}\n{}", texts.join("\n\n")));
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
    let ends = |id: &str, code: i32| {
        let own = world.command(&[]);
        let mut command = Command::new("sh");
        command.arg(&script).args([id, "60s"]).env_clear().current_dir(world.home.path());
        command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("PATH", "/usr/bin:/bin").env("BRANCHWATCH", own.get_program());
        command.env("BRANCHWATCH_INTERVAL", "1s");
        crate::said(&command.output().unwrap(), code)
    };
    assert!(ends(&world.sessions[0], 0).0.contains("approved: go on"));
    let (out, _) = ends(&world.sessions[1], 20);
    assert!(out.contains("REJECT: the reasons") && out.contains("TAMPERED"), "{out}");
    assert!(ends(&world.sessions[2], 21).0.contains("a person has to look"));
    assert!(ends(&world.sessions[3], 23).0.contains("create a new session"));
    assert!(ends("00000000-0000-4000-8000-000000000001", 5).1.contains("no such session"));
}
