//! A disk that is full, calls that fail, and a store that cannot be written: what was acknowledged
//! is there afterwards, and what was not is said.
//!
//! `BRANCHWATCH_TEST_ROUNDS=1000` tries every size of a full disk.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use branchwatch::api::key::SigningKey;
use branchwatch::domain::watchlist::watched::WatchedSession;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::export_files::traced;
use crate::{World, empty, said};

const KNOWN: [&str; 3] = [
    "1c3cae90-1769-43a9-8554-d85f2e7cdb01",
    "1c3cae91-1769-43a9-8554-d85f2e7cdb02",
    "1c3cae92-1769-43a9-8554-d85f2e7cdb03",
];
const NEW: &str = "1c3cae93-1769-43a9-8554-d85f2e7cdb04";

/// A command, the session that it changes, and what holds of it when it was acknowledged.
struct Change {
    arguments: &'static [&'static str],
    whose: &'static str,
    holds: fn(Option<&WatchedSession>) -> bool,
}

const CHANGES: [Change; 4] = [
    Change { arguments: &["add", NEW, "--ref", "dbs-9"], whose: NEW, holds: |it| it.is_some() },
    Change {
        arguments: &["add", KNOWN[0], "--tag", "called"],
        whose: KNOWN[0],
        holds: |it| it.is_some_and(|it| it.entry.tags == ["called"]),
    },
    Change {
        arguments: &["remove", KNOWN[1]],
        whose: KNOWN[1],
        holds: |it| it.is_some_and(|it| it.own.archived_at.is_some()),
    },
    Change {
        arguments: &["remove", "--purge-history", KNOWN[2]],
        whose: KNOWN[2],
        holds: |it| it.is_none(),
    },
];

/// A home with a key, and no Yoti to be reached.
fn keyed() -> World {
    let mut world = empty();
    let pem = SigningKey::generate().unwrap().to_pem().unwrap();
    fs::write(world.key(), pem.expose_secret()).unwrap();
    fs::set_permissions(world.key(), fs::Permissions::from_mode(0o600)).unwrap();
    "http://127.0.0.1:9/".clone_into(&mut world.base_url);
    NEW.clone_into(&mut world.sdk_id);
    world
}

