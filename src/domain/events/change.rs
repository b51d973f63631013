//! What differs between two observations of one session, as events of a timeline.
//!
//! Owns the events and the comparison. Must never hold personal data: ids, types, states only.

mod asked;
mod order;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::events::notification::Notification;
use crate::domain::server_text::ServerText;
use crate::domain::session::answer::Answer;
use crate::domain::session::check::Check;
use crate::domain::session::ids::{CheckId, ResourceId};
use crate::domain::session::instructions::Branch;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::session::profile::IdentityProfile;
use crate::domain::session::resource::{Resource, Task};
use crate::domain::session::share::ShareError;
use crate::domain::session::wire_enum::{SourceType, Topic};
use crate::domain::session::{Session, equal_but_for_clocks};

pub use order::by_time;

/// Where the knowledge of an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A difference between two of the API's answers, with the API's own time stamp.
    Api,
    /// A difference seen by polling; the time is that of the observation.
    Observed,
    Notification,
    /// The operator.
    Local,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    /// When it happened by the best knowledge.
    pub at: Timestamp,
    /// When we learned it.
    pub seen_at: Timestamp,
    /// Source of the thing that changed, where there is one.
    pub source: Option<SourceType>,
    pub what: ChangeKind,
    /// Where the knowledge comes from.
    pub origin: Origin,
}

/// What happened; server texts inside are types, states and reasons, never personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// First answer ever.
    FirstSeen,
    /// Session state, from and to.
    State(Option<ServerText>, Option<ServerText>),
    /// A resource appeared: container key (`id_documents`), document type and country, pages, frames.
    ResourceAdded {
        /// `id_documents`, `face_capture`, ….
        container: ServerText,
        /// `PASSPORT`, …
        document_type: Option<ServerText>,
        /// Alpha-3.
        country: Option<ServerText>,
        pages: usize,
        /// Frames over all pages.
        frames: usize,
    },
    /// A resource got more pages, frames or media.
    ResourceUpdated {
        container: ServerText,
        /// `PASSPORT`, …
        document_type: Option<ServerText>,
        pages: usize,
        /// Frames over all pages.
        frames: usize,
    },
    /// A resource is no longer in the answer.
    ResourceRemoved { container: ServerText },
    /// A task's type and new state.
    Task(ServerText, ServerText),
    /// A check appeared or changed: type, state, recommendation, reason.
    Check {
        check_type: ServerText,
        state: ServerText,
        /// `APPROVE`, …
        recommendation: Option<ServerText>,
        reason: Option<ServerText>,
    },
    /// A requirement's type and new state.
    Requirement(ServerText, ServerText),
    /// A requirement of this type is no longer in the answer.
    RequirementRemoved(ServerText),
    /// What the clerk has to do, and its new state: the
    /// best hint of progress at a counter (contract 5.5).
    Assessment {
        /// One of the three in-branch check types, or a new one.
        check_type: ServerText,
        /// REQUIRED or DONE.
        state: ServerText,
        /// Type of the requirement that it belongs to.
        requirement: ServerText,
    },
    /// Attempts of this kind (`GENERIC`, …) that are left for a requirement.
    AttemptsLeft(ServerText, usize),
    /// A type of check was added to those that are asked for, or with `false` taken from them.
    CheckAskedFor(ServerText, bool),
    /// The letter was set or changed: its branch by FAD code, else by name (`None`: no branch is
    /// chosen), and the number of documents.
    LetterSet(Option<ServerText>, usize),
    /// A digital ID was shared: by which provider's, and why it failed, if it did.
    DigitalIdShare {
        /// `DIGILOCKER`, …
        provider: Option<ServerText>,
        /// `BAD_SHARE`, …
        error: Option<ServerText>,
    },
    /// An identity profile result.
    IdentityProfile(ServerText),
    /// 404: deleted, purged, or never there.
    Gone,
    /// It answers again after a 404.
    Back,
    /// `FIRST_BRANCH_VISIT`, told only by a notification.
    FirstBranchVisit,
    /// Another topic that no answer of the API ever tells (contract 8.2).
    Notified(Topic),
    /// Something else in the answer changed that this build has no word for.
    Other,
}

