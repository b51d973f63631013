//! `stats` and `handover`: figures and words of what is stored.

use serde_json::Value;

use crate::world;

#[test]
fn figures_and_handover_agree_with_the_list_and_name_no_person() {
    let names = ["S01", "S07", "S09", "S03"];
    let chosen: Vec<&str> = names.iter().flat_map(|name| ["--scenario", *name]).collect();
    let world = world(&[&["--sessions", "4", "--speed", "500000"], chosen.as_slice()].concat());
    let ids: Vec<&str> = world.sessions.iter().map(String::as_str).collect();
    for (id, reference) in ids.iter().zip(["dbs-1", "Amina Okafor", "dbs-3", "dbs_4"]) {
        world.run(&["add", id, "--ref", reference, "--tag", "all"], 0);
    }
    world.run(&["add", ids[0], "--tag", "first"], 0);
    let waiting = ["wait", "--interval", "1s", "--max-rps", "50"];
    world.run(&[&waiting, ids.as_slice()].concat(), 7);
    let (json, _) = world.run(&["stats", "--json", "--by", "document", "--since", "7d"], 0);
    let json: Value = serde_json::from_str(&json).unwrap();
    let figure = |name: &str| json[name].as_u64().unwrap();
    assert_eq!((figure("sessions"), figure("completed"), figure("expired")), (4, 3, 1));
    assert_eq!((figure("approved"), figure("rejected"), figure("referred")), (1, 1, 1));
    assert!(json["visit_to_done"]["seconds"].as_u64().unwrap() > 0);
    assert!(
        json["notifications"]["received"].is_u64() && json["groups"].as_array().unwrap().len() > 1
    );
    let (out, _) = world.run(&["stats"], 0);
    assert!(out.contains("completed") && out.contains("median visit to done"), "{out}");
    let (out, _) = world.run(&["stats", "--by", "tag"], 0);
    assert!(out.lines().any(|line| line.starts_with("all ")), "{out}");
    world.run(&["add", ids[3], "--tag", "amina@example.org"], 0);
    for form in [&["stats", "--by", "tag"][..], &["stats", "--by", "tag", "--json"]] {
        let told = |privacy: &str| world.run(&[form, &["--privacy", privacy]].concat(), 0).0;
        assert!(told("off").contains("amina@") && !told("mask").contains("amina"));
    }
    let (json, _) = world.run(&["stats", "--json", "-f", "result:reject"], 0);
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap()["sessions"], 1);
    world.run(&["stats", "--since", "soon"], 2);
    world.run(&["stats", "--by", "weather"], 2);

    let (out, _) = world.run(&["handover", "--tz", "UTC"], 0);
    for part in
        ["# Handover", "## REJECT (1)", "## To review (1)", "4 sessions: 0 ongoing", "**dbs-3**"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!out.contains("Amina") && out.contains("▒▒▒"), "{out}");
    world.run(&["handover", "--since", "yesterday"], 2);
}
