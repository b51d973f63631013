//! `list`: filter, order, columns, and every form of a line.

use serde_json::Value;

/// The references of a list, in order.
fn references(out: &str) -> Vec<&str> {
    out.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn a_list_is_filtered_ordered_and_cut_to_columns_as_the_dashboard_is() {
    let world = crate::empty();
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let view = "[views.mine]\nfilter = \"tag:mine\"\nsort = \"ref desc\"\n\
                columns = [\"tags\", \"stage\"]\n";
    std::fs::write(folder.join("config.toml"), view).unwrap();
    let list = world.home.path().join("ids.csv");
    let lines: Vec<String> = [("2", "mine"), ("10", "mine,chased"), ("9", "theirs")]
        .iter()
        .enumerate()
        .map(|(n, (reference, tags))| {
            let tags = tags.replace(',', " ");
            format!("1c3cae90-1769-43a9-8554-d85f2e7cdb0{n},dbs-{reference},{tags}")
        })
        .collect();
    std::fs::write(&list, lines.join("\n")).unwrap();
    world.run(&["add", list.to_str().unwrap()], 0);
    let listed = |arguments: &[&str]| {
        let (out, _) = world.run(&[&["list"], arguments].concat(), 0);
        out
    };
    assert_eq!(references(&listed(&["--sort", "ref"])), ["dbs-2", "dbs-9", "dbs-10"]);
    assert_eq!(references(&listed(&["--filter", "!tag:mine"])), ["dbs-9"]);
    assert_eq!(references(&listed(&["-f", "stage:not_fetched 10"])), ["dbs-10"]);
    let mine = listed(&["--view", "mine"]);
    assert_eq!(references(&mine), ["dbs-10", "dbs-2"]);
    assert!(mine.starts_with("REFERENCE  TAGS") && !mine.contains("SEEN"), "{mine}");
    let fewer = listed(&["--view", "mine", "--filter", "!tag:chased", "--columns", "session"]);
    assert!(fewer.contains("1c3cae90-1769-43a9-8554-d85f2e7cdb00"), "{fewer}");
    assert_eq!(references(&fewer), ["dbs-2"]);
    let (out, _) = world.run(&["list", "--json", "--filter", "tag=theirs"], 0);
    let list: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((list.as_array().unwrap().len(), &list[0]["reference"]), (1, &"dbs-9".into()));
    let (out, err) = world.run(&["list", "--filter", "nobody"], 0);
    assert!(out.is_empty() && err.contains("0 of 3 sessions match"), "{err}");
    let (_, err) = world.run(&["list", "--filter", "tag:mine stge:x"], 2);
    assert!(err.contains("character 10: no such field; did you mean stage?"), "{err}");
    assert!(err.contains("\n  tag:mine stge:x\n           ^\n"), "{err}");
    let (_, err) = world.run(&["list", "--sort", "deu"], 2);
    assert!(err.contains("did you mean due?"), "{err}");
    let (_, err) = world.run(&["list", "--view", "yours"], 2);
    assert!(err.contains("no view named yours; choose from: mine, "), "{err}");
    std::fs::write(folder.join("config.toml"), "[views.x]\nfilter = \"a or\"\n").unwrap();
    let (_, err) = world.run(&["list"], 3);
    assert!(
        err.contains("line 2, column 1: views.x.filter") && err.contains("both sides"),
        "{err}"
    );
}

#[test]
fn the_list_comes_as_json_lines_csv_and_plain_text_and_without_a_command_in_a_pipe() {
    let world = crate::empty();
    let ids = ["1c3cae90-1769-43a9-8554-d85f2e7cdb00", "1c3cae90-1769-43a9-8554-d85f2e7cdb01"];
    world.run(&["add", ids[0], "--ref", "dbs-1", "--tag", "a"], 0);
    world.run(&["add", ids[1], "--ref", "=Amina Okafor\t2"], 0);
    let (out, _) = world.run(&["list", "--jsonl", "--sort", "ref"], 0);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        for key in ["schema_version", "profile", "environment", "fetched_at", "stale", "stage"] {
            assert!(line.get(key).is_some(), "{key}: {line}");
        }
    }
    assert_eq!(lines[1]["reference"], "dbs-1");
    let (array, _) = world.run(&["list", "--json", "--sort", "ref"], 0);
    assert_eq!(serde_json::from_str::<Value>(&array).unwrap(), Value::from(lines));
    let (csv, _) = world.run(&["list", "--csv", "-f", "tag=a"], 0);
    let (exported, _) = world.run(&["export", "--format", "csv", ids[0]], 0);
    assert_eq!(csv, exported);
    assert!(world.run(&["list", "--csv", "--privacy", "off"], 0).0.contains("'=Amina Okafor"));
    let plain = ["list", "--plain", "--columns", "ref,stage,session", "--sort", "ref desc"];
    let (plain, _) = world.run(&plain, 0);
    assert_eq!(plain.lines().next(), Some(&*format!("dbs-1\tnot fetched yet\t{}", ids[0])));
    assert!(plain.lines().all(|line| line.matches('\t').count() == 2), "{plain}");
    world.run(&["list", "--json", "--csv"], 2);
    let (bare, _) = world.run(&["--filter", "tag:a"], 0);
    assert_eq!(bare, world.run(&["list", "-f", "tag:a"], 0).0);
    assert!(bare.contains("dbs-1") && !bare.contains("Amina"), "{bare}");
}

