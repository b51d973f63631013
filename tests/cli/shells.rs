//! Completions as bash, zsh and fish offer them, after loading what `completions` prints.
//!
//! Owns a way to ask each shell what it would complete. Where `CI` is set all three must be there;
//! elsewhere a shell that is not installed is not asked.

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

/// What the shell offers, or nothing where there is no such shell and none is needed.
fn offers(shell: &str, home: &Path, line: &str) -> Option<Vec<String>> {
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
    // timeout(1): no such program.
    if output.status.code() == Some(127) && std::env::var_os("CI").is_none() {
        return None;
    }
    let (out, err) = said(&output, 0);
    assert_eq!(err, "", "{shell}: {line}");
    // zsh writes the = that a value may follow.
    Some(out.lines().map(|line| line.trim_end_matches('=').to_owned()).collect())
}

#[test]
fn bash_zsh_and_fish_load_the_completions_and_complete_commands_flags_and_values() {
    let world = empty();
    for shell in ["bash", "zsh", "fish"] {
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
            // What is written for fish has values of flags, none of arguments.
            if shell == "fish" && ["notifications", "version"].contains(&offered) {
                continue;
            }
            let Some(offers) = offers(shell, world.home.path(), line) else {
                println!("{shell} is not installed: not asked");
                continue;
            };
            assert_eq!(offers, [offered], "{shell}: {line}");
        }
    }
}
