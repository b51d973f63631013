//! `man`: the manual page of the program, or of one command, for man(1).

use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use super::exit::{self, Failure};
use super::output::data;
use super::topic;
use crate::config;

pub(super) fn run(
    name: Option<&str>,
    folder: Option<&Path>,
    mut grammar: Command,
) -> Result<u8, Failure> {
    grammar.build();
    // A page has room for what `-h` leaves out.
    let whole = |command: Command| command.mut_args(|argument| argument.hide_short_help(false));
    let grammar = whole(grammar).mut_subcommands(whole);
    let Some(folder) = folder else {
        data(&String::from_utf8_lossy(&page(name, &grammar)?))?;
        return Ok(exit::OK);
    };
    let write = |file: String, page: Vec<u8>| {
        let path = folder.join(file);
        let failed = |why: std::io::Error| Failure::Other(format!("{}: {why}", path.display()));
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, page)).map_err(failed)
    };
    write("branchwatch.1".to_owned(), page(None, &grammar)?)?;
    for command in grammar.get_subcommands() {
        let name = command.get_name();
        write(format!("branchwatch-{name}.1"), page(Some(name), &grammar)?)?;
    }
    Ok(exit::OK)
}

/// The page of the program, or of one command.
fn page(name: Option<&str>, grammar: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    match name {
        Some(name) => {
            let Some(command) = grammar.find_subcommand(name) else {
                return Err(Failure::Usage("no such command; known: branchwatch --help".into()));
            };
            let title = format!("branchwatch-{name}");
            // The page's name is one word; the synopsis says how it is called.
            let command = command.clone().display_name(title);
            Man::new(command).render(&mut page)?;
        }
        None => {
            Man::new(grammar.clone()).render(&mut page)?;
            let texts = topic::TOPICS.iter().map(|topic| topic.text.to_owned());
            for text in texts.chain([config::reference(), FILES.to_owned()]) {
                page.extend(chapter(&text).into_bytes());
            }
        }
    }
    page.extend(chapter(SEE_ALSO).into_bytes());
    Ok(page)
}

const FILES: &str = "\
FILES

  ~/.config/branchwatch/config.toml       the config file
  ~/.config/branchwatch/themes/           themes of your own
  ~/.local/share/branchwatch/store.db     the local store of the default profile
  ~/.local/state/branchwatch/audit.jsonl  the audit log

  branchwatch info prints where they are here.
";

const SEE_ALSO: &str = "\
SEE ALSO

  branchwatch help topics, branchwatch help TOPIC
";

/// A topic as a chapter: its first line is the title, the rest stands as it is.
fn chapter(text: &str) -> String {
    let (title, body) = text.split_once('\n').unwrap_or((text, ""));
    let title = title.split(" (").next().unwrap_or(title);
    let safe = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        // A line that begins so would be a command to roff.
        if line.starts_with(['.', '\'']) { format!("\\&{line}\n") } else { format!("{line}\n") }
    };
    let body: String = body.trim_matches('\n').lines().map(safe).collect();
    format!(".SH \"{title}\"\n.nf\n{body}.fi\n")
}
