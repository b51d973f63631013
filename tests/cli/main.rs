//! The real binary: every command, its output and its exit code, against the real simulator.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed set-up fails the test")]

use branchwatch::api::key::SigningKey;
use branchwatch::persist::key::StoreKey;
use branchwatch::persist::location::Location;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use process::Simulator;

#[path = "../common/canary.rs"]
mod canary;
mod codes;
mod documents;
mod evidence;
mod export_files;
mod faults;
mod figures;
// Memory is read from /proc.
#[cfg(target_os = "linux")]
mod flood;
mod grown;
mod hearing;
mod keys;
mod list;
mod local;
mod many;
#[cfg(target_os = "linux")]
mod memory;
mod named;
#[cfg(feature = "postgres")]
#[path = "../common/postgres.rs"]
mod postgres;
mod privacy;
#[path = "../common/process.rs"]
mod process;
mod proxy;
#[path = "../common/raw_files.rs"]
mod raw_files;
#[path = "../common/responder.rs"]
mod responder;
mod schemas;
mod scope;
#[cfg(feature = "postgres")]
mod shared;
mod shells;
mod surroundings;
mod sweep;
mod terminal;
#[path = "../common/tls.rs"]
mod tls;
mod wait;
mod watch;

struct World {
    home: tempfile::TempDir,
    simulator: Option<Simulator>,
    base_url: String,
    sdk_id: String,
    sessions: Vec<String>,
}

fn empty() -> World {
    World {
        home: tempfile::tempdir().unwrap(),
        simulator: None,
        base_url: String::new(),
        sdk_id: String::new(),
        sessions: Vec::new(),
    }
}

/// A key's private and public half: making a pair costs more than most commands, and none changes
/// it. One test has the simulator make one.
static KEY: LazyLock<(SecretString, String)> = LazyLock::new(|| {
    let key = SigningKey::generate().unwrap();
    (key.to_pem().unwrap(), key.public_pem().unwrap())
});

/// A home with a key, and a simulator whose sessions began long ago: `--speed` makes them run.
fn world(arguments: &[&str]) -> World {
    let mut world = empty();
    let (private, public) = (world.key(), world.home.path().join("public.pem"));
    std::fs::write(&private, KEY.0.expose_secret()).unwrap();
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&public, &KEY.1).unwrap();
    let mut command = world.command(&["simulate", "--public-key"]);
    let simulator = Simulator::spawn(command.arg(&public).args(arguments));
    world.base_url = simulator.base_url();
    world.sdk_id = simulator.sdk_id();
    world.sessions = simulator.sessions();
    world.simulator = Some(simulator);
    world
}

impl World {
    fn key(&self) -> PathBuf {
        self.home.path().join("key.pem")
    }

    /// The store as the program opens it.
    fn location(&self) -> Location {
        let key = SigningKey::from_file(&self.key()).unwrap();
        let derived = |purpose| key.derived(purpose).unwrap();
        let key = StoreKey::new(&derived("store key"), &derived("stored responses"));
        Location::new(&self.home.path().join(".local/share/branchwatch/store.db"), key)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("branchwatch"));
        command.args(arguments).env_clear().env("HOME", self.home.path()).env("LANG", "C.UTF-8");
        command.current_dir(self.home.path()).stdin(Stdio::null());
        if !self.base_url.is_empty() {
            command.env("YOTI_IDV_API_URL", &self.base_url);
            command.env("YOTI_CLIENT_SDK_ID", &self.sdk_id);
            command.env("YOTI_KEY_FILE_PATH", self.key());
        }
        command
    }

    /// Another program, in the same home and with the same environment.
    fn other(&self, program: &str) -> Command {
        let own = self.command(&[]);
        let mut other = Command::new(program);
        other.env_clear().current_dir(self.home.path());
        other.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        other
    }

    #[track_caller]
    fn run(&self, arguments: &[&str], code: i32) -> (String, String) {
        said(&self.command(arguments).output().unwrap(), code)
    }
}

#[track_caller]
fn said(output: &Output, code: i32) -> (String, String) {
    let out = String::from_utf8(output.stdout.clone()).unwrap();
    let err = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "out: {out}\nerr: {err}");
    (out, err)
}

