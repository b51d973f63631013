//! The grammar of the commands that name sessions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Adding.
#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// Session IDs, files, or -
    #[arg(required = true, value_name = "ID|FILE|-")]
    pub(in crate::cli) what: Vec<String>,
    /// Your own reference for the session (one ID only)
    #[arg(long = "ref", value_name = "NAME")]
    pub(in crate::cli) reference: Option<String>,
    /// Your own tag for the sessions
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) tag: Vec<String>,
    /// A tag to take off the sessions
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) untag: Vec<String>,
    /// The actual deadline, if you know it (RFC 3339); otherwise it is derived
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) deadline: Option<jiff::Timestamp>,
    /// How long Yoti keeps the evidence, such as 90d
    #[arg(long, value_name = "DURATION")]
    pub(in crate::cli) resources_ttl: Option<String>,
    /// Refresh the sessions immediately
    #[arg(long)]
    pub(in crate::cli) fetch: bool,
    /// Timeout (with --fetch)
    #[arg(long, default_value = "30s", value_name = "DURATION", requires = "fetch")]
    pub(in crate::cli) timeout: String,
}

/// Taking off the list.
#[derive(Debug, Args)]
#[command(
    after_help = "Responses, timeline, note, tags and acknowledgements stay in the local store as archived and come back when you add the session again; `list --archived` lists them. --purge-history deletes them. The audit log (which has a hash of the session ID) and exported files are not touched."
)]
pub(in crate::cli) struct Remove {
    /// Session IDs, beginnings of IDs, or references; or -
    #[arg(required = true, value_name = "ID")]
    pub(in crate::cli) ids: Vec<String>,
    /// Delete everything stored about them, also if they are archived
    #[arg(long)]
    pub(in crate::cli) purge_history: bool,
}

/// Listing.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct List {
    /// A view: needs-me, turned-away, due-today, rejected, changed, or your own
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) view: Option<String>,
    /// A column and asc or desc, such as 'due desc'; by attention if left out
    #[arg(long, value_name = "COLUMN [asc|desc]")]
    pub(in crate::cli) sort: Option<String>,
    /// Columns, such as ref,stage,due
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with_all = ["json", "jsonl", "csv"])]
    pub(in crate::cli) columns: Vec<String>,
    /// List archived sessions instead
    #[arg(long)]
    pub(in crate::cli) archived: bool,
    #[command(flatten)]
    pub(in crate::cli) form: ListForm,
}

/// How the list is written; a table for people unless one is named.
#[derive(Clone, Copy, Debug, Default, Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is its own flag, one at a time")]
pub(in crate::cli) struct ListForm {
    /// Print a JSON array
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Print JSON Lines: one object per line
    #[arg(long)]
    pub(in crate::cli) jsonl: bool,
    /// Print CSV, as `export --format csv` does
    #[arg(long)]
    pub(in crate::cli) csv: bool,
    /// Print cells separated by tabs, without a head: for cut and awk
    #[arg(long)]
    pub(in crate::cli) plain: bool,
}

/// Waiting.
#[derive(Debug, Args)]
pub(in crate::cli) struct Wait {
    /// Session IDs, beginnings of IDs, or references; or -
    #[arg(required = true, value_name = "ID")]
    pub(in crate::cli) ids: Vec<String>,
    /// completed, first-visit, resource, or check=TYPE
    #[arg(long, default_value = "completed", value_name = "CONDITION")]
    pub(in crate::cli) until: String,
    /// Timeout
    #[arg(long, default_value = "2h", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}

/// Showing.
#[derive(Debug, Args)]
#[command(after_help = "A session that is not on the watch-list is requested from Yoti once.")]
pub(in crate::cli) struct Show {
    /// Session ID, the beginning of one, or a reference
    pub(in crate::cli) id: String,
    /// Part of the session
    #[arg(long, value_enum, default_value_t = Part::All)]
    pub(in crate::cli) part: Part,
    /// Print JSON: the chosen part, or the whole session as a masked export
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Set the exit code: 0 approved, 20 REJECT, 21 refer, 22 ongoing, 23 expired, 24 unknown state
    #[arg(long)]
    pub(in crate::cli) exit_status: bool,
    /// Timeout, for a session that is not on the watch-list
    #[arg(long, default_value = "30s", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}

/// A part of `show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Part {
    Tree,
    Checks,
    Timeline,
    Config,
    Letter,
    All,
}

/// Exporting.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// Session IDs, beginnings of IDs, or references; or -
    #[arg(required = true, value_name = "ID")]
    pub(in crate::cli) ids: Vec<String>,
    /// json, jsonl (one per line), csv (the list), md (for people), bundle (a folder)
    #[arg(long, value_enum, default_value_t = FormatArg::Json)]
    pub(in crate::cli) format: FormatArg,
    /// raw: the API response alone; normal: with derived parts (json and jsonl)
    #[arg(long, value_enum, default_value_t = ShapeArg::Normal)]
    pub(in crate::cli) shape: ShapeArg,
    /// Mask what identifies a person
    #[arg(long, value_enum, default_value_t = Redact::Mask)]
    pub(in crate::cli) redact: Redact,
    /// Why unmasked data is needed (with --redact none); recorded in the audit log
    #[arg(long, value_name = "TEXT", required_if_eq("redact", "none"))]
    pub(in crate::cli) reason: Option<String>,
    /// File, folder ending in /, or - for standard output; for a bundle, the folder to create
    #[arg(short, long, default_value = "-", value_name = "FILE|DIR/|-")]
    pub(in crate::cli) output: PathBuf,
    /// Overwrite an existing file
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Timeout, for each session that is not on the watch-list
    #[arg(long, default_value = "30s", value_name = "DURATION")]
    pub(in crate::cli) timeout: String,
}

/// Format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FormatArg {
    Json,
    Jsonl,
    Csv,
    Md,
    /// A folder for each session: JSON, letter, list of media, and a manifest with SHA-256 sums
    Bundle,
}

/// Shape of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShapeArg {
    Raw,
    Normal,
}

/// Masking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Redact {
    Mask,
    None,
}
