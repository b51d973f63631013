//! One look at all that a run writes: neither a secret nor what is personal stands in it.

use std::path::Path;

use crate::canary::{CANARY, PERSON, seeded};
use crate::hearing::{TOKEN, auth};
use crate::keys::is_silent;
use crate::responder::{Asked, Responder, answer, json, responder};
use crate::watch::watching;
use crate::{World, empty, said};
use serde_json::Value;

const ID: &str = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
fn answers(asked: &Asked) -> Vec<u8> {
    answers_with(asked, seeded)
}

fn answers_with(asked: &Asked, seeded: impl Fn(&mut Value)) -> Vec<u8> {
    let whole = |text: &str| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        seeded(&mut value);
        if value.get("user_tracking_id").is_some() {
            value["user_tracking_id"] = PERSON.into();
        }
        json(200, &value.to_string())
    };
    let path = asked.path();
    match path.rsplit('/').next().unwrap_or_default() {
        ID => whole(include_str!("../everything/session.json")),
        "configuration" => whole(include_str!("../everything/configuration.json")),
        "instructions" => whole(include_str!("../everything/letter.json")),
        "contact-profile" => whole(r#"{"first_name":"CANARY","email":"canary@example.org"}"#),
        "pdf" => answer(200, "application/pdf", "%PDF-1.4 CANARY Person"),
        "content" => answer(200, "application/json", r#"{"full_name":"CANARY Person"}"#),
        // Yoti writes this message for the operator, so it is shown.
        _ => json(404, r#"{"code":"SESSION_NOT_FOUND","message":"gone","full_name":"CANARY"}"#),
    }
}

/// A home whose Yoti answers with nothing but canaries where they can be.
fn seeded_world(runtime: &tokio::runtime::Runtime) -> (World, Responder) {
    world_with(runtime, answers)
}

fn world_with(
    runtime: &tokio::runtime::Runtime,
    answers: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static,
) -> (World, Responder) {
    let mut world = empty();
    std::fs::write(world.key(), secrecy::ExposeSecret::expose_secret(&crate::KEY.0)).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(world.key(), mode).unwrap();
    let yoti = runtime.block_on(responder(answers));
    world.base_url.clone_from(&yoti.base);
    "1c3cae93-1769-43a9-8554-d85f2e7cdb04".clone_into(&mut world.sdk_id);
    let told = world.home.path().join("told");
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let command = format!("[alerts]\ncommand = [\"tee\", \"-a\", \"{}\"]\n", told.display());
    std::fs::write(folder.join("config.toml"), command).unwrap();
    (world, yoti)
}

/// Every file below a folder, with its path.
fn files(folder: &Path, into: &mut Vec<(String, String)>) {
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            into.push((path.display().to_string(), text));
        }
    }
}

/// What a `watch` says up to this word. It ends once the program of `[alerts]` was told something.
fn watched(world: &World, arguments: &[&str], word: &str) -> String {
    let mut watch = watching(world, arguments);
    let mut said = String::new();
    while !said.contains(word) {
        said += &watch.line();
    }
    let pause = std::sync::mpsc::channel::<()>();
    let told = || std::fs::metadata(world.home.path().join("told")).is_ok_and(|f| f.len() > 0);
    for _ in 0..3_000 {
        if told() {
            break;
        }
        let _elapsed = pause.1.recv_timeout(std::time::Duration::from_millis(20));
    }
    assert!(told(), "the program is told");
    assert_eq!(watch.signal("-TERM"), Some(143));
    said
}

