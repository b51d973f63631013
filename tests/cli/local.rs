//! What stays of a session that leaves the watch-list, and what the configuration forbids.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use branchwatch::api::key::SigningKey;
use branchwatch::domain::session::parts::{Answers, Letter};
use branchwatch::domain::watchlist::annotations::{AnnotationChange, Made};
use branchwatch::domain::watchlist::outbox::OutboxMessage;
use branchwatch::domain::watchlist::watched::{WatchEntry, WatchedSession};
use branchwatch::persist::location::Location;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use crate::raw_files::holds;
use crate::{empty, world};

#[test]
fn who_is_removed_comes_back_with_what_is_known_unless_that_is_purged() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", "--fetch", id, "--ref", "dbs-1", "--tag", "late called"], 0);
    let lists = || world.run(&["list", "--json"], 0).0.contains(id);
    let timeline = || world.run(&["show", id, "--part", "timeline"], 0).0;
    let before = timeline();
    assert!(before.contains("first response"), "{before}");
    let (out, err) = world.run(&["remove", id], 0);
    assert!(out.is_empty() && err.contains("--purge-history"), "{out}{err}");
    assert!(!lists());
    let (out, _) = world.run(&["list", "--archived", "--plain", "--columns", "session"], 0);
    assert!(out.lines().count() == 1 && out.trim().ends_with(id), "{out}");
    world.run(&["remove", id], 1);
    world.run(&["add", id], 0);
    assert!(lists());
    assert_eq!(before, timeline(), "what is known of it comes back");
    let (out, _) = world.run(&["list", "--plain", "--privacy", "off", "--columns", "ref,tags"], 0);
    assert!(out.starts_with("dbs-1\t") && out.contains("called") && out.contains("late"), "{out}");
    world.run(&["remove", id], 0);
    assert!(world.run(&["fetch", id], 1).1.contains("branchwatch add"));
    world.run(&["watch", id], 1);
    world.run(&["wait", id, "--until", "resource", "--timeout", "2s"], 124);
    assert!(!lists(), "waiting for it brings nobody back");
    let (_, err) = world.run(&["remove", "--purge-history", id], 0);
    assert!(err.contains("deleted"), "{err}");
    world.run(&["remove", "--purge-history", id], 1);
    world.run(&["show", id, "--offline"], 1);
    assert!(world.run(&["list", "--archived"], 0).1.contains("No archived sessions"));
    let store = world.home.path().join(".local/share/branchwatch");
    assert!(!holds(&store, id), "nothing stays");
    world.run(&["add", id], 0);
    assert!(world.run(&["show", id], 0).0.contains("not fetched yet"));
    world.run(&["remove", id, "00000000-0000-4000-8000-000000000001"], 7);
    world.run(&["remove", "--no-state", id], 2);
}

/// A session that was answered 100 days earlier.
fn long_ago(mut session: WatchedSession) -> Arc<WatchedSession> {
    let earlier = |at: Timestamp| at - SignedDuration::from_hours(100 * 24);
    let mut answers = Answers::clone(session.answers().unwrap());
    let result = Arc::make_mut(answers.session.as_mut().unwrap());
    result.fetched_at = earlier(result.fetched_at);
    let configuration = Arc::make_mut(answers.configuration.as_mut().unwrap());
    configuration.fetched_at = earlier(configuration.fetched_at);
    if let Letter::Set(letter) = &mut answers.letter {
        let letter = Arc::make_mut(letter);
        letter.fetched_at = earlier(letter.fetched_at);
    }
    let mut timeline = session.timeline().unwrap().to_vec();
    for event in &mut timeline {
        event.seen_at = earlier(event.seen_at);
    }
    session.learn(Arc::new(answers), Arc::new(timeline));
    session.poll.last_ok = session.poll.last_ok.get().map(earlier).into();
    Arc::new(session)
}

