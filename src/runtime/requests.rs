//! Carrying out what the operator's dialogs ask of Yoti.
//!
//! A change at Yoti has its line before it is asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;
use zeroize::Zeroizing;

use super::picture::decoded;
use super::services::Services;
use crate::app::dialogs::yoti::state::YotiReply;
use crate::app::event::{Event, Outcome};
use crate::app::operator::requests::state::OperatorRequest;
use crate::domain::events::audit_action::AuditAction;
use crate::domain::session::ids::SessionId;
use crate::domain::session::resource::Media;
use crate::export::{Existing, write_bytes};
use crate::runtime::yoti_actions::{HeldBytes, YotiActions};

pub(super) struct RequestRunner {
    pub(super) services: Services,
    pub(super) now: Timestamp,
    pub(super) results: UnboundedSender<Event>,
}

impl RequestRunner {
    /// Carries it out. Returns the session to be asked for anew, when something was changed.
    pub(super) async fn run(self, request: OperatorRequest) -> Option<SessionId> {
        let Some(yoti_actions) = self.services.yoti_actions.clone() else {
            let id = match request {
                OperatorRequest::Letter { id, .. }
                | OperatorRequest::Media { id, .. }
                | OperatorRequest::Contact(id)
                | OperatorRequest::Delete(id)
                | OperatorRequest::SendLetter(id) => id,
                OperatorRequest::Permit { .. }
                | OperatorRequest::Portal(_)
                | OperatorRequest::Run { .. }
                | OperatorRequest::LastExports(_) => {
                    return None;
                }
            };
            self.tell(YotiReply::Failed(id, "not possible offline".to_owned()));
            return None;
        };
        match request {
            OperatorRequest::Letter { id, save_to } => {
                let told = self.letter(&*yoti_actions, id, save_to).await;
                self.tell(done(id, told));
            }
            OperatorRequest::Contact(id) => {
                let told = self.contact(&*yoti_actions, id).await;
                self.tell(told.unwrap_or_else(|why| YotiReply::Failed(id, why)));
            }
            OperatorRequest::Media { id, media, save_to } => {
                let told = self.media(&yoti_actions, id, *media, save_to).await;
                self.tell(told.unwrap_or_else(|why| YotiReply::Failed(id, why)));
            }
            OperatorRequest::Delete(id) => {
                return self
                    .change(
                        id,
                        AuditAction::DeleteAsked,
                        AuditAction::Deleted,
                        yoti_actions.delete(id),
                    )
                    .await;
            }
            OperatorRequest::SendLetter(id) => {
                return self
                    .change(
                        id,
                        AuditAction::LetterAsked,
                        AuditAction::LetterSent,
                        yoti_actions.send_letter(id),
                    )
                    .await;
            }
            OperatorRequest::Permit { .. }
            | OperatorRequest::Portal(_)
            | OperatorRequest::Run { .. }
            | OperatorRequest::LastExports(_) => {}
        }
        None
    }

    fn tell(&self, told: YotiReply) {
        // The loop may have ended.
        let _unheard = self.results.send(Event::Done(Outcome::Yoti(told)));
    }

    fn line(&self, deed: AuditAction, id: SessionId) -> Result<(), String> {
        self.services.audit.append(self.now, deed, &[id], "")
    }

    async fn letter(
        &self,
        yoti_actions: &dyn YotiActions,
        id: SessionId,
        save_to: Option<PathBuf>,
    ) -> Result<String, String> {
        let bytes = yoti_actions.letter(id).await?;
        self.line(AuditAction::LetterTaken, id)?;
        if let Some(path) = save_to {
            return Ok(format!("saved {}", write(path, bytes).await?.display()));
        }
        let Some(place) = &self.services.private else {
            return Err("there is no private folder to open it from; save it instead".to_owned());
        };
        // Asked before the file is written: a letter that
        // nothing opens would lie there for nothing.
        if self.services.opener == super::opener::Opener::Elsewhere {
            return Err("nothing on this machine can open it; save the letter instead".to_owned());
        }
        let path = write(place.path().join(format!("letter-{id}.pdf")), bytes).await?;
        self.services.opener.open(path.display().to_string(), "the letter", self.results.clone());
        Ok("the letter is open; its copy is removed when branchwatch ends".to_owned())
    }

    async fn contact(
        &self,
        yoti_actions: &dyn YotiActions,
        id: SessionId,
    ) -> Result<YotiReply, String> {
        let contact = yoti_actions.contact(id).await?;
        self.line(AuditAction::ContactRevealed, id)?;
        Ok(YotiReply::Contact(id, contact))
    }

    async fn media(
        &self,
        yoti_actions: &Arc<dyn YotiActions>,
        id: SessionId,
        media: Media,
        save_to: Option<PathBuf>,
    ) -> Result<YotiReply, String> {
        let held = yoti_actions.media(id, &media).await?;
        let Some(path) = save_to else {
            // Not shown where content and type disagree (fault
            // A21); saved, with a word of it, it may be.
            if let Some(doubt) = held.doubt {
                return Err(doubt);
            }
            self.line(AuditAction::PictureShown, id)?;
            let size = held.bytes.len();
            let picture = tokio::task::spawn_blocking(move || decoded(&held.bytes)).await;
            let picture = picture.map_err(|_panic| "the picture cannot be read".to_owned())??;
            return Ok(YotiReply::Picture(id, media.id, picture, size));
        };
        self.line(AuditAction::MediaSaved, id)?;
        let HeldBytes { bytes, ending, doubt } = held;
        let kib = bytes.len().div_ceil(1024);
        let mut name = path.into_os_string();
        name.push(format!(".{ending}"));
        let path = write(PathBuf::from(name), bytes).await?;
        let doubt = doubt.map(|doubt| format!("; but {doubt}")).unwrap_or_default();
        Ok(YotiReply::Done(id, format!("saved {} · {kib} KiB{doubt}", path.display())))
    }

    async fn change(
        &self,
        id: SessionId,
        asked: AuditAction,
        done_deed: AuditAction,
        call: futures::future::BoxFuture<'_, Result<(), String>>,
    ) -> Option<SessionId> {
        // No line in the audit log, no request to Yoti: someone must be able to
        // answer for each change.
        if let Err(why) = self.line(asked, id) {
            self.tell(YotiReply::Failed(id, why));
            return None;
        }
        let answer = call.await;
        let worked = answer.is_ok();
        let told = answer.and_then(|()| {
            let text = match done_deed {
                AuditAction::Deleted => "deleted at Yoti; the last response is kept here",
                _ => "Yoti sends the letter again",
            };
            match self.line(done_deed, id) {
                Ok(()) => Ok(text.to_owned()),
                // It is done at Yoti all the same, and that is said first.
                Err(why) => Err(format!("{text}; but {why}")),
            }
        });
        self.tell(done(id, told));
        worked.then_some(id)
    }
}

fn done(id: SessionId, told: Result<String, String>) -> YotiReply {
    told.map_or_else(|why| YotiReply::Failed(id, why), |text| YotiReply::Done(id, text))
}

async fn write(path: PathBuf, bytes: Zeroizing<Vec<u8>>) -> Result<PathBuf, String> {
    let work = move || {
        let path: &Path = &path;
        write_bytes(path, &bytes, Existing::NextFree).map_err(|why| why.to_string())
    };
    tokio::task::spawn_blocking(work).await.map_err(|_panic| "cannot write".to_owned())?
}
