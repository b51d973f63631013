//! Every command with every exit code that it can give by itself, and what goes where: data on
//! standard output, talk on standard error. Signals (128 and more), a panic (70) and what needs a
//! terminal are told in `watch`, `wait`, `terminal` and `tests/pty.rs`.

use std::collections::BTreeSet;

use crate::{World, said, wait, world};

type Changed = &'static [(&'static str, &'static str)];

const PLAIN: Changed = &[];
const UNREACHABLE: Changed = &[("YOTI_IDV_API_URL", "http://127.0.0.1:1/idverify/v1")];
/// Takes connections, and says nothing.
const SILENT: Changed = &[("YOTI_IDV_API_URL", "http://{silent}/idverify/v1")];
const REFUSED: Changed = &[("YOTI_CLIENT_SDK_ID", "00000000-0000-4000-8000-000000000001")];
const KEYLESS: Changed = &[("YOTI_KEY_FILE_PATH", "/nowhere/key.pem")];
const NO_PROFILE: Changed = &[("BRANCHWATCH_PROFILE", "weather")];
const NO_THEME: Changed = &[("BRANCHWATCH_THEME", "weather")];
const MISCONFIGURED: Changed = &[("BRANCHWATCH_CONFIG", "/nowhere/config.toml")];
const NEWER: Changed = &[("XDG_DATA_HOME", "{home}/newer")];
const PERMITTED: Changed = &[("BRANCHWATCH_CONFIG", "{home}/permitted.toml")];
const FORBIDDEN: Changed = &[("BRANCHWATCH_CONFIG", "{home}/forbidden.toml")];
const PERMITTED_UNREACHABLE: Changed = &[UNREACHABLE[0], PERMITTED[0]];
const PERMITTED_REFUSED: Changed = &[REFUSED[0], PERMITTED[0]];

