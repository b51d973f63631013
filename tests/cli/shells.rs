//! Completions as bash, zsh and fish offer them, after loading what `completions` prints.
//!
//! The tests are ignored unless asked for, because a machine may have none of the three shells.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::{empty, said};

/// Completes `$1`, whose last word is to be completed: one offer on each line.
const BASH: &str = r#"
source ./completions || exit 1
complete -p branchwatch >/dev/null || exit 1
COMP_WORDS=($1) COMP_CWORD=$(( $(set -- $1; echo $#) - 1 ))
_branchwatch branchwatch "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
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
zle -N shown; bindkey '^x^p' shown; whence -w _branchwatch; print -r -- re'ady'"
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
    command.env_clear().env("HOME", home).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let output = command.env("LANG", "C.UTF-8").env("TERM", "dumb").output().unwrap();
    let (out, err) = said(&output, 0);
    assert_eq!(err, "", "{shell}: {line}");
    // zsh writes the = that a value may follow.
    out.lines().map(|line| line.trim_end_matches('=').to_owned()).collect()
}

fn completes_commands_flags_and_values(shell: &str) {
    let world = empty();
    let (text, _) = world.run(&["completions", shell], 0);
    std::fs::write(world.home.path().join("completions"), text).unwrap();
    for (line, offered) in [
        ("branchwatch wai", "wait"),
        ("branchwatch hand", "handover"),
        ("branchwatch wait --unt", "--until"),
        ("branchwatch stats --by do", "document"),
        ("branchwatch help noti", "notifications"),
        ("branchwatch man vers", "version"),
    ] {
        // The completions for fish offer values of flags, but not of arguments.
        if shell == "fish" && ["notifications", "version"].contains(&offered) {
            continue;
        }
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
