//! What the list needs of a session's answers and events, without them.
//!
//! Small, bounded whatever a server sends, and independent of the rules of the configuration: list,
//! order, filter, counters, alarms, figures and schedule are made of it under any rules.

pub mod bounds;
pub mod events;
pub mod letter;
pub mod pool;
pub mod result;
pub mod times;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::assessment::asked_document::asked_document;
use crate::domain::assessment::coverage::{self, Coverage};
use crate::domain::assessment::requested;
use crate::domain::brief::bounds::Budget;
use crate::domain::brief::events::EventsBrief;
use crate::domain::brief::letter::LetterBrief;
use crate::domain::brief::result::ResultBrief;
use crate::domain::brief::times::{BriefTimes, TimeOf};
use crate::domain::events::change::ShortChange;
use crate::domain::events::change::TimelineEvent;
use crate::domain::packed_time::PackedTime;
use crate::domain::server_text::ServerText;
use crate::domain::session::answer::{Answer, Fingerprint};
use crate::domain::session::configuration::Configuration;
use crate::domain::session::observation::Unchanged;
use crate::domain::session::parts::{Answers, Letter, Part};
use crate::domain::session::wire_enum::{CheckType, RequirementType, SessionState};

/// Number of the way in which a brief was made: it grows when the same answers make another one, so
/// that those that are stored are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derivation(pub u32);

impl Derivation {
    /// What [`Brief::of`] makes in this build.
    pub const PRESENT: Self = Self(5);

    /// A build that made other briefs of the same answers.
    #[must_use]
    pub const fn is_earlier(self) -> bool {
        self.0 < Self::PRESENT.0
    }
}

impl Default for Derivation {
    fn default() -> Self {
        Self::PRESENT
    }
}

/// What the list needs of a session's answers and events.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Brief {
    pub made_by: Derivation,
    /// `None`: the session result was never answered.
    pub result: Option<ResultBrief>,
    /// `None`: the configuration was never answered.
    pub configuration: Option<ConfigurationBrief>,
    pub letter: LetterBrief,
    pub covered: Arc<Covered>,
    /// How many values in all parts this build does not know.
    pub unknown_values: usize,
    /// How many events the timeline has.
    pub number: usize,
    pub last: Option<ShortChange>,
    pub times: BriefTimes,
}

/// What the list needs of the configuration.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ConfigurationBrief {
    pub fetched_at: PackedTime,
    /// Seconds that were left of the session then.
    pub ttl: Option<i64>,
    pub fingerprint: Option<Fingerprint>,
    pub requested: Arc<RequestedBrief>,
}

/// What a session asks for, as most sessions of an application do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedBrief {
    /// Types of checks that are requested or assessed in a branch, each once.
    pub checks: Vec<CheckType>,
    /// Providers of the allowed sources, each once.
    pub providers: Vec<ServerText>,
    /// So many checks are expected.
    pub expected: usize,
}

/// How many requirements are supplied, and which are not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Covered {
    pub supplied: usize,
    pub of: usize,
    /// What is not supplied, in the order of the configuration:
    /// the document that is asked for, else the requirement's type.
    pub missing: Arc<[ServerText]>,
}

impl Brief {
    /// The brief of these answers and these events: the only maker of one.
    #[must_use]
    pub fn of(answers: &Answers, timeline: &[TimelineEvent]) -> Self {
        let mut budget = Budget::default();
        let coverage = coverage::derive(answers);
        let events = EventsBrief::of(timeline);
        let result = answers.session.as_ref();
        let mut times = result.map(|answer| result::times(&answer.value)).unwrap_or_default();
        times.set(TimeOf::Missing, answers.missing_since);
        times.set(TimeOf::VisitNotified, answers.visit_notified_at);
        let (number, last) = (events.number, events.last);
        events.put_into(&mut times);
        let brief = Self {
            made_by: Derivation::PRESENT,
            result: result.map(|answer| ResultBrief::of(answer, &mut budget)),
            covered: Arc::new(covered(answers, &coverage, &mut budget)),
            letter: LetterBrief::of(&answers.letter, &mut budget),
            configuration: answers
                .configuration
                .as_ref()
                .map(|answer| ConfigurationBrief::of(answer, &coverage, &mut budget)),
            unknown_values: unknown_values(answers),
            number,
            last,
            times,
        };
        brief.pooled()
    }

    /// The brief of answers that say nothing new: it takes their times, and what was left of the
    /// session at each of them.
    #[must_use]
    pub fn at_times_of(&self, answers: &Answers) -> Self {
        let mut brief = self.clone();
        if let (Some(brief), Some(answer)) = (&mut brief.result, &answers.session) {
            brief.fetched_at = answer.fetched_at.into();
            brief.ttl = answer.value.client_session_token_ttl;
        }
        if let (Some(brief), Some(answer)) = (&mut brief.configuration, &answers.configuration) {
            brief.fetched_at = answer.fetched_at.into();
            brief.ttl = answer.value.client_session_token_ttl;
            // Other texts may have the same meaning.
            brief.fingerprint = Fingerprint::of(&answer.raw);
        }
        if let Some(at) = answers.letter.fetched_at() {
            brief.letter.fetch_again(at);
        }
        brief
    }

    /// What tells whether an answer to this part says something new; `None`: it has to be compared.
    #[must_use]
    pub fn fingerprint(&self, part: Part) -> Option<Fingerprint> {
        match part {
            // Any answer outweighs that there is no such session.
            Part::Session if self.missing_since().is_some() => None,
            Part::Session => self.result.as_ref()?.fingerprint,
            Part::Configuration => self.configuration.as_ref()?.fingerprint,
            Part::Letter => self.letter.fingerprint(),
        }
    }