impl ChangeKind {
    /// It tells of what is asked for, which `GET …/configuration` alone says.
    #[must_use]
    pub const fn is_of_configuration(&self) -> bool {
        matches!(
            self,
            Self::Requirement(..)
                | Self::RequirementRemoved(_)
                | Self::Assessment { .. }
                | Self::AttemptsLeft(..)
                | Self::CheckAskedFor(..)
        )
    }
}

/// The events that lead from `old` to `new`, oldest first; empty when nothing but clocks
/// (`client_session_token_ttl`, fetch times) differs. `at` is the time of observation.
#[must_use]
pub fn between(old: &Answers, new: &Answers, at: Timestamp) -> Vec<TimelineEvent> {
    let mut log = Log { at, events: Vec::new() };
    match (&old.session, &new.session) {
        (before, Some(after)) if before.as_ref().is_none_or(|b| !Arc::ptr_eq(b, after)) => {
            log.session(before.as_deref(), after);
        }
        _ => {}
    }
    if let (Some(before), Some(after)) = (&old.configuration, &new.configuration) {
        log.configuration(&before.value, &after.value);
    }
    match (&old.letter, &new.letter) {
        (Letter::Set(before), Letter::Set(after)) if before.value == after.value => {}
        (_, Letter::Set(after)) => {
            let branch = after.value.branch.as_ref().map(Branch::called);
            log.seen(ChangeKind::LetterSet(branch, after.value.documents.len()));
        }
        _ => {}
    }
    match (old.missing_since, new.missing_since) {
        (None, Some(_)) => log.seen(ChangeKind::Gone),
        (Some(_), None) => log.seen(ChangeKind::Back),
        _ => {}
    }
    if let (None, Some(visit)) = (old.visit_notified_at, new.visit_notified_at) {
        log.push(
            Some(visit),
            Some(SourceType::Ibv),
            ChangeKind::FirstBranchVisit,
            Origin::Notification,
        );
    }
    log.events.sort_by_key(|event| event.at);
    log.events
}

/// A topic told again within this time is the same telling (contract 8.3: duplicates).
const AGAIN: SignedDuration = SignedDuration::from_mins(2);
/// Of topics that are not known, a session's timeline takes so many.
const UNKNOWN_TOPICS: usize = 16;

/// The event of a notification that tells what no answer does; `None`: it is told already, an answer
/// will tell it, or there are too many that nobody knows.
#[must_use]
pub fn only_notified(
    timeline: &[TimelineEvent],
    told: &Notification,
    now: Timestamp,
) -> Option<TimelineEvent> {
    if !told.topic.is_only_notified() {
        return None;
    }
    let topics = || {
        timeline.iter().filter_map(|event| match &event.what {
            ChangeKind::Notified(topic) => Some((topic, event.at)),
            _ => None,
        })
    };
    let again = topics()
        .any(|(topic, at)| *topic == told.topic && told.at.duration_since(at).abs() <= AGAIN);
    let strange = topics().filter(|(topic, _)| topic.is_unknown()).count();
    if again || told.topic.is_unknown() && strange >= UNKNOWN_TOPICS {
        return None;
    }
    Some(TimelineEvent {
        at: told.at,
        seen_at: now,
        source: None,
        what: ChangeKind::Notified(told.topic.clone()),
        origin: Origin::Notification,
    })
}

struct Log {
    at: Timestamp,
    events: Vec<TimelineEvent>,
}

impl Log {
    fn push(
        &mut self,
        at: Option<Timestamp>,
        source: Option<SourceType>,
        what: ChangeKind,
        origin: Origin,
    ) {
        let origin = if at.is_none() && origin == Origin::Api { Origin::Observed } else { origin };
        let at = at.unwrap_or(self.at);
        self.events.push(TimelineEvent { at, seen_at: self.at, source, what, origin });
    }

    fn seen(&mut self, what: ChangeKind) {
        self.push(None, None, what, Origin::Observed);
    }

