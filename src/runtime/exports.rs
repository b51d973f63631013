//! Exports asked for on the screen: made, written, measured, on blocking threads.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::clipboard;
use crate::app::effect::ExportRequest;
use crate::app::event::{Measured, Outcome};
use crate::app::operator::handover::{self, SHIFT, Shift};
use crate::audit::AuditLog;
use crate::domain::assessment::rules::Rules;
use crate::domain::personal::Privacy;
use crate::domain::session::ids::SessionId;
use crate::domain::watchlist::detail_source::DetailSource;
use crate::domain::watchlist::open_session::OpenSession;
use crate::domain::watchlist::snapshot::Snapshot;
use crate::domain::watchlist::watched::WatchedSession;
use crate::export::{self, Assembled, Delivered, DocumentOrigin, Existing, ExportError, ExportJob};

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
        Err(why) => not_exported(&why.to_string()),
    }
}

fn not_exported(why: &str) -> Outcome {
    Err(format!("nothing exported: {why}")).into()
}

/// One export: what is asked for, of which state of the world, when.
pub(super) struct RequestedExport {
    pub(super) request: ExportRequest,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) origin: ExportOrigin,
    pub(super) now: Timestamp,
    pub(super) audit: AuditLog,
    pub(super) details: Arc<dyn DetailSource>,
}

impl RequestedExport {
    fn origin(&self) -> DocumentOrigin<'_> {
        DocumentOrigin {
            profile: &self.origin.profile,
            environment: &self.origin.environment,
            rules: &self.origin.rules,
            now: self.now,
        }
    }

    /// At most so many of the sessions that are still watched.
    fn sessions(&self, most: usize) -> Result<Vec<OpenSession>, String> {
        let table = &self.snapshot.sessions;
        let wanted = self.request.ids.iter().take(most).filter_map(|id| table.get(*id));
        let wanted: Vec<&Arc<WatchedSession>> = wanted.collect();
        if wanted.is_empty() {
            return Err("the session is no longer on the watch-list".to_owned());
        }
        let unread = wanted.iter().filter(|session| session.detail.is_none());
        let unread: Vec<SessionId> = unread.map(|session| session.id()).collect();
        let read = self.details.read(&unread)?;
        let read: HashMap<SessionId, WatchedSession> =
            read.into_iter().map(|session| (session.id(), session)).collect();
        let opened = |session: &Arc<WatchedSession>| {
            OpenSession::of(session).or_else(|| {
                // A session of the list, with what stands beside its row.
                let WatchedSession { detail, storage, .. } = read.get(&session.id())?.clone();
                let session = WatchedSession::clone(session);
                OpenSession::owned(WatchedSession { detail, storage, ..session })
            })
        };
        let opened: Option<Vec<OpenSession>> = wanted.into_iter().map(opened).collect();
        opened.ok_or_else(|| "the stored responses of a session are not there".to_owned())
    }

    /// Runs one of the two ways out, for the sessions that are still watched.
    fn delivered(
        &self,
        deliver: impl FnOnce(&ExportJob<'_>) -> Result<Delivered, ExportError>,
    ) -> Result<Delivered, String> {
        let sessions = self.sessions(usize::MAX)?;
        let export = ExportJob {
            sessions: &sessions,
            format: self.request.format,
            contents: self.request.contents,
            origin: &self.origin(),
            audit: &self.audit,
            reason: &self.request.reason,
        };
        deliver(&export).map_err(|why| why.to_string())
    }

    /// The text for the clipboard.
    pub(super) fn copyable(&self, what: &'static str) -> Outcome {
        match self.delivered(|export| export.text(clipboard::LARGEST)) {
            Ok(delivered) => {
                let text = delivered.made.files.into_iter().map(|(_, text)| text).collect();
                Outcome::Copyable { what, text }
            }
            Err(why) => clipboard::not_copied(&why),
        }
    }

    pub(super) fn write(&self) -> Outcome {
        let (path, several) = (&self.request.path, self.request.ids.len() > 1);
        let apart = several && self.request.format.is_apart();
        match self.delivered(|export| export.write(path, apart, Existing::NextFree)) {
            Ok(Delivered { made, paths, .. }) => {
                let path = if let [only] = paths.as_slice() { only } else { path };
                Outcome::Exported { path: path.clone(), measured: measured(&made) }
            }
            Err(why) => not_exported(&why),
        }
    }

    /// What it would come to.
    pub(super) fn measure(&self) -> Measured {
        let (all, most) = (self.request.ids.len(), self.request.ids.len().min(PREVIEWED));
        let (format, contents) = (self.request.format, self.request.contents);
        let made = self.sessions(most).and_then(|sessions| {
            let made = export::assemble(&sessions, format, contents, &self.origin());
            made.map_err(|why| why.to_string())
        });
        let made = match made {
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
