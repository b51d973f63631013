//! `export`: sessions of the local store in the formats of the dialog, to standard output or files.

use std::path::Path;

use jiff::Timestamp;

use super::args::{Export, FormatArg, Global, Redact, ShapeArg};
use super::exit::{self, Failure};
use super::output::{data, talk, warn};
use super::source::FoundSession;
use super::{named, setup, source};
use crate::audit::REASON_RULE;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::shape::{Contents, Format, Shape};
use crate::export::{self, DocumentOrigin, Existing};

pub(super) fn origin(config: &Config, now: Timestamp) -> DocumentOrigin<'_> {
    DocumentOrigin {
        profile: &config.profile,
        environment: &config.environment,
        rules: &config.rules,
        now,
    }
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
    let origin = origin(&config, SystemClock.now());
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let format = format_of(args.format);
    let audit = setup::audit_log(&config);
    let export = export::ExportJob {
        sessions: &sessions,
        format,
        contents,
        origin: &origin,
        audit: &audit,
        reason,
    };
    let (stdout, bundle) = (args.output.as_os_str() == "-", format == Format::Bundle);
    let target = Some(args.output.as_path()).filter(|_| !stdout);
    setup::remove_leftovers(&config.general.export_dir, target);
    let delivered = match (stdout, bundle) {
        (true, false) => export.text(usize::MAX)?,
        // A bundle is a folder: standard output stands for the one that one is in.
        (true, true) => export.write(Path::new(""), true, existing)?,
        (false, _) => export.write(&args.output, bundle && sessions.len() > 1, existing)?,
    };
    if let Some(why) = delivered.unlogged {
        warn(&format!("warning: {why}; written anyway, because it is masked"));
    }
    for path in delivered.paths {
        // The name of a bundle is the answer: a script goes on with it.
        if bundle {
            data(&format!("{}\n", path.display()))?;
        } else {
            talk(&format!("wrote {}", path.display()));
        }
    }
    if stdout && !bundle {
        data(delivered.made.files.first().map_or("", |(_, text)| text))?;
    }
    let left_out = delivered.made.left_out;
    if left_out > 0 {
        warn(&format!("{left_out} left out: nothing fetched yet"));
        codes.insert(exit::FAILED);
    }
    codes.insert(exit::OK);
    Ok(exit::of_several(&codes))
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
