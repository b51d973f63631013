//! The grammar of `watch`, `letter`, `media`, `branches`, `stats` and `handover`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Watching as lines.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Watch {
    /// Only these sessions: IDs, beginnings of IDs, or references; with --no-state whole IDs
    #[arg(value_name = "ID")]
    pub(in crate::cli) ids: Vec<String>,
    /// Print JSON Lines: one object per line
    #[arg(long)]
    pub(in crate::cli) jsonl: bool,
    /// Only these events: at_counter, visit, turned_away, approve, reject, refer, expired, due_today,
    /// stale, first_answer, state, resource, task, check, requirement, letter, identity_profile,
    /// gone, back, notified, other, added, removed, connection, store
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
    /// Save the PDF to this file, or - for standard output; recorded in the audit log
    #[arg(long, value_name = "FILE|-")]
    pub(in crate::cli) pdf: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long, requires = "pdf")]
    pub(in crate::cli) force: bool,
    /// Print a JSON object
    #[arg(long, conflicts_with = "pdf")]
    pub(in crate::cli) json: bool,
    /// Timeout
    #[arg(long, default_value = "30s", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}

/// Parts of `letter`.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LetterCommand {
    /// Ask Yoti to resend the letter e-mail, or its notification
    Send {
        /// The whole session ID
        id: String,
        /// The session ID again, instead of the typed confirmation
        #[arg(long, value_name = "ID")]
        yes: Option<String>,
    },
}

/// Media.
#[derive(Debug, Args)]
pub(in crate::cli) struct MediaArgs {
    /// Session ID, the beginning of one, or a reference
    pub(in crate::cli) id: String,
    /// Number or id from the list; all if left out
    pub(in crate::cli) media: Option<String>,
    /// Save into this folder; each file is recorded in the audit log
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) save: Option<PathBuf>,
    /// Save without a prompt
    #[arg(long, requires = "save")]
    pub(in crate::cli) yes: bool,
    /// Print the list as a JSON object
    #[arg(long, conflicts_with = "save")]
    pub(in crate::cli) json: bool,
    /// Timeout
    #[arg(long, default_value = "30s", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}

/// Branches.
#[derive(Debug, Args)]
pub(in crate::cli) struct BranchesArgs {
    /// Postcode, such as EC1A 1BB
    #[arg(required = true)]
    pub(in crate::cli) postcode: Vec<String>,
    /// Print a JSON object
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Timeout
    #[arg(long, default_value = "30s", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}

/// Statistics.
#[derive(Debug, Args)]
pub(in crate::cli) struct Stats {
    /// Only sessions added or changed within this time (7d)
    #[arg(long, value_name = "DURATION")]
    pub(in crate::cli) since: Option<String>,
    /// Group the figures
    #[arg(long, value_enum)]
    pub(in crate::cli) by: Option<By>,
    /// Print a JSON object
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
    /// Include what happened within this time
    #[arg(long, default_value = "8h", value_name = "DURATION")]
    pub(in crate::cli) since: String,
}
