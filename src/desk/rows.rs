//! Sessions as rows of the shared store, and back.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::seal::DeskSeal;
use crate::domain::brief::Brief;
use crate::domain::events::change::TimelineEvent;
use crate::domain::session::ids::SessionId;
use crate::domain::session::parts::{AnswerPart, Answers, Part};
use crate::domain::watchlist::annotations::{
    Acknowledged, AnnotationChange, Annotations, Made, OwnAction,
};
use crate::domain::watchlist::storage::Storage;
use crate::domain::watchlist::unsent::UnsentChange;
use crate::domain::watchlist::watched::{WatchEntry, WatchedSession};
use crate::hub::{
    ActionLine, HubAction, HubAnswer, HubChange, HubDetail, HubEntry, HubEvent, HubLabels,
    HubObservation, HubRow, Sealed,
};
use crate::persist::{brief_text, reread};

/// Seals and opens the rows of one shared store.
#[derive(Debug)]
pub(super) struct SealedRows<'a> {
    pub(super) seal: &'a DeskSeal,
    /// Names the store, so that no row of another one can be put in its place.
    pub(super) store: Uuid,
}

/// What of a session the shared store has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct KnownThere {
    /// The last good answer, by this machine's clock.
    pub(super) last_ok: Option<Timestamp>,
    /// Its brief when it was read or written; by it the parts are known that are new.
    pub(super) brief: Arc<Brief>,
    pub(super) events: usize,
    pub(super) their_note: String,
}

