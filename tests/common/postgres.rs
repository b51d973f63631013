//! A throw-away PostgreSQL server for the tests of one process, and a schema of its own for each.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::geteuid;

/// The superuser of the server.
pub(crate) const SUPERUSER: &str = "dba";
/// Whoever has this name needs a password; all others are trusted.
pub(crate) const WITH_PASSWORD: &str = "with_password";
/// PostgreSQL refuses to run as root.
const NOT_ROOT: u32 = 65_534;

pub(crate) struct Server {
    pub(crate) socket: PathBuf,
    /// Stops the server when this process ends, however it ends: its input is closed then.
    _watcher: Child,
}

/// The server of this process. It is started when it is first asked for.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

/// A name for a schema that no other test has.
pub(crate) fn schema_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The folder of PostgreSQL's programs: where PATH has them, else where Debian puts them.
#[expect(clippy::expect_used, reason = "a failed set-up fails the test")]
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    // The newest first.
    versions.sort_by_key(|bin| {
        let version = bin.parent().and_then(Path::file_name).and_then(OsStr::to_str);
        std::cmp::Reverse(version.and_then(|version| version.parse::<u32>().ok()))
    });
    let bin = std::env::split_paths(&path).chain(versions).find(|bin| bin.join("initdb").exists());
    bin.expect(
        "these tests need PostgreSQL 14 or newer (initdb, pg_ctl): apt-get install postgresql",
    )
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if geteuid().is_root() {
        command.uid(NOT_ROOT).gid(NOT_ROOT);
    }
    // It must be able to read the folder that it stands in.
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
}

fn start() -> Server {
    let bin = programs();
    let folder = tempfile::Builder::new().prefix("bw-pg").tempdir().unwrap().keep();
    if geteuid().is_root() {
        chown(&folder, Some(NOT_ROOT), Some(NOT_ROOT)).unwrap();
    }
    // First, so that nothing stays behind when a step below fails.
    let watcher = command(Path::new("sh"))
        .arg("-c")
        .arg(r#"cat; "$1" stop -s -m immediate -D "$2/data"; rm -rf "$2""#)
        .args([Path::new("sh"), &bin.join("pg_ctl"), &folder])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let data = folder.join("data");
    let flags = ["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=trust", "-U", SUPERUSER];
    run(command(&bin.join("initdb")).args(flags).arg("-D").arg(&data));
    let rules = format!("local all {WITH_PASSWORD} scram-sha-256\nlocal all all trust\n");
    fs::write(data.join("pg_hba.conf"), rules).unwrap();
    let options = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c max_connections=200",
        folder.display()
    );
    // The server keeps what it inherits: a pipe would never end.
    let status = command(&bin.join("pg_ctl"))
        .args(["start", "-s", "-w", "-l"])
        .args([folder.join("log").as_os_str(), OsStr::new("-D"), data.as_os_str()])
        .args(["-o", &options])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    Server { socket: folder, _watcher: watcher }
}
