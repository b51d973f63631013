//! What the system says of the memory of the real program: no core file, no reader.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::{CommandExt, ExitStatusExt};

use super::*;

const NOBODY: u32 = 65_534;

/// The simulator, which makes a key, of a user that may have core files of any size. `/proc` tells
/// root's processes apart from others only where they are not root's.
fn running(world: &World) -> Simulator {
    let program = world.home.path().join("branchwatch");
    std::fs::copy(assert_cmd::cargo::cargo_bin!("branchwatch"), &program).unwrap();
    let mut shell = world.other("sh");
    shell.args(["-c", r#"ulimit -S -c "$(ulimit -H -c)"; exec "$@""#, "sh"]);
    shell.arg(program).args(["simulate", "--sessions", "0", "--write-key", "key.pem"]);
    if rustix::process::geteuid().is_root() {
        chown(world.home.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        shell.uid(NOBODY).gid(NOBODY);
    }
    Simulator::spawn(&mut shell)
}

// S01
#[test]
fn no_core_file_is_made_and_no_process_of_the_same_user_reads_the_memory() {
    let world = empty();
    let mut simulator = running(&world);
    let process = PathBuf::from(format!("/proc/{}", simulator.child.id()));
    let limits = std::fs::read_to_string(process.join("limits")).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>()[4..], ["0", "0", "bytes"]);
    // The system gives the memory of what is not dumpable to root.
    let user = process.metadata().unwrap().uid();
    assert_ne!(user, 0);
    assert_eq!(process.join("mem").metadata().unwrap().uid(), 0, "user {user} may read it");
    let pid = simulator.child.id().to_string();
    assert!(Command::new("kill").args(["-ABRT", &pid]).status().unwrap().success());
    let status = simulator.child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
}

// Which signals a process ignores is read from /proc.
#[test]
fn a_hangup_that_the_parent_has_ignored_stays_ignored() {
    let world = world(&["--sessions", "1", "--scenario", "S01"]);
    world.run(&["add", &world.sessions[0]], 0);
    let mut shell = world.other("sh");
    shell.args(["-c", r#"trap "" HUP; exec "$@""#, "sh"]);
    shell.arg(assert_cmd::cargo::cargo_bin!("branchwatch")).args(["watch", "--jsonl"]);
    let mut watch = shell.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(watch.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let pid = watch.id().to_string();
    for signal in ["-HUP", "-TERM"] {
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
    assert_eq!(watch.wait().unwrap().code(), Some(143));
}
