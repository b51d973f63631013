//! The dashboard opened with lowered privacy: its line stands in the audit log before anything is
//! on the screen.

use super::*;

#[test]
fn a_dashboard_that_opens_with_lowered_privacy_writes_it_into_the_audit_log_first() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join(".local/state/branchwatch/audit.jsonl");
    let opened = |arguments: &[&str]| {
        let flags = [&["--offline"], arguments].concat();
        // Offline no key is needed.
        let mut terminal = begun(&flags, home.path(), &[]);
        terminal.sees("READ-ONLY");
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        terminal.types("Q");
        assert_eq!(terminal.child.wait().unwrap().exit_code(), 0);
        text
    };
    assert_eq!(opened(&[]), "", "masked is as ever");
    let text = opened(&["--privacy", "off"]);
    assert_eq!(text.lines().count(), 2, "its head, and the line: {text}");
    let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(line.get("what").unwrap(), "privacy_lowered");
    // Where the line cannot be written nothing is shown.
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    let mut terminal = begun(&["--offline", "--privacy", "off"], home.path(), &[]);
    assert_eq!(terminal.child.wait().unwrap().exit_code(), 1);
    assert!(!terminal.text().contains("READ-ONLY"));
}