/// What is asked for, under which conditions, and how it ends. `{a}` is approved, `{r}` REJECT, `{h}` ongoing,
/// `{f}` refer, `{e}` expired, `{u}` in a state that nobody knows, `{o}` never asked for, `{m}` has
/// media that cannot be had; `{n}` is on the list and not at Yoti, `{x}` nowhere.
const CASES: &[(&str, Changed, i32)] = &[
    ("", PLAIN, 0),
    ("-f (", PLAIN, 2),
    ("", MISCONFIGURED, 3),
    ("", NEWER, 8),
    ("--allow-writes", FORBIDDEN, 9),
    ("dance", PLAIN, 2),
    ("demo", PLAIN, 2),
    ("demo --tz Mars/Olympus", PLAIN, 2),
    ("demo --a11y --max-rps 0", PLAIN, 2),
    ("demo --theme drak", PLAIN, 2),
    ("list --theme drak", PLAIN, 2),
    ("list --profile weather", PLAIN, 2),
    ("list --log-level weather", PLAIN, 2),
    ("demo", NO_THEME, 3),
    ("list", NO_PROFILE, 3),
    ("simulate --write-key {home}/key.pem", PLAIN, 1),
    ("simulate", PLAIN, 2),
    ("simulate --write-key {home}/k --scenario S99", PLAIN, 2),
    ("simulate --write-key {home}/k6 --notify ftp://example.org", PLAIN, 2),
    ("simulate --public-key /nowhere.pem", PLAIN, 3),
    ("add {a}", PLAIN, 0),
    ("add {a} --fetch", PLAIN, 0),
    ("add {home}/folder", PLAIN, 1),
    ("add nobody", PLAIN, 2),
    ("add -", PLAIN, 2),
    ("add {a} {r} --ref one", PLAIN, 2),
    ("add {a} --resources-ttl soon", PLAIN, 2),
    ("add {a} --fetch --timeout soon", PLAIN, 2),
    ("add {a}", MISCONFIGURED, 3),
    ("add {a} --fetch", KEYLESS, 3),
    ("add {a} --fetch", REFUSED, 4),
    ("add {n} --fetch", PLAIN, 5),
    ("add {a} --fetch --timeout 1s", UNREACHABLE, 6),
    ("add {a} nobody", PLAIN, 7),
    ("add {a}", NEWER, 8),
    ("list", PLAIN, 0),
    ("list --config /dev/null", PLAIN, 0),
    ("list --json", PLAIN, 0),
    ("list --jsonl", PLAIN, 0),
    ("list --csv", PLAIN, 0),
    ("list --plain --columns ref,stage --sort due", PLAIN, 0),
    ("list --columns weather", PLAIN, 2),
    ("list --view weather", PLAIN, 2),
    ("list", MISCONFIGURED, 3),
    ("list", NEWER, 8),
    ("show {a} --exit-status", PLAIN, 0),
    ("show {a} --json", PLAIN, 0),
    ("show {a} --part tree", PLAIN, 0),
    ("show {a} --part checks", PLAIN, 0),
    ("show {a} --part timeline", PLAIN, 0),
    ("show {a} --part config", PLAIN, 0),
    ("show {a} --part letter", PLAIN, 0),
    ("show nobody", PLAIN, 2),
    ("show {a}", MISCONFIGURED, 3),
    ("show nobody --offline", PLAIN, 2),
    ("show {x}", PLAIN, 5),
    ("show {x} --offline", PLAIN, 1),
    ("show {x}", KEYLESS, 3),
    ("show {x}", REFUSED, 4),
    ("show {x} --timeout 1s", UNREACHABLE, 6),
    ("show {a} --part checks --json", PLAIN, 0),
    ("show {a}", NEWER, 8),
    ("show {r} --exit-status", PLAIN, 20),
    ("show {f} --exit-status", PLAIN, 21),
    ("show {o} --exit-status", PLAIN, 1),
    ("show {h} --exit-status", PLAIN, 22),
    ("show {e} --exit-status", PLAIN, 23),
    ("show {u} --exit-status", PLAIN, 24),
    ("fetch {a} {r}", PLAIN, 0),
    ("fetch", PLAIN, 2),
    ("fetch {a} --timeout soon", PLAIN, 2),
    ("fetch {a}", KEYLESS, 3),
    ("fetch {a}", REFUSED, 4),
    ("fetch {n}", PLAIN, 5),
    ("fetch {x}", PLAIN, 1),
    ("fetch {a} --timeout 1s", UNREACHABLE, 6),
    ("fetch {a} {n}", PLAIN, 7),
    ("fetch {a} {x}", PLAIN, 7),
    ("fetch {a}", NEWER, 8),
    ("watch --events weather", PLAIN, 2),
    ("watch", KEYLESS, 3),
    ("watch {x}", PLAIN, 1),
    ("watch", NEWER, 8),
    ("wait {a}", PLAIN, 0),
    ("wait {a} --until check=SYNTHETIC_CHECK", PLAIN, 1),
    ("wait {a} --until weather", PLAIN, 2),
    ("wait {a}", KEYLESS, 3),
    ("wait {a} --no-state", REFUSED, 4),
    ("wait {x} --timeout 5s", PLAIN, 5),
    ("wait {x} --no-state --timeout 3s", UNREACHABLE, 6),
    ("wait {a} {r}", PLAIN, 7),
    ("wait {a}", NEWER, 8),
    ("wait {r}", PLAIN, 20),
    ("wait {f}", PLAIN, 21),
    ("wait {e}", PLAIN, 23),
    ("wait {x} --no-state --timeout 1s", SILENT, 124),
    ("listen", PLAIN, 2),
    ("listen --auth-file /nowhere", PLAIN, 3),
    ("ingest {home}/empty", PLAIN, 0),
    ("ingest /nowhere", PLAIN, 1),
    ("ingest {home}/empty --timeout soon", PLAIN, 2),
    ("ingest {home}/empty", MISCONFIGURED, 3),
    ("ingest {home}/nonsense", PLAIN, 7),
    ("ingest {home}/empty", NEWER, 8),
    ("export {a}", PLAIN, 0),
    ("export {a} {r} --format json --shape raw", PLAIN, 0),
    ("export {a} --format jsonl", PLAIN, 0),
    ("export {a} --format jsonl --shape raw --redact none --reason test", PLAIN, 0),
    ("export {a} {r} --format csv", PLAIN, 0),
    ("export {a} --format md --redact none --reason test", PLAIN, 0),
    ("export {a} --format bundle -o {home}/bundles/", PLAIN, 0),
    ("export {a} -o {home}/empty", PLAIN, 1),
    ("export {a} --redact none", PLAIN, 2),
    ("export {a} --format csv --shape raw", PLAIN, 2),
    ("export {a} --format md --shape raw", PLAIN, 2),
    ("export {a}", MISCONFIGURED, 3),
    ("export {a} --format bundle -o {home}/b.zip", PLAIN, 2),
    ("export {x}", PLAIN, 5),
    ("export {x} --offline", PLAIN, 1),
    ("export {a} {x}", PLAIN, 7),
    ("export {a} {o} --shape raw", PLAIN, 7),
    ("export {a}", NEWER, 8),
    ("verify /nowhere", PLAIN, 1),
    ("verify", PLAIN, 0),
    ("verify", KEYLESS, 3),
    ("verify {home}/audit.jsonl", PLAIN, 1),
    ("verify {home} {home}", PLAIN, 2),
    ("session delete {x} --yes {x} --allow-writes", PERMITTED, 5),
    ("session delete {a} --yes {r} --allow-writes", PERMITTED, 2),
    ("session delete {a} --yes {a} --allow-writes", MISCONFIGURED, 3),
    ("session delete {a} --yes {a} --allow-writes", PERMITTED_REFUSED, 4),
    ("session delete {a} --yes {a} --allow-writes", PERMITTED_UNREACHABLE, 6),
    ("session delete {a} --yes {a}", PERMITTED, 9),
    ("session delete {a} --yes {a} --allow-writes", FORBIDDEN, 9),
    ("letter {a}", PLAIN, 0),
    ("letter {a} --json", PLAIN, 0),
    ("letter {a} --json --offline", PLAIN, 0),
    ("letter {a} --pdf {home}/empty", PLAIN, 1),
    ("letter {a} --pdf - --json", PLAIN, 2),
    ("letter {a}", KEYLESS, 3),
    ("letter {a}", REFUSED, 4),
    ("letter {x}", PLAIN, 5),
    ("letter {x} --offline", PLAIN, 1),
    ("letter {a} --timeout 1s", UNREACHABLE, 6),
    ("letter {a} --offline", NEWER, 8),
    ("letter send {a} --yes {a} --allow-writes", PERMITTED, 1),
    ("letter send {a} --yes {a}", PERMITTED, 9),
    ("letter send {x} --yes {x} --allow-writes", PERMITTED, 5),
    ("letter send {a} --yes {a} --allow-writes", PERMITTED_UNREACHABLE, 6),
    ("media {a}", PLAIN, 0),
    ("media {a} --json", PLAIN, 0),
    ("media {a} --save {home}/media", PLAIN, 2),
    ("media {a}", KEYLESS, 3),
    ("media {a}", REFUSED, 4),
    ("media {x}", PLAIN, 5),
    ("media {x} --offline", PLAIN, 1),
    ("media {a} 999", PLAIN, 5),
    ("media {a} --timeout 1s", UNREACHABLE, 6),
    ("media {m} --save {home}/media --yes", PLAIN, 7),
    ("media {a}", NEWER, 8),
    ("branches EC1A 1BB", PLAIN, 0),
    ("branches EC1A 1BB --json", PLAIN, 0),
    ("branches", PLAIN, 2),
    ("branches EC1A", KEYLESS, 3),
    ("branches EC1A", REFUSED, 4),
    ("branches EC1A --timeout 1s", UNREACHABLE, 6),
    ("stats", PLAIN, 0),
    ("stats --json --by branch", PLAIN, 0),
    ("stats --by document", PLAIN, 0),
    ("stats --since soon", PLAIN, 2),
    ("stats", MISCONFIGURED, 3),
    ("stats", NEWER, 8),
    ("handover", PLAIN, 0),
    ("handover --since soon", PLAIN, 2),
    ("handover", MISCONFIGURED, 3),
    ("handover", NEWER, 8),
    ("doctor", PLAIN, 0),
    ("doctor --json", PLAIN, 0),
    ("doctor --tz Mars/Olympus", PLAIN, 2),
    ("doctor", KEYLESS, 3),
    ("doctor", REFUSED, 4),
    ("doctor", UNREACHABLE, 6),
    ("doctor", NEWER, 8),
    ("store check", PLAIN, 0),
    ("store check", MISCONFIGURED, 3),
    ("store check", NEWER, 8),
    ("store export", PLAIN, 2),
    ("store export out.store", PLAIN, 0),
    ("store export /nowhere/out.store", PLAIN, 8),
    ("store export out.store", NEWER, 8),
    ("store import", PLAIN, 2),
    ("store import /nowhere", PLAIN, 8),
    ("store import /nowhere", MISCONFIGURED, 3),
    ("store rekey", PLAIN, 2),
    ("store rekey --old-key /nowhere", PLAIN, 3),
    ("reset", PLAIN, 2),
    ("config show --origin", PLAIN, 0),
    ("config path", PLAIN, 0),
    ("config init", PLAIN, 0),
    ("config init --write", PERMITTED, 1),
    ("config", PLAIN, 2),
    ("config show --interval soon", PLAIN, 2),
    ("config schema", PLAIN, 0),
    ("config check", MISCONFIGURED, 3),
    ("completions fish", PLAIN, 0),
    ("completions dos", PLAIN, 2),
    ("info", PLAIN, 0),
    ("info", MISCONFIGURED, 3),
    ("man", PLAIN, 0),
    ("man --dir pages", PLAIN, 0),
    ("man wait", PLAIN, 0),
    ("man weather", PLAIN, 2),
    ("version", PLAIN, 0),
    ("version 2", PLAIN, 2),
    ("help notifications", PLAIN, 0),
    ("help weather", PLAIN, 2),
    ("remove {x}", PLAIN, 1),
    ("remove nobody", PLAIN, 2),
    ("remove {o}", MISCONFIGURED, 3),
    ("remove {o} {x}", PLAIN, 7),
    ("remove {n}", PLAIN, 0),
    ("remove {o}", NEWER, 8),
    ("remove {o} --purge-history", PLAIN, 0),
    ("session delete {a} --yes {a} --allow-writes", PERMITTED, 0),
];

