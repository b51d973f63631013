//! What effects reach beside the refresh task: the audit log, the desktop, Yoti.
//!
//! Nothing personal is shown or saved before its line stands in the audit log, and nothing is asked
//! to change at Yoti before (I8).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::clipboard::Clipboard;
use super::opener::Opener;
use super::picture::decoded;
use crate::app::event::Outcome;
use crate::audit::AuditLog;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::session::ids::SessionId;
use crate::domain::session::resource::Media;
use crate::domain::watchlist::detail_source::{DetailSource, NothingStored};
use crate::export::{Existing, write_bytes};
use crate::runtime::private_folder::PrivateFolder;
use crate::runtime::yoti_actions::{HeldBytes, YotiActions};

const LONGEST_DECODING: Duration = Duration::from_secs(2);

/// What effects work with beside the refresh task.
pub struct Services {
    /// Where deeds are written down.
    pub audit: AuditLog,
    /// Where the details of sessions are read.
    pub details: Arc<dyn DetailSource>,
    /// How addresses and files are opened.
    pub opener: Opener,
    pub clipboard: Clipboard,
    /// What can be asked of Yoti; `None`: offline.
    pub yoti_actions: Option<Arc<dyn YotiActions>>,
    /// For a letter that is opened: removed when the program ends.
    pub private: Option<PrivateFolder>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("opener", &self.opener).finish_non_exhaustive()
    }
}

impl Default for Services {
    fn default() -> Self {
        Self {
            audit: AuditLog::nowhere(),
            details: Arc::new(NothingStored),
            opener: Opener::Elsewhere,
            clipboard: Clipboard::default(),
            yoti_actions: None,
            private: None,
        }
    }
}

impl Services {
    fn yoti(&self) -> Result<&dyn YotiActions, String> {
        self.yoti_actions.as_deref().ok_or_else(|| "not possible offline".to_owned())
    }

    async fn line(&self, now: Timestamp, deed: AuditAction, id: SessionId) -> Result<(), String> {
        let audit = self.audit.clone();
        blocking(move || audit.append(now, deed, &[id], "")).await
    }

    pub(super) async fn save_letter(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
        path: PathBuf,
    ) -> Result<Outcome, String> {
        let bytes = self.yoti()?.letter(id).await?;
        self.line(now, AuditAction::LetterTaken, id).await?;
        let path = write(path, bytes).await?;
        Ok(done(id, format!("saved {}", path.display())))
    }

    /// Into a file for the desktop to open.
    pub(super) async fn fetch_letter(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
    ) -> Result<Outcome, String> {
        let yoti = self.yoti()?;
        let Some(place) = &self.private else {
            return Err("there is no private folder to open it from; save it instead".to_owned());
        };
        // A letter that nothing opens would lie there for nothing.
        if self.opener == Opener::Elsewhere {
            return Err("nothing on this machine can open it; save the letter instead".to_owned());
        }
        let bytes = yoti.letter(id).await?;
        self.line(now, AuditAction::LetterTaken, id).await?;
        let path = write(place.path().join(format!("letter-{id}.pdf")), bytes).await?;
        Ok(Outcome::LetterFetched(id, path))
    }

    pub(super) async fn contact(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
    ) -> Result<Outcome, String> {
        let contact = self.yoti()?.contact(id).await?;
        self.line(now, AuditAction::ContactRevealed, id).await?;
        Ok(Outcome::Contact(id, contact))
    }

    pub(super) async fn picture(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
        media: Box<Media>,
    ) -> Result<Outcome, String> {
        let held = self.yoti()?.media(id, &media).await?;
        // Not shown where content and type disagree (fault
        // A21); saved, with a word of it, it may be.
        if let Some(doubt) = held.doubt {
            return Err(doubt);
        }
        self.line(now, AuditAction::PictureShown, id).await?;
        let size = held.bytes.len();
        let picture = in_time(move || decoded(&held.bytes)).await?;
        Ok(Outcome::Picture { id, media: media.id, picture, size })
    }

    pub(super) async fn save_media(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
        media: Box<Media>,
        path: PathBuf,
    ) -> Result<Outcome, String> {
        let HeldBytes { bytes, ending, doubt } = self.yoti()?.media(id, &media).await?;
        self.line(now, AuditAction::MediaSaved, id).await?;
        let kib = bytes.len().div_ceil(1024);
        let mut name = path.into_os_string();
        name.push(format!(".{ending}"));
        let path = write(PathBuf::from(name), bytes).await?;
        let doubt = doubt.map(|doubt| format!("; but {doubt}")).unwrap_or_default();
        Ok(done(id, format!("saved {} · {kib} KiB{doubt}", path.display())))
    }

    pub(super) async fn delete(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
    ) -> Result<Outcome, String> {
        let yoti = self.yoti()?;
        self.line(now, AuditAction::DeleteAsked, id).await?;
        yoti.delete(id).await?;
        let text = "deleted at Yoti; the last response is kept here";
        Ok(self.changed(now, id, AuditAction::Deleted, text).await)
    }

    pub(super) async fn send_letter(
        self: Arc<Self>,
        now: Timestamp,
        id: SessionId,
    ) -> Result<Outcome, String> {
        let yoti = self.yoti()?;
        self.line(now, AuditAction::LetterAsked, id).await?;
        yoti.send_letter(id).await?;
        Ok(self.changed(now, id, AuditAction::LetterSent, "Yoti sends the letter again").await)
    }

    /// It is done at Yoti: that is said first, whether its line can be written or not.
    async fn changed(
        &self,
        now: Timestamp,
        id: SessionId,
        deed: AuditAction,
        text: &str,
    ) -> Outcome {
        let written = self.line(now, deed, id).await;
        let result = written.map(|()| text.to_owned()).map_err(|why| format!("{text}; but {why}"));
        Outcome::Changed(id, result)
    }
}

fn done(id: SessionId, text: String) -> Outcome {
    Outcome::Done { session: Some(id), result: Ok(text) }
}

async fn write(path: PathBuf, bytes: Zeroizing<Vec<u8>>) -> Result<PathBuf, String> {
    let write = move || write_bytes(&path, &bytes, Existing::NextFree);
    blocking(move || write().map_err(|why| why.to_string())).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let ended = spawn_blocking(work).await;
    ended.unwrap_or_else(|_panic| Err("a background task failed".to_owned()))
}

/// The operator waits no longer for a picture (fault A20); what is given up is bounded by its size.
async fn in_time<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let ended = timeout(LONGEST_DECODING, blocking(work)).await;
    ended.unwrap_or_else(|_elapsed| Err("the picture takes too long to decode".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // A20
    #[tokio::test(start_paused = true)]
    async fn a_picture_that_takes_too_long_is_given_up() {
        let (goes_on, waits) = std::sync::mpsc::channel::<()>();
        let decoding = tokio::spawn(in_time(move || {
            let _ended = waits.recv();
            Ok(())
        }));
        for _ in 0..30 {
            tokio::task::yield_now().await;
            tokio::time::advance(Duration::from_millis(100)).await;
        }
        assert!(decoding.is_finished());
        drop(goes_on);
        assert!(decoding.await.unwrap().unwrap_err().contains("too long"));
        assert_eq!(in_time(|| Ok(1)).await, Ok(1));
    }
}
