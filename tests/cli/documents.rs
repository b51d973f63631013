//! The commands of README and `docs/`, as a reader would type them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{World, world};

/// These go on until they are ended, or ask: that their words are understood is enough.
const ENDLESS: [&str; 7] = [
    "branchwatch demo",
    "branchwatch listen",
    "branchwatch reset",
    "branchwatch session",
    "branchwatch simulate",
    "branchwatch watch",
    "--follow",
];

/// What a reader has: a completed session with a reference, and some files.
fn reader() -> World {
    let world = world(&["--sessions", "1", "--speed", "500000", "--scenario", "S01"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", id, "--ref", "dbs-2291", "--fetch"], 0);
    world.run(&["export", id, "--format", "bundle", "-o", "bundle"], 0);
    let file = |name: &str, text: String| {
        let path = world.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    };
    file("sessions.csv", format!("session_id,reference\n{id},dbs-2291\n"));
    let topic = r#""topic":"session_completion""#;
    file("notifications.jsonl", format!("{{\"session_id\":\"{id}\",{topic}}}\n"));
    file("notify.auth", "bearer 00112233445566778899aabbccddeeff\n".to_owned());
    world
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.unwrap().path(), to.to_path_buf());
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copied(&entry, &target);
        } else if entry.is_file() {
            std::fs::copy(&entry, &target).unwrap();
        }
    }
}

/// A command line in a home of its own, which is as the reader's was.
fn works(world: &World, line: &str, page: &str) {
    let home = tempfile::tempdir().unwrap();
    copied(world.home.path(), home.path());
    let own = world.command(&[]);
    let folder = Path::new(own.get_program()).parent().unwrap();
    let id = world.sessions[0].as_str();
    let typed = line.replace("ID…", id).replace(" ID", &format!(" {id}"));
    let (typed, _) = typed.split_once("  #").unwrap_or((&typed, ""));
    let endless = ENDLESS.iter().any(|part| typed.contains(part)) || typed.trim() == "branchwatch";
    let typed = if endless { format!("{} --help", typed.trim_end()) } else { typed.to_owned() };
    let mut command = world.other("sh");
    command.args(["-c", &typed]).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    let output = command.env("HOME", home.path()).current_dir(home.path()).output().unwrap();
    assert!(output.status.success(), "{page}: {typed}: {output:?}");
}

#[test]
fn every_command_of_the_readme_works() {
    let world = reader();
    let lines =
        include_str!("../../README.md").lines().filter_map(|line| line.strip_prefix("    "));
    let lines: Vec<&str> = lines.filter(|line| line.starts_with("branchwatch")).collect();
    for line in &lines {
        works(&world, line, "README.md");
    }
    assert!(lines.len() >= 9, "{} commands", lines.len());
}

#[test]
fn every_command_of_the_documents_works() {
    let world = reader();
    let mut ran = 0;
    for page in std::fs::read_dir("docs").unwrap() {
        let page = page.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&page) else { continue };
        for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            works(&world, line, &page.display().to_string());
            ran += 1;
        }
    }
    assert!(ran >= 60, "{ran} commands");
}