#[test]
fn a_tag_that_is_added_leaves_the_others_and_one_that_was_taken_off_meanwhile() {
    let world = empty();
    let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    world.run(&["add", id, "--ref", "dbs-1", "--tag", "a", "--tag", "b"], 0);
    world.run(&["add", id, "--tag", "c"], 0);
    let tags = || world.run(&["list", "--plain", "--privacy", "off", "--columns", "tags"], 0).0;
    assert!(tags().contains("\t#a #b #c"), "{}", tags());
    let path = world.home.path().join(".local/share/branchwatch/store.db");
    let mut store = Location::new(&path, None).open(false).unwrap().persistence;
    let session = store.load().unwrap().remove(0);
    let off = AnnotationChange::tags(&session.entry.tags, &["b".to_owned(), "c".to_owned()]);
    let made = Made::new(Timestamp::UNIX_EPOCH, None);
    store.post(&[OutboxMessage::Kept(session.id(), off.unwrap(), made)]).unwrap();
    // It knows the list of before.
    let stale = WatchEntry {
        tags: vec!["d".to_owned()],
        ..WatchEntry::new(session.id(), Timestamp::UNIX_EPOCH)
    };
    store.add(&[stale]).unwrap();
    assert!(tags().starts_with("dbs-1\t#b #c #d"), "{}", tags());
}