fn data(world: &World) -> PathBuf {
    world.home.path().join(".local/share/branchwatch")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// A store with three sessions, and a copy of it.
fn stored() -> (World, tempfile::TempDir) {
    let world = keyed();
    world.run(&[&["add"], KNOWN.as_slice()].concat(), 0);
    let saved = tempfile::tempdir().unwrap();
    copy(&data(&world), saved.path());
    (world, saved)
}

/// Runs a change on a fresh copy of the store, beside a holder or alone, and looks at what is
/// there when the fault is over. Returns whether it was acknowledged.
fn tried(
    world: &World,
    saved: &Path,
    change: &Change,
    beside_a_holder: bool,
    run: impl FnOnce(&World, &[&str]) -> Output,
    what: &str,
) -> bool {
    let _none = fs::remove_dir_all(data(world));
    copy(saved, &data(world));
    let holder = beside_a_holder.then(|| world.location().open(true).unwrap().persistence);
    let output = run(world, change.arguments);
    drop(holder);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let code = output.status.code();
    let what = format!("{:?}, {what}: {code:?} {said}", change.arguments);
    let acknowledged = code == Some(0);
    let refused = said.contains("local store") && said.contains("--no-state");
    assert!(acknowledged || code == Some(8) && refused, "{what}");
    assert!(!said.contains("panicked"), "{what}");
    for exclusive in [false, true] {
        let opened = world.location().open(exclusive).unwrap();
        assert_eq!(opened.warning, None, "{what}");
        let mut store = opened.persistence;
        let loaded = store.load().unwrap();
        assert_eq!(store.trouble(), None, "{what}");
        let find = |id: &str| loaded.iter().find(|it| it.id().to_string() == id);
        for id in KNOWN.iter().filter(|id| **id != change.whose) {
            assert!(find(id).is_some_and(|it| it.own.archived_at.is_none()), "{what}: {id} lost");
        }
        assert!(!acknowledged || (change.holds)(find(change.whose)), "{what}: not there");
        assert!(loaded.len() <= 4, "{what}");
    }
    acknowledged
}

fn rounds(short: usize) -> usize {
    std::env::var("BRANCHWATCH_TEST_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(short)
}

/// As on a disk that is full: no file may grow beyond so many blocks of 512 bytes.
fn on_a_full_disk(world: &World, arguments: &[&str], blocks: usize) -> Output {
    let script = r#"trap "" XFSZ; ulimit -f "$1"; shift; exec "$@""#;
    let mut shell = world.other("sh");
    shell.args(["-c", script, "sh", &blocks.to_string()]);
    shell.arg(assert_cmd::cargo::cargo_bin!("branchwatch")).args(arguments).output().unwrap()
}

// D03
#[test]
fn on_a_disk_that_is_full_at_any_size_nothing_acknowledged_is_lost_and_the_rest_is_said() {
    let (world, saved) = stored();
    // The store with its write-ahead log ends before this.
    let largest = 260;
    let step = (largest / rounds(10).min(largest)).max(1);
    let mut acknowledged = 0;
    let mut refused = 0;
    for change in &CHANGES {
        for (round, blocks) in (0..=largest).step_by(step).enumerate() {
            let what = format!("at {blocks} blocks");
            let run = |world: &World, arguments: &[&str]| on_a_full_disk(world, arguments, blocks);
            if tried(&world, saved.path(), change, round % 2 == 1, run, &what) {
                acknowledged += 1;
            } else {
                refused += 1;
            }
        }
        let whole = |world: &World, arguments: &[&str]| world.command(arguments).output().unwrap();
        assert!(tried(&world, saved.path(), change, false, whole, "with room"));
    }
    assert!(acknowledged >= CHANGES.len() && refused >= CHANGES.len(), "{acknowledged} {refused}");
}

#[test]
fn the_first_store_is_made_whole_or_not_at_all_on_a_full_disk() {
    let world = keyed();
    let step = (260 / rounds(20).min(260)).max(1);
    for blocks in (0..=260).step_by(step) {
        let _none = fs::remove_dir_all(data(&world));
        let output = on_a_full_disk(&world, &["add", NEW], blocks);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 8)), "{blocks}: {code:?} {said}");
        let (listed, _) = world.run(&["list", "--plain"], 0);
        assert!(code == Some(8) || listed.contains(NEW), "{blocks}: {listed}");
        let left: Vec<_> = fs::read_dir(data(&world)).unwrap().flatten().collect();
        let hidden = left.iter().filter(|file| file.file_name().as_encoded_bytes()[0] == b'.');
        assert_eq!(hidden.count(), 0, "{blocks}: half a store stays");
    }
}

/// What the store asks of the system, and how it fails.
const CALLS: [(&str, &str); 9] = [
    ("openat", "EIO"),
    ("openat", "EMFILE"),
    ("pread64,read", "EIO"),
    ("pwrite64,write", "EIO"),
    ("pwrite64,write", "ENOSPC"),
    ("fsync,fdatasync", "EIO"),
    ("ftruncate", "EIO"),
    ("rename,renameat,renameat2,unlink,unlinkat,link,linkat", "EIO"),
    ("fcntl,flock", "ENOLCK"),
];

/// The calls of one command to the store's files, none more often than this.
const TURNS: usize = 60;

