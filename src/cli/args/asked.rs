//! The grammar of `watch`, `letter`, `media`, `branches`, `stats` and `handover`.
//!
//! Owns their flags alone.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Watching as lines.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Watch {
    /// Only these sessions of the watch-list: IDs, beginnings of IDs, or references; with --no-state
    /// any whole IDs
    #[arg(value_name = "ID")]
    pub(in crate::cli) ids: Vec<String>,
    /// A JSON object on each line
    #[arg(long)]
    pub(in crate::cli) jsonl: bool,
    /// Only these: at_counter, visit, turned_away, approve, reject, refer, expired, due_today,
    /// stale, first_answer, state, resource, task, check, requirement, letter, identity_profile,
    /// gone, back, notified, other, added, removed, connection
    #[arg(long, value_name = "EVENTS", value_delimiter = ',')]
    pub(in crate::cli) events: Vec<String>,
}

/// The letter.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(in crate::cli) struct LetterShow {
    #[command(subcommand)]
    pub(in crate::cli) what: Option<LetterCommand>,
    /// Session ID, the beginning of one, or a reference
    #[arg(required = true)]
    pub(in crate::cli) id: Option<String>,
    /// The letter itself, into a file or - for standard output; kept in the audit log
    #[arg(long, value_name = "FILE|-")]
    pub(in crate::cli) pdf: Option<PathBuf>,
    /// Replace a file that exists
    #[arg(long, requires = "pdf")]
    pub(in crate::cli) force: bool,
    /// A JSON object instead
    #[arg(long, conflicts_with = "pdf")]
    pub(in crate::cli) json: bool,
    /// How long to try
    #[arg(long, default_value = "30s", value_name = "SPAN")]
    pub(in crate::cli) timeout: String,
}

/// Parts of `letter`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LetterCommand {
    /// Let Yoti send the letter's e-mail, or its notification, again
    Send {
        /// The whole session ID
        id: String,
        /// The session ID again, instead of typing the confirmation
        #[arg(long, value_name = "ID")]
        yes: Option<String>,
    },
}

/// Media.
#[derive(Debug, Args)]
pub(in crate::cli) struct MediaArgs {
    /// Session ID, the beginning of one, or a reference
    pub(in crate::cli) id: String,
    /// Number or id in the list; without: all
    pub(in crate::cli) media: Option<String>,
    /// Save into this folder; each file is kept in the audit log
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) save: Option<PathBuf>,
    /// Save without asking at the terminal
    #[arg(long, requires = "save")]
    pub(in crate::cli) yes: bool,
    /// The list as a JSON object instead
    #[arg(long, conflicts_with = "save")]
    pub(in crate::cli) json: bool,
    /// How long to try
    #[arg(long, default_value = "30s", value_name = "SPAN")]
    pub(in crate::cli) timeout: String,
}

/// Branches.
#[derive(Debug, Args)]
pub(in crate::cli) struct BranchesArgs {
    /// Postcode, such as EC1A 1BB
    #[arg(required = true)]
    pub(in crate::cli) postcode: Vec<String>,
    /// A JSON object instead
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// How long to try
    #[arg(long, default_value = "30s", value_name = "SPAN")]
    pub(in crate::cli) timeout: String,
}

/// Statistics.
#[derive(Debug, Args)]
pub(in crate::cli) struct Stats {
    /// Only sessions that were added, or to which something happened, in so long (7d)
    #[arg(long, value_name = "SPAN")]
    pub(in crate::cli) since: Option<String>,
    /// In groups
    #[arg(long, value_enum)]
    pub(in crate::cli) by: Option<By>,
    /// A JSON object instead
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// By what `stats` groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum By {
    Branch,
    Tag,
    Document,
}

/// Handing over.
#[derive(Debug, Args)]
pub(in crate::cli) struct Handover {
    /// What happened in so long
    #[arg(long, default_value = "8h", value_name = "SPAN")]
    pub(in crate::cli) since: String,
}
