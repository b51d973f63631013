//! The command line's grammar.
//!
//! Owns flags, commands and their help texts. A flag that does nothing is not here.

mod asked;
mod hearing;
mod play;
mod sessions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use asked::{
    BranchesArgs, By, Handover, LetterCommand, LetterShow, MediaArgs, Stats, Watch,
};
pub(super) use hearing::{Ingest, Listen};
pub(super) use play::{Play, Simulate};
pub(super) use sessions::{
    Add, Export, FormatArg, List, Part, Redact, Remove, ShapeArg, Show, Wait,
};

/// Watch Yoti In-Branch Verification sessions live.
#[derive(Debug, Parser)]
#[command(name = "branchwatch", version, about, max_term_width = 100)]
#[command(disable_help_subcommand = true)]
#[command(
    after_help = "Without a command: the dashboard. To look around without a key: branchwatch demo"
)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// Flags of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Global {
    /// Profile of the configuration
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Configuration file
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Only sessions that it holds for: branchwatch help filters
    #[arg(
        short,
        long,
        global = true,
        value_name = "QUERY",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) filter: String,
    /// Ask for each open session this often (10s, 5m), instead of by its stage
    #[arg(long, global = true, value_name = "SPAN")]
    pub(super) interval: Option<String>,
    /// Requests a second at most
    #[arg(long, global = true, value_name = "N")]
    pub(super) max_rps: Option<f64>,
    /// Ask nobody: show what is stored
    #[arg(long, global = true)]
    pub(super) offline: bool,
    /// Allow what the profile allows: deleting sessions, sending letters again
    #[arg(long, global = true)]
    pub(super) allow_writes: bool,
    /// Keep nothing on disk
    #[arg(long, global = true, env = "BRANCHWATCH_NO_STATE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) no_state: bool,
    /// No mouse, whatever the configuration says
    #[arg(long, global = true)]
    pub(super) no_mouse: bool,
    /// Signs and lines of ASCII only
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// Colours: auto, terminal, dark, light, nord, ..., or your own (a wrong name lists all)
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) theme: Option<String>,
    /// How much of what looks like a person's is shown; the strictest of flag and file wins
    #[arg(long, global = true, value_enum, value_name = "HOW")]
    pub(super) privacy: Option<PrivacyArg>,
    /// Time zone of the times that are shown, such as Europe/London or UTC
    #[arg(long, global = true, value_name = "ZONE")]
    pub(super) tz: Option<String>,
    /// Lines of plain sentences instead of the dashboard, as `watch` writes them
    #[arg(long, global = true)]
    pub(super) a11y: bool,
    /// Never ask at the terminal: what would be asked must be a flag
    #[arg(long, global = true)]
    pub(super) no_input: bool,
    /// Say what is done, on standard error; twice: in detail
    #[arg(short, long, global = true, conflicts_with = "quiet", action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
    /// Log to this file, or to standard error with - (JSON lines)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
    /// What to log: error, warn, info, debug
    #[arg(long, global = true, env = "BRANCHWATCH_LOG", value_name = "LEVEL")]
    pub(super) log_level: Option<String>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

/// How much of what looks like a person's is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PrivacyArg {
    Mask,
    Partial,
    Off,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Embedded simulator and dashboard: no key, no configuration
    Demo(Play),
    /// The simulator alone, for other programs and tests
    Simulate(Simulate),
    /// Watch sessions: IDs, a file (IDs, CSV or JSON Lines), or - for standard input
    Add(Add),
    /// Take sessions off the watch-list, as D does (local); what is known of them stays
    Remove(Remove),
    /// One line per session
    List(List),
    /// One session: tree, checks, timeline
    Show(Show),
    /// Ask Yoti once, and print what changed
    Fetch {
        /// Session IDs, beginnings of IDs, or references; or -
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// How long to try without an answer
        #[arg(long, default_value = "30s", value_name = "SPAN")]
        timeout: String,
    },
    /// One event on each line, until a signal
    Watch(Watch),
    /// Block until a condition holds for all of these sessions
    #[command(
        after_help = "Ends with 0 approved (or what was waited for has come), 20 REJECT, 21 refer, 23 expired,\n24 unknown state, 5 no such session, 4 refused, 6 not reachable, 124 out of time, 7 several of these."
    )]
    Wait(Wait),
    /// Receive notifications over HTTP: a line of JSON for each; their sessions are asked for
    Listen(Listen),
    /// Read notifications as JSON Lines; their sessions are asked for
    Ingest(Ingest),
    /// Sessions as JSON, JSON Lines, CSV or Markdown, to standard output or files
    Export(Export),
    /// Check the sums of a bundle: its folder or its manifest
    Verify {
        /// Folder or manifest.json
        place: PathBuf,
    },
    /// Sessions at Yoti (with --allow-writes)
    Session {
        #[command(subcommand)]
        what: SessionCommand,
    },
    /// The customer letter: what it says, or the PDF; `letter send` sends it again
    Letter(LetterShow),
    /// The media of a session: a list, or files with --save
    Media(MediaArgs),
    /// Enabled Post Office branches near a postcode
    Branches(BranchesArgs),
    /// How far sessions came, and how long the steps took
    Stats(Stats),
    /// Markdown for the next shift, without personal data
    Handover(Handover),
    /// Check key, SDK id, clock, reach, store, terminal
    Doctor {
        /// A JSON object instead
        #[arg(long)]
        json: bool,
    },
    /// The configuration
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Completions for a shell
    Completions {
        /// bash, zsh, fish, …
        shell: clap_complete::Shell,
    },
    /// The manual page, for man(1): branchwatch man > branchwatch.1
    Man {
        /// Of this command
        command: Option<String>,
    },
    /// The version
    Version,
    /// More about a command or a topic; help topics lists the topics
    Help {
        /// Command or topic
        topic: Option<String>,
    },
}

/// Parts of `session`.
#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// Delete a session at Yoti, with its media and results: cannot be undone
    Delete {
        /// The whole session ID
        id: String,
        /// The session ID again, instead of typing the confirmation
        #[arg(long, value_name = "ID")]
        yes: Option<String>,
    },
}

/// Parts of `config`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// The values in force
    Show {
        /// Where each came from
        #[arg(long)]
        origin: bool,
    },
    /// Where the file is
    Path,
    /// Print a template
    Init {
        /// Create the file where there is none
        #[arg(long)]
        write: bool,
    },
    /// Is the file right?
    Check,
    /// The JSON schema of the file, for editors
    Schema,
}
