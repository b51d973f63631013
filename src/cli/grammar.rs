//! The grammar with what makes its help readable: commands in groups, examples, a short `-h`, and of
//! the global options those that work.

use clap::{Command, CommandFactory};

use super::args::Cli;
use super::scope;

/// The commands by what they are for, in the order of the help.
pub(super) const GROUPS: [(&str, &[&str]); 6] = [
    ("Try it", &["demo", "simulate"]),
    ("Watch sessions", &["add", "remove", "list", "show", "fetch", "watch", "wait"]),
    ("Export and report", &["export", "letter", "media", "handover", "stats", "verify"]),
    ("At Yoti", &["branches", "session"]),
    ("Notifications", &["listen", "ingest"]),
    (
        "Set up",
        &["doctor", "info", "config", "store", "completions", "man", "reset", "version", "help"],
    ),
];

/// A command line, and what it does.
type Example = (&'static str, &'static str);

/// Examples of each command. A test runs each of them.
pub(super) const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "demo",
        &[
            ("branchwatch demo", "two dozen sessions, at five times the real speed"),
            ("branchwatch demo --sessions 500 --speed 60", "500 sessions at 60x"),
        ],
    ),
    (
        "simulate",
        &[
            (
                "branchwatch simulate --write-key sim.pem --scenario S01",
                "prints where it listens, and the IDs",
            ),
            (
                "branchwatch simulate --write-key sim.pem --notify http://127.0.0.1:8080/",
                "notifies your receiver",
            ),
        ],
    ),
    (
        "add",
        &[
            (
                "branchwatch add ID --ref dbs-2291 --tag urgent",
                "one session, with a reference and a tag",
            ),
            ("branchwatch add sessions.csv --fetch", "IDs from a file, refreshed at once"),
            ("cut -d, -f1 sessions.csv | branchwatch add -", "from standard input"),
        ],
    ),
    (
        "remove",
        &[
            ("branchwatch remove dbs-2291", "off the list; history and notes stay"),
            ("branchwatch remove dbs-2291 --purge-history", "deletes its history too"),
        ],
    ),
    (
        "list",
        &[
            ("branchwatch list --view turned-away", "a view, as in the dashboard"),
            ("branchwatch list --filter 'stage:awaiting due<24h !tag:chased'", "a filter"),
            ("branchwatch list --columns ref,stage,due --sort 'due asc'", "chosen columns"),
            ("branchwatch list --json", "for a program"),
        ],
    ),
    (
        "show",
        &[
            ("branchwatch show dbs-2291", "all of it, by reference"),
            ("branchwatch show dbs-2291 --part checks --json", "one part as JSON"),
            ("branchwatch show dbs-2291 --exit-status", "and an exit code by its result"),
        ],
    ),
    ("fetch", &[("branchwatch fetch dbs-2291", "one request, and what it changed")]),
    (
        "watch",
        &[
            ("branchwatch watch", "all events as sentences"),
            (
                "branchwatch watch --jsonl --events reject,turned_away",
                "two kinds of events, as JSON Lines",
            ),
        ],
    ),
    (
        "wait",
        &[
            ("branchwatch wait dbs-2291 --timeout 2h", "until it is completed"),
            ("branchwatch wait dbs-2291 --until first-visit", "until the first branch visit"),
        ],
    ),
    (
        "export",
        &[
            ("branchwatch export dbs-2291 -o session.json", "JSON, masked"),
            ("branchwatch export dbs-2291 --shape raw", "Yoti's response alone, masked"),
            (
                "branchwatch export dbs-2291 --format bundle -o evidence",
                "with letter and checksums",
            ),
            (
                "branchwatch export dbs-2291 --redact none --reason 'complaint 812'",
                "unmasked; the reason is recorded",
            ),
        ],
    ),
    (
        "letter",
        &[
            ("branchwatch letter dbs-2291", "branch and documents of the letter"),
            ("branchwatch letter dbs-2291 --pdf letter.pdf", "the PDF itself; recorded"),
        ],
    ),
    (
        "media",
        &[
            ("branchwatch media dbs-2291", "what there is"),
            ("branchwatch media dbs-2291 --save pictures --yes", "all of it; recorded"),
        ],
    ),
    ("handover", &[("branchwatch handover > handover.md", "for the next shift")]),
    (
        "stats",
        &[
            ("branchwatch stats --since 7d", "the last week"),
            ("branchwatch stats --by branch --json", "by branch, for a program"),
        ],
    ),
    (
        "verify",
        &[
            ("branchwatch verify", "the audit log"),
            ("branchwatch verify bundle", "the checksums of an exported bundle"),
        ],
    ),
    ("branches", &[("branchwatch branches PE19 2DJ", "Post Offices near a postcode")]),
    (
        "session",
        &[(
            "branchwatch session delete ID --allow-writes",
            "asks; the profile must permit it with allow_delete",
        )],
    ),
    ("listen", &[("branchwatch listen --auth-file notify.auth", "until interrupted")]),
    (
        "ingest",
        &[
            ("branchwatch ingest notifications.jsonl", "to the end of the file"),
            ("branchwatch ingest notifications.jsonl --follow", "as it grows"),
        ],
    ),
    ("doctor", &[("branchwatch doctor", "what is wrong, and what to do")]),
    (
        "config",
        &[
            ("branchwatch config init --write", "a file with every option explained"),
            ("branchwatch config show --origin", "what is in force, and why"),
        ],
    ),
    (
        "store",
        &[
            ("branchwatch store check", "is everything readable and unchanged?"),
            ("branchwatch store export watch.db", "a copy for another machine"),
        ],
    ),
    ("completions", &[("branchwatch completions zsh > _branchwatch", "for a folder of $fpath")]),
    (
        "info",
        &[
            ("branchwatch info", "version, and where the files are"),
            ("branchwatch info --json", "for a fault report"),
        ],
    ),
    (
        "man",
        &[
            ("branchwatch man > branchwatch.1", "the manual page"),
            ("branchwatch man --dir man1", "one page for each command too"),
        ],
    ),
    ("reset", &[("branchwatch reset", "works even if you cannot see what you type")]),
    ("version", &[("branchwatch version", "the version")]),
    ("help", &[("branchwatch help filters", "a topic"), ("branchwatch help topics", "all topics")]),
];

