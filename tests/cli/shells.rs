//! Completions as bash, zsh and fish offer them, after loading what `completions` prints.
//!
//! The tests are ignored unless asked for, because a machine may have none of the three shells.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{World, empty, said};

/// Completes `$1`, whose last word is to be completed: one offer on each line.
const BASH: &str = r#"
source ./completions || exit 1
complete -p branchwatch >/dev/null || exit 1
COMP_WORDS=($1) COMP_CWORD=$(( $(set -- $1; echo $#) - 1 ))
_clap_complete_branchwatch branchwatch "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

/// Completing happens in an interactive zsh alone: one in a pseudo-terminal of zsh's own, which
/// prints its line once completed when it is left with ctrl-x ctrl-p.
const ZSH: &str = r#"
zmodload zsh/zpty || exit 1
zpty inner zsh -f -i || exit 1
zpty -w inner "unsetopt zle_bracketed_paste; PROMPT='' RPROMPT=''; stty -echo
autoload -U compinit; compinit -u -D; source ./completions
shown() { print -r -- \"<<\$BUFFER>>\"; BUFFER=; zle accept-line }
zle -N shown; bindkey '^x^p' shown; whence -w _clap_dynamic_completer_branchwatch; print -r -- re'ady'"
zpty -r inner output '*_branchwatch: function*ready*' || exit 1
zpty -w -n inner "$1"$'\t'$'\x18\x10'
zpty -r inner output '*<<*>>*' || exit 1
line=${${output#*<<}%%>>*}
print -r -- ${${(z)line}[-1]}
"#;

const FISH: &str = r"
source ./completions; or exit 1
complete -C $argv[1] | cut -f1
";

/// What the shell offers.
fn offers(shell: &str, home: &Path, line: &str) -> Vec<String> {
    let arguments: &[&str] = match shell {
        "bash" => &["--norc", "--noprofile", "-c", BASH, "bash", line],
        "zsh" => &["-f", "-c", ZSH, "zsh", line],
        _ => &["--no-config", "-c", FISH, line],
    };
    // A shell that waits for something that never comes fails, and does not hang.
    let mut command = Command::new("timeout");
    command.arg("30").arg(shell).args(arguments).current_dir(home).stdin(Stdio::null());
    // The script asks the program, which it looks for as the shell does.
    let program = assert_cmd::cargo::cargo_bin!("branchwatch");
    let path = [program.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")];
    let path = std::env::join_paths(path).unwrap();
    command.env_clear().env("HOME", home).env("PATH", path);
    let output = command.env("LANG", "C.UTF-8").env("TERM", "dumb").output().unwrap();
    let (out, err) = said(&output, 0);
    assert_eq!(err, "", "{shell}: {line}");
    // zsh writes the = that a value may follow.
    out.lines().map(|line| line.trim_end_matches('=').to_owned()).collect()
}

const KNOWN: &str = "1c3cae90-1769-43a9-8554-d85f2e7cdb0f";
const NAMELESS: &str = "2c3cae90-1769-43a9-8554-d85f2e7cdb0f";

/// A line whose last word is to be completed, and the one offer.
const LINES: [(&str, &str); 18] = [
    ("branchwatch wai", "wait"),
    ("branchwatch hand", "handover"),
    ("branchwatch wait --unt", "--until"),
    ("branchwatch stats --by do", "document"),
    ("branchwatch help noti", "notifications"),
    ("branchwatch man vers", "version"),
    ("branchwatch show alp", "alpha-1"),
    ("branchwatch show 1c3", KNOWN),
    ("branchwatch show 2c3", NAMELESS),
    ("branchwatch session delete 1c3", KNOWN),
    ("branchwatch wait alpha-1 2c3", NAMELESS),
    ("branchwatch list --profile sand", "sandbox"),
    ("branchwatch list --theme nor", "nord"),
    ("branchwatch list --view need", "needs-me"),
    ("branchwatch list --view mi", "mine"),
    ("branchwatch list --columns ref,tag", "ref,tags"),
    ("branchwatch list --filter reas", "reason:"),
    ("branchwatch list --filter ref:alp", "ref:alpha-1"),
];

fn known_world() -> World {
    let world = empty();
    let folder = world.home.path().join(".config/branchwatch");
    std::fs::create_dir_all(&folder).unwrap();
    let config = "[profiles.sandbox]\n[views.mine]\nfilter = \"tag:mine\"\n";
    std::fs::write(folder.join("config.toml"), config).unwrap();
    world.run(&["add", KNOWN, "--ref", "alpha-1"], 0);
    world.run(&["add", NAMELESS, "--ref", "Alpine Jane"], 0);
    world
}

#[test]
fn what_is_offered_is_what_the_program_knows_and_no_name_that_is_masked() {
    let world = known_world();
    let offers = |line: &str| {
        let words: Vec<&str> = std::iter::once("--").chain(line.split(' ')).collect();
        let mut command = world.command(&words);
        command.env("BRANCHWATCH_COMPLETE", "fish");
        let (out, err) = said(&command.output().unwrap(), 0);
        assert_eq!(err, "", "{line}");
        out
    };
    for (line, offered) in LINES {
        let out = offers(line);
        let names: Vec<&str> = out.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(names, [offered], "{line}");
    }
    for line in ["branchwatch show ", "branchwatch show Alp", "branchwatch list --filter ref:A"] {
        assert!(!offers(line).contains("Jane"), "{line}");
    }
    assert!(offers("branchwatch show ").contains(NAMELESS));
    // Nothing is made, and nothing fails, where there is nothing yet.
    let world = empty();
    let mut command = world.command(&["--", "branchwatch", "show", ""]);
    said(&command.env("BRANCHWATCH_COMPLETE", "fish").output().unwrap(), 0);
    assert_eq!(std::fs::read_dir(world.home.path()).unwrap().count(), 0);
}

fn completes_commands_flags_and_values(shell: &str) {
    let world = known_world();
    let (text, _) = world.run(&["completions", shell], 0);
    std::fs::write(world.home.path().join("completions"), text).unwrap();
    for (line, offered) in LINES {
        assert_eq!(offers(shell, world.home.path(), line), [offered], "{shell}: {line}");
    }
}

#[test]
#[ignore = "needs bash: .ci/run has it"]
fn bash_completes_commands_flags_and_values() {
    completes_commands_flags_and_values("bash");
}

#[test]
#[ignore = "needs zsh: .ci/run installs it"]
fn zsh_completes_commands_flags_and_values() {
    completes_commands_flags_and_values("zsh");
}

#[test]
#[ignore = "needs fish: .ci/run installs it"]
fn fish_completes_commands_flags_and_values() {
    completes_commands_flags_and_values("fish");
}