fn each_record_is_a_line(log: &str) {
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

fn names_nobody(place: &str, text: &str) {
    let lower = text.to_lowercase();
    let at = lower.find(CANARY).map(|at| lower.chars().skip(at.saturating_sub(200)).take(300));
    assert!(at.is_none(), "{place}: {}", at.unwrap().collect::<String>());
}

// S02, U10
#[test]
fn nothing_that_a_run_writes_holds_a_secret_or_names_a_person() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, yoti) = seeded_world(&runtime);
    let (pem, secret) = (std::fs::read_to_string(world.key()).unwrap(), auth(&world));
    let log = world.home.path().join("log");
    let logged = ["--log-file", log.to_str().unwrap(), "--log-level", "trace"];
    let mut written: Vec<(String, String)> = Vec::new();
    let mut run = |arguments: &[&str], code: i32| {
        let mut command = world.command(arguments);
        command.args(logged);
        // Read by nobody: a library would write URLs and headers.
        command.env("RUST_LOG", "trace");
        let (out, err) = said(&command.output().unwrap(), code);
        written.push((format!("{arguments:?}"), out.clone() + &err));
        out
    };
    run(&["add", ID, "--ref", PERSON, "--tag", PERSON], 0);
    let events =
        watched(&world, &[["watch", "--jsonl"].as_slice(), &logged].concat(), "first_answer");
    let aloud = watched(&world, &[["--a11y"].as_slice(), &logged].concat(), "1 session");
    run(&["add", ID, "--fetch"], 0);
    let lines = world.home.path().join("lines");
    let more = r#""topic":"check_completion","full_name":"CANARY Person""#;
    std::fs::write(&lines, format!("{{\"session_id\":\"{ID}\",{more}}}\n")).unwrap();
    for arguments in [
        ["fetch", ID].as_slice(),
        &["ingest", lines.to_str().unwrap()],
        &["list"],
        &["list", "--json"],
        &["list", "--csv"],
        &["show", ID],
        &["show", ID, "--json"],
        &["stats"],
        &["stats", "--by", "tag", "--json"],
        &["handover"],
        &["letter", ID],
        &["letter", ID, "--json"],
        &["media", ID],
        &["media", ID, "--json"],
        &["export", ID],
        &["export", ID, "--shape", "raw"],
        &["export", ID, "--format", "csv"],
        &["export", ID, "--format", "md"],
        &["export", ID, "--format", "bundle", "-o", "bundle"],
        &["doctor"],
        &["config", "show", "--origin"],
        &["store", "check"],
        &["verify"],
    ] {
        run(arguments, 0);
    }
    let gone = "00000000-0000-4000-8000-000000000001";
    run(&["show", gone], 5);
    run(&["wait", ID], 20);
    run(&["remove", ID], 0);
    assert!(run(&["list", "--archived"], 0).contains("1c3cae90"), "it is archived");
    run(&["list", "--archived", "--json"], 0);
    run(&["add", ID], 0);
    // What is asked for in the open is there, without the secrets.
    let open = run(&["export", ID, "--redact", "none", "--reason", "a test"], 0);
    let (what, _) = written.pop().unwrap();
    assert!(open.contains(PERSON) && !open.contains("CANARY-secret"), "{what}");

    written.extend([("watch".to_owned(), events), ("watch --a11y".to_owned(), aloud)]);
    files(world.home.path(), &mut written);
    let ours = [world.key().display().to_string(), secret, lines.display().to_string()];
    written.retain(|(place, _)| !ours.contains(place));
    let digests: Vec<String> = yoti
        .all()
        .iter()
        .filter_map(|asked| asked.header("X-Yoti-Auth-Digest").map(str::to_owned))
        .collect();
    assert!(digests.len() > 5 && written.len() > 28, "{} {}", digests.len(), written.len());
    let log = written.iter().find(|(place, _)| *place == log.display().to_string()).unwrap();
    assert!(log.1.contains("\"level\":\"DEBUG\"") || log.1.contains("TRACE"), "it says much");
    each_record_is_a_line(&log.1);
    for (place, text) in &written {
        names_nobody(place, text);
        assert!(!text.contains(TOKEN), "{place}");
        assert!(!digests.iter().any(|digest| text.contains(digest)), "{place}");
        is_silent(text, &pem);
    }
}

/// Puts an address into every object, and into every string; but without session and state the
/// answer would be refused, and without IDs no media would be asked for.
fn addressed(value: &mut Value, address: &str, whole: bool) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if name != "session_id" && name != "state" {
                    addressed(value, address, whole);
                }
            }
            for name in ["url", "href", "location", "redirect", "media_url", "_links"] {
                fields.insert(name.to_owned(), address.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| addressed(item, address, whole)),
        Value::String(text) if whole || uuid::Uuid::try_parse(text).is_err() => {
            address.clone_into(text);
        }
        _ => {}
    }
}

// N15
#[test]
fn no_address_that_stands_in_a_response_is_ever_requested() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for whole in [false, true] {
        let other = runtime.block_on(responder(|_| json(200, "{}")));
        let address = other.base.clone();
        let (world, yoti) = world_with(&runtime, move |asked| {
            let answer = answers_with(asked, |value| addressed(value, &address, whole));
            let (head, body) =
                answer.split_at(answer.iter().position(|b| *b == b'\n').unwrap() + 1);
            let headers = ["location", "content-location", "link", "refresh"]
                .map(|name| format!("{name}: {address}\r\n"))
                .concat();
            [head, headers.as_bytes(), body].concat()
        });
        world.run(&["add", ID, "--fetch"], 0);
        let folder = world.home.path().join("saved");
        for arguments in [
            ["fetch", ID].as_slice(),
            &["show", ID],
            &["list"],
            &["letter", ID],
            &["media", ID],
            &["media", ID, "--save", folder.to_str().unwrap(), "--yes"],
            &["export", ID, "--shape", "raw"],
            &["wait", ID],
            &["doctor"],
        ] {
            let output = world.command(arguments).output().unwrap();
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        }
        let media = yoti.all().iter().filter(|asked| asked.path().ends_with("/content")).count();
        assert!(whole || media > 0, "media are fetched");
        assert!(yoti.all().len() > 10, "{}", yoti.all().len());
        let asked: Vec<String> = other.all().into_iter().map(|asked| asked.head).collect();
        assert_eq!(asked, [""; 0], "an address of a response was requested");
    }
}
