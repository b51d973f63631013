//! Homes, locales and time zones that are missing or odd (fault C07): words and a code, no panic.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::{World, world};

fn stored() -> World {
    let world = world(&["--sessions", "1", "--scenario", "S07", "--speed", "100000"]);
    world.run(&["add", &world.sessions[0], "--ref", "dbs-1", "--fetch"], 0);
    world
}

// C07
#[test]
fn a_locale_that_is_not_utf_8_gets_ascii_signs() {
    let world = stored();
    let id = world.sessions[0].as_str();
    let mut signs = 0;
    for arguments in [
        ["list"].as_slice(),
        &["list", "--plain"],
        &["list", "--archived"],
        &["show", id],
        &["stats"],
        &["handover"],
        &["doctor"],
        &["fetch", id],
        &["config", "show", "--origin"],
        &["store", "check"],
        &["dance"],
    ] {
        let texts = |locale: &str| {
            let output = world.command(arguments).env("LC_ALL", locale).output().unwrap();
            let (out, err) = (output.stdout, output.stderr);
            String::from_utf8(out).unwrap() + &String::from_utf8(err).unwrap()
        };
        for locale in ["C", "POSIX", "en_GB.ISO-8859-1"] {
            let text = texts(locale);
            let foreign: String = text.chars().filter(|c| !c.is_ascii()).collect();
            assert_eq!(foreign, "", "{locale} {arguments:?}: {text}");
        }
        signs += usize::from(!texts("C.UTF-8").is_ascii());
    }
    assert!(signs > 0, "there are signs where they can be shown");
}

#[test]
fn without_authorities_this_machine_can_be_asked_and_yoti_is_refused_with_the_cause() {
    let world = stored();
    let fetched = |address: &str, code: i32| {
        let mut command = world.command(&["fetch", "dbs-1"]);
        command.env("SSL_CERT_FILE", "/nowhere/file").env("SSL_CERT_DIR", "/nowhere/folder");
        crate::said(&command.env("YOTI_IDV_API_URL", address).output().unwrap(), code).1
    };
    fetched(&world.base_url, 0);
    let refused = fetched("https://127.0.0.1:9/idverify/v1", 3);
    assert!(refused.contains("No CA") && refused.contains("ca-certificates"), "{refused}");
}

/// Runs it as somebody who may not write to their home: to root a mode is no hindrance.
fn unprivileged(world: &World, arguments: &[&str], home: &Path) -> Command {
    let mut command = world.command(arguments);
    if rustix::process::geteuid().is_root() {
        let program = world.home.path().join("branchwatch");
        if !program.exists() {
            std::fs::copy(command.get_program(), &program).unwrap();
        }
        let mut other = Command::new(program);
        other.args(arguments).env_clear().current_dir("/").stdin(std::process::Stdio::null());
        other.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        std::os::unix::process::CommandExt::uid(&mut other, 65_534);
        command = other;
    }
    command.env("HOME", home);
    command
}

// C07
#[test]
fn without_a_home_or_with_one_that_cannot_be_written_there_are_words_and_a_code() {
    let world = stored();
    let id = world.sessions[0].as_str();
    let locked = world.home.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(&locked, 0o500);
    // So that another user reaches the locked home.
    mode(world.home.path(), 0o755);
    for arguments in
        [["list"].as_slice(), &["show", id], &["add", id], &["config", "show"], &["doctor"]]
    {
        // Without HOME the system's place for this user counts, which is no test's to write to.
        let mut homeless = world.command(arguments);
        homeless.env_remove("HOME");
        for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
            homeless.env(name, world.home.path().join("elsewhere"));
        }
        let mut relative = world.command(arguments);
        relative.env("HOME", "no/such/place").env("XDG_DATA_HOME", "relative");
        let mut nowhere = world.command(arguments);
        nowhere.env("HOME", "/dev/null");
        for (what, mut command) in [
            ("no HOME", homeless),
            ("a relative HOME", relative),
            ("HOME=/dev/null", nowhere),
            ("a locked HOME", unprivileged(&world, arguments, &locked)),
        ] {
            let output = command.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            let code = output.status.code();
            let ended = code.is_some_and(|code| code < 70) && !said.contains("panicked");
            let told = code == Some(0) || !said.trim().is_empty();
            assert!(ended && told, "{what} {arguments:?}: {code:?} {said}");
        }
    }
    mode(&locked, 0o700);
}

// C07
#[test]
fn a_time_zone_that_is_none_is_told_or_taken_for_utc() {
    let world = stored();
    for zone in ["nonsense", ":", "", "../../etc/passwd", "UTC+99:99:99", "\u{1b}[31m"] {
        for arguments in [["list"].as_slice(), &["show", &world.sessions[0]], &["doctor"]] {
            let output = world.command(arguments).env("TZ", zone).output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            let code = output.status.code();
            let said = format!("TZ={zone:?} {arguments:?}: {code:?} {err}");
            assert!(code.is_some_and(|code| code < 70) && !err.contains("panicked"), "{said}");
            assert!(!err.contains('\u{1b}'), "{said}");
        }
    }
}