    /// The brief after an answer that says nothing new; `None`: what is known is another by now.
    #[must_use]
    pub fn unchanged(&self, answer: &Unchanged) -> Option<Self> {
        if self.fingerprint(answer.part) != Some(answer.fingerprint) {
            return None;
        }
        let mut brief = self.clone();
        let (ttl, at) = (answer.ttl, answer.fetched_at);
        match answer.part {
            Part::Session => {
                let result = brief.result.as_mut()?;
                (result.ttl, result.fetched_at) = (ttl, at.into());
            }
            Part::Configuration => {
                let configuration = brief.configuration.as_mut()?;
                (configuration.ttl, configuration.fetched_at) = (ttl, at.into());
            }
            Part::Letter => brief.letter.fetch_again(at),
        }
        Some(brief)
    }

    /// The state of the last session result, if it has one.
    #[must_use]
    pub fn state(&self) -> Option<&SessionState> {
        self.result.as_ref()?.state.as_ref()
    }

    /// COMPLETED or EXPIRED: nothing of it changes any more. In a state that is not known here it may
    /// still change, and goes on being asked.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.state(), Some(SessionState::Completed | SessionState::Expired))
    }

    /// When Yoti last answered with a session result.
    #[must_use]
    pub fn fetched_at(&self) -> Option<Timestamp> {
        self.result.as_ref().map(|result| result.fetched_at.at())
    }

    /// The last moment of which an event or the answers tell.
    #[must_use]
    pub fn last_moment(&self) -> Option<Timestamp> {
        let of = [TimeOf::LastAt, TimeOf::LastActivity, TimeOf::Missing, TimeOf::VisitNotified];
        of.into_iter().filter_map(|what| self.times.get(what)).max()
    }

    /// The first branch visit: told by a notification, else the first resource from a counter.
    #[must_use]
    pub fn first_visit(&self) -> Option<Timestamp> {
        let of = [TimeOf::VisitNotified, TimeOf::FirstVisit];
        of.into_iter().filter_map(|what| self.times.get(what)).min()
    }

    /// Since when Yoti says that there is no such session.
    #[must_use]
    pub fn missing_since(&self) -> Option<Timestamp> {
        self.times.get(TimeOf::Missing)
    }

    /// First visit, as a notification told it.
    #[must_use]
    pub fn visit_notified_at(&self) -> Option<Timestamp> {
        self.times.get(TimeOf::VisitNotified)
    }

    /// What the answers say that has no text of its own: what is not there, and what was only notified.
    #[must_use]
    pub fn answers_without_text(&self) -> Answers {
        Answers {
            letter: self.letter.not_set_at().map_or(Letter::NotKnown, Letter::NotSet),
            missing_since: self.missing_since(),
            visit_notified_at: self.visit_notified_at(),
            ..Answers::default()
        }
    }

    /// What the list needs of the timeline.
    #[must_use]
    pub fn events(&self) -> EventsBrief {
        EventsBrief::out_of(&self.times, self.number, self.last)
    }

    /// When something new was last learned, whatever it was.
    #[must_use]
    pub fn last_seen(&self) -> Option<Timestamp> {
        self.times.get(TimeOf::LastSeen)
    }

    /// The brief of a session of which no more is known than what had happened to it.
    #[must_use]
    pub fn of_events_alone(&self) -> Self {
        let mut times = BriefTimes::default();
        self.events().put_into(&mut times);
        Self { number: self.number, last: self.last, times, ..Self::default() }
    }
}

impl ConfigurationBrief {
    fn of(answer: &Answer<Configuration>, coverage: &Coverage, budget: &mut Budget) -> Self {
        let value = &answer.value;
        let assessed = value.requirements.iter().flat_map(|requirement| &requirement.assessments);
        let types = assessed.map(|assessment| &assessment.check_type);
        let checks = once(value.requested_checks.iter().chain(types));
        let sources = value.requirements.iter().flat_map(|required| &required.allowed_sources);
        let providers = once(sources.filter_map(|s| s.allowed_providers.as_ref()).flatten());
        let requested = RequestedBrief {
            checks: budget.list(checks.into_iter(), |kind, budget| budget.value(kind)),
            providers: budget.list(providers.into_iter(), |text, budget| budget.text(text)),
            expected: requested::expected(value, coverage).len(),
        };
        let ttl = value.client_session_token_ttl;
        let fingerprint = Fingerprint::of(&answer.raw);
        Self {
            fetched_at: answer.fetched_at.into(),
            ttl,
            fingerprint,
            requested: Arc::new(requested),
        }
    }
}

fn once<'a, T: PartialEq>(all: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let mut found: Vec<&T> = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

fn covered(answers: &Answers, coverage: &Coverage, budget: &mut Budget) -> Covered {
    let (supplied, of) = coverage.counts();
    let requirements = answers.configuration().map_or(&[][..], |asked| &asked.requirements);
    let missing = requirements
        .iter()
        .zip(&coverage.requirements)
        .filter(|(_, cover)| !cover.supplied)
        .filter_map(|(asked, _)| {
            let document = asked_document(asked, answers.instructions());
            let kind = || asked.requirement_type.as_ref().map(RequirementType::text);
            document.map(|document| document.document_type.clone()).or_else(kind)
        });
    let missing = budget.list(missing, |what, budget| budget.text(&what));
    Covered { supplied, of, missing: missing.into() }
}

fn unknown_values(answers: &Answers) -> usize {
    let session = answers.session().map_or(0, |s| s.unknown.len() + s.drift.len());
    let configuration = answers.configuration().map_or(0, |c| c.unknown.len() + c.drift.len());
    let letter = answers.instructions().map_or(0, |l| l.unknown.len() + l.drift.len());
    session + configuration + letter
}