/// Runs a command so that one call to the store's files fails. False: it called less often.
fn with_a_failing_call(world: &World, arguments: &[&str], fault: &str) -> (Output, bool) {
    let traced = world.home.path().join("strace");
    let calls = fault.split(':').next().unwrap();
    let mut strace = world.other("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&traced);
    strace.args([format!("-etrace={calls}"), format!("-einject={fault}")]);
    for name in ["", "-wal", "-shm", "-watchlist", "-lock"] {
        strace.arg("-P").arg(data(world).join(format!("store.db{name}")));
    }
    strace.arg("-P").arg(data(world)).arg(assert_cmd::cargo::cargo_bin!("branchwatch"));
    let output = strace.args(arguments).output().unwrap();
    let failed = fs::read_to_string(&traced).unwrap().contains("(INJECTED)");
    (output, failed)
}

// D02
#[test]
#[ignore = "needs strace"]
fn a_change_of_the_list_is_on_the_disk_in_the_second_copy_before_it_is_committed() {
    let (world, _saved) = stored();
    let calls = "write,pwrite64,fsync,fdatasync";
    let calls = traced(&world, calls, &["add", KNOWN[0], "--tag", "synced"]);
    let copied = |call: &String| call.contains("store.db-watchlist>");
    let written = calls.iter().position(|call| copied(call) && call.contains("write("));
    let after = &calls[written.expect("a line is added") + 1..];
    let place = |what: &dyn Fn(&String) -> bool| after.iter().position(what);
    let synced = place(&|call| copied(call) && call.contains("sync("));
    let committed = place(&|call| call.contains("store.db-wal>") && call.contains("write"));
    assert!(synced.is_some() && committed.is_some() && synced < committed, "{calls:#?}");
}

// D04
#[test]
#[ignore = "needs strace"]
fn whichever_call_fails_nothing_acknowledged_is_lost_and_the_rest_is_said() {
    let (world, saved) = stored();
    let (mut runs, mut refused) = (0, 0);
    let step = (TURNS / rounds(6)).max(1);
    for (place, change) in CHANGES.iter().enumerate() {
        for (calls, error) in CALLS {
            // Once, and from then on.
            for more in ["", "+"] {
                for turn in (1 + place % step..TURNS).step_by(step) {
                    let fault = format!("{calls}:error={error}:when={turn}{more}");
                    let mut failed = false;
                    let run = |world: &World, arguments: &[&str]| {
                        let (output, injected) = with_a_failing_call(world, arguments, &fault);
                        failed = injected;
                        output
                    };
                    let done = tried(&world, saved.path(), change, turn % 2 == 1, run, &fault);
                    (runs, refused) = (runs + 1, refused + usize::from(!done));
                    if !failed {
                        break;
                    }
                }
            }
        }
    }
    println!("{runs} runs, {refused} refused, nothing lost");
    assert!(refused > runs / 3, "{refused} of {runs}");
}

#[test]
fn four_commands_at_once_on_a_damaged_store_lose_nothing_that_one_of_them_was_told() {
    let (world, saved) = stored();
    let mut told = 0;
    for round in 0..rounds(3) {
        let _none = fs::remove_dir_all(data(&world));
        copy(saved.path(), &data(&world));
        let store = data(&world).join("store.db");
        let mut bytes = fs::read(&store).unwrap();
        match round % 3 {
            0 => bytes.clear(),
            1 => bytes[..4_096].fill(0xa5),
            _ => bytes.truncate(20_000),
        }
        fs::write(&store, bytes).unwrap();
        let new = [4, 5, 6, 7].map(|n| NEW.replace("1c3cae93", &format!("1c3cae9{n}")));
        let commands = new.clone().map(|id| world.command(&["add", &id]));
        let running = commands.map(|mut it| it.stderr(Stdio::piped()).spawn().unwrap());
        let mut acknowledged = Vec::new();
        for output in running.map(|it| it.wait_with_output().unwrap()) {
            let err = String::from_utf8(output.stderr).unwrap();
            told += usize::from(err.contains("recovered"));
            acknowledged.push(output.status.success());
            // On a slow machine one may wait in vain for the one that mends it.
            let refused = output.status.code() == Some(8) && err.contains("is damaged");
            assert!(output.status.success() || refused, "round {round}: {err}");
        }
        let loaded = world.location().open(true).unwrap().persistence.load().unwrap();
        let new = new.iter().zip(acknowledged).filter(|(_, done)| *done);
        for id in KNOWN.into_iter().chain(new.map(|(id, _)| id.as_str())) {
            let found = loaded.iter().any(|it| it.id().to_string() == id);
            assert!(found, "round {round}: {id} lost");
        }
    }
    assert_eq!(told, rounds(3), "one of the four mends it, and says so");
}

/// The program as a user that may read the store's files and write none of them: to root a mode is
/// no hindrance.
fn as_a_reader(world: &World, arguments: &[&str]) -> Command {
    const NOBODY: u32 = 65_534;
    let mut command = world.command(arguments);
    if rustix::process::geteuid().is_root() {
        let program = world.home.path().join("branchwatch");
        if !program.exists() {
            // The folder that it was built in may be root's alone.
            fs::copy(command.get_program(), &program).unwrap();
        }
        let mut reader = Command::new(program);
        reader.args(arguments).env_clear().current_dir(world.home.path()).stdin(Stdio::null());
        reader.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command = reader;
        command.uid(NOBODY).gid(NOBODY);
        let folders = [".", ".local", ".local/share", ".local/share/branchwatch", "key.pem"];
        let paths = folders.map(|name| world.home.path().join(name));
        for path in paths.into_iter().chain(files(&data(world))) {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    command
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

// C05
#[test]
fn with_too_few_descriptors_a_command_says_so_or_does_its_work_and_never_panics() {
    let (world, saved) = stored();
    let mut codes = std::collections::BTreeSet::new();
    for most in [8, 9, 10, 11, 12, 14, 16, 24, 32] {
        for arguments in
            [["add", NEW, "--ref", "dbs-9"].as_slice(), &["fetch", KNOWN[0]], &["list"]]
        {
            let _none = fs::remove_dir_all(data(&world));
            copy(saved.path(), &data(&world));
            let mut shell = world.other("sh");
            shell.args(["-c", r#"ulimit -n "$1"; shift; exec "$@""#, "sh", &most.to_string()]);
            shell.arg(assert_cmd::cargo::cargo_bin!("branchwatch")).args(arguments);
            let output = shell.output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let code = output.status.code();
            let what = format!("{arguments:?} with {most}: {code:?} {said}");
            assert!(
                matches!(code, Some(0 | 1 | 3 | 6 | 8)) && !said.contains("panicked"),
                "{what}"
            );
            assert!(code == Some(0) || !said.trim().is_empty(), "{what}");
            codes.insert(code);
            let listed = world.location().open(true).unwrap().persistence.load().unwrap();
            let kept = KNOWN.iter().all(|id| listed.iter().any(|it| it.id().to_string() == *id));
            assert!(kept, "{what}: a session is lost");
        }
    }
    assert!(codes.contains(&Some(0)) && codes.len() > 1, "{codes:?}: some are too few");
}

/// With so many KiB of addresses at most.
#[cfg(target_os = "linux")]
fn with_little_memory(world: &World, arguments: &[&str], most: u32) -> Command {
    let mut shell = world.other("sh");
    shell.args(["-c", r#"ulimit -v "$1"; shift; exec "$@""#, "sh", &most.to_string()]);
    shell.arg(assert_cmd::cargo::cargo_bin!("branchwatch")).args(arguments);
    shell
}

// C04
#[cfg(target_os = "linux")]
#[test]
fn with_little_memory_and_many_sessions_a_command_does_its_work_or_says_why_it_does_not() {
    let world = keyed();
    let ids: Vec<String> =
        (1..=2_000_u128).map(|n| uuid::Uuid::from_u128(n << 64).to_string()).collect();
    let file = world.home.path().join("ids");
    fs::write(&file, ids.join("\n")).unwrap();
    world.run(&["add", file.to_str().unwrap(), KNOWN[0]], 0);
    for most in [262_144, 131_072] {
        for arguments in [
            ["list"].as_slice(),
            &["show", KNOWN[0]],
            &["add", NEW, "--ref", "dbs-9"],
            // Nobody answers there.
            &["fetch", KNOWN[0], "--timeout", "2s"],
        ] {
            let output = with_little_memory(&world, arguments, most).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let code = output.status.code();
            let what = format!("{arguments:?} with {most}: {code:?} {said}");
            let ended = matches!(code, Some(0 | 1 | 6 | 8)) || allocator_ended(code, &said);
            assert!(ended && !said.contains("panicked"), "{what}");
            assert!(code == Some(0) || !said.trim().is_empty(), "{what}");
        }
        let mut watch = with_little_memory(&world, &["watch"], most);
        let mut watch = watch.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut talk = BufReader::new(watch.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("watching 2") && talk.read_line(&mut said).unwrap() > 0 {}
        let pid = watch.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        talk.read_to_string(&mut said).unwrap();
        let code = watch.wait().unwrap().code();
        let ended = matches!(code, Some(1 | 8 | 143)) || allocator_ended(code, &said);
        assert!(ended && !said.contains("panicked"), "{code:?} {said}");
        // Whatever it came to, nothing that was stored is lost.
        let known = world.location().open(false).unwrap().persistence.listed().unwrap();
        assert!(known.len() > 2_000, "{}", known.len());
    }
}

/// An unoptimised build does not get as far: the allocator says what it lacks, and ends the process.
#[cfg(target_os = "linux")]
fn allocator_ended(code: Option<i32>, said: &str) -> bool {
    code.is_none() && said.contains("memory allocation of")
}

// F14
#[test]
fn a_store_that_cannot_be_written_is_read_and_each_change_is_refused() {
    let (world, saved) = stored();
    // As a machine that was switched off leaves it: what came last stands in the log alone.
    let holder = world.location().open(true).unwrap().persistence;
    world.run(&["add", NEW, "--ref", "dbs-9"], 0);
    let logged = tempfile::tempdir().unwrap();
    copy(&data(&world), logged.path());
    drop(holder);
    fs::remove_file(logged.path().join("store.db-shm")).unwrap();
    assert!(fs::metadata(logged.path().join("store.db-wal")).unwrap().len() > 0);
    for (from, last) in [(&saved, KNOWN[2]), (&logged, NEW)] {
        let _none = fs::remove_dir_all(data(&world));
        copy(from.path(), &data(&world));
        let list = as_a_reader(&world, &["list", "--plain", "--columns", "session"]);
        for file in files(&data(&world)) {
            mode(&file, 0o400);
        }
        mode(&data(&world), 0o500);
        let before: Vec<_> =
            files(&data(&world)).into_iter().map(|it| (fs::read(&it).unwrap(), it)).collect();
        let says = "the local store is read-only";
        for mut reads in [
            list,
            as_a_reader(&world, &["show", last, "--offline"]),
            as_a_reader(&world, &["export", last, "--offline"]),
        ] {
            let (out, err) = said(&reads.output().unwrap(), 0);
            assert!(out.contains(last) && err.contains(says), "{out}{err}");
        }
        for change in
            [["add", NEW, "--tag", "x"], ["remove", "--purge-history", KNOWN[0], KNOWN[1]]]
        {
            let (_, err) = said(&as_a_reader(&world, &change).output().unwrap(), 8);
            let refused = "the local store cannot be written";
            assert!(err.contains(refused) && err.contains("make it writable"), "{err}");
        }
        // A dashboard, or `watch`, goes on with what it can read.
        let mut watch = as_a_reader(&world, &["watch", "--offline"]);
        let mut watch = watch.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(watch.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains(says), "{line}");
        assert_eq!(watch.try_wait().unwrap(), None, "it goes on");
        watch.kill().unwrap();
        watch.wait().unwrap();
        mode(&data(&world), 0o700);
        let after: Vec<_> =
            files(&data(&world)).into_iter().map(|it| (fs::read(&it).unwrap(), it)).collect();
        assert!(before == after, "nothing was written");
    }
}

/// The events of a running `watch`, by kind.
fn event(lines: &mut impl Iterator<Item = std::io::Result<String>>, kind: &str) -> Value {
    loop {
        let event: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        if event["event"] == kind {
            return event;
        }
    }
}

// D03
#[test]
fn an_idle_watch_says_that_its_store_can_no_longer_be_written_and_when_it_can_again() {
    let (world, _) = stored();
    let writable = |yes: bool| {
        for file in files(&data(&world)) {
            mode(&file, if yes { 0o600 } else { 0o400 });
        }
        mode(&data(&world), if yes { 0o700 } else { 0o500 });
    };
    // Once while it holds the store, once from the start.
    for holds in [true, false] {
        let mut watch = as_a_reader(&world, &["watch", "--jsonl", "--events", "store,connection"]);
        writable(holds);
        let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
        let first = event(&mut lines, "connection")["connection"].clone();
        assert_eq!(first == "store_not_writable", !holds, "{first}");
        writable(false);
        let told = event(&mut lines, "store");
        assert_eq!(told["store"], "trouble", "{told}");
        assert!(told["words"].as_str().unwrap().contains("cannot be written"), "{told}");
        writable(true);
        assert_eq!(event(&mut lines, "store")["store"], "in_order");
        if !holds {
            assert_ne!(event(&mut lines, "connection")["connection"], "store_not_writable");
        }
        watch.kill().unwrap();
        watch.wait().unwrap();
    }
}

#[test]
#[expect(clippy::cognitive_complexity, reason = "a story has many steps")]
fn a_store_is_moved_to_another_machine_by_two_commands_while_it_is_in_use() {
    let (world, _) = stored();
    let holder = world.location().open(true).unwrap().persistence;
    world.run(&["add", NEW, "--ref", "dbs-9", "--tag", "called"], 0);
    world.run(&["remove", KNOWN[1]], 0);
    let file = world.home.path().join("moved.store");
    let name = file.to_str().unwrap();
    let (_, err) = world.run(&["store", "export", name], 0);
    assert!(err.contains("4 sessions written to") && !err.contains("warning"), "{err}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(5).any(|part| part == b"dbs-9"), "it is sealed");
    let (_, err) = world.run(&["store", "export", name], 8);
    assert!(err.contains("exists already"), "{err}");
    assert_eq!(fs::read(&file).unwrap(), bytes, "nothing is overwritten");
    drop(holder);

    let other = keyed();
    let before = fs::read(other.key()).unwrap();
    let (_, err) = other.run(&["store", "import", name], 8);
    assert!(err.contains("no key that opens it"), "{err}");
    fs::copy(world.key(), other.key()).unwrap();
    let broken = other.home.path().join("broken.store");
    let mut half = bytes.clone();
    half.truncate(bytes.len() / 2);
    for content in [b"no store".as_slice(), &[], &half] {
        fs::write(&broken, content).unwrap();
        let (_, err) = other.run(&["store", "import", broken.to_str().unwrap()], 8);
        assert!(err.contains("broken.store: ") && err.contains("nothing was changed"), "{err}");
    }
    assert!(!data(&other).join("store.db").exists(), "nothing stands in its place");
    let (_, err) = other.run(&["store", "import", name], 0);
    assert!(err.contains("4 sessions imported"), "{err}");
    for arguments in [["list", "--json"].as_slice(), &["list", "--archived", "--json"]] {
        let all = [arguments, &["--privacy", "off"]].concat();
        assert_eq!(other.run(&all, 0).0, world.run(&all, 0).0);
    }
    other.run(&["store", "check"], 0);
    let (_, err) = other.run(&["store", "import", name], 8);
    assert!(err.contains("is here already"), "{err}");
    let left = files(&data(&other)).into_iter().filter(|it| it.ends_with("store.db-watchlist"));
    assert_eq!(left.count(), 1, "the second copy of the list is made there");
    let hidden = |it: &PathBuf| it.file_name().unwrap().as_encoded_bytes()[0] == b'.';
    assert_eq!(files(&data(&other)).iter().filter(|it| hidden(it)).count(), 0);
    assert_ne!(fs::read(other.key()).unwrap(), before);
}