/// The grammar that is parsed, shown as help and written as manual pages.
pub(super) fn grammar() -> Command {
    let grammar = Cli::command();
    let grouped = groups(&grammar);
    let mut grammar = grammar.mut_args(|argument| {
        // `-h` fits a screen; `--help` has all of them.
        if argument.is_global_set() { argument.hide_short_help(true) } else { argument }
    });
    for (name, examples) in EXAMPLES {
        grammar = grammar.mut_subcommand(name, |command| {
            let before = command.get_after_help().map(|text| format!("{text}\n\n"));
            let text = format!("{}Examples:\n{}", before.unwrap_or_default(), lines(examples));
            command.after_help(text)
        });
    }
    // Now each command has the global options as its own.
    grammar.build();
    let names: Vec<String> = grammar.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        grammar = grammar.mut_subcommand(&name, |command| {
            command.mut_args(|argument| {
                let hidden =
                    argument.is_global_set() && !scope::works(argument.get_id().as_str(), &name);
                if hidden { argument.hide(true) } else { argument }
            })
        });
    }
    let usage = "{about}\n\n{usage-heading} {usage}\n";
    grammar.help_template(format!("{usage}\n{grouped}\nOptions:\n{{options}}{{after-help}}"))
}

/// The commands by groups, each with what it does.
fn groups(grammar: &Command) -> String {
    let about = |name: &str| {
        let command = grammar.get_subcommands().find(|command| command.get_name() == name);
        let about = command.and_then(Command::get_about).map(ToString::to_string);
        // The command's own help has the rest.
        let about = about.unwrap_or_default();
        about.split([':', ';', '(']).next().unwrap_or_default().trim_end().to_owned()
    };
    let mut text = String::new();
    for (group, names) in GROUPS {
        text += &format!("{group}:\n");
        for name in names {
            for (number, words) in crate::text::wrapped(&about(name), 64).into_iter().enumerate() {
                let name = if number == 0 { name } else { "" };
                text += &format!("  {name:12} {words}\n");
            }
        }
    }
    text
}

fn lines(examples: &[Example]) -> String {
    let line = |(command, what): &Example| format!("  {command}\n      {what}");
    examples.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_stands_in_one_group_and_has_examples() {
        let grammar = Cli::command();
        let mut commands: Vec<&str> = grammar.get_subcommands().map(Command::get_name).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let mut shown: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
        for names in [&mut commands, &mut grouped, &mut shown] {
            names.sort_unstable();
        }
        assert_eq!((&grouped, &shown), (&commands, &commands));
        for (name, examples) in EXAMPLES {
            let starts = format!("branchwatch {name}");
            assert!(examples.iter().all(|(line, _)| line.contains(&starts)), "{name}");
        }
    }

    #[test]
    fn the_short_help_fits_a_screen_and_the_long_one_has_only_what_works() {
        let mut grammar = grammar();
        let short = grammar.render_help().to_string();
        assert!(short.lines().count() <= 50, "{} lines\n{short}", short.lines().count());
        assert!(short.lines().all(|line| crate::text::width(line) <= 80), "{short}");
        for (name, flags, not) in [
            ("list", "--filter", "--interval"),
            ("wait", "--interval", "--filter"),
            ("version", "--config", "--allow-writes"),
            ("session", "--allow-writes", "--theme"),
        ] {
            let long = grammar.find_subcommand_mut(name).unwrap().render_long_help().to_string();
            assert!(long.contains(flags) && !long.contains(not), "{name}: {long}");
        }
    }
}
