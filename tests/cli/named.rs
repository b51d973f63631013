//! Sessions named on the command line, in every command that takes one; sessions that are not on the
//! watch-list; what `show`, `export` and `add` say.

use serde_json::Value;

use crate::{World, world};

const OTHER: &str = "00000000-0000-4000-8000-000000000001";

/// Two sessions, fetched; the first has the reference alpha.
fn fetched() -> World {
    let world =
        world(&["--sessions", "2", "--scenario", "S01", "--scenario", "S07", "--speed", "0"]);
    world.run(&["add", &world.sessions[0], "--ref", "alpha"], 0);
    world.run(&["add", &world.sessions[1]], 0);
    world.run(&["fetch", &world.sessions[0], &world.sessions[1]], 0);
    world
}

#[test]
fn b16_every_command_takes_a_reference_and_the_beginning_of_an_id() {
    let world = fetched();
    let (first, second) = (world.sessions[0].as_str(), world.sessions[1].as_str());
    let (short, _) = second.split_once('-').unwrap();
    let capitals: String = second.to_uppercase().chars().take(13).collect();
    for (name, id) in [("alpha", first), (short, second), (&capitals, second)] {
        assert!(world.run(&["show", name], 0).0.contains(id), "{name}");
        assert!(world.run(&["export", name], 0).0.contains(id), "{name}");
        assert!(world.run(&["fetch", name], 0).0.contains(id), "{name}");
        // No letter is set yet.
        assert!(world.run(&["letter", name, "--json"], 5).0.contains(id), "{name}");
        world.run(&["media", name], 0);
        let wait = ["wait", name, "--until", "first-visit", "--timeout", "1s"];
        world.run(&wait, 124);
    }
    // Names on standard input too.
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, format!("alpha\n{short}\n").as_bytes()).unwrap();
    drop(writer);
    let out = world.command(&["export", "-"]).stdin(reader).output().unwrap();
    assert_eq!(crate::said(&out, 0).0.lines().count(), 2);
    // A change at Yoti takes the whole ID.
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let profile = "[profiles.p]\nallow_delete = true\nallow_email = true\n";
    std::fs::write(folder.join("config.toml"), profile).unwrap();
    for command in [["session", "delete"], ["letter", "send"]] {
        for name in ["alpha", short] {
            let arguments = ["--allow-writes", command[0], command[1], name, "--yes", name];
            let (_, err) = world.run(&arguments, 2);
            assert!(err.contains("whole session ID"), "{err}");
        }
    }
    world.run(&["remove", "alpha"], 0);
    assert!(world.run(&["show", "alpha"], 0).0.contains(first), "a removed session is named too");
    let (_, err) = world.run(&["fetch", "alpha"], 1);
    assert!(err.contains("add it again"), "{err}");
    let (_, err) = world.run(&["show", "alfa"], 2);
    assert!(err.contains("no session on the watch-list has this reference"), "{err}");
}

#[test]
fn b16_a_name_that_fits_several_sessions_is_refused_with_the_candidates_masked() {
    let world = crate::empty();
    let ids = ["1c3cae90-1769-43a9-8554-d85f2e7cdb00", "1c3cae91-1769-43a9-8554-d85f2e7cdb01"];
    world.run(&["add", ids[0], "--ref", "dbs-1"], 0);
    world.run(&["add", ids[1], "--ref", "Amina Okafor"], 0);
    for command in ["show", "export", "remove"] {
        let (out, err) = world.run(&[command, "1c3c"], 2);
        assert!(out.is_empty() && ids.iter().all(|id| err.contains(id)), "{err}");
        assert!(err.contains("dbs-1") && !err.contains("Amina"), "{err}");
    }
    assert_eq!(world.run(&["list", "--plain"], 0).0.lines().count(), 2, "nothing was removed");
    world.run(&["remove", "1c3cae91"], 0);
    world.run(&["show", "1c3c"], 0);
}

