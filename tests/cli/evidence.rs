//! `letter`, `media`, `branches`, bundles: what is asked for one by one, and kept in the audit log.

use std::path::PathBuf;

use serde_json::Value;

use crate::{World, world};

/// What was done; the first line tells only that the log begins.
fn audit(world: &World) -> Vec<String> {
    let path = world.home.path().join(".local/state/branchwatch/audit.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let what = |line: &str| serde_json::from_str::<Value>(line).unwrap()["what"].clone();
    text.lines().skip(1).map(|line| what(line).as_str().unwrap().to_owned()).collect()
}

/// A finished session that is stored.
fn finished() -> World {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "100000"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", id, "--ref", "dbs-1"], 0);
    world.run(&["wait", id, "--interval", "1s"], 0);
    world.run(&["fetch", id], 0);
    world
}

#[test]
fn a_letter_is_told_and_its_pdf_is_saved_for_the_owner_after_its_line_in_the_log() {
    let world = finished();
    let id = world.sessions[0].as_str();
    let (out, _) = world.run(&["letter", id], 0);
    assert!(out.contains("branch") && out.contains("PASSPORT"), "{out}");
    let (stored, _) = world.run(&["letter", id, "--offline"], 0);
    assert_eq!(out, stored);
    let (json, _) = world.run(&["letter", id, "--json"], 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["state"], &json["schema_version"]), (&"set".into(), &1.into()));
    assert!(json["letter"]["branch"]["fad_code"].is_string() && !json.to_string().contains('@'));
    assert!(audit(&world).is_empty(), "what it says is no deed");
    let file = world.home.path().join("letter.pdf");
    world.run(&["letter", id, "--pdf", file.to_str().unwrap()], 0);
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    world.run(&["letter", id, "--pdf", file.to_str().unwrap()], 1);
    let piped = world.command(&["letter", id, "--pdf", "-"]).output().unwrap();
    assert_eq!((piped.status.code(), piped.stdout), (Some(0), bytes));
    assert_eq!(audit(&world), ["letter_taken", "letter_taken", "letter_taken"]);
    world.run(&["letter", "00000000-0000-4000-8000-000000000001"], 5);
    world.run(&["letter"], 2);
    world.run(&["letter", "send", id], 9);
    let without =
        crate::world(&["--sessions", "1", "--scenario", "letter-not-set", "--speed", "0"]);
    let (_, err) = without.run(&["letter", &without.sessions[0]], 5);
    assert!(err.contains("no letter is set"), "{err}");
}

#[test]
fn a_letter_that_is_ready_is_sent_again_with_its_lines_in_the_log() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "100"]);
    let id = world.sessions[0].as_str();
    let config = world.home.path().join("permitted.toml");
    std::fs::write(&config, "[profiles.p]\nallow_email = true\n").unwrap();
    let config = config.to_str().unwrap();
    let send = ["--allow-writes", "-c", config, "letter", "send", id, "--yes", id];
    // Until it is ready Yoti refuses (409); at 100 times real speed that is within a second.
    let said = (0..100).find_map(|_| {
        let output = world.command(&send).output().unwrap();
        output.status.success().then_some(output)
    });
    let said = said.unwrap();
    assert!(said.stdout.is_empty() && String::from_utf8(said.stderr).unwrap().contains(id));
    let lines = audit(&world);
    assert_eq!(lines.iter().filter(|what| *what == "letter_sent").count(), 1, "{lines:?}");
    assert_eq!(lines.last().unwrap(), "letter_sent");
}

#[test]
fn verify_proves_the_audit_log_and_tells_where_it_was_altered() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    let (_, err) = world.run(&["verify"], 1);
    assert!(err.contains("there is no audit log: nothing was written"), "{err}");
    world.run(&["add", id], 0);
    let export = ["export", id, "--offline"];
    world.run(&export, 0);
    let mut keyless = world.command(&export);
    crate::said(&keyless.env("YOTI_KEY_FILE_PATH", "/nowhere.pem").output().unwrap(), 0);
    let (out, _) = world.run(&["verify"], 1);
    assert_eq!(out, "not proved: the last 1 line  audit.jsonl  3 lines, 1 without a key\n");
    // Several at once.
    let mut running: Vec<_> = (0..4).map(|_| world.command(&export).spawn().unwrap()).collect();
    assert!(running.iter_mut().all(|export| export.wait().unwrap().success()));
    let (out, _) = world.run(&["verify"], 0);
    assert_eq!(out, "whole  audit.jsonl  7 lines, 1 without a key\n");
    let log = world.home.path().join(".local/state/branchwatch/audit.jsonl");
    let copy = world.home.path().join("audit.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&copy, text.replacen("\"exported\"", "\"revealed\"", 1)).unwrap();
    let (out, err) = world.run(&["verify", copy.to_str().unwrap()], 1);
    assert!(out.starts_with("altered at line 2  audit.jsonl"), "{out}");
    assert!(err.contains("could not be proved unchanged"), "{err}");
    world.run(&["verify", log.to_str().unwrap()], 0);
}

