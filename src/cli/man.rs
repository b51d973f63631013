//! `man`: the manual page of the program, or of one command, for man(1).

use clap::Command;
use clap_mangen::Man;

use super::exit::{self, Failure};
use super::output::data;
use super::topic;
use crate::config;

pub(super) fn run(name: Option<&str>, mut grammar: Command) -> Result<u8, Failure> {
    grammar.build();
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
            Man::new(grammar).render(&mut page)?;
            let texts = topic::TOPICS.iter().map(|topic| topic.text.to_owned());
            for text in texts.chain([config::reference()]) {
                page.extend(chapter(&text).into_bytes());
            }
        }
    }
    data(&String::from_utf8_lossy(&page))?;
    Ok(exit::OK)
}

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
