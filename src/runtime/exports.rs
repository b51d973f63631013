//! Exports asked for on the screen: made, written, measured, on blocking threads.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::clipboard;
use crate::app::effect::{Effect, ExportRequest};
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
use crate::export::{
    self, Assembled, ChosenSessions, Delivered, DocumentOrigin, Existing, ExportError, ExportJob,
};

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

/// Sessions of the list, of which some have their details where they are stored.
struct WatchedSessions<'a> {
    sessions: Vec<&'a Arc<WatchedSession>>,
    details: &'a dyn DetailSource,
}

impl ChosenSessions for WatchedSessions<'_> {
    fn count(&self) -> usize {
        self.sessions.len()
    }

    fn ids(&self) -> Vec<SessionId> {
        self.sessions.iter().map(|session| session.id()).collect()
    }

    fn open(&self, some: Range<usize>) -> Result<Vec<OpenSession>, ExportError> {
        let some = self.sessions.get(some).unwrap_or_default();
        let unread = some.iter().filter(|session| session.detail.is_none());
        let unread: Vec<SessionId> = unread.map(|session| session.id()).collect();
        let read = self.details.read(&unread).map_err(ExportError::Unreadable)?;
        let mut read: HashMap<SessionId, WatchedSession> =
            read.into_iter().map(|session| (session.id(), session)).collect();
        let mut opened = |session: &&Arc<WatchedSession>| {
            OpenSession::of(session).or_else(|| {
                // A session of the list, with what stands beside its row.
                let WatchedSession { detail, storage, .. } = read.remove(&session.id())?;
                let session = WatchedSession::clone(session);
                OpenSession::owned(WatchedSession { detail, storage, ..session })
            })
        };
        let missing = || ExportError::Unreadable(String::from("it is not in the local store"));
        some.iter().map(|session| opened(session).ok_or_else(missing)).collect()
    }
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
    fn sessions(&self, most: usize) -> Result<WatchedSessions<'_>, String> {
        let table = &self.snapshot.sessions;
        let wanted = self.request.ids.iter().take(most).filter_map(|id| table.get(*id));
        let sessions: Vec<&Arc<WatchedSession>> = wanted.collect();
        if sessions.is_empty() {
            return Err("the session is no longer on the watch-list".to_owned());
        }
        Ok(WatchedSessions { sessions, details: &*self.details })
    }

    /// Runs one of the two ways out, for the sessions that are still watched.
    fn delivered(
        &self,
        deliver: impl FnOnce(&ExportJob<'_, WatchedSessions<'_>>) -> Result<Delivered, ExportError>,
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
                let personal = !self.request.contents.masked;
                Effect::Copy { what, text, personal }.into()
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::wire_enum::SessionState;
    use crate::domain::shape::Format;
    use crate::domain::watchlist::snapshot::SessionTable;
    use crate::domain::watchlist::watched::WatchEntry;

    /// Stored sessions, and how many were asked for at once; without any it cannot be read.
    #[derive(Debug)]
    struct Stored(Vec<Arc<WatchedSession>>, Mutex<Vec<usize>>);

    impl DetailSource for Stored {
        fn read(&self, ids: &[SessionId]) -> Result<Vec<WatchedSession>, String> {
            self.1.lock().unwrap().push(ids.len());
            let named = self.0.iter().filter(|session| ids.contains(&session.id()));
            let named: Vec<_> = named.map(|session| WatchedSession::clone(session)).collect();
            if named.is_empty() { Err("no such disk".to_owned()) } else { Ok(named) }
        }
    }

    fn listed(n: u128) -> Arc<WatchedSession> {
        let session = f::watched(Some(f::session(SessionState::Ongoing)), None, None);
        let id = SessionId::new(uuid::Uuid::from_u128(n));
        let entry = Arc::new(WatchEntry::new(id, f::now()));
        Arc::new(WatchedSession { entry, ..session })
    }

    #[test]
    fn of_many_sessions_those_that_are_not_at_hand_are_read_some_at_a_time() {
        let whole: Vec<Arc<WatchedSession>> = (0..600).map(listed).collect();
        let at_hand = |session: &Arc<WatchedSession>| {
            let detail = session.detail.clone().filter(|_| session.id() == whole[7].id());
            Arc::new(WatchedSession { detail, ..WatchedSession::clone(session) })
        };
        let sessions = SessionTable::from_entries(whole.iter().map(at_hand));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        let export = |stored: Vec<Arc<WatchedSession>>| {
            let details = Arc::new(Stored(stored, Mutex::default()));
            let export = RequestedExport {
                request: ExportRequest {
                    ids: whole.iter().map(|session| session.id()).collect(),
                    path: path.clone(),
                    ..ExportRequest::masked(whole[0].id(), Format::Csv)
                },
                snapshot: Arc::new(Snapshot { sessions: sessions.clone(), ..Snapshot::default() }),
                origin: ExportOrigin {
                    profile: "acme".into(),
                    environment: "sandbox".into(),
                    rules: Rules::default(),
                    zone: TimeZone::UTC,
                },
                now: f::now(),
                audit: AuditLog::nowhere(),
                details: Arc::clone(&details) as Arc<dyn DetailSource>,
            };
            let outcome = export.write();
            (outcome, details.1.lock().unwrap().clone())
        };
        let (outcome, read) = export(Vec::new());
        assert_eq!(read, [255]);
        let why = "nothing exported: the stored response cannot be read: no such disk";
        assert_eq!(outcome, Outcome::from(Err(why.to_owned())));
        assert!(!path.exists());
        let (outcome, read) = export(whole.clone());
        assert!(matches!(outcome, Outcome::Exported { .. }), "{outcome:?}");
        assert_eq!(read, [255, 256, 88], "one is at hand");
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 601, "with a head");
    }
}