#[test]
fn by_default_the_list_has_the_checks_and_the_reason_in_yotis_words() {
    let world = crate::world(&["--sessions", "1", "--scenario", "S07", "--speed", "500000"]);
    world.run(&["add", &world.sessions[0], "--ref", "dbs-1"], 0);
    world.run(&["fetch", &world.sessions[0]], 0);
    let (out, _) = world.run(&["list"], 0);
    let heads = "REFERENCE STAGE DOCS CHECKS DUE SEEN SESSION REASON";
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>().join(" "), heads);
    assert_eq!(lines.len(), 2, "no summary in a pipe: {out}");
    assert!(lines[1].contains('✗') && lines[1].contains(&world.sessions[0]), "{out}");
    let (json, _) = world.run(&["show", &world.sessions[0], "--json"], 0);
    let shown: Value = serde_json::from_str(&json).unwrap();
    let reason = shown.pointer("/derived/attention/0").unwrap().as_str().unwrap();
    assert!(reason.contains("REJECT") && lines[1].ends_with(reason), "{reason}: {out}");
    let (plain, _) = world.run(&["list", "--plain"], 0);
    assert_eq!(plain.trim_end().split('\t').nth(7), Some(reason), "{plain}");
}

#[test]
fn a_list_of_ids_comes_from_standard_input_where_an_id_may_stand() {
    let world = crate::empty();
    let ids = ["1c3cae90-1769-43a9-8554-d85f2e7cdb00", "1c3cae90-1769-43a9-8554-d85f2e7cdb01"];
    world.run(&["add", ids[0], ids[1]], 0);
    let (list, _) = world.run(&["list", "--plain", "--columns", "session,stage"], 0);
    let columns: Vec<&str> = list.lines().filter_map(|line| line.split('\t').nth(1)).collect();
    let given = |text: &str, arguments: &[&str], code: i32| {
        let (reader, mut writer) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
        drop(writer);
        crate::said(&world.command(arguments).stdin(reader).output().unwrap(), code)
    };
    let (out, _) = given(&(columns.join("\n") + "\n"), &["export", "-"], 0);
    assert_eq!(out.lines().count(), 2, "{out}");
    given("\n\n", &["export", "-"], 2);
    given("not-a-session\n", &["remove", "-"], 2);
    given(&format!("{}\n{}\n", ids[0], ids[0]), &["remove", "-"], 0);
    assert_eq!(world.run(&["list", "--plain"], 0).0.lines().count(), 1);
}

#[test]
fn of_flag_and_file_the_stricter_privacy_holds_and_a_zone_is_one_that_is_known() {
    let world = crate::empty();
    world.run(&["add", "1c3cae90-1769-43a9-8554-d85f2e7cdb00", "--ref", "Amina Okafor"], 0);
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let said = |file: &str, flags: &[&str], form: &str| {
        std::fs::write(folder.join("config.toml"), file).unwrap();
        world.run(&[flags, &["list", form]].concat(), 0).0
    };
    let (mask, off) = ("privacy = \"mask\"\n", "privacy = \"off\"\n");
    for form in ["--plain", "--json", "--jsonl", "--csv"] {
        for (file, flags, shown) in [
            ("", [].as_slice(), false),
            ("", &["--privacy", "off"], true),
            ("", &["--privacy", "mask"], false),
            (mask, &[], false),
            (mask, &["--privacy", "off"], false),
            (off, &["--privacy", "mask"], false),
            (off, &[], true),
        ] {
            let out = said(file, flags, form);
            assert_eq!(out.contains("Amina"), shown, "{form} {file} {flags:?}: {out}");
        }
    }
    assert!(said("", &["--privacy", "partial"], "--plain").contains("A▒▒▒ O▒▒▒"));
    std::fs::write(folder.join("config.toml"), "privacy = \"none\"\n").unwrap();
    assert!(world.run(&["list"], 3).1.contains("partial"));
    std::fs::write(folder.join("config.toml"), "").unwrap();
    assert!(world.run(&["list", "--tz", "Mars/Olympus"], 2).1.contains("Europe/London"));
    world.run(&["list", "--tz", "Europe/London", "--interval", "5s"], 2);
    world.run(&["config", "check", "--interval", "0s"], 2);
}

#[test]
fn what_is_missing_is_named_by_its_document() {
    let world = crate::world(&["--sessions", "1", "--scenario", "S04", "--speed", "0"]);
    let id = world.sessions[0].as_str();
    let (_, err) = world.run(&["add", id, "--ref", "dbs-1", "--fetch"], 0);
    assert!(err.contains("1 added"), "{err}");
    let (shown, _) = world.run(&["show", "dbs-1"], 0);
    assert!(shown.contains("missing  GBR PASSPORT from IBV\n"), "{shown}");
    let (text, _) = world.run(&["export", "dbs-1", "--format", "md"], 0);
    assert!(text.contains("| ID_DOCUMENT | PASSPORT | missing | IBV"), "{text}");
}

#[test]
fn a_list_that_is_not_there_is_no_session_either() {
    let world = crate::world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let (_, err) = world.run(&["add", "lists/ids.csv"], 2);
    assert!(err.contains("lists/ids.csv: no such file, and not a session ID"), "{err}");
    let (_, err) = world.run(&["add", "ids"], 2);
    assert!(err.contains("expected a UUID") && !err.contains("no such file"), "{err}");
}