    fn session(&mut self, old: Option<&Answer<Session>>, new: &Answer<Session>) {
        let known = self.events.len();
        let (before, after) = (old.map(|answer| &answer.value), &new.value);
        let raw_state = |s: &Session| s.state.as_ref().map(|s| ServerText::from(s.as_raw()));
        match before {
            None => self.seen(ChangeKind::FirstSeen),
            Some(b) if b.state != after.state => {
                self.seen(ChangeKind::State(raw_state(b), raw_state(after)));
            }
            Some(_) => {}
        }
        self.resources(before, after);
        self.shares(before, after);
        self.checks(before, after);
        let kinds: [fn(&Session) -> Option<&IdentityProfile>; 2] = [
            |session| session.identity_profile.as_ref(),
            |session| session.advanced_identity_profile.as_ref(),
        ];
        for profile in kinds {
            let result = profile(after).and_then(|p| p.result.as_ref());
            let was = before.and_then(profile).and_then(|p| p.result.as_ref());
            if let Some(result) = result.filter(|result| Some(*result) != was) {
                self.seen(ChangeKind::IdentityProfile(result.as_raw().into()));
            }
        }
        if old.is_some_and(|old| self.events.len() == known && !equal_but_for_clocks(old, new)) {
            self.seen(ChangeKind::Other);
        }
    }

    fn resources(&mut self, before: Option<&Session>, after: &Session) {
        let old = before.map_or(&[][..], |b| &b.resources);
        let old_by_id: HashMap<&ResourceId, &Resource> = old.iter().map(|r| (&r.id, r)).collect();
        let new_ids: HashSet<&ResourceId> = after.resources.iter().map(|r| &r.id).collect();
        for resource in &after.resources {
            match old_by_id.get(&resource.id) {
                None => self.resource_added(resource),
                Some(was) => self.resource_updated(was, resource),
            }
        }
        for gone in old.iter().filter(|r| !new_ids.contains(&r.id)) {
            let container = ServerText::from(gone.kind.container());
            self.push(
                None,
                gone.source.clone(),
                ChangeKind::ResourceRemoved { container },
                Origin::Observed,
            );
        }
    }

    fn shares(&mut self, before: Option<&Session>, after: &Session) {
        let old = before.map_or(&[][..], |b| &b.shares);
        for share in &after.shares {
            let was = old.iter().find(|known| known.id == share.id);
            if was.is_none_or(|was| was.error != share.error) {
                let what = ChangeKind::DigitalIdShare {
                    provider: share.provider.clone(),
                    error: share.error.as_ref().map(ShareError::reason),
                };
                self.push(share.last_updated.max(share.created_at), None, what, Origin::Api);
            }
        }
    }

    fn resource_added(&mut self, resource: &Resource) {
        let (pages, frames) = resource.pages_and_frames();
        let document = resource.document();
        let what = ChangeKind::ResourceAdded {
            container: resource.kind.container().into(),
            document_type: document.and_then(|d| d.document_type.clone()),
            country: document.and_then(|d| d.issuing_country.clone()),
            pages,
            frames,
        };
        self.push(resource.created_at, resource.source.clone(), what, Origin::Api);
        self.tasks(&[], resource);
    }

    fn resource_updated(&mut self, was: &Resource, resource: &Resource) {
        let counts = resource.pages_and_frames();
        // A manual extraction replaces a media's id (contract 3.3).
        let ids = |r: &Resource| r.media.iter().map(|m| m.id.clone()).collect::<Vec<_>>();
        if counts != was.pages_and_frames() || ids(resource) != ids(was) {
            let what = ChangeKind::ResourceUpdated {
                container: resource.kind.container().into(),
                document_type: resource.document().and_then(|d| d.document_type.clone()),
                pages: counts.0,
                frames: counts.1,
            };
            self.push(resource.last_updated, resource.source.clone(), what, Origin::Api);
        }
        self.tasks(&was.tasks, resource);
    }

    fn tasks(&mut self, was: &[Task], resource: &Resource) {
        for task in &resource.tasks {
            let before = was.iter().find(|t| t.id == task.id);
            if before.is_some_and(|t| t.state == task.state) {
                continue;
            }
            let kind = task.task_type.as_ref().map_or("", |t| t.as_raw());
            let state = task.state.as_ref().map_or("", |s| s.as_raw());
            let what = ChangeKind::Task(kind.into(), state.into());
            self.push(
                task.last_updated.or(task.created),
                resource.source.clone(),
                what,
                Origin::Api,
            );
        }
    }