#[test]
fn what_is_kept_no_longer_is_shown_to_nobody_and_the_list_says_when_it_was_erased() {
    let world = world(&["--sessions", "1", "--scenario", "S07", "--speed", "500000"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", "--fetch", id, "--ref", "dbs-1"], 0);
    let shown = world.run(&["show", id, "--offline"], 0).0;
    assert!(shown.contains("state COMPLETED"), "{shown}");
    let mut store = world.location().open(true).unwrap().persistence;
    let old: Vec<_> = store.load().unwrap().into_iter().map(long_ago).collect();
    store.save(&old).unwrap();
    drop(store);
    let (shown, said) = world.run(&["show", id, "--offline", "-v"], 0);
    assert!(shown.contains("! responses and events were erased on"), "{shown}");
    assert!(!shown.contains("COMPLETED"), "{shown}");
    assert!(said.contains("were erased"), "{said}");
    let listed: serde_json::Value =
        serde_json::from_str(&world.run(&["list", "--json"], 0).0).unwrap();
    assert_eq!(listed[0]["stage"], "erased");
    assert!(listed[0]["erased_at"].is_string() && listed[0]["fetched_at"].is_null(), "{listed}");
    assert!(world.run(&["list"], 0).0.contains("erased 0"), "in the stage's place");
    world.run(&["export", id, "--offline", "--shape", "raw"], 1);
}

// S08
#[test]
fn store_erase_leaves_nothing_here_and_says_what_it_cannot_reach() {
    let world = world(&["--sessions", "2", "--scenario", "S01", "--speed", "0"]);
    let [id, other] = [0, 1].map(|n| world.sessions[n].as_str());
    world.run(&["add", "--fetch", id, other], 0);
    // Of the program's own making, which names sessions by the short form.
    let short = |id: &str| id.get(..8).unwrap().to_owned();
    let own = world.home.path().join("own.log");
    let debug = ["--log-level", "debug", "--log-file", own.to_str().unwrap()];
    let told = |id: &str| format!("{{\"session_id\":\"{id}\",\"topic\":\"check_completion\"}}\n");
    std::fs::write(world.home.path().join("told"), told(id) + &told(other)).unwrap();
    world.run(&[&["ingest", "told"], &debug[..]].concat(), 0);
    let lines = std::fs::read_to_string(&own).unwrap();
    assert!(lines.contains(&short(id)) && lines.contains(&short(other)), "{lines}");
    let log = world.home.path().join("log");
    let named = format!("one {id}\ntwo {other}\n");
    std::fs::write(&log, &named).unwrap();
    let folder = world.home.path().join(".local/share/branchwatch");
    let store = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let store = store.into_iter().find(|path| path.extension().is_some_and(|e| e == "db")).unwrap();
    let copy = format!("{}-damaged-1", store.display());
    std::fs::write(&copy, "sealed").unwrap();
    let half = folder.join(".store-half12");
    std::fs::write(&half, "half").unwrap();
    let now = half.metadata().unwrap().modified().unwrap();
    let long_ago = now - std::time::Duration::from_hours(5);
    std::fs::File::options().write(true).open(&half).unwrap().set_modified(long_ago).unwrap();
    let young = folder.join(".store-young1");
    std::fs::write(&young, "in use").unwrap();

    let log_file = log.to_str().unwrap();
    let (_, said) = world.run(&["store", "erase", id, "--log-file", log_file], 0);
    for part in [
        "1 session erased from the local store",
        "1 session ID in",
        "1 file of writes that were cut off",
        "-damaged-1 (sealed copy",
        "audit log",
        "branchwatch session delete",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(young.exists() && !half.exists());
    assert!(!holds(&folder, id), "nothing stays");
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains(id) && text.contains(other), "{text}");
    world.run(&["store", "erase", id, "--log-file", own.to_str().unwrap()], 0);
    let lines = std::fs::read_to_string(&own).unwrap();
    assert!(!lines.contains(&short(id)) && lines.contains(&short(other)), "{lines}");
    assert!(world.run(&["list", "--json"], 0).0.contains(other));
    let (_, said) = world.run(&["store", "erase", id], 0);
    assert!(said.contains("0 sessions erased") && said.contains("--log-file"), "{said}");
    // Where no other is named, the one in the state folder.
    let usual = world.home.path().join(".local/state/branchwatch/branchwatch.log");
    std::fs::create_dir_all(usual.parent().unwrap()).unwrap();
    std::fs::write(&usual, &named).unwrap();
    let (_, said) = world.run(&["store", "erase", id], 0);
    assert!(said.contains("1 session ID in"), "{said}");
    assert_eq!(std::fs::read_to_string(&usual).unwrap(), named.replace(id, &"x".repeat(id.len())));
}

#[test]
fn read_only_in_the_configuration_stands_over_every_flag_and_says_where_it_is() {
    let world = empty();
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    let delete = ["session", "delete", id, "--yes", id];
    let profile = "[profiles.test]\nallow_delete = true\n";
    for (text, place) in [
        (format!("read_only = true\n{profile}read_only = false\n"), "line 1, column 1"),
        (format!("{profile}read_only = true\n"), "profiles.test.read_only = true"),
        (format!("read_only = false\n{profile}read_only = true\n"), "line 4, column 1"),
    ] {
        std::fs::write(folder.join("config.toml"), text).unwrap();
        let allowed = [&["--allow-writes"], delete.as_slice()].concat();
        for arguments in [allowed.as_slice(), &delete, &["--allow-writes"]] {
            let (_, err) = world.run(arguments, 9);
            assert!(err.contains("config.toml") && err.contains(place), "{err}");
        }
        let (out, _) = world.run(&["config", "show", "--origin"], 0);
        let line = out.lines().find(|line| line.starts_with("read_only")).unwrap();
        assert!(line.contains("true") && line.contains("file"), "{line}");
    }
    std::fs::write(folder.join("config.toml"), format!("read_only = false\n{profile}")).unwrap();
    // Permitted, and as far as the key, of which there is none here.
    world.run(&[&["--allow-writes"], delete.as_slice()].concat(), 3);
}

// S09
#[test]
fn what_yoti_answered_is_sealed_on_disk_and_read_with_the_applications_key_alone() {
    let world = world(&["--sessions", "2", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", "--fetch", id, &world.sessions[1]], 0);
    let exported = || world.run(&["export", id], 0).0;
    let before = exported();
    assert!(before.contains("requested_checks"), "{before}");
    let folder = world.home.path().join(".local/share/branchwatch");
    for canary in ["requested_checks", "client_session_token_ttl", "fad_code"] {
        assert!(!holds(&folder, canary), "{canary}");
    }
    let away = world.home.path().join("away.pem");
    std::fs::rename(world.key(), &away).unwrap();
    let (out, err) = world.run(&["list", "--plain", "--columns", "session,stage"], 0);
    assert_eq!(out.lines().count(), 2, "the IDs stay readable: {out}");
    assert!(out.contains("sealed, no key"), "{out}");
    let added = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    world.run(&["add", added, "--ref", "dbs-9"], 0);
    let says = "sealed and no key can be read: 2 sessions shown by ID alone";
    assert!(err.contains(says), "{err}");
    let (out, _) = world.run(&["doctor", "--offline"], 3);
    assert!(out.contains("sealed and no key can be read"), "{out}");
    let (_, err) = world.run(&["store", "check"], 8);
    assert!(err.contains(says), "{err}");
    let (_, err) = world.run(&["remove", id], 8);
    assert!(err.contains("only sessions can be added"), "{err}");
    std::fs::rename(&away, world.key()).unwrap();
    let (out, _) = world.run(&["show", added, "--offline"], 0);
    assert!(out.contains("dbs-9") && out.contains("! not verified: added by"), "{out}");
    world.run(&["add", added, "--ref", "dbs-9"], 0);
    let (out, _) = world.run(&["show", added, "--offline"], 0);
    assert!(!out.contains("not verified"), "added again with the key: {out}");
    assert!(exported().contains("requested_checks"));
}

#[test]
fn a_new_key_of_the_application_is_no_loss_of_history() {
    let world = world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", "--fetch", id], 0);
    let exported = || world.run(&["export", id, "--offline"], 0).0;
    let away = world.home.path().join("away.pem");
    world.run(&["store", "check"], 0);
    // The application gets a new key at Yoti.
    std::fs::rename(world.key(), &away).unwrap();
    let made = SigningKey::generate().unwrap().to_pem().unwrap();
    std::fs::write(world.key(), made.expose_secret()).unwrap();
    std::fs::set_permissions(world.key(), Permissions::from_mode(0o600)).unwrap();
    let (_, err) = world.run(&["store", "check"], 8);
    assert!(err.contains("sealed with the key of another application"), "{err}");
    world.run(&["store", "rekey", "--old-key", away.to_str().unwrap()], 0);
    world.run(&["store", "check"], 0);
    assert!(exported().contains("requested_checks"));
}

#[test]
fn each_profile_has_a_list_of_its_own_and_the_usual_one_keeps_the_first() {
    let world = empty();
    let config = world.home.path().join("config.toml");
    let config = config.to_str().unwrap();
    let list = |arguments: &[&str]| {
        let all = [&["list", "--plain", "--columns", "ref", "-c", config], arguments].concat();
        world.run(&all, 0).0
    };
    let add = |reference: &str, number: u8, arguments: &[&str]| {
        let id = format!("1c3cae90-1769-43a9-8554-d85f2e7cdb{number:02x}");
        let all = [&["add", &id, "--ref", reference, "-c", config], arguments].concat();
        world.run(&all, 0);
    };
    std::fs::write(config, "[profiles.live]\n").unwrap();
    add("r1", 1, &[]);
    std::fs::write(config, "default_profile = \"live\"\n[profiles.live]\n[profiles.\"../a b\"]\n")
        .unwrap();
    add("r2", 2, &["-p", "../a b"]);
    for (arguments, found) in
        [(&[][..], "r1\n"), (&["-p", "live"], "r1\n"), (&["-p", "../a b"], "r2\n")]
    {
        assert_eq!(list(arguments), found, "{arguments:?}");
    }
    let folder = world.home.path().join(".local/share/branchwatch");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "db"));
    names.sort();
    assert_eq!(names, ["store-%2e%2e%2fa%20b.db", "store.db"]);
}

/// What the program writes it reads: case 09.
#[test]
fn case_09_lists_and_exports_of_our_own_are_read_back() {
    let world = empty();
    let id = "aaaaaaaa-0000-4000-8000-000000000001";
    world.run(&["add", id, "--ref", "case-1", "--tag", "team-1"], 0);
    world.run(&["add", "aaaaaaaa-0000-4000-8000-000000000002"], 0);
    for (name, arguments) in [
        ("l.csv", &["list", "--csv"][..]),
        ("l.json", &["list", "--json"]),
        ("l.jsonl", &["list", "--jsonl"]),
        ("e.json", &["export", id]),
        ("l.txt", &["list"]),
        ("l.tsv", &["list", "--plain"]),
    ] {
        let (text, _) = world.run(arguments, 0);
        let other = empty();
        let file = other.home.path().join(name);
        std::fs::write(&file, text).unwrap();
        other.run(&["add", name], 0);
        let (listed, _) = other.run(&["list", "--json"], 0);
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let first = listed.as_array().unwrap().iter().find(|s| s["session_id"] == id).unwrap();
        assert_eq!(first["reference"], "case-1", "{name}");
        let nameless = listed.as_array().unwrap().iter().filter(|s| s["reference"].is_null());
        assert_eq!(nameless.count(), usize::from(name != "e.json"), "{name}: {listed}");
    }
    // PowerShell's > writes UTF-16.
    let file = world.home.path().join("utf16.txt");
    std::fs::write(&file, [0xff, 0xfe, b'a', 0]).unwrap();
    let (_, err) = world.run(&["add", "utf16.txt"], 1);
    assert!(err.contains("UTF-16; save it as UTF-8"), "{err}");
}
