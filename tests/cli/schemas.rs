//! Every JSON output fits its schema, also where Yoti says what nobody knows; and no schema takes
//! anything.

use serde_json::{Value, json};

use crate::{World, world};

fn schema(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(format!("assets/schema/{name}.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

#[track_caller]
pub(crate) fn fits(name: &str, value: &Value) {
    let schema = schema(name);
    let why: Vec<String> = schema.iter_errors(value).map(|why| why.to_string()).collect();
    assert!(why.is_empty(), "{name}: {why:?}\n{value:#}");
    assert!(!schema.is_valid(&json!({})), "{name} takes anything");
}

fn said(world: &World, arguments: &[&str]) -> Value {
    serde_json::from_str(&world.run(arguments, 0).0).unwrap()
}

#[test]
fn every_json_output_fits_its_schema_and_values_that_nobody_knows_pass_through() {
    // S19 is the unknown future, S28 holds hostile strings.
    let names = ["S01", "S07", "S19", "S28"];
    let chosen: Vec<&str> = names.iter().flat_map(|name| ["--scenario", *name]).collect();
    let world = world(&[&["--sessions", "4", "--speed", "500000"], chosen.as_slice()].concat());
    let ids: Vec<&str> = world.sessions.iter().map(String::as_str).collect();
    let nobody = "00000000-0000-4000-8000-000000000001";
    world.run(&[&["add", "--tag", "x"], ids.as_slice()].concat(), 0);
    world.run(&["add", nobody], 0);
    let reject = ["watch", "--jsonl", "--interval", "1s", "--max-rps", "100"];
    let mut watch = world.command(&reject).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(watch.stdout.take().unwrap()));
    let mut kinds = std::collections::BTreeSet::new();
    for line in lines {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        fits("event", &event);
        kinds.insert(event["event"].as_str().unwrap().to_owned());
        if kinds.contains("reject") && kinds.contains("refer") && kinds.contains("approve") {
            break;
        }
    }
    watch.kill().unwrap();
    watch.wait().unwrap();
    world.run(&[&["fetch"], ids.as_slice()].concat(), 0);
    let list = said(&world, &["list", "--json"]);
    fits("list", &list);
    assert_eq!(list.as_array().unwrap().len(), 5);
    fits("stats", &said(&world, &["stats", "--json", "--by", "document", "--since", "9d"]));
    fits("doctor", &said(&world, &["doctor", "--json"]));
    fits("info", &said(&world, &["info", "--json"]));
    let failed = crate::empty().run(&["doctor", "--json"], 3).0;
    fits("doctor", &serde_json::from_str(&failed).unwrap());
    fits("letter", &said(&world, &["letter", ids[0], "--json"]));
    let unseen = said(&world, &["--offline", "export", nobody]);
    assert_eq!(unseen["session"], Value::Null);
    fits("export", &unseen);
    let mut leaking = unseen;
    leaking["session"] = json!({ "client_session_token": "secret" });
    assert!(!schema("export").is_valid(&leaking), "a token is never part of an export");
    fits("branches", &said(&world, &["branches", "EC1A 1BB", "--json"]));
    for id in &ids {
        fits("export", &said(&world, &["export", id]));
        fits("export", &said(&world, &["show", id, "--json"]));
        fits("media", &said(&world, &["media", id, "--json"]));
        let (place, _) = world.run(&["export", id, "--format", "bundle", "-o", "bundles/"], 0);
        let manifest = world.home.path().join(place.trim()).join("manifest.json");
        fits("bundle", &serde_json::from_str(&std::fs::read_to_string(manifest).unwrap()).unwrap());
        world.run(&["verify", place.trim()], 0);
    }
}
