//! Questions at the command line: only an answer to the question counts.

use super::process::Simulator;
use super::*;

/// A simulator with one session that has ended, and a home that may change it.
struct World {
    home: tempfile::TempDir,
    _simulator: Simulator,
    variables: Vec<(&'static str, String)>,
    id: String,
}

fn world() -> World {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.pem");
    let simulator = Simulator::spawn(
        Command::new(assert_cmd::cargo::cargo_bin!("branchwatch"))
            .args(["simulate", "--sessions", "1", "--scenario", "S07", "--speed", "500000"])
            .arg("--write-key")
            .arg(&key)
            .env_clear()
            .env("HOME", home.path()),
    );
    let folder = home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let profile = "[profiles.p]\nallow_delete = true\nallow_email = true\n";
    std::fs::write(folder.join("config.toml"), profile).unwrap();
    let variables = vec![
        ("YOTI_IDV_API_URL", simulator.base_url()),
        ("YOTI_CLIENT_SDK_ID", simulator.sdk_id()),
        ("YOTI_KEY_FILE_PATH", key.to_str().unwrap().to_owned()),
    ];
    let id = simulator.sessions().remove(0);
    World { home, _simulator: simulator, variables, id }
}

impl World {
    fn begun(&self, arguments: &[&str]) -> Terminal {
        let variables: Vec<(&str, &str)> =
            self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        begun(arguments, self.home.path(), &variables)
    }
}

/// Types a line again and again: what comes too early is thrown away, one is the answer.
fn answered(terminal: &mut Terminal, line: &str) -> u32 {
    terminal.sees("to confirm:");
    let pause = std::sync::mpsc::channel::<()>();
    let mut waited = Duration::ZERO;
    loop {
        assert!(waited < PATIENCE, "never answered\n{}", terminal.text());
        if let Some(ended) = terminal.child.try_wait().unwrap() {
            terminal.has_said_all();
            return ended.exit_code();
        }
        // A process that has just ended takes nothing more.
        let _late = terminal.keys.as_mut().unwrap().write_all(line.as_bytes());
        let _elapsed = pause.1.recv_timeout(Duration::from_millis(100));
        waited += Duration::from_millis(100);
    }
}

// T14
#[test]
fn t14_text_typed_before_a_question_on_the_command_line_does_not_answer_it() {
    let world = world();
    let short = world.id.split('-').next().unwrap();
    for (command, word) in [(["session", "delete"], "DELETE"), (["letter", "send"], "SEND")] {
        let mut terminal =
            world.begun(&["--allow-writes", command[0], command[1], world.id.as_str()]);
        terminal.types(&format!("{word} {short}\n"));
        assert_eq!(answered(&mut terminal, "no\n"), 2, "{}", terminal.text());
        assert!(terminal.text().contains("nothing was done"), "{}", terminal.text());
    }
    let audit = world.home.path().join(".local/state/branchwatch/audit.jsonl");
    assert!(!audit.exists(), "Yoti was not asked for anything");
    // The answer to the question itself counts.
    let mut terminal = world.begun(&["--allow-writes", "session", "delete", &world.id]);
    assert_eq!(answered(&mut terminal, &format!("DELETE {short}\n")), 0, "{}", terminal.text());
    assert!(terminal.text().contains("deleted at Yoti"), "{}", terminal.text());
}
