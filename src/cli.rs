//! The command line: one file per command, no logic that another room owns.
//!
//! Owns the start and the end of the process: arguments, log, runtime, exit code.

mod args;
mod ask;
mod branches;
mod completion;
mod config;
mod confirm;
mod dashboard;
mod demo;
#[cfg(test)]
mod docs;
mod doctor;
mod exit;
mod export;
mod fetch;
mod grammar;
mod handover;
mod hearing;
mod info;
mod ingest;
mod letter;
mod list;
mod listen;
mod local;
mod man;
mod media;
mod named;
mod offline_api;
mod output;
mod progress;
mod reload;
mod reset;
mod scope;
mod session;
mod setup;
mod show;
mod simulate;
mod source;
mod stats;
mod store;
mod terminal_style;
mod topic;
mod verify;
mod wait;
mod watch;
mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use crate::api::key::holds_key;
use args::{Cli, Command};
use exit::Failure;

/// Runs the program and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    keep_memory_private();
    completion::answer();
    if let Some(place) = key_in_arguments() {
        let what = "holds a private key: write it to a file (chmod 600) and pass its path";
        output::warn(&format!("branchwatch: {place} {what}"));
        return ExitCode::from(exit::USAGE);
    }
    // What makes help readable is made for those who ask for help: it takes longer than all the rest
    // of a start.
    let parsed = Cli::command().try_get_matches().or_else(|why| match why.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            grammar::grammar().try_get_matches()
        }
        _ => Err(why),
    });
    let name = |matches: &clap::ArgMatches| matches.subcommand_name().map(str::to_owned);
    let parsed = parsed.and_then(|found| Ok((name(&found), Cli::from_arg_matches(&found)?)));
    let (name, cli) = match parsed {
        Ok(parsed) => parsed,
        Err(why) => {
            // Help and version are data, errors are talk; a reader that went away is no fault.
            let _unheard = why.print();
            return ExitCode::from(u8::try_from(why.exit_code()).unwrap_or(exit::USAGE));
        }
    };
    // Reports without the environment: it may name places that are nobody's business. Panics have
    // a hook of their own, which gives the terminal back first.
    let (_, reports) =
        color_eyre::config::HookBuilder::default().display_env_section(false).into_hooks();
    // Fails only where a hook stands already, in which case that one serves.
    let _installed = reports.install();
    crate::runtime::terminal::install_panic_hook();
    // Caught, so that the exit code is 70 (fault T01);
    // the hook has given the terminal back by then.
    let ended = std::panic::catch_unwind(|| started(cli, name.as_deref()));
    if crate::runtime::terminal::panicked() {
        return ExitCode::from(exit::FAULT);
    }
    ExitCode::from(ended.unwrap_or(exit::FAULT))
}

/// No core file, and no other process of this user reads the memory: it holds the key and what Yoti
/// says of people (fault S01). First of all, before a key is read.
fn keep_memory_private() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    // Where the system does not let it, the program is no worse than without.
    let _limited = rustix::process::setrlimit(rustix::process::Resource::Core, none);
    // A pattern that pipes core files to a program does not ask for the limit.
    #[cfg(target_os = "linux")]
    let _private =
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Where a private key stands among the arguments; asked before anything can repeat them.
fn key_in_arguments() -> Option<String> {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned()).collect();
    let found = arguments.iter().position(|text| holds_key(text));
    match found {
        Some(at) => Some(format!("argument {}", at + 1)),
        // Without quotes the shell cuts a key into words.
        None => holds_key(&arguments.join(" ")).then(|| "the command line".to_owned()),
    }
}

fn started(cli: Cli, name: Option<&str>) -> u8 {
    let runtime =
        // Two, so that the event loop never waits for a request that is being parsed.
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(run(cli, name));
            // A name look-up or a blocked reader must not hold up the end.
            runtime.shutdown_timeout(std::time::Duration::from_millis(200));
            ended
        }
        Err(why) => Err(Failure::Other(format!("cannot start: {why}"))),
    };
    match ended {
        Ok(code) => code,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                output::warn(&format!("branchwatch: {text}"));
            }
            failure.code()
        }
    }
}

#[expect(clippy::cognitive_complexity, reason = "one arm for each command")]
async fn run(cli: Cli, name: Option<&str>) -> Result<u8, Failure> {
    let global = cli.global;
    // First of all: no later message may print a key that stands in the environment (fault S03).
    crate::config::no_keys_in(&crate::config::Environment::of_process())?;
    if global.quiet {
        output::be_quiet();
    }
    setup::log(&global)?;
    // Before anything is done: a flag that does nothing here would mislead.
    scope::check(&global, cli.command.as_ref(), name)?;
    match cli.command {
        None if global.a11y => watch::run(&global, &args::Watch::default()).await,
        None if std::io::stdout().is_terminal() => Box::pin(dashboard::run(&global)).await,
        None => list::list(&global, &args::List::default()),
        Some(Command::Demo(play)) => Box::pin(demo::run(&global, &play)).await,
        Some(Command::Simulate(simulate)) => simulate::run(simulate).await,
        Some(Command::Add(add)) => local::add(&global, add).await,
        Some(Command::Remove(args)) => local::remove(&global, &args),
        Some(Command::List(list)) => list::list(&global, &list),
        Some(Command::Show(show)) => show::show(&global, &show).await,
        Some(Command::Fetch { ids, timeout }) => fetch::fetch(&global, &ids, &timeout).await,
        Some(Command::Wait(wait)) => wait::run(&global, &wait).await,
        Some(Command::Listen(listen)) => listen::run(&global, &listen).await,
        Some(Command::Ingest(ingest)) => ingest::run(&global, &ingest).await,
        Some(Command::Export(export)) => export::run(&global, &export).await,
        Some(Command::Session { what }) => session::session(&global, &what).await,
        Some(Command::Letter(show)) => match &show.what {
            Some(what) => session::send_letter(&global, what).await,
            None => letter::run(&global, &show).await,
        },
        Some(Command::Media(args)) => media::run(&global, &args).await,
        Some(Command::Branches(args)) => branches::run(&global, &args).await,
        Some(Command::Stats(args)) => stats::run(&global, &args),
        Some(Command::Handover(args)) => handover::run(&global, &args),
        Some(Command::Verify { place }) => verify::run(&global, place.as_deref()),
        Some(Command::Watch(args)) => watch::run(&global, &args).await,
        Some(Command::Doctor { json }) => doctor::run(&global, json).await,
        Some(Command::Store { what }) => store::run(&global, &what).await,
        Some(Command::Info { json }) => info::run(&global, json),
        Some(Command::Reset) => reset::run(),
        Some(Command::Config { what }) => config::run(&global, &what),
        Some(Command::Completions { shell }) => completion::script(shell),
        Some(Command::Man { command, dir }) => {
            man::run(command.as_deref(), dir.as_deref(), grammar::grammar())
        }
        Some(Command::Version) => version(),
        Some(Command::Help { topic }) => topic::run(&global, topic.as_deref(), grammar::grammar()),
    }
}

fn version() -> Result<u8, Failure> {
    output::data(concat!("branchwatch ", env!("CARGO_PKG_VERSION"), "\n"))?;
    Ok(exit::OK)
}
