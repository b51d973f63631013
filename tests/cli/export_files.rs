//! Exported files when the disk is full, when two write at once, and what the system is asked for.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::{World, said, world};

fn stored() -> World {
    let world = world(&["--sessions", "2", "--scenario", "S01", "--scenario", "S07"]);
    for id in &world.sessions {
        world.run(&["add", id], 0);
    }
    world.run(&["fetch", &world.sessions[0], &world.sessions[1]], 0);
    world
}

/// The same with an empty folder, and the file in it that is exported to.
fn with_folder() -> (World, PathBuf, PathBuf) {
    let world = stored();
    let folder = world.home.path().join("out");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("out.json");
    (world, folder, file)
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

// F07
#[test]
fn on_a_full_disk_there_is_a_whole_file_or_none_and_a_message() {
    let (world, folder, file) = with_folder();
    let whole = world.run(&["export", &world.sessions[0]], 0).0;
    let (mut written, mut refused) = (0, 0);
    // A block has 512 bytes.
    for blocks in 0..=whole.len() / 512 + 2 {
        let mut shell = world.other("sh");
        shell.args(["-c", r#"trap "" XFSZ; ulimit -f "$1"; shift; exec "$@""#, "sh"]);
        shell.arg(blocks.to_string()).arg(assert_cmd::cargo::cargo_bin!("branchwatch"));
        shell.args(["export", &world.sessions[0], "-o", file.to_str().unwrap()]);
        let output = shell.output().unwrap();
        if output.status.success() {
            let text = fs::read_to_string(&file).unwrap();
            let document: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(document["schema_version"], 1);
            fs::remove_file(&file).unwrap();
            written += 1;
        } else {
            let (_, err) = said(&output, 1);
            assert!(err.contains("out.json") && err.contains("cannot"), "{blocks}: {err}");
            refused += 1;
        }
        assert!(names(&folder).is_empty(), "{blocks} blocks");
    }
    assert!(written > 0 && refused > 2, "{written} {refused}");
}

// F12
#[test]
fn of_two_exports_to_one_file_one_wins_whole() {
    let (world, folder, file) = with_folder();
    for round in 0..10 {
        let exports = world.sessions.iter().map(|id| {
            let arguments = ["export", id, "-o", file.to_str().unwrap(), "--force"];
            world.command(&arguments).spawn().unwrap()
        });
        for mut export in exports.collect::<Vec<_>>() {
            assert!(export.wait().unwrap().success(), "round {round}");
        }
        let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let whose = document["session"]["session_id"].as_str().unwrap();
        assert!(world.sessions.iter().any(|id| id == whose), "{whose}");
        assert_eq!(names(&folder), ["out.json"], "round {round}");
    }
}

// F05
#[test]
fn a_kill_at_any_moment_of_an_export_leaves_the_old_file_or_the_new_one() {
    let (world, _, file) = with_folder();
    let pause = std::sync::mpsc::channel::<()>();
    for round in 0..60_u64 {
        // Of the other session each time, so that a file that is left half is none of either.
        let id = world.sessions[usize::from(round % 2 == 1)].as_str();
        let arguments = ["export", id, "-o", file.to_str().unwrap(), "--force"];
        let mut command = world.command(&arguments);
        let mut export = command.stderr(Stdio::null()).spawn().unwrap();
        let _elapsed = pause.1.recv_timeout(Duration::from_millis(round));
        let _ended = export.kill();
        export.wait().unwrap();
        // Before the first export has ended there is none.
        let Ok(text) = fs::read(&file) else { continue };
        let document: Value = serde_json::from_slice(&text).unwrap();
        let whose = document["session"]["session_id"].as_str().unwrap();
        assert!(world.sessions.iter().any(|id| id == whose), "round {round}: {whose}");
    }
    // However slow the machine is, one that is not killed ends; and it writes another file, which takes
    // the name of the old one.
    let export = || {
        world.run(&["export", &world.sessions[0], "-o", file.to_str().unwrap(), "--force"], 0);
        let document: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(document["session"]["session_id"], world.sessions[0].as_str());
        fs::File::open(&file).unwrap()
    };
    let (before, after) = (export(), export());
    let number = |file: &fs::File| file.metadata().unwrap().ino();
    assert_ne!(number(&before), number(&after));
}

/// The system calls of a command, one a line; file descriptors are shown with their paths.
pub(crate) fn traced(world: &World, calls: &str, arguments: &[&str]) -> Vec<String> {
    let log = world.home.path().join("strace");
    let mut strace = world.other("strace");
    strace.args(["-f", "-y", "-qq", "-o"]).arg(&log).arg(format!("-etrace={calls}"));
    strace.arg(assert_cmd::cargo::cargo_bin!("branchwatch")).args(arguments);
    said(&strace.output().unwrap(), 0);
    fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect()
}

// F06
#[test]
#[ignore = "needs strace"]
fn a_file_is_on_the_disk_before_it_has_its_name_and_the_name_before_it_is_told() {
    let (world, _, file) = with_folder();
    let arguments = ["export", &world.sessions[0], "-o", file.to_str().unwrap()];
    let calls = traced(&world, "fsync,fdatasync,rename,renameat,renameat2,linkat", &arguments);
    let place = |what: &str, path: &str| {
        let found = calls.iter().position(|call| call.contains(what) && call.contains(path));
        found.unwrap_or_else(|| panic!("{what} {path}: {calls:#?}"))
    };
    let written = place("sync(", "/out/.branchwatch-");
    let named = place("out.json", "/out/.branchwatch-");
    let told =
        calls.iter().rposition(|call| call.contains("sync(") && call.contains("/out>")).unwrap();
    assert!(written < named && named < told, "{calls:#?}");
}

// F11
#[test]
#[ignore = "needs strace"]
fn no_file_is_made_in_a_folder_that_everybody_may_write_to() {
    let world = stored();
    let id = world.sessions[0].as_str();
    let home = world.home.path().to_str().unwrap();
    let folder = world.home.path().join("out");
    for arguments in [
        ["export", id, "-o", folder.to_str().unwrap()].as_slice(),
        &["add", id, "--tag", "a"],
        &["fetch", id],
        &["handover"],
    ] {
        let calls = traced(&world, "openat,mkdir,mkdirat,mknodat,symlinkat,linkat", arguments);
        assert!(calls.iter().any(|call| call.contains(home)), "{arguments:?}");
        for shared in ["\"/tmp", "\"/var/tmp", "\"/dev/shm"] {
            let strange = calls.iter().find(|c| c.contains(shared) && !c.contains(home));
            assert_eq!(strange, None, "{arguments:?}");
        }
    }
}
