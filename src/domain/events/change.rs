//! The kinds of change: each is declared here, and found here between two observations.

mod asked;
mod contradiction;
mod results;
mod timeline;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::events::event_kind::EventKind;
use crate::domain::server_text::ServerText;
use crate::domain::session::answer::Answer;
use crate::domain::session::instructions::Branch;
use crate::domain::session::parts::{Answers, Letter, Part};
use crate::domain::session::profile::IdentityProfile;
use crate::domain::session::wire_enum::{
    CheckState, Recommendation, SessionState, SourceType, TaskState, Topic,
};
use crate::domain::session::{Session, equal_but_for_clocks};

pub use contradiction::contradiction;
pub use timeline::{Origin, TimelineEvent, by_time, only_notified};

/// What happened; server texts inside are types, states and reasons, never personal data.
///
/// The one declaration of a kind: its name and fields here are those of the store and of an export.
/// Its part, event, short word and topic are in [`ChangeKind::spec`], its words in `text::change`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The first response ever.
    FirstSeen,
    State {
        from: Option<SessionState>,
        to: Option<SessionState>,
    },
    /// Yoti said a state that no session reaches from the one it is in; that response is not taken in.
    Contradiction {
        kept: SessionState,
        said: Option<SessionState>,
    },
    ResourceAdded {
        /// `id_documents`, `face_capture`, ….
        container: ServerText,
        /// `PASSPORT`, …
        document_type: Option<ServerText>,
        /// Alpha-3.
        country: Option<ServerText>,
        pages: usize,
        /// Frames of all pages together.
        frames: usize,
    },
    /// A resource got more pages, frames or media.
    ResourceUpdated {
        container: ServerText,
        document_type: Option<ServerText>,
        pages: usize,
        frames: usize,
    },
    /// A resource is no longer in the response.
    ResourceRemoved {
        container: ServerText,
    },
    Task {
        #[serde(rename = "type")]
        task_type: ServerText,
        state: TaskState,
    },
    /// A check appeared or changed.
    Check {
        #[serde(rename = "type")]
        check_type: ServerText,
        state: CheckState,
        recommendation: Option<Recommendation>,
        reason: Option<ServerText>,
    },
    /// A requirement appeared or has a new state.
    Requirement {
        #[serde(rename = "type")]
        requirement_type: ServerText,
        state: ServerText,
    },
    /// A requirement of this type is no longer in the response.
    RequirementRemoved {
        #[serde(rename = "type")]
        requirement_type: ServerText,
    },
    /// What the clerk has to do, and its new state: the best hint of progress at a counter
    /// (contract 5.5).
    Assessment {
        /// One of the three in-branch check types, or a new one.
        #[serde(rename = "type")]
        check_type: ServerText,
        /// `REQUIRED` or `DONE`.
        state: ServerText,
        requirement_type: ServerText,
    },
    /// Attempts of this kind (`GENERIC`, …) that are left for a requirement.
    AttemptsLeft {
        kind: ServerText,
        left: usize,
    },
    /// A type of check was added to those that are requested, or with `false` taken from them.
    CheckAskedFor {
        #[serde(rename = "type")]
        check_type: ServerText,
        asked: bool,
    },
    /// The letter was set or changed.
    LetterSet {
        /// FAD code, else the branch's name; `None`: no branch is chosen.
        branch: Option<ServerText>,
        documents: usize,
    },
    /// Yoti says that there is no letter: for the first time, or no longer.
    LetterNotSet,
    /// A digital ID was shared, or could not be.
    DigitalIdShare {
        /// `DIGILOCKER`, …
        provider: Option<ServerText>,
        /// `BAD_SHARE`, …
        error: Option<ServerText>,
    },
    /// An identity profile has a result.
    IdentityProfile {
        result: ServerText,
    },
    /// 404: deleted, purged, or never there.
    Gone,
    /// It answers again after a 404.
    Back,
    /// `FIRST_BRANCH_VISIT`, which only a notification tells.
    FirstBranchVisit,
    /// Another topic that only a notification tells (contract 8.2).
    Notified {
        topic: Topic,
    },
    /// Something else in the response changed that this build has no word for.
    Other,
}