#[test]
fn without_any_configuration_it_says_how_to_begin() {
    let world = empty();
    let (_, err) = world.run(&["fetch", "1c3cae90-1769-43a9-8554-d85f2e7cdb0f"], 3);
    for word in ["demo", "config init", "YOTI_CLIENT_SDK_ID", "YOTI_KEY_FILE_PATH"] {
        assert!(err.contains(word), "{word}: {err}");
    }
    let (out, err) = world.run(&[], 0);
    assert!(out.is_empty() && err.contains("Nothing on the watch-list yet"), "{err}");
}

// F08
#[test]
#[expect(clippy::cognitive_complexity, reason = "a story has many steps")]
fn add_fetch_list_show_export_remove() {
    let world =
        world(&["--sessions", "2", "--scenario", "S01", "--scenario", "S07", "--speed", "2000"]);
    let (first, second) = (&world.sessions[0], &world.sessions[1]);
    let list = world.home.path().join("ids.csv");
    std::fs::write(
        &list,
        format!("session_id,reference,tags\n{first},dbs-1,team-a\nnot-a-session\n"),
    )
    .unwrap();
    let (_, err) = world.run(&["add", list.to_str().unwrap(), second, "--tag", "urgent"], 7);
    assert!(err.contains("line 3") && err.contains("2 added"), "{err}");
    world.run(&["add", second], 0);
    let (out, _) = world.run(&["show", first, "--exit-status"], 1);
    assert!(out.contains("not fetched yet"), "nothing is known: {out}");
    let (out, _) = world.run(&["fetch", first, second], 0);
    assert!(out.contains("first response"), "{out}");
    // At 2000 times real speed both have ended within a second; ask until they have.
    for id in [first, second] {
        let ended = (0..100).any(|_| {
            world.run(&["fetch", id], 0);
            let status = world.command(&["show", id, "--exit-status"]).output().unwrap().status;
            status.code() != Some(22)
        });
        assert!(ended);
    }
    world.run(&["show", first, "--exit-status"], 0);
    let (out, _) = world.run(&["show", second, "--exit-status", "--part", "checks"], 20);
    assert!(out.contains("TAMPERED"), "{out}");
    let (out, _) = world.run(&["show", first], 0);
    for part in ["REQUIRED RESOURCES", "UTILITY_BILL", "CHECKS", "APPROVE", "TIMELINE", "LETTER"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let (out, _) = world.run(&["list"], 0);
    assert!(
        out.contains("dbs-1") && out.contains("done: APPROVE") && out.contains("done: REJECT"),
        "{out}"
    );
    assert!(!out.contains('\x1b'), "no escape goes into a pipe");
    let (out, _) = world.run(&["list", "--json"], 0);
    let list: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(list[0]["stage"], "done_reject", "what needs attention comes first");

    let (out, _) = world.run(&["export", first], 0);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&document["schema_version"], &document["masked"]), (&1.into(), &true.into()));
    assert!(!out.contains("client_session_token\""));
    let (out, _) = world.run(&["export", first, second], 0);
    assert_eq!(out.lines().count(), 2, "several are JSON Lines");
    let (out, _) = world.run(&["export", first, "--shape", "raw"], 0);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["state"], "COMPLETED");
    let file = world.home.path().join("out.json");
    let target = file.to_str().unwrap();
    world.run(&["export", first, "-o", target], 0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (_, err) = world.run(&["export", first, "-o", target], 1);
    assert!(err.contains("--force"), "{err}");
    world.run(&["export", first, "-o", target, "--force"], 0);
    world.run(&["export", first, "--redact", "none"], 2);
    world.run(&["export", first, "--redact", "none", "--reason", "a test"], 0);
    world.run(&["export", first, "--redact", "none", "--reason", "for amina@example.org"], 2);
    let audit = world.home.path().join(".local/state/branchwatch/audit.jsonl");
    let audit = std::fs::read_to_string(audit).unwrap();
    let last: Value = serde_json::from_str(audit.lines().last().unwrap()).unwrap();
    assert_eq!((&last["what"], &last["reason"]), (&"exported_unmasked".into(), &"a test".into()));
    assert!(!audit.contains(first.as_str()), "no session in the clear: {audit}");
    let (out, _) = world.run(&["export", first, second, "--format", "csv"], 0);
    assert_eq!(out.lines().count(), 3, "{out}");
    let (out, _) = world.run(&["export", first, "--format", "jsonl"], 0);
    assert_eq!(out.lines().count(), 1, "{out}");
    let folder = format!("{}/", world.home.path().join("md").display());
    world.run(&["export", first, second, "--format", "md", "-o", &folder], 0);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "one file for people");
}