#[test]
fn p5_an_id_that_is_not_on_the_list_is_requested_once_and_nothing_of_it_is_kept() {
    let world = fetched();
    let first = world.sessions[0].as_str();
    world.run(&["remove", first, "--purge-history"], 0);
    assert!(world.run(&["show", first], 0).0.contains("state ONGOING"));
    let (out, _) = world.run(&["export", first], 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["session"]["state"], "ONGOING");
    assert_eq!(world.run(&["list", "--plain"], 0).0.lines().count(), 1, "it is not kept");
    for command in ["show", "export", "letter", "media"] {
        let (_, err) = world.run(&[command, OTHER], 5);
        assert!(err.contains("no such session"), "{command}: {err}");
        let (_, err) = world.run(&[command, OTHER, "--offline"], 1);
        assert!(err.contains("not on the watch-list"), "{command}: {err}");
    }
    // Several: those that are found are exported.
    let (out, err) = world.run(&["export", first, OTHER, &world.sessions[1]], 7);
    assert!(out.lines().count() == 2 && err.contains(OTHER), "{out}{err}");
    for command in [["fetch"].as_slice(), &["watch"], &["remove"]] {
        let (out, err) = world.run(&[command, &[OTHER]].concat(), 1);
        assert!(out.is_empty() && err.contains("not on the watch-list"), "{command:?}: {err}");
    }
}

#[test]
fn b20_fetch_of_nine_ids_with_one_unknown_requests_the_eight() {
    let names = ["--sessions", "9", "--scenario", "S01", "--speed", "0"];
    let world = world(&names);
    let ids: Vec<&str> = world.sessions.iter().map(String::as_str).collect();
    world.run(&[&["add"], &ids[..8]].concat(), 0);
    let (out, err) = world.run(&[&["fetch", "--max-rps", "100"], ids.as_slice()].concat(), 7);
    assert_eq!(out.matches("first response").count(), 8, "{out}");
    assert!(err.contains(ids[8]) && err.contains("not on the watch-list"), "{err}");
    let (_, err) = world.run(&["remove", ids[0], ids[8]], 7);
    assert!(err.contains(ids[8]) && err.contains("1 removed"), "{err}");
}

#[test]
fn p1_b18_show_says_yotis_state_the_deadline_and_the_requested_checks_by_name() {
    let world = fetched();
    let (out, _) = world.run(&["show", "alpha", "--tz", "UTC"], 0);
    assert!(out.contains("state ONGOING · stage letter not set"), "{out}");
    let deadline = out.lines().find(|line| line.starts_with("deadline ")).unwrap();
    assert!(deadline.contains("+00:00 (derived), in "), "{deadline}");
    let (json, _) = world.run(&["export", "alpha"], 0);
    let document: Value = serde_json::from_str(&json).unwrap();
    let requested = document["configuration"]["requested_checks"].as_array().unwrap();
    assert!(!requested.is_empty());
    for name in requested {
        assert!(out.contains(name.as_str().unwrap()), "{name}: {out}");
    }
    // Never fetched: nothing is known, and no code claims otherwise.
    world.run(&["add", OTHER], 0);
    let (out, _) = world.run(&["show", OTHER, "--exit-status"], 1);
    assert!(out.contains("deadline not known"), "{out}");
    world.run(&["add", OTHER, "--deadline", "2030-01-02T03:04:05Z"], 0);
    let (out, _) = world.run(&["show", OTHER, "--tz", "UTC"], 0);
    assert!(out.contains("deadline 2030-01-02T03:04:05+00:00 (from the watch-list), in"), "{out}");
    // Ended.
    let ended = crate::world(&["--sessions", "1", "--scenario", "S07", "--speed", "500000"]);
    let id = ended.sessions[0].as_str();
    ended.run(&["wait", id, "--interval", "1s", "--timeout", "10m"], 20);
    let (out, _) = ended.run(&["show", id, "--exit-status"], 20);
    assert!(out.contains("state COMPLETED · stage done: REJECT"), "{out}");
    assert!(out.contains("deadline none: the session has ended"), "{out}");
}