/// The properties of a kind of change, without its words.
#[derive(Debug)]
pub struct ChangeSpec {
    /// The part that says so; what a notification alone tells is of the session.
    pub part: Part,
    /// The kind of event that a program hears of; `None`: the stage that follows from it says more.
    pub event: Option<EventKind>,
    /// Its word in the list.
    pub short: ShortChange,
    /// The topic whose notification tells of it too.
    pub topic: Option<Topic>,
}

impl ChangeKind {
    /// Its line in the table.
    #[must_use]
    pub fn spec(&self) -> ChangeSpec {
        use {EventKind as Event, Part::Configuration, Part::Letter, Part::Session};
        type Short = ShortChange;
        let of = |part, event, short| ChangeSpec { part, event: Some(event), short, topic: None };
        let told = |yes: bool, topic, spec| ChangeSpec { topic: yes.then_some(topic), ..spec };
        match self {
            Self::FirstSeen => of(Session, Event::FirstAnswer, Short::FirstSeen),
            Self::State { to, .. } => {
                let completed = *to == Some(SessionState::Completed);
                told(completed, Topic::SessionCompletion, of(Session, Event::State, Short::State))
            }
            Self::Contradiction { .. } => of(Session, Event::State, Short::State),
            Self::ResourceAdded { .. } => {
                let spec = of(Session, Event::Resource, Short::ResourceAdded);
                told(true, Topic::ResourceUpdate, spec)
            }
            Self::ResourceUpdated { .. } => {
                let spec = of(Session, Event::Resource, Short::ResourceUpdated);
                told(true, Topic::ResourceUpdate, spec)
            }
            Self::ResourceRemoved { .. } => of(Session, Event::Resource, Short::ResourceRemoved),
            Self::Task { state, .. } => {
                let done = *state == TaskState::Done;
                told(done, Topic::TaskCompletion, of(Session, Event::Task, Short::Task))
            }
            Self::Check { state, recommendation, .. } => {
                let short = match recommendation {
                    Some(Recommendation::Approve) => Short::Approve,
                    Some(Recommendation::Reject) => Short::Reject,
                    _ => Short::Check,
                };
                let done = *state == CheckState::Done;
                told(done, Topic::CheckCompletion, of(Session, Event::Check, short))
            }
            Self::Requirement { .. } | Self::RequirementRemoved { .. } => {
                of(Configuration, Event::Requirement, Short::Requirement)
            }
            Self::Assessment { .. } => of(Configuration, Event::Requirement, Short::Assessment),
            Self::AttemptsLeft { .. } => of(Configuration, Event::Requirement, Short::AttemptsLeft),
            Self::CheckAskedFor { .. } => {
                of(Configuration, Event::Requirement, Short::CheckAskedFor)
            }
            Self::LetterSet { .. } | Self::LetterNotSet => of(Letter, Event::Letter, Short::Letter),
            Self::DigitalIdShare { .. } => of(Session, Event::Resource, Short::Share),
            Self::IdentityProfile { .. } => of(Session, Event::IdentityProfile, Short::Profile),
            Self::Gone => of(Session, Event::Gone, Short::Gone),
            Self::Back => of(Session, Event::Back, Short::Back),
            Self::FirstBranchVisit => {
                ChangeSpec { event: None, ..of(Session, Event::Visit, Short::Visit) }
            }
            Self::Notified { .. } => of(Session, Event::Notified, Short::Notified),
            Self::Other => of(Session, Event::Other, Short::Other),
        }
    }
}

macro_rules! short_changes {
    ($($short:ident $word:literal)+) => {
        /// A change without what it says in detail; its name is stored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ShortChange {
            $($short,)+
        }

        impl ShortChange {
            /// Its word in the list's last column.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$short => $word,)+ }
            }
        }
    };
}

short_changes! {
    FirstSeen "new"
    State "state"
    ResourceAdded "doc+"
    ResourceUpdated "doc"
    ResourceRemoved "doc-"
    Task "task"
    Approve "+✓"
    Reject "reject"
    Check "check"
    Requirement "docs"
    Assessment "branch"
    AttemptsLeft "tries"
    CheckAskedFor "checks"
    Letter "letter"
    Share "share"
    Profile "profile"
    Gone "gone"
    Back "back"
    Visit "visit"
    Notified "notice"
    Other "other"
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
        // Without a time of Yoti's it is the time of our look.
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
        assert!(back.iter().all(|what| what.spec().part == Part::Configuration));
        assert!(!back.contains(&required));
    }
}