/// Where the code says how sessions stand, or what is wrong is the data.
fn has_data(command: &str, code: i32) -> bool {
    matches!(code, 0 | 7 | 20..=24)
        || ["doctor", "wait"].contains(&command)
        || (code == 1 && command == "show")
        // That Yoti has no such session is news of it.
        || (code == 5 && ["add", "fetch"].contains(&command))
}

fn prepared() -> (World, Vec<(&'static str, String)>) {
    let scenarios = ["S01", "S07", "S09", "S03", "S23"];
    let names: Vec<&str> = scenarios.iter().flat_map(|name| ["--scenario", *name]).collect();
    let world = world(&[&["--sessions", "5", "--speed", "500000"], names.as_slice()].concat());
    let home = world.home.path().to_str().unwrap().to_owned();
    let mut words: Vec<(&str, String)> =
        ["{a}", "{r}", "{f}", "{e}", "{m}"].into_iter().zip(world.sessions.clone()).collect();
    words.push(("{u}", wait::LIMBO.to_owned()));
    words.push(("{h}", wait::HERE.to_owned()));
    for (word, last) in [("{o}", 2), ("{n}", 3), ("{x}", 4)] {
        words.push((word, format!("00000000-0000-4000-8000-00000000000{last}")));
    }
    let on_list: Vec<&str> =
        words.iter().filter(|(word, _)| *word != "{x}").map(|(_, id)| id.as_str()).collect();
    world.run(&[&["add"], on_list.as_slice()].concat(), 0);
    let ids: Vec<&str> = world.sessions.iter().map(String::as_str).collect();
    let asked = ["wait", "--interval", "1s", "--max-rps", "100", "--timeout", "10m"];
    world.run(&[&asked, ids.as_slice()].concat(), 7);
    world.run(&[&["fetch", "--max-rps", "100"], ids.as_slice()].concat(), 0);
    let mut limbo = world.command(&["fetch", wait::LIMBO, "--max-rps", "100"]);
    said(&limbo.env("YOTI_IDV_API_URL", wait::limbo()).output().unwrap(), 0);
    let mut fetch = world.command(&["fetch", wait::HERE]);
    said(&fetch.env("YOTI_IDV_API_URL", wait::ongoing()).output().unwrap(), 0);
    for (name, text) in [
        ("empty", ""),
        ("nonsense", "nonsense\n"),
        ("permitted.toml", "[profiles.p]\nallow_delete = true\nallow_email = true\n"),
        ("forbidden.toml", "read_only = true\n[profiles.p]\nallow_delete = true\n"),
    ] {
        std::fs::write(world.home.path().join(name), text).unwrap();
    }
    std::fs::create_dir(world.home.path().join("folder")).unwrap();
    let newer = world.home.path().join("newer");
    let mut list = world.command(&["list"]);
    // A sealed header of this build would tell that its file's is not true.
    list.env_remove("YOTI_KEY_FILE_PATH");
    said(&list.env("XDG_DATA_HOME", &newer).output().unwrap(), 0);
    let store = rusqlite::Connection::open(newer.join("branchwatch/store.db")).unwrap();
    store.pragma_update(None, "user_version", 99).unwrap();
    words.push(("{home}", home));
    (world, words)
}

#[test]
fn every_command_ends_with_every_code_that_it_can_and_tells_data_and_talk_apart() {
    let (world, mut words) = prepared();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    words.push(("{silent}", silent.local_addr().unwrap().to_string()));
    let filled = |text: &str| {
        words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    };
    let mut wrong = Vec::new();
    for (line, changed, code) in CASES {
        let arguments = filled(line);
        let mut command = world.command(&arguments.split_whitespace().collect::<Vec<_>>());
        for (name, value) in *changed {
            command.env(name, filled(value));
        }
        let output = command.output().unwrap();
        let (out, err) = (output.stdout, String::from_utf8(output.stderr).unwrap());
        let name = line.split(' ').next().unwrap();
        let apart = match (has_data(name, *code), *code) {
            (_, 0) => !err.contains("branchwatch: "),
            (true, _) => true,
            (false, _) => out.is_empty() && !err.is_empty(),
        };
        if output.status.code() != Some(*code) || !apart {
            let out = String::from_utf8_lossy(&out).into_owned();
            wrong.push(format!("{line} {changed:?}: {:?} not {code}\n{out}{err}", output.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_and_every_code_stands_in_the_table() {
    let world = crate::empty();
    let told: BTreeSet<&str> =
        CASES.iter().filter_map(|(line, ..)| line.split(' ').next()).collect();
    let (help, _) = world.run(&["--help"], 0);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    for line in commands.filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let name = line.split_whitespace().next().unwrap();
        assert!(told.contains(name), "{name}");
    }
    let ends: BTreeSet<i32> = CASES.iter().map(|(.., code)| *code).collect();
    let (topic, _) = world.run(&["help", "exit-codes"], 0);
    for code in (0..=9).chain(20..=24).chain([124]) {
        assert!(ends.contains(&code) && topic.contains(&format!(" {code}  ")), "{code}");
    }
}