#[test]
fn a_wrong_duration_is_told_with_its_flag() {
    let world = empty();
    let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    for (arguments, flag) in [
        (&["wait", id, "--timeout", "3"], "--timeout: \"3\" is not a duration"),
        (&["add", id, "--resources-ttl", "3"], "--resources-ttl: \"3\" is not"),
        (&["handover", "--offline", "--since", "3"], "--since: \"3\" is not"),
    ] {
        let (_, err) = world.run(arguments, 2);
        assert!(err.contains(flag), "{err}");
    }
}

// N06
#[test]
fn refusals_and_silence_have_their_codes() {
    let world = world(&["--sessions", "1", "--scenario", "S01"]);
    let id = &world.sessions[0];
    world.run(&["add", id], 0);
    let other = "00000000-0000-4000-8000-000000000001";
    world.run(&["add", other], 0);
    let (_, err) = world.run(&["fetch", other], 5);
    assert!(err.contains("no such session"), "{err}");
    let (out, err) = world.run(&["fetch", id, other], 7);
    assert!(out.contains(id.as_str()) && !out.contains(other) && err.contains(other), "{out}{err}");
    assert!(
        world.run(&["show", other], 0).0.contains("seen never"),
        "its neighbour's answer is not its"
    );
    let (out, _) = world.run(&["show", id, "--part", "timeline", "--tz", "Asia/Tokyo"], 0);
    assert!(out.contains("+09:00"), "{out}");
    assert!(world.run(&["show", id, "--ascii"], 0).0.is_ascii());

    let with = |name: &str, value: &str, code: i32| {
        said(&world.command(&["fetch", id]).env(name, value).output().unwrap(), code).1
    };
    assert!(with("YOTI_CLIENT_SDK_ID", other, 4).contains("do not belong together"));
    assert!(with("YOTI_CLIENT_SDK_ID", "soon", 3).contains("UUID"));
    assert!(with("YOTI_KEY_FILE_PATH", "/nowhere/key.pem", 3).contains("/nowhere/key.pem"));
    assert!(with("YOTI_IDV_API_URL", "http://example.org/", 3).contains("https"));
    let unreachable = world
        .command(&["fetch", id, "--timeout", "2s"])
        .env("YOTI_IDV_API_URL", "http://127.0.0.1:1/idverify/v1")
        .output()
        .unwrap();
    assert!(said(&unreachable, 6).1.contains("connection refused"));
    let wrong_key = world.home.path().join("wrong.pem");
    let mut simulate = world.command(&["simulate", "--sessions", "0", "--write-key"]);
    drop(Simulator::spawn(simulate.arg(&wrong_key)));
    let refused = with("YOTI_KEY_FILE_PATH", wrong_key.to_str().unwrap(), 4);
    assert!(refused.contains("MESSAGE_SIGNING") && refused.contains("doctor"), "{refused}");
    std::fs::set_permissions(&wrong_key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let open = with("YOTI_KEY_FILE_PATH", wrong_key.to_str().unwrap(), 3);
    assert!(open.contains("chmod 600"), "{open}");
}

#[test]
fn doctor_says_of_each_thing_how_it_stands() {
    let world = world(&["--sessions", "0"]);
    let (out, _) = world.run(&["doctor"], 0);
    for what in [
        "configuration",
        "SDK ID",
        "key file",
        "key mode",
        "reach",
        "TLS",
        "clock",
        "signature",
        "store",
        "terminal",
    ] {
        assert!(out.contains(what), "{what}: {out}");
    }
    assert!(out.contains(", RSA of 2048 bits") && !out.contains("SigningKey"), "{out}");
    let (out, _) = world.run(&["doctor", "--json"], 0);
    let told: Value = serde_json::from_str(&out).unwrap();
    let lines = told["checks"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["state"] != "fail"), "{out}");
    let (out, _) = empty().run(&["doctor"], 3);
    assert!(out.contains("fail") && out.contains("hint: set YOTI_CLIENT_SDK_ID"), "{out}");
    assert_eq!(out.matches("branchwatch demo").count(), 1, "advice is given once: {out}");
    let with = |name: &str, value: &str, code: i32| {
        said(&world.command(&["doctor"]).env(name, value).output().unwrap(), code).0
    };
    let nobody = "00000000-0000-4000-8000-000000000001";
    assert!(
        with("YOTI_CLIENT_SDK_ID", nobody, 4)
            .contains("hint: the key belongs to another application")
    );
    let silent = with("YOTI_IDV_API_URL", "http://127.0.0.1:1/idverify/v1", 6);
    assert!(silent.contains("hint: check the network"), "{silent}");
    std::fs::set_permissions(world.key(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let (out, _) = world.run(&["doctor", "--offline"], 3);
    assert!(out.contains("0640: others can read it") && out.contains("hint: chmod 600"), "{out}");
    let store = world.home.path().join(".local/share/branchwatch/store.db");
    std::fs::write(store, "no store at all, but long enough to be taken for one").unwrap();
    std::fs::set_permissions(world.key(), std::fs::Permissions::from_mode(0o600)).unwrap();
    let (out, _) = world.run(&["doctor", "--offline"], 0);
    assert!(out.contains("warn  store") && out.contains("recovered: 0 sessions"), "{out}");
}

// F13
#[test]
fn the_configuration_says_where_each_value_came_from_and_errors_name_their_line() {
    let world = empty();
    let (out, _) = world.run(&["config", "path"], 0);
    let path = PathBuf::from(out.trim());
    assert!(path.starts_with(world.home.path()));
    world.run(&["config", "init"], 0);
    assert!(!path.exists(), "init prints");
    world.run(&["config", "init", "--write"], 0);
    world.run(&["config", "init", "--write"], 1);
    world.run(&["config", "check"], 0);
    let output = world
        .command(&["config", "show", "--origin", "--max-rps", "2"])
        .env("YOTI_CLIENT_SDK_ID", "00000000-0000-4000-8000-000000000001")
        .output()
        .unwrap();
    let (out, _) = said(&output, 0);
    for (key, source) in [
        ("base_url", "file"),
        ("sdk_id", "environment YOTI_CLIENT_SDK_ID"),
        ("refresh.max_rps", "flag --max-rps"),
        ("refresh.at_counter", "file"),
        ("refresh.done", "file"),
        ("refresh.stale_after", "file"),
        ("pictures", "default"),
        ("views", "chase"),
        ("programs", "ticket"),
    ] {
        let line = out.lines().find(|line| line.starts_with(key)).unwrap();
        assert!(line.contains(source), "{line}");
    }
    std::fs::write(&path, "export_dir = \"/x\"\n[refresh]\nat_countre = \"10s\"\n").unwrap();
    let (_, err) = world.run(&["list"], 3);
    assert!(err.contains("line 3") && err.contains("at_counter"), "{err}");
    assert!(err.contains("did you mean `at_counter`?"), "{err}");
    for (line, words) in [
        ("  exprot = [\"e\"]", ["line 3, column 3", "exprot", "mean export?"]),
        ("export = [\"j\"]", ["line 3, column 1", "j is bound to", "down"]),
        ("export = \"meta-q\"", ["line 3, column 1", "meta-q", "ctrl-d"]),
    ] {
        std::fs::write(&path, format!("[keys]\nhelp = [\"?\"]\n{line}\n")).unwrap();
        for command in ["check", "show"] {
            let (_, err) = world.run(&["config", command], 3);
            assert!(words.iter().all(|word| err.contains(word)), "{err}");
        }
    }
    for (text, words) in [
        ("[refresh]\nat_counter = \"soon\"\n", ["line 2, column 1", "refresh.at_counter", "10s"]),
        ("[layout]\n  tree = 5\n", ["line 2, column 3", "layout.tree", "20 to 80"]),
        (
            "[layout]\nbreakpoints = [160, 100]\n",
            ["line 2, column 1", "second larger", "[100, 160]"],
        ),
        ("[alerts]\nbell = [\"turned\"]\n", ["line 2, column 1", "alerts.bell", "turned_away"]),
        ("[refresh]\ndone = \"0s\"\n", ["line 2, column 1", "refresh.done", "at least 1s"]),
        ("clipboard = \" \"\n", ["line 1, column 1", "clipboard", "wl-copy"]),
        ("lock_after = \"soon\"\n", ["line 1, column 1", "lock_after", "90m"]),
        ("[profiles.a]\n\n  sdk_id = \"x\"\n", ["line 3, column 3", "sdk_id", "not a UUID"]),
        ("refresh.at_counter = \"bad\"\n", ["line 1, column 9", "refresh.at_counter", "90m"]),
        ("\nrefresh = { done = \"bad\" }\n", ["line 2, column 13", "refresh.done", "90m"]),
        ("[profiles.\"my bank\"]\nsdk_id = \"x\"\n", ["line 2, column 1", "sdk_id", "not a UUID"]),
    ] {
        std::fs::write(&path, text).unwrap();
        let (_, err) = world.run(&["list"], 3);
        assert!(words.iter().all(|word| err.contains(word)), "{err}");
    }
    let (_, err) = world.run(&["list", "--profile", "nobody"], 2);
    assert!(!err.is_empty());
}

// F13
#[test]
fn the_schema_of_the_configuration_fits_the_example_and_refuses_what_the_program_refuses() {
    let world = empty();
    let (out, _) = world.run(&["config", "schema"], 0);
    let schema = jsonschema::validator_for(&serde_json::from_str(&out).unwrap()).unwrap();
    let valid = |text: &str| {
        let table: toml::Table = toml::from_str(text).unwrap();
        schema.is_valid(&serde_json::to_value(table).unwrap())
    };
    let (example, _) = world.run(&["config", "init"], 0);
    assert!(valid(&example));
    let uncommented = "theme = \"dark\"\n[keys]\nexport = [\"e\", \"alt-x\"]\nhelp = \"?\"\n";
    let path = world.home.path().join("config.toml");
    for (text, code) in [
        (uncommented, 0),
        ("thema = \"dark\"\n", 3),
        ("read_only = true\n[profiles.a]\nread_only = false\n", 0),
        ("read_only = \"yes\"\n", 3),
        ("[refresh]\nat_counter = \"soon\"\n", 3),
        ("[refresh]\ndone = \"off\"\nmax_rps = 0\n", 3),
        ("[profiles.a]\nsdk = \"x\"\n", 3),
        ("[views.a]\nfilter = \"stage:done\"\nsort = \"due desc\"\ncolumns = [\"ref\"]\n", 0),
        ("[views.a]\nfiltre = \"stage:done\"\n", 3),
        ("[profiles.a]\npass_rule = []\n", 3),
        ("mouse = true\n[layout]\nbreakpoints = [90, 140]\nlist = 40\n", 0),
        ("[layout]\nlist = 90\n", 3),
        ("[layout]\nlists = 40\n", 3),
        ("[layout]\nbreakpoints = [20, 140]\n", 3),
        ("[alerts]\nbell = [\"reject\"]\ndesktop = \"osc9\"\n", 0),
        ("[alerts]\nbell = [\"rejects\"]\n", 3),
        ("[alerts]\ndesktop = \"loud\"\n", 3),
    ] {
        assert_eq!(valid(text), code == 0, "{text}");
        std::fs::write(&path, text).unwrap();
        world.run(&["config", "check", "--config", path.to_str().unwrap()], code);
    }
}

#[test]
fn config_check_reads_every_file_that_the_configuration_names() {
    let world = world(&["--sessions", "0"]);
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(folder.join("themes")).unwrap();
    let check = |text: &str, code: i32| {
        std::fs::write(folder.join("config.toml"), text).unwrap();
        let mut command = world.command(&["config", "check"]);
        // The environment would stand over the file.
        for name in ["YOTI_KEY_FILE_PATH", "YOTI_CLIENT_SDK_ID", "YOTI_IDV_API_URL"] {
            command.env_remove(name);
        }
        said(&command.output().unwrap(), code).1
    };
    let good = format!("[profiles.a]\nkey_file = \"{}\"\n", world.key().display());
    assert!(check(&good, 0).contains("OK"));
    let other = |line: &str| format!("default_profile = \"a\"\n{good}[profiles.b]\n{line}\n");
    assert!(check(&other("key_file = \"/nowhere/b.pem\""), 3).contains("/nowhere/b.pem"));
    assert!(check(&other("ca_file = \"/nowhere/ca.pem\""), 3).contains("/nowhere/ca.pem"));
    let receiver =
        format!("{good}[notifications]\nlisten = \"127.0.0.1:0\"\nauth_file = \"/nowhere/auth\"\n");
    assert!(check(&receiver, 3).contains("/nowhere/auth"));
    std::fs::write(folder.join("themes/mine.toml"), "[tone]\ngoood = \"blue\"\n").unwrap();
    assert!(check(&good, 3).contains("no tone named goood"));
}

// F02
#[test]
fn a_config_file_that_others_can_change_is_refused() {
    let world = empty();
    let folder = world.home.path().join("conf");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("config.toml");
    std::fs::write(&file, "theme = \"dark\"\n").unwrap();
    let mode = |path: &std::path::Path, mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(path, mode).unwrap();
    };
    let shown = |code| world.run(&["config", "show", "-c", "conf/config.toml"], code).1;
    for (of_file, of_folder, said) in [
        (0o600, 0o755, ""),
        (0o664, 0o775, ""),
        (0o600, 0o1777, ""),
        (0o666, 0o755, "chmod o-w"),
        (0o600, 0o777, "write into its folder"),
    ] {
        mode(&file, of_file);
        mode(&folder, of_folder);
        let err = shown(if said.is_empty() { 0 } else { 3 });
        assert!(err.contains(said), "{of_file:o} {of_folder:o}: {err}");
    }
    mode(&folder, 0o755);
    // A file of another owner can only be made by root.
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&file, Some(65_534), None).unwrap();
        assert!(shown(3).contains("belongs to another user"));
    }
}

