//! The command line's grammar.
//!
//! A flag that does nothing is not here.

mod asked;
mod hearing;
mod options;
mod play;
mod sessions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use asked::{
    BranchesArgs, By, Handover, LetterCommand, LetterShow, MediaArgs, Stats, Watch,
};
pub(super) use hearing::{Ingest, Listen};
pub(super) use options::OptionFlags;
pub(super) use play::{Play, Simulate};
pub(super) use sessions::{
    Add, Export, FormatArg, List, Part, Redact, Remove, ShapeArg, Show, Wait,
};

/// Watch Yoti In-Branch Verification sessions live.
#[derive(Debug, Parser)]
#[command(name = "branchwatch", version, about, term_width = 80)]
#[command(disable_help_subcommand = true)]
#[command(
    after_help = "Without a command, branchwatch opens the dashboard. To try it without a key: branchwatch demo"
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
    #[command(flatten)]
    pub(super) options: OptionFlags,
    /// Config file
    #[arg(short, long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Only sessions matching QUERY: branchwatch help filters
    #[arg(
        short,
        long,
        global = true,
        value_name = "QUERY",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) filter: String,
    /// Work offline, from stored data
    #[arg(long, global = true)]
    pub(super) offline: bool,
    /// Enable the changes that the profile permits: deleting sessions, sending letters again
    #[arg(long, global = true)]
    pub(super) allow_writes: bool,
    /// Store nothing on disk
    #[arg(long, global = true, env = "BRANCHWATCH_NO_STATE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) no_state: bool,
    /// Disable the mouse
    #[arg(long, global = true)]
    pub(super) no_mouse: bool,
    /// ASCII characters only
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// Print plain sentences instead of drawing the dashboard
    #[arg(long, global = true)]
    pub(super) a11y: bool,
    /// Never prompt; fail instead
    #[arg(long, global = true)]
    pub(super) no_input: bool,
    /// Verbose messages on standard error; -vv for more detail
    #[arg(short, long, global = true, conflicts_with = "quiet", action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Print errors only
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
    /// Log to this file instead of the state folder, or to standard error with - (JSON lines)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) log_file: Option<PathBuf>,
    /// Log level: error, warn, info, debug, off
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

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Try the dashboard on made-up sessions: no key needed
    Demo(Play),
    /// Run the simulator alone, for other programs and tests
    Simulate(Simulate),
    /// Add sessions to the watch-list: IDs, a file (IDs, links, CSV, JSON), or - for standard input
    Add(Add),
    /// Take sessions off the watch-list (local); their history is kept
    Remove(Remove),
    /// List sessions, one line each
    List(List),
    /// Show one session: tree, checks, timeline
    Show(Show),
    /// Refresh sessions once and print what changed
    Fetch {
        /// Session IDs, beginnings of IDs, or references; or -
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Timeout
        #[arg(long, default_value = "30s", value_name = "DURATION")]
        timeout: String,
    },
    /// Stream events, one per line, until interrupted
    Watch(Watch),
    /// Wait until a condition holds for all of these sessions
    #[command(
        after_help = "Exit codes: 0 approved (or the condition holds), 20 REJECT, 21 refer, 23 expired, 24 unknown state, 5 no such session, 4 refused, 6 not reachable, 124 timeout, 7 sessions ended differently."
    )]
    Wait(Wait),
    /// Receive notifications over HTTP, print each as a line of JSON, and refresh their sessions
    Listen(Listen),
    /// Read notifications as JSON Lines, and refresh their sessions
    Ingest(Ingest),
    /// Export sessions as JSON, JSON Lines, CSV or Markdown, to standard output or files
    Export(Export),
    /// Verify the audit log, or the checksums of a bundle
    #[command(
        after_help = "Without a path all files of the audit log are checked, with the application's key of the profile. It exits with 0 only when each line of them is proved to stand as it was written. What it cannot tell: lines cut from the very end of the newest file, and an older copy of the whole folder. Lines sealed with an earlier key: YOTI_KEY_FILE_PATH=FILE branchwatch verify. The program deletes none of the files: evidence must not be pushed out by a flood of lines."
    )]
    Verify {
        /// A bundle's folder or manifest.json, or a file of an audit log (default: audit.jsonl)
        place: Option<PathBuf>,
    },
    /// Change sessions at Yoti (with --allow-writes)
    Session {
        #[command(subcommand)]
        what: SessionCommand,
    },
    /// Show the customer letter or save its PDF; `letter send` sends it again
    Letter(LetterShow),
    /// List the media of a session, or save them with --save
    Media(MediaArgs),
    /// Find enabled Post Office branches near a postcode
    Branches(BranchesArgs),
    /// Completion funnel and time per step
    Stats(Stats),
    /// Write a handover for the next shift (Markdown, no personal data)
    Handover(Handover),
    /// Check key, SDK ID, clock, network, store and terminal
    Doctor {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Check the local store, erase sessions, move it to another machine, or open it to a new key
    Store {
        #[command(subcommand)]
        what: StoreCommand,
    },
    /// Show version, build and the places of all files
    Info {
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Restore a terminal that a killed dashboard left in raw mode
    Reset,
    /// Show, check or create the config file
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Print completions for a shell
    Completions {
        /// bash, zsh, fish, …
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write all pages into a folder
    Man {
        /// A command with a page of its own
        command: Option<String>,
        /// Write the pages of the program and of each command into this folder
        #[arg(long, value_name = "DIR", conflicts_with = "command")]
        dir: Option<PathBuf>,
    },
    /// Print the version
    Version,
    /// Help for a command or a topic; `help topics` lists the topics
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
        /// The session ID again, instead of the typed confirmation
        #[arg(long, value_name = "ID")]
        yes: Option<String>,
    },
}

/// What `branchwatch store` does with the local store.
#[derive(Debug, Subcommand)]
pub(super) enum StoreCommand {
    /// Read all of it, and say what is damaged or was altered
    Check,
    /// Delete all that is stored here about sessions, and say what is left elsewhere
    #[command(
        after_help = "With --log-file FILE the session's ID is taken out of that log and of its older files too. The audit log stays: it has a hash of the ID."
    )]
    Erase {
        /// Session IDs, beginnings of IDs, or references; or -
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Write all of it into a new file, to move it to another machine; it may be in use meanwhile
    Export {
        /// The file; it must not exist
        file: PathBuf,
    },
    /// Take over an exported store, where no store exists; the profile needs the same key
    Import {
        /// The file that `store export` wrote
        file: PathBuf,
    },
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    Shared(SharedStoreCommand),
    /// After a new key at Yoti: keep the history, which was sealed with the old key
    Rekey {
        /// The old key file; the new one is the key of the profile
        #[arg(long, value_name = "FILE")]
        old_key: PathBuf,
    },
}

