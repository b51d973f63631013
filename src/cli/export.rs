//! `export`: sessions of the local store in the formats of the dialog, to standard output or files.
//!
//! Owns the choice of target; `export` makes and writes the documents.

use std::path::Path;

use jiff::Timestamp;

use super::args::{Export, FormatArg, Global, Redact, ShapeArg};
use super::exit::{self, Failure};
use super::output::{data, talk, warn};
use super::setup;
use crate::audit::{AuditLog, REASON_RULE};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::deed::Deed;
use crate::domain::shape::{Contents, Format, Shape};
use crate::domain::watched::WatchedSession;
use crate::export::{self, Existing, Origin};

pub(super) fn origin(config: &Config, now: Timestamp) -> Origin<'_> {
    Origin { profile: &config.profile, environment: &config.environment, rules: &config.rules, now }
}

/// The masked document of one session in the normal shape.
pub(super) fn text(
    session: &WatchedSession,
    config: &Config,
    now: Timestamp,
) -> Result<String, Failure> {
    Ok(export::document(session, Contents::default(), &origin(config, now))?.text)
}

pub(super) fn run(global: &Global, args: &Export) -> Result<u8, Failure> {
    let ids = setup::ids(&args.ids)?;
    let lines = matches!(args.format, FormatArg::Csv | FormatArg::Md);
    if lines && args.shape == ShapeArg::Raw {
        return Err(Failure::Usage("--shape raw is for json, jsonl and bundle".into()));
    }
    let config = setup::config(global)?;
    let mut store = setup::store(global, &config)?;
    let sessions = setup::load_named(&mut store, &ids)?;
    let now = SystemClock.now();
    let contents = Contents {
        shape: if args.shape == ShapeArg::Raw { Shape::Raw } else { Shape::Normal },
        masked: args.redact == Redact::Mask,
        ..Contents::default()
    };
    let reason = args.reason.as_deref().unwrap_or_default();
    if !contents.masked && (reason.trim().is_empty() || reason.contains('@')) {
        return Err(Failure::Usage(format!("--reason: say why; {REASON_RULE}")));
    }
    let found: Vec<&WatchedSession> =
        ids.iter().map(|id| setup::find(&sessions, *id)).collect::<Result<_, _>>()?;
    let audit = |deed| {
        let log = AuditLog::in_folder(&config.state_dir);
        log.append(now, deed, &ids, reason).map_err(Failure::Other)
    };
    let audited = || {
        if !contents.masked {
            return audit(Deed::ExportedUnmasked);
        }
        if let Err(why) = audit(Deed::Exported) {
            warn(&format!("warning: {why}, but for a masked export"));
        }
        Ok(())
    };
    let origin = origin(&config, now);
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let format = format_of(args.format);
    let left_out = if format == Format::Bundle {
        let made = export::assemble(&found, format, contents, &origin)?;
        audited()?;
        // A folder for each session, below the one that is named; without one, here.
        let here = args.output.as_os_str() == "-";
        let below = if here { Path::new(".") } else { &args.output };
        for folder in export::write_bundles(&made.files, |name| below.join(name), existing)? {
            // The name is the answer: a script goes on with it.
            data(&format!("{}\n", folder.display()))?;
        }
        made.left_out
    } else if args.output.to_string_lossy().ends_with('/') || args.output.is_dir() {
        let made = export::assemble(&found, format, contents, &origin)?;
        audited()?;
        for (name, text) in &made.files {
            let path = export::write(&args.output.join(name), text, existing)?;
            talk(&format!("wrote {}", path.display()));
        }
        made.left_out
    } else {
        let (text, made) = export::text(&found, format, contents, &origin)?;
        audited()?;
        if args.output.as_os_str() == "-" {
            data(&text)?;
        } else {
            let path = export::write(&args.output, &text, existing)?;
            talk(&format!("wrote {}", path.display()));
        }
        made.left_out
    };
    if left_out > 0 {
        warn(&format!("{left_out} left out: nothing fetched yet"));
        return Ok(exit::PARTLY);
    }
    Ok(exit::OK)
}

const fn format_of(arg: FormatArg) -> Format {
    match arg {
        FormatArg::Json => Format::Json,
        FormatArg::Bundle => Format::Bundle,
        FormatArg::Jsonl => Format::JsonLines,
        FormatArg::Csv => Format::Csv,
        FormatArg::Md => Format::Markdown,
    }
}
