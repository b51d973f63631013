//! The command line's grammar.
//!
//! Owns flags, commands and their help texts. A flag that does nothing is not here.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Colours: terminal, dark, light, high-contrast, colour-blind-safe, mono, or your own
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) theme: Option<String>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
    /// Log to this file (JSON lines)
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

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Embedded simulator and dashboard: no key, no configuration
    Demo(Play),
    /// The simulator alone, for other programs and tests
    Simulate(Simulate),
    /// Watch sessions: IDs, a file (IDs, CSV or JSON Lines), or - for standard input
    Add(Add),
    /// Forget sessions (local)
    Remove {
        /// Session IDs
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// One line per session
    List(List),
    /// One session: tree, checks, timeline
    Show(Show),
    /// Ask Yoti once, and print what changed
    Fetch {
        /// Session IDs
        #[arg(required = true)]
        ids: Vec<String>,
        /// How long to try
        #[arg(long, default_value = "30s", value_name = "SPAN")]
        timeout: String,
    },
    /// Sessions as JSON, JSON Lines, CSV or Markdown, to standard output or files
    Export(Export),
    /// Sessions at Yoti (with --allow-writes)
    Session {
        #[command(subcommand)]
        what: SessionCommand,
    },
    /// The letter at Yoti (with --allow-writes)
    Letter {
        #[command(subcommand)]
        what: LetterCommand,
    },
    /// Check key, SDK id, clock, reach, store, terminal
    Doctor {
        /// A JSON array instead
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
    /// The version
    Version,
    /// More about a command or a topic: stages, filters, keys, exit-codes, privacy
    Help {
        /// Command or topic
        topic: Option<String>,
    },
}

/// The demo.
#[derive(Clone, Debug, Args)]
pub(super) struct Play {
    /// Made-up sessions
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub(super) sessions: usize,
    /// All ids and choices follow from it
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(super) seed: u64,
    /// Simulated seconds for each real one; 0 stops the clock
    #[arg(long, default_value_t = 5.0, value_name = "X")]
    pub(super) speed: f64,
}

/// The simulator.
#[derive(Clone, Debug, Args)]
pub(super) struct Simulate {
    #[command(flatten)]
    pub(super) play: PlaySimulated,
    /// Address; port 0 chooses a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub(super) listen: SocketAddr,
    /// Scenarios in turn, such as S01; without: a mixture
    #[arg(long, value_name = "NAME")]
    pub(super) scenario: Vec<String>,
    /// Notify this address of what happens to the sessions (https, or http on this machine)
    #[arg(long, value_name = "URL")]
    pub(super) notify: Option<String>,
    /// Public key (PEM) that requests are verified with
    #[arg(long, value_name = "PEM", conflicts_with = "write_key")]
    pub(super) public_key: Option<PathBuf>,
    /// Make a key pair and write the private key here (0600)
    #[arg(long, value_name = "PEM")]
    pub(super) write_key: Option<PathBuf>,
}

/// As the demo, at real speed.
#[derive(Clone, Debug, Args)]
pub(super) struct PlaySimulated {
    /// Made-up sessions
    #[arg(long, default_value_t = 24, value_name = "N")]
    pub(super) sessions: usize,
    /// All ids and choices follow from it
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub(super) seed: u64,
    /// Simulated seconds for each real one; 0 stops the clock
    #[arg(long, default_value_t = 1.0, value_name = "X")]
    pub(super) speed: f64,
}

/// Adding.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Session IDs, files, or -
    #[arg(required = true, value_name = "ID|FILE|-")]
    pub(super) what: Vec<String>,
    /// Your own name for the session (one ID only)
    #[arg(long = "ref", value_name = "NAME")]
    pub(super) reference: Option<String>,
    /// Your own word for the sessions
    #[arg(long, value_name = "WORD")]
    pub(super) tag: Vec<String>,
    /// The real deadline, instead of the derived one (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(super) deadline: Option<jiff::Timestamp>,
    /// How long Yoti keeps the evidence (90d)
    #[arg(long, value_name = "SPAN")]
    pub(super) resources_ttl: Option<String>,
    /// Ask Yoti for them at once
    #[arg(long)]
    pub(super) fetch: bool,
}

/// Listing.
#[derive(Debug, Default, Args)]
pub(super) struct List {
    /// Only those that it holds for: branchwatch help filters
    #[arg(short, long, value_name = "QUERY", default_value = "", hide_default_value = true)]
    pub(super) filter: String,
    /// A view of the configuration, or one that was saved in the dashboard
    #[arg(long, value_name = "NAME")]
    pub(super) view: Option<String>,
    /// A column and asc or desc, such as 'due desc'; without: by attention
    #[arg(long, value_name = "COLUMN [asc|desc]")]
    pub(super) sort: Option<String>,
    /// Columns, such as ref,stage,due
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "json")]
    pub(super) columns: Vec<String>,
    /// A JSON array instead
    #[arg(long)]
    pub(super) json: bool,
}

/// Showing.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Session ID
    pub(super) id: String,
    /// Which part
    #[arg(long, value_enum, default_value_t = Part::All)]
    pub(super) part: Part,
    /// The masked export instead
    #[arg(long)]
    pub(super) json: bool,
    /// End with 0 approved, 20 REJECT, 21 refer, 22 ongoing, 23 expired, 24 unknown state
    #[arg(long)]
    pub(super) exit_status: bool,
}

/// A part of `show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    Tree,
    Checks,
    Timeline,
    Config,
    Letter,
    All,
}

/// Exporting.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Session IDs
    #[arg(required = true)]
    pub(super) ids: Vec<String>,
    /// json: a document each; jsonl: a line each; csv: the list; md: for people
    #[arg(long, value_enum, default_value_t = FormatArg::Json)]
    pub(super) format: FormatArg,
    /// raw: the API's answer alone; normal: with derived parts (json and jsonl)
    #[arg(long, value_enum, default_value_t = ShapeArg::Normal)]
    pub(super) shape: ShapeArg,
    /// Hide what identifies a person
    #[arg(long, value_enum, default_value_t = Redact::Mask)]
    pub(super) redact: Redact,
    /// Why it is needed unmasked (with --redact none); kept in the audit log
    #[arg(long, value_name = "TEXT", required_if_eq("redact", "none"))]
    pub(super) reason: Option<String>,
    /// File, folder ending in /, or - for standard output
    #[arg(short, long, default_value = "-", value_name = "FILE|DIR/|-")]
    pub(super) output: PathBuf,
    /// Replace a file that exists
    #[arg(long)]
    pub(super) force: bool,
}

/// Format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    Json,
    Jsonl,
    Csv,
    Md,
}

/// Shape of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShapeArg {
    Raw,
    Normal,
}

/// Masking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Redact {
    Mask,
    None,
}

/// Parts of `session`.
#[derive(Debug, Subcommand)]
pub(super) enum SessionCommand {
    /// Delete a session at Yoti, with its media and results: cannot be undone
    Delete {
        /// Session ID
        id: String,
        /// The session ID again, instead of typing the confirmation
        #[arg(long, value_name = "ID")]
        yes: Option<String>,
    },
}

/// Parts of `letter`.
#[derive(Debug, Subcommand)]
pub(super) enum LetterCommand {
    /// Let Yoti send the letter's e-mail, or its notification, again
    Send {
        /// Session ID
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
