//! What a shell offers for the command line that is being typed. The script that `completions` prints
//! asks the program itself.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use super::args::Cli;
use super::exit::{self, Failure};
use super::output::data;
use super::{list, setup, topic};
use crate::app::list::columns::Column;
use crate::app::list::filter::offers;
use crate::config::{self, Config, Environment, Flags, KeySource};
use crate::domain::personal::Privacy;
use crate::persist::SharedPersistence;
use crate::text::shown_str;
use crate::theme::{ColourDepth, Themes};

/// Names the shell when the script asks.
const VARIABLE: &str = "BRANCHWATCH_COMPLETE";
/// The most sessions that are offered at once.
const MOST: usize = 100;
/// The longest reference that is offered, in columns.
const LONGEST: usize = 60;

/// Answers a shell's script, and ends the process; returns where none has asked.
pub(super) fn answer() {
    CompleteEnv::with_factory(grammar).var(VARIABLE).complete();
}

/// The script for a shell. It offers what the program that is installed then knows.
pub(super) fn script(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let shells = Shells::builtins();
    let mut text = Vec::new();
    if let Some(known) = shells.completer(&shell.to_string()) {
        let name = "branchwatch";
        known.write_registration(VARIABLE, name, name, name, &mut text)?;
    }
    data(&String::from_utf8_lossy(&text))?;
    Ok(exit::OK)
}

/// The grammar with what is offered for its values.
fn grammar() -> Command {
    // Names that may be completed outlive everything.
    static KNOWN: LazyLock<Command> = LazyLock::new(Cli::command);
    let commands = || KNOWN.get_subcommands().map(Command::get_name);
    let all = PossibleValuesParser::new(commands().chain(topic::names()));
    let pages = PossibleValuesParser::new(commands());
    offering(KNOWN.clone())
        .mut_subcommand("help", |help| help.mut_arg("topic", |topic| topic.value_parser(all)))
        .mut_subcommand("man", |man| man.mut_arg("command", |name| name.value_parser(pages)))
}

fn offering(command: Command) -> Command {
    // A change at Yoti takes no name but the whole ID.
    let whole = ["delete", "send"].contains(&command.get_name());
    let completed = command.mut_args(|argument| completed(argument, whole));
    let names: Vec<String> =
        completed.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    names.iter().fold(completed, |command, name| command.mut_subcommand(name, offering))
}

fn completed(argument: Arg, whole: bool) -> Arg {
    let offer: fn(&str) -> Vec<CompletionCandidate> = match argument.get_id().as_str() {
        "id" | "ids" if whole => |typed| sessions(typed, true),
        "id" | "ids" => |typed| sessions(typed, false),
        "filter" => filters,
        "view" => views,
        "sort" | "columns" => |typed| beginning(typed, Column::ALL.map(|c| c.name().to_owned())),
        "--theme" => {
            |typed| beginning(typed, Themes::read(&config::own_themes(), ColourDepth::None).names())
        }
        "--profile" => {
            |typed| beginning(typed, config::profiles(&flags(), &Environment::of_process()))
        }
        _ => return argument,
    };
    argument.add(ArgValueCompleter::new(move |typed: &OsStr| {
        typed.to_str().map(offer).unwrap_or_default()
    }))
}

fn beginning(typed: &str, known: impl IntoIterator<Item = String>) -> Vec<CompletionCandidate> {
    let fits = known.into_iter().filter(|name| name.starts_with(typed));
    fits.map(CompletionCandidate::new).collect()
}

/// References that are shown while labels are masked, else IDs.
fn sessions(typed: &str, whole: bool) -> Vec<CompletionCandidate> {
    let Some((config, mut store)) = opened() else { return Vec::new() };
    let listed = store.listed().unwrap_or_default();
    let mut offered = Vec::new();
    for session in listed.iter().filter(|session| session.own.archived_at.is_none()) {
        let id = session.id().to_string();
        let labels = &config.rules.labels;
        let reference = labels
            .reference(session, Privacy::Masked)
            .filter(|text| labels.shows_reference(session) && shown_str(text, LONGEST) == *text);
        if id.starts_with(typed) && (whole || reference.is_none() || !typed.is_empty()) {
            let help = reference.map(Into::into);
            offered.push(CompletionCandidate::new(id).help(help));
        } else if let Some(text) = reference.filter(|text| !whole && text.starts_with(typed)) {
            let help = session.id().short().into();
            offered.push(CompletionCandidate::new(text).help(Some(help)));
        }
    }
    offered.truncate(MOST);
    offered
}

fn filters(typed: &str) -> Vec<CompletionCandidate> {
    let (labels, known) = opened().map_or_else(Default::default, |(config, mut store)| {
        (config.rules.labels, store.briefs_as_stored().unwrap_or_default())
    });
    let Some(found) = offers(typed, known.iter(), &labels) else { return Vec::new() };
    let before: String = typed.chars().take(found.from).collect();
    found.texts.iter().map(|text| CompletionCandidate::new(format!("{before}{text}"))).collect()
}

fn views(typed: &str) -> Vec<CompletionCandidate> {
    let Some((config, mut store)) = opened() else { return Vec::new() };
    let known = list::views(&config, store.as_mut()).unwrap_or_default();
    beginning(typed, known.into_iter().map(|view| view.name))
}

/// The store, where there is one. A shell that completes shows no warning.
fn opened() -> Option<(Config, Box<dyn SharedPersistence>)> {
    let mut config = config::resolve(&flags(), &Environment::of_process()).ok()?;
    // A password manager must not come up for a tab.
    config.key = config.key.filter(|key| matches!(key, KeySource::File(_)));
    let opened = config.store.exists().then(|| setup::location(&config).open(false).ok())??;
    Some((config, opened.persistence))
}

/// The flags of the command line being typed that say which store it is.
fn flags() -> Flags {
    let words: Vec<String> =
        std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let value = |short: &str, long: &str| {
        let at = words.iter().position(|word| word == short || word == long)?;
        words.get(at + 1).cloned()
    };
    let profile = value("-p", "--profile").map(|name| ("--profile", name));
    Flags {
        config: value("-c", "--config").map(PathBuf::from),
        offline: true,
        options: profile.into_iter().collect(),
    }
}
