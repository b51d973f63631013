//! Global flags where they would do nothing: refused with the commands that take them.

use crate::empty;

const ID: &str = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";

#[test]
fn a_filter_an_interval_and_offline_are_refused_where_they_would_do_nothing() {
    let world = empty();
    let refused = |flags: &[&str], commands: &[&[&str]], word: &str| {
        for command in commands {
            let (out, err) = world.run(&[flags, command].concat(), 2);
            assert!(out.is_empty() && err.contains(word), "{flags:?} {command:?}: {err}");
        }
    };
    let filter = ["--filter", "stage:done"];
    let without: [&[&str]; 16] = [
        &["simulate", "--write-key", "k"],
        &["add", ID],
        &["remove", ID],
        &["show", ID],
        &["fetch", ID],
        &["wait", ID],
        &["listen"],
        &["ingest", "-"],
        &["export", ID],
        &["verify", "."],
        &["session", "delete", ID],
        &["letter", ID],
        &["media", ID],
        &["branches", "EC1A 1BB"],
        &["doctor"],
        &["config", "show"],
    ];
    refused(&filter, &without, "list, watch, stats and handover");
    let interval = ["--interval", "5s"];
    let without: [&[&str]; 6] =
        [&["add", ID], &["list"], &["show", ID], &["fetch", ID], &["export", ID], &["demo"]];
    refused(&interval, &without, "watch, wait, listen and ingest");
    let asking: [&[&str]; 8] = [
        &["fetch", ID],
        &["wait", ID],
        &["branches", "EC1A 1BB"],
        &["session", "delete", ID, "--yes", ID],
        &["letter", "send", ID, "--yes", ID],
        &["letter", ID, "--pdf", "x.pdf"],
        &["media", ID, "--save", "x", "--yes", "--no-state"],
        &["add", ID, "--fetch"],
    ];
    for command in asking {
        let code = if command[0] == "media" { 1 } else { 2 };
        world.run(&[&["--offline"], command].concat(), code);
    }
    for command in [["list"], ["stats"], ["handover"]] {
        world.run(&[filter.as_slice(), &command].concat(), 0);
    }
    world.run(&["--interval", "5s", "config", "show"], 0);
    world.run(&["--interval", "soon", "config", "show"], 2);
}