/// What `branchwatch store` does with the store that several machines share.
#[cfg(feature = "postgres")]
#[derive(Debug, Subcommand)]
pub(super) enum SharedStoreCommand {
    /// Make the store that several machines share, in the database of shared_store
    Init {
        /// Print what a database administrator runs, instead of running it
        #[arg(long)]
        sql: bool,
    },
    /// Bring the shared store up to this program's form
    Migrate,
    /// Let a user of the database into the shared store
    Grant {
        /// The user, as the database knows it
        user: String,
        /// The right; who may poll and edit needs both
        role: StoreRight,
    },
    /// Take a right in the shared store from a user of the database
    Revoke {
        /// The user, as the database knows it
        user: String,
        /// What this user may no longer do
        role: StoreRight,
    },
    /// Say who is at the shared store, and who asks Yoti
    Status,
}

/// What a user of the database may do in the shared store.
#[cfg(feature = "postgres")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StoreRight {
    /// Hold leases and ask Yoti for the sessions
    Poller,
    /// Change labels, add and remove sessions
    Desk,
    /// Look at the list, and change nothing
    Viewer,
}

/// Parts of `config`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Show the values in force
    Show {
        /// Show where each value came from
        #[arg(long)]
        origin: bool,
    },
    /// Print the path of the config file
    Path,
    /// Print a template of the config file
    Init {
        /// Create the config file if there is none
        #[arg(long)]
        write: bool,
    },
    /// Validate the config file
    Check,
    /// Print the JSON schema of the config file, for editors
    Schema,
}