impl SealedRows<'_> {
    fn place(&self, id: SessionId, what: &str) -> String {
        format!("{} {id} {what}", self.store)
    }

    fn text(&self, id: SessionId, what: &str, text: &str) -> Option<Sealed> {
        self.seal.close(self.place(id, what), text.as_bytes())
    }

    /// A session that is put on everybody's list.
    pub(super) fn entry(&self, entry: &WatchEntry) -> Option<HubEntry> {
        let reference = match &entry.reference {
            Some(text) => Some(self.text(entry.id, "reference", text)?),
            None => None,
        };
        Some(HubEntry {
            id: entry.id,
            reference,
            tags: entry.tags.iter().map(|tag| self.seal.close_tag(tag)).collect::<Option<_>>()?,
            deadline: entry.deadline.get(),
            resources_ttl: entry.resources_ttl.get(),
        })
    }

    /// What was learned of a session that the shared store does not have. `epoch`: of the lease
    /// under which it was asked for; `answered_at`: by the server's clock.
    pub(super) fn observation(
        &self,
        session: &WatchedSession,
        known: &KnownThere,
        epoch: i64,
        answered_at: Timestamp,
    ) -> Option<HubObservation> {
        let (id, detail) = (session.id(), session.detail.as_ref()?);
        let is_new = |part| {
            let now = session.brief.fingerprint(part);
            now.is_none() || now != known.brief.fingerprint(part)
        };
        let news = detail.answers.parts().filter(|one| is_new(one.part));
        let answers = news.map(|AnswerPart { part, raw, fetched_at }| {
            let place = self.answer_place(id, part, epoch, fetched_at);
            let body = self.seal.close(place, raw.as_bytes())?;
            Some(HubAnswer { part, epoch, fetched_at, body })
        });
        let later = detail.timeline.iter().enumerate().skip(known.events);
        let events = later.map(|(number, event)| {
            let number = i32::try_from(number).ok()?;
            let text = serde_json::to_string(event).ok()?;
            Some(HubEvent { number, body: self.text(id, &format!("event {number}"), &text)? })
        });
        let brief = brief_text::text(&session.brief);
        let place = self.brief_place(id, epoch, answered_at);
        Some(HubObservation {
            detail: HubDetail {
                id,
                answers: answers.collect::<Option<_>>()?,
                events: events.collect::<Option<_>>()?,
            },
            answered_at,
            brief: self.seal.close(place, brief.as_bytes())?,
            brief_made_by: i16::try_from(session.brief.made_by.0).unwrap_or(i16::MAX),
        })
    }

    // Whoever may write the table must not pass an old answer off as a fresh one.
    fn answer_place(&self, id: SessionId, part: Part, epoch: i64, at: Timestamp) -> String {
        self.place(id, &format!("answer {part:?} {epoch} {}", at.as_microsecond()))
    }

    fn brief_place(&self, id: SessionId, epoch: i64, at: Timestamp) -> String {
        self.place(id, &format!("brief {epoch} {}", at.as_microsecond()))
    }

    /// The session of a row with its answers and events, over what is known of it here. `None`: it
    /// was sealed with another key, or altered.
    pub(super) fn session(
        &self,
        ours: Option<&WatchedSession>,
        row: &HubRow,
        detail: Option<&HubDetail>,
        answered_at: Option<Timestamp>,
    ) -> Option<WatchedSession> {
        let entry = self.known_entry(ours, row)?;
        let mut session = match ours {
            Some(ours) => WatchedSession { entry: Arc::new(entry), ..ours.clone() },
            None => WatchedSession::new(entry),
        };
        let own = self.annotations(&session.own, row)?;
        if own != *session.own {
            session.own = Arc::new(own);
        }
        if let (Some(detail), Some(sealed), Some(at)) = (detail, &row.brief, row.answered_at) {
            let place = self.brief_place(row.id, row.epoch, at);
            let brief = brief_text::read(&self.seal.open_text(place, sealed)?)?;
            let (answers, timeline) = self.answers(row.id, &brief, detail)?;
            session.learn(Arc::new(answers), Arc::new(timeline));
            session.poll.last_ok = answered_at.into();
            session.storage = Storage::default();
        }
        Some(session)
    }

    fn known_entry(&self, ours: Option<&WatchedSession>, row: &HubRow) -> Option<WatchEntry> {
        let HubLabels { reference, tags, deadline, resources_ttl, .. } = &row.labels;
        let reference = match reference {
            Some(sealed) => Some(self.seal.open_text(self.place(row.id, "reference"), sealed)?),
            None => None,
        };
        let mut tags: Vec<String> =
            tags.iter().map(|tag| self.seal.open_tag(tag)).collect::<Option<_>>()?;
        tags.sort();
        // The shared store does not say when; it says in which order.
        let added_at = || row.answered_at.unwrap_or(Timestamp::UNIX_EPOCH);
        Some(WatchEntry {
            reference,
            tags,
            deadline: (*deadline).into(),
            resources_ttl: (*resources_ttl).into(),
            ..WatchEntry::new(row.id, ours.map_or_else(added_at, |ours| ours.entry.added_at))
        })
    }

    /// What all operators keep, as the shared store has it: each machine may have heard of two
    /// changes in another order, and the store alone has one.
    fn annotations(&self, ours: &Annotations, row: &HubRow) -> Option<Annotations> {
        let HubLabels { note, pinned, archived_at, acknowledged, snoozed_until, .. } = &row.labels;
        let note = match note {
            Some(sealed) => self.seal.open_text(self.place(row.id, "note"), sealed)?,
            None => String::new(),
        };
        let acknowledged: Option<Acknowledged> = match acknowledged {
            Some(sealed) => {
                let text = self.seal.open(self.place(row.id, "acknowledged"), sealed)?;
                Some(serde_json::from_slice(&text).ok()?)
            }
            None => None,
        };
        Some(Annotations {
            note,
            pinned: *pinned,
            archived_at: *archived_at,
            acknowledged,
            snoozed_until: *snoozed_until,
            history: ours.history.clone(),
        })
    }

    fn answers(
        &self,
        id: SessionId,
        brief: &Brief,
        detail: &HubDetail,
    ) -> Option<(Answers, Vec<TimelineEvent>)> {
        let mut answers = brief.answers_without_text();
        for HubAnswer { part, epoch, fetched_at, body } in &detail.answers {
            let place = self.answer_place(id, *part, *epoch, *fetched_at);
            reread(&mut answers, id, part.name(), self.seal.open_text(place, body)?, *fetched_at);
        }
        let event = |HubEvent { number, body }: &HubEvent| {
            let text = self.seal.open(self.place(id, &format!("event {number}")), body)?;
            serde_json::from_slice(&text).ok()
        };
        Some((answers, detail.events.iter().map(event).collect::<Option<_>>()?))
    }

    /// A change that an operator makes here; `None`: it is this operator's alone.
    pub(super) fn action(
        &self,
        id: SessionId,
        change: &AnnotationChange,
        made: &Made,
        waiting: &UnsentChange,
    ) -> Option<HubAction> {
        let tags = |tags: &[String]| -> Option<Vec<Sealed>> {
            tags.iter().map(|tag| self.seal.close_tag(tag)).collect()
        };
        let mut seen = None;
        let carried = match change {
            AnnotationChange::Note(text) => {
                // Where it is not known, whatever stands there is joined.
                seen = Some(waiting.seen.unwrap_or_default());
                let sealed =
                    if text.is_empty() { None } else { Some(self.text(id, "note", text)?) };
                HubChange::Note(sealed)
            }
            AnnotationChange::Tags { added, removed } => {
                HubChange::Tags { added: tags(added)?, removed: tags(removed)? }
            }
            AnnotationChange::Pinned(pinned) => HubChange::Pinned(*pinned),
            AnnotationChange::Archived(archived) => HubChange::Archived(*archived),
            AnnotationChange::Acknowledged(None) => HubChange::Acknowledged(None),
            AnnotationChange::Acknowledged(Some(reasons)) => {
                let said = Acknowledged { at: made.at, reasons: reasons.clone() };
                let text = serde_json::to_string(&said).ok()?;
                HubChange::Acknowledged(Some(self.text(id, "acknowledged", &text)?))
            }
            AnnotationChange::Snoozed(until) => HubChange::Snoozed(*until),
            AnnotationChange::LookedAt(_) => return None,
        };
        let action = waiting.action;
        let line = serde_json::to_string(&(change, made)).ok()?;
        let line = self.seal.close(self.line_place(action), line.as_bytes())?;
        Some(HubAction { action, session: Some(id), change: carried, line, was: seen })
    }

    pub(super) fn removal(&self, id: SessionId, action: Uuid) -> Option<HubAction> {
        let line = self.seal.close(self.line_place(action), b"null")?;
        let session = Some(id);
        Some(HubAction { action, session, change: HubChange::Removed, line, was: None })
    }

    /// What the history says of an action of any operator's. The name is the server's.
    pub(super) fn history(&self, line: &ActionLine) -> Option<(SessionId, OwnAction)> {
        let text = self.seal.open(self.line_place(line.action), line.line.as_ref()?)?;
        let (what, made): (AnnotationChange, Made) = serde_json::from_slice(&text).ok()?;
        let made = Made { by: Some(line.operator.as_str().into()), ..made };
        Some((line.session?, OwnAction { made, what }))
    }

    fn line_place(&self, action: Uuid) -> String {
        format!("{} action {action}", self.store)
    }
}