    fn checks(&mut self, before: Option<&Session>, after: &Session) {
        let old = before.map_or(&[][..], |b| &b.checks);
        let old: HashMap<&CheckId, &Check> = old.iter().map(|c| (&c.id, c)).collect();
        for check in &after.checks {
            let same = |was: &&Check| {
                was.state == check.state
                    && was.recommendation() == check.recommendation()
                    && reason(was) == reason(check)
            };
            if old.get(&check.id).is_some_and(same) {
                continue;
            }
            let what = ChangeKind::Check {
                check_type: check.check_type.as_ref().map_or("", |t| t.as_raw()).into(),
                state: check.state.as_ref().map_or("", |s| s.as_raw()).into(),
                recommendation: check.recommendation().map(|r| r.as_raw().into()),
                reason: reason(check).cloned(),
            };
            self.push(check.last_updated.or(check.created), None, what, Origin::Api);
        }
    }
}

fn reason(check: &Check) -> Option<&ServerText> {
    check.report.as_ref()?.reason.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture as f;
    use crate::domain::session::configuration::Assessment;
    use crate::domain::session::ids::MediaId;
    use crate::domain::session::wire_enum::{
        AssessmentState, CheckType, IdentityProfileOutcome, Recommendation, RequirementType,
        SessionState,
    };

    fn kinds(old: &Answers, new: &Answers) -> Vec<ChangeKind> {
        between(old, new, f::now()).into_iter().map(|event| event.what).collect()
    }

    fn answers(session: Session) -> Answers {
        Answers { session: Some(f::answer(session)), ..Answers::default() }
    }

    #[test]
    fn an_answer_that_differs_in_its_clock_alone_is_no_change() {
        let first = f::session(SessionState::Ongoing);
        let mut second = first.clone();
        second.client_session_token_ttl = Some(1);
        assert_eq!(kinds(&answers(first.clone()), &answers(second)), []);
        assert_eq!(kinds(&Answers::default(), &answers(first)), [ChangeKind::FirstSeen]);
    }

    #[test]
    fn a_document_that_appears_carries_yotis_own_time() {
        let before = f::session(SessionState::Ongoing);
        let mut after = before.clone();
        let at = f::minutes_ago(5);
        after.resources.push(f::document("p", "PASSPORT", SourceType::Ibv, at));
        let events = between(&answers(before), &answers(after.clone()), f::now());
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].at, events[0].origin), (at, Origin::Api));
        assert_eq!(events[0].source, Some(SourceType::Ibv));
        let mut grown = after.clone();
        let more = grown.resources[0].media[0].clone();
        grown.resources[0].media.push(more);
        assert!(matches!(
            kinds(&answers(after.clone()), &answers(grown)).as_slice(),
            [ChangeKind::ResourceUpdated { .. }]
        ));
        let without = f::session(SessionState::Ongoing);
        assert!(matches!(
            kinds(&answers(after), &answers(without)).as_slice(),
            [ChangeKind::ResourceRemoved { .. }]
        ));
    }

    #[test]
    fn a_media_that_was_replaced_and_a_profile_of_either_kind_are_told() {
        let mut before = f::session(SessionState::Ongoing);
        before.resources.push(f::document("p", "PASSPORT", SourceType::Ibv, f::now()));
        let mut after = before.clone();
        after.resources[0].media[0].id = MediaId::new("another");
        assert!(matches!(
            kinds(&answers(before.clone()), &answers(after)).as_slice(),
            [ChangeKind::ResourceUpdated { .. }]
        ));
        let profile = |result| IdentityProfile { result, ..IdentityProfile::default() };
        let mut basic = before.clone();
        basic.identity_profile = Some(profile(Some(IdentityProfileOutcome::Aborted)));
        let mut both = basic.clone();
        both.advanced_identity_profile = Some(profile(Some(IdentityProfileOutcome::Done)));
        let told = |result: &str| ChangeKind::IdentityProfile(result.into());
        assert_eq!(kinds(&answers(before), &answers(basic.clone())), [told("ABORTED")]);
        assert_eq!(kinds(&answers(basic), &answers(both)), [told("DONE")]);
    }

    #[test]
    fn the_end_of_a_session_is_told_with_its_checks() {
        let before = f::session(SessionState::Ongoing);
        let mut after = f::session(SessionState::Completed);
        after.checks.push(f::check("c", Some(Recommendation::Reject)));
        let kinds = kinds(&answers(before), &answers(after));
        assert!(
            kinds.contains(&ChangeKind::State(Some("ONGOING".into()), Some("COMPLETED".into())))
        );
        assert!(kinds.iter().any(|kind| matches!(kind,
            ChangeKind::Check { recommendation: Some(r), .. } if r.as_raw() == "REJECT")));
    }

    #[test]
    fn a_difference_without_a_word_is_still_a_change() {
        let before = f::session(SessionState::Ongoing);
        let mut after = before.clone();
        after.user_tracking_id = Some("case-2".into()); // its Debug tells the length
        assert_eq!(kinds(&answers(before), &answers(after)), [ChangeKind::Other]);
    }

    #[test]
    fn letter_requirement_and_disappearance_are_told() {
        let old = Answers::default();
        let letter = Letter::Set(f::answer(f::letter(&[("a", "PASSPORT")])));
        let set = Answers { letter, ..Answers::default() };
        assert_eq!(kinds(&old, &set), [ChangeKind::LetterSet(None, 1)]);
        assert_eq!(kinds(&set, &set.clone()), []);
        let gone = Answers { missing_since: Some(f::now()), ..Answers::default() };
        assert_eq!(kinds(&old, &gone), [ChangeKind::Gone]);
        assert_eq!(kinds(&gone, &old), [ChangeKind::Back]);
        let with = |state: &str| {
            let mut requirement = f::requirement("a", RequirementType::IdDocument, &[]);
            requirement.state =
                Some(crate::domain::session::wire_enum::RequirementState::from_wire(state));
            let configuration = f::configuration(vec![requirement]);
            Answers { configuration: Some(f::answer(configuration)), ..Answers::default() }
        };
        assert_eq!(
            kinds(&with("REQUIRED"), &with("COMPLETE")),
            [ChangeKind::Requirement("ID_DOCUMENT".into(), "COMPLETE".into())]
        );
    }

    #[test]
    fn what_is_asked_for_is_told_when_it_changes_and_not_when_it_is_first_known() {
        let asked = |requirements| {
            let configuration = Some(f::answer(f::configuration(requirements)));
            Answers { configuration, ..Answers::default() }
        };
        let assessment = |state| Assessment {
            check_type: CheckType::from_wire("IBV_VISUAL_REVIEW_CHECK"),
            state: Some(AssessmentState::from_wire(state)),
            scheme: None,
        };
        let mut passport = f::requirement("a", RequirementType::IdDocument, &["PASSPORT"]);
        passport.assessments = vec![assessment("REQUIRED"), assessment("REQUIRED")];
        passport.attempts_remaining = vec![("GENERIC".into(), 2), ("RECLASSIFICATION".into(), 2)];
        let bill = f::requirement("b", RequirementType::SupplementaryDocument, &["UTILITY_BILL"]);
        let before = asked(vec![passport.clone(), bill]);
        assert_eq!(kinds(&Answers::default(), &before), []);
        assert_eq!(kinds(&before, &before.clone()), []);
        passport.assessments[1] = assessment("DONE");
        passport.attempts_remaining[1].1 = 1;
        let mut after = f::configuration(vec![passport.clone(), passport]);
        after.requested_checks = vec![CheckType::from_wire("NEW_CHECK")];
        let after = Answers { configuration: Some(f::answer(after)), ..Answers::default() };
        let required = ChangeKind::Requirement("ID_DOCUMENT".into(), "REQUIRED".into());
        assert_eq!(
            kinds(&before, &after),
            [
                ChangeKind::CheckAskedFor("NEW_CHECK".into(), true),
                ChangeKind::Assessment {
                    check_type: "IBV_VISUAL_REVIEW_CHECK".into(),
                    state: "DONE".into(),
                    requirement: "ID_DOCUMENT".into(),
                },
                ChangeKind::AttemptsLeft("RECLASSIFICATION".into(), 1),
                required.clone(),
                ChangeKind::RequirementRemoved("SUPPLEMENTARY_DOCUMENT".into()),
            ]
        );
        let back = kinds(&after, &before);
        assert!(back.contains(&ChangeKind::CheckAskedFor("NEW_CHECK".into(), false)), "{back:?}");
        assert!(back.iter().all(ChangeKind::is_of_configuration) && !back.contains(&required));
    }
}