#[test]
fn a_theme_that_is_not_known_is_refused_with_the_known_ones() {
    let world = empty();
    let (_, err) = world.run(&["demo", "--theme", "drak"], 2);
    for name in ["drak", "dark", "light", "high-contrast", "colour-blind-safe", "mono"] {
        assert!(err.contains(name), "{name}: {err}");
    }
    let said_by = |command: &mut Command| said(&command.output().unwrap(), 3).1;
    assert!(said_by(world.command(&["demo"]).env("BRANCHWATCH_THEME", "drak")).contains("drak"));
    let folder = world.home.path().join(".config/branchwatch/themes");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("mine.toml"), "base = \"light\"\n[tone]\ngoood = \"blue\"\n")
        .unwrap();
    assert!(world.run(&["demo", "--theme", "mine"], 3).1.contains("no tone named goood"));
    std::fs::write(folder.join("mine.toml"), "base = \"light\"\n").unwrap();
    assert!(world.run(&["demo", "--theme", "mine"], 2).1.contains("terminal"));
}

// T10
#[test]
fn usage_help_version_completions_and_topics() {
    let world = empty();
    world.run(&["dance"], 2);
    world.run(&["show"], 2);
    world.run(&["show", "not-a-uuid"], 2);
    assert!(world.run(&["--help"], 0).0.contains("demo"));
    assert!(world.run(&["--version"], 0).0.contains(env!("CARGO_PKG_VERSION")));
    assert!(world.run(&["version"], 0).0.contains(env!("CARGO_PKG_VERSION")));
    for shell in ["bash", "zsh", "fish"] {
        assert!(world.run(&["completions", shell], 0).0.contains("branchwatch"));
    }
    for (topic, word) in [
        ("stages", "turned away?"),
        ("keys", "Export"),
        ("configuration", "Environment:\n                        BRANCHWATCH_CLIPBOARD"),
        ("exit-codes", "20"),
        ("privacy", "masked"),
        ("notifications", "branchwatch never\n  subscribes"),
        ("topics", "exit-codes     what a command's exit code means"),
        ("show", "Usage: branchwatch show [OPTIONS] <ID>"),
    ] {
        let (text, _) = world.run(&["help", topic], 0);
        assert!(text.contains(word), "{topic}: {text}");
    }
    let (_, err) = world.run(&["help", "weather"], 2);
    let topics = err.split("topics: ").nth(1).unwrap().trim();
    for topic in topics.split(", ") {
        assert!(!world.run(&["help", topic], 0).0.is_empty(), "{topic}");
        assert!(world.run(&["help"], 0).0.contains(topic), "{topic}");
    }
    let (listed, _) = world.run(&["help"], 0);
    let commands = listed.split_once("Try it:").unwrap().1.split("\n\n").next().unwrap();
    let commands: Vec<&str> =
        commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    assert!(commands.contains(&"watch") && commands.contains(&"simulate"), "{commands:?}");
    let topics = [
        "stages",
        "filters",
        "exit-codes",
        "privacy",
        "notifications",
        "configuration",
        "keys",
        "topics",
    ];
    for topic in topics.into_iter().chain(commands.into_iter().filter(|name| !name.is_empty())) {
        let (text, _) = world.run(&["help", topic], 0);
        let long = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{topic} fits 80 columns");
    }
    world.run(&["man", "weather"], 2);
    let (_, err) = world.run(&["demo"], 2);
    assert!(err.contains("terminal"), "{err}");
}