#[test]
fn media_are_listed_and_saved_only_when_said_twice() {
    let world = finished();
    let id = world.sessions[0].as_str();
    let (out, _) = world.run(&["media", id], 0);
    assert!(out.lines().count() > 3 && out.contains("PASSPORT"), "{out}");
    let (json, _) = world.run(&["media", id, "--json"], 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    let all = json["media"].as_array().unwrap();
    assert_eq!(all.len(), out.lines().count());
    let folder = world.home.path().join("media");
    let into = folder.to_str().unwrap();
    let (_, err) = world.run(&["media", id, "1", "--save", into], 2);
    assert!(err.contains("--yes") && !folder.exists(), "{err}");
    world.run(&["media", id, "1", "--save", into, "--yes"], 0);
    let which = all[1]["media_id"].as_str().unwrap();
    world.run(&["media", id, which, "--save", into, "--yes"], 0);
    let names: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|path| path.to_str().unwrap().contains("dbs-1_")), "{names:?}");
    assert_eq!(audit(&world), ["media_saved", "media_saved"]);
    world.run(&["media", id, "99"], 5);
    world.run(&["media", id, "--yes"], 2);
    world.run(&["media", id, "--save", into, "--yes", "--offline"], 2);
}

#[test]
fn branches_near_a_postcode_are_told_nearest_first() {
    let world = world(&["--sessions", "0"]);
    let (out, _) = world.run(&["branches", "EC1A", "1BB"], 0);
    assert!(out.lines().count() > 1, "{out}");
    let (json, _) = world.run(&["branches", "EC1A 1BB", "--json"], 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    let branches = json["branches"].as_array().unwrap();
    assert_eq!((branches.len(), &json["near"]), (out.lines().count(), &"EC1A 1BB".into()));
    assert!(out.starts_with(branches[0]["fad_code"].as_str().unwrap()), "{out}");
    world.run(&["branches"], 2);
    world.run(&["branches", "EC1A 1BB", "--offline"], 2);
}

#[test]
fn a_bundle_is_whole_and_any_change_to_it_is_found() {
    let world = finished();
    let id = world.sessions[0].as_str();
    let (out, _) = world.run(&["export", id, "--format", "bundle", "-o", "out/"], 0);
    let place = out.trim();
    let folder = world.home.path().join(place);
    let (said, _) = world.run(&["verify", place], 0);
    assert_eq!(said.lines().filter(|line| line.starts_with("ok")).count(), 3, "{said}");
    world.run(&["verify", &format!("{place}/manifest.json")], 0);
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    assert_eq!(read("session.json")["session_id"], id);
    assert_eq!(read("letter.json")["state"], "set");
    assert!(read("media.json").as_array().unwrap().len() > 3);
    assert_eq!(read("manifest.json")["masked"], true);
    assert_eq!(audit(&world), ["exported"]);
    let letter = std::fs::read_to_string(folder.join("letter.json")).unwrap();
    std::fs::write(folder.join("letter.json"), letter.replace("PASSPORT", "PASSPORE")).unwrap();
    let (said, err) = world.run(&["verify", place], 1);
    assert!(
        said.contains("changed  letter.json") && err.contains("does not match its manifest"),
        "{said}{err}"
    );
    std::fs::write(folder.join("letter.json"), letter).unwrap();
    std::fs::write(folder.join("more.txt"), "x").unwrap();
    assert!(world.run(&["verify", place], 1).0.contains("more.txt"));
    std::fs::remove_file(folder.join("more.txt")).unwrap();
    std::fs::rename(folder.join("media.json"), folder.join("m")).unwrap();
    assert!(world.run(&["verify", place], 1).0.contains("missing"));
    let (_, err) = world.run(&["verify", world.home.path().to_str().unwrap()], 1);
    assert!(err.contains("manifest"), "{err}");
    let manifest = "{\"kind\":\"branchwatch bundle\",\"files\":[{\"name\":\"../key.pem\",\"bytes\":1,\"sha256\":\"x\"}]}";
    std::fs::write(folder.join("manifest.json"), manifest).unwrap();
    assert!(world.run(&["verify", place], 1).1.contains("not the manifest of a bundle"));
}

// F05
#[test]
fn what_a_cut_off_export_left_is_deleted_by_the_next_that_writes() {
    let world = finished();
    let id = world.sessions[0].as_str();
    let (usual, named) = (world.home.path().join("usual"), world.home.path().join("named"));
    let config = world.home.path().join("config.toml");
    std::fs::write(&config, format!("export_dir = \"{}\"\n", usual.display())).unwrap();
    let (file, folder) = (named.join("out"), named.display().to_string());
    let file = file.to_str().unwrap();
    for command in [
        ["export", id, "-o", file].as_slice(),
        &["letter", id, "--pdf", file],
        &["media", id, "--save", &folder, "--yes"],
    ] {
        let _first = std::fs::remove_dir_all(&named);
        let make = |folder: &std::path::Path, name: &str, hours: u64| {
            std::fs::create_dir_all(folder).unwrap();
            let path = folder.join(name);
            let file = std::fs::File::create(&path).unwrap();
            let now = file.metadata().unwrap().modified().unwrap();
            file.set_modified(now - std::time::Duration::from_hours(hours)).unwrap();
            path
        };
        let left = [&usual, &named].map(|folder| make(folder, ".branchwatch-Ab3dE6", 5));
        let kept = [make(&named, ".branchwatch-Young1", 0), make(&usual, ".branchwatch-notes", 5)];
        world.run(&[command, &["--config", config.to_str().unwrap()]].concat(), 0);
        assert!(left.iter().all(|path| !path.exists()), "{command:?}");
        assert!(kept.iter().all(|path| path.exists()), "{command:?}");
    }
}
