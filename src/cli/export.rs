//! `export`: sessions of the local store in the formats of the dialog, to standard output or files.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::args::{Export, FormatArg, Global, Redact, ShapeArg};
use super::exit::{self, Failure};
use super::output::{data, talk, warn};
use super::source::FoundSession;
use super::{named, setup, source};
use crate::audit::REASON_RULE;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::session::ids::SessionId;
use crate::domain::shape::{Contents, Format, Shape};
use crate::domain::watchlist::watched::WatchedSession;
use crate::export::{self, Existing, Origin};

pub(super) fn origin(config: &Config, now: Timestamp) -> Origin<'_> {
    Origin { profile: &config.profile, environment: &config.environment, rules: &config.rules, now }
}

pub(super) async fn run(global: &Global, args: &Export) -> Result<u8, Failure> {
    let lines = matches!(args.format, FormatArg::Csv | FormatArg::Md);
    if lines && args.shape == ShapeArg::Raw {
        return Err(Failure::Usage("--shape raw is for json, jsonl and bundle".into()));
    }
    if args.format == FormatArg::Bundle && is_archive(&args.output) {
        return Err(Failure::Usage(format!(
            "-o {}: a bundle is a folder, not an archive; name it without the ending",
            args.output.display()
        )));
    }
    let contents = Contents {
        shape: if args.shape == ShapeArg::Raw { Shape::Raw } else { Shape::Normal },
        masked: args.redact == Redact::Mask,
        ..Contents::default()
    };
    let reason = args.reason.as_deref().unwrap_or_default();
    // The audit log must hold no personal data: an address is the one that people paste.
    if !contents.masked && (reason.trim().is_empty() || reason.contains('@')) {
        return Err(Failure::Usage(format!("--reason: say why; {REASON_RULE}")));
    }
    let config = setup::config(global)?;
    let ids = named::ids(global, &config, &args.ids)?;
    let FoundSession { sessions, mut codes } =
        source::sessions(global, &config, &ids, &args.timeout).await?;
    // Nothing found, nothing written: an empty file would pass for an export.
    if sessions.is_empty() {
        return Ok(exit::of_several(&codes));
    }
    let now = SystemClock.now();
    let found: Vec<&WatchedSession> = sessions.iter().collect();
    let ids: Vec<SessionId> = sessions.iter().map(WatchedSession::id).collect();
    let audit =
        |deed| setup::audit_log(&config).append(now, deed, &ids, reason).map_err(Failure::Other);
    let audited = || {
        if !contents.masked {
            return audit(AuditAction::ExportedUnmasked);
        }
        if let Err(why) = audit(AuditAction::Exported) {
            // A masked export names nobody: a full disk need not keep it back.
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
        let place = |name: &str| bundle_place(&args.output, found.len(), name);
        for folder in export::write_bundles(&made.files, place, existing)? {
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
        codes.insert(exit::FAILED);
    }
    codes.insert(exit::OK);
    Ok(exit::of_several(&codes))
}

/// A bundle has the name that was given. Several, and those for a folder that is there or ends in /,
/// have their own names below it; a bundle that is there is no such folder.
fn bundle_place(output: &Path, bundles: usize, name: &str) -> PathBuf {
    let folder = output.to_string_lossy().ends_with('/')
        || (output.is_dir() && !output.join(export::MANIFEST).exists());
    match output.to_str() {
        Some("-") => PathBuf::from(name),
        _ if bundles == 1 && !folder => output.to_path_buf(),
        _ => output.join(name),
    }
}

fn is_archive(output: &Path) -> bool {
    let ending = output.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    ["zip", "tar", "tgz", "gz", "xz", "zst", "7z"].contains(&ending.as_str())
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