#[test]
fn p21_every_part_of_show_is_json_too() {
    let world = fetched();
    world.run(&["add", OTHER], 0);
    for id in [world.sessions[1].as_str(), OTHER] {
        for part in ["tree", "checks", "timeline", "config", "letter"] {
            let (out, _) = world.run(&["show", id, "--part", part, "--json"], 0);
            let value: Value = serde_json::from_str(&out).unwrap();
            crate::schemas::fits("show", &value);
            assert_eq!(value["part"], part);
        }
        let whole = world.run(&["show", id, "--part", "all", "--json"], 0).0;
        let value = serde_json::from_str(&whole).unwrap();
        crate::schemas::fits("export", &value);
    }
    let (out, _) = world.run(&["show", "alpha", "--part", "checks", "--json"], 0);
    let value: Value = serde_json::from_str(&out).unwrap();
    assert!(!value["requested_checks"].as_array().unwrap().is_empty(), "{out}");
    let (out, _) = world.run(&["show", "alpha", "--part", "tree", "--json"], 0);
    let value: Value = serde_json::from_str(&out).unwrap();
    assert!(!value["requirements"].as_array().unwrap().is_empty(), "{out}");
}

#[test]
fn p16_a_bundle_is_written_where_it_was_named_and_verify_takes_that_name() {
    let world = fetched();
    let bundle = ["export", "alpha", "--format", "bundle", "-o"];
    let with = |rest: &[&str], code: i32| world.run(&[&bundle, rest].concat(), code);
    assert_eq!(with(&["b.bundle"], 0).0, "b.bundle\n");
    assert!(world.run(&["verify", "b.bundle"], 0).0.contains("session.json"));
    assert!(with(&["b.bundle"], 1).1.contains("--force"), "it is not written into itself");
    with(&["b.bundle", "--force"], 0);
    world.run(&["verify", "b.bundle/manifest.json"], 0);
    let (_, err) = with(&["b.zip"], 2);
    assert!(err.contains("a bundle is a folder") && !world.home.path().join("b.zip").exists());
    // Below a folder it has its own name, and verify of that folder says which to take.
    let (own, _) = with(&["many/"], 0);
    world.run(&["verify", own.trim()], 0);
    for place in ["many", "many/"] {
        let (_, err) = world.run(&["verify", place], 1);
        let name = own.trim().strip_prefix("many/").unwrap();
        assert!(err.contains("not a bundle") && err.contains(name), "{err}");
        assert!(!err.contains("os error"), "{err}");
    }
    for nothing in ["nowhere", "key.pem"] {
        let (_, err) = world.run(&["verify", nothing], 1);
        assert!(err.contains("bundle") && !err.contains("os error"), "{err}");
    }
    let both = ["export", "alpha", &world.sessions[1], "--format", "bundle", "-o", "two"];
    let (out, _) = world.run(&both, 0);
    assert!(out.lines().count() == 2 && out.lines().all(|name| name.starts_with("two/")), "{out}");
}

#[test]
fn p19_add_says_what_happened_to_a_session_that_was_known() {
    let world = crate::empty();
    assert_eq!(world.run(&["add", OTHER], 0).1, "1 added\n");
    assert_eq!(world.run(&["add", OTHER], 0).1, "1 already on the list\n");
    assert_eq!(world.run(&["add", OTHER, "--ref", "x"], 0).1, "1 updated\n");
    world.run(&["remove", "x"], 0);
    assert_eq!(world.run(&["add", OTHER, "--ref", "y"], 0).1, "1 back on the list\n");
    assert!(world.run(&["show", "y"], 0).0.contains(OTHER));
    let (_, err) = world.run(&["add", "nobody", OTHER], 7);
    assert!(err.contains("1 already on the list, 1 not understood"), "{err}");
}
