//! What differs between two observations of one session.

use super::{ChangeKind, Origin, TimelineEvent};
use crate::domain::server_text::ServerText;
use crate::domain::session::answer::Answer;
use crate::domain::session::check::Check;
use crate::domain::session::ids::{CheckId, ResourceId};
use crate::domain::session::instructions::Branch;
use crate::domain::session::parts::{Answers, Letter};
use crate::domain::session::profile::IdentityProfile;
use crate::domain::session::resource::{Resource, Task};
use crate::domain::session::wire_enum::SourceType;
use crate::domain::session::{Session, equal_but_for_clocks};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

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
    // The first one says how it was set up, not that anything changed.
    if let (Some(before), Some(after)) = (&old.configuration, &new.configuration) {
        log.configuration(&before.value, &after.value);
    }
    match (&old.letter, &new.letter) {
        (Letter::Set(before), Letter::Set(after)) if before.value == after.value => {}
        (_, Letter::Set(after)) => {
            let branch = after.value.branch.as_ref().map(Branch::called);
            log.seen(ChangeKind::LetterSet { branch, documents: after.value.documents.len() });
        }
        (Letter::NotKnown | Letter::Set(_), Letter::NotSet(_)) => {
            log.seen(ChangeKind::LetterNotSet);
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
    // Stable: what has one time stays in the order in which it is told above.
    log.events.sort_by_key(|event| event.at);
    log.events
}

pub(super) struct Log {
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
        // Without a time of Yoti's it is the time of our look.
        let origin = if at.is_none() && origin == Origin::Api { Origin::Observed } else { origin };
        let at = at.unwrap_or(self.at);
        self.events.push(TimelineEvent { at, seen_at: self.at, source, what, origin });
    }

    pub(super) fn seen(&mut self, what: ChangeKind) {
        self.push(None, None, what, Origin::Observed);
    }

    fn session(&mut self, old: Option<&Answer<Session>>, new: &Answer<Session>) {
        let known = self.events.len();
        let (before, after) = (old.map(|answer| &answer.value), &new.value);
        match before {
            None => self.seen(ChangeKind::FirstSeen),
            Some(b) if b.state != after.state => {
                let (from, to) = (b.state.clone(), after.state.clone());
                self.seen(ChangeKind::State { from, to });
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
                self.seen(ChangeKind::IdentityProfile { result: result.as_raw().into() });
            }
        }
        // Last: only what no line above has a word for.
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
                    // Not its description: a sentence that may name a person.
                    error: share.error.as_ref().map(|why| why.code.clone().unwrap_or_default()),
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
            let what = ChangeKind::Task {
                task_type: task.task_type.as_ref().map_or("", |t| t.as_raw()).into(),
                state: task.state.clone().unwrap_or_else(|| "".into()),
            };
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
                state: check.state.clone().unwrap_or_else(|| "".into()),
                recommendation: check.recommendation().cloned(),
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
    use crate::domain::session::parts::Part;
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
        let told = |result: &str| ChangeKind::IdentityProfile { result: result.into() };
        assert_eq!(kinds(&answers(before), &answers(basic.clone())), [told("ABORTED")]);
        assert_eq!(kinds(&answers(basic), &answers(both)), [told("DONE")]);
    }

    #[test]
    fn the_end_of_a_session_is_told_with_its_checks() {
        let before = f::session(SessionState::Ongoing);
        let mut after = f::session(SessionState::Completed);
        after.checks.push(f::check("c", Some(Recommendation::Reject)));
        let kinds = kinds(&answers(before), &answers(after));
        assert!(kinds.contains(&ChangeKind::State {
            from: Some("ONGOING".into()),
            to: Some("COMPLETED".into())
        }));
        assert!(kinds.iter().any(|kind| matches!(
            kind,
            ChangeKind::Check { recommendation: Some(Recommendation::Reject), .. }
        )));
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
        assert_eq!(kinds(&old, &set), [ChangeKind::LetterSet { branch: None, documents: 1 }]);
        assert_eq!(kinds(&set, &set.clone()), []);
        let not_set = |at| Answers { letter: Letter::NotSet(at), ..Answers::default() };
        assert_eq!(kinds(&old, &not_set(f::now())), [ChangeKind::LetterNotSet]);
        assert_eq!(kinds(&set, &not_set(f::now())), [ChangeKind::LetterNotSet]);
        assert_eq!(kinds(&not_set(f::minutes_ago(9)), &not_set(f::now())), []);
        let gone = Answers { missing_since: Some(f::now()), ..Answers::default() };
        assert_eq!(kinds(&old, &gone), [ChangeKind::Gone]);
        assert_eq!(kinds(&gone, &old), [ChangeKind::Back]);
        let requirement = |state: &str| ChangeKind::Requirement {
            requirement_type: "ID_DOCUMENT".into(),
            state: state.into(),
        };
        let with = |state: &str| {
            let mut requirement = f::requirement("a", RequirementType::IdDocument, &[]);
            requirement.state =
                Some(crate::domain::session::wire_enum::RequirementState::from_wire(state));
            let configuration = f::configuration(vec![requirement]);
            Answers { configuration: Some(f::answer(configuration)), ..Answers::default() }
        };
        assert_eq!(kinds(&with("REQUIRED"), &with("COMPLETE")), [requirement("COMPLETE")]);
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
        let required = ChangeKind::Requirement {
            requirement_type: "ID_DOCUMENT".into(),
            state: "REQUIRED".into(),
        };
        assert_eq!(
            kinds(&before, &after),
            [
                ChangeKind::CheckAskedFor { check_type: "NEW_CHECK".into(), asked: true },
                ChangeKind::Assessment {
                    check_type: "IBV_VISUAL_REVIEW_CHECK".into(),
                    state: "DONE".into(),
                    requirement_type: "ID_DOCUMENT".into(),
                },
                ChangeKind::AttemptsLeft { kind: "RECLASSIFICATION".into(), left: 1 },
                required.clone(),
                ChangeKind::RequirementRemoved {
                    requirement_type: "SUPPLEMENTARY_DOCUMENT".into(),
                },
            ]
        );
        let back = kinds(&after, &before);
        let dropped = ChangeKind::CheckAskedFor { check_type: "NEW_CHECK".into(), asked: false };
        assert!(back.contains(&dropped), "{back:?}");
        assert!(back.iter().all(|what| what.part() == Part::Configuration));
        assert!(!back.contains(&required));
    }
}
