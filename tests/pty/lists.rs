//! `list` on a terminal: a summary first, and lines that fit.

use super::*;

#[test]
fn on_a_terminal_the_list_begins_with_a_summary_and_fits_the_width() {
    let home = tempfile::tempdir().unwrap();
    let id = |n: usize| format!("1c3cae90-1769-43a9-8554-d85f2e7cdb{n:02}");
    let reference = "r".repeat(150);
    for (id, name, deadline) in [(id(0), "dbs-1", "2020-01-02T03:04:05Z"), (id(1), &reference, "")]
    {
        let mut arguments = vec!["add", &id, "--ref", name];
        if !deadline.is_empty() {
            arguments.extend(["--deadline", deadline]);
        }
        assert!(begun(&arguments, home.path(), &[]).ends().success());
    }
    let mut terminal = begun(&["list", "--privacy", "off"], home.path(), &[]);
    terminal.sees("rrr");
    assert!(terminal.ends().success());
    let text = terminal.text();
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 4, "nothing wraps: {text}");
    assert_eq!(lines.first(), Some(&"2 sessions, 1 needs attention: 1 due soon"), "{text}");
    assert!(text.contains("1c3cae90") && !text.contains(&id(0)), "short IDs: {text}");
    assert!(text.contains('…') && text.contains("REASON"), "{text}");
    assert!(!text.contains("masked:"), "all is shown: {text}");
    let mut masked = begun(&["list"], home.path(), &[]);
    masked.sees("masked: a reference that could be a person's name");
    assert!(masked.ends().success());
    let mut quiet = begun(&["list", "--privacy", "off", "--quiet"], home.path(), &[]);
    quiet.sees("rrr");
    assert!(quiet.ends().success());
    assert!(!quiet.text().contains("attention"), "{}", quiet.text());
}
