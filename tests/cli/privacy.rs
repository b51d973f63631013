//! No command shows a name while labels are masked, in whatever form it writes.

use branchwatch::clock::{Clock, SystemClock};
use branchwatch::domain::session::ids::SessionId;
use branchwatch::domain::watchlist::annotations::AnnotationChange;
use branchwatch::domain::watchlist::outbox::OutboxMessage;

use crate::{World, world};

const NAMES: [&str; 5] = ["JANE SMITH", "jane smith", "李小龍", "smith-jane", "o'neill 77"];

fn found(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    ["jane", "smith", "李小龍", "o'neill", "neill"]
        .into_iter()
        .filter(|n| text.contains(n))
        .collect()
}

fn audit(world: &World) -> String {
    let log = world.home.path().join(".local/state/branchwatch/audit.jsonl");
    std::fs::read_to_string(log).unwrap_or_default()
}

fn lowered(audit: &str) -> usize {
    audit.lines().filter(|line| line.contains("privacy_lowered")).count()
}

#[test]
fn no_command_shows_a_name_while_labels_are_masked_and_all_do_with_privacy_off() {
    let scenarios = ["--scenario", "S07", "--scenario", "S01", "--scenario", "S10"];
    let world = world(&[&["--sessions", "6", "--speed", "500000"], scenarios.as_slice()].concat());
    let ids: Vec<&str> = world.sessions.iter().map(String::as_str).collect();
    for (id, name) in ids.iter().zip(NAMES.into_iter().chain(["dbs-2291"])) {
        world.run(&["add", id, "--ref", name, "--tag", name], 0);
    }
    let notes = ids.iter().zip(NAMES).map(|(id, name)| {
        let note = AnnotationChange::Note(format!("rang {name}"));
        OutboxMessage::Kept(SessionId::parse(id).unwrap(), note, SystemClock.now().into())
    });
    let mut store = world.location().open(false).unwrap().persistence;
    store.post(&notes.collect::<Vec<_>>()).unwrap();
    drop(store);
    world.run(&[&["fetch"], ids.as_slice()].concat(), 0);

    let mut forms: Vec<Vec<&str>> = vec![
        vec!["list"],
        vec!["list", "--plain", "--columns", "ref,tags,session"],
        vec!["list", "--json"],
        vec!["list", "--jsonl"],
        vec!["list", "--csv"],
        vec!["stats", "--by", "tag"],
        vec!["stats", "--by", "tag", "--json"],
        vec!["handover"],
    ];
    for id in &ids {
        forms.push(vec!["show", id]);
        forms.push(vec!["show", id, "--json"]);
        forms.push(vec!["media", id, "--json", "--offline"]);
    }
    let told = |privacy: &[&str]| {
        forms
            .iter()
            .fold(String::new(), |all, form| all + &world.run(&[form, privacy].concat(), 0).0)
    };
    let masked = told(&[]);
    let (short, _) = ids[0].split_once('-').unwrap();
    assert_eq!(found(&masked), Vec::<&str>::new());
    assert!(masked.contains("dbs-2291") && masked.contains(&format!("▒▒▒ {short}")));
    assert_eq!(found(&told(&["--privacy", "off"])).len(), 5);
    let audit = audit(&world);
    assert_eq!(lowered(&audit), forms.len(), "a line for each command that shows more");
    assert!(audit.lines().all(|line| line.contains("\"operator\":\"")), "{audit}");

    for format in ["json", "jsonl", "csv", "md"] {
        let export = [&["export", "--format", format], ids.as_slice()].concat();
        let (out, _) = world.run(&export, 0);
        assert_eq!(found(&out), Vec::<&str>::new(), "{format}");
        let open = [export.as_slice(), &["--redact", "none", "--reason", "a test"]].concat();
        assert_eq!(found(&world.run(&open, 0).0).len(), 5, "{format}");
    }
    let (folders, _) =
        world.run(&[&["export", "--format", "bundle", "-o", "out"], &ids[..]].concat(), 0);
    assert_eq!(found(&folders), Vec::<&str>::new());
    for folder in folders.lines() {
        for file in std::fs::read_dir(world.home.path().join(folder)).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert_eq!(found(&text), Vec::<&str>::new(), "{text}");
        }
    }
}

/// Two commands that print one part say the same of it, and more only after a line in the log.
#[test]
fn the_letter_is_told_alike_by_both_commands_that_print_it() {
    let world = world(&["--sessions", "1", "--speed", "500000", "--scenario", "S01"]);
    let id = world.sessions[0].as_str();
    world.run(&["add", id, "--fetch"], 0);
    let letter = |command: &[&str]| {
        let (out, _) = world.run(&[command, &["--json", "--offline"]].concat(), 0);
        let mut told: serde_json::Value = serde_json::from_str(&out).unwrap();
        let letter = told["letter"].take();
        if letter.get("letter").is_some() { letter["letter"].clone() } else { letter }
    };
    let by_letter = |privacy| letter(&["letter", id, "--privacy", privacy]);
    let by_show = |privacy| letter(&["show", id, "--part", "letter", "--privacy", privacy]);
    assert_eq!(by_letter("mask"), by_show("mask"));
    let lowered = || lowered(&audit(&world));
    assert_eq!(lowered(), 0);
    assert_eq!((by_letter("off"), lowered()), (by_show("off"), 1));
    assert_eq!(lowered(), 2);
}

#[test]
fn the_profile_says_which_more_labels_are_shown_and_who_the_operator_is() {
    let world = crate::empty();
    let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb00";
    world.run(&["add", id, "--ref", "north-desk", "--tag", "chased", "--tag", "jane"], 0);
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let list = |config: &str| {
        std::fs::write(folder.join("config.toml"), config).unwrap();
        world.run(&["list", "--plain", "--columns", "ref,tags"], 0).0
    };
    assert_eq!(list(""), "▒▒▒ 1c3cae90\t#▒▒▒▒▒▒ #▒▒▒▒▒▒\n");
    let view = "[views.chase]\nfilter = \"!tag:chased\"\n";
    assert_eq!(list(view), "▒▒▒ 1c3cae90\t#chased #▒▒▒▒▒▒\n");
    let config = "safe_tags = [\"chased\"]\noperator = \"jo\"\n[profiles.p]\n\
                  safe_reference = \"north-[a-z]+\"\n";
    std::fs::write(folder.join("config.toml"), config).unwrap();
    world.run(&["add", id, "--ref", "north-desk", "--tag", "chased"], 0);
    assert_eq!(list(config), "north-desk\t#chased #▒▒▒▒▒▒\n");
    world.run(&["add", id, "--untag", "jane"], 0);
    assert_eq!(list(config), "north-desk\t#chased\n");
    let (shown, _) = world.run(&["config", "show"], 0);
    for part in ["safe_reference", "north-[a-z]+", "safe_tags", "operator", "jo"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    world.run(&["list", "--privacy", "off"], 0);
    assert!(audit(&world).contains("\"operator\":\"jo\""));
    std::fs::write(folder.join("config.toml"), "[profiles.p]\nsafe_reference = \"(\"\n").unwrap();
    assert!(world.run(&["list"], 3).1.contains("safe_reference"));
}
