//! Exports asked for on the screen: made, written, measured, on blocking threads.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::effect::ExportRequest;
use crate::app::event::{Measured, Outcome};
use crate::app::operator::handover::{self, SHIFT, Shift};
use crate::audit::AuditLog;
use crate::domain::assessment::rules::Rules;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::personal::Privacy;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::watched::WatchedSession;
use crate::export::{self, Assembled, Existing, Origin};

/// The most sessions that the preview makes; what more there are is reckoned.
// The preview is made anew at each change in the dialog:
// with thousands of sessions it must stay quick.
const PREVIEWED: usize = 200;

/// What an export says of its making.
#[derive(Clone, Debug)]
pub struct ExportOrigin {
    pub profile: String,
    pub environment: String,
    pub rules: Rules,
    /// For the times of a handover.
    pub zone: TimeZone,
}

/// Writes the handover of the last shift.
pub(super) fn hand_over(
    path: &std::path::Path,
    snapshot: &Snapshot,
    origin: &ExportOrigin,
    now: Timestamp,
) -> Outcome {
    let shift = Shift {
        profile: &origin.profile,
        environment: &origin.environment,
        rules: &origin.rules,
        privacy: Privacy::Masked,
        zone: &origin.zone,
        from: now.saturating_sub(SHIFT).unwrap_or(Timestamp::MIN),
        now,
    };
    let text = handover::text(snapshot.sessions.iter().map(Arc::as_ref), &shift);
    let measured = Measured { files: 1, bytes: text.len(), ..Measured::default() };
    match export::write(path, &text, Existing::NextFree) {
        Ok(path) => Outcome::Exported { path, measured },
        Err(why) => Outcome::ExportFailed(why.to_string()),
    }
}

/// One export: what is asked for, of which state of the world, when.
pub(super) struct Job {
    pub(super) request: ExportRequest,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) origin: ExportOrigin,
    pub(super) now: Timestamp,
    pub(super) audit: AuditLog,
}

impl Job {
    fn origin(&self) -> Origin<'_> {
        Origin {
            profile: &self.origin.profile,
            environment: &self.origin.environment,
            rules: &self.origin.rules,
            now: self.now,
        }
    }

    /// At most so many of the sessions that are still watched.
    fn sessions(&self, most: usize) -> Result<Vec<&WatchedSession>, String> {
        let table = &self.snapshot.sessions;
        let found: Vec<&WatchedSession> = self
            .request
            .ids
            .iter()
            .take(most)
            .filter_map(|id| table.get(*id).map(Arc::as_ref))
            .collect();
        if found.is_empty() {
            return Err("the session is no longer on the watch-list".to_owned());
        }
        Ok(found)
    }

    fn made(&self, most: usize) -> Result<Assembled, String> {
        let sessions = self.sessions(most)?;
        let (format, contents) = (self.request.format, self.request.contents);
        export::assemble(&sessions, format, contents, &self.origin()).map_err(|why| why.to_string())
    }

    /// The line in the audit log. Without it nothing unmasked leaves; a masked export may.
    fn audited(&self) -> Result<(), String> {
        let masked = self.request.contents.masked;
        let deed = if masked { AuditAction::Exported } else { AuditAction::ExportedUnmasked };
        let written = self.audit.append(self.now, deed, &self.request.ids, &self.request.reason);
        // A full disk must not keep a masked export back; an unmasked one needs its line (I8).
        if masked { written.or(Ok(())) } else { written }
    }

    /// The text for the clipboard.
    pub(super) fn text(&self) -> Result<String, String> {
        let sessions = self.sessions(usize::MAX)?;
        let (format, contents) = (self.request.format, self.request.contents);
        let (text, _) = export::text(&sessions, format, contents, &self.origin())
            .map_err(|why| why.to_string())?;
        self.audited()?;
        Ok(text)
    }

    pub(super) fn write(&self) -> Outcome {
        match self.written() {
            Ok((path, measured)) => Outcome::Exported { path, measured },
            Err(message) => Outcome::ExportFailed(message),
        }
    }

    fn written(&self) -> Result<(PathBuf, Measured), String> {
        let made = self.made(usize::MAX)?;
        // After it was made, so that a failure leaves no line; before it is written (I8).
        self.audited()?;
        let asked = &self.request.path;
        let measured = measured(&made);
        let write = |path: &std::path::Path, text: &str| {
            export::write(path, text, Existing::NextFree).map_err(|why| why.to_string())
        };
        if self.request.format == export::Format::Bundle {
            // Never into another bundle.
            let folder = asked.is_dir() && !asked.join(export::MANIFEST).exists();
            // One bundle may be given its name; several go into a folder.
            let below = folder || self.request.ids.len() > 1;
            let at = |name: &str| if below { asked.join(name) } else { asked.clone() };
            let written = export::write_bundles(&made.files, at, Existing::NextFree);
            let written = written.map_err(|why| why.to_string())?;
            let one = written.into_iter().next().filter(|_| !below);
            return Ok((one.unwrap_or_else(|| asked.clone()), measured));
        }
        let folder = self.request.ids.len() > 1 && self.request.format == export::Format::Json;
        if folder || asked.is_dir() {
            for (name, text) in &made.files {
                write(&asked.join(name), text)?;
            }
            return Ok((asked.clone(), measured));
        }
        let text = made.files.first().map_or("", |(_, text)| text);
        Ok((write(asked, text)?, measured))
    }

    /// What it would come to.
    pub(super) fn measure(&self) -> Measured {
        let (all, most) = (self.request.ids.len(), self.request.ids.len().min(PREVIEWED));
        let made = match self.made(most) {
            Ok(made) => made,
            Err(error) => return Measured { error: Some(error), ..Measured::default() },
        };
        let mut measured = measured(&made);
        if all > most {
            let reckoned = |figure: usize| figure.saturating_mul(all) / most.max(1);
            measured.about = true;
            measured.bytes = reckoned(measured.bytes);
            measured.masked = reckoned(measured.masked);
            measured.stale = reckoned(measured.stale);
            measured.left_out = reckoned(measured.left_out);
            if self.request.format.is_apart() {
                measured.files = reckoned(measured.files);
            }
        }
        measured
    }
}

fn measured(made: &Assembled) -> Measured {
    Measured {
        files: made.files.len(),
        bytes: made.bytes(),
        masked: made.masked,
        stale: made.stale,
        left_out: made.left_out,
        about: false,
        error: None,
    }
}