#[test]
fn the_manual_has_a_page_for_all_and_one_for_each_command() {
    let world = empty();
    let (page, _) = world.run(&["man"], 0);
    for part in [
        ".TH branchwatch 1",
        "watch",
        ".SH \"EXIT CODES\"",
        ".SH \"FILTERS\"",
        ".SH \"NOTIFICATIONS\"",
        "124",
        "Maximum requests per second",
        ".SH \"FILES\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    world.run(&["man", "--dir", "pages"], 0);
    let pages = world.home.path().join("pages");
    assert!(std::fs::read_dir(&pages).unwrap().count() > 25);
    let list = std::fs::read_to_string(pages.join("branchwatch-list.1")).unwrap();
    for part in ["Only sessions matching QUERY", "branchwatch list \\-\\-view turned\\-away"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let (page, _) = world.run(&["man", "wait"], 0);
    assert!(
        page.contains(".TH branchwatch\\-wait") || page.contains(".TH branchwatch-wait"),
        "{page}"
    );
}

// T08
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let world = empty();
    for _ in 0..10 {
        let mut child = world
            .command(&["completions", "zsh"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && err.is_empty(), "{err}");
    }
}

#[test]
fn a_store_that_is_newer_or_damaged_is_said() {
    let world = empty();
    let id = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    world.run(&["add", id], 0);
    let store = world.home.path().join(".local/share/branchwatch/store.db");
    let connection = rusqlite::Connection::open(&store).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let (_, err) = world.run(&["list"], 8);
    assert!(err.contains("newer branchwatch") && err.contains("--no-state"), "{err}");
    std::fs::write(&store, "rubbish".repeat(1_000)).unwrap();
    let (_, err) = world.run(&["list"], 0);
    assert!(err.contains("damaged"), "{err}");
}

#[test]
fn the_simulator_ends_cleanly_on_a_signal() {
    let mut world = world(&["--sessions", "1"]);
    let mut simulator = world.simulator.take().unwrap();
    let pid = simulator.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert_eq!(simulator.child.wait().unwrap().code(), Some(0));
}

#[test]
fn nothing_is_changed_at_yoti_without_flag_profile_and_confirmation() {
    let world = world(&["--sessions", "1", "--scenario", "S07", "--speed", "2000"]);
    let id = world.sessions[0].as_str();
    let delete = ["session", "delete", id, "--yes", id];
    let (_, err) = world.run(&delete, 9);
    assert!(err.contains("--allow-writes") && err.contains("allow_delete"), "{err}");
    let allowed = ["--allow-writes", "session", "delete", id, "--yes", id];
    world.run(&allowed, 9);
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[profiles.test]\nallow_delete = true\n").unwrap();
    world.run(&delete, 9);
    world.run(&["--allow-writes", "letter", "send", id, "--yes", id], 9);
    let other = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
    world.run(&["--allow-writes", "session", "delete", id, "--yes", other], 2);
    let (_, err) = world.run(&["--allow-writes", "session", "delete", id], 2);
    assert!(err.contains("--yes"), "no terminal to type at: {err}");
    let audit = world.home.path().join(".local/state/branchwatch/audit.jsonl");
    assert!(!audit.exists(), "nothing was asked of Yoti");
    world.run(&["add", id], 0);
    let ended = (0..100).any(|_| {
        world.run(&["fetch", id], 0);
        let status = world.command(&["show", id, "--exit-status"]).output().unwrap().status;
        status.code() != Some(22)
    });
    assert!(ended);
    let (_, err) = world.run(&allowed, 0);
    assert!(err.contains("deleted at Yoti"), "{err}");
    world.run(&allowed, 5);
    let audit = std::fs::read_to_string(audit).unwrap();
    let words: Vec<&str> =
        audit.lines().skip(1).filter_map(|line| line.split('"').nth(7)).collect();
    assert_eq!(words, ["delete_asked", "deleted", "delete_asked"], "{audit}");
    let waiting = crate::world(&["--sessions", "1", "--scenario", "S01", "--speed", "0"]);
    let folder = waiting.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "[profiles.test]\nallow_delete = true\n").unwrap();
    let id = waiting.sessions[0].as_str();
    let (_, err) = waiting.run(&["--allow-writes", "session", "delete", id, "--yes", id], 1);
    assert!(err.contains("409") && err.contains("checks have not finished"), "{err}");
}
