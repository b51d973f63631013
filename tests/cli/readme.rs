//! The commands of the README, as a reader would type them.

use crate::world;

/// These go on until they are ended: that their words are understood is enough.
const ENDLESS: [&str; 3] = ["branchwatch watch", "branchwatch simulate", "branchwatch  "];

#[test]
fn every_command_of_the_readme_works() {
    let world = world(&["--sessions", "1", "--speed", "500000", "--scenario", "S01"]);
    let id = world.sessions[0].as_str();
    let own = world.command(&[]);
    let folder = std::path::Path::new(own.get_program()).parent().unwrap();
    let readme = include_str!("../../README.md");
    let lines = readme.lines().filter_map(|line| line.strip_prefix("    "));
    let mut ran = 0;
    for line in lines.filter(|line| line.starts_with("branchwatch")) {
        let typed = line.replace("ID…", id).replace(" ID", &format!(" {id}"));
        let endless = ENDLESS.iter().any(|start| line.starts_with(start));
        let (typed, _) = typed.split_once("  #").unwrap_or((&typed, ""));
        let typed = if endless { format!("{} --help", typed.trim_end()) } else { typed.to_owned() };
        let mut command = world.other("sh");
        command.args(["-c", &typed]).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{typed}: {output:?}");
        ran += 1;
    }
    assert!(ran >= 9, "{ran} commands");
}
